package policies

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"testing/fstest"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func messages(problems []manifest.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Check+": "+p.Message)
	}
	return out
}

// platformOf is a context of a platform whose file says this.
func platformOf(t *testing.T, spec string) Context {
	var tree map[string]any
	require.NoError(t, json.Unmarshal([]byte(spec), &tree))
	return Context{Now: "2026-11-22", Platform: Platform{Spec: NewDocument(tree)}}
}

// TestCheckChange: a change that says little has empty lists for rules, not null, which they could not count.
func TestCheckChange(t *testing.T) {
	c := platformOf(t, `{"change": {"approvals": 2, "removals": 1, "share": 30}, "environments": [{"name": "dev"}]}`)
	change := Change{Author: "ada", Committer: "ada", Head: "1a2b"}
	found, err := engine(t).CheckChange(t.Context(), c, change, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"TS-AUD-004: 0 of 1 needed owners approved commit 1a2b"}, messages(found))
	change.Approvals = []Approval{{By: "grace", Commit: "1a2b", Owner: true}}
	found, err = engine(t).CheckChange(t.Context(), c, change, nil)
	require.NoError(t, err)
	require.Empty(t, found)
	change.Environments, change.Stale = []string{"prod"}, []string{"a.yaml"}
	found, err = engine(t).CheckChange(t.Context(), c, change, []string{"TS-AUD-004"})
	require.NoError(t, err)
	require.Equal(t, []string{"TS-AUD-004: 1 of 2 needed owners approved commit 1a2b"}, messages(found))
	found, err = engine(t).CheckChange(t.Context(), c, change, []string{"TS-NET"})
	require.NoError(t, err)
	require.Empty(t, found, "only rules about changes are asked")
	_, err = engine(t).CheckChange(t.Context(), c, change, []string{"TS-NOPE"})
	require.EqualError(t, err, "no check \"TS-NOPE\"; `tenantsmith policy list` names them all")
}

// No list of a change reaches rules as null.
func TestChangeHasNoNulls(t *testing.T) {
	value := Change{}.value()
	require.NotContains(t, value.String(), "null")
	lists := 0
	for i := range reflect.TypeFor[Change]().NumField() {
		if reflect.TypeFor[Change]().Field(i).Type.Kind() == reflect.Slice {
			lists++
		}
	}
	require.Equal(t, 8, lists)
}

func TestCheckPlatform(t *testing.T) {
	attested := `{"attestations": [{"control": "iso A.5.1", "date": "2026-10-01", "until": "2027-09-30"}, {"control": "iso A.5.99", "date": "2026-10-01", "until": "2027-09-30"}]}`
	found, err := engine(t).CheckPlatform(t.Context(), platformOf(t, attested), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"TS-AUD-006: no framework has a control iso A.5.99"}, messages(found))
	require.Equal(t, "spec.attestations[1].control", found[0].Field)
	found, err = engine(t).CheckPlatform(t.Context(), Context{}, nil)
	require.NoError(t, err)
	require.Empty(t, found)
}

// Each control has the two names by which people attest it, those of the platform's frameworks, too; a run
// without attestations reads none.
func TestControlNames(t *testing.T) {
	house := fstest.MapFS{"rules/frameworks/house.yaml": {Data: []byte(
		"id: house\nname: House\nversion: \"1\"\nscope: All.\ncontrols: [{id: \"1.2\", title: Bills, class: manual, notShown: who reads them}]\n")}}
	e, err := Compile(house, "rules")
	require.NoError(t, err)
	attested := Context{Spec: NewDocument(map[string]any{"compliance": map[string]any{"attestations": []any{"any"}}})}.value()
	e.putControls(attested)
	names, ok := attested["controls"].(ast.Object)
	require.True(t, ok)
	for _, f := range e.Frameworks() {
		for _, c := range f.Controls {
			require.Equal(t, ast.Boolean(true), part(names, f.ID+" "+c.ID))
			require.Equal(t, ast.Boolean(true), part(names, f.Prefix+" "+c.ID))
		}
	}
	require.Equal(t, ast.Boolean(true), part(names, "house 1.2"))
	require.Nil(t, part(names, "soc2 CC99"))
	silent := acme().value()
	e.putControls(silent)
	require.NotContains(t, silent, "controls")

	said := `{"attestations": [{"control": "house 1.2", "date": "2026-10-01", "until": "2027-09-30"}, {"control": "house 1.3", "date": "2026-10-01", "until": "2027-09-30"}]}`
	found, err := e.CheckPlatform(t.Context(), platformOf(t, said), []string{"TS-AUD-006"})
	require.NoError(t, err)
	require.Equal(t, []string{"TS-AUD-006: no framework has a control house 1.3"}, messages(found))

	house["rules/frameworks/house.yaml"].Data = bytes.Replace(house["rules/frameworks/house.yaml"].Data, []byte("class: manual"), []byte("class: partial"), 1)
	other, err := Compile(house, "rules")
	require.NoError(t, err)
	require.NotEqual(t, e.Digest(), other.Digest(), "what manifests are said to show is a policy, too")
}

// TestWaiversAmongManifests: a waiver is held against the checks that there are.
func TestWaiversAmongManifests(t *testing.T) {
	docs, problems := manifest.Parse("waiver.yaml", []byte(`apiVersion: tenantsmith.dev/v1alpha1
kind: Waiver
metadata: {name: x}
spec:
  checks: [TS-GEN-003, TS-POD-008, TS-POD-099]
  tenant: acme
  services: [web]
  reason: the image starts as root until January
  requestedBy: jane
  approvedBy: sam
  ticket: SEC-1
  created: 2026-11-01
  expires: 2026-11-10
`), manifest.ManifestLimits)
	require.Empty(t, problems)
	o := manifest.Object{Tree: docs[0].Tree().(map[string]any), Source: docs[0]}
	found, err := engine(t).Check(t.Context(), Input{Objects: []manifest.Object{o}, Checks: []string{"TS-AUD-005"}})
	require.NoError(t, err)
	require.Equal(t, []string{"TS-AUD-005: TS-GEN-003 cannot be waived", "TS-AUD-005: there is no check TS-POD-099"}, messages(found))
	require.Equal(t, 5, found[0].Line)

	bare := manifest.Object{Tree: map[string]any{"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Waiver", "metadata": map[string]any{"name": "x"}}}
	found, err = engine(t).Check(t.Context(), Input{Objects: []manifest.Object{bare}, Checks: []string{"TS-AUD-005"}})
	require.NoError(t, err)
	require.Len(t, found, 9)
}
