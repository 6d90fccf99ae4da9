package generators

import (
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// tenantKinds are the kinds by API group that tenants may bring, and those that controllers make of them: Argo CD shows
// nobody a pod or a log of a kind that the project does not have.
var tenantKinds = map[string][]string{
	"":                          {"ConfigMap", "PersistentVolumeClaim", "Pod", "PodTemplate", "ReplicationController", "Service"},
	"apps":                      {"ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"},
	"argoproj.io":               {"AnalysisRun", "AnalysisTemplate", "Experiment", "Rollout"},
	"autoscaling":               {"HorizontalPodAutoscaler"},
	"autoscaling.k8s.io":        {"VerticalPodAutoscaler"},
	"batch":                     {"CronJob", "Job"},
	"cert-manager.io":           {"Certificate"},
	"gateway.networking.k8s.io": {"BackendTLSPolicy", "GRPCRoute", "HTTPRoute", "ListenerSet", "TCPRoute", "TLSRoute"},
	"keda.sh":                   {"ScaledJob", "ScaledObject", "TriggerAuthentication"},
	"monitoring.coreos.com":     {"PodMonitor", "PrometheusRule", "ServiceMonitor"},
	"networking.istio.io":       {"DestinationRule", "VirtualService"},
	"networking.k8s.io":         {"Ingress"},
	"policy":                    {"PodDisruptionBudget"},
	"postgresql.cnpg.io":        {"Backup", "Cluster", "Database", "ScheduledBackup"},
	"snapshot.storage.k8s.io":   {"VolumeSnapshot"},
}

// guardKinds are the kinds of a namespace that are the platform's: what limits a tenant, opens its network, leads
// requests astray, fetches secrets, has parts of the platform ask around, gives rights, or has the cluster apply more. A project's list of what is forbidden wins over that of what is allowed, so that
// kinds which the platform allows in its own overrides are not for tenants to bring.
var guardKinds = map[string][]string{
	"":                            {"Endpoints", "LimitRange", "ResourceQuota", "Secret", "ServiceAccount"},
	"argoproj.io":                 {"AppProject", "Application", "ApplicationSet"},
	"cert-manager.io":             {"Issuer"},
	"cilium.io":                   {"CiliumNetworkPolicy"},
	"crd.projectcalico.org":       {"NetworkPolicy"},
	"discovery.k8s.io":            {"EndpointSlice"},
	"extensions.istio.io":         {"WasmPlugin"},
	"gateway.envoyproxy.io":       {"EnvoyExtensionPolicy"},
	"external-secrets.io":         {"ExternalSecret"},
	"gateway.networking.k8s.io":   {"ReferenceGrant"},
	"helm.toolkit.fluxcd.io":      {"HelmRelease"},
	"kustomize.toolkit.fluxcd.io": {"Kustomization"},
	"monitoring.coreos.com":       {"AlertmanagerConfig", "Probe", "ScrapeConfig"},
	"networking.istio.io":         {"EnvoyFilter", "ServiceEntry", "Sidecar"},
	"networking.k8s.io":           {"NetworkPolicy"},
	"projectcalico.org":           {"NetworkPolicy"},
	"rbac.authorization.k8s.io":   {"Role", "RoleBinding"},
	"security.istio.io":           {"AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"},
	"source.toolkit.fluxcd.io":    {"Bucket", "GitRepository", "HelmRepository", "OCIRepository"},
	"velero.io":                   {"Backup", "Restore", "Schedule"},
}

// clusterKinds are the kinds of no namespace that are rendered.
var clusterKinds = map[string][]string{
	"":                             {"Namespace"},
	"admissionregistration.k8s.io": {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"},
	"policy.networking.k8s.io":     {"ClusterNetworkPolicy"},
}

// kindList are kinds as projects list them, with those that the platform allows in addition: namespaced ones, or those
// of the whole cluster.
func kindList(kinds map[string][]string, allowed []schemas.AllowedKind, scope string) []metav1.GroupKind {
	out := []metav1.GroupKind{} // an empty list is written: it says that there are none
	for _, group := range slices.Sorted(maps.Keys(kinds)) {
		for _, kind := range kinds[group] {
			out = append(out, metav1.GroupKind{Group: group, Kind: kind})
		}
	}
	for _, a := range allowed {
		if k := (metav1.GroupKind{Group: a.Group, Kind: a.Kind}); a.Scope == scope && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}
