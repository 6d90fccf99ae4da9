package overlay

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// guardRails are the kinds, by API group, that a tenant adds none of: what limits it, what opens its
// network, what gives rights to its people and accounts, and what tells a cluster to apply more. A
// tenant that could add one would lift its own limits, for these kinds add up.
var guardRails = map[string][]string{
	"":                            {"LimitRange", "ResourceQuota", "ServiceAccount"},
	"argoproj.io":                 {"AppProject", "Application", "ApplicationSet"},
	"cilium.io":                   {"CiliumNetworkPolicy"},
	"extensions.istio.io":         {"WasmPlugin"},
	"helm.toolkit.fluxcd.io":      {"HelmRelease"},
	"kustomize.toolkit.fluxcd.io": {"Kustomization"},
	"networking.istio.io":         {"EnvoyFilter", "ServiceEntry", "Sidecar"},
	"networking.k8s.io":           {"NetworkPolicy"},
	"rbac.authorization.k8s.io":   {"Role", "RoleBinding"},
	"security.istio.io":           {"AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"},
	"source.toolkit.fluxcd.io":    {"Bucket", "GitRepository", "HelmRepository", "OCIRepository"},
	"velero.io":                   {"Backup", "Restore", "Schedule"},
}

// kept are the fields of metadata by which an object, and its whole namespace with it, stays when it should go, or goes
// with another.
var kept = []string{"finalizers", "ownerReferences"}

func has(tree map[string]any, p manifest.Path) bool {
	_, found := p.Lookup(tree)
	return found
}

// checkRights refuses what a tenant's own word may not add, wherever it goes.
func (t *Tree) checkRights(x *manifest.Extra, doc *manifest.Node) *manifest.Problem {
	if x.Owner != manifest.OwnerWorkload {
		return nil
	}
	o := manifest.Object{Tree: doc.Tree().(map[string]any)}
	if slices.Contains(guardRails[o.Key().Group], o.Kind()) {
		return at(doc, manifest.Path{"kind"}, o.Kind()+" is a guard rail, which is the platform's",
			"ask the platform team to put it under overrides/"+t.tenant+"/resources")
	}
	for _, field := range kept {
		if p := (manifest.Path{"metadata", field}); has(o.Tree, p) {
			return at(doc, p, "decides when the object goes, which is for the cluster to say", "remove it")
		}
	}
	if m := marks(o.Tree); len(m) > 0 {
		return at(doc, m[0].path, "is a label that tenantsmith sets: the platform tells objects apart by it", "remove it")
	}
	return nil
}
