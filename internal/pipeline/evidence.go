package pipeline

import (
	"slices"

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
	// kinds count the objects of each kind in all environments.
	kinds map[string]int
	total int
	found map[string][]manifest.Problem // by check
	// unasked says why a check was asked in no environment.
	unasked      map[string]string
	attestations []report.Attestation
}

func (a assessor) evidence(r Rendered) tenantEvidence {
	t := tenantEvidence{
		name: r.Tenant.Name, kinds: map[string]int{}, found: map[string][]manifest.Problem{}, unasked: map[string]string{},
		examined: len(r.members) > 0,
	}
	for _, m := range r.members {
		t.environments = append(t.environments, m.Environment)
		t.total += len(m.Keys)
		for _, k := range m.Keys {
			t.kinds[k.Kind]++
		}
	}
	if a.options.Change != nil {
		t.kinds["change"] = 1
	}
	for _, w := range a.result.Fleet.Waivers {
		if w.Tenant == r.Tenant.Name {
			t.kinds["Waiver"]++
		}
	}
	for _, p := range slices.Concat(a.result.beside, r.problems) {
		if p.Severity != manifest.Warning {
			t.found[p.Check] = append(t.found[p.Check], p)
		}
	}
	a.unask(r, &t)
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

// unask notes the checks that were asked in no environment of the tenant, nor of the platform file or a
// change.
func (a assessor) unask(r Rendered, t *tenantEvidence) {
	for _, rule := range a.rules {
		for _, env := range r.Checked {
			need, no := r.Unasked[env][rule.ID]
			if !no {
				delete(t.unasked, rule.ID)
				break
			}
			t.unasked[rule.ID] = need
		}
		need, apart := a.result.apart[rule.ID]
		switch {
		case apart && need == "":
			delete(t.unasked, rule.ID)
		case apart && t.unasked[rule.ID] != "":
			t.unasked[rule.ID] = need
		}
	}
}

// check is what a check found out about the tenant.
func (t tenantEvidence) check(rule policies.Rule, direct bool) report.ControlCheck {
	c := report.ControlCheck{ID: rule.ID, Title: rule.Title, Direct: direct, Result: report.Held, Objects: t.count(rule), Findings: t.found[rule.ID]}
	need, unasked := t.unasked[rule.ID]
	open := slices.ContainsFunc(c.Findings, func(p manifest.Problem) bool { return p.Waiver == "" })
	switch {
	case open:
		c.Result = report.Failed
	case len(c.Findings) > 0:
		c.Result = report.Waived
	case unasked:
		c.Result, c.Why, c.Objects = report.NotAsked, need, 0
	case c.Objects == 0:
		c.Result = report.NothingThere
	}
	return c
}

// count is how many objects the check looks at; the tenant's file counts once an environment, a change once.
func (t tenantEvidence) count(rule policies.Rule) int {
	n := 0
	for _, kind := range rule.Objects {
		switch kind {
		case "all":
			return t.total
		case "tenant":
			n += len(t.environments)
		case "pods":
			for _, k := range policies.PodKinds {
				n += t.kinds[k]
			}
		default:
			n += t.kinds[kind]
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
		Expired: now != "" && att.Until < now, Future: now != "" && att.Date > now,
	}
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
