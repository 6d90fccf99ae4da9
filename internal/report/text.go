package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Colours are the basic eight, so that they follow the reader's theme.
const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	faint  = "\x1b[2m"
	reset  = "\x1b[0m"
)

// writeText prints a problem as one line that editors can jump to, and its details below it. The
// same problem in several environments is printed once.
func writeText(w io.Writer, r Report, o Options) error {
	var b bytes.Buffer
	for _, g := range group(r.Problems) {
		writeProblem(&b, g, o)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func writeProblem(b *bytes.Buffer, g []manifest.Problem, o Options) {
	p := g[0]
	if at := p.Position.String(); at != "" {
		b.WriteString(clean(at) + ": ")
	}
	b.WriteString(paint(label(p), p.Severity, o.Color) + clean(p.Message) + "\n")
	detail := func(name, text string) {
		if text == "" {
			return
		}
		line := "    " + name + ": " + clean(text)
		if o.Color {
			line = faint + line + reset
		}
		b.WriteString(line + "\n")
	}
	detail("object", objects(g))
	detail("rule", p.Rule.String())
	detail("fix", p.Remedy)
	detail("controls", controls(p.Controls))
	detail("waiver", p.Waiver)
}

// label is what stands between position and message: the field for schema problems, severity and
// check for findings.
func label(p manifest.Problem) string {
	var parts []string
	if p.Severity == manifest.Warning {
		parts = append(parts, "warning: ")
	}
	switch {
	case p.Check != "" && p.Severity != manifest.Error && (p.Object.Kind != "" || p.Severity != manifest.Warning):
		parts = append(parts, string(p.Severity)+" "+p.Check+": ")
	case p.Field != "":
		parts = append(parts, clean(p.Field)+": ")
	}
	return strings.Join(parts, "")
}

func paint(s string, sev manifest.Severity, color bool) string {
	if !color || s == "" {
		return s
	}
	if sev.AtLeast(manifest.High) {
		return red + s + reset
	}
	return yellow + s + reset
}

func objects(g []manifest.Problem) string {
	p := g[0]
	if p.Object.Kind == "" {
		return ""
	}
	s := p.Object.String()
	if at := p.Output.String(); at != "" && at != p.Position.String() {
		s += " (" + at + ")"
	}
	if p.Waiver != "" {
		s += ", waived"
	}
	var more []string
	for _, q := range g[1:] {
		if q.Environment != p.Environment {
			more = append(more, q.Environment)
		}
	}
	if len(more) > 0 {
		s += ", also in " + strings.Join(more, ", ")
	}
	return s
}

func controls(cs []manifest.Control) string {
	var parts []string
	for _, c := range cs {
		parts = append(parts, c.Framework+" "+c.ID)
	}
	return strings.Join(parts, ", ")
}

// group collects what differs in nothing but the environment.
func group(ps []manifest.Problem) [][]manifest.Problem {
	type key struct {
		manifest.Position
		check, field, message, kind, name, path string
	}
	var out [][]manifest.Problem
	at := map[key]int{}
	for _, p := range ps {
		k := key{p.Position, p.Check, p.Field, p.Message, p.Object.Kind, p.Object.Name, p.Path.String()}
		i, ok := at[k]
		if !ok {
			at[k], out = len(out), append(out, []manifest.Problem{p})
			continue
		}
		out[i] = append(out[i], p)
	}
	return out
}

// clean keeps text from a tenant's file from moving the cursor, clearing the screen or starting a
// line of its own.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < 0x20 || r == 0x7f || (r >= 0x80 && r < 0xa0) || r == 0x2028 || r == 0x2029 || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069):
			return -1
		}
		return r
	}, s)
}

// Counts is the closing sentence of a run, such as "4 tenants, 9 environments, 120 objects, 36 checks: clean".
func Counts(r Report) string {
	var told []manifest.Problem
	for _, g := range group(r.Problems) {
		told = append(told, g[0])
	}
	findings, warnings, waived := count(told)
	s := fmt.Sprintf("%s, %s", Plural(r.Summary.Tenants, "tenant"), Plural(r.Summary.Environments, "environment"))
	if r.Summary.Objects > 0 {
		s += ", " + Plural(r.Summary.Objects, "object")
	}
	if r.Summary.Checks > 0 {
		s += ", " + Plural(r.Summary.Checks, "check")
	}
	var found []string
	if findings > 0 {
		found = append(found, Plural(findings, "problem"))
	}
	if warnings > 0 {
		found = append(found, Plural(warnings, "warning"))
	}
	if waived > 0 {
		found = append(found, fmt.Sprintf("%d waived", waived))
	}
	if len(found) == 0 {
		return s + ": clean"
	}
	return s + ": " + strings.Join(found, ", ")
}

// Plural is a number and its word: 1 tenant, 2 tenants.
func Plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
