package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

func writeComplianceText(w io.Writer, c *Compliance, o Options) error {
	var b bytes.Buffer
	for i, f := range c.Frameworks {
		if i > 0 {
			b.WriteString("\n")
		}
		writeFramework(&b, f, o)
		for _, waived := range []bool{false, true} {
			writeCauses(&b, c, f.causes(waived), o)
		}
		writeUnasked(&b, f)
	}
	for _, a := range c.Attestations {
		if a.Expired || a.Future || a.Unknown {
			fmt.Fprintln(&b, Clean(words().Compliance.Invalid.with(
				"where", at(a.File, a.Line), "control", a.Control, "by", a.person(), "day", c.Now, "state", a.state())))
		}
	}
	for _, line := range c.unexamined() {
		fmt.Fprintf(&b, "%s: %s\n", words().Compliance.Unexamined, Clean(line))
	}
	_, err := w.Write(b.Bytes())
	return err
}

func writeFramework(b *bytes.Buffer, f Framework, o Options) {
	t := words().Compliance
	fmt.Fprintf(b, "%s: %s\n", f.ID, Clean(f.title()))
	fmt.Fprintf(b, "  %s: %s\n", t.Tenants, Clean(strings.Join(f.names(), ", ")))
	fmt.Fprintf(b, "  %s\n\n", f.counts())
	rows := [][]string{{string(t.Control), string(t.Status), string(t.Checks), string(t.Title)}}
	for i := range rows[0] {
		rows[0][i] = strings.ToUpper(rows[0][i])
	}
	for _, c := range f.Controls {
		rows = append(rows, []string{c.ID, c.Status.word(), c.ratio(), Clean(c.Title)})
	}
	for i, line := range columns(rows) {
		// The widths are those without colours.
		before := strings.Join(line[:3], "  ")
		titles := folded(line[3], o.Width-utf8.RuneCountInString(before)-4)
		if i > 0 && o.Color {
			line[1] = f.Controls[i-1].Status.color() + line[1] + reset
		}
		fmt.Fprintf(b, "  %s\n", strings.TrimRight(strings.Join(append(line[:3:3], titles[0]), "  "), " "))
		for _, title := range titles[1:] {
			fmt.Fprintf(b, "  %*s  %s\n", utf8.RuneCountInString(before), "", title)
		}
	}
}

// columns pads each cell to the width of its column, which tabwriter cannot do around colours. The last
// column stays as it is.
func columns(rows [][]string) [][]string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], widthOf(cell))
		}
	}
	for _, row := range rows {
		for i := range row[:len(row)-1] {
			row[i] += strings.Repeat(" ", widths[i]-widthOf(row[i]))
		}
	}
	return rows
}

// writeCauses prints findings as check does, each with the controls of this framework.
func writeCauses(b *bytes.Buffer, c *Compliance, causes []cause, o Options) {
	if len(causes) == 0 {
		return
	}
	t := words().Compliance
	title, status := t.Fails, Fail
	if causes[0].problems[0].Waiver != "" {
		title, status = t.Accepted, AcceptedRisk
	}
	head := string(title) + ":"
	if o.Color {
		head = status.color() + head + reset
	}
	fmt.Fprintf(b, "\n  %s\n", head)
	for _, cause := range causes {
		p := cause.problems[0]
		fmt.Fprintln(b, "    "+uncommanded(Clean(p.Position.String()+": "+p.Check+": "+p.Message)))
		for _, d := range c.reasons(cause) {
			fmt.Fprintf(b, "        %s: %s\n", d[0], Clean(d[1]))
		}
	}
}

// writeUnasked says which checks of a framework were not asked, there or at all, each once.
func writeUnasked(b *bytes.Buffer, f Framework) {
	for i, line := range f.unasked() {
		if i == 0 {
			fmt.Fprintf(b, "\n  %s:\n", words().Compliance.Unasked)
		}
		fmt.Fprintf(b, "    %s\n", Clean(line.text))
		fmt.Fprintf(b, "        %s: %s\n", words().Label.Controls, strings.Join(line.controls, ", "))
	}
}

// reasons are what stands below a finding, as pairs of a label and a text.
func (c *Compliance) reasons(cause cause) [][2]string {
	p, label, t := cause.problems[0], words().Label, words().Compliance
	out := [][2]string{{string(label.Controls), strings.Join(cause.controls, ", ")}}
	add := func(name phrase, text string) {
		if text != "" {
			out = append(out, [2]string{string(name), text})
		}
	}
	add(label.Object, objects(cause.problems))
	add(label.Fix, p.Remedy)
	if p.Waiver != "" {
		w := c.waiver(p.Waiver)
		add(t.Waiver, w.Name)
		add(t.Ticket, w.Ticket)
		add(t.Expires, w.Expires)
	}
	return out
}
