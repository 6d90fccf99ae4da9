package pipeline

import (
	"context"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
)

// recorded writes what a tenant has alone among all tenants as its record keeps it: kind:value. Namespaces, and
// objects outside of its namespaces, are those of a cluster.
func recorded(members []policies.Member) []string {
	var out []string
	for _, m := range members {
		for _, c := range m.Claims {
			if c.Kind != "call" && c.Kind != "accept" {
				out = append(out, c.Kind+":"+c.Value)
			}
		}
		for _, n := range m.Namespaces {
			out = append(out, "namespace:"+m.Cluster+"/"+n)
		}
		for _, k := range m.Keys {
			if !slices.Contains(m.Namespaces, k.Namespace) && k.Kind != "Namespace" {
				out = append(out, "object:"+strings.Join([]string{m.Cluster, k.Group, k.Kind, k.Namespace, k.Name}, "/"))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// remembered are the members of a fleet that the claims of a record speak of, one a cluster. What cannot be read
// claims nothing.
func remembered(tenant string, all []string) []policies.Member {
	members := []policies.Member{{Tenant: tenant}}
	at := func(cluster string) *policies.Member {
		i := slices.IndexFunc(members, func(m policies.Member) bool { return m.Cluster == cluster })
		if i < 0 {
			i, members = len(members), append(members, policies.Member{Tenant: tenant, Cluster: cluster})
		}
		return &members[i]
	}
	for _, text := range all {
		kind, value, _ := strings.Cut(text, ":")
		cluster, rest, _ := strings.Cut(value, "/")
		parts := strings.Split(rest, "/")
		switch {
		case kind == "namespace":
			m := at(cluster)
			m.Namespaces = append(m.Namespaces, rest)
		case kind == "object" && len(parts) == 4:
			key := manifest.Key{Group: parts[0], Kind: parts[1], Namespace: parts[2], Name: parts[3]}
			m := at(cluster)
			m.Keys = append(m.Keys, policies.OwnedKey{Key: key})
		case kind != "object":
			members[0].Claims = append(members[0].Claims, policies.Claim{Kind: kind, Value: value, Object: -1})
		}
	}
	return members
}

// Clashes judges tenants of the run together with others that it did not render, of which it has what their
// records claim. A problem names both, and belongs to the tenant of the run. Problems that the tenants have
// without the others are none of them.
func (r *Result) Clashes(ctx context.Context, tenants []string, others map[string][]string) ([]manifest.Problem, error) {
	var ours, theirs []policies.Member
	for _, t := range r.Tenants {
		if slices.Contains(tenants, t.Tenant.Name) {
			ours = append(ours, t.members...)
		}
	}
	for tenant, claims := range others {
		theirs = append(theirs, remembered(tenant, claims)...)
	}
	alone, err := r.engine.CheckFleet(ctx, ours, nil)
	if err != nil {
		return nil, err
	}
	found, err := r.engine.CheckFleet(ctx, slices.Concat(ours, theirs), nil)
	if err != nil {
		return nil, err
	}
	isNew := func(p manifest.Problem) bool {
		return !slices.ContainsFunc(alone, func(a manifest.Problem) bool { return same(a, p) })
	}
	var out []manifest.Problem
	for _, p := range found {
		if !slices.Contains(tenants, p.Tenant) || !isNew(p) || !p.Severity.AtLeast(r.FailOn) {
			continue
		}
		whose, err := r.whose(ctx, p, ours, theirs, found)
		if err != nil {
			return nil, err
		}
		p.Message += " (in the GitOps repository: " + strings.Join(whose, ", ") + ")"
		p.Position = r.placeOf(p)
		out = append(out, p)
	}
	return manifest.SortProblems(out), nil
}

func same(a, b manifest.Problem) bool {
	return a.Check == b.Check && a.Tenant == b.Tenant && a.Environment == b.Environment && a.Message == b.Message &&
		a.Field == b.Field && a.Object == b.Object && a.Path.String() == b.Path.String()
}

func (r *Result) placeOf(p manifest.Problem) manifest.Position {
	for _, t := range r.Tenants {
		if t.Tenant.Name == p.Tenant {
			return brought(t.Tenant, p)
		}
	}
	return p.Position
}

// whose names the other tenants that have the problem between themselves and the one of the problem. Only those
// that have a problem, too, come into question.
func (r *Result) whose(ctx context.Context, p manifest.Problem, ours, theirs []policies.Member, found []manifest.Problem) ([]string, error) {
	of := func(members []policies.Member, tenant string) []policies.Member {
		return slices.DeleteFunc(slices.Clone(members), func(m policies.Member) bool { return m.Tenant != tenant })
	}
	var out []string
	for _, f := range found {
		them := of(theirs, f.Tenant)
		if len(them) == 0 || slices.Contains(out, f.Tenant) {
			continue
		}
		pair, err := r.engine.CheckFleet(ctx, slices.Concat(of(ours, p.Tenant), them), nil)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(pair, func(q manifest.Problem) bool { return same(q, p) }) {
			out = append(out, f.Tenant)
		}
	}
	slices.Sort(out)
	return out, nil
}
