package manifest

import (
	"strings"
	"unicode/utf8"
)

// foldAt is the column after which a string that can be folded goes on in the next line.
const foldAt = 80

// shape is what decides how a string is written.
type shape struct {
	// plain, single and block tell which styles keep the string; double quotes keep all.
	plain, single, block bool
	// breaks: the string holds an end of line.
	breaks bool
}

// str writes a string as a value: plain if it can be, as a block if it has several lines, else in quotes.
func (e *emitter) str(s string, indent int) {
	s = valid(s)
	if s == "" {
		e.text(`""`)
		return
	}
	f := shapeOf(s)
	switch {
	case strings.Contains(s, "\n"):
		if f.block {
			e.block(s, indent)
		} else {
			e.double(s, indent)
		}
	case f.plain && isString(s):
		e.plain(s, indent)
	case f.single && isString(s):
		e.single(s, indent)
	default:
		e.double(s, indent)
	}
}

// key writes a string as a key; keys are never folded.
func (e *emitter) key(s string) {
	s = valid(s)
	f := shapeOf(s)
	switch {
	case s == "" || s == "<<" || !isString(s):
		e.double(s, -1)
	case f.plain:
		e.text(s)
	case f.single:
		e.single(s, -1)
	default:
		e.double(s, -1)
	}
}

// simpleKey reports whether a key can stand before a colon; others need a question mark.
func simpleKey(s string) bool { return len(s) <= 128 && !strings.ContainsAny(s, "\n\r\u0085") }

// valid replaces each byte that is not UTF-8, as encoding/json does.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// shapeOf looks at each character once.
func shapeOf(s string) shape {
	f := shape{plain: true, single: true, block: true}
	if s[:min(3, len(s))] == "---" || strings.HasPrefix(s, "...") || indicator(s) {
		f.plain = false
	}
	if s == "" {
		return f
	}
	if c := s[0]; c == ' ' || c == '\n' {
		f.plain = false
	}
	switch s[len(s)-1] {
	case ' ':
		f.plain, f.block = false, false
	case '\n':
		f.plain = false
	}
	f.inside(s)
	return f
}

// indicator reports whether the first character means something to YAML.
func indicator(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case '#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		return true
	case '?', ':', '-':
		return len(s) == 1 || s[1] == ' ' || s[1] == '\t'
	}
	return false
}

// inside looks for what rules styles out anywhere in the string.
func (f *shape) inside(s string) {
	var before byte
	for i := 0; i < len(s); {
		c := s[i]
		n := 1
		switch {
		case c >= utf8.RuneSelf:
			n = f.wide(s[i:])
		case c == '\n':
			f.breaks, f.plain = true, false
			if before == ' ' {
				f.special()
			}
		case c < ' ' || c == 0x7f:
			f.special()
		case c == ' ' && before == '\n':
			f.plain, f.single = false, false
		case c == ':' && i > 0 && (i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\t'):
			f.plain = false
		case c == '#' && (before == ' ' || before == '\t' || before == '\n'):
			f.plain = false
		}
		before = c
		i += n
	}
}

// wide judges a character beyond ASCII and returns its length.
func (f *shape) wide(s string) int {
	c, n := utf8.DecodeRuneInString(s)
	if !printable(c) {
		f.special()
	}
	return n
}

// special: only escapes can write it.
func (f *shape) special() { f.plain, f.single, f.block = false, false, false }

// printable reports whether a character beyond ASCII is written as it is.
func printable(c rune) bool {
	switch {
	case c < 0xa0, c == 0xfeff, c == 0xfffe, c == 0xffff, c > 0xffff:
		return false
	case c == 0x2028, c == 0x2029, Reorders(c):
		return false
	}
	return true
}
