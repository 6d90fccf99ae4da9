package pipeline

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/policies"
)

// Assess examines tenants by every check, trusting nothing to be so by construction, and says what that
// shows of frameworks: those named by id, otherwise those that the platform and each tenant have to
// hold. An unknown framework is an error that names the known ones.
func Assess(ctx context.Context, fsys fs.FS, o Options, frameworks []string) (*report.Compliance, *Result, error) {
	o.thorough = true
	res, err := Run(ctx, fsys, o)
	if err != nil || res.engine == nil {
		return nil, res, err
	}
	for _, id := range frameworks {
		if _, ok := res.engine.FindFramework(id); !ok {
			return nil, nil, fmt.Errorf("unknown framework %q: use %s", id, strings.Join(frameworkIDs(res.engine), ", "))
		}
	}
	a := assessor{options: o, result: res, named: frameworks, rules: append(res.engine.Rules(), selection{all: true}.proven()...)}
	return a.compliance(), res, nil
}

func frameworkIDs(engine *policies.Engine) []string {
	var ids []string
	for _, f := range engine.Frameworks() {
		ids = append(ids, f.ID)
	}
	return ids
}

type assessor struct {
	options Options
	result  *Result
	named   []string
	rules   []policies.Rule
}

func (a assessor) compliance() *report.Compliance {
	fleet := a.result.Fleet
	c := &report.Compliance{
		Now: a.options.day(), Version: a.options.Version, Schemas: fleet.Digest, Policies: a.result.engine.Digest(),
		Inputs: map[string]string{}, Frameworks: []report.Framework{}, Waivers: a.waivers(), Held: []string{}, Skipped: []report.Skipped{},
		Attestations: []report.Attestation{},
	}
	if fleet.Platform != nil {
		c.Platform = fleet.Platform.Name
	}
	examined := map[string]bool{}
	attested := a.platformAttestations()
	c.Attestations = append(c.Attestations, attested...)
	var tenants []tenantEvidence
	for _, r := range a.result.Tenants {
		maps.Copy(c.Inputs, r.Tenant.Inputs)
		t := a.evidence(r)
		c.Attestations = append(c.Attestations, t.attestations...)
		t.attestations = append(slices.Clone(attested), t.attestations...)
		tenants = append(tenants, t)
		examined[r.Tenant.Name] = len(r.members) > 0
	}
	for _, name := range a.result.Held {
		if !examined[name] {
			c.Held = append(c.Held, name)
		}
	}
	for _, f := range a.result.engine.Frameworks() {
		if own := a.framework(f, tenants); len(own.Tenants) > 0 {
			c.Frameworks = append(c.Frameworks, own)
		}
	}
	return c
}

// waivers are those that accept a finding of the tenants.
func (a assessor) waivers() []report.Waiver {
	used := map[string]int{}
	for _, t := range a.result.Tenants {
		for _, p := range t.problems {
			used[p.Waiver]++
		}
	}
	out := []report.Waiver{}
	for _, w := range a.result.Fleet.Waivers {
		if used[w.Name] == 0 {
			continue
		}
		out = append(out, report.Waiver{
			Name: w.Name, File: w.File, Line: w.At(manifest.Path{"metadata", "name"}).Line, Checks: w.Checks, Tenant: w.Tenant, Reason: w.Reason,
			ApprovedBy: w.ApprovedBy, Ticket: w.Ticket, Expires: w.Expires.Format(time.DateOnly), Findings: used[w.Name],
		})
	}
	return out
}

// framework is one over all tenants that have to hold it.
func (a assessor) framework(f policies.Framework, tenants []tenantEvidence) report.Framework {
	out := report.Framework{ID: f.ID, Name: f.Name, Version: f.Version, Scope: f.Scope, Controls: []report.Control{}, Tenants: []report.TenantFramework{}}
	for _, t := range tenants {
		if !a.demands(t, f.ID) {
			continue
		}
		own := report.TenantFramework{Tenant: t.name, Environments: t.environments}
		for _, c := range f.Controls {
			own.Controls = append(own.Controls, a.control(f, c, t))
		}
		out.Tenants = append(out.Tenants, own)
	}
	for i := range f.Controls {
		if len(out.Tenants) > 0 {
			out.Controls = append(out.Controls, over(out.Tenants, i))
		}
	}
	return out
}

func (a assessor) demands(t tenantEvidence, framework string) bool {
	switch {
	case !t.examined:
		return false
	case len(a.named) > 0:
		return slices.ContainsFunc(a.named, func(id string) bool {
			f, _ := a.result.engine.FindFramework(id)
			return f.ID == framework
		})
	}
	return slices.Contains(t.frameworks, framework)
}

// over is a control over all tenants: the worst of its statuses, with the checks of all of them.
func over(tenants []report.TenantFramework, i int) report.Control {
	whole := tenants[0].Controls[i]
	whole.Checks, whole.Attestations = slices.Clone(whole.Checks), slices.Clone(whole.Attestations)
	for _, t := range tenants[1:] {
		c := t.Controls[i]
		whole.Status = report.Worst(whole.Status, c.Status)
		for _, att := range c.Attestations {
			if !slices.Contains(whole.Attestations, att) {
				whole.Attestations = append(whole.Attestations, att)
			}
		}
		for j := range c.Checks {
			whole.Checks[j] = together(whole.Checks[j], c.Checks[j])
		}
	}
	return whole
}

// together is a check of one control over two tenants.
func together(a, b report.ControlCheck) report.ControlCheck {
	a.Result = report.WorstResult(a.Result, b.Result)
	a.Objects += b.Objects
	a.Findings = manifest.SortProblems(slices.Concat(a.Findings, b.Findings)) // those of the platform file are both's
	if a.Why == "" {
		a.Why = b.Why
	}
	return a
}

// control is one of a framework for one tenant.
func (a assessor) control(f policies.Framework, c policies.FrameworkControl, t tenantEvidence) report.Control {
	id := f.Control(c)
	out := report.Control{ID: c.ID, Title: c.Title, Class: string(c.Class), NotShown: c.NotShown, Checks: []report.ControlCheck{}, Attestations: []report.Attestation{}}
	for _, rule := range a.rules {
		if slices.Contains(rule.Controls, id) {
			out.Checks = append(out.Checks, t.check(rule, slices.Contains(rule.Direct, id)))
		}
	}
	for _, att := range t.attestations {
		if att.Control == f.ID+" "+c.ID || att.Control == f.Prefix+" "+c.ID {
			out.Attestations = append(out.Attestations, att)
		}
	}
	out.Status = status(out)
	return out
}

// status joins what the checks of a control found with what people vouch for.
func status(c report.Control) report.Status {
	results := map[string]bool{}
	shown, direct := false, false
	for _, check := range c.Checks {
		results[check.Result] = true
		shown = shown || check.Result == report.Held
		direct = direct || check.Direct && check.Result != report.NotAsked
	}
	attested := slices.ContainsFunc(c.Attestations, func(a report.Attestation) bool { return !a.Expired && !a.Future })
	switch {
	case results[report.Failed]:
		return report.Fail
	case results[report.Waived]:
		return report.AcceptedRisk
	case c.Class == string(policies.Automated) && direct && !lacks(c.Checks):
		return report.Pass
	case c.Class != string(policies.Manual) && shown:
		return report.EvidenceFound
	case attested:
		return report.Attested
	}
	return report.NotAttested
}

// lacks reports whether a check that tests the control itself was not asked.
func lacks(checks []report.ControlCheck) bool {
	return slices.ContainsFunc(checks, func(c report.ControlCheck) bool { return c.Direct && c.Result == report.NotAsked })
}
