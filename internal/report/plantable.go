package report

import "strings"

// table prints rows whose last cell may take several lines. It stands below the others where there is too little
// room beside them, after those that have no room either.
func (b *planText) table(rows [][]string) {
	last, widest := len(rows[0])-1, 0
	for _, row := range rows {
		for part := range strings.SplitSeq(row[last], ", ") {
			widest = max(widest, widthOf(part)+1)
		}
	}
	indent := widthOf(strings.Join(rows[0][:last], "  ")) + 2
	if indent+widest > b.width {
		b.narrow(rows)
		return
	}
	for _, row := range rows {
		b.cell(strings.Join(row[:last], "  ")+"  ", strings.Split(row[last], ", "), indent)
	}
}

// narrow prints the columns that fit side by side, and the others below them: each with its head, but for the last,
// which has a head of its own.
func (b *planText) narrow(rows [][]string) {
	last := len(rows[0]) - 1
	kept := last
	for kept > 1 && widthOf(strings.Join(rows[0][:kept], "  ")) > b.width {
		kept--
	}
	for i, row := range rows {
		b.line("%s", fit(strings.TrimRight(strings.Join(row[:kept], "  "), " "), b.width))
		var parts []string
		for column := kept; column < last && i > 0; column++ {
			if text := strings.TrimSpace(row[column]); text != "" {
				parts = append(parts, strings.ToLower(strings.TrimSpace(rows[0][column]))+" "+text)
			}
		}
		if row[last] != "" {
			parts = append(parts, strings.Split(row[last], ", ")...)
		}
		if len(parts) > 0 {
			b.cell("    ", parts, 4)
		}
	}
}

// cell prints parts behind what stands before them, in as many lines as they take.
func (b *planText) cell(before string, parts []string, indent int) {
	for _, part := range wrapParts(parts, b.width-indent) {
		b.line("%s%s", before, part)
		before = strings.Repeat(" ", indent)
	}
}
