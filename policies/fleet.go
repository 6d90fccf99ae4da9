package policies

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"golang.org/x/text/unicode/norm"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Member is one tenant in one environment, as the fleet sees it: the identities of its objects, not
// their content.
type Member struct {
	Tenant, Environment, Cluster string
	// Protected environments are kept apart from the tenant's others.
	Protected bool
	// Namespaces are those the tenant claims in this environment.
	Namespaces []string
	Keys       []OwnedKey
	// Claims are what the tenant says is its own beside objects and namespaces.
	Claims []Claim
}

// UsedIdentity is the kind of the claim by which a service acts as an identity of the cloud.
const UsedIdentity = "cloud identity"

// Claim is something that only one tenant should have.
type Claim struct {
	// Kind is domain, host, group, secret, bucket or identity. It is call for a call to another tenant and
	// accept for its mirror there; their Value is caller/callee/service. It is UsedIdentity for what a service
	// of the tenant acts as.
	Kind, Value string
	// Field is where the tenant's file says so; Object is the index in Keys of the object that does, -1
	// for none, and Path the field in it.
	Field  manifest.Path
	Object int
	Path   manifest.Path
}

// OwnedKey is the identity of an object and whose tree it stands in.
type OwnedKey struct {
	manifest.Key
	Owner manifest.Owner
}

// CheckFleet judges what only shows when all tenants are seen together. Each problem belongs to one
// tenant and never tells it about another. Checks are ids, or prefixes of ids; none means all.
func (e *Engine) CheckFleet(ctx context.Context, in []Member, checks []string) ([]manifest.Problem, error) {
	selected, err := e.selected(checks, nil)
	if err != nil {
		return nil, err
	}
	r, err := e.newRun(ctx, selected)
	if err != nil {
		return nil, err
	}
	defer r.close()
	q := r.ask(func(i int) bool { return e.gates.rules[FleetScope][i].always })
	if q == nil {
		return nil, nil
	}
	input := map[string]any{
		"duplicates": shared(in), "shared_namespaces": claimed(in), "shared": disputed(in), "unanswered": unanswered(in), "mixed": mixed(in),
	}
	if e.members {
		input["members"] = everyone(in)
	}
	err = r.eval(q, ast.LazyObject(input), func(f finding, rule Rule) error {
		return r.addMember(rule, f, in)
	}, "the fleet")
	if err != nil {
		return nil, err
	}
	return manifest.SortProblems(r.problems), nil
}

// addMember notes a finding about a member and, where it names one, about one of its objects.
func (r *run) addMember(rule Rule, f finding, in []Member) error {
	if f.member == nil || *f.member < 0 || *f.member >= len(in) {
		return fmt.Errorf("%s: a finding about the fleet names no member of it", rule.File)
	}
	m := in[*f.member]
	p := problem(rule, f)
	p.Tenant, p.Environment = m.Tenant, m.Environment
	if f.object != nil && *f.object >= 0 {
		if *f.object >= len(m.Keys) {
			return fmt.Errorf("%s: a finding names object %d of %d", rule.File, *f.object, len(m.Keys))
		}
		p.Object = m.Keys[*f.object].Key
	}
	r.problems = append(r.problems, p)
	return nil
}

// holder is one who has what only one may have.
type holder struct{ member, object int }

// shared are the objects that more than one member has on one cluster. They are found here and not by
// a rule, for a fleet has a hundred thousand objects and hardly any of them twice.
func shared(in []Member) []any {
	type place struct {
		cluster string
		manifest.Key
	}
	seen := map[place][]holder{}
	for i, m := range in {
		for j, k := range m.Keys {
			at := place{m.Cluster, k.Key}
			seen[at] = append(seen[at], holder{i, j})
		}
	}
	var all []any
	for at, holders := range seen {
		if first := holders[0].member; !slices.ContainsFunc(holders, func(h holder) bool { return h.member != first }) {
			continue
		}
		var list []any
		for _, h := range holders {
			m := in[h.member]
			list = append(list, map[string]any{
				"member": h.member, "object": h.object, "tenant": m.Tenant, "environment": m.Environment,
				"owner": string(m.Keys[h.object].Owner),
			})
		}
		all = append(all, map[string]any{
			"cluster": at.cluster, "group": at.Group, "kind": at.Kind, "namespace": at.Namespace, "name": at.Name,
			"holders": list,
		})
	}
	return all
}

// claimed are the namespaces that more than one tenant claims on one cluster.
func claimed(in []Member) []any {
	type place struct{ cluster, namespace string }
	seen := map[place][]int{}
	for i, m := range in {
		for _, n := range m.Namespaces {
			at := place{m.Cluster, n}
			seen[at] = append(seen[at], i)
		}
	}
	var all []any
	for at, members := range seen {
		if tenant := in[members[0]].Tenant; !slices.ContainsFunc(members, func(i int) bool { return in[i].Tenant != tenant }) {
			continue
		}
		list := make([]any, len(members))
		for i, m := range members {
			list[i] = m
		}
		all = append(all, map[string]any{"cluster": at.cluster, "namespace": at.namespace, "members": list})
	}
	return all
}

// disputed are the claims that more than one tenant makes. A domain or host is also claimed by whoever
// claims one above it, wildcards included: what is below *.example.com is below example.com. So is a
// path in a store of secrets or a bucket.
func disputed(in []Member) []any {
	type name struct{ kind, value string }
	claimed := map[name][]holding{}
	for i, m := range in {
		for _, c := range m.Claims {
			if c.Kind == "call" || c.Kind == "accept" || c.Kind == UsedIdentity {
				continue // both sides say the same, and should; what is used is told where it is assigned
			}
			at := name{family(c.Kind), root(c)}
			claimed[at] = append(claimed[at], holding{i, c})
		}
	}
	var all []any
	for at, own := range claimed {
		whole := slices.Clone(own)
		for rest := above(at.kind, at.value); rest != ""; rest = above(at.kind, rest) {
			whole = append(whole, claimed[name{at.kind, rest}]...)
		}
		if tenant := in[whole[0].member].Tenant; !slices.ContainsFunc(whole, func(h holding) bool { return in[h.member].Tenant != tenant }) {
			continue
		}
		all = append(all, map[string]any{"kind": at.kind, "value": at.value, "holders": holders(in, whole)})
	}
	return all
}

// unanswered are the calls that the other tenant does not accept in the same environment. What a tenant
// says that is not in the fleet, nobody knows.
func unanswered(in []Member) []any {
	type word struct{ tenant, environment, value string }
	present, accepted := map[string]bool{}, map[word]bool{}
	for _, m := range in {
		present[m.Tenant] = true
		for _, c := range m.Claims {
			if c.Kind == "accept" {
				accepted[word{m.Tenant, m.Environment, c.Value}] = true
			}
		}
	}
	var all []any
	for i, m := range in {
		for _, c := range m.Claims {
			parts := strings.Split(c.Value, "/")
			if c.Kind != "call" || len(parts) != 4 || !present[parts[1]] {
				continue
			}
			one := word{parts[1], m.Environment, c.Value}
			every := word{parts[1], m.Environment, strings.TrimSuffix(c.Value, parts[3])}
			if !accepted[one] && !accepted[every] {
				all = append(all, map[string]any{"member": i, "tenant": parts[1], "service": parts[2], "field": []any(c.Field)})
			}
		}
	}
	return all
}

// holding is a claim and whose it is.
type holding struct {
	member int
	Claim
}

// holders are the holders of a claim as rules see them.
func holders(in []Member, of []holding) []any {
	list := make([]any, len(of))
	for i, h := range of {
		m := in[h.member]
		list[i] = map[string]any{
			"member": h.member, "tenant": m.Tenant, "environment": m.Environment, "cluster": m.Cluster,
			"kind": h.Kind, "value": h.Value, "object": h.Object, "path": []any(h.Path), "field": []any(h.Field),
		}
	}
	return list
}

// family is what kinds have in common: who owns a domain owns its hosts.
func family(kind string) string {
	if kind == "host" {
		return "domain"
	}
	return kind
}

// root is what is compared: names of DNS in lower case, without a wildcard and the last dot; others as
// they look to those who take no notice of case and of the forms of a character.
func root(c Claim) string {
	if family(c.Kind) == "domain" {
		return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(c.Value, "*."), "."))
	}
	return strings.Trim(strings.ToLower(norm.NFKC.String(c.Value)), "/")
}

// above is the name of DNS above a name, or the path above a path; nothing else has one.
func above(kind, value string) string {
	switch kind {
	case "domain":
		if _, rest, _ := strings.Cut(value, "."); strings.Contains(rest, ".") {
			return rest
		}
	case "secret", "bucket":
		return value[:max(strings.LastIndexByte(value, '/'), 0)]
	}
	return ""
}

// everyone is the whole fleet, for rules of the platform.
func everyone(in []Member) []any {
	all := make([]any, len(in))
	for i, m := range in {
		keys := make([]any, len(m.Keys))
		for j, k := range m.Keys {
			keys[j] = map[string]any{
				"group": k.Group, "kind": k.Kind, "namespace": k.Namespace, "name": k.Name, "owner": string(k.Owner),
			}
		}
		all[i] = map[string]any{
			"tenant": m.Tenant, "environment": m.Environment, "cluster": m.Cluster,
			"namespaces": list(m.Namespaces), "keys": keys,
		}
	}
	return all
}
