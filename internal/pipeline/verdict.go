package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Verdict sorts what holds back a tenant that goes back to an earlier state.
type Verdict struct {
	// Blocking is what no rollback gets past: what cannot be rendered, what breaks quota or isolation, and what
	// nobody can waive.
	Blocking []manifest.Problem
	// Younger are findings of all other checks: the state passed when it was published, so that they are asked since,
	// or were waived for a time that is over.
	Younger []manifest.Problem
}

// guards are the checks that keep tenants within their quota and apart from each other.
var guards = []string{"TS-QUO-", "TS-NET-", "TS-RBAC-", "TS-TEN-", "TS-GRD-"}

// Judge sorts the problems that hold tenants back.
func Judge(res *Result) Verdict {
	var v Verdict
	for _, p := range res.Problems {
		switch {
		case !p.Severity.AtLeast(res.FailOn) || p.Waiver != "":
		case p.Severity == manifest.Error || isGuard(p.Check) || !res.waivable(p.Check):
			v.Blocking = append(v.Blocking, p)
		default:
			v.Younger = append(v.Younger, p)
		}
	}
	return v
}

func isGuard(check string) bool {
	return slices.ContainsFunc(guards, func(prefix string) bool { return strings.HasPrefix(check, prefix) })
}

func (r *Result) waivable(check string) bool {
	rules, err := r.engine.Selected([]string{check})
	return err == nil && len(rules) == 1 && rules[0].Waivable
}

// Grant is who lets findings pass for a time, and why.
type Grant struct {
	// Name is what the waivers' names begin with.
	Name, Reason, RequestedBy, ApprovedBy, Ticket string
	Created                                       time.Time
	// Days is how long they hold.
	Days int
}

// Waivers are the files that let findings of one tenant pass: one for each check, as narrow as the findings are.
func (g Grant) Waivers(problems []manifest.Problem) map[string][]byte {
	byCheck := map[string][]manifest.Problem{}
	for _, p := range problems {
		byCheck[p.Check] = append(byCheck[p.Check], p)
	}
	out := map[string][]byte{}
	for check, found := range byCheck {
		name := g.Name + "-" + strings.ToLower(check)
		out["waivers/"+name+".yaml"] = manifest.Marshal(map[string]any{
			"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Waiver",
			"metadata": map[string]any{"name": name}, "spec": g.spec(check, found),
		})
	}
	return out
}

func (g Grant) spec(check string, found []manifest.Problem) map[string]any {
	spec := map[string]any{
		"checks": []any{check}, "tenant": found[0].Tenant, "reason": g.Reason, "ticket": g.Ticket,
		"requestedBy": g.RequestedBy, "approvedBy": g.ApprovedBy,
		"created": g.Created.Format(time.DateOnly), "expires": g.Created.AddDate(0, 0, g.Days).Format(time.DateOnly),
	}
	environments := distinct(found, func(p manifest.Problem) string { return p.Environment })
	if environments != nil {
		spec["environments"] = environments
	}
	fields := distinct(found, func(p manifest.Problem) string { return p.Field })
	objects := objectsOf(found)
	switch {
	case objects != nil:
		spec["objects"] = objects
	case fields != nil:
		spec["fields"] = fields
	}
	return spec
}

// distinct lists what the findings say, sorted; nothing where one of them says nothing.
func distinct(found []manifest.Problem, of func(manifest.Problem) string) []any {
	var names []string
	for _, p := range found {
		names = append(names, of(p))
	}
	slices.Sort(names)
	var out []any
	for _, name := range slices.Compact(names) {
		if name == "" {
			return nil
		}
		out = append(out, name)
	}
	return out
}

// objectsOf lists the objects of findings, sorted; nothing where one is about none.
func objectsOf(found []manifest.Problem) []any {
	var out []any
	seen := map[string]bool{}
	for _, p := range found {
		o := map[string]any{"kind": p.Object.Kind, "name": p.Object.Name}
		if p.Object.Group != "" {
			o["group"] = p.Object.Group
		}
		if p.Object.Kind == "" {
			return nil
		}
		if key := fmt.Sprint(o); !seen[key] {
			seen[key] = true
			out = append(out, o)
		}
	}
	return out
}
