package manifest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSetField(t *testing.T) {
	for _, c := range []struct {
		name, path string
		value      any
		text, want string
	}{
		{"plain", "a", "v", "# top\na: x # why\nb: 1\n", "# top\na: v # why\nb: 1\n"},
		{"single quotes", "a", "it's", "a: 'x'  # why\n", "a: 'it''s'  # why\n"},
		{"double quotes", "a", "a\tb", `a: "x"` + "\n", `a: "a\tb"` + "\n"},
		{"escaped quotes", "a", "z", `a: "x\"}v\\"  # "` + "\nb: 'it''s'\n", `a: "z"  # "` + "\nb: 'it''s'\n"},
		{"quotes where plain is no string", "a", "on", "a: x\n", "a: \"on\"\n"},
		{"number to string", "a", "1", "a: 12 # n\n", "a: \"1\" # n\n"},
		{"string to number", "a", int64(3), "a: '12' # n\n", "a: 3 # n\n"},
		{"null word", "a", "x", "a: ~ # n\n", "a: x # n\n"},
		{"nothing", "a", "x", "a: # n\nb: 1\n", "a: x # n\nb: 1\n"},
		{"nothing at the end", "a", "x", "b: 1\na:", "b: 1\na: x"},
		{"line ends", "a.b", "v", "a:\r\n  b: x\r\n  c: 1\r\n", "a:\r\n  b: v\r\n  c: 1\r\n"},
		{"a byte order mark", "a", "v", "\ufeffa: x\n", "\ufeffa: v\n"},
		{"characters of several bytes", "é.ü", "v", "é: {ß: ö, ü: ä} # ß\n", "é: {ß: ö, ü: v} # ß\n"},
		{"several lines", "a", "v", "a: one\n  two\n\n  three # n\nb: 1\n", "a: v # n\nb: 1\n"},
		{"quotes over lines", "a", "v", "a: \"one\n  two\" # n\nb: 1\n", "a: \"v\" # n\nb: 1\n"},
		{"a text", "a", "v", "a: | # n\n  one\n\n  two\n\n# about b\nb: 1\n", "a: v\n\n# about b\nb: 1\n"},
		{"a kept text", "a", "v", "a: |+\n  one\n\nb: 1\n", "a: v\nb: 1\n"},
		{"an indented text", "l[0].a", "v", "l:\n- a: |2-\n      one\n    two\n  b: 1\n", "l:\n- a: v\n  b: 1\n"},
		{"braces", "s.w.i", "v", "s: {w: {r: 1, i: x}, v: {}} # n\n", "s: {w: {r: 1, i: v}, v: {}} # n\n"},
		{"a comma in braces", "s.i", "a,b", "s: {i: x, j: 1}\n", "s: {i: \"a,b\", j: 1}\n"},
		{"a list in brackets", "l[1]", "v", "l: [a, 'b', c]\n", "l: [a, 'v', c]\n"},
		{"a list of dashes", "l[1].i", "v", "l:\n  - i: a\n  # second\n  - j: 1\n    i: b # n\n", "l:\n  - i: a\n  # second\n  - j: 1\n    i: v # n\n"},
		{"a whole list", "a.l", []any{"x", int64(1)}, "a:\n  l: # n\n    - b\n    # c\n    - d\n  m: 1\n", "a:\n  l: # n\n    [x, 1]\n  m: 1\n"},
		{"a list to brackets", "a.l", []any{"x"}, "a:\n  l:\n  - b\n  m: 1\n", "a:\n  l: [x]\n  m: 1\n"},
		{"a list to a map", "a.l", map[string]any{"k": "x"}, "a:\n    l:\n    - b\n    m: 1\n", "a:\n    l:\n        k: x\n    m: 1\n"},
		{"a map to a word", "a.b", "x", "a:\n  b:\n    c: 1\n  d: 1\n", "a:\n  b: x\n  d: 1\n"},
		{"JSON", "s.w.i", "v", `{"s": {"w": {"i": "x"}}}` + "\n", `{"s": {"w": {"i": "v"}}}` + "\n"},

		{"a new entry", "s.b", "x", "s:\n  a: 1 # n\n  # later\nt: 1\n", "s:\n  a: 1 # n\n  b: x\n  # later\nt: 1\n"},
		{"a new entry behind a text", "s.b", "x", "s:\n  a: |\n    t\n\nt: 1\n", "s:\n  a: |\n    t\n  b: x\n\nt: 1\n"},
		{"a new entry at the end of the file", "b", "x", "a: 1", "a: 1\nb: x"},
		{"a new entry and line ends", "s.b", "x", "s:\r\n  a: 1\r\n", "s:\r\n  a: 1\r\n  b: x\r\n"},
		{"a new entry in braces", "s.b", "x", "s: { a: 1 } # n\n", "s: { a: 1, b: x } # n\n"},
		{"a new entry in empty braces", "s.b", "x", "s: {}\n", "s: {b: x}\n"},
		{"a new entry behind a comma", "s.b", "x", "s: {\n  a: 1,\n}\n", "s: {\n  a: 1, b: x,\n}\n"},
		{"a new entry behind a name alone", "s.b", "x", "s: {a}\n", "s: {a, b: x}\n"},
		{"a new entry of JSON", "s.b", "x", `{"s": {"a": 1}}`, `{"s": {"a": 1, "b": "x"}}`},
		{"a new entry in a list", "l[0].b", "x", "l:\n  - a: 1\n  - c: 1\n", "l:\n  - a: 1\n    b: x\n  - c: 1\n"},
		{"new maps", "e.p.s.w.i", "x:1", "e:\n    p:\n        r: 1\n    # q\nz: 1\n", "e:\n    p:\n        r: 1\n        s:\n            w:\n                i: x:1\n    # q\nz: 1\n"},
		{"new maps beside braces", "e.p.s", map[string]any{"i": "x"}, "e:\n  p:\n    r: {i: w} # n\n", "e:\n  p:\n    r: {i: w} # n\n    s: {i: x}\n"},
		{"new maps in braces", "e.p.i", "x", "e:\n  p: {} # as above\n", "e:\n  p: {i: x} # as above\n"},
		{"new maps below nothing", "e.p.s.i", "x", "e:\n  p: # as above\n  q: {}\n", "e:\n  p: # as above\n    s:\n      i: x\n  q: {}\n"},
		{"new maps below null", "e.p.s.i", "x", "e:\n  p: null # as above\n", "e:\n  p: {s: {i: x}} # as above\n"},
		{"new maps below a name alone", "e.p.i", "x", "e: {p, q}\n", "e: {p: {i: x}, q}\n"},
		{"new maps below a colon alone", "e.p.i", "x", "e: {p: , q: }\n", "e: {p: {i: x} , q: }\n"},
		{"of a map what differs", "m", map[string]any{"a": int64(1), "c": "v", "d": map[string]any{"e": "z"}}, "m:\n  # first\n  a: 1 # n\n  b: 2\n  c: 'x' # o\n", "m:\n  # first\n  a: 1 # n\n  c: 'v' # o\n  d:\n    e: z\n"},
		{"nothing to do", "a.b", int64(1), "a: {b: 1.0}\n", "a: {b: 1.0}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := SetField("t.yaml", []byte(c.text), ParsePath(c.path), c.value)
			require.NoError(t, err)
			require.Equal(t, c.want, string(out))
		})
	}
}

func TestRemoveField(t *testing.T) {
	for _, c := range []struct{ path, text, want string }{
		{"s.a", "s:\n  # about a\n  a: 1 # n\n  b: 2\n", "s:\n  # about a\n  b: 2\n"},
		{"s.b", "s:\n  a: 1\n  b:\n    c: |\n      x\n# end\n", "s:\n  a: 1\n# end\n"},
		{"b", "a: 1\r\nb: 2", "a: 1"},
		{"s.a", "s:\n  a: 1 # n\nt: 2\n", "s: {} # n\nt: 2\n"},
		{"s.a", "s: {a: 1}\n", "s: {}\n"},
		{"s.a", "s: {a: 1, b: 2}\n", "s: {b: 2}\n"},
		{"s.b", "s: {a: 1, b: [2]} # n\n", "s: {a: 1} # n\n"},
		{"l[0].a", "l:\n  - a: 1\n    b: 2\n", "l:\n  - b: 2\n"},
		{"a.b.c", "a: {}\n", "a: {}\n"},
	} {
		out, err := RemoveField("t.yaml", []byte(c.text), ParsePath(c.path))
		require.NoError(t, err, "%q", c.text)
		require.Equal(t, c.want, string(out), "%q", c.text)
	}
}

func TestEditRefuses(t *testing.T) {
	for _, c := range []struct{ path, text, want string }{
		{"a.b", "a: 1\n", "t.yaml: b cannot be set: there is no map to hold it"},
		{"a[2]", "a: [1]\n", "t.yaml: [2] cannot be set: there is no such item"},
		{"a.b", "a: [1]\n", "t.yaml: b cannot be set: there is no map to hold it"},
		{"a", "a: &x 1\n", "t.yaml:1:4: anchor &x is not allowed"},
		{"a", "", "t.yaml:1:1: file is empty"},
		{"a.c", "a: [b: 1]\n", "t.yaml: c cannot be set: there is no map to hold it"},
		{"a[0].c", "a: [b: 1]\n", "t.yaml:1:5: a[0].c cannot be edited in place; edit the file by hand"},
		{"a", "? a\n", "t.yaml:2:1: a cannot be edited in place; edit the file by hand"},
	} {
		_, err := SetField("t.yaml", []byte(c.text), ParsePath(c.path), "x")
		require.EqualError(t, err, c.want, "%q", c.text)
	}
	_, err := RemoveField("t.yaml", []byte("a: [1]\n"), ParsePath("a[0]"))
	require.EqualError(t, err, "t.yaml: a[0] is no entry of a map, and only those can be removed")
	_, err = RemoveField("t.yaml", []byte("a: 1\n"), ParsePath("a"))
	require.EqualError(t, err, "t.yaml:1:4: a cannot be edited in place; edit the file by hand")
}

// scribe writes trees as people might, and remembers one string that it wrote as @@.
type scribe struct {
	*rand.Rand
	marked bool
}

func (s *scribe) pick(choices ...string) string { return choices[s.IntN(len(choices))] }

// document is a random file with @@ in the place of one string, and the path of that.
func (s *scribe) document() (string, Path) {
	for {
		s.marked = false
		nl := s.pick("\n", "\n", "\r\n")
		var p Path
		text := s.pick("", "# top\n", "---\n") + s.entries(0, 4, &p) + s.pick("", "# end\n", "\n\n")
		if s.marked {
			return strings.ReplaceAll(text, "\n", nl), p
		}
	}
}

func (s *scribe) entries(indent, depth int, p *Path) string {
	var b strings.Builder
	blanks := strings.Repeat(" ", indent)
	for i := range 1 + s.IntN(4) {
		key := fmt.Sprintf("%s%d", s.pick("k", "é", "a b", "k-"), i)
		if s.IntN(6) == 0 {
			b.WriteString(s.pick("\n", blanks+"# a comment: {\n"))
		}
		before := s.marked
		b.WriteString(blanks + s.pick(key, key, `"`+key+`"`, "'"+key+"'") + ":" + s.value(indent, depth, p) + "\n")
		if s.marked && !before {
			*p = append(Path{key}, *p...)
		}
	}
	return b.String()
}

// value is what follows a colon.
func (s *scribe) value(indent, depth int, p *Path) string {
	remark := s.pick("", "", " # it's \"why\"", "   # {")
	switch n := s.IntN(10); {
	case depth > 0 && n < 3:
		return remark + "\n" + strings.TrimSuffix(s.entries(indent+1+s.IntN(4), depth-1, p), "\n")
	case depth > 0 && n < 4:
		dash := indent + s.IntN(3)
		return remark + "\n" + strings.TrimSuffix(s.items(dash, depth-1, p), "\n")
	case depth > 0 && n < 6:
		return " " + s.flow(depth-1, p) + remark
	case n < 7:
		return " " + s.pick("|", "|-", ">", "|+") + "\n" + strings.Repeat(" ", indent+2) + "text: # {\n\n" + strings.Repeat(" ", indent+2) + "more"
	}
	return " " + s.leaf(p, false) + remark
}

func (s *scribe) items(indent, depth int, p *Path) string {
	var b strings.Builder
	for i := range 1 + s.IntN(3) {
		before := s.marked
		b.WriteString(strings.Repeat(" ", indent) + "- " + strings.TrimLeft(s.entries(indent+2, depth, p), " \n"))
		if s.marked && !before {
			*p = append(Path{i}, *p...)
		}
	}
	return b.String()
}

func (s *scribe) flow(depth int, p *Path) string {
	var parts []string
	list := s.IntN(3) == 0
	for i := range s.IntN(4) {
		before, key := s.marked, fmt.Sprintf("f%d", i)
		var text string
		if depth > 0 && s.IntN(3) == 0 {
			text = s.flow(depth-1, p)
		} else {
			text = s.leaf(p, true)
		}
		if step := any(i); s.marked && !before {
			if !list {
				step = key
			}
			*p = append(Path{step}, *p...)
		}
		if !list {
			text = s.pick(key, `"`+key+`"`) + ": " + text
		}
		parts = append(parts, text)
	}
	gap := s.pick("", "", " ")
	text := gap + strings.Join(parts, s.pick(", ", ", ", ",  ")) + gap
	if list {
		return "[" + text + "]"
	}
	return "{" + text + "}"
}

func (s *scribe) leaf(p *Path, inside bool) string {
	if !s.marked && s.IntN(4) == 0 {
		s.marked, *p = true, Path{}
		return s.pick("x@@", `"x@@"`, "'x@@'")
	}
	if inside {
		return s.pick("1", "true", "x", `"#, }"`, "'it''s ]'", "a:b", "null", "-.5")
	}
	return s.pick("1", "~", "x, y]", `"\"#"`, "'it''s'", "a:b", "x#y", "one\n"+strings.Repeat(" ", 40)+"two")
}

// What stands around a value never changes: the oracle writes the same file with another value in it.
func TestSetFieldKeepsTheRest(t *testing.T) {
	for seed := range uint64(1500) {
		s := &scribe{Rand: rand.New(rand.NewPCG(seed, 7))}
		text, p := s.document()
		old := strings.ReplaceAll(text, "@@", "1.0")
		if _, problems := Parse("t.yaml", []byte(old), TenantLimits); len(problems) > 0 {
			require.Empty(t, told(problems), "%s", old)
		}
		out, err := SetField("t.yaml", []byte(old), p, "x2.0.7")
		require.NoError(t, err, "%s\n%s", p, old)
		require.Equal(t, strings.ReplaceAll(text, "@@", "2.0.7"), string(out), "%s\n%s", p, old)
	}
}

// What was added can be taken away again, and then the file is as it was.
func TestAddAndRemove(t *testing.T) {
	for seed := range uint64(400) {
		s := &scribe{Rand: rand.New(rand.NewPCG(seed, 8))}
		text, p := s.document()
		var added int
		for n := len(p) - 1; n >= 0; n-- {
			at, _ := p[:n].Lookup(parse(t, text).Tree())
			if _, ok := at.(map[string]any); !ok {
				continue
			}
			added++
			more := p[:n].Join("added")
			for _, value := range []any{"x, y", map[string]any{"a": map[string]any{"b": "c"}, "d": []any{true}}} {
				out, err := SetField("t.yaml", []byte(text), more, value)
				require.NoError(t, err, "%s\n%s", more, text)
				back, err := RemoveField("t.yaml", out, more)
				require.NoError(t, err, "%s\n%s", more, out)
				require.Equal(t, text, string(back), "%s\n%s", more, out)
			}
		}
		require.NotZero(t, added)
	}
}

func FuzzSetField(f *testing.F) {
	for seed := range uint64(50) {
		s := &scribe{Rand: rand.New(rand.NewPCG(seed, 9))}
		text, p := s.document()
		f.Add([]byte(text), p.String(), "v")
		f.Add([]byte(text), p[:len(p)-1].Join("more").String(), "a\nb, c: #")
	}
	for _, text := range hostile(300) {
		f.Add([]byte(text), "a.b", "x")
	}
	f.Fuzz(func(t *testing.T, data []byte, path, value string) {
		p := ParsePath(path)
		if _, problems := Parse("f", data, TenantLimits); len(problems) > 0 || len(p) == 0 || len(path) > 200 {
			return
		}
		out, err := SetField("f", data, p, value)
		if err != nil {
			return
		}
		got, ok := p.Lookup(parse(t, string(out)).Tree())
		require.True(t, ok)
		require.Equal(t, valid(value), got)
		again, err := SetField("f", out, p, got)
		require.NoError(t, err)
		require.Equal(t, out, again)
		if _, isKey := p[len(p)-1].(string); !isKey {
			return
		}
		if out, err = RemoveField("f", out, p); err != nil {
			require.ErrorIs(t, err, errEdit)
			return
		}
		_, ok = p.Lookup(parse(t, string(out)).Tree())
		require.False(t, ok)
	})
}
