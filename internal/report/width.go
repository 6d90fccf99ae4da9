package report

import (
	"strings"
	"unicode"
)

// wide are the letters that take two columns of a terminal.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, {Lo: 0x2e80, Hi: 0x303e, Stride: 1}, {Lo: 0x3041, Hi: 0xa4cf, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1}, {Lo: 0xf900, Hi: 0xfaff, Stride: 1}, {Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1}, {Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1}, {Lo: 0x1f900, Hi: 0x1f9ff, Stride: 1}, {Lo: 0x20000, Hi: 0x3fffd, Stride: 1}},
}

func runeWidth(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// widthOf is how many columns of a terminal a line takes.
func widthOf(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// fit cuts a line to a width.
func fit(s string, width int) string {
	n, keep := 0, 0
	for i, r := range s {
		if n += runeWidth(r); n > width {
			return s[:keep] + "…"
		}
		if n < width {
			keep = i + len(string(r))
		}
	}
	return s
}

// pad fills a line up to a width.
func pad(s string, width int) string { return s + strings.Repeat(" ", max(width-widthOf(s), 0)) }

// wrap breaks a text between words into lines of at most a width; a longer word has a line of its own.
func wrap(text string, width int) []string { return fill(strings.Fields(text), " ", width) }

// wrapParts sets parts into lines of at most a width, and breaks none; a longer one is cut.
func wrapParts(parts []string, width int) []string {
	for i := range parts {
		parts[i] = fit(parts[i], width-1)
	}
	return fill(parts, ", ", width-1)
}

func fill(parts []string, between string, width int) []string {
	var lines []string
	line := ""
	for _, part := range parts {
		switch {
		case line == "":
			line = part
		case widthOf(line)+len(between)+widthOf(part) <= width:
			line += between + part
		default:
			lines, line = append(lines, line+strings.TrimRight(between, " ")), part
		}
	}
	return append(lines, line)
}

// naming names as many as fit the width, and counts the others. At least one is named.
func naming(names []string, width int) string {
	all := strings.Join(names, ", ")
	if widthOf(all) <= width || len(names) < 2 {
		return all
	}
	text := ""
	for i := 1; i < len(names); i++ {
		next := words().Plan.More.of(len(names)-i, "names", strings.Join(names[:i], ", "))
		if text != "" && widthOf(next) > width {
			break
		}
		text = next
	}
	return text
}
