package adopt

import (
	"slices"
	"strings"
)

// clusterWide are the kinds of no namespace that people write.
var clusterWide = []string{
	"Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "PersistentVolume", "StorageClass", "PriorityClass", "IngressClass", "GatewayClass",
	"APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
	"RuntimeClass", "CSIDriver", "Node", "PodSecurityPolicy", "ClusterIssuer", "ClusterSecretStore", "ClusterExternalSecret", "ClusterPolicy", "VolumeSnapshotClass",
}

// madeByServer are the kinds that a cluster makes of others.
var madeByServer = []string{"ReplicaSet", "ControllerRevision", "Endpoints", "EndpointSlice", "Event", "Lease", "PodMetrics"}

// guardRails are the kinds by which a platform limits a tenant.
var guardRails = []string{"LimitRange", "Role", "RoleBinding", "ServiceAccount", "NetworkPolicy", "ResourceQuota"}

// notTheirs says why an object is not for a tenant to have; empty for what may be.
func (a *Adoption) notTheirs(i *Item) string {
	kind, name := i.Kind(), i.Name()
	switch {
	case kind == "Namespace" && name == a.namespace:
		return ""
	case slices.Contains(clusterWide, kind):
		return "belongs to no namespace: the platform's, not a tenant's"
	case kind == "ConfigMap" && (name == "kube-root-ca.crt" || name == "openshift-service-ca.crt" || name == "istio-ca-root-cert"):
		return "the cluster puts it into every namespace"
	case kind == "Secret":
		return a.secretReason(i)
	case kind == "ServiceAccount" && name == "default":
		return ""
	case hookOf(i) != "":
		return "a hook (" + hookOf(i) + "), which nothing runs here: a step of spec.services.<name>.init with once runs before a release"
	case i.dumped && kind == "Job" && ended(i):
		return "it has run to its end, and as a service it would run again: say one of kind job, or a step of init, where each version has to"
	case i.dumped && kind == "Pod":
		return "no workload makes it, so that nothing would start it again: say it as a service or a job"
	case i.dumped && slices.Contains(madeByServer, kind):
		return "the cluster makes it of other objects"
	case kind == "Endpoints" || kind == "EndpointSlice":
		return "names addresses, which nothing checks: say spec.services.<name>.calls with host or cidr"
	}
	return ""
}

// hookOf is when Helm or Argo CD run an object by themselves; empty for never.
func hookOf(i *Item) string {
	annotations := mapAt(i.Tree, "metadata", "annotations")
	return orText(textAt(annotations, "helm.sh/hook"), textAt(annotations, "argocd.argoproj.io/hook"))
}

// ended reports whether a Job is over.
func ended(i *Item) bool {
	return slices.ContainsFunc(listAt(i.Tree, "status", "conditions"), func(c any) bool {
		return textAt(c, "status") == "True" && (textAt(c, "type") == "Complete" || textAt(c, "type") == "Failed")
	})
}

func (a *Adoption) secretReason(i *Item) string {
	kind := textAt(i.tree, "type")
	switch {
	case kind == "kubernetes.io/service-account-token":
		return "the cluster makes it of the ServiceAccount"
	case kind == "helm.sh/release.v1" || strings.HasPrefix(i.Name(), "sh.helm.release."):
		return "Helm's own record of a release"
	}
	if !a.fetches(i.Name()) {
		return "a Secret's data does not belong into git, and nothing fetches it: the one in the namespace has to stay"
	}
	return "a Secret's data does not belong into git: leave it in the namespace, and put it into the platform's store, at the path that spec.secrets." + i.Name() + " names"
}
