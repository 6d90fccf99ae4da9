package report

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// hostile are texts that would be something else than text where nobody looks.
var hostile = []string{
	"<!-- tenantsmith:plan -->", "</details></summary>", "<img src=x onerror=y>", "![x](https://e.example/t.png)", "[l](https://e.example)",
	"@org/everyone", "#12", "a/b#3", "GH-7", "```", "~~~~\n# title", "````diff\n```", "\n\n# title", "a\n- [ ] b", "`x`", "| a | b |\n|---|---|",
	"::set-output name=x::y", "##[add-path]/tmp", "\x1b[2J", "\u202egpj\u2066\u200f", "www.e.example", "https://e.example/#1", "<https://e.example>",
	"&lt;b&gt;", "$$x$$", "[^1]: x", "\r\n::error::x", "日本語のとても長い名前", "👩‍👩‍👧‍👦", "e\u0301\u0301\u0301", "\xff\xfe", "", " ", "***", "__x__", "---", "=====", "1. x",
}

// maker makes plans of any size out of texts of which some are hostile, always the same for a seed.
type maker struct {
	*rand.Rand
	words []string
}

func (m maker) text() string {
	s := m.words[m.IntN(len(m.words))]
	for m.IntN(3) == 0 {
		s += m.words[m.IntN(len(m.words))]
	}
	if m.IntN(20) == 0 {
		s = strings.Repeat(s+"x", 1+m.IntN(200))
	}
	return s
}

func (m maker) value() any {
	switch m.IntN(6) {
	case 0:
		return int64(m.IntN(100))
	case 1:
		return map[string]any{m.text(): m.text(), "list": []any{m.text(), true, nil}}
	case 2:
		return strings.Repeat(m.text()+"\n", m.IntN(30))
	case 3:
		return nil
	}
	return m.text()
}

func (m maker) key() manifest.Key {
	return manifest.Key{Group: m.text(), Kind: m.text(), Namespace: m.text(), Name: m.text()}
}

func (m maker) cause() plan.Cause {
	return plan.Cause{Position: manifest.Position{File: m.text(), Line: m.IntN(99), Column: m.IntN(9)}, Field: m.text(), Old: m.value(), New: m.value()}
}

func (m maker) risk() plan.Risk {
	severities := []manifest.Severity{manifest.Low, manifest.Medium, manifest.High, manifest.Critical}
	return plan.Risk{
		Class: riskClasses[m.IntN(len(riskClasses))], Severity: severities[m.IntN(4)], Place: plan.Place{Tenant: m.text(), Environment: m.text()}, Object: m.key(),
		Path: manifest.Path{m.text(), m.IntN(9)}, Message: m.text(), Remedy: m.text(), Cause: m.cause().Position, Places: m.IntN(9),
	}
}

func (m maker) object() plan.ObjectChange {
	o := plan.ObjectChange{Action: []plan.Action{plan.Added, plan.Changed, plan.Removed, plan.Recreated}[m.IntN(4)], Object: m.key(), Subject: m.text(), Restarts: m.IntN(2) == 0}
	if o.Action == plan.Changed || o.Action == plan.Recreated {
		before, after := map[string]any{}, map[string]any{}
		for range 1 + m.IntN(30) {
			field := m.text()
			before[field], after[field] = m.value(), m.value()
			before[m.text()], after[m.text()] = m.value(), m.value()
			before["list"], after["list"] = []any{map[string]any{"name": m.text(), "value": m.value()}}, []any{m.value(), m.text()}
		}
		o.Fields = manifest.Diff(before, after)
		if m.IntN(2) == 0 {
			o.Before, o.After = before, after
		}
	}
	return o
}

func (m maker) problem() manifest.Problem {
	p := problem(m.IntN(99), manifest.High)
	p.Message, p.File, p.Remedy, p.Tenant, p.Environment, p.Object, p.Check = m.text(), m.text(), m.text(), m.text(), m.text(), m.key(), m.text()
	return p
}

func many[T any](n int, of func() T) []T {
	var out []T
	for range n {
		out = append(out, of())
	}
	return out
}

func (m maker) group() plan.Group {
	g := plan.Group{Causes: many(m.IntN(9), m.cause), Objects: many(1+m.IntN(40), m.object), Risks: many(m.IntN(12), m.risk), Varies: m.IntN(2) == 0}
	g.Places = many(1+m.IntN(60), func() plan.Place { return plan.Place{Tenant: m.text(), Environment: m.text()} })
	return g
}

func (m maker) effect() plan.Effect {
	return plan.Effect{
		Environment: m.text(), Protected: m.IntN(2) == 0, Action: plan.Changed, Added: m.IntN(3), Changed: m.IntN(3), Restarts: many(m.IntN(3), m.text),
		OldTier: m.text(), NewTier: m.text(), Loses: many(m.IntN(3), m.text), New: m.IntN(3), Risks: many(m.IntN(3), m.risk),
		Quota: many(m.IntN(3), func() plan.Amount { return plan.Amount{Name: m.text(), Old: quantityOf("1"), New: quantityOf("2")} }),
		Cost:  &plan.Cost{Currency: m.text(), New: float64(m.IntN(100))},
	}
}

func (m maker) plan(size int) plan.Plan {
	p := plan.Plan{Base: m.text(), Head: m.text(), Digest: digest, Groups: many(m.IntN(size+1), m.group)}
	p.Tenants = many(m.IntN(size+1), func() plan.Tenant {
		return plan.Tenant{Name: m.text(), Action: plan.Changed, Held: m.IntN(4) == 0, Stays: m.text(), Environments: many(m.IntN(4), m.effect)}
	})
	p.Findings = plan.Findings{New: many(m.IntN(size+1), m.problem), Fixed: many(m.IntN(size+1), m.problem)}
	p.Skipped = many(m.IntN(size+1), func() plan.Skipped { return plan.Skipped{What: m.text(), Reason: m.text()} })
	p.Cost = &plan.Cost{Currency: m.text(), Parts: []plan.CostPart{{Name: m.text()}}}
	p.Summary = plan.Summary{Tenants: len(p.Tenants), Environments: 7, Changed: 9, Groups: len(p.Groups), Restarts: 3, ProtectedRestarts: m.IntN(3), Risks: map[plan.Class]int{plan.OpenedPath: 2}}
	return p
}

// TestPlanProperties: whatever people write and however much changes, a comment stays within its limits and
// is ours, a terminal gets text, and JSON fits its schema.
func TestPlanProperties(t *testing.T) {
	schema := closed(t, PlanSchema)
	for seed := range uint64(30) {
		m := maker{rand.New(rand.NewPCG(seed, 1)), append([]string{"acme", "web", "spec.services.web", "production"}, hostile...)}
		p := m.plan([]int{0, 1, 2, 4, 25}[seed%5])
		o := PlanOptions{Limit: []int{0, 1, 30, 200, 900, 3000, 20000, 65536, 1 << 20}[m.IntN(9)], Link: []string{"", "https://ci.example.com/runs/7", "javascript:x", "https://e.example/](x)"}[m.IntN(4)]}
		o.Width = []int{0, 20, 60, 100, 240}[m.IntN(5)]
		requireComment(t, planned(t, "markdown", p, o), o)
		requireTerminal(t, planned(t, "text", p, o))
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(planned(t, "json", p, o)))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(doc))
	}
}

// FuzzPlan holds the same for any text.
func FuzzPlan(f *testing.F) {
	for i, text := range hostile {
		f.Add(text, hostile[(i+7)%len(hostile)], uint64(i), 3000)
	}
	schema := closed(f, PlanSchema)
	f.Fuzz(func(t *testing.T, a, b string, seed uint64, limit int) {
		m := maker{rand.New(rand.NewPCG(seed, 2)), []string{a, b, "acme"}}
		p, o := m.plan(1), PlanOptions{Limit: limit}
		requireComment(t, planned(t, "markdown", p, o), o)
		requireTerminal(t, planned(t, "text", p, o))
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(planned(t, "json", p, o)))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(doc))
	})
}

// commands are letters that a terminal or a browser obeys.
func commands(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

func requireTerminal(t *testing.T, text string) {
	require.True(t, utf8.ValidString(text))
	require.NotContains(t, text, "##[")
	for line := range strings.Lines(text) {
		require.False(t, strings.HasPrefix(strings.TrimSpace(line), "::"), line)
		require.False(t, strings.ContainsFunc(strings.TrimSuffix(line, "\n"), commands), "%q", line)
	}
	require.True(t, strings.HasSuffix(text, "\ndigest "+digest+"\n"))
}

var (
	escaped  = regexp.MustCompile(`\\[!-/:-@[-\x60{-~]`)
	codeSpan = regexp.MustCompile("`[^`\n]+`")
	// ours are the only tags and links that there may be.
	ours = strings.NewReplacer("<details><summary>", "", "</summary>", "", "</details>", "", "<sub>", "", "</sub>", "", "<br>", "", "[the full report](https://ci.example.com/runs/7)", "")
	live = regexp.MustCompile(`<|@(?:[^&]|$)|@&[^Z]|(?i:#|\bGH-)\d|://|\]\(|!\[|(?i)\bwww\.`)
)

// requireComment reads Markdown as GitHub does, as far as that takes to know what is text: fences, spans of code,
// and what is left of both.
func requireComment(t *testing.T, text string, o PlanOptions) {
	limit := o.Limit
	if limit <= 0 || limit > commentLimit {
		limit = commentLimit
	}
	require.LessOrEqual(t, len(text), limit)
	require.LessOrEqual(t, len(utf16.Encode([]rune(text))), 65536)
	require.True(t, utf8.ValidString(text))
	if len(text) < len(planMarker) {
		require.Empty(t, text)
		return
	}
	rest, marked := strings.CutPrefix(text, planMarker)
	require.True(t, marked)
	require.NotContains(t, rest, "<!--")
	visible, fence, depth := 0, "", 0
	for line := range strings.Lines(rest) {
		line = strings.TrimSuffix(line, "\n")
		require.False(t, strings.ContainsFunc(line, commands), "%q", line)
		if mark := strings.TrimRight(line, "abcdefghijklmnopqrstuvwxyz"); len(mark) >= 3 && strings.Trim(mark, "`") == "" {
			switch {
			case fence == "":
				fence = mark
				continue
			case line == mark && len(mark) >= len(fence):
				require.Equal(t, fence, mark, "only the end of a block closes it")
				fence = ""
				continue
			}
		}
		if fence != "" {
			trimmed := strings.TrimLeft(line, " ")
			require.False(t, len(line)-len(trimmed) < 4 && strings.HasPrefix(trimmed, fence), "%q would close %q", line, fence)
			continue
		}
		if strings.HasPrefix(line, "<details>") {
			depth++
			visible++
		}
		if depth == 0 && line != "" && !strings.HasPrefix(line, "|---") {
			visible++
		}
		if line == "</details>" {
			depth--
		}
		require.GreaterOrEqual(t, depth, 0)
		plain := ours.Replace(codeSpan.ReplaceAllString(escaped.ReplaceAllString(line, ""), ""))
		require.False(t, live.MatchString(plain), "%q has %q", line, live.FindString(plain))
	}
	require.Empty(t, fence)
	require.Zero(t, depth)
	require.LessOrEqual(t, visible, 20, rest)
}

// TestPlanWidth: what a terminal shows fits it, but for positions and what check prints.
func TestPlanWidth(t *testing.T) {
	for _, width := range []int{50, 80, 120} {
		for name, make := range plans {
			text, _, _ := strings.Cut(planned(t, "text", make(), PlanOptions{Options: Options{Width: width}}), "\nnew findings:")
			for line := range strings.Lines(text) {
				if !strings.Contains(line, ".yaml:") && !strings.HasPrefix(line, "digest ") {
					require.LessOrEqual(t, widthOf(strings.TrimSuffix(line, "\n")), width, "%s: %s", name, line)
				}
			}
		}
	}
}

// TestPlanHuge: a thousand tenants that each change in their own way fill a comment to its limit, and no further;
// what has no room is counted.
func TestPlanHuge(t *testing.T) {
	p := imagePlan()
	g, tenant := p.Groups[0], p.Tenants[0]
	p.Groups, p.Tenants = nil, nil
	for i := range 1000 {
		g.Places = []plan.Place{{Tenant: fmt.Sprintf("tenant-%04d", i), Environment: "production"}}
		tenant.Name = g.Places[0].Tenant
		p.Groups, p.Tenants = append(p.Groups, g), append(p.Tenants, tenant)
		p.Findings.New = append(p.Findings.New, problem(i+1, manifest.High))
	}
	p.Summary.Tenants, p.Summary.Environments, p.Summary.Groups = 1000, 1000, 1000
	text := planned(t, "markdown", p, PlanOptions{})
	requireComment(t, text, PlanOptions{})
	require.Greater(t, len(text), commentLimit*9/10)
	for _, want := range []string{"### tenantsmith: 1000 tenants change in 1000 environments", "<summary>What changes (1000)</summary>", "<summary>Tenants (1000)</summary>"} {
		require.Contains(t, text, want)
	}
	require.Equal(t, 2, strings.Count(text, " more are left out here; `tenantsmith plan` tells all of it\n"))
	shown := strings.Count(text, "\ntenant-")
	require.Contains(t, text, fmt.Sprintf("\n%d more are left out here", 1000-shown))
}

func TestPlanLink(t *testing.T) {
	require.Equal(t, "[the full report](https://ci.example.com/runs/7?a=b#c)", fullLink(PlanOptions{Link: "https://ci.example.com/runs/7?a=b#c"}))
	for _, link := range []string{"", "x", "javascript:alert(1)", "https://", "https://e.example/](x)", "https://e.example/ x", "https://e.example/\n# x", "https://e.example/<b>"} {
		require.Empty(t, fullLink(PlanOptions{Link: link}), link)
	}
}

// TestPlanColour: only where it is asked for.
func TestPlanColour(t *testing.T) {
	for _, make := range plans {
		require.NotContains(t, planned(t, "text", make(), PlanOptions{}), "\x1b")
		colored := planned(t, "text", make(), PlanOptions{Options: Options{Color: true}})
		require.Contains(t, colored, "\x1b")
		require.Equal(t, planned(t, "text", make(), PlanOptions{}), regexp.MustCompile("\x1b\\[[0-9]+m").ReplaceAllString(colored, ""))
	}
}
