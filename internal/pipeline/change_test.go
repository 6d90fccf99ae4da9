package pipeline

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

const wholeChange = `{"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Change",
 "author": "ada", "committer": "ben", "head": "1111111111111111111111111111111111111111", "signed": true, "ticket": "OPS-1", "labels": ["removal"],
 "approvals": [{"by": "grace", "commit": "1111111111111111111111111111111111111111", "owner": true, "platform": true, "bot": true}],
 "files": ["a.yaml"], "environments": ["production"], "removed": [{"tenant": "acme", "lifecycle": "offboarding"}],
 "deleted": [{"tenant": "acme", "environment": "production", "kind": "Namespace", "name": "acme"}], "total": 7, "stale": ["b.yaml"], "unrecorded": ["c.yaml"]}`

// TestReadChange: every field of the schema reaches the rules.
func TestReadChange(t *testing.T) {
	c, problems, err := ReadChange("change.json", []byte(wholeChange))
	require.NoError(t, err)
	require.Empty(t, problems)
	const head = "1111111111111111111111111111111111111111"
	require.Equal(t, &Change{File: "change.json", Sum: manifest.Digest([]byte(wholeChange)), Change: policies.Change{
		Author: "ada", Committer: "ben", Head: head, Signed: true, Ticket: "OPS-1", Labels: []string{"removal"},
		Approvals: []policies.Approval{{By: "grace", Commit: head, Owner: true, Platform: true, Bot: true}},
		Files:     []string{"a.yaml"}, Environments: []string{"production"},
		Removed: []policies.Removal{{Tenant: "acme", Lifecycle: "offboarding"}},
		Deleted: []policies.Deletion{{Tenant: "acme", Environment: "production", Kind: "Namespace", Name: "acme"}}, Total: 7,
		Stale: []string{"b.yaml"}, Unrecorded: []string{"c.yaml"},
	}}, c)
	doc, ok := schemas.Doc("change", "")
	require.True(t, ok)
	for _, field := range doc.Fields {
		require.Contains(t, wholeChange, `"`+field+`":`)
	}
	for _, list := range []string{"approvals[]", "removed[]", "deleted[]"} {
		doc, ok := schemas.Doc("change", list)
		require.True(t, ok)
		require.NotEmpty(t, doc.Fields)
		for _, field := range doc.Fields {
			require.Contains(t, wholeChange, `"`+field+`":`)
		}
	}
}

// What is not there, or not of its form, is no change: nothing is filled in that would let it pass.
func TestReadChangeRefuses(t *testing.T) {
	required := []string{"author", "committer", "head", "approvals", "files", "environments", "removed", "deleted", "total", "stale", "unrecorded", "owner", "bot", "lifecycle"}
	for _, field := range required {
		c, problems, err := ReadChange("change.json", []byte(strings.Replace(wholeChange, `"`+field+`":`, `"x-`+field+`":`, 1)))
		require.NoError(t, err)
		require.Nil(t, c)
		require.Len(t, problems, 2, field)
	}
	for _, bad := range []string{
		"", "[]", "{", "{}", strings.Repeat("[", 100), strings.Replace(wholeChange, `"total": 7`, `"total": -1`, 1),
		strings.Replace(wholeChange, `"total": 7`, `"total": 7, "total": 8`, 1), strings.Replace(wholeChange, "Change", "Tenant", 1),
		strings.Replace(wholeChange, `["a.yaml"]`, `["tenants/../tenantsmith.yaml"]`, 1), strings.Replace(wholeChange, `["a.yaml"]`, `["/tenantsmith.yaml"]`, 1),
		strings.Replace(wholeChange, `["a.yaml"]`, `null`, 1), strings.Replace(wholeChange, `"bot": true`, `"bot": "no"`, 1), wholeChange + strings.Repeat(" ", 2<<20),
	} {
		c, problems, err := ReadChange("change.json", []byte(bad))
		require.NoError(t, err)
		require.Nil(t, c)
		require.NotEmpty(t, problems, "%.60s", bad)
	}
}

const attestedTenant = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  tier: free
  owners: [{group: g, role: admin}]
  environments: {development: {}, production: {}}
  compliance:
    attestations:
      - {control: soc2 CC9.9, statement: the board has signed it, evidence: SEC-1, by: Ada, role: head, date: 2026-10-01, until: 2027-09-30}
`

const attestedPlatform = `apiVersion: tenantsmith.dev/v1alpha1
kind: Platform
metadata: {name: example}
spec:
  attestations:
    - {control: soc2 CC1.1, statement: the board has signed it, evidence: SEC-1, by: Ada, role: head, date: 2024-10-01, until: 2025-09-30}
  change: {label: removal}
`

// TestBesideTenants: what is wrong with the platform file stands at its line once, however many tenants
// there are; what is wrong with a change, in the file that describes it.
func TestBesideTenants(t *testing.T) {
	fsys := fstest.MapFS{
		"tenantsmith.yaml":   {Data: []byte(attestedPlatform)},
		"tenants/acme.yaml":  {Data: []byte(attestedTenant)},
		"tenants/plain.yaml": {Data: []byte("apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: plain}\nspec: {tier: free, owners: [{group: p, role: admin}], environments: {production: {}}}\n")},
	}
	change, problems, err := ReadChange("/ci/change.json", []byte(wholeChange))
	require.NoError(t, err)
	require.Empty(t, problems)
	run := func(o Options) (*Result, []string) {
		o.Now = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
		res, err := Run(t.Context(), fsys, o)
		require.NoError(t, err)
		var found []string
		for _, p := range res.Problems {
			if p.Severity != "warning" {
				found = append(found, p.Position.String()+" "+p.Tenant+" "+p.Environment+" "+p.Check+" "+p.Message)
			}
		}
		return res, found
	}
	attested := []string{
		"tenants/acme.yaml:10:19 acme development TS-AUD-006 no framework has a control soc2 CC9.9",
		"tenants/acme.yaml:10:19 acme production TS-AUD-006 no framework has a control soc2 CC9.9",
		"tenantsmith.yaml:6:128   TS-AUD-006 has run out: 2025-09-30 was its last day",
	}
	res, found := run(Options{})
	require.Equal(t, attested, found)
	require.Empty(t, res.Held)
	require.Equal(t, map[string]string{"TS-AUD-004": OfChanges, "TS-AUD-007": OfChanges, "TS-TEN-005": OfChanges}, ofChanges(res.Unasked()))

	res, found = run(Options{Change: change})
	require.Equal(t, append([]string{
		"/ci/change.json   TS-AUD-004 0 of 1 needed owners approved commit 111111111111; grace is a program",
		"/ci/change.json   TS-AUD-007 b.yaml is not what tenantsmith renders",
		"/ci/change.json   TS-AUD-007 c.yaml is in no record: nobody knows where it came from",
	}, attested...), found)
	require.Empty(t, ofChanges(res.Unasked()))

	_, found = run(Options{Change: change, Checks: []string{"TS-TEN-005"}})
	require.Empty(t, found)

	res, _ = run(Options{FailOn: "medium"})
	require.Equal(t, []string{"acme", "plain"}, res.Held, "nothing is written while the platform file fails")
}

func ofChanges(unasked map[string]string) map[string]string {
	out := map[string]string{}
	for _, id := range []string{"TS-AUD-004", "TS-AUD-006", "TS-AUD-007", "TS-TEN-005"} {
		if need := unasked[id]; need != "" {
			out[id] = need
		}
	}
	return out
}

// TestChangeInReports: the checks of a change tell nothing about controls without one.
func TestChangeInReports(t *testing.T) {
	fsys := fstest.MapFS{"tenants/acme.yaml": {Data: []byte(attestedTenant)}}
	change, _, err := ReadChange("change.json", []byte(wholeChange))
	require.NoError(t, err)
	results := func(o Options) map[string]string {
		c, _, err := Assess(t.Context(), fsys, o, []string{"soc2"})
		require.NoError(t, err)
		out := map[string]string{}
		for _, control := range c.Frameworks[0].Controls {
			for _, check := range control.Checks {
				out[check.ID] = check.Result + " " + check.Why
			}
		}
		return out
	}
	without, with := results(Options{}), results(Options{Change: change})
	for _, id := range []string{"TS-AUD-004", "TS-AUD-007", "TS-TEN-005"} {
		require.Equal(t, "not asked change", without[id], id)
	}
	require.Equal(t, "failed ", with["TS-AUD-004"])
	require.Equal(t, "failed ", with["TS-AUD-007"])
	require.Equal(t, "held ", with["TS-TEN-005"])
}
