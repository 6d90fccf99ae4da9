package manifest

import (
	"bytes"
	"strings"
)

// set gives the field at a path a value. What holds it is a map, or null.
func (e *editor) set(p Path, value any) {
	pl, rest := e.reach(p)
	for len(rest) > 1 {
		value = map[string]any{rest[len(rest)-1].(string): value}
		rest = rest[:len(rest)-1]
	}
	switch {
	case len(rest) == 0:
		e.replace(pl, value)
	case pl.Kind == Map:
		e.insert(pl, rest[0].(string), value)
	default:
		e.replace(pl, map[string]any{rest[0].(string): value})
	}
}

// replace writes another value where one is.
func (e *editor) replace(pl place, value any) {
	if e.hollow(pl) {
		e.fill(pl, value)
		return
	}
	from, to := e.start(pl), e.end(pl)
	if pl.Kind == Scalar || e.bracketed(pl) || pl.inside {
		e.splice(from, to, inline(value, e.quotes(pl), pl.inside))
		return
	}
	indent := pl.Column - 1
	if pl.Kind == List && pl.key != nil {
		indent = pl.indent + e.step
	}
	text := e.block(value, indent)
	if pl.key != nil && len(bytes.TrimSpace(e.text[e.afterKey(pl.key):from])) == 0 {
		from = e.afterKey(pl.key)
		text = e.beside(value, indent)
	}
	e.splice(from, to, text)
}

// fill writes a value where none is. Below a key a map gets lines of its own, after the comment on the key's line.
func (e *editor) fill(pl place, value any) {
	at := e.end(pl)
	switch {
	case pl.key != nil && e.at(at-1) != ':':
		e.splice(at, at, ": "+inline(value, 0, pl.inside))
	case pl.key != nil && !pl.inside && isFull(value):
		end := e.lineEnd(at)
		e.splice(end, end, e.beside(value, pl.indent+e.step))
	default:
		e.splice(at, at, " "+inline(value, 0, pl.inside))
	}
}

// insert adds an entry to the end of a map, in the form of the last one.
func (e *editor) insert(pl place, key string, value any) {
	children := e.children(pl)
	if !e.bracketed(pl) {
		at := e.lineEnd(e.end(children[len(children)-1]))
		indent := pl.Fields[0].Column - 1
		entry := e.block(map[string]any{key: value}, indent)
		if last := children[len(children)-1]; last.Kind == Map && e.bracketed(last) {
			entry = text(key, 0, false) + ": " + inline(value, 0, false)
		}
		e.splice(at, at, e.newline()+strings.Repeat(" ", indent)+entry)
		return
	}
	quotes := e.quotes(pl)
	entry := text(key, quotes, true) + ": " + inline(value, quotes, true)
	if len(children) == 0 {
		at := e.start(pl) + 1
		e.splice(at, at, entry)
		return
	}
	at := e.end(children[len(children)-1])
	e.splice(at, at, ", "+entry)
}

// quotes is the mark that the strings of a value, or its keys, are quoted with.
func (e *editor) quotes(pl place) byte {
	at := e.start(pl)
	switch {
	case len(pl.Fields) > 0:
		at = e.offset(pl.Fields[0].Position)
	case len(pl.Items) > 0:
		at = e.offset(pl.Items[0].Position)
	}
	if c := e.at(at); c == '"' || c == '\'' && pl.Kind == Scalar {
		return c
	}
	return 0
}

// remove takes an entry away. In a block that is whole lines.
func (e *editor) remove(p Path) {
	parent, _ := e.reach(p[:len(p)-1])
	children := e.children(parent)
	if len(children) == 1 {
		e.lost = e.lost || parent.key == nil && !e.bracketed(parent)
		e.replace(parent, map[string]any{})
		return
	}
	i := 0
	for parent.Fields[i].Key != p[len(p)-1] {
		i++
	}
	from, to := e.offset(parent.Fields[i].Position), e.end(children[i])
	line := e.starts[parent.Fields[i].Line-1]
	switch {
	case !e.bracketed(parent) && len(bytes.TrimSpace(e.text[line:from])) == 0:
		e.removeLines(line, to)
	case i+1 < len(children):
		e.splice(from, e.offset(parent.Fields[i+1].Position), "")
	default:
		e.splice(e.end(children[i-1]), to, "")
	}
}

// removeLines takes the lines away that begin at from and end around to. The last line of a file that ends without
// a line end takes the one before it along.
func (e *editor) removeLines(from, to int) {
	next := e.nextLine(to)
	if next == e.lineEnd(to) && from > 0 {
		from = e.lineEnd(e.starts[lineOf(e.starts, from)-1])
	}
	e.splice(from, next, "")
}

// lineOf is the number of the line, from 0, that begins at an offset.
func lineOf(starts []int, at int) int {
	for i, s := range starts {
		if s == at {
			return i
		}
	}
	return 0
}
