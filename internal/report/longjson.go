package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// long is a list of a document that is made and written one element at a time: of a large fleet, all of
// them would not fit in memory. Depth is how deep its elements stand.
type long struct {
	key      string
	depth    int
	elements iter.Seq[any]
}

// layout is how JSON is written: text is that of a value whose later lines begin with the indent, and
// the others stand after a key, before an element, and once a level.
type layout struct {
	colon, line, step string
	text              func(indent string, v any) ([]byte, error)
}

// indented is for people, compact what [json.Marshal] writes.
var (
	indented = layout{": ", "\n", "  ", pretty}
	compact  = layout{":", "", "", func(_ string, v any) ([]byte, error) { return json.Marshal(v) }}
)

// write prints a document in which the long lists are empty, and puts their elements there. The lists
// come in the order of the document, which has no other empty ones by their keys.
func (l layout) write(w io.Writer, doc any, lists ...long) error {
	rest, err := l.text("", doc)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w) // it remembers the first error
	for _, list := range lists {
		head := fmt.Sprintf("%q%s[", list.key, l.colon)
		before, after, found := bytes.Cut(rest, []byte(head+"]"))
		if !found {
			return fmt.Errorf("write JSON: the document has no empty list %q", list.key)
		}
		out.Write(before)
		out.WriteString(head)
		if err := l.elements(out, list); err != nil {
			return err
		}
		out.WriteString("]")
		rest = after
	}
	out.Write(rest)
	return out.Flush()
}

func (l layout) elements(out *bufio.Writer, list long) error {
	indent, comma := strings.Repeat(l.step, list.depth), ""
	for v := range list.elements {
		text, err := l.text(indent, v)
		if err != nil {
			return err
		}
		out.WriteString(comma + l.line + indent)
		if _, err := out.Write(bytes.TrimSuffix(text, []byte("\n"))); err != nil {
			return err
		}
		comma = ","
	}
	if comma != "" {
		out.WriteString(l.line + strings.TrimSuffix(indent, l.step))
	}
	return nil
}

// pretty is a value as JSON with a line end. The runner of GitHub Actions obeys ##[…] anywhere in what a
// step prints, so that no text may hold it as it is.
func pretty(indent string, v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent(indent, "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(b.Bytes(), []byte("##["), []byte(`#\u0023[`)), nil
}

// each makes a list one that is written element by element.
func each[T any](list []T) iter.Seq[any] {
	return func(yield func(any) bool) {
		for v := range slices.Values(list) {
			if !yield(v) {
				return
			}
		}
	}
}
