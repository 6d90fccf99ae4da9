package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// leastColumn is the narrowest last column that is still folded: below it, lines stay as long as they are.
const leastColumn = 20

// writeTable prints rows in columns with a gap between them. Where the width of a line is known, the last
// column is folded into it between words. Rows may lack cells at their end.
func writeTable(w io.Writer, rows [][]string, gap, width int) error {
	cells := 0
	for _, row := range rows {
		cells = max(cells, len(row))
	}
	full := make([][]string, len(rows))
	for i, row := range rows {
		full[i] = append(append([]string{}, row...), make([]string, cells-len(row))...)
	}
	between := strings.Repeat(" ", gap)
	for _, row := range columns(full) {
		before := strings.Join(row[:cells-1], between) + between
		for i, line := range folded(row[cells-1], width-utf8.RuneCountInString(before)) {
			if i > 0 {
				before = strings.Repeat(" ", utf8.RuneCountInString(before))
			}
			if _, err := fmt.Fprintln(w, strings.TrimRight(before+line, " ")); err != nil {
				return err
			}
		}
	}
	return nil
}

// Fold breaks a text for people at spaces into lines of at most width characters, those after the first indented
// by two; as it is where the width is 0.
func Fold(text string, width int) string { return strings.Join(folded(text, width-2), "\n  ") }

// folded breaks a text between words into lines of at most a width; where that is too little, it stays one.
func folded(text string, width int) []string {
	if width < leastColumn || utf8.RuneCountInString(text) <= width {
		return []string{text}
	}
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}
