package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxMatrix is how many tenants a table can have side by side.
const maxMatrix = 8

// writeComplianceMarkdown writes the report for a comment or a wiki: each finding and each sentence once,
// long tables folded.
func writeComplianceMarkdown(w io.Writer, c *Compliance) error {
	m, t := &complianceMarkdown{report: c}, words().Compliance
	m.line("## %s", t.Headline)
	m.line("")
	m.line("%s", t.Lead)
	if len(c.Frameworks) == 0 {
		m.line("")
		m.line("%s", t.None)
	}
	for _, f := range c.Frameworks {
		m.framework(f)
	}
	m.waivers()
	m.attestations()
	m.unexamined()
	m.origin()
	_, err := w.Write(m.Bytes())
	return err
}

// complianceMarkdown is the page of a report.
type complianceMarkdown struct {
	markdown
	report *Compliance
}

func (m *complianceMarkdown) framework(f Framework) {
	t := words().Compliance
	m.line("\n### %s\n", prose(f.title()))
	m.line("%s", prose(f.Scope))
	m.line("\n%s: %s\n", heading(t.Tenants), prose(strings.Join(f.names(), ", ")))
	var heads, counts []string
	for _, n := range tallies(f.Controls) {
		heads, counts = append(heads, heading(phrase(n.Status.word()))), append(counts, fmt.Sprint(n.Controls))
	}
	if len(heads) > 0 {
		m.table(heads, [][]string{counts})
	}
	m.causes(t.Fails, f.causes(false))
	m.causes(t.Accepted, f.causes(true))
	m.folded(t.Controls, func() { m.controls(f) })
	if len(f.Tenants) > 1 {
		m.folded(t.ByTenant, func() { m.tenants(f) })
	}
	if len(f.unasked()) > 0 {
		m.folded(t.Unasked, func() { m.gaps(f.unasked()) })
	}
	if len(f.gaps()) > 0 {
		m.folded(t.NotShown, func() { m.gaps(f.gaps()) })
	}
}

func (m *complianceMarkdown) causes(title phrase, causes []cause) {
	if len(causes) == 0 {
		return
	}
	m.section(4, title)
	for _, cause := range causes {
		p := cause.problems[0]
		m.line("- %s %s: %s", code(spot(p)), prose(p.Check), prose(p.Message))
		for _, r := range m.report.reasons(cause) {
			m.line("  - %s: %s", r[0], prose(r[1]))
		}
	}
}

func (m *complianceMarkdown) controls(f Framework) {
	t := words().Compliance
	var rows [][]string
	for i, c := range f.Controls {
		rows = append(rows, []string{prose(c.ID), c.Status.word(), c.ratio(), prose(c.Title), prose(strings.Join(f.failing(i), ", "))})
	}
	m.table(headings(t.Control, t.Status, t.Checks, t.Title, t.Failing), rows)
}

// tenants shows each tenant, and where they fit beside each other each of its controls.
func (m *complianceMarkdown) tenants(f Framework) {
	t := words().Compliance
	heads := headings(t.Tenant, t.Environments)
	for _, s := range f.statuses() {
		heads = append(heads, heading(phrase(s.word())))
	}
	var rows [][]string
	for _, tenant := range f.Tenants {
		row := []string{prose(tenant.Tenant), prose(strings.Join(tenant.Environments, ", "))}
		for _, s := range f.statuses() {
			row = append(row, fmt.Sprint(having(tenant.Controls, s)))
		}
		rows = append(rows, append(row, prose(strings.Join(tenant.ids(Fail), ", "))))
	}
	m.table(append(heads, heading(t.Fails)), rows)
	if len(f.Tenants) <= maxMatrix {
		m.matrix(f)
	}
}

// matrix shows the controls that the tenants do not have in common.
func (m *complianceMarkdown) matrix(f Framework) {
	heads := headings(words().Compliance.Control)
	for _, tenant := range f.Tenants {
		heads = append(heads, prose(tenant.Tenant))
	}
	var rows [][]string
	for i, c := range f.Controls {
		row := []string{prose(c.ID)}
		for _, tenant := range f.Tenants {
			row = append(row, tenant.Controls[i].Status.word())
		}
		if len(slices.Compact(slices.Clone(row[1:]))) > 1 {
			rows = append(rows, row)
		}
	}
	if len(rows) > 0 {
		m.line("")
		m.table(heads, rows)
	}
}

func (m *complianceMarkdown) gaps(gaps []gap) {
	for _, g := range gaps {
		m.line("- %s: %s", prose(strings.Join(g.controls, ", ")), prose(g.text))
	}
}

func (m *complianceMarkdown) waivers() {
	if len(m.report.Waivers) == 0 {
		return
	}
	t := words().Compliance
	m.section(3, t.Waivers)
	var rows [][]string
	for _, w := range m.report.Waivers {
		rows = append(rows, []string{
			prose(w.Name), prose(strings.Join(w.Checks, ", ")), prose(w.Tenant), prose(w.Reason), prose(w.ApprovedBy), prose(w.Ticket),
			w.Expires, fmt.Sprint(w.Findings), code(at(w.File, w.Line)),
		})
	}
	m.table(headings(t.Waiver, t.Checks, t.Tenant, t.Reason, t.ApprovedBy, t.Ticket, t.Expires, t.Findings, t.Where), rows)
}

func (m *complianceMarkdown) attestations() {
	if len(m.report.Attestations) == 0 {
		return
	}
	t := words().Compliance
	m.section(3, t.Attestations)
	var rows [][]string
	for _, a := range m.report.Attestations {
		rows = append(rows, []string{
			prose(a.Control), prose(a.whom()), prose(a.Statement), prose(a.Evidence), prose(a.person()), a.Date, a.Until, a.state(), code(at(a.File, a.Line)),
		})
	}
	m.table(headings(t.Control, t.Tenant, t.Statement, t.Evidence, t.By, t.From, t.Until, t.State, t.Where), rows)
}

func (m *complianceMarkdown) unexamined() {
	if len(m.report.unexamined()) == 0 {
		return
	}
	m.section(3, words().Compliance.Unexamined)
	for _, what := range m.report.unexamined() {
		m.line("- %s", prose(what))
	}
}

// origin tells what the report was made of.
func (m *complianceMarkdown) origin() {
	t := words().Compliance
	m.folded(t.Inputs, func() {
		for _, f := range m.report.facts() {
			m.line("- %s: %s", f[0], prose(f[1]))
		}
		m.line("\n%s\n", t.InputsLead)
		var rows [][]string
		for _, in := range m.report.inputs() {
			rows = append(rows, []string{code(in[0]), code(in[1])})
		}
		m.table(headings(t.File, t.Digest), rows)
	})
}
