package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// past is an audit with something of everything, of names that are hostile.
func past(tenants ...string) *Audit {
	ann := AuditPerson{Name: "Ann \x1b[31m##[error]", Email: "ann@example.com", Time: "2026-01-02T12:00:00Z"}
	a := &Audit{
		Repository: "gitops.git", Branch: "main", Path: "clusters", Head: strings.Repeat("a", 40), From: "2026-01-01", To: "2026-01-12", Begins: "2026-01-01T00:00:00Z",
		Commits: 3, Signatures: Signatures{Good: 1, Unsigned: 2}, Version: "1.2.3", Policies: "p", Tenants: []AuditTenant{},
		Evidence: []Evidence{{Kind: HistoryRewritten, Commit: strings.Repeat("b", 40), Message: "gone"}}, Unknown: []string{"who wrote it"},
	}
	for _, name := range tenants {
		a.Tenants = append(a.Tenants, AuditTenant{
			Tenant: name, Days: 11, First: "2026-01-02", Last: "2026-01-12",
			Frameworks: []AuditFramework{{ID: "pss", Name: "Pod Security Standards", Version: "1", Controls: []AuditControl{
				{ID: "runAsNonRoot", Title: "No root", Class: "automated", Days: Days{Failed: 2, Held: 9, Partly: 1}, Checks: []string{"TS-POD-008"}},
				{ID: "paper", Title: "Paper", Class: "manual", NotShown: "paper", Days: Days{NotShown: 11}, Checks: []string{}},
			}}},
			Checks:  []AuditCheck{{ID: "TS-POD-008", Title: "No root", Days: Days{Failed: 2, Held: 9}, Spans: []Span{{"2026-01-03", "2026-01-04", OutcomeFailed}, {"2026-01-05", "2026-01-05", OutcomeNotShown}}}},
			Waivers: []AuditWaiver{{Name: "w\x1b[31m", Checks: []string{"TS-POD-008"}, Ticket: "SEC-7", ApprovedBy: "sam", Expires: "2026-02-01", Days: 4}},
			Changes: []AuditChange{{
				Commit: strings.Repeat("c", 40), Time: "2026-01-02T12:00:00Z", Effect: "changed", By: "tenantsmith", Author: ann, Committer: AuditPerson{Name: "bot"},
				Signature: AuditSignature{State: "good", Format: "ssh", Signer: "bot@example.com"}, Subject: "::error::x <script>alert(1)</script>", PullRequest: "#3", Reason: "It grows.",
				Merged:  []AuditMerged{{Commit: strings.Repeat("d", 40), Author: ann, Signature: AuditSignature{State: "unsigned"}, Subject: "inner"}},
				Source:  AuditSource{Commit: strings.Repeat("e", 40), Dirty: true, Examined: true, Author: ann, Subject: "More (#7)", PullRequest: "#7", Reason: "Why not.", Approvals: []string{"Reviewed-by: Bob"}},
				Version: "1.2.3", Policies: "pp", Rejudged: true, Lifecycle: "offboarding 2026-03-01", Checks: 121, Findings: []AuditFinding{{"TS-POD-008", "medium", "production", "Rollout web", "w"}}, Waivers: []string{"w"},
				Hold:  &AuditHold{Ticket: "INC-7", By: "ann", Reason: "fire", Until: "2026-01-05T00:00:00Z"},
				Quota: []QuotaChange{{"production", "compute", "limits.memory", "8Gi", "9Gi"}, {"production", "compute", "requests.cpu", "", "4"}, {"staging", "compute", "requests.cpu", "4", ""}},
				Added: []string{"a"}, Modified: []string{}, Removed: []string{},
			}, {
				Commit: strings.Repeat("f", 40), Time: "2026-01-03T12:00:00Z", Effect: "changed", By: "hand", Source: AuditSource{Why: "the commit names none", Approvals: []string{}}, Signature: AuditSignature{State: "unsigned"}, Merged: []AuditMerged{},
				Findings: []AuditFinding{}, Waivers: []string{}, Quota: []QuotaChange{}, Added: []string{}, Modified: []string{}, Removed: []string{},
			}},
			Evidence: []Evidence{
				{Kind: DigestDiffers, Commit: strings.Repeat("c", 40), Time: "2026-01-03T12:00:00Z", File: "tenants/x/y.yaml", Message: "other digest", Announced: "hold of ann for INC-7", Ended: "2026-01-04T12:00:00Z"},
				{Kind: FileMissing, Commit: strings.Repeat("c", 40), Time: "2026-01-03T12:00:00Z", File: "tenants/x/z.yaml", Message: "not there"},
			},
		})
	}
	return a
}

func audited(t *testing.T, format string, a *Audit) string {
	var b bytes.Buffer
	require.NoError(t, WriteAudit(&b, format, a, Options{}))
	return b.String()
}

// TestAuditWords: no format says that anybody complies, none is a command to a terminal or a runner, and the same
// audit is the same text, with everything in it.
func TestAuditWords(t *testing.T) {
	for _, format := range AuditFormats {
		text := audited(t, format, past("acme", "shop", "odd\x1b[2J"))
		require.NotContains(t, strings.ToLower(text), "compliant", format)
		require.NotContains(t, text, "\x1b", format)
		if format != "json" {
			require.NotContains(t, text, "##[", format)
		}
		if format == "html" {
			require.NotContains(t, text, "<script")
		}
		require.Equal(t, text, audited(t, format, past("acme", "shop", "odd\x1b[2J")), format)
		for _, s := range []string{"acme", "shop", "runAsNonRoot", "SEC-7", "INC-7", "#3", "#7", "It grows.", "Why not.", "Reviewed-by: Bob", "gone", "who wrote it", "limits.memory", "inner", "other digest"} {
			require.Contains(t, text, s, format)
		}
	}
}

func TestAuditText(t *testing.T) {
	text := audited(t, "text", past("acme"))
	for _, line := range []string{
		"acme: there on 11 days, 2026-01-02 to 2026-01-12",
		"  runAsNonRoot  2       0        0         9 (1 in part)  0          automated       No root",
		"  1 of 2 controls: no manifest shows them",
		"  TS-POD-008  failed   2026-01-03  2026-01-04",
		"        quota: production compute: limits.memory 8Gi to 9Gi, requests.cpu none to 4",
		"        quota: staging compute: requests.cpu 4 to none",
		"        policies, changed to: pp",
		"        lifecycle: offboarding 2026-03-01",
		"        finding: TS-POD-008 medium production Rollout web, accepted by waiver w",
		"    2026-01-03T12:00:00Z cccccccccccc: tenants/x/y.yaml: other digest; put right 2026-01-04T12:00:00Z; announced: hold of ann for INC-7",
		"    2026-01-03T12:00:00Z cccccccccccc: tenants/x/z.yaml: not there; still so at the end of the range",
	} {
		require.Contains(t, text, line+"\n")
	}
	require.NotContains(t, text, "2026-01-05  ", "a check that was not asked is no span for people")
	one := past("acme")
	one.Tenants[0].Days, one.Tenants[0].Last = 1, one.Tenants[0].First
	require.Contains(t, audited(t, "text", one), "acme: there on 1 day, 2026-01-02\n")
	one.Tenants[0].Days, one.Tenants[0].Changes = 0, nil
	require.Contains(t, audited(t, "text", one), "acme: not there in the range\n")
}

func TestAuditSchema(t *testing.T) {
	schema := closed(t, AuditSchema)
	bare := &Audit{Tenants: []AuditTenant{}, Evidence: []Evidence{}, Unknown: []string{}}
	for _, a := range []*Audit{past("acme", "shop"), bare} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(audited(t, "json", a)))
		require.NoError(t, err)
		for i, tenant := range doc.(map[string]any)["tenants"].([]any) {
			require.NotNil(t, tenant, i)
		}
		require.NoError(t, schema.Validate(doc))
	}
	for _, spoil := range []func(*Audit){
		func(a *Audit) { a.Evidence[0].Kind = "odd" }, func(a *Audit) { a.Tenants[0].Changes[0].By = "" }, func(a *Audit) { a.Tenants[0].Checks[0].Spans[0].Outcome = "good" },
		func(a *Audit) { a.Unknown = nil }, func(a *Audit) { a.Tenants[0].Changes[0].Signature.State = "" },
	} {
		a := past("acme")
		spoil(a)
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(audited(t, "json", a)))
		require.NoError(t, err)
		require.Error(t, schema.Validate(doc))
	}
}

// TestAuditHTML: the page loads nothing, runs nothing, and can be read by ear and by keyboard.
func TestAuditHTML(t *testing.T) {
	for _, a := range []*Audit{past("acme", "shop"), past(), {Repository: "x"}} {
		all := elements(t, audited(t, "html", a))
		ids := map[string]bool{}
		for _, n := range all {
			if id := attr(n, "id"); id != "" {
				require.False(t, ids[id], "two elements have the id %s", id)
				ids[id] = true
			}
		}
		level := 0
		for _, n := range all {
			requireClosed(t, n)
			requireAnchors(t, n, ids)
			if strings.HasPrefix(n.Data, "h") && len(n.Data) == 2 && n.Data != "hr" {
				now := int(n.Data[1] - '0')
				require.LessOrEqual(t, now, level+1, "h%d %s follows h%d", now, textOf(n), level)
				require.NotEmpty(t, strings.TrimSpace(textOf(n)))
				level = now
			}
			if n.Data == "table" {
				requireTable(t, n)
			}
		}
	}
}

func TestAlarms(t *testing.T) {
	require.False(t, (&Audit{}).Alarms())
	require.False(t, (&Audit{Tenants: []AuditTenant{{Evidence: []Evidence{{Announced: "a hold"}}}}}).Alarms())
	require.True(t, (&Audit{Tenants: []AuditTenant{{Evidence: []Evidence{{Announced: "a hold"}, {}}}}}).Alarms())
	require.True(t, (&Audit{Evidence: []Evidence{{}}}).Alarms())
	require.Equal(t, OutcomeFailed, WorstOutcome(OutcomeHeld, OutcomeFailed))
	require.Equal(t, OutcomeHeld, WorstOutcome(OutcomeHeld, OutcomeNotShown))
}

// TestSpansOfAllChecks: what all checks share is said once, and what one has for itself stays.
func TestSpansOfAllChecks(t *testing.T) {
	dark := Span{"2026-01-04", "2026-01-04", OutcomeUnknown}
	one := AuditTenant{Checks: []AuditCheck{
		{ID: "TS-A", Spans: []Span{dark}}, {ID: "TS-B", Spans: []Span{{"2026-01-02", "2026-01-02", OutcomeFailed}, dark}},
	}}
	require.Equal(t, [][4]string{{"all 2 checks", "unknown", "2026-01-04", "2026-01-04"}, {"TS-B", "failed", "2026-01-02", "2026-01-02"}}, one.spans())
	one.Checks = one.Checks[:1]
	require.Equal(t, [][4]string{{"TS-A", "unknown", "2026-01-04", "2026-01-04"}}, one.spans())
}
