package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
	"github.com/tenantsmith/tenantsmith/internal/secrets"
)

func redacted(text string) string { return secrets.Redact(text) }

// riskClasses are all there are, the gravest first.
var riskClasses = []plan.Class{
	plan.DataLoss, plan.ImmutableField, plan.WiderRole, plan.OpenedPath, plan.ClosedPath, plan.RemovedGuard, plan.QuotaShrink, plan.PodRestart,
}

func riskWord(c plan.Class) string {
	t := words().Risk
	switch c {
	case plan.DataLoss:
		return string(t.DataLoss)
	case plan.ImmutableField:
		return string(t.ImmutableField)
	case plan.WiderRole:
		return string(t.WiderRole)
	case plan.OpenedPath:
		return string(t.OpenedPath)
	case plan.RemovedGuard:
		return string(t.RemovedGuard)
	case plan.ClosedPath:
		return string(t.ClosedPath)
	case plan.QuotaShrink:
		return string(t.QuotaShrink)
	case plan.PodRestart:
		return string(t.PodRestart)
	}
	return string(c)
}

// groupsWith counts the groups that carry a risk of a sort.
func groupsWith(p plan.Plan, is func(plan.Risk) bool) int {
	n := 0
	for _, g := range p.Groups {
		if slices.ContainsFunc(g.Risks, is) {
			n++
		}
	}
	return n
}

// staysText says which tenants are not removed though they have no file any more, and why: one line a tenant.
func staysText(p plan.Plan) []string {
	var out []string
	for _, t := range p.Tenants {
		if t.Stays != "" {
			out = append(out, Clean(words().Plan.Stays.with("tenant", t.Name, "why", t.Stays)))
		}
	}
	return out
}

func heldTenants(p plan.Plan) []string {
	var out []string
	for _, t := range p.Tenants {
		if t.Held {
			out = append(out, t.Name)
		}
	}
	return out
}

// ownPlaces is in how many places what belongs to no tenant changes.
func ownPlaces(p plan.Plan) int {
	for _, t := range p.Tenants {
		if t.Name == manifest.PlatformName && !t.Held {
			return len(t.Environments)
		}
	}
	return 0
}

// planVerdict is what a reviewer has to know, in half sentences: how much changes, then how grave it is.
func planVerdict(p plan.Plan) []string {
	t, s := words().Plan, p.Summary
	held := len(heldTenants(p))
	var out []string
	own := ownPlaces(p)
	if s.Tenants > 0 {
		out = append(out, tenantsText(p))
	} else if held+own == 0 {
		out = append(out, string(t.Nothing))
	}
	if own > 0 {
		out = append(out, t.OwnChanges.of(own))
	}
	if held > 0 {
		out = append(out, t.HeldBack.of(held))
	}
	if n := len(staysText(p)); n > 0 {
		out = append(out, t.Refused.of(n))
	}
	if len(p.Groups) > 0 {
		out = append(out, restartText(p))
	}
	if n := groupsWith(p, func(r plan.Risk) bool { return r.Class == plan.DataLoss }); n > 0 {
		out = append(out, t.LosesData.of(n))
	}
	if s.Recreated > 0 {
		out = append(out, t.Recreates.of(s.Recreated))
	}
	if len(p.Groups) > 0 {
		out = append(out, t.Weakens.of(groupsWith(p, plan.Risk.Weakens)))
	}
	return append(out, t.NewFindings.of(len(group(p.Findings.New))))
}

// tenantsText says how many tenants change, and how many of them come or go whole.
func tenantsText(p plan.Plan) string {
	t, come, gone := words().Plan, 0, 0
	for _, tenant := range p.Tenants {
		switch tenant.Action {
		case plan.Added:
			come++
		case plan.Removed:
			gone++
		}
	}
	n, where := p.Summary.Tenants, words().Counts.Environments.of(p.Summary.Environments)
	switch n {
	case come:
		return t.TenantsCome.of(n, "environments", where)
	case gone:
		return t.TenantsGo.of(n, "environments", where)
	}
	text := []string{t.TenantsChange.of(n, "environments", where)}
	return strings.Join(append(append(text, some(t.OfThemAdded, come)...), some(t.OfThemRemoved, gone)...), ", ")
}

// restartText says how many workloads restart, those in protected environments first.
func restartText(p plan.Plan) string {
	t, s := words().Plan, p.Summary
	switch {
	case s.Restarts == 0:
		return string(t.NoRestarts)
	case s.ProtectedRestarts == 0:
		return t.OtherRestarts.of(s.Restarts)
	}
	var where []string
	for _, tenant := range p.Tenants {
		for _, e := range tenant.Environments {
			if e.Protected && len(e.Restarts) > 0 && !slices.Contains(where, e.Environment) {
				where = append(where, e.Environment)
			}
		}
	}
	text := t.ProtectedRestarts.of(s.ProtectedRestarts, "environments", Clean(strings.Join(where, ", ")))
	if rest := s.Restarts - s.ProtectedRestarts; rest > 0 {
		text = t.Elsewhere.of(rest, "text", text)
	}
	return text
}

// unique are the values in the order in which they come first.
func unique[T any](list []T, of func(T) string) []string {
	var out []string
	seen := map[string]bool{}
	for _, v := range list {
		if s := of(v); !seen[s] {
			seen[s], out = true, append(out, s)
		}
	}
	return out
}

// placesText is where a group applies, with the names of the tenants: acme in staging, production;
// 41 tenants × 3 environments (…): acme, beta and 39 more.
func placesText(ps []plan.Place, width int) string {
	text := extent(ps, width)
	tenants := tenantsOf(ps)
	if len(tenants) == 1 {
		return text
	}
	return text + ": " + naming(tenants, max(width-widthOf(text)-2, 2*leastValue))
}

func tenantsOf(ps []plan.Place) []string {
	return unique(ps, func(p plan.Place) string { return Clean(p.Tenant) })
}

// extent is how far a group reaches.
func extent(ps []plan.Place, width int) string {
	t, tenants := words().Plan, tenantsOf(ps)
	environments := unique(ps, func(p plan.Place) string { return Clean(p.Environment) })
	where := naming(environments, max(width/2, leastValue))
	switch {
	case len(tenants) == 1:
		return t.OneTenant.with("tenant", tenants[0], "environments", naming(environments, width-widthOf(tenants[0])-4))
	case len(environments) == 1:
		return t.OneEnvironment.of(len(tenants), "environment", where)
	case len(ps) == len(tenants)*len(environments):
		return t.Everywhere.of(len(tenants), "environments", words().Counts.Environments.of(len(environments)), "where", where)
	}
	return t.Partly.of(len(tenants), "environments", words().Counts.Environments.of(len(ps)), "where", where)
}

// countsText is how many objects come, change and go: +1 ~3 -2.
func countsText(added, changed, recreated, removed int) string {
	var out []string
	for _, c := range []struct {
		action plan.Action
		n      int
	}{{plan.Added, added}, {plan.Changed, changed - recreated}, {plan.Recreated, recreated}, {plan.Removed, removed}} {
		if c.n > 0 {
			out = append(out, signs[c.action]+strconv.Itoa(c.n))
		}
	}
	return strings.Join(out, " ")
}
