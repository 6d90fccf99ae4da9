package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const appliedOtherwise = "the cluster is brought other objects than before, or elsewhere, or with other rights"

// scopes are the fields that say what a guard is about, or what it holds things to. Whether it holds less with another
// value cannot be told from the value: it is said that it may.
var scopes = map[string]struct {
	class    Class
	severity manifest.Severity
	fields   []manifest.Path
	message  string
}{
	"admissionregistration.k8s.io/ValidatingAdmissionPolicy": {RemovedGuard, manifest.Medium,
		fields("spec.matchConstraints", "spec.matchConditions"), "the policy is about other objects than before: it may refuse less"},
	"admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": {RemovedGuard, manifest.High,
		fields("spec.policyName", "spec.paramRef", "spec.matchResources"), "another policy holds here, or for other objects: the API server may refuse less"},
	istio + "RequestAuthentication": {RemovedGuard, manifest.High,
		fields("spec.jwtRules", "spec.selector", "spec.targetRefs"), "tokens are checked otherwise, or of other requests: more may be let in"},
	"cert-manager.io/Certificate": {RemovedGuard, manifest.Low, fields("spec.issuerRef"),
		"another issuer signs the certificate: who does not trust it does not get to the host"},
	"velero.io/Schedule": {DataLoss, manifest.Medium, fields("spec.template.includedNamespaces", "spec.template.excludedNamespaces", "spec.template.includedResources",
		"spec.template.excludedResources", "spec.template.labelSelector", "spec.template.snapshotVolumes", "spec.template.storageLocation"),
		"backups hold other things than before, or lie elsewhere"},
	"argoproj.io/Application": {OpenedPath, manifest.Medium, fields("spec.source", "spec.sources", "spec.destination", "spec.project"), appliedOtherwise},
	"kustomize.toolkit.fluxcd.io/Kustomization": {OpenedPath, manifest.Medium,
		fields("spec.sourceRef", "spec.path", "spec.targetNamespace", "spec.serviceAccountName", "spec.kubeConfig"), appliedOtherwise},
	"helm.toolkit.fluxcd.io/HelmRelease": {OpenedPath, manifest.Medium,
		fields("spec.chart", "spec.chartRef", "spec.values", "spec.targetNamespace", "spec.storageNamespace", "spec.serviceAccountName", "spec.kubeConfig"), appliedOtherwise},
	"source.toolkit.fluxcd.io/HelmRepository": {OpenedPath, manifest.Medium, fields("spec.url"), appliedOtherwise},
	"source.toolkit.fluxcd.io/GitRepository":  {OpenedPath, manifest.Medium, fields("spec.url", "spec.ref"), appliedOtherwise},
}

// otherScope tells of guards that are about something else.
func otherScope(c *comparison, p *pair) {
	s, ok := scopes[p.kind]
	if !ok || p.old == nil || p.new == nil || p.moved {
		return
	}
	for _, path := range s.fields {
		if p.touched(path) {
			c.risk(s.class, s.severity, p, path, s.message, "")
			return
		}
	}
}

// plainText tells of hosts to which traffic from outside is no longer encrypted on the way.
func plainText(c *comparison, p *pair) {
	of := map[string]func(any) map[string]bool{"networking.k8s.io/Ingress": ingressTLS, "networking.istio.io/Gateway": gatewayTLS}[p.kind]
	if of == nil || p.old == nil || p.new == nil {
		return
	}
	old, new := p.trees()
	still, kept := of(new), hostsOf[p.kind](new)
	for _, host := range slices.Sorted(maps.Keys(of(old))) {
		if !still[host] && slices.Contains(kept, host) {
			c.risk(RemovedGuard, manifest.High, p, manifest.Path{"spec"}, fmt.Sprintf("requests to %s are no longer encrypted", host), "")
		}
	}
}

func ingressTLS(tree any) map[string]bool {
	out := map[string]bool{}
	for _, t := range list(at(tree, "spec", "tls")) {
		for _, h := range texts(at(t, "hosts")) {
			out[h] = true
		}
	}
	return out
}

func gatewayTLS(tree any) map[string]bool {
	out := map[string]bool{}
	for _, s := range list(at(tree, "spec", "servers")) {
		if at(s, "tls", "mode") == nil {
			continue
		}
		for _, h := range serverHosts(s) {
			out[h] = true
		}
	}
	return out
}
