package report

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// planFolds are the parts that a reader opens, in their order.
func planFolds(p plan.Plan, o PlanOptions) []fold {
	t := words().Plan
	more := func(n int) string { return "\n" + prose(t.LeftOut.of(n)) + fullReport(o) + "\n" }
	folds := []fold{{title: t.NewOnes, items: findingItems(p.Findings.New)}, {title: t.Groups}, {title: t.Tenants}, {title: t.Fixed, items: findingItems(p.Findings.Fixed)}}
	size := 0
	for _, g := range p.Groups {
		it := groupItem(g, size < commentLimit)
		size += len(it.full)
		folds[1].items = append(folds[1].items, it)
	}
	folds[2].lead, folds[2].items = tenantItems(p)
	folds = append(folds, fold{title: t.NotCompared, items: skippedItems(p)})
	folds = slices.DeleteFunc(folds, func(f fold) bool { return len(f.items) == 0 })
	for i := range folds {
		folds[i].more, folds[i].count = more, len(folds[i].items)
		if folds[i].title == t.Tenants {
			folds[i].count = len(p.Tenants)
		}
	}
	return folds
}

func findingItems(ps []manifest.Problem) []item {
	var out []item
	for _, g := range gravest(group(redactedProblems(ps))) {
		var m markdown
		line := findingLine(g[0])
		m.WriteString(line)
		if s := objects(g); s != "" {
			m.line("  - %s: %s", words().Label.Object, cell(s))
		}
		if g[0].Remedy != "" {
			m.line("  - %s: %s", words().Label.Fix, prose(fit(Clean(g[0].Remedy), 2*textWidth)))
		}
		out = append(out, item{full: m.String(), brief: line})
	}
	return out
}

// groupItem is a group with what becomes of its objects, and without that for where there is no room.
func groupItem(g plan.Group, whole bool) item {
	t := words().Plan
	var m markdown
	for i, c := range g.Causes {
		if i == mostPlanCauses && len(g.Causes) > mostPlanCauses+1 {
			m.line("%s<br>", prose(t.MoreCauses.of(len(g.Causes)-i)))
			break
		}
		m.line("%s<br>", causeLine(c))
	}
	if len(g.Causes) == 0 {
		m.line("%s<br>", prose(string(t.NoCause)))
	}
	m.line("%s", prose(placesText(g.Places, 2*textWidth)))
	brief := m.String() + "\n"
	if !whole {
		return item{full: brief, brief: brief}
	}
	if len(g.Risks) > 0 {
		m.line("")
	}
	for i, r := range g.Risks {
		if i == mostRisks && len(g.Risks) > mostRisks+1 {
			m.line("- %s", prose(t.MoreRisks.of(len(g.Risks)-i)))
			break
		}
		m.line("- %s", prose(fit(groupRisk(r, g), 3*textWidth)))
		if r.Remedy != "" {
			m.line("  - %s: %s", t.Fix, prose(fit(Clean(redacted(r.Remedy)), 2*textWidth)))
		}
	}
	var lines []string
	if shown := shownText(g); shown != "" {
		lines = append(lines, "# "+fit(shown, diffWidth))
	}
	for _, l := range objectLines(g.Objects, diffWidth) {
		sign := l.sign
		if l.sign == "~" || l.sign == "±" {
			sign = "!" // what GitHub colours
		}
		lines = append(lines, strings.TrimRight(sign+" "+strings.Repeat("  ", l.depth)+l.text, " "))
	}
	m.line("\n%s", fenced("diff", lines))
	return item{full: m.String(), brief: brief}
}

func causeLine(c plan.Cause) string {
	text := cell(causeText(c, textWidth))
	if at := c.Position.String(); at != "" {
		text = code(fit(Clean(at), textWidth)) + " " + text
	}
	return text
}

// tenantItems are the rows of the table of tenants, and its head.
func tenantItems(p plan.Plan) (lead string, items []item) {
	heads, rows := effectRows(p, 80)
	if len(rows) == 0 {
		return "", nil
	}
	var m markdown
	for _, line := range tierLines(p, textWidth) {
		m.line("- %s", prose(fit(line, 2*textWidth)))
	}
	if m.Len() > 0 {
		m.line("")
	}
	m.table(headings(heads...), nil)
	for _, row := range rows {
		var line markdown
		for i := range row {
			row[i] = cell(row[i])
		}
		line.row(row)
		items = append(items, item{full: line.String()})
	}
	return m.String(), items
}

func skippedItems(p plan.Plan) []item {
	var out []item
	if held := heldTenants(p); len(held) > 0 {
		out = append(out, item{full: "- " + prose(words().Plan.HeldTenants.with("tenants", naming(held, 4*textWidth))) + "\n"})
	}
	for _, line := range staysText(p) {
		out = append(out, item{full: "- " + prose(fit(line, 2*textWidth)) + "\n"})
	}
	for _, s := range p.Skipped {
		out = append(out, item{full: "- " + prose(fit(s.What+": "+redacted(s.Reason), 2*textWidth)) + "\n"})
	}
	return out
}
