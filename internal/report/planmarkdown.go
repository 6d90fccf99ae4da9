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
	add(t.Risks, risksText(p.Groups))
	var quotas []string
	for _, q := range total(p) {
		quotas = append(quotas, q.Name+" "+amountText(q))
	}
	add(t.Quota, naming(quotas, 100))
	if p.Cost != nil {
		add(t.Costs, costText(p.Cost))
	}
	add(t.Findings, findingsText(p))
	return rows
}

// risksText counts risks by class, the gravest class first: one that many places share once, as groups tell it.
func risksText(groups []plan.Group) string {
	count := map[plan.Class]int{}
	for _, g := range groups {
		for _, r := range g.Risks {
			count[r.Class]++
		}
	}
	var out []string
	for _, class := range riskClasses {
		if n := count[class]; n > 0 {
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
		lines = append(lines, "- "+prose(fit(f.text, 2*textWidth))+"\n")
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
