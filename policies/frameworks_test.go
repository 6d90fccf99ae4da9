package policies

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every control that a check serves is in a framework; what manifests decide has a check that tests it;
// what they do not decide says what is missing.
func TestFrameworks(t *testing.T) {
	known := map[string]Class{}
	for _, f := range Frameworks() {
		require.NotEmpty(t, f.Name)
		require.NotEmpty(t, f.Scope)
		again, ok := find(Frameworks(), f.Prefix)
		require.True(t, ok)
		require.Equal(t, f.ID, again.ID)
		for _, c := range f.Controls {
			id := f.Prefix + ":" + c.ID
			require.NotContains(t, known, id)
			require.NotEmpty(t, c.Title, id)
			require.Contains(t, []Class{Automated, Partial, Manual}, c.Class, id)
			require.Equal(t, c.Class == Automated, c.NotShown == "", "%s: %s", id, c.NotShown)
			known[id] = c.Class
		}
	}
	require.Len(t, known, 411)
	tested := map[string]bool{}
	for _, r := range engine(t).Rules() {
		for _, c := range r.Controls {
			require.Contains(t, known, c.Framework+":"+c.ID, r.ID)
			direct := slices.Contains(r.Direct, c)
			tested[c.Framework+":"+c.ID] = tested[c.Framework+":"+c.ID] || direct
		}
	}
	for id, class := range known {
		if class == Automated {
			require.True(t, tested[id], "no check tests %s", id)
		}
	}
}

const houseFramework = `id: house
name: Rules of the house
version: "1"
scope: What workloads have to say of themselves.
controls:
  - {id: "1.1", title: Every mail is signed, class: automated}
  - {id: "1.2", title: Somebody reads it, class: manual, notShown: who reads it}
`

func TestHouseFrameworks(t *testing.T) {
	e, err := Compile(files("rules/frameworks/house.yaml", houseFramework, "rules/frameworks/README.md", "not YAML"), "rules")
	require.NoError(t, err)
	require.Len(t, e.Frameworks(), len(Frameworks())+1)
	f, ok := e.FindFramework("house")
	require.True(t, ok)
	require.Equal(t, "house", f.Prefix)
	require.Equal(t, FrameworkControl{ID: "1.2", Title: "Somebody reads it", Class: Manual, NotShown: "who reads it"}, f.Controls[1])
	_, ok = find(Frameworks(), "house")
	require.False(t, ok)
}

func TestRefusedFrameworks(t *testing.T) {
	for text, want := range map[string]string{
		"[]":                                 "1:1: a framework is a map of id, prefix, name, version, scope, controls",
		"id: cis":                            `1:5: id "cis" is taken by CIS Kubernetes Benchmark`,
		"id: Mine":                           `1:5: id "Mine" is no short name in lower case, such as house`,
		"{id: mine, prefix: iso}":            `1:20: prefix "iso" is taken by ISO/IEC 27001 Annex A`,
		"{id: mine, title: x}":               `1:12: a framework has no "title": use id,`,
		"{id: mine, version: 1}":             `1:21: version must be a text: write it in quotes`,
		"{id: mine}":                         `1:1: a framework needs controls`,
		"{id: mine, controls: []}":           `1:22: a list of controls is needed`,
		"{id: mine, controls: [{id: 1.10}]}": `1:28: id must be a text: write it in quotes`,
		"{id: mine, controls: [{id: a b}]}":  `1:28: id "a b" has more than letters, digits and . - _ # ( )`,
		"{id: mine, controls: [{id: a, class: full}]}":                                 `1:38: class "full" is not automated, partial or manual`,
		"{id: mine, controls: [{id: a, class: automated, notShown: x}]}":               `1:59: manifests show all of an automated control`,
		"{id: mine, controls: [{id: a, class: partial}]}":                              `1:23: a control of class partial needs notShown: what no manifest shows`,
		"{id: mine, controls: [{id: a, class: automated}, {id: a, class: automated}]}": `1:50: control a is there twice`,
		"{id: mine, controls: [{id: a, class: automated, aliases: [b]}]}":              `1:58: aliases is a map of versions to ids`,
	} {
		_, err := Compile(files("frameworks/mine.yaml", text))
		var faults Errors
		require.ErrorAs(t, err, &faults, text)
		require.ErrorContains(t, err, "frameworks/mine.yaml:"+want, text)
	}
	_, err := Compile(files("frameworks/a.yaml", houseFramework, "frameworks/b.yaml", houseFramework))
	require.ErrorContains(t, err, `frameworks/b.yaml:1:5: id "house" is taken by Rules of the house`)
}

// A control that a rule of the platform names is in its framework, if anybody wrote that down.
func TestControlsOfHouseRules(t *testing.T) {
	const rule = `# METADATA
# title: A
# custom: {id: house-a, severity: low, scope: object, waivable: true, remedy: remove it, controls: [%s]}
package checks.house_a

deny contains {"path": [], "message": "a"} if input.object.kind == "A"
`
	for control, want := range map[string]string{
		"house:1.1": "", "iso:A.8.9": "", "unwritten:7": "",
		"house:1.3":      "a.rego:4:1: control house:1.3 is not in the framework house",
		"iso:A.99":       "a.rego:4:1: control iso:A.99 is not in the framework iso27001",
		"iso27001:A.8.9": "a.rego:4:1: control iso27001:A.8.9 is written iso:A.8.9",
	} {
		fsys := files("a.rego", fmt.Sprintf(rule, control), "frameworks/house.yaml", houseFramework)
		_, err := Compile(fsys)
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, want)
		_, err = Test(context.Background(), fsys)
		require.EqualError(t, err, want)
	}
}
