package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

func writeAuditText(w io.Writer, a *Audit, o Options) error {
	b := auditText{options: o}
	t := words().Audit
	for _, f := range a.facts() {
		b.line("%s: %s", f[0], Clean(f[1]))
	}
	if len(a.Tenants) > 1 {
		b.summary(a)
	}
	for i := range a.Tenants {
		b.tenant(&a.Tenants[i])
	}
	b.evidence(t.Evidence, a.Evidence)
	if len(a.Unknown) > 0 {
		b.line("\n%s:", t.Unsure)
	}
	for _, u := range a.Unknown {
		b.line("  %s", Clean(u))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// auditText is the page of an audit.
type auditText struct {
	bytes.Buffer
	options Options
}

func (b *auditText) line(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }

// table prints rows below a heading, indented.
func (b *auditText) table(rows [][]string) {
	for i := range rows[0] {
		rows[0][i] = strings.ToUpper(rows[0][i])
	}
	for _, row := range rows {
		for i := range row {
			row[i] = Clean(row[i])
		}
	}
	for _, row := range columns(rows) {
		b.line("  %s", strings.TrimRight(strings.Join(row, "  "), " "))
	}
}

func (b *auditText) summary(a *Audit) {
	t := words().Audit
	rows := [][]string{{string(t.Tenant), string(t.Days), string(t.Changes), string(t.ByHand), string(t.Evidence)}}
	for _, one := range a.Tenants {
		rows = append(rows, []string{one.Tenant, fmt.Sprint(one.Days), fmt.Sprint(len(one.Changes)), fmt.Sprint(one.byHand()), fmt.Sprint(one.alarms())})
	}
	b.line("")
	b.table(rows)
}

func (b *auditText) tenant(one *AuditTenant) {
	t := words().Audit
	b.line("\n%s: %s", Clean(one.Tenant), one.existed())
	for _, f := range one.Frameworks {
		b.framework(f)
	}
	if spans := one.spans(); len(spans) > 0 {
		b.line("\n  %s:", t.Spans)
		rows := [][]string{{string(t.Check), string(t.Outcome), string(t.From), string(t.Until)}}
		for _, s := range spans {
			rows = append(rows, []string{s[0], Outcome(s[1]).word(), s[2], s[3]})
		}
		b.table(rows)
	}
	if len(one.Waivers) > 0 {
		b.line("\n  %s:", t.Waivers)
		rows := [][]string{{string(t.Waiver), string(t.Days), string(t.Expires), string(t.Ticket), string(t.ApprovedBy), string(t.Checks)}}
		for _, w := range one.Waivers {
			rows = append(rows, []string{w.Name, fmt.Sprint(w.Days), w.Expires, w.Ticket, w.ApprovedBy, strings.Join(w.Checks, ", ")})
		}
		b.table(rows)
	}
	b.changes(one.Changes)
	b.evidence(t.Evidence, one.Evidence)
}

// framework prints a line for each control with checks: the days that each outcome had.
func (b *auditText) framework(f AuditFramework) {
	t := words().Audit
	b.line("\n  %s: %s", f.ID, Clean(f.title()))
	rows := [][]string{{string(t.Control)}}
	for _, o := range Outcomes {
		rows[0] = append(rows[0], o.word())
	}
	rows[0] = append(rows[0], string(t.Class), string(t.Title))
	for _, c := range f.mapped() {
		row := []string{c.ID}
		for _, o := range Outcomes {
			cell := fmt.Sprint(c.Days.of(o))
			if o == OutcomeHeld {
				cell = c.Days.held()
			}
			row = append(row, cell)
		}
		rows = append(rows, append(row, c.Class, c.Title))
	}
	b.table(rows)
	if more := f.unmapped(); more != "" {
		b.line("  %s", more)
	}
}

func (b *auditText) changes(changes []AuditChange) {
	t := words().Audit
	if len(changes) == 0 {
		b.line("\n  %s", t.NoChanges)
		return
	}
	b.line("\n  %s:", t.Changes)
	for _, c := range changes {
		b.line("    %s %s %s; %s", c.Time, c.Commit[:min(len(c.Commit), 12)], Clean(c.headline()), c.counts())
		for _, d := range c.details() {
			b.line("        %s: %s", d[0], Clean(d[1]))
		}
	}
}

func (b *auditText) evidence(label phrase, all []Evidence) {
	if len(all) == 0 {
		return
	}
	b.line("\n  %s:", label)
	for _, e := range all {
		b.line("    %s", uncommanded(Clean(e.text())))
	}
}
