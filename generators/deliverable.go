package generators

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// Deliverable reports whether the GitOps engine applies objects of a kind that the tenant brings to the environment: by
// the rights of the tenant's account where it acts as that, and by the tenant's project of Argo CD. Where the platform
// names no GitOps repository nobody knows, and it is true.
func Deliverable(t *schemas.Tenant, e *schemas.Environment, group, kind string) bool {
	in, k := newInput(t, e), metav1.GroupKind{Group: group, Kind: kind}
	g := e.Platform.GitOps
	if g.Repository == "" {
		return true
	}
	if in.impersonated() && !in.mayApply(group, kind) {
		return false
	}
	return g.Engine != "argocd" || slices.Contains(kindList(tenantKinds, e.Platform.Kinds.Allowed, "Namespaced"), k) &&
		!slices.Contains(kindList(guardKinds, nil, ""), k)
}

// mayApply reports whether the tenant's account may apply objects of a kind.
func (in input) mayApply(group, kind string) bool {
	plural, _ := meta.UnsafeGuessKindToResource(schema.GroupVersionKind{Group: group, Kind: kind})
	for _, rule := range in.deliveryRules() {
		if slices.Contains(rule.APIGroups, group) && slices.Contains(rule.Resources, plural.Resource) {
			return true
		}
	}
	return group == "" && kind == "Secret" && in.env.Platform.GitOps.Engine == "flux" && in.installs()
}
