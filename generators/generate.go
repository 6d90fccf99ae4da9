// Package generators turns a complete tenant in one environment into typed Kubernetes objects, one
// file a capability.
//
// A generator reads the tenant and nothing else: no disk, no network, no clock. It places nothing:
// namespaced objects carry neither a namespace nor the environment's label, which the overlay gives
// them. Objects that no overlay may touch (a Namespace, objects of other namespaces, bindings with a
// ServiceAccount subject) are marked outer and are complete.
package generators

import (
	"cmp"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// input is what every generator gets.
type input struct {
	tenant *schemas.Tenant
	env    *schemas.Environment
}

// object is a typed Kubernetes object, whose it is, and which field of the tenant asked for it.
type object struct {
	owner   manifest.Owner
	subject string
	outer   bool
	typed   any
}

// environment is the one that objects name in selectors and values. The base is written with that of
// the first environment, which the overlays of the others replace.
func (in input) environment() string {
	if in.env.Name == "" && len(in.tenant.Environments) > 0 {
		return in.tenant.Environments[0].Name
	}
	return in.env.Name
}

// services are the names of the services, sorted.
func (in input) services() []string { return slices.Sorted(maps.Keys(in.env.Spec.Services)) }

// servicePath is the subject of what a service, or a field of it, asks for.
func servicePath(name string, fields ...any) string {
	return manifest.Path{"spec", "services", name}.Join(fields...).String()
}

// generators are the capabilities. A new one is one file and one line here. The quota is not among
// them: it is made of what they made.
var generators = []func(input) []object{
	namespace,
	guarded(schemas.GuardLimits, limits),
	guarded(schemas.GuardAccounts, defaultAccount),
	accounts,
	roles,
	delivery,
	guarded(schemas.GuardNetwork, network),
	guarded(schemas.GuardNetwork, hostCalls),
	guarded(schemas.GuardNetwork, clusterGuard),
	guarded(schemas.GuardNetwork, metadataAccess),
	guarded(schemas.GuardMesh, identities),
	workloads,
	jobs,
	onceSteps,
	addresses,
	autoscalers,
	verticals,
	disruptions,
	virtualServices,
	destinationRules,
	httpRoutes,
	firewalls,
	ingresses,
	certificates,
	listeners,
	istioGateways,
	solvers,
	analyses,
	files,
	claims,
	finalBackup,
	fluxBrought,
}

// Generate renders the tenant in one environment: &t.Environments[i], or &t.Base for what the tenant
// is without its environments. The objects come sorted by owner, kind and name. Guards in audit are not among them.
func Generate(t *schemas.Tenant, e *schemas.Environment) []manifest.Object {
	in := newInput(t, e)
	out := in.all()
	if !e.Spec.Guards.Audits(schemas.GuardQuota) {
		out = in.render(out, quota(in, in.awakeObjects(out)))
	}
	return sorted(out)
}

// sorted puts objects in the order in which they are written.
func sorted(objects []manifest.Object) []manifest.Object {
	slices.SortFunc(objects, func(a, b manifest.Object) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Kind(), b.Kind()),
			cmp.Compare(a.Namespace(), b.Namespace()), cmp.Compare(a.Name(), b.Name()),
			cmp.Compare(a.APIVersion(), b.APIVersion()))
	})
	return objects
}

// all is what the generators make.
func (in input) all() []manifest.Object {
	var out []manifest.Object
	for _, generate := range generators {
		out = in.render(out, generate(in))
	}
	return out
}

// render adds what a generator made, as the trees that are written.
func (in input) render(out []manifest.Object, made []object) []manifest.Object {
	for _, o := range rendered(made) {
		o.Subject = in.subject(o.Subject)
		out = append(out, o)
	}
	return out
}

// rendered are what generators made, as the trees that are written.
func rendered(made []object) []manifest.Object {
	out := make([]manifest.Object, len(made))
	for i, o := range made {
		out[i] = manifest.Object{Owner: o.owner, Subject: o.subject, Outer: o.outer, Tree: manifest.FromTyped(o.typed)}
	}
	return out
}
