package report

import (
	"strings"
	"unicode"
	"unicode/utf16"
)

// Clean keeps text from a tenant's file from moving the cursor, clearing the screen, starting a line
// of its own, or being a command: the runner of GitHub Actions obeys ##[…] anywhere in a line.
func Clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r), r == 0x2028 || r == 0x2029:
			return -1
		}
		return r
	}, s)
	return strings.ReplaceAll(s, "##[", "## [")
}

// uncommanded keeps a line from beginning with ::, which the same runner obeys, too.
func uncommanded(line string) string {
	if strings.HasPrefix(strings.TrimSpace(line), "::") {
		return "./" + line
	}
	return line
}

// cut shortens text to at most limit UTF-16 units, which is how the readers of annotations count.
func cut(s string, limit int) string {
	units, keep := 0, 0
	for i, r := range s {
		units += max(utf16.RuneLen(r), 1)
		if units <= limit-1 {
			keep = i + len(string(r))
		}
	}
	if units <= limit {
		return s
	}
	return s[:min(keep, len(s))] + "…"
}
