package pipeline

import (
	"context"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// members are the tenants in their environments, as the fleet sees them.
func members(rendered []Rendered) []policies.Member {
	var out []policies.Member
	for _, r := range rendered {
		out = append(out, r.members...)
	}
	return out
}

// across asks what only shows when all tenants are seen together.
func (c chain) across(ctx context.Context, members []policies.Member) ([]manifest.Problem, error) {
	if !c.asks() {
		return nil, nil
	}
	return c.engine.CheckFleet(ctx, members, c.policies)
}

// judge holds back the tenants with problems, those found across tenants among them, and writes the records
// of the others.
func (c chain) judge(ctx context.Context, rendered []Rendered, crossed []manifest.Problem) (*Result, error) {
	res := &Result{Fleet: c.fleet, Tenants: rendered, FailOn: c.failOn, Held: slices.Clone(c.fleet.Held), engine: c.engine, known: c.known}
	for _, r := range rendered {
		res.Objects += r.objects
	}
	platform, err := c.platform(ctx)
	if err != nil {
		return nil, err
	}
	change, err := c.change(ctx)
	if err != nil {
		return nil, err
	}
	res.Rules, res.apart, res.beside = c.rules, c.apart(), append(change, platform...)
	if res.Own, err = c.own(c.holds(platform)); err != nil {
		return nil, err
	}
	byTenant := map[string][]manifest.Problem{}
	for _, p := range crossed {
		byTenant[p.Tenant] = append(byTenant[p.Tenant], p)
	}
	res.Problems = slices.Concat(c.fleet.Problems, res.beside, c.unrendered(rendered))
	for i := range rendered {
		r := &rendered[i]
		across := byTenant[r.Tenant.Name]
		for j := range across {
			across[j].Position = brought(r.Tenant, across[j])
		}
		r.problems = append(r.problems, across...)
		c.waive(r)
		res.Problems = append(res.Problems, r.problems...)
		if c.holds(r.problems) || c.holds(platform) {
			res.Held, r.Files, r.Tree = append(res.Held, r.Tenant.Name), nil, nil
			continue
		}
		if !c.options.comparing {
			c.record(r)
		}
	}
	slices.Sort(res.Held)
	res.Held = slices.Compact(res.Held)
	res.Problems = manifest.SortProblems(res.Problems)
	return res, nil
}

// brought is where the field of the problem stands, or where people brought what it is about: in a file with the object,
// or in a patch of it. Otherwise it is the tenant's name.
func brought(t *schemas.Tenant, p manifest.Problem) manifest.Position {
	if p.Field != "" {
		return t.At(p.Environment, manifest.ParsePath(p.Field))
	}
	for _, x := range t.Extras {
		if x.Environment != "" && x.Environment != p.Environment {
			continue
		}
		for _, doc := range x.Documents {
			if at, ok := broughtIn(doc, x.Patch, p); ok {
				return at
			}
		}
	}
	return t.At(p.Environment, manifest.Path{"metadata", "name"})
}

// broughtIn is where a document has what the problem is about.
func broughtIn(doc *manifest.Node, patch bool, p manifest.Problem) (manifest.Position, bool) {
	if patch && doc.Get("patch") != nil {
		return operation(doc, p)
	}
	objects, _ := manifest.Objects(doc)
	for _, o := range objects {
		k := o.Key()
		if k.Group != p.Object.Group || k.Kind != p.Object.Kind || k.Name != p.Object.Name {
			continue
		}
		at, whole := doc.Find(p.Path)
		if len(objects) == 1 && whole {
			return at, true
		}
		return doc.Position, !patch
	}
	return manifest.Position{}, false
}

// operation is that of a JSON patch which writes the field of the problem, or what is above it.
func operation(doc *manifest.Node, p manifest.Problem) (manifest.Position, bool) {
	fits := func(key, is string) bool {
		want := doc.Get("target").Get(key)
		return want == nil || want.Value == is
	}
	field := strings.ReplaceAll(strings.NewReplacer("[", ".", "]", "").Replace(p.Path.String()), ".", "/") + "/"
	for _, op := range doc.Get("patch").Items {
		at := op.Get("path")
		if at == nil || !fits("kind", p.Object.Kind) || !fits("name", p.Object.Name) {
			continue
		}
		if pointer, _ := at.Value.(string); strings.HasPrefix("/"+field, strings.TrimSuffix(pointer, "/-")+"/") {
			return at.Position, true
		}
	}
	return manifest.Position{}, false
}

func (c chain) holds(problems []manifest.Problem) bool {
	return slices.ContainsFunc(problems, func(p manifest.Problem) bool {
		return p.Waiver == "" && p.Severity.AtLeast(c.failOn)
	})
}

// record adds the tenant's record to its files: what a later run and an audit need to know.
func (c chain) record(r *Rendered) {
	rec := manifest.Record{
		Tenant: r.Tenant.Name, Version: c.options.Version, Inputs: r.Tenant.Inputs,
		Schemas: c.fleet.Digest, Policies: c.engine.Digest(),
		Waivers: used(r.problems), Claims: recorded(r.members), Checks: c.ofTenants, Unasked: c.unasked(r), Accepted: c.accepted(r),
	}
	rec.Lifecycle, rec.Until = r.Tenant.Lifecycle()
	for _, p := range manifest.SortProblems(slices.Clone(r.problems)) {
		if p.Severity == manifest.Warning {
			continue
		}
		rec.Findings = append(rec.Findings, manifest.RecordedFinding{
			Check: p.Check, Severity: p.Severity, Environment: p.Environment, Object: p.Object.String(), Waiver: p.Waiver,
		})
	}
	r.Files = recordedIn(rec, r.Files, r.delivered())
}

// known is what policies may know of the platform, made ready once a run.
type known struct {
	now      string
	platform policies.Document
	clusters map[string]policies.Document
}

func newKnown(p *schemas.Platform, now string) known {
	k := known{now: now, clusters: map[string]policies.Document{}}
	if p == nil {
		return k
	}
	k.platform = policies.NewDocument(p.Document())
	for name := range p.Clusters {
		k.clusters[name] = policies.NewDocument(p.ClusterDocument(name))
	}
	return k
}

// facts are what policies may know of a tenant in an environment and of the platform.
func (k known) facts(tenant string, e *schemas.Environment) policies.Context {
	p := e.Platform
	kinds := make([]policies.Kind, len(p.Kinds.Allowed))
	for i, k := range p.Kinds.Allowed {
		kinds[i] = policies.Kind{Group: k.Group, Kind: k.Kind, Scope: k.Scope}
	}
	return policies.Context{
		Tenant: tenant, Environment: e.Name, Namespace: e.Namespace, Tier: e.Spec.Tier, Namespaces: []string{e.Namespace},
		Protected: e.Protected, PublicSuffixes: publicSuffixes(e.Spec.Domains), Now: k.now, Spec: policies.NewDocument(e.Document()),
		OwnAudits: e.OwnAudits(),
		Platform: policies.Platform{
			Spec: k.platform, Cluster: k.clusters[e.Cluster.Name],
			ReservedNamespaces: p.ReservedNames, AllowedKinds: kinds, BindableClusterRoles: p.RBAC.BindableClusterRoles,
			OuterNamespaces: []string{p.Namespaces.Backup, p.Namespaces.Gateway, p.Namespaces.GitOps, p.Namespaces.Monitoring},
			ClusterVersion:  e.Cluster.Version, DNSNamespaces: e.DNSNamespaces(),
		},
	}
}

func member(tenant string, e *schemas.Environment, objects []manifest.Object) policies.Member {
	m := policies.Member{Tenant: tenant, Environment: e.Name, Cluster: e.Cluster.Name, Protected: e.Protected, Namespaces: []string{e.Namespace}}
	for _, o := range objects {
		m.Keys = append(m.Keys, policies.OwnedKey{Key: o.Key(), Owner: o.Owner})
	}
	m.Claims = claims(tenant, e, objects)
	return m
}
