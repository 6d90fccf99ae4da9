package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// Parse reads the YAML (or JSON) documents of one file, each as a tree that knows its positions. It refuses
// whatever parsers disagree about or can be killed with: anchors, aliases, merge keys, tags, duplicate keys, keys
// that are no strings, numbers with a leading zero, and everything beyond the limits. Time and memory grow
// linearly with the file, and nothing is parsed before its size is known.
//
// Plain scalars are read as the core schema of YAML 1.2 says: on, off, yes and no are strings, and so are dates.
// Integers are int64, other numbers float64. Documents without content are left out. With problems there are no
// documents; all problems found are returned, sorted, each in the file.
func Parse(file string, data []byte, lim Limits) ([]*Node, []Problem) {
	r := &reader{report: report{file: file}, lim: lim}
	var docs []*Node
	if r.acceptable(&data) {
		docs = r.documents(data)
	}
	if ps := r.finish(); len(ps) > 0 {
		return nil, ps
	}
	return docs, nil
}

type reader struct {
	report
	lim Limits
	src source
	// lines is the number of lines of the file.
	lines int
	// nodes counts the values so far; room is a slab that values are cut from.
	nodes int
	room  []Node
	trail []crumb
	// marked is the place of the last tag found by its mark, which a map shares with its first key.
	marked Position
	// spent is set when going on makes no sense.
	spent bool
}

// documents decodes one document after the other. The library stops at the first error of syntax, and so do we.
func (r *reader) documents(data []byte) []*Node {
	r.src = newSource(data)
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var docs []*Node
	for seen := 1; !r.spent; seen++ {
		root, err := decode(dec)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.syntax(data, err)
			return docs
		}
		at := r.place(root)
		switch {
		case hollow(root):
			// Templates leave empty documents behind. A file of nothing else is an attack.
			if seen > 4*r.lim.Documents+64 {
				r.add(kindDocuments, at, "too many empty documents", "remove the lines --- that nothing follows")
				return docs
			}
			continue
		case len(docs) == r.lim.Documents:
			r.tooManyDocuments(at)
			return docs
		}
		docs = append(docs, r.node(root, 1))
	}
	if len(docs) == 0 && r.lim.Documents == 1 && !r.spent {
		r.add(kindDocuments, Position{File: r.file, Line: 1, Column: 1}, "file is empty", "write one document into it, or delete it")
	}
	return docs
}

func (r *reader) tooManyDocuments(at Position) {
	if r.lim.Documents == 1 {
		r.add(kindDocuments, at, "a second document begins here; a file holds one",
			"move it to a file of its own, or remove the line ---")
		return
	}
	r.add(kindDocuments, at, fmt.Sprintf("file has more than %d documents", r.lim.Documents), "split the file")
}

// decode returns the root of the next document. The library panics on faults of its own; a hostile file must not
// reach the process through one.
func decode(dec *yaml.Decoder) (root *yaml.Node, err error) {
	defer func() {
		if recover() != nil {
			err = errUnreadable
		}
	}()
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return nil, err
	}
	if len(doc.Content) != 1 {
		return nil, errUnreadable
	}
	return doc.Content[0], nil
}

// hollow reports whether a document holds nothing.
func hollow(root *yaml.Node) bool {
	return root.Kind == yaml.ScalarNode && root.Style == 0 && root.Anchor == "" && isNull(root.Value)
}
