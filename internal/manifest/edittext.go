package manifest

import "strings"

// isFull reports whether a value is a map with entries, which gets lines of its own.
func isFull(v any) bool {
	m, ok := v.(map[string]any)
	return ok && len(m) > 0
}

// beside writes what follows the colon of a key: in its line, or in lines of its own at an indentation.
func (e *editor) beside(v any, indent int) string {
	if isFull(v) {
		return e.newline() + strings.Repeat(" ", indent) + e.block(v, indent)
	}
	return " " + inline(v, 0, false)
}

// block writes a value whose first line begins where it stands, and whose others have an indentation. Lists and
// texts of several lines stay in one line.
func (e *editor) block(v any, indent int) string {
	if !isFull(v) {
		return inline(v, 0, false)
	}
	m := v.(map[string]any)
	var lines []string
	for _, key := range naturalKeys(m) {
		lines = append(lines, text(key, 0, false)+":"+e.beside(m[key], indent+e.step))
	}
	return strings.Join(lines, e.newline()+strings.Repeat(" ", indent))
}

func naturalKeys(m map[string]any) []string {
	keys := sortedKeys(m)
	sortKeys(keys)
	return keys
}

// inline writes a value in one line, strings in the quotes given where they can be, else plain. Inside of brackets
// commas and brackets need quotes.
func inline(v any, quotes byte, inside bool) string {
	switch x := v.(type) {
	case map[string]any:
		var entries []string
		for _, key := range naturalKeys(x) {
			entries = append(entries, text(key, quotes, true)+": "+inline(x[key], quotes, true))
		}
		return "{" + strings.Join(entries, ", ") + "}"
	case []any:
		var items []string
		for _, item := range x {
			items = append(items, inline(item, quotes, true))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case string:
		return text(x, quotes, inside)
	}
	var e emitter
	e.scalar(v, 0)
	return string(e.buf)
}

// text writes a string in one line.
func text(s string, quotes byte, inside bool) string {
	var e emitter
	s = valid(s)
	f := shapeOf(s)
	plain := s != "" && f.plain && isString(s) && s != "<<" && !(inside && strings.ContainsAny(s, ",[]{}?"))
	switch {
	case quotes == '\'' && f.single && !f.breaks:
		e.single(s, -1)
	case quotes == '"' || !plain:
		e.double(s, -1)
	default:
		e.text(s)
	}
	return string(e.buf)
}
