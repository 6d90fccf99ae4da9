package manifest

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Marshal writes a JSON tree as YAML, byte for byte as sigs.k8s.io/yaml does, at a fraction of its cost: keys in
// natural order, lists not indented, long strings folded. It differs where the other one's output can be misread: line
// and paragraph separators (U+2028, U+2029) and characters that change the order of text (see [Reorders]) are escapes,
// and strings that look like a number too large, such as 1e999, and the key << are in quotes.
//
// A tree holds map[string]any, []any, string, bool, int64, float64 and nil; any other type is a mistake in the
// program, and panics.
func Marshal(tree any) []byte { return AppendYAML(nil, tree) }

// AppendYAML appends what [Marshal] writes to dst.
func AppendYAML(dst []byte, tree any) []byte {
	e := emitter{buf: dst, start: len(dst)}
	e.root(tree)
	return e.buf
}

// indentation is what each level adds.
const indentation = 2

type emitter struct {
	buf []byte
	// start is the offset at which the current line begins.
	start int
	// line counts line ends written.
	line int
	// lines, when set, is told where fields begin.
	lines *lineNode
	keys  []string
}

func (e *emitter) root(tree any) {
	switch x := tree.(type) {
	case map[string]any:
		if len(x) > 0 {
			e.entries(x, 0)
			break
		}
		e.text("{}")
	case []any:
		if len(x) > 0 {
			e.list(x, 0)
			break
		}
		e.text("[]")
	default:
		e.scalar(tree, indentation)
	}
	e.finishLine()
}

func (e *emitter) text(s string) { e.buf = append(e.buf, s...) }

// newline ends the line and indents the next.
func (e *emitter) newline(indent int) {
	e.buf = append(e.buf, '\n')
	e.line++
	e.start = len(e.buf)
	e.indent(indent)
}

func (e *emitter) indent(n int) {
	const blanks = "                                "
	for ; n > len(blanks); n -= len(blanks) {
		e.buf = append(e.buf, blanks...)
	}
	e.buf = append(e.buf, blanks[:n]...)
}

// finishLine ends the line, unless a block scalar did.
func (e *emitter) finishLine() {
	if len(e.buf) > e.start {
		e.newline(0)
	}
}

// nextLine begins a line for the next key or item.
func (e *emitter) nextLine(indent int) {
	e.finishLine()
	e.indent(indent)
}

// entries writes a map whose first key stands where the cursor is.
func (e *emitter) entries(m map[string]any, indent int) {
	first := len(e.keys)
	for k := range m {
		e.keys = append(e.keys, k)
	}
	end := len(e.keys)
	sortKeys(e.keys[first:end])
	parent := e.lines
	for i := first; i < end; i++ {
		k := e.keys[i]
		if i > first {
			e.nextLine(indent)
		}
		if parent != nil {
			e.lines = parent.key(k, e.line)
		}
		e.entry(k, m[k], indent)
	}
	e.lines = parent
	e.keys = e.keys[:first]
}

func (e *emitter) entry(key string, value any, indent int) {
	if simpleKey(key) {
		e.key(key)
		e.buf = append(e.buf, ':')
		e.value(value, indent)
		return
	}
	e.text("? ")
	e.str(key, indent+indentation)
	e.nextLine(indent)
	e.text(": ")
	e.inline(value, indent)
}

// value writes what follows "key:".
func (e *emitter) value(v any, indent int) {
	switch x := v.(type) {
	case map[string]any:
		if len(x) > 0 {
			e.newline(indent + indentation)
			e.entries(x, indent+indentation)
			return
		}
		e.text(" {}")
	case []any:
		if len(x) > 0 {
			e.newline(indent)
			e.list(x, indent)
			return
		}
		e.text(" []")
	default:
		e.buf = append(e.buf, ' ')
		e.scalar(v, indent+indentation)
	}
}

// inline writes what follows "- " on the same line.
func (e *emitter) inline(v any, indent int) {
	switch x := v.(type) {
	case map[string]any:
		if len(x) > 0 {
			e.entries(x, indent+indentation)
			return
		}
		e.text("{}")
	case []any:
		if len(x) > 0 {
			e.list(x, indent+indentation)
			return
		}
		e.text("[]")
	default:
		e.scalar(v, indent+indentation)
	}
}

// list writes a list whose first dash stands where the cursor is.
func (e *emitter) list(items []any, indent int) {
	parent := e.lines
	for i, item := range items {
		if i > 0 {
			e.nextLine(indent)
		}
		if parent != nil {
			e.lines = parent.item(e.line)
		}
		e.text("- ")
		e.inline(item, indent)
	}
	e.lines = parent
}

// scalar writes a scalar; lines after its first are indented as told.
func (e *emitter) scalar(v any, indent int) {
	switch x := v.(type) {
	case string:
		e.str(x, indent)
	case bool:
		e.buf = strconv.AppendBool(e.buf, x)
	case int64:
		e.buf = strconv.AppendInt(e.buf, x, 10)
	case int:
		e.buf = strconv.AppendInt(e.buf, int64(x), 10)
	case int32:
		e.buf = strconv.AppendInt(e.buf, int64(x), 10)
	case float64:
		e.buf = appendFloat(e.buf, x)
	case nil:
		e.text("null")
	default:
		panic(fmt.Sprintf("manifest: %T is no part of a JSON tree", v))
	}
}

// appendFloat writes whole numbers without a fraction as long as 64 bits hold them, as JSON in between would.
func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, ".nan"...)
	case math.IsInf(f, 1):
		return append(dst, ".inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-.inf"...)
	case f == 0:
		return append(dst, '0')
	case f == math.Trunc(f) && math.Abs(f) < 1<<53:
		return strconv.AppendInt(dst, int64(f), 10)
	case f == math.Trunc(f) && math.Abs(f) < 1e21:
		whole := strconv.FormatFloat(f, 'f', -1, 64)
		if _, err := strconv.ParseUint(strings.TrimPrefix(whole, "-"), 10, 64); err == nil && (f > 0 || f > -1<<63) {
			return append(dst, whole...)
		}
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// Equal reports whether two JSON trees are written alike.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && len(x) == len(y) && (sameMap(x, y) || equalMaps(x, y))
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, Equal)
	case string:
		y, ok := b.(string)
		return ok && x == y
	}
	return equalScalars(a, b) || scalar(b) && bytes.Equal(Marshal(a), Marshal(b)) // 1 and 1.0
}

func equalMaps(a, b map[string]any) bool {
	for k, v := range a {
		if w, ok := b[k]; !ok || !Equal(v, w) {
			return false
		}
	}
	return true
}

// sameMap reports whether two maps are one.
func sameMap(a, b map[string]any) bool {
	return reflect.ValueOf(a).UnsafePointer() == reflect.ValueOf(b).UnsafePointer()
}
