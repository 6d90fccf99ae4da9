package manifest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// source finds lines and marks in the bytes of a file.
type source struct {
	data []byte
	// starts are the offsets at which lines begin; filled when first asked.
	starts []int
	// marks are the places of exclamation marks, in the order of the file.
	marks []mark
}

// mark is a place: line and column from 1, the column in characters.
type mark struct{ line, column int32 }

func newSource(data []byte) source {
	s := source{data: data}
	if bytes.IndexByte(data, '!') < 0 {
		return s
	}
	at := mark{1, 1}
	for _, c := range data {
		switch {
		case c == '!':
			s.marks = append(s.marks, at)
			at.column++
		case c == '\n':
			at = mark{at.line + 1, 1}
		case utf8.RuneStart(c):
			at.column++
		}
	}
	return s
}

// marked reports whether an exclamation mark stands at a line and column.
func (s *source) marked(line, column int) bool {
	_, ok := slices.BinarySearchFunc(s.marks, mark{int32(line), int32(column)}, func(a, b mark) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	return ok
}

// line returns a line, counted from 1, without its end.
func (s *source) line(line int) []byte {
	if s.starts == nil {
		s.starts = append(s.starts, 0)
		for i, c := range s.data {
			if c == '\n' {
				s.starts = append(s.starts, i+1)
			}
		}
	}
	if line < 1 || line > len(s.starts) {
		return nil
	}
	text := s.data[s.starts[line-1]:]
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	return bytes.TrimSuffix(text, []byte("\r"))
}

// acceptable judges a file by its bytes alone, before any parser sees it, and drops a leading byte order mark.
func (r *reader) acceptable(data *[]byte) bool {
	start := Position{File: r.file, Line: 1, Column: 1}
	if len(*data) > r.lim.File {
		message := fmt.Sprintf("file has %s, more than the %s allowed", size(len(*data)), size(r.lim.File))
		if size(len(*data)) == size(r.lim.File) { // no more was read
			message = fmt.Sprintf("file has more than the %s allowed", size(r.lim.File))
		}
		r.add(kindLimit, start, message, "split the file")
		return false
	}
	*data = bytes.TrimPrefix(*data, []byte("\ufeff"))
	if r.characters(*data); len(r.problems) > 0 {
		return false
	}
	*data = untabbed(*data)
	if crowd(*data) > 4*r.lim.Nodes {
		r.tooManyNodes(start)
		return false
	}
	return true
}

// untabbed puts blanks for tabs if the file is JSON, where tabs can only stand between values; YAML as the library
// reads it has none there.
func untabbed(data []byte) []byte {
	if text := bytes.TrimLeft(data, " \t\r\n"); len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return data
	}
	if bytes.IndexByte(data, '\t') < 0 || !json.Valid(data) {
		return data
	}
	return bytes.ReplaceAll(data, []byte("\t"), []byte(" "))
}

func (r *reader) tooManyNodes(at Position) {
	r.spent = true
	r.add(kindLimit, at, fmt.Sprintf("file holds more than %d values", r.lim.Nodes), "split the file")
}

// crowd counts what values need between them. The library builds the whole tree before anyone can count it, and
// a tree takes a hundred times the bytes of its text. The count includes text inside of strings; hence the margin
// its caller leaves.
func crowd(data []byte) int {
	n := 0
	for i, c := range data {
		switch c {
		case '\n', ',', '[', '{':
			n++
		case '-', '?':
			if i+1 < len(data) && data[i+1] == ' ' {
				n++
			}
		}
	}
	return n
}

// characters refuses what is no text, and the line ends that editors and parsers count differently. Each kind is
// told once, at its first place; of a file that is no text at all, that alone.
func (r *reader) characters(data []byte) {
	line, start := 1, 0
	told := map[string]bool{}
	for i := 0; i < len(data); {
		c := data[i]
		if c >= ' ' && c < 0x7f || c == '\t' {
			i++
			continue
		}
		if c == '\n' {
			i++
			line, start = line+1, i
			continue
		}
		fault, n := character(data[i:])
		if fault != "" && !told[fault] {
			told[fault] = true
			at := Position{File: r.file, Line: line, Column: utf8.RuneCount(data[start:i]) + 1}
			if fault == notUTF8 || fault == holdsNUL {
				r.report = report{file: r.file}
				r.add(kindBytes, at, fault, "save the file as plain UTF-8 text")
				return
			}
			r.add(kindBytes, at, fault, "save the file as plain UTF-8 text without such characters")
		}
		i += n
	}
	r.lines = line
}

// What no text has.
const (
	notUTF8  = "file is not UTF-8 text"
	holdsNUL = "file holds a NUL byte"
)

// character judges the character that data begins with, and returns its length.
func character(data []byte) (fault string, n int) {
	c, n := utf8.DecodeRune(data)
	switch {
	case c == utf8.RuneError && n == 1:
		return notUTF8, 1
	case c == 0:
		return holdsNUL, n
	case c == '\r':
		if len(data) > 1 && data[1] == '\n' {
			return "", n
		}
		return "carriage return without a line feed", n
	case c == 0x85 || c == 0x2028 || c == 0x2029:
		return fmt.Sprintf("character U+%04X ends a line for some parsers only", c), n
	case c == 0xfeff:
		return "byte order mark inside of the file", n
	case Reorders(c):
		return fmt.Sprintf("character U+%04X changes the order in which text is shown", c), n
	case c < ' ' || c >= 0x7f && c < 0xa0 || c == 0xfffe || c == 0xffff:
		return fmt.Sprintf("control character U+%04X", c), n
	}
	return "", n
}

// Reorders reports whether a character changes the order in which the text beside it is shown, so that people read
// another text than parsers do.
func Reorders(c rune) bool { return c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 }

// size writes a number of bytes as people read it.
func size(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", (n+1<<10-1)>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
