package manifest

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// column is the number of characters in the current line.
func (e *emitter) column() int { return utf8.RuneCount(e.buf[e.start:]) }

// short reports whether a string ends before the column at which folding begins, and so is written as it is.
func (e *emitter) short(s string, indent int) bool {
	return indent < 0 || len(e.buf)-e.start+len(s) <= foldAt || strings.IndexByte(s, ' ') < 0
}

func (e *emitter) plain(s string, indent int) {
	if e.short(s, indent) {
		e.text(s)
		return
	}
	e.fold(s, indent, false)
}

func (e *emitter) single(s string, indent int) {
	e.buf = append(e.buf, '\'')
	if e.short(s, indent) {
		e.text(strings.ReplaceAll(s, "'", "''"))
	} else {
		e.fold(s, indent, true)
	}
	e.buf = append(e.buf, '\'')
}

// fold writes a string and turns single blanks after the folding column into ends of lines. In quotes, the first
// and the last character stay.
func (e *emitter) fold(s string, indent int, quoted bool) {
	column, blank := e.column(), false
	for i := 0; i < len(s); {
		c := s[i]
		if c == ' ' {
			inner := !quoted || i > 0 && i < len(s)-1
			if !blank && column > foldAt && inner && s[i+1] != ' ' {
				e.newline(indent)
				column = indent
			} else {
				e.buf = append(e.buf, ' ')
				column++
			}
			blank = true
			i++
			continue
		}
		blank = false
		if c == '\'' && quoted {
			e.buf = append(e.buf, '\'')
			column++
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		e.buf = append(e.buf, s[i:i+n]...)
		column++
		i += n
	}
}

// double writes a string in double quotes; a negative indent forbids folding.
func (e *emitter) double(s string, indent int) {
	e.buf = append(e.buf, '"')
	// A string that begins with a byte order mark has every character escaped.
	all := strings.HasPrefix(s, "\ufeff")
	column, blank := e.column(), false
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case all || escaped(c):
			before := len(e.buf)
			e.buf = appendEscape(e.buf, c)
			column += len(e.buf) - before
			blank = false
		case c == ' ':
			if indent >= 0 && !blank && column > foldAt && i > 0 && i < len(s)-1 {
				e.newline(indent)
				column = indent
				if s[i+1] == ' ' {
					e.buf = append(e.buf, '\\')
					column++
				}
			} else {
				e.buf = append(e.buf, ' ')
				column++
			}
			blank = true
		default:
			e.buf = append(e.buf, s[i:i+n]...)
			column++
			blank = false
		}
		i += n
	}
	e.buf = append(e.buf, '"')
}

// escaped reports whether double quotes need an escape for the character.
func escaped(c rune) bool {
	if c < utf8.RuneSelf {
		return c < ' ' || c == 0x7f || c == '"' || c == '\\'
	}
	return !printable(c)
}

func appendEscape(dst []byte, c rune) []byte {
	const short = "\x00" + "0\aa\bb\tt\nn\vv\ff\rr\x1be\"\"\\\\"
	if i := strings.IndexRune(short, c); i >= 0 && c < utf8.RuneSelf && i%2 == 0 {
		return append(dst, '\\', short[i+1])
	}
	switch {
	case c == 0x85:
		return append(dst, `\N`...)
	case c == 0xa0:
		return append(dst, `\_`...)
	case c == 0x2028:
		return append(dst, `\L`...)
	case c == 0x2029:
		return append(dst, `\P`...)
	case c <= 0xff:
		return appendHex(append(dst, `\x`...), c, 2)
	case c <= 0xffff:
		return appendHex(append(dst, `\u`...), c, 4)
	}
	return appendHex(append(dst, `\U`...), c, 8)
}

func appendHex(dst []byte, c rune, width int) []byte {
	digits := strings.ToUpper(strconv.FormatInt(int64(c), 16))
	for n := width - len(digits); n > 0; n-- {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

// block writes a string of several lines after a bar.
func (e *emitter) block(s string, indent int) {
	e.buf = append(e.buf, '|')
	if s[0] == ' ' || s[0] == '\n' {
		e.buf = append(e.buf, '0'+indentation)
	}
	switch {
	case !strings.HasSuffix(s, "\n"):
		e.buf = append(e.buf, '-')
	case s == "\n" || strings.HasSuffix(s, "\n\n"):
		e.buf = append(e.buf, '+')
	}
	e.newline(0)
	for s != "" {
		line, rest, ended := strings.Cut(s, "\n")
		if line != "" {
			e.indent(indent)
			e.text(line)
		}
		if ended {
			e.newline(0)
		}
		s = rest
	}
}
