package manifest

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"
)

// awkward are strings that parsers of YAML mistake for something else, and those that need a style of their own.
func awkward() []string {
	long := strings.Repeat("word ", 40)
	return []string{
		"", " ", "  ", "on", "Off", "yes", "n", "y", "Y", "~", "null", "NULL", "true", "FALSE", "<<", "=",
		"0", "-0", "+1", "010", "0x1", "0o7", "0b1", "0b+1", "-0b1", "1_000", "1e3", "1.", ".5", ".", "-", "+", "..", "...", "---",
		"--- a", "-.inf", ".NaN", "1:30", "190:20:30.15", "1:60", "2001-01-01", "2001-1-1 1:1:1", "2001-12-14t21:59:43.10-05:00",
		"99999999999999999999", "1e999", "9223372036854775808", "0x8000000000000000", "12e", "1.2.3", "500m", "10.0.0.0/8",
		" a", "a ", "a: b", "a:", ":a", ": a", "a:b", "a #b", "a#b", "#", "- a", "-a", "? a", "?a", "?", "[a", "{a", "a]", "!a", "&a", "*a", "|", ">", "%a", "@a", "`a",
		"'", "''", "it's", "'a", "\"", "a\"b", "\\", "a\\b", "a'b: c",
		"\n", "\n\n", "a\n", "a\n\n", "\na", " a\nb", "a\n b", "a \nb", "a\nb ", "a\nb", "a\tb\nc", "\ta", "a\t", "\t", "a:\tb", "a\t#b", "a\n#b",
		"a\rb", "a\r\nb", "\x00", "\a", "\x1b", "é", "日本", "\u00a0", "😀", "a😀b\n", "\u00ad",
		long, long + "\n" + long, " " + long, long + "'", "'" + long, "\"" + long, strings.ReplaceAll(long, " ", "  "),
		"x\t" + strings.ReplaceAll(long, " ", "  "), "x\t" + long, strings.Repeat("é ", 60), strings.Repeat("x", 200),
		strings.Repeat("x", 78) + " a b c", strings.Repeat("x", 79) + " a b c", strings.Repeat("x", 80) + " a b c", strings.Repeat("x", 81) + " a",
	}
}

func TestMarshalAwkwardStrings(t *testing.T) {
	for _, s := range awkward() {
		same(t, s)
		same(t, map[string]any{"key": s})
		same(t, map[string]any{s: "value"})
		same(t, map[string]any{s: map[string]any{s: []any{s, []any{s}}}})
		same(t, []any{s, map[string]any{"a": map[string]any{"b": []any{s, s}}}})
	}
}

func TestMarshalKeyOrder(t *testing.T) {
	m := map[string]any{}
	for _, k := range []string{"a1", "a10", "a2", "a02", "a", "A", "b", "_a", "1", "10", "9", "a-b", "a.b", "a/b", "ab", "é", "日", "a0", "a00", "x100", "x1000", "x1001"} {
		m[k] = int64(1)
	}
	same(t, m)
}

func TestMarshalNumbers(t *testing.T) {
	for _, v := range []any{
		int64(0), int64(-1), int64(math.MaxInt64), int64(math.MinInt64), 0.0, math.Copysign(0, -1), 1.0, 1.5, 0.1, 1e-7, 1e6, 1e20, 1e21, 1.5e300,
		float64(1 << 53), 9223372036854775808.0, 18446744073709551616.0, -9223372036854775808.0, -1e19, 123456789.5, 0.0001, 0.00001, 99.5, nil, true, false,
	} {
		alike(t, v)
		alike(t, map[string]any{"a": v, "b": []any{v}})
	}
}

func TestMarshalNesting(t *testing.T) {
	empty := []any{map[string]any{}, []any{}, nil, map[string]any{"a": map[string]any{}, "b": []any{}}}
	for _, v := range []any{
		map[string]any{}, []any{}, empty, map[string]any{"x": empty}, []any{[]any{[]any{"a"}, "b"}, []any{}},
		[]any{map[string]any{"a": []any{map[string]any{"b": "c", "d": []any{"e"}}}}},
		map[string]any{strings.Repeat("k", 200): map[string]any{"a": "b", "c": "d"}},
		map[string]any{strings.Repeat("k", 200): []any{"a", []any{"b"}}, strings.Repeat("k", 129): "x"},
		[]any{map[string]any{strings.Repeat("long key ", 30): map[string]any{"a": []any{"b"}}, "z": "z"}},
	} {
		same(t, v)
	}
}

// The separators that end a line for some parsers only are written so that all read them alike.
func TestMarshalSeparators(t *testing.T) {
	require.Equal(t, "a: \"x\\Ly\\P\\N\"\n", string(Marshal(map[string]any{"a": "x\u2028y\u2029\u0085"})))
	require.Equal(t, "a: \"\\x7F\"\n", string(Marshal(map[string]any{"a": "\x7f"})))
	require.Equal(t, "a: \"x\\u202Ey\\u2069\"\n", string(Marshal(map[string]any{"a": "x\u202ey\u2069"})))
}

func TestMarshalAppends(t *testing.T) {
	require.Equal(t, "# header\na: |\n  b\n", string(AppendYAML([]byte("# header\n"), map[string]any{"a": "b\n"})))
}

func TestMarshalRefusesOtherTypes(t *testing.T) {
	require.Panics(t, func() { Marshal(map[string]any{"a": struct{}{}}) })
}

func TestMarshalTrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { same(t, trees(4).Draw(t, "tree")) })
}

// trees draws JSON trees with the strings that hurt.
func trees(depth int) *rapid.Generator[any] {
	text := rapid.OneOf(rapid.SampledFrom(awkward()), rapid.String(), rapid.StringMatching(`[a-z0-9 :#'"\n\t-]{0,120}`))
	leaf := rapid.OneOf(
		rapid.Map(text, func(s string) any { return s }),
		rapid.Map(rapid.Int64(), func(n int64) any { return n }),
		rapid.Map(rapid.Float64Range(-1e18, 1e18), func(f float64) any { return f }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Just[any](nil),
	)
	if depth == 0 {
		return leaf
	}
	inner := rapid.Deferred(func() *rapid.Generator[any] { return trees(depth - 1) })
	return rapid.OneOf(leaf,
		rapid.Map(rapid.SliceOfN(inner, 0, 4), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(text, inner, 0, 5), func(m map[string]any) any { return m }),
	)
}

func FuzzMarshal(f *testing.F) {
	for _, s := range awkward() {
		f.Add(s, s, int64(len(s)), 0.5)
	}
	f.Fuzz(func(t *testing.T, a, b string, n int64, x float64) {
		if math.IsNaN(x) || math.IsInf(x, 0) || x == math.Trunc(x) && math.Abs(x) > 1<<62 {
			x = 0 // whole floats that only 64 bits without a sign hold are written as such, and not read
		}
		a, b = valid(a), valid(b)
		same(t, map[string]any{
			"s": a, a: n, b: []any{a, b, x, map[string]any{b: a, "n": []any{[]any{b}, n}}},
		})
	})
}

// same holds both laws of the emitter: alike, and read back.
func same(t require.TestingT, tree any) {
	alike(t, tree)
	readBack(t, tree, Marshal(tree))
}

// alike compares what we write with what sigs.k8s.io/yaml writes, unless that one refuses the tree or does not read
// back what it wrote.
func alike(t require.TestingT, tree any) {
	want, err := yaml.Marshal(tree)
	if err == nil && !differs(tree) && !circular(tree) && faithful(tree, want) {
		require.Equal(t, string(want), string(Marshal(tree)), "tree %#v", tree)
	}
}

// differs reports whether the tree has one of the strings that we write more carefully.
func differs(tree any) bool {
	return anyString(tree, func(s string) bool {
		_, fault := resolve(s)
		return strings.Contains(fault, "64 bits") || strings.Contains(fault, "too large") || strings.ContainsAny(s, "\u2028\u2029\u0085") || strings.ContainsFunc(s, Reorders)
	})
}

// circular reports whether the natural order of the keys of a map runs in circles (010 < 0b < 1_0 < 010): then the
// other one's output depends on chance.
func circular(tree any) bool {
	switch x := tree.(type) {
	case map[string]any:
		keys := sortedKeys(x)
		sortKeys(keys)
		for i := range keys {
			for j := range keys[:i] {
				if compareKeys(keys[j], keys[i]) > 0 {
					return true
				}
			}
			if circular(x[keys[i]]) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(x, circular)
	}
	return false
}

// Where the natural order runs in circles, ours is the same each time all the same.
func TestMarshalCircularKeys(t *testing.T) {
	tree := map[string]any{"010": int64(1), "0b": int64(2), "1_0": int64(3)}
	require.True(t, circular(tree))
	for range 50 {
		require.Equal(t, "\"010\": 1\n0b: 2\n\"1_0\": 3\n", string(Marshal(map[string]any{"1_0": int64(3), "0b": int64(2), "010": int64(1)})))
	}
}

// anyString asks about each string and key of a tree.
func anyString(tree any, ask func(string) bool) bool {
	switch x := tree.(type) {
	case string:
		return ask(x)
	case map[string]any:
		for k, v := range x {
			if ask(k) || anyString(v, ask) {
				return true
			}
		}
	case []any:
		for _, v := range x {
			if anyString(v, ask) {
				return true
			}
		}
	}
	return false
}

func faithful(tree any, written []byte) bool {
	var back any
	if yaml.Unmarshal(written, &back) != nil {
		return false
	}
	a, _ := json.Marshal(tree)
	b, _ := json.Marshal(back)
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// readBack holds the round trip: what we write, we read as the same tree.
func readBack(t require.TestingT, tree any, written []byte) {
	if _, ok := tree.(map[string]any); !ok || hasMergeKey(tree) {
		return
	}
	docs, problems := Parse("out.yaml", written, ManifestLimits)
	require.Empty(t, problems, "%s", written)
	require.Len(t, docs, 1)
	require.Equal(t, string(written), string(Marshal(docs[0].Tree())))
	a, err := json.Marshal(tree)
	require.NoError(t, err)
	b, err := json.Marshal(docs[0].Tree())
	require.NoError(t, err)
	var x, y any
	require.NoError(t, json.Unmarshal(a, &x))
	require.NoError(t, json.Unmarshal(b, &y))
	require.Equal(t, x, y)
}

// hasMergeKey reports whether the tree has a key that reading refuses whatever its quotes.
func hasMergeKey(tree any) bool {
	return anyString(tree, func(s string) bool { return s == "<<" })
}

func TestLines(t *testing.T) {
	tree := map[string]any{
		"kind": "Pod", "spec": map[string]any{
			"containers": []any{
				map[string]any{"name": "a", "command": []any{"x", "y"}, "script": "one\ntwo\n\n"},
				map[string]any{"name": "b", "text": strings.Repeat("word ", 40) + "end"},
			},
			"empty":                  map[string]any{},
			strings.Repeat("k", 130): map[string]any{"z": "last"},
		},
	}
	lines := strings.Split(string(Marshal(tree)), "\n")
	at := Lines(tree)
	for path, want := range map[string]string{
		"kind": "kind: Pod", "spec": "spec:", "spec.containers": "  containers:", "spec.containers[0]": "  - command:",
		"spec.containers[0].command[1]": "    - \"y\"", "spec.containers[0].name": "    name: a", "spec.containers[0].script": "    script: |+",
		"spec.containers[1].name": "  - name: b", "spec.empty": "  empty: {}", "spec.containers[1].text": "    text: ",
		"spec.nothing": "spec:", "spec.containers[7]": "  containers:",
		"spec." + strings.Repeat("k", 130) + ".z": "  : z: last",
	} {
		require.True(t, strings.HasPrefix(lines[at(ParsePath(path))-1], want), "%s: line %d is %q", path, at(ParsePath(path)), lines[at(ParsePath(path))-1])
	}
	require.Equal(t, 1, at(nil))
}

// A line found for a field is the line at which reading the output finds the field.
func TestLinesAgreeWithReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := map[string]any{"a": trees(3).Draw(t, "tree")}
		if hasMergeKey(tree) {
			t.Skip()
		}
		docs, problems := Parse("x", Marshal(tree), ManifestLimits)
		require.Empty(t, problems)
		agree(t, Lines(tree), docs[0], nil)
	})
}

func agree(t require.TestingT, at func(Path) int, n *Node, p Path) {
	for _, f := range n.Fields {
		require.Equal(t, f.Line, at(p.Join(f.Key)), "%v", p.Join(f.Key))
		agree(t, at, f.Value, p.Join(f.Key))
	}
	for i, item := range n.Items {
		require.Equal(t, item.Line, at(p.Join(i)), "%v", p.Join(i))
		agree(t, at, item, p.Join(i))
	}
}
