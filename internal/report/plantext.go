package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// What of a plan a terminal shows; the rest is counted. A width that nobody knows is taken for usual.
const (
	usualWidth     = 100
	leastWidth     = 40
	mostPlanCauses = 6
	mostRisks      = 8
	mostRows       = 40
)

// planText is a plan as a terminal shows it.
type planText struct {
	bytes.Buffer
	plan  plan.Plan
	o     PlanOptions
	width int
}

func writePlanText(w io.Writer, p plan.Plan, o PlanOptions) error {
	b := &planText{plan: p, o: o, width: max(o.Width, leastWidth)}
	if o.Width == 0 {
		b.width = usualWidth
	}
	b.head()
	for _, g := range p.Groups {
		b.line("")
		b.group(g)
	}
	b.tenants()
	b.findings(words().Plan.NewOnes, p.Findings.New)
	b.findings(words().Plan.Fixed, p.Findings.Fixed)
	b.foot()
	_, err := w.Write(b.Bytes())
	return err
}

// line prints a line, which cannot be a command to the runner of GitHub Actions.
func (b *planText) line(format string, args ...any) {
	fmt.Fprintln(b, uncommanded(strings.TrimRight(fmt.Sprintf(format, args...), " ")))
}

// wrapped prints a text over as many lines as it takes, those after the first further in.
func (b *planText) wrapped(indent int, color, text string) {
	for i, line := range wrap(text, b.width-indent-2) {
		in := indent
		if i > 0 {
			in += 2
		}
		b.line("%s%s", strings.Repeat(" ", in), b.paint(color, line))
	}
}

func (b *planText) paint(color, text string) string {
	if !b.o.Color || color == "" || text == "" {
		return text
	}
	return color + text + reset
}

func (b *planText) head() {
	b.wrapped(0, verdictColor(b.plan), strings.Join(planVerdict(b.plan), "; "))
	b.wrapped(0, faint, comparedText(b.plan))
	if held := heldTenants(b.plan); len(held) > 0 {
		b.wrapped(0, red, words().Plan.HeldTenants.with("tenants", Clean(strings.Join(held, ", "))))
	}
}

// comparedText says what was compared, and how much of it is the same.
func comparedText(p plan.Plan) string {
	t, same := words().Plan, ""
	if n := p.Summary.Unchanged; n > 0 {
		same = t.Same.of(n)
	}
	return Clean(t.Compared.with("base", p.Base, "head", p.Head, "same", same))
}

// verdictColor is red for what people have to look at before it is merged.
func verdictColor(p plan.Plan) string {
	grave := func(r plan.Risk) bool { return r.Severity.AtLeast(manifest.High) }
	switch {
	case len(p.Findings.New) > 0 || len(heldTenants(p)) > 0:
		return red
	case slices.ContainsFunc(p.Groups, func(g plan.Group) bool { return slices.ContainsFunc(g.Risks, grave) }):
		return red
	case p.Summary.ProtectedRestarts > 0:
		return yellow
	}
	return green
}

// group prints what several places share: what causes it, where, what is risky in it, and what becomes of the
// objects.
func (b *planText) group(g plan.Group) {
	t := words().Plan
	for i, c := range g.Causes {
		if i == mostPlanCauses && len(g.Causes) > mostPlanCauses+1 {
			b.line("%s", t.MoreCauses.of(len(g.Causes)-i))
			break
		}
		b.cause(c)
	}
	if len(g.Causes) == 0 {
		b.line("%s", t.NoCause)
	}
	b.wrapped(2, "", placesText(g.Places, b.width-6))
	b.risks(g)
	if shown := shownText(g); shown != "" {
		b.line("  %s", b.paint(faint, fit(shown, b.width-2)))
	}
	for _, l := range objectLines(g.Objects, b.width-4) {
		b.diff(l)
	}
}

// cause is a line that editors and terminals make a link of.
func (b *planText) cause(c plan.Cause) {
	at := Clean(c.Position.String())
	text := causeText(c, b.width-widthOf(at)-2)
	if at != "" && text != "" {
		at += ": "
	}
	b.line("%s%s", at, text)
}

func (b *planText) risks(g plan.Group) {
	for i, r := range g.Risks {
		if i == mostRisks && len(g.Risks) > mostRisks+1 {
			b.line("    %s", words().Plan.MoreRisks.of(len(g.Risks)-i))
			return
		}
		color := yellow
		if r.Severity.AtLeast(manifest.High) {
			color = red
		}
		b.wrapped(2, color, "! "+groupRisk(r, g))
		if r.Remedy != "" {
			b.wrapped(6, faint, string(words().Plan.Fix)+": "+Clean(redacted(r.Remedy)))
		}
	}
}

// groupRisk is a risk of a group, with the line that a person mends where it is none of the causes.
func groupRisk(r plan.Risk, g plan.Group) string {
	t, text := words().Plan, riskText(r)
	if r.Places > 0 && r.Places < len(g.Places) {
		text = t.RiskPlaces.of(r.Places, "text", text, "all", fmt.Sprint(len(g.Places)))
	}
	told := func(c plan.Cause) bool { return c.Position == r.Cause }
	if at := Clean(r.Cause.String()); at != "" && !slices.ContainsFunc(g.Causes, told) {
		text = t.At.with("text", text, "position", at)
	}
	return text
}

// shownText says whose objects stand for those of all places.
func shownText(g plan.Group) string {
	if len(g.Places) < 2 {
		return ""
	}
	t := words().Plan
	p, text := g.Places[0], t.Shown
	if g.Varies {
		text = t.Varies
	}
	return Clean(text.with("tenant", p.Tenant, "environment", p.Environment))
}

func (b *planText) diff(l diffLine) {
	color := map[string]string{"+": green, "-": red, "~": yellow, "±": red}[l.sign]
	indent := 2 + 2*min(l.depth, 1)
	line := strings.Repeat(" ", indent) + b.paint(color, strings.TrimRight(l.sign+" "+strings.Repeat("  ", max(l.depth-1, 0))+l.text, " "))
	b.line("%s", line)
}

// tenants prints what becomes of each, equal rows once.
func (b *planText) tenants() {
	for i, line := range tierLines(b.plan, b.width-2) {
		if i == 0 {
			b.line("\n%s:", words().Plan.Tiers)
		}
		b.wrapped(2, "", line)
	}
	heads, rows := effectRows(b.plan, b.width/4)
	if len(rows) == 0 {
		return
	}
	more := len(rows) - mostRows
	if more > 1 {
		rows = rows[:mostRows]
	}
	cells := []string{}
	for _, h := range heads {
		cells = append(cells, strings.ToUpper(string(h)))
	}
	b.line("")
	b.table(columns(append([][]string{cells}, rows...)))
	if more > 1 {
		b.line("%s", words().Plan.MoreRows.of(more))
	}
}

// findings prints them as check does.
func (b *planText) findings(title phrase, ps []manifest.Problem) {
	if len(ps) == 0 {
		return
	}
	b.line("\n%s:", title)
	for _, g := range group(redactedProblems(ps)) {
		writeProblem(&b.Buffer, g, b.o.Options)
	}
}

func redactedProblems(ps []manifest.Problem) []manifest.Problem {
	ps = slices.Clone(ps)
	for i := range ps {
		ps[i].Message = redacted(ps[i].Message)
	}
	return ps
}

func (b *planText) foot() {
	t, p := words().Plan, b.plan
	b.line("\n%s: %s", t.Findings, findingsText(p))
	if p.Cost != nil {
		b.wrapped(0, "", string(t.CostIs)+": "+costText(p.Cost))
	}
	for _, s := range p.Skipped {
		b.wrapped(0, "", skippedText(s))
	}
	if p.Digest != "" {
		b.line("%s", Clean(t.Digest.with("digest", p.Digest)))
	}
}

func skippedText(s plan.Skipped) string {
	return Clean(redacted(words().Plan.Skipped.with("what", s.What, "reason", s.Reason)))
}

func findingsText(p plan.Plan) string {
	text := words().Plan.FindingsAre.with("new", fmt.Sprint(len(group(p.Findings.New))),
		"fixed", fmt.Sprint(len(group(p.Findings.Fixed))), "unchanged", fmt.Sprint(p.Findings.Unchanged))
	if n := p.Findings.Waived; n > 0 {
		text = words().Plan.FindingsWaived.with("findings", text, "waived", fmt.Sprint(n))
	}
	return text
}
