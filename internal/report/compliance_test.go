package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// nasty is a text that somebody wrote to do harm in a report.
const nasty = "a|b `c` <script src=//evil.example>x</script> @everyone #12 GH-7 ##[error]x \x1b[31m [l](http://evil.example) www.evil.example \u202e $x$ 'q\" javascript:x"

func found(tenant, env string, line int, waiver string) manifest.Problem {
	return manifest.Problem{
		Check: "TS-X-001", Severity: manifest.High, Message: nasty, Tenant: tenant, Environment: env, Waiver: waiver, Remedy: "set spec.x " + nasty,
		Position: manifest.Position{File: "tenants/" + tenant + ".yaml", Line: line, Column: 3}, APIVersion: "v1",
		Object: manifest.Key{Kind: "Pod", Namespace: tenant + "-" + env, Name: "p"}, Path: manifest.Path{"spec", "x"},
	}
}

// evidence is a report of as many tenants as it is asked for: the first fails a control, the second has
// it waived, and the others hold it.
func evidence(tenants int) *Compliance {
	holds := Attestation{
		Control: "gdpr 37", Statement: nasty, Evidence: "https://wiki.example.com/dpo", By: "Ada Berger", Role: "head of security",
		Date: "2026-10-01", Until: "2027-09-30", File: "tenantsmith.yaml", Line: 9,
	}
	expired, future := holds, holds
	expired.Control, expired.Tenant, expired.Until, expired.Expired = "gdpr 24", "t00", "2026-10-02", true
	future.Control, future.Tenant, future.Date, future.Future = "gdpr 30.1", "t01", "2026-12-24", true
	c := &Compliance{
		Now: "2026-11-22", Version: "v1.2.3", Schemas: strings.Repeat("a", 64), Policies: strings.Repeat("b", 64), Platform: "example",
		Inputs: map[string]string{"tenants/t00.yaml": strings.Repeat("c", 64), "a: b|`.yaml": strings.Repeat("d", 64)},
		Waivers: []Waiver{{
			Name: "w", File: "waivers/w.yaml", Line: 4, Checks: []string{"TS-X-001"}, Tenant: "t01", Reason: nasty, ApprovedBy: "Ada Berger",
			Ticket: "SEC-7", Expires: "2026-12-31", Findings: 1,
		}},
		Attestations: []Attestation{holds, expired, future}, Held: []string{"broken"}, Skipped: []Skipped{{What: "a file", Reason: "no regular file"}},
	}
	cis := Framework{ID: "cis", Name: "CIS Kubernetes Benchmark", Version: "2.0.1", Scope: "Section 5 " + nasty}
	gdpr := Framework{ID: "gdpr", Name: "GDPR", Version: "2016/679", Scope: "Some."}
	for i := range tenants {
		name := fmt.Sprintf("t%02d", i)
		own := TenantFramework{Tenant: name, Environments: []string{"development", "production"}}
		own.Controls = []Control{controlOf("5.2.7", name, i), controlOf("5.2.8", name, 2), controlOf("5.6.3", name, i)}
		cis.Tenants = append(cis.Tenants, own)
		own.Controls = []Control{{ID: "37", Title: "Officer", Class: "manual", Status: Attested, NotShown: "contact", Checks: []ControlCheck{}, Attestations: []Attestation{holds}}}
		gdpr.Tenants = append(gdpr.Tenants, own)
	}
	for i := range 3 {
		cis.Controls = append(cis.Controls, over(cis, i))
	}
	gdpr.Controls = []Control{over(gdpr, 0)}
	c.Frameworks = []Framework{cis, gdpr}
	return c
}

// over is a control over all tenants, as the pipeline makes it.
func over(f Framework, i int) Control {
	whole := f.Tenants[0].Controls[i]
	whole.Checks = append([]ControlCheck{}, whole.Checks...)
	for _, t := range f.Tenants[1:] {
		whole.Status = Worst(whole.Status, t.Controls[i].Status)
		for j, c := range t.Controls[i].Checks {
			whole.Checks[j].Result = WorstResult(whole.Checks[j].Result, c.Result)
			whole.Checks[j].Findings = append(append([]manifest.Problem{}, whole.Checks[j].Findings...), c.Findings...)
		}
	}
	return whole
}

func controlOf(id, tenant string, i int) Control {
	c := Control{ID: id, Title: "Title of " + id, Class: "automated", Status: Pass, Attestations: []Attestation{}, NotShown: map[string]string{"5.2.8": nasty}[id]}
	c.Checks = []ControlCheck{
		{ID: "TS-X-001", Title: "No x", Direct: true, Result: Held, Objects: 3},
		{ID: "TS-X-002", Title: "No y", Result: NotAsked, Why: "platform.spec.waf"},
		{ID: "TS-X-003", Title: "No z", Result: NothingThere},
		{ID: "TS-X-004", Title: "No change", Result: NotAsked, Why: "change"},
	}
	switch i {
	case 0:
		c.Status, c.Checks[0].Result = Fail, Failed
		c.Checks[0].Findings = []manifest.Problem{found(tenant, "development", 7, ""), found(tenant, "production", 7, "")}
	case 1:
		c.Status, c.Checks[0].Result = AcceptedRisk, Waived
		c.Checks[0].Findings = []manifest.Problem{found(tenant, "production", 8, "w")}
	}
	return c
}

// compliance is the report in a format.
func compliance(t *testing.T, format string, c *Compliance, o Options) string {
	var b bytes.Buffer
	require.NoError(t, WriteCompliance(&b, format, c, o))
	return b.String()
}

// TestComplianceWords: no format says that anybody complies, none is a command to a terminal or a runner,
// and the same report is the same text.
func TestComplianceWords(t *testing.T) {
	for _, format := range ComplianceFormats {
		text := compliance(t, format, evidence(3), Options{})
		require.NotContains(t, strings.ToLower(text), "compliant", format)
		require.NotContains(t, text, "##[", format)
		require.NotContains(t, text, "\x1b", format)
		require.Equal(t, text, compliance(t, format, evidence(3), Options{}), format)
		for _, s := range []string{"t00", "t01", "CIS Kubernetes Benchmark", "Ada Berger", "SEC-7", "broken", "no regular file"} {
			require.Contains(t, text, s, format)
		}
	}
	require.NotContains(t, strings.ToLower(string(english)), "compliant")
}

func TestComplianceSchema(t *testing.T) {
	schema := closed(t, ComplianceSchema)
	for _, c := range []*Compliance{evidence(3), {
		Now: "2026-11-22", Inputs: map[string]string{}, Frameworks: []Framework{}, Waivers: []Waiver{}, Attestations: []Attestation{}, Held: []string{}, Skipped: []Skipped{},
	}} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(compliance(t, "json", c, Options{})))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(doc))
	}
	for _, spoil := range []func(*Compliance){
		func(c *Compliance) { c.Now = "today" }, func(c *Compliance) { c.Frameworks[0].Controls[0].Status = "good" },
		func(c *Compliance) { c.Frameworks[0].Tenants[0].Controls[0].Checks[0].Result = "" }, func(c *Compliance) { c.Held = nil },
	} {
		c := evidence(2)
		spoil(c)
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(compliance(t, "json", c, Options{})))
		require.NoError(t, err)
		require.Error(t, schema.Validate(doc))
	}
}

// TestComplianceText: columns stand below each other with colours, too, which only the statuses have.
func TestComplianceText(t *testing.T) {
	text := compliance(t, "text", evidence(3), Options{})
	require.Contains(t, text, "  CONTROL  STATUS  CHECKS  TITLE\n  5.2.7    fail    1/2     Title of 5.2.7\n  5.2.8    pass    2/2     Title of 5.2.8\n")
	require.Equal(t, 1, strings.Count(text, "tenants/t00.yaml:7:3"), "a finding of several controls and environments is told once")
	require.Contains(t, text, "controls: 5.2.7, 5.6.3\n")
	require.Contains(t, text, "also in production")
	require.Contains(t, text, "expires: 2026-12-31")
	require.Contains(t, text, "tenantsmith.yaml:9: attestation of gdpr 24 by Ada Berger, head of security does not hold on 2026-11-22: expired\n")
	require.Contains(t, text, "does not hold on 2026-11-22: in the future\n")
	painted := compliance(t, "text", evidence(3), Options{Color: true})
	require.Contains(t, painted, "  5.2.8    \x1b[32mpass  \x1b[0m  2/2")
	for _, code := range []string{red, yellow, green, reset} {
		painted = strings.ReplaceAll(painted, code, "")
	}
	require.Equal(t, text, painted)
}
