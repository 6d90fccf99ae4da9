package pipeline

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// tenantEvidence is what a run found out about a tenant, as far as controls ask for it.
type tenantEvidence struct {
	name         string
	environments []string
	frameworks   []string
	examined     bool
	places       []place
	// beside count what checks look at that is in no environment: waivers, the change.
	beside map[string]int
	found  map[string][]manifest.Problem // by check
	// apart says of checks of the platform file or of a change what they lack, nothing where they were asked.
	apart        map[string]string
	attestations []report.Attestation
}

// place is an environment: its objects by kind, and the checks that were not asked there with what they lack.
type place struct {
	environment string
	kinds       map[string]int
	total       int
	unasked     map[string]string
}

func (a assessor) evidence(r Rendered) tenantEvidence {
	t := tenantEvidence{
		name: r.Tenant.Name, examined: r.examined(), beside: map[string]int{}, found: map[string][]manifest.Problem{}, apart: a.result.apart,
	}
	for _, m := range r.members {
		p := place{environment: m.Environment, kinds: map[string]int{}, total: len(m.Keys), unasked: r.Unasked[m.Environment]}
		for _, k := range m.Keys {
			p.kinds[k.Kind]++
		}
		t.environments, t.places = append(t.environments, m.Environment), append(t.places, p)
	}
	if a.options.Change != nil {
		t.beside["change"] = 1
	}
	for _, w := range a.result.Fleet.Waivers {
		if w.Tenant == r.Tenant.Name {
			t.beside["Waiver"]++
		}
	}
	for _, p := range slices.Concat(a.result.beside, r.problems) {
		if p.Severity != manifest.Warning {
			t.found[p.Check] = append(t.found[p.Check], p)
		}
	}
	t.frameworks = a.result.Fleet.Platform.Frameworks
	for i := range r.Tenant.Environments {
		e := &r.Tenant.Environments[i]
		t.frameworks = union(t.frameworks, e.Spec.Compliance.Frameworks)
		for j, att := range e.Spec.Compliance.Attestations {
			t.attest(a.attestation(att, t.name, r.Tenant.At(e.Name, manifest.Path{"spec", "compliance", "attestations", j})))
		}
	}
	return t
}

// attest adds an attestation that several environments may have.
func (t *tenantEvidence) attest(a report.Attestation) {
	if !slices.Contains(t.attestations, a) {
		t.attestations = append(t.attestations, a)
	}
}

// check is what a check found out about the tenant.
func (t tenantEvidence) check(rule policies.Rule, direct bool) report.ControlCheck {
	c := report.ControlCheck{ID: rule.ID, Title: rule.Title, Direct: direct, Result: report.Held, Findings: t.found[rule.ID], NotAskedIn: []report.Unasked{}}
	unasked, asked := t.unasked(rule)
	if asked {
		c.Objects, c.NotAskedIn = t.count(rule), append(c.NotAskedIn, unasked...)
	}
	open := slices.ContainsFunc(c.Findings, func(p manifest.Problem) bool { return p.Waiver == "" })
	switch {
	case open:
		c.Result = report.Failed
	case len(c.Findings) > 0:
		c.Result = report.Waived
	case !asked:
		c.Result, c.Why = report.NotAsked, needs(unasked)
	case c.Objects == 0:
		c.Result = report.NothingThere
	}
	return c
}

// unasked are the environments in which the check was not asked, and whether it was anywhere: there, of the
// platform file or of a change.
func (t tenantEvidence) unasked(rule policies.Rule) (out []report.Unasked, asked bool) {
	for _, p := range t.places {
		if need, no := p.unasked[rule.ID]; no {
			out = append(out, report.Unasked{Environment: p.environment, Why: need})
		}
	}
	need, apart := t.apart[rule.ID]
	switch of := rule.Of(policies.PlatformScope, policies.ChangeScope); {
	case apart && of && need == "":
		return nil, true // it never looks at environments
	case apart && of:
		return []report.Unasked{{Why: need}}, false
	case apart && need == "":
		return out, true
	}
	return out, len(out) < len(t.places)
}

// needs are what a check lacks, each once.
func needs(unasked []report.Unasked) string {
	var all []string
	for _, u := range unasked {
		all = union(all, []string{u.Why})
	}
	return strings.Join(all, ", ")
}

// count is how many objects the check looks at where it was asked; the tenant's file counts once an
// environment, a change once. A check that names no kinds looks at all.
func (t tenantEvidence) count(rule policies.Rule) int {
	n := 0
	for _, kind := range rule.Objects {
		n += t.beside[kind]
	}
	for _, p := range t.places {
		if _, no := p.unasked[rule.ID]; !no {
			n += p.count(rule.Objects)
		}
	}
	return n
}

func (p place) count(kinds []string) int {
	if len(kinds) == 0 || slices.Contains(kinds, "all") {
		return p.total
	}
	n := 0
	for _, kind := range kinds {
		switch kind {
		case "tenant":
			n++
		case "pods":
			for _, k := range policies.PodKinds {
				n += p.kinds[k]
			}
		default:
			n += p.kinds[kind]
		}
	}
	return n
}

func (a assessor) platformAttestations() []report.Attestation {
	var out []report.Attestation
	p := a.result.Fleet.Platform
	if p == nil {
		return nil
	}
	for i, att := range p.Attestations {
		out = append(out, a.attestation(att, "", p.At(manifest.Path{"spec", "attestations", i})))
	}
	return out
}

func (a assessor) attestation(att schemas.Attestation, tenant string, at manifest.Position) report.Attestation {
	now := a.options.day()
	return report.Attestation{
		Control: att.Control, Tenant: tenant, Statement: att.Statement, Evidence: att.Evidence, By: att.By, Role: att.Role,
		Date: att.Date, Until: att.Until, File: at.File, Line: at.Line,
		Expired: now != "" && att.Until < now, Future: now != "" && att.Date > now, Unknown: !a.controls[att.Control],
	}
}

func union[T comparable](a, b []T) []T {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
