package pipeline

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/policies"
)

// TestStatus holds every status against the table of docs/compliance.md. Checks are written d for one that
// tests the control and s for one that contributes, then what it came to; "part" held, but was not asked in
// one environment.
func TestStatus(t *testing.T) {
	const automated, partial, manual = "automated", "partial", "manual"
	for _, test := range []struct {
		class, checks, attested string
		want                    report.Status
	}{
		// A finding that nobody accepts, whatever else there is.
		{automated, "d failed, d held", "", report.Fail},
		{automated, "d held, s failed", "now", report.Fail},
		{partial, "d failed", "now", report.Fail},
		{partial, "d failed, d waived", "now", report.Fail},
		{manual, "s failed", "now", report.Fail},
		// A finding that is accepted.
		{automated, "d waived", "", report.AcceptedRisk},
		{automated, "d held, s waived", "", report.AcceptedRisk},
		{partial, "d waived, d not asked", "now", report.AcceptedRisk},
		{manual, "s waived", "now", report.AcceptedRisk},
		// Manifests decide the control, every check that tests it was asked everywhere, and one looked.
		{automated, "d held", "", report.Pass},
		{automated, "d held", "now", report.Pass},
		{automated, "d held, d nothing to look at", "", report.Pass},
		{automated, "d held, s not asked", "", report.Pass},
		{automated, "d held, s nothing to look at", "expired", report.Pass},
		{automated, "d held, s part", "", report.Pass},
		// They show a part of it.
		{automated, "d held, d not asked", "", report.EvidenceFound},
		{automated, "d part", "", report.EvidenceFound},
		{automated, "d part, d held", "now", report.EvidenceFound},
		{automated, "d not asked, s held", "now", report.EvidenceFound},
		{automated, "s held", "", report.EvidenceFound},
		{partial, "d held", "", report.EvidenceFound},
		{partial, "s held", "now", report.EvidenceFound},
		{partial, "d part", "", report.EvidenceFound},
		{partial, "d held, d not asked", "", report.EvidenceFound},
		// There is nothing that it is about.
		{automated, "d nothing to look at", "", report.EvidenceFound},
		{automated, "d nothing to look at, s nothing to look at", "now", report.EvidenceFound},
		{automated, "d nothing to look at, s not asked", "", report.EvidenceFound},
		{automated, "d nothing to look at, d not asked", "", report.NotAttested},
		{automated, "s nothing to look at", "", report.NotAttested},
		{partial, "d nothing to look at", "", report.NotAttested},
		{partial, "d nothing to look at", "now", report.Attested},
		// They do not show it.
		{automated, "d not asked", "now", report.Attested},
		{automated, "d not asked", "", report.NotAttested},
		{automated, "", "", report.NotAttested},
		{partial, "d not asked", "now", report.Attested},
		{partial, "d not asked", "expired", report.NotAttested},
		{partial, "", "future", report.NotAttested},
		{manual, "", "now", report.Attested},
		{manual, "s held", "", report.NotAttested},
		{manual, "s held", "now", report.Attested},
		{manual, "", "expired", report.NotAttested},
		{manual, "", "future", report.NotAttested},
		{manual, "", "expired, now", report.Attested},
		{manual, "", "", report.NotAttested},
	} {
		got := status(report.Control{Class: test.class, Checks: checksOf(test.checks), Attestations: attestationsOf(test.attested)})
		require.Equal(t, test.want, got, "%+v", test)
	}
}

func checksOf(list string) []report.ControlCheck {
	var out []report.ControlCheck
	for _, item := range listOf(list) {
		c := report.ControlCheck{ID: item, Direct: item[0] == 'd', Result: item[2:]}
		if c.Result == "part" {
			c.Result, c.NotAskedIn = report.Held, []report.Unasked{{Environment: "production", Why: "spec.x"}}
		}
		out = append(out, c)
	}
	return out
}

func listOf(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ", ")
}

func attestationsOf(list string) []report.Attestation {
	var out []report.Attestation
	for _, item := range listOf(list) {
		out = append(out, report.Attestation{Expired: item == "expired", Future: item == "future"})
	}
	return out
}

// TestOver: the worst status counts over tenants, but where there is nothing to look at a tenant says nothing
// of a control that manifests decide.
func TestOver(t *testing.T) {
	const held, none, failed, waived, part = "d held", "d nothing to look at", "d failed", "d waived", "d part"
	for _, test := range []struct {
		tenants []string
		want    report.Status
	}{
		{[]string{held, held}, report.Pass},
		{[]string{held, none}, report.Pass},
		{[]string{none, held, none}, report.Pass},
		{[]string{none, none}, report.EvidenceFound},
		{[]string{held, part}, report.EvidenceFound},
		{[]string{part, none}, report.EvidenceFound},
		{[]string{none, failed}, report.Fail},
		{[]string{failed, none}, report.Fail},
		{[]string{held, waived, none}, report.AcceptedRisk},
		{[]string{waived, failed, held}, report.Fail},
		{[]string{none, "d not asked"}, report.NotAttested},
		{[]string{"d not asked", waived}, report.NotAttested},
	} {
		var all []report.TenantFramework
		for i, checks := range test.tenants {
			c := report.Control{Class: "automated", Checks: checksOf(checks)}
			c.Status = status(c)
			all = append(all, report.TenantFramework{Tenant: fmt.Sprint(i), Controls: []report.Control{c}})
		}
		require.Equal(t, test.want, over(all, 0).Status, "%v", test.tenants)
	}
}

// TestCheckEvidence: what a check came to in a tenant of two environments.
func TestCheckEvidence(t *testing.T) {
	lacks := func(why string) map[string]string { return map[string]string{"C": why} }
	tenant := func(development, production map[string]string) tenantEvidence {
		return tenantEvidence{environments: []string{"development", "production"}, beside: map[string]int{"Waiver": 2}, places: []place{
			{environment: "development", kinds: map[string]int{"Rollout": 2, "Service": 1}, total: 3, unasked: development},
			{environment: "production", kinds: map[string]int{"Rollout": 3}, total: 3, unasked: production},
		}}
	}
	rule := func(scope policies.Scope, kinds ...string) policies.Rule {
		return policies.Rule{ID: "C", Scopes: []policies.Scope{scope}, Objects: kinds}
	}
	for _, test := range []struct {
		rule                    policies.Rule
		development, production map[string]string
		apart                   map[string]string
		result, why             string
		objects                 int
		notAskedIn              []report.Unasked
	}{
		{rule: rule("object", "Rollout"), result: report.Held, objects: 5},
		{rule: rule("object", "pods", "Service"), result: report.Held, objects: 6},
		{rule: rule("object", "all"), result: report.Held, objects: 6},
		{rule: rule("object"), result: report.Held, objects: 6},
		{rule: rule("tenant", "tenant"), result: report.Held, objects: 2},
		{rule: rule("object", "Waiver"), result: report.Held, objects: 2},
		{rule: rule("object", "Ingress"), result: report.NothingThere},
		{
			rule: rule("object", "Rollout"), development: lacks("spec.x"), result: report.Held, objects: 3,
			notAskedIn: []report.Unasked{{Environment: "development", Why: "spec.x"}},
		},
		{
			rule: rule("object", "Service"), development: lacks("spec.x"), result: report.NothingThere,
			notAskedIn: []report.Unasked{{Environment: "development", Why: "spec.x"}},
		},
		{rule: rule("object", "Rollout"), development: lacks("spec.x"), production: lacks("spec.x"), result: report.NotAsked, why: "spec.x"},
		{rule: rule("object", "Rollout"), development: lacks("spec.x"), production: lacks("spec.y"), result: report.NotAsked, why: "spec.x, spec.y"},
		{rule: rule("change", "change"), development: lacks("change"), production: lacks("change"), apart: lacks("change"), result: report.NotAsked, why: "change"},
		{rule: rule("platform", "tenant"), apart: lacks(""), result: report.Held, objects: 2},
		{rule: rule("platform", "tenant"), apart: lacks("now"), result: report.NotAsked, why: "now"},
		{
			rule:        policies.Rule{ID: "C", Scopes: []policies.Scope{"tenant", "platform"}, Objects: []string{"tenant"}},
			development: lacks("spec.x"), production: lacks("spec.x"), apart: lacks(""), result: report.NothingThere,
			notAskedIn: []report.Unasked{{Environment: "development", Why: "spec.x"}, {Environment: "production", Why: "spec.x"}},
		},
	} {
		e := tenant(test.development, test.production)
		e.apart = test.apart
		got := e.check(test.rule, true)
		require.Equal(t, test.result, got.Result, "%+v", test)
		require.Equal(t, test.why, got.Why, "%+v", test)
		require.Equal(t, test.objects, got.Objects, "%+v", test)
		require.Equal(t, append([]report.Unasked{}, test.notAskedIn...), got.NotAskedIn, "%+v", test)
	}
	e := tenant(nil, nil)
	e.found = map[string][]manifest.Problem{"C": {{Waiver: "w"}}}
	require.Equal(t, report.Waived, e.check(rule("object", "Rollout"), true).Result)
	e.found["C"] = append(e.found["C"], manifest.Problem{})
	require.Equal(t, report.Failed, e.check(rule("object", "Rollout"), true).Result)
}

// TestAssess: which tenants are examined, and of what the report was made.
func TestAssess(t *testing.T) {
	patch := "target: {kind: ResourceQuota, name: compute}\npatch:\n  - {op: remove, path: /spec/hard/nothing}\n"
	files := fstest.MapFS{
		"tenantsmith.yaml":  {Data: []byte("apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec:\n  frameworks: [pss]\n")},
		"tenants/acme.yaml": {Data: []byte(rootful)},
		"waivers/w.yaml":    {Data: []byte(granted("TS-POD-008", "services: [web]", "2026-11-01", "2026-12-31"))},
		"tenants/shop.yaml": {Data: []byte("apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: shop}\nspec:\n  tier: free\n  owners: [{group: g, role: admin}]\n  environments: {development: {}, production: {}}\n")},
	}
	change, problems, err := ReadChange("change.json", []byte(`{"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Change", "author": "ada", "committer": "ada",
		"head": "4f1c9a7be2d05836f4ab1c9a7be2d05836f4ab1c", "signed": true, "ticket": "OPS-4711", "labels": [], "approvals": [], "files": [],
		"environments": [], "removed": [], "deleted": [], "total": 0, "stale": [], "unrecorded": []}`))
	require.NoError(t, err)
	require.Empty(t, problems)
	o := Options{Now: date(t, "2026-11-22"), Change: change}
	c, _, err := Assess(t.Context(), files, o, nil)
	require.NoError(t, err)
	want := map[string]string{"change.json": change.Sum}
	for name, f := range files {
		want[name] = manifest.Digest(f.Data)
	}
	require.Equal(t, want, c.Inputs)
	require.Empty(t, c.Held)
	require.Len(t, c.Frameworks[0].Tenants, 2)
	for i, control := range c.Frameworks[0].Controls {
		require.Equal(t, report.EvidenceFound, c.Frameworks[0].Tenants[1].Controls[i].Status, "shop runs nothing")
		if control.ID != "runAsNonRoot" {
			require.Equal(t, report.Pass, control.Status, control.ID)
		}
	}

	// One environment of shop cannot be built, so that nothing is said of shop.
	files["overrides/shop/patches/production/quota.yaml"] = &fstest.MapFile{Data: []byte(patch)}
	c, res, err := Assess(t.Context(), files, o, nil)
	require.NoError(t, err)
	require.NotEmpty(t, res.Problems)
	require.Equal(t, []string{"shop"}, c.Held, "%v", res.Problems)
	require.Len(t, c.Frameworks[0].Tenants, 1)

	// Where the platform file has problems no framework is known to be unknown.
	files["tenantsmith.yaml"].Data = append(files["tenantsmith.yaml"].Data, "  nothing: 1\n"...)
	c, res, err = Assess(t.Context(), files, o, []string{"house"})
	require.NoError(t, err)
	require.Nil(t, c)
	require.NotEmpty(t, res.Problems)
}
