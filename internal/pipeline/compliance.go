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
	if err != nil || res.engine == nil || res.Fleet.Platform == nil {
		return nil, res, err
	}
	for _, id := range frameworks {
		if _, ok := res.engine.FindFramework(id); !ok {
			return nil, nil, fmt.Errorf("unknown framework %q: use %s", id, strings.Join(frameworkIDs(res.engine), ", "))
		}
	}
	a := assessor{
		options: o, result: res, named: frameworks, rules: append(res.engine.Rules(), selection{all: true}.proven()...),
		controls: names(res.engine.Frameworks()),
	}
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
	// controls are all that there are, as attestations name them.
	controls map[string]bool
}

// names are the two by which people attest each control: soc2 CC1.1, and iso A.5.1 or iso27001 A.5.1.
func names(frameworks []policies.Framework) map[string]bool {
	all := map[string]bool{}
	for _, f := range frameworks {
		for _, c := range f.Controls {
			all[f.ID+" "+c.ID], all[f.Prefix+" "+c.ID] = true, true
		}
	}
	return all
}

func (a assessor) compliance() *report.Compliance {
	fleet := a.result.Fleet
	c := &report.Compliance{
		Now: a.options.day(), Version: a.options.Version, Schemas: fleet.Digest, Policies: a.result.engine.Digest(),
		Inputs: a.inputs(), Frameworks: []report.Framework{}, Waivers: a.waivers(), Held: []string{}, Skipped: []report.Skipped{},
		Attestations: []report.Attestation{},
	}
	c.Platform = fleet.Platform.Name
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
		examined[r.Tenant.Name] = t.examined
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

// inputs are the digests of the platform file, of the waivers and of the change; those of tenants come with them.
func (a assessor) inputs() map[string]string {
	out := map[string]string{}
	if p := a.result.Fleet.Platform; p.File != "" {
		out[p.File] = p.Sum
	}
	for _, w := range a.result.Fleet.Waivers {
		out[w.File] = w.Sum
	}
	if change := a.options.Change; change != nil {
		out[change.File] = change.Sum
	}
	return out
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

// over is a control over all tenants: the worst of its statuses, with the checks of all of them. A tenant in
// which there is nothing to look at has no say beside others.
func over(tenants []report.TenantFramework, i int) report.Control {
	whole := tenants[0].Controls[i]
	whole.Checks, whole.Attestations = slices.Clone(whole.Checks), slices.Clone(whole.Attestations)
	for _, t := range tenants[1:] {
		c := t.Controls[i]
		switch {
		case vacant(whole):
			whole.Status = c.Status
		case !vacant(c):
			whole.Status = report.Worst(whole.Status, c.Status)
		}
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
	a.NotAskedIn = union(a.NotAskedIn, b.NotAskedIn)
	return a
}

// vacant reports whether manifests decide the control, and hold nothing that it is about.
func vacant(c report.Control) bool {
	return c.Class == string(policies.Automated) && c.Status == report.EvidenceFound && absent(c.Checks)
}

// absent reports whether the checks that test the control itself were asked in every environment, and none had
// anything to look at.
func absent(checks []report.ControlCheck) bool {
	direct := false
	for _, c := range checks {
		if c.Direct && (c.Result != report.NothingThere || len(c.NotAskedIn) > 0) {
			return false
		}
		direct = direct || c.Direct
	}
	return direct
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
	has := func(result string) bool {
		return slices.ContainsFunc(c.Checks, func(check report.ControlCheck) bool { return check.Result == result })
	}
	attested := slices.ContainsFunc(c.Attestations, func(a report.Attestation) bool { return !a.Expired && !a.Future })
	switch {
	case has(report.Failed):
		return report.Fail
	case has(report.Waived):
		return report.AcceptedRisk
	case c.Class == string(policies.Automated) && decided(c.Checks):
		return report.Pass
	case c.Class != string(policies.Manual) && has(report.Held):
		return report.EvidenceFound
	case c.Class == string(policies.Automated) && absent(c.Checks):
		return report.EvidenceFound
	case attested:
		return report.Attested
	}
	return report.NotAttested
}

// decided reports whether every check that tests the control itself was asked in every environment, and one
// of them looked at something.
func decided(checks []report.ControlCheck) bool {
	held := false
	for _, c := range checks {
		if c.Direct && (c.Result == report.NotAsked || len(c.NotAskedIn) > 0) {
			return false
		}
		held = held || c.Direct && c.Result == report.Held
	}
	return held
}
