package manifest

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// editor knows where in the text of a document its values begin and end.
type editor struct {
	// bom is the byte order mark, or nothing; text is what follows.
	bom, text []byte
	starts    []int
	doc       *Node
	// step is the indentation of a level, as the file has it on the way to the edit.
	step int
	// from and to bound what with takes the place of.
	from, to int
	with     string
	// lost is set when the text is not what its tree lets expect.
	lost bool
}

func newEditor(data []byte, doc *Node) *editor {
	text := bytes.TrimPrefix(data, []byte("\ufeff"))
	e := &editor{bom: data[:len(data)-len(text)], text: text, doc: doc, step: indentation, starts: []int{0}}
	for i, c := range text {
		if c == '\n' {
			e.starts = append(e.starts, i+1)
		}
	}
	return e
}

func (e *editor) splice(from, to int, with string) { e.from, e.to, e.with = from, to, with }

// spliced is the file with the edit.
func (e *editor) spliced() []byte {
	return bytes.Join([][]byte{e.bom, e.text[:e.from], []byte(e.with), e.text[e.to:]}, nil)
}

// place is a value with what stands around it.
type place struct {
	*Node
	// key is the entry that holds the value; nil for the document and for items of lists.
	key *Field
	// indent is the number of blanks before the key or the dash; -1 for the document.
	indent int
	// inside tells that braces or brackets stand around it.
	inside bool
}

func (e *editor) root() place { return place{Node: e.doc, indent: -1} }

// children are the values in a map or list.
func (e *editor) children(pl place) []place {
	inside := pl.inside || e.bracketed(pl)
	var out []place
	for i := range pl.Fields {
		f := &pl.Fields[i]
		out = append(out, place{f.Value, f, f.Column - 1, inside})
	}
	for _, item := range pl.Items {
		out = append(out, place{item, nil, pl.Column - 1, inside})
	}
	return out
}

// reach goes down a path as far as there are maps and lists; rest is what is left of it.
func (e *editor) reach(p Path) (pl place, rest Path) {
	pl = e.root()
	for i, step := range p {
		next, _ := pl.Node.step(step)
		if next == nil {
			return pl, p[i:]
		}
		for _, child := range e.children(pl) {
			if child.Node == next {
				if in := next.Column - pl.Column; next.Kind == Map && in > 0 && !child.inside && !e.bracketed(child) && child.key != nil {
					e.step = in
				}
				pl = child
				break
			}
		}
	}
	return pl, nil
}

// offset is where in the text a position lies.
func (e *editor) offset(at Position) int {
	if at.Line < 1 || at.Line > len(e.starts) {
		e.lost = true
		return 0
	}
	i := e.starts[at.Line-1]
	for n := at.Column; n > 1 && i < len(e.text); n-- {
		_, size := utf8.DecodeRune(e.text[i:])
		i += size
	}
	return i
}

// at is the byte at an offset; 0 behind the end.
func (e *editor) at(i int) byte {
	if i < 0 || i >= len(e.text) {
		return 0
	}
	return e.text[i]
}

func (e *editor) bracketed(pl place) bool {
	c := e.at(e.offset(pl.Position))
	return pl.Kind == Map && c == '{' || pl.Kind == List && c == '['
}

// hollow reports whether the value is null because nothing is written.
func (e *editor) hollow(pl place) bool {
	if pl.Kind != Scalar || pl.Value != nil {
		return false
	}
	text := e.text[e.offset(pl.Position):]
	for _, null := range []string{"~", "null", "Null", "NULL"} {
		if bytes.HasPrefix(text, []byte(null)) {
			return false
		}
	}
	return true
}

// start is the offset at which a value begins.
func (e *editor) start(pl place) int {
	if e.hollow(pl) && pl.key != nil {
		return e.afterKey(pl.key)
	}
	return e.offset(pl.Position)
}

// end is the offset behind the last character of a value.
func (e *editor) end(pl place) int {
	if pl.Kind == Scalar {
		return e.scalarEnd(pl)
	}
	children, end := e.children(pl), e.start(pl)+1
	if len(children) > 0 {
		end = e.end(children[len(children)-1])
	}
	if !e.bracketed(pl) {
		return end
	}
	return e.closing(end)
}

// closing skips what may stand before the bracket that ends a map or list, and the bracket.
func (e *editor) closing(i int) int {
	for ; i < len(e.text); i++ {
		switch e.text[i] {
		case ' ', '\t', '\r', '\n', ',':
		case '#':
			i = e.lineEnd(i)
		case '}', ']':
			return i + 1
		default:
			e.lost = true
			return i
		}
	}
	e.lost = true
	return i
}

// afterKey is the offset behind the colon of an entry; behind its key where it has none.
func (e *editor) afterKey(key *Field) int {
	end := e.stringEnd(e.offset(key.Position), key.Key)
	for i := end; i < len(e.text); i++ {
		switch e.text[i] {
		case ' ', '\t', '\r', '\n':
		case ':':
			return i + 1
		default:
			return end
		}
	}
	return end
}

func (e *editor) scalarEnd(pl place) int {
	start := e.start(pl)
	if e.hollow(pl) {
		return start
	}
	s, isString := pl.Value.(string)
	c := e.at(start)
	switch {
	case isString && (c == '|' || c == '>'):
		return e.blockEnd(start, pl.indent)
	case isString:
		return e.stringEnd(start, s)
	}
	// Numbers, booleans and null hold nothing that could end them.
	n := bytes.IndexAny(e.text[start:], " \t\r\n,]}")
	if n < 0 {
		return len(e.text)
	}
	return start + n
}

// stringEnd is the offset behind a string that begins at start, in quotes or plain.
func (e *editor) stringEnd(start int, s string) int {
	switch c := e.at(start); c {
	case '"', '\'':
		for i := start + 1; i < len(e.text); i++ {
			switch {
			case e.text[i] == '\\' && c == '"', e.text[i] == c && c == '\'' && e.at(i+1) == c:
				i++
			case e.text[i] == c:
				return i + 1
			}
		}
		e.lost = true
		return start
	}
	if bytes.HasPrefix(e.text[start:], []byte(s)) {
		return start + len(s)
	}
	return e.foldedEnd(start, s)
}

// foldedEnd follows a plain string over its lines: a line end stands for a blank, more of them for one less.
func (e *editor) foldedEnd(start int, s string) int {
	i := start
	for j := 0; j < len(s); {
		n := len(e.text) - i - len(bytes.TrimLeft(e.text[i:], " \t\r\n"))
		switch breaks := bytes.Count(e.text[i:i+n], []byte("\n")); {
		case breaks == 0 && e.at(i) == s[j]:
			i, j = i+1, j+1
		case breaks == 1 && s[j] == ' ':
			i, j = i+n, j+1
		case breaks > 1 && strings.HasPrefix(s[j:], strings.Repeat("\n", breaks-1)):
			i, j = i+n, j+breaks-1
		default:
			e.lost = true
			return i
		}
	}
	return i
}

// blockEnd is the offset behind the last line of text after a bar or an arrow. The text is indented deeper than the
// key; blank lines at its end belong to it only after a plus.
func (e *editor) blockEnd(start, indent int) int {
	end := e.lineEnd(start)
	header, _, _ := strings.Cut(string(e.text[start:end]), " ")
	content := -1
	if i := strings.IndexAny(header, "123456789"); i > 0 {
		content = max(indent, 0) + int(header[i]-'0')
	}
	for pos := e.nextLine(end); pos < len(e.text); pos = e.nextLine(pos) {
		stop := e.lineEnd(pos)
		line := e.text[pos:stop]
		blanks := len(line) - len(bytes.TrimLeft(line, " "))
		blank := blanks == len(line) && (content < 0 || blanks <= content)
		if !blank && content < 0 {
			content = max(blanks, indent+1)
		}
		if !blank && blanks < content {
			break
		}
		if !blank || strings.Contains(header, "+") {
			end = stop
		}
	}
	return end
}

// lineEnd is the offset at which the line around i ends, without its line end.
func (e *editor) lineEnd(i int) int {
	n := bytes.IndexByte(e.text[i:], '\n')
	switch {
	case n < 0:
		return len(e.text)
	case n > 0 && e.text[i+n-1] == '\r':
		return i + n - 1
	}
	return i + n
}

// nextLine is where the line after the one around i begins.
func (e *editor) nextLine(i int) int {
	n := bytes.IndexByte(e.text[i:], '\n')
	if n < 0 {
		return len(e.text)
	}
	return i + n + 1
}

// newline is the line end of the file.
func (e *editor) newline() string {
	if i := bytes.IndexByte(e.text, '\n'); i > 0 && e.text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
