package pipeline

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strconv"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Isolated is the proof that tenants are apart.
type Isolated struct {
	proof.Isolation
	Fleet *schemas.Fleet
	// Places are how many environments of tenants were judged.
	Places int
	// Lines are the causes of each counterexample with the lines of the tenants that made them.
	Lines [][]manifest.Problem
	// Agreed are the calls between tenants that both sides declare, of the pairs that were asked about.
	Agreed []AgreedCall
	// Unrendered are the names of tenants that were not judged, sorted.
	Unrendered []string
	// Problems are what kept tenants from being judged.
	Problems []manifest.Problem
}

// AgreedCall is a call to a service of another tenant that the other accepts.
type AgreedCall struct{ Environment, From, Caller, To, Service string }

// Isolation judges whether any tenant can reach another. Tenants of the options limit that to pairs with one of them; they are
// judged against all.
func Isolation(ctx context.Context, fsys fs.FS, o Options) (*Isolated, error) {
	fleet, err := schemas.Load(fsys, schemas.Options{})
	if err != nil {
		return nil, err
	}
	out := &Isolated{Fleet: fleet, Unrendered: slices.Clone(fleet.Held), Problems: slices.Clone(fleet.Problems)}
	about, err := out.about(fsys, o.Tenants)
	if err != nil {
		return nil, err
	}
	all, err := out.enclose(ctx, o)
	if err != nil {
		return nil, err
	}
	out.Places = len(all)
	out.Isolation = proof.Isolate(all, out.agreed(all), about)
	out.Assumptions = append(out.Assumptions, out.shared()...)
	out.Agreed = slices.DeleteFunc(out.Agreed, func(c AgreedCall) bool {
		return about != nil && !about(proof.Place{Tenant: c.From}) && !about(proof.Place{Tenant: c.To})
	})
	return out, out.locate()
}

// about is what the names ask for; nil for everything.
func (x *Isolated) about(fsys fs.FS, names []string) (func(proof.Place) bool, error) {
	if len(names) == 0 {
		return nil, nil
	}
	some, err := schemas.Load(fsys, schemas.Options{Tenants: names})
	if err != nil {
		return nil, err
	}
	x.Problems = append(x.Problems, some.Unmet...)
	asked := map[string]bool{}
	for _, t := range some.Tenants {
		asked[t.Name] = true
	}
	return func(p proof.Place) bool { return asked[p.Tenant] }, nil
}

// enclose renders every tenant, and keeps of each environment what its objects say about its borders.
func (x *Isolated) enclose(ctx context.Context, o Options) ([]proof.Enclosure, error) {
	tenants := x.Fleet.Tenants
	found, problems := make([][]proof.Enclosure, len(tenants)), make([][]manifest.Problem, len(tenants))
	err := each(len(tenants), o.Progress, func(i int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		found[i], problems[i], err = encloseTenant(tenants[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	var all []proof.Enclosure
	for i := range tenants {
		x.Problems = append(x.Problems, problems[i]...)
		if len(problems[i]) > 0 {
			x.Unrendered = append(x.Unrendered, tenants[i].Name)
		}
		all = append(all, found[i]...)
	}
	slices.Sort(x.Unrendered)
	x.Unrendered = slices.Compact(x.Unrendered)
	return all, nil
}

func encloseTenant(t *schemas.Tenant) ([]proof.Enclosure, []manifest.Problem, error) {
	src := overlays(t)
	if len(t.Extras) > 0 {
		src.Base = generators.Generate(t, &t.Base) // what people add may patch it
	}
	tree, problems := overlay.New(src)
	if tree == nil || len(problems) > 0 {
		return nil, problems, fault(problems)
	}
	var out []proof.Enclosure
	for i := range t.Environments {
		e := &t.Environments[i]
		built, found := tree.Build(e.Name)
		if err := fault(found); err != nil {
			return nil, nil, err
		}
		if problems = append(problems, found...); len(found) > 0 {
			continue
		}
		objects := make([]manifest.Object, len(built))
		for i, b := range built {
			objects[i] = b.Object
		}
		objects = append(objects, generators.Delivery(t, e, src.Envs[i].Objects)...)
		out = append(out, proof.Enclose(proof.Place{
			Tenant: t.Name, Environment: e.Name, Cluster: e.Cluster.Name, Namespace: e.Namespace,
			PlatformGroups: e.Platform.RBAC.PlatformGroups, Bindable: e.Platform.RBAC.BindableClusterRoles,
			Accepts: acceptedCalls(e), Pools: pools(e.Cluster),
			Route: routeTo(t, e),
		}, objects))
	}
	return out, problems, nil
}

// pools are those of a cluster, by name.
func pools(c *schemas.Cluster) []proof.Pool {
	var out []proof.Pool
	for _, name := range slices.Sorted(maps.Keys(c.Pools)) {
		p := c.Pools[name]
		out = append(out, proof.Pool{Name: name, Labels: p.Labels, Tenants: p.Tenants})
		if p.Taint != nil {
			out[len(out)-1].Taint = map[string]string{p.Taint.Key: p.Taint.Value}
		}
	}
	return out
}

// acceptedCalls are those that an environment of a tenant accepts.
func acceptedCalls(e *schemas.Environment) []proof.Accepted {
	var out []proof.Accepted
	for _, a := range e.Spec.Accepts {
		out = append(out, proof.Accepted{Tenant: a.Tenant, From: a.From, Callees: generators.Versions(a.Service),
			Ports: meshPorts(e.Spec.Services[a.Service], a)})
	}
	return out
}

// meshPorts are the ports of an accepted call as policies of a mesh name them.
func meshPorts(s schemas.Service, a schemas.Accept) []string {
	var out []string
	for _, p := range agreedPorts(s, a) {
		if p.Protocol != "UDP" {
			out = append(out, strconv.FormatInt(p.Number, 10))
		}
	}
	return out
}

// tunnelled are the ports of an agreed call, and in an ambient mesh that at which such calls arrive: which of the
// ports is meant there, the policies of the mesh judge.
func tunnelled(e *schemas.Environment, ports []proof.Port) []proof.Port {
	tcp := slices.ContainsFunc(ports, func(p proof.Port) bool { return p.Protocol != "UDP" })
	if !e.Cluster.IsAmbient() || !tcp {
		return ports
	}
	return append(ports, proof.Port{Protocol: "TCP", Number: generators.TunnelPort})
}

// routeTo is how the GitOps engine brings a tenant what is meant for it in an environment.
func routeTo(t *schemas.Tenant, e *schemas.Environment) proof.Route {
	rails, work := generators.Folders(t, e)
	return proof.Route{
		Server: e.Cluster.Server, Engine: e.Platform.Namespaces.GitOps, Repository: e.Platform.GitOps.Repository, Rails: rails, Work: work,
		Source: generators.FluxRepository(e.Name), Listed: e.Platform.GitOps.Sources != nil,
	}
}

// agreed are the calls that both sides declare, within an environment.
func (x *Isolated) agreed(all []proof.Enclosure) []proof.Agreed {
	place := map[[2]string]int{}
	for i, e := range all {
		place[[2]string{e.Tenant, e.Environment}] = i
	}
	accepts := map[[4]string][]accepted{}
	x.environments(func(t *schemas.Tenant, e *schemas.Environment) {
		for _, a := range e.Spec.Accepts {
			at := [4]string{e.Name, a.Tenant, t.Name, a.Service}
			accepts[at] = append(accepts[at], accepted{a.From, tunnelled(e, agreedPorts(e.Spec.Services[a.Service], a))})
		}
	})
	var out []proof.Agreed
	x.environments(func(t *schemas.Tenant, e *schemas.Environment) {
		for _, name := range slices.Sorted(maps.Keys(e.Spec.Services)) {
			for _, c := range e.Spec.Services[name].Calls {
				from, here := place[[2]string{t.Name, e.Name}]
				to, there := place[[2]string{c.Tenant, e.Name}]
				if !here || !there || c.Tenant == t.Name {
					continue
				}
				if ports := let(accepts[[4]string{e.Name, t.Name, c.Tenant, c.Service}], name); len(ports) > 0 {
					x.Agreed = append(x.Agreed, AgreedCall{e.Name, t.Name, name, c.Tenant, c.Service})
					out = append(out, proof.Agreed{From: from, To: to, Ports: ports,
						Callers: generators.Versions(name), Callees: generators.Versions(c.Service)})
				}
			}
		}
	})
	return out
}

// shared are the assumptions about the services of the platform that tenants call: they are no place of a tenant.
func (x *Isolated) shared() []string {
	called := map[string]bool{}
	x.environments(func(_ *schemas.Tenant, e *schemas.Environment) {
		for _, s := range e.Spec.Services {
			for _, c := range s.Calls {
				if c.Shared != "" {
					called[c.Shared] = true
				}
			}
		}
	})
	var out []string
	for _, name := range slices.Sorted(maps.Keys(called)) {
		out = append(out, "the platform's shared service "+name+" keeps the tenants apart that call it, and calls none of them")
	}
	return out
}

// accepted is a word for a caller, for every one without a name, and the ports that it opens.
type accepted struct {
	from  string
	ports []proof.Port
}

// agreedPorts are those of a service that a word opens.
func agreedPorts(s schemas.Service, a schemas.Accept) []proof.Port {
	var out []proof.Port
	for _, p := range generators.AcceptedPorts(s, a) {
		out = append(out, proof.Port{Protocol: p.Protocol, Number: int64(p.Port)})
	}
	return out
}

// let are the ports at which a caller is accepted.
func let(words []accepted, caller string) []proof.Port {
	var out []proof.Port
	for _, w := range words {
		if w.from == "" || w.from == caller {
			out = append(out, w.ports...)
		}
	}
	return out
}

func (x *Isolated) environments(visit func(*schemas.Tenant, *schemas.Environment)) {
	for _, t := range x.Fleet.Tenants {
		for i := range t.Environments {
			visit(t, &t.Environments[i])
		}
	}
}

// locate finds the line of a tenant behind every cause. Tenants without one are not rendered again.
func (x *Isolated) locate() error {
	x.Lines = make([][]manifest.Problem, len(x.Breaches))
	origins := map[[2]string]*origin{}
	for i, b := range x.Breaches {
		for _, c := range slices.Concat(x.phased(b), b.Causes) {
			at := [2]string{c.Tenant, c.Environment}
			if origins[at] == nil {
				o, err := x.origin(c)
				if err != nil {
					return err
				}
				origins[at] = o
			}
			line := []manifest.Problem{{Check: "isolation", Severity: manifest.High, Message: b.Message, Tenant: c.Tenant, Environment: c.Environment,
				Object: c.Object, APIVersion: c.APIVersion, Path: c.Path, Field: x.asks(c)}}
			origins[at].locate(line)
			x.Lines[i] = append(x.Lines[i], line...)
		}
	}
	return nil
}

// tenant is that of a cause, and its environment.
func (x *Isolated) tenant(c proof.Cause) (t *schemas.Tenant, environment int) {
	t = x.Fleet.Tenants[slices.IndexFunc(x.Fleet.Tenants, func(t *schemas.Tenant) bool { return t.Name == c.Tenant })]
	return t, slices.IndexFunc(t.Environments, func(e schemas.Environment) bool { return e.Name == c.Environment })
}

// asks is the field that puts a guard in audit, or that asks for an object beside the GitOps engine, which stands in no
// tree; empty for others.
func (x *Isolated) asks(c proof.Cause) string {
	if guard, ok := auditedBy(c.Path); ok {
		return manifest.Path{"spec", "guards", guard}.String()
	}
	t, i := x.tenant(c)
	for _, o := range delivery(t, &t.Environments[i]) {
		if o.Key() == c.Object {
			return o.Subject
		}
	}
	return ""
}

// origin renders the tenant of a cause again.
func (x *Isolated) origin(c proof.Cause) (*origin, error) {
	t, i := x.tenant(c)
	src := sourceOf(t)
	tree, _ := overlay.New(src)
	built, problems := tree.Build(c.Environment)
	if err := fault(problems); err != nil {
		return nil, err
	}
	// Whether generated objects hold a check is no question here: what people wrote over them is what opens the way.
	held := func(string) bool { return false }
	judges := func(string) []string { return nil }
	return newOrigin(t, &t.Environments[i], whole(src.Envs[i]), built, tree, held, judges), nil
}
