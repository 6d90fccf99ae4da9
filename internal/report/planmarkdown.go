package report

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// planMarker is by what the comment is found again, to be updated in place. Nothing that people write can look
// like it.
const planMarker = "<!-- tenantsmith:plan -->\n"

// What the part shows that nobody has to open, and how wide a difference and a text may be there.
const (
	shownGroups   = 2
	shownRisks    = 2
	shownFindings = 2
	diffWidth     = 100
	textWidth     = 160
)

// writePlanMarkdown writes a comment of at most twenty lines; what has to be opened follows, as much as there is
// room for.
func writePlanMarkdown(w io.Writer, p plan.Plan, o PlanOptions) error {
	limit := o.Limit
	if limit <= 0 {
		limit = commentLimit - commentRoom
	}
	c := &comment{limit: min(limit, commentLimit)}
	if c.add(planMarker) {
		c.plan(p, o)
	}
	_, err := io.WriteString(w, c.String())
	return err
}

// plan adds what there is room for; the foot, which counts what there is none for, comes first in that.
func (c *comment) plan(p plan.Plan, o PlanOptions) {
	reserve := len(planFoot(p, o, 99))
	if c.left() < reserve {
		return
	}
	c.limit -= reserve
	missing := 0
	for _, block := range planHead(p) {
		if !c.add(block) {
			missing++
		}
	}
	missing += c.addFolds(planFolds(p, o))
	c.limit += reserve
	c.add(planFoot(p, o, missing))
}

// planHead is what everybody sees: the verdict, the tenants, and the gravest of what is new.
func planHead(p plan.Plan) []string {
	said := planVerdict(p)
	title := words().Plan.Title.with("what", said[0])
	blocks := []string{"### " + cell(title) + "\n"}
	if len(said) > 1 {
		blocks = append(blocks, "\n**"+prose(strings.Join(said[1:], "; "))+"**\n")
	}
	var m markdown
	m.line("")
	rows := planFacts(p)
	m.table(rows[0], rows[1:])
	blocks = append(blocks, m.String())
	bullets := append(firstLines(p), gravestLines(p)...)
	if len(bullets) > 0 {
		bullets[0] = "\n" + bullets[0]
	}
	return append(blocks, bullets...)
}

// cell is a text for a cell of a table or a line, cut to a length.
func cell(s string) string { return prose(fit(Clean(s), textWidth)) }

// planFacts are the rows of the table that everybody sees.
func planFacts(p plan.Plan) [][]string {
	t, s := words().Plan, p.Summary
	var rows [][]string
	add := func(name phrase, text string) {
		if text != "" {
			rows = append(rows, []string{heading(name), cell(text)})
		}
	}
	var names []string
	for _, tenant := range p.Tenants {
		names = append(names, Clean(tenant.Name))
	}
	add(t.Tenants, naming(names, 80))
	if objects := countsText(s.Added, s.Changed, s.Recreated, s.Removed); objects != "" {
		add(t.Changes, t.ObjectsIn.of(s.Groups, "objects", objects))
	}
	add(t.Risks, risksText(s))
	var quotas []string
	for _, q := range total(p) {
		quotas = append(quotas, q.Name+" "+quantity(q.Old)+" → "+quantity(q.New))
	}
	add(t.Quota, naming(quotas, 100))
	if p.Cost != nil {
		add(t.Costs, costText(p.Cost))
	}
	add(t.Findings, findingsText(p))
	return rows
}

// risksText counts risks by class, the gravest class first.
func risksText(s plan.Summary) string {
	var out []string
	for _, class := range riskClasses {
		if n := s.Risks[class]; n > 0 {
			out = append(out, fmt.Sprintf("%d × %s", n, riskWord(class)))
		}
	}
	return strings.Join(out, ", ")
}

// firstLines are what causes the first groups, and where.
func firstLines(p plan.Plan) []string {
	var lines []string
	for _, g := range p.Groups[:min(len(p.Groups), shownGroups)] {
		text := cell(string(words().Plan.NoCause))
		if len(g.Causes) > 0 {
			text = causeLine(g.Causes[0])
		}
		lines = append(lines, "- "+text+" · "+cell(extent(g.Places, textWidth/2))+"\n")
	}
	return lines
}

// gravestLines are the gravest risks, restarts apart, and the gravest of the new findings.
func gravestLines(p plan.Plan) []string {
	type grave struct {
		severity manifest.Severity
		text     string
	}
	var found []grave
	for _, g := range p.Groups {
		for _, r := range g.Risks {
			if r.Severity.AtLeast(manifest.Medium) && r.Class != plan.PodRestart {
				found = append(found, grave{r.Severity, groupRisk(r, g)})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b grave) int {
		return cmp.Compare(rank(b.severity), rank(a.severity))
	})
	var lines []string
	for _, f := range found[:min(len(found), shownRisks)] {
		lines = append(lines, "- "+cell(f.text)+"\n")
	}
	groups := gravest(group(redactedProblems(p.Findings.New)))
	for _, g := range groups[:min(len(groups), shownFindings)] {
		lines = append(lines, findingLine(g[0]))
	}
	return lines
}

func rank(s manifest.Severity) int {
	n := 0
	for _, bound := range []manifest.Severity{manifest.Low, manifest.Medium, manifest.High, manifest.Critical, manifest.Error} {
		if s.AtLeast(bound) {
			n++
		}
	}
	return n
}

func findingLine(p manifest.Problem) string {
	at := ""
	if spot := p.Position.String(); spot != "" {
		at = code(fit(Clean(spot), textWidth)) + " "
	}
	return "- " + at + cell(lead(p)+p.Message) + "\n"
}

// planFolds are the parts that a reader opens, in their order.
func planFolds(p plan.Plan, o PlanOptions) []fold {
	t := words().Plan
	more := func(n int) string { return "\n" + prose(t.LeftOut.of(n)) + fullReport(o) + "\n" }
	folds := []fold{{title: t.NewOnes, items: findingItems(p.Findings.New)}, {title: t.Groups}, {title: t.Tenants}, {title: t.Fixed, items: findingItems(p.Findings.Fixed)}}
	for _, g := range p.Groups {
		folds[1].items = append(folds[1].items, groupItem(g))
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

// groupItem is a group with what becomes of its objects, or without that where there is no room.
func groupItem(g plan.Group) item {
	t := words().Plan
	var m markdown
	for i, c := range g.Causes {
		if i == mostCauses && len(g.Causes) > mostCauses+1 {
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
	if len(g.Risks) > 0 {
		m.line("")
	}
	for i, r := range g.Risks {
		if i == mostRisks && len(g.Risks) > mostRisks+1 {
			m.line("- %s", prose(t.MoreRisks.of(len(g.Risks)-i)))
			break
		}
		m.line("- %s", cell(groupRisk(r, g)))
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
	for _, s := range p.Skipped {
		out = append(out, item{full: "- " + prose(fit(s.What+": "+redacted(s.Reason), 2*textWidth)) + "\n"})
	}
	return out
}

// planFoot says what was compared, what the digest is, and what has no room.
func planFoot(p plan.Plan, o PlanOptions, missing int) string {
	t := words().Plan
	parts := []string{cell(comparedText(p))}
	if p.Digest != "" {
		parts = append(parts, t.Digest.with("digest", code(p.Digest)))
	}
	if missing > 0 {
		parts = append(parts, prose(t.PartsLeftOut.of(missing))+fullReport(o))
	} else if link := fullLink(o); link != "" {
		parts = append(parts, link)
	}
	return "\n<sub>" + strings.Join(parts, " · ") + "</sub>\n"
}

// fullReport says where all of it is.
func fullReport(o PlanOptions) string {
	if link := fullLink(o); link != "" {
		return ": " + link
	}
	return "; " + string(words().Plan.Run)
}

// fullLink leads to the full report; empty for what is no address of the web.
func fullLink(o PlanOptions) string {
	u, err := url.Parse(o.Link)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(o.Link, "<>()[]\\`\"' \n") {
		return ""
	}
	return fmt.Sprintf("[%s](%s)", words().Plan.Full, u.String())
}
