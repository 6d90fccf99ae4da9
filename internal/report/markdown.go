package report

import (
	"bytes"
	"fmt"
	"strings"
)

// markdown collects the lines of a page, or of a part of one.
type markdown struct{ bytes.Buffer }

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

// section begins a part of a page; level counts the #.
func (m *markdown) section(level int, title phrase) {
	m.line("\n%s %s\n", strings.Repeat("#", level), heading(title))
}

// table prints rows whose cells are Markdown already.
func (m *markdown) table(heads []string, rows [][]string) {
	m.row(heads)
	m.line("|%s", strings.Repeat("---|", len(heads)))
	for _, row := range rows {
		m.row(row)
	}
}

func (m *markdown) row(cells []string) { m.line("| %s |", strings.Join(cells, " | ")) }

// folded prints what a reader opens.
func (m *markdown) folded(title phrase, body func()) {
	m.line("\n<details><summary>%s</summary>\n", heading(title))
	body()
	m.line("\n</details>")
}
