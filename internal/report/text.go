package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Colours are the basic eight, so that they follow the reader's theme.
const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	green  = "\x1b[32m"
	faint  = "\x1b[2m"
	reset  = "\x1b[0m"
)

// writeText prints a problem as one line that editors can jump to, and its details below it. The
// same problem in several environments is printed once, and one that the base has, too, not at all.
func writeText(w io.Writer, r Report, o Options) error {
	var b bytes.Buffer
	for _, g := range fresh(group(r.Problems)) {
		writeProblem(&b, g, o)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func writeProblem(b *bytes.Buffer, g []manifest.Problem, o Options) {
	p, label := g[0], words().Label
	line := paint(lead(p), p.Severity, o.Color) + Clean(p.Message)
	if at := p.Position.String(); at != "" {
		line = Clean(at) + ": " + line
	}
	b.WriteString(uncommanded(line) + "\n")
	detail := func(name phrase, text string) {
		if text == "" {
			return
		}
		line := "    " + string(name) + ": " + Clean(text)
		if o.Color {
			line = faint + line + reset
		}
		b.WriteString(line + "\n")
	}
	detail(label.Object, objects(g))
	detail(label.Rule, p.Rule.String())
	detail(label.Fix, p.Remedy)
	detail(label.Controls, controls(p.Controls))
	detail(label.Waiver, p.Waiver)
}

// lead is what stands between position and message: severity and check for findings, the field for what
// concerns no object.
func lead(p manifest.Problem) string {
	var parts []string
	if p.Severity == manifest.Warning {
		parts = append(parts, string(words().Label.Warning)+": ")
	}
	found := p.Check != "" && p.Severity != manifest.Error && p.Severity != manifest.Warning
	if found {
		parts = append(parts, string(p.Severity)+" "+Clean(p.Check)+": ")
	}
	if p.Field != "" && (p.Object.Kind == "" || !found) {
		parts = append(parts, Clean(p.Field)+": ")
	}
	return strings.Join(parts, "")
}

// place is the lead where severity and check stand elsewhere: the field of what concerns no object.
func place(p manifest.Problem) string {
	if p.Object.Kind != "" || p.Field == "" {
		return ""
	}
	return p.Field + ": "
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
		s = words().Object.Waived.with("object", s)
	}
	var more []string
	for _, q := range g[1:] {
		if q.Environment != p.Environment {
			more = append(more, q.Environment)
		}
	}
	if len(more) > 0 {
		s = words().Object.AlsoIn.with("object", s, "environments", strings.Join(more, ", "))
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

// Counts is the closing sentence of a run, such as "4 tenants, 9 environments, 120 objects, 36 checks: clean".
func Counts(r Report) string {
	var told []manifest.Problem
	for _, g := range group(r.Problems) {
		told = append(told, g[0])
	}
	findings, warnings, waived, unchanged := count(told)
	t := words().Counts
	examined := append(r.examined(), some(t.Checks, r.Summary.Checks)...)
	failing := Report{Problems: told, FailOn: r.FailOn}.Failing()
	found := slices.Concat(some(t.Problems, failing), some(t.Below, findings-failing, "bound", string(r.FailOn)), some(t.Warnings, warnings), some(t.Waived, waived))
	base := some(t.Unchanged, unchanged)
	switch {
	case len(found) == 0 && len(base) > 0:
		found = []string{string(t.NothingNew)}
	case len(found) == 0:
		found = []string{string(t.Clean)}
	}
	found = append(found, base...)
	return t.Sentence.with("examined", strings.Join(examined, ", "), "found", strings.Join(found, ", "))
}

// examined says what was judged: tenants, or objects of any origin and whose they are said to be.
func (r Report) examined() []string {
	t := words().Counts
	if !r.Manifests {
		out := []string{t.Tenants.of(r.Summary.Tenants), t.Environments.of(r.Summary.Environments)}
		return append(out, some(t.Objects, r.Summary.Objects)...)
	}
	objects := t.Objects.of(r.Summary.Objects)
	if i := slices.IndexFunc(r.Examined, func(p Place) bool { return p.Tenant != "" }); i >= 0 {
		at := r.Examined[i]
		return []string{t.Theirs.with("objects", objects, "tenant", at.Tenant, "environment", at.Environment)}
	}
	return []string{t.Nobodys.with("objects", objects)}
}

// some says how many there are, if any.
func some(what counted, n int, values ...string) []string {
	if n == 0 {
		return nil
	}
	return []string{what.of(n, values...)}
}

// Plural is a number and its word: 1 tenant, 2 tenants.
func Plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
