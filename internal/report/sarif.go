package report

import (
	"cmp"
	"io"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// What GitHub code scanning takes of a run: more results or tags, and it refuses the whole file; more
// places of one result it ignores.
const (
	resultLimit = 25_000
	tagLimit    = 20
	placeLimit  = 100
)

// What file names are relative to.
const (
	workspaceBase = "%SRCROOT%"
	renderedBase  = "RENDERED"
	schemasBase   = "SCHEMAS"
)

// writeSARIF prints a log of one run. The same finding in several environments is one result.
func writeSARIF(w io.Writer, r Report, o Options) error {
	rules := r.rules()
	index := map[string]int{}
	for i, rule := range rules {
		index[rule.ID] = i
	}
	groups := gravest(group(r.Problems))
	prints := fingerprints(groups)
	leftOut := max(len(groups)-resultLimit, 0)
	results := make([]sarifResult, len(groups)-leftOut)
	for i := range results {
		results[i] = toResult(groups[i], o)
		results[i].RuleIndex = index[results[i].RuleID]
		results[i].Baseline = baseline(r, groups[i][0])
		results[i].PartialFingerprints = map[string]string{fingerprintKey: prints[i]}
	}
	t := words().Sarif
	return writeIndented(w, sarifLog{
		Schema: sarifSchema, Version: "2.1.0",
		Runs: []sarifRun{{
			Tool: sarifTool{Driver: sarifDriver{Name: "tenantsmith", Version: o.Version, Rules: descriptors(rules)}},
			Bases: map[string]sarifBase{
				workspaceBase: {text(t.Workspace)}, renderedBase: {text(t.Rendered)}, schemasBase: {text(t.Schemas)},
			},
			Invocations: []sarifInvocation{{Successful: true, Notifications: notifications(r, leftOut)}},
			ColumnKind:  "unicodeCodePoints",
			Results:     results,
		}},
	})
}

// baseline says whether a finding is new against a base; empty where there is none.
func baseline(r Report, p manifest.Problem) string {
	switch {
	case r.Base == "":
		return ""
	case p.Baseline:
		return "unchanged"
	}
	return "new"
}

// notifications say what the results do not show.
func notifications(r Report, leftOut int) []sarifNotification {
	out := []sarifNotification{}
	if leftOut > 0 {
		said := words().Sarif.LeftOut.of(leftOut, "limit", strconv.Itoa(resultLimit))
		out = append(out, sarifNotification{Level: "warning", Message: sarifText{said}})
	}
	for _, s := range r.Summary.Skipped {
		out = append(out, sarifNotification{Level: "note", Message: sarifText{plain(s.String())}})
	}
	return out
}

func descriptors(rules []Rule) []sarifRule {
	out := make([]sarifRule, len(rules))
	for i, rule := range rules {
		out[i] = descriptor(rule)
	}
	return out
}

func descriptor(rule Rule) sarifRule {
	full, help := rule.Title, rule.Title
	if rule.Remedy != "" {
		full += ": " + rule.Remedy
		help += "\n" + string(words().Label.Fix) + ": " + rule.Remedy
	}
	if len(rule.Controls) > 0 {
		help += "\n" + string(words().Label.Controls) + ": " + controls(rule.Controls)
	}
	d := sarifRule{
		ID: plain(rule.ID), Name: plain(rule.Title), Short: sarifText{plain(rule.Title)}, Full: sarifText{plain(full)}, Help: sarifText{plain(help)},
		Default: sarifDefault{Level: sarifLevel(rule.Severity)},
	}
	if risk := risks[rule.Severity]; risk != "" {
		d.Properties = &sarifRuleProperties{Tags: tags(rule.Controls), Risk: risk}
	}
	return d
}

// risks are scores between the bounds at which GitHub reads them as the same words.
var risks = map[manifest.Severity]string{manifest.Critical: "9.5", manifest.High: "8.0", manifest.Medium: "5.5", manifest.Low: "2.5"}

// tags are the controls, as far as GitHub takes them; the help has all. Its risk scores count for rules
// with the tag security only.
func tags(cs []manifest.Control) []string {
	out := []string{"security"}
	for _, c := range cs {
		out = append(out, plain(c.Framework+":"+c.ID))
	}
	return out[:min(len(out), tagLimit)]
}

func sarifLevel(s manifest.Severity) string {
	switch s {
	case manifest.Critical, manifest.Error, manifest.High:
		return "error"
	case manifest.Low:
		return "note"
	}
	return "warning"
}

func toResult(g []manifest.Problem, o Options) sarifResult {
	p := g[0]
	res := sarifResult{
		RuleID: checkOf(p), Level: sarifLevel(p.Severity), Message: sarifText{plain(told(g, place(p)))},
		Locations:    []sarifLocation{located(g, o)},
		Related:      related(g),
		Suppressions: []sarifSuppression{},
		Properties: sarifResultProperties{
			Severity: p.Severity, Tenant: p.Tenant, Environments: environments(g), Field: cmp.Or(p.Path.String(), p.Field),
		},
	}
	if p.Waiver != "" {
		res.Suppressions = append(res.Suppressions, sarifSuppression{Kind: "external", Status: "accepted", Justification: p.Waiver})
	}
	return res
}

// located is where a person mends the finding, and the objects that have it. GitHub refuses a file with
// a result that stands nowhere: then it is the platform file.
func located(g []manifest.Problem, o Options) sarifLocation {
	at := g[0].Position
	at.File = o.file(cmp.Or(at.File, "tenantsmith.yaml"))
	l := sarifLocation{Physical: physical(at, workspaceBase)}
	for _, p := range g[:min(len(g), placeLimit)] {
		if p.Object.Kind != "" {
			l.Logical = append(l.Logical, sarifLogical{
				Name: p.Object.Name, Qualified: strings.TrimSpace(p.APIVersion + " " + p.Object.String()), Kind: "resource",
			})
		}
	}
	return l
}

// related are the rendered files, and the rule of the schema that says no.
func related(g []manifest.Problem) []sarifLocation {
	var out []sarifLocation
	add := func(at manifest.Position, base string, said phrase) {
		if at.File != "" && at.File != g[0].File && len(out) < placeLimit {
			message := text(said)
			out = append(out, sarifLocation{ID: len(out) + 1, Physical: physical(at, base), Message: &message})
		}
	}
	add(g[0].Rule, schemasBase, words().Sarif.Rule)
	seen := map[manifest.Position]bool{}
	for _, p := range g {
		if !seen[p.Output] {
			seen[p.Output] = true
			add(p.Output, renderedBase, words().Sarif.RenderedObject)
		}
	}
	return out
}

func physical(at manifest.Position, base string) sarifPhysical {
	file := sarifArtifact{URI: (&url.URL{Path: at.File}).String(), Base: base}
	if path.IsAbs(at.File) {
		file = sarifArtifact{URI: (&url.URL{Scheme: "file", Path: at.File}).String()}
	}
	return sarifPhysical{Artifact: file, Region: sarifRegion{Line: max(at.Line, 1), Column: at.Column}}
}

func environments(g []manifest.Problem) []string {
	out := []string{}
	for _, p := range g {
		if p.Environment != "" {
			out = append(out, p.Environment)
		}
	}
	return out
}

func text(p phrase) sarifText { return sarifText{string(p)} }

// plain keeps text from being a link: a message may hold [words](where).
func plain(s string) string { return strings.ReplaceAll(s, "](", "] (") }
