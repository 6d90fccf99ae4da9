package report

import (
	"bufio"
	"io"
)

// jsonStream writes an object field by field and its lists element by element, so that a document needs no more
// memory than its largest element. The first error stays.
type jsonStream struct {
	w     *bufio.Writer
	begun bool
	err   error
}

func newJSONStream(w io.Writer) *jsonStream { return &jsonStream{w: bufio.NewWriter(w)} }

func (s *jsonStream) name(name string) {
	before := ",\n"
	if !s.begun {
		before, s.begun = "{\n", true
	}
	s.text(before + `  "` + name + `": `)
}

func (s *jsonStream) text(text string) {
	if s.err == nil {
		_, s.err = s.w.WriteString(text)
	}
}

func (s *jsonStream) value(prefix string, v any) {
	if s.err != nil {
		return
	}
	b, err := indented(prefix, v)
	if s.err = err; err == nil {
		_, s.err = s.w.Write(b)
	}
}

func (s *jsonStream) field(name string, v any) {
	s.name(name)
	s.value("  ", v)
}

func (s *jsonStream) list(name string, n int, of func(i int) any) {
	s.name(name)
	s.text("[")
	for i := range n {
		if i > 0 {
			s.text(",")
		}
		s.text("\n    ")
		s.value("    ", of(i))
	}
	if n > 0 {
		s.text("\n  ")
	}
	s.text("]")
}

func (s *jsonStream) end() error {
	s.text("\n}\n")
	if s.err == nil {
		s.err = s.w.Flush()
	}
	return s.err
}
