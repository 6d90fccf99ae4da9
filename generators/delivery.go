package generators

import (
	"path"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// deliveries are what the GitOps engines need to apply a tenant in an environment, made of its objects there, by engine.
var deliveries = map[string]func(input, []manifest.Object) []object{"argocd": argoDelivery, "flux": fluxDelivery}

// roots are what the GitOps engines need that belongs to no tenant, by engine. Flux needs none: what it applies stands in the environment's own folder.
var roots = map[string]func(*schemas.Platform) []object{"argocd": argoRoot}

// Root renders what the platform's GitOps engine needs before it can apply any tenant: complete objects, as the
// cluster gets them that the engine runs in. There are none where the platform names no GitOps repository.
func Root(p *schemas.Platform) []manifest.Object {
	generate := roots[p.GitOps.Engine]
	if p.GitOps.Repository == "" || generate == nil {
		return nil
	}
	return sorted(rendered(generate(p)))
}

// Delivery renders what the platform's GitOps engine needs to apply the tenant in an environment: complete
// objects, as the cluster gets them that the engine runs in. There are none where the platform names no GitOps
// repository. The given objects are what [Generate] makes of the tenant there.
func Delivery(t *schemas.Tenant, e *schemas.Environment, objects []manifest.Object) []manifest.Object {
	generate := deliveries[e.Platform.GitOps.Engine]
	if e.Platform.GitOps.Repository == "" || generate == nil {
		return nil
	}
	return sorted(rendered(generate(newInput(t, e), objects)))
}

// treePath is the folder of a tree of the tenant in the environment, as the GitOps repository has it.
func (in input) treePath(owner manifest.Owner) string {
	g := in.env.Platform.GitOps
	return path.Join(g.Path, "tenants", in.tenant.Name, string(owner), "overlays", in.env.Name)
}

// Folders are those of the tenant's trees in the GitOps repository: its guard rails, and its workloads.
func Folders(t *schemas.Tenant, e *schemas.Environment) (rails, work string) {
	in := input{t, e}
	return in.treePath(manifest.OwnerPlatform), in.treePath(manifest.OwnerWorkload)
}

// branchOf is the branch of the GitOps repository that an environment follows.
func branchOf(g schemas.GitOps, env string) string {
	return strings.ReplaceAll(g.Revision, "{env}", env)
}

// workload are those of the tenant's objects in the environment that its workload tree holds, and whether the tenant
// has that tree: it has it in every environment if it has it in one.
func (in input) workload(objects []manifest.Object) ([]manifest.Object, bool) {
	var own []manifest.Object
	for _, o := range objects {
		if o.Owner == manifest.OwnerWorkload {
			own = append(own, o)
		}
	}
	exists := len(own) > 0 || slices.ContainsFunc(in.tenant.Extras, func(x manifest.Extra) bool {
		return !x.Patch && x.Owner == manifest.OwnerWorkload
	})
	for i := range in.tenant.Environments {
		exists = exists || newInput(in.tenant, &in.tenant.Environments[i]).works()
	}
	return own, exists
}

// works reports whether the tenant's fields make anything of the workload tree in the environment. Nothing is
// rendered for that.
func (in input) works() bool {
	return slices.ContainsFunc(generators, func(generate func(input) []object) bool {
		return slices.ContainsFunc(generate(in), func(o object) bool { return o.owner == manifest.OwnerWorkload })
	})
}

// deliveryMeta is the metadata of an object beside the GitOps engine.
func (in input) deliveryMeta(name string) metav1.ObjectMeta {
	meta := in.meta(name, "")
	meta.Namespace = in.env.Platform.Namespaces.GitOps
	meta.Labels[labelEnvironment] = in.env.Name
	return meta
}

// delivered is an object that a line about the tenant's environment asks for, or one about its delivery.
func (in input) delivered(typed any, field ...any) object {
	subject := manifest.Path{"spec", "environments", in.env.Name}
	if len(field) > 0 {
		subject = manifest.Path{"spec", "delivery"}.Join(field...)
	}
	return object{owner: manifest.OwnerPlatform, subject: subject.String(), outer: true, typed: typed}
}
