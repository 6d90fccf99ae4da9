package manifest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// parse reads one document and fails on problems.
func parse(t require.TestingT, text string) *Node {
	docs, problems := Parse("t.yaml", []byte(text), TenantLimits)
	require.Empty(t, problems, "%s", text)
	require.Len(t, docs, 1)
	return docs[0]
}

// told writes the problems the way people see them.
func told(problems []Problem) string {
	var b strings.Builder
	for _, p := range problems {
		field := ""
		if p.Field != "" {
			field = p.Field + ": "
		}
		fmt.Fprintf(&b, "%s: %s%s\n", p.Position, field, p.Message)
	}
	return b.String()
}

func TestParseScalars(t *testing.T) {
	for text, want := range map[string]any{
		"": nil, "~": nil, "null": nil, "Null": nil, "nUll": "nUll",
		"true": true, "TRUE": true, "False": false, "tRue": "tRue",
		"on": "on", "off": "off", "yes": "yes", "no": "no", "y": "y", "n": "n",
		"0": int64(0), "-0": int64(0), "+12": int64(12), "-7": int64(-7), "9223372036854775807": int64(1<<63 - 1), "-9223372036854775808": int64(-1 << 63),
		"0x1F": int64(31), "0o17": int64(15), "0b11": "0b11", "0x": "0x", "0xg": "0xg", "0o8": "0o8", "-0x1": "-0x1",
		"1_000": "1_000", "1:30": "1:30", "2001-01-01": "2001-01-01", "2001-12-14t21:59:43Z": "2001-12-14t21:59:43Z",
		"1.5": 1.5, "-.5": -.5, "1.": 1., "1e3": 1e3, "1.5E-3": 1.5e-3, "+1e+2": 1e2, "00.5": .5,
		".": ".", "-": "-", "+": "+", "1e": "1e", "1e+": "1e+", "e3": "e3", "1.2.3": "1.2.3", "500m": "500m", "4x": "4x", "..5": "..5", "+-1": "+-1",
		`"010"`: "010", `'true'`: "true", `"\u00e9"`: "é", "<<": "<<", "a b": "a b", "0.0.0.0/0": "0.0.0.0/0",
	} {
		if text == "-" {
			continue // a list
		}
		require.Equal(t, want, parse(t, "a: "+text+"\n").Get("a").Value, "%q", text)
	}
	require.Equal(t, "x\ny\n", parse(t, "a: |\n  x\n  y\n").Get("a").Value)
	require.Equal(t, "x y\n", parse(t, "a: >\n  x\n  y\n").Get("a").Value)
}

func TestParseRefusedScalars(t *testing.T) {
	for text, want := range map[string]string{
		"010": "number with a leading zero, which some parsers read as octal", "-01": "number with a leading zero, which some parsers read as octal",
		"00": "number with a leading zero, which some parsers read as octal", "08": "number with a leading zero, which some parsers read as octal",
		"9223372036854775808": "number does not fit into 64 bits", "0xFFFFFFFFFFFFFFFFF": "number does not fit into 64 bits",
		"1e999": "number is too large", ".inf": ".inf is no number that JSON can hold", "-.Inf": "-.Inf is no number that JSON can hold", ".nan": ".nan is no number that JSON can hold",
	} {
		_, problems := Parse("t.yaml", []byte("x:\n  a: "+text+"\n"), TenantLimits)
		require.Equal(t, "t.yaml:2:6: x.a: "+want+"\n", told(problems), text)
		require.Equal(t, fmt.Sprintf("write %q if it is text", text), problems[0].Remedy)
	}
}

func TestParsePositions(t *testing.T) {
	n := parse(t, "\ufeffa: 1\r\nb:\r\n  - x\r\n  - é: [1, {c: d}]\r\nz:\r\n")
	require.Equal(t, map[string]any{"a": int64(1), "b": []any{"x", map[string]any{"é": []any{int64(1), map[string]any{"c": "d"}}}}, "z": nil}, n.Tree())
	for path, want := range map[string]string{
		"a": "t.yaml:1:4", "b": "t.yaml:2:1", "b[0]": "t.yaml:3:5", "b[1]": "t.yaml:4:5", "b[1].é": "t.yaml:4:5", "b[1].é[0]": "t.yaml:4:9", "b[1].é[1].c": "t.yaml:4:16",
	} {
		at, ok := n.Find(ParsePath(path))
		require.True(t, ok, path)
		require.Equal(t, want, at.String(), path)
	}
	require.Equal(t, 5, n.Get("z").Line)
	at, ok := n.Find(ParsePath("b[1].nothing"))
	require.False(t, ok)
	require.Equal(t, "t.yaml:4:5", at.String())
}

func TestParseReportsAllProblems(t *testing.T) {
	_, problems := Parse("t.yaml", []byte(`base: &base {a: 1}
copy: *base
merged:
  <<: *base
  x: !!str 1
  y: ! 2
  x: 3
8080: a
true: b
~: c
{a: b}: c
"8080": quoted
list: [010, {k: 1, k: 2}]
quoted: {"on": 1, on: 2}
! tagged: 1
`), TenantLimits)
	require.Equal(t, `t.yaml:1:7: base: anchor &base is not allowed
t.yaml:2:7: copy: alias *base is not allowed
t.yaml:4:3: merged.<<: merge key << is not allowed
t.yaml:4:7: merged.<<: alias *base is not allowed
t.yaml:5:6: merged.x: tag !!str is not allowed
t.yaml:6:6: merged.y: tag ! is not allowed
t.yaml:7:3: merged.x: set twice, first in line 5, column 3
t.yaml:8:1: 8080: key 8080 is not a string
t.yaml:9:1: true: key true is not a string
t.yaml:10:1: ~: key ~ is not a string
t.yaml:11:1: key is a map or a list, not a string
t.yaml:13:8: list[0]: number with a leading zero, which some parsers read as octal
t.yaml:13:20: list[1].k: set twice, first in line 13, column 14
t.yaml:14:19: quoted.on: set twice, first in line 14, column 10
t.yaml:15:1: tagged: tag ! is not allowed
`, told(problems))
}

func TestParseTellsTwentyOfAKind(t *testing.T) {
	_, problems := Parse("t.yaml", []byte("a: &x 1\n"+strings.Repeat("b: 010\n", 1000)), TenantLimits)
	require.Len(t, problems, 1+20+1+20+1)
	require.Contains(t, told(problems), "t.yaml:22:4: 980 more problems of the same kind follow in this file\n")
	require.Contains(t, told(problems), "t.yaml:23:1: 979 more problems of the same kind follow in this file\n")
}

func TestParseDocuments(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "t.yaml:1:1: file is empty\n",
		"# only a comment\n":           "t.yaml:1:1: file is empty\n",
		"---\n---\n":                   "t.yaml:1:1: file is empty\n",
		"null\n":                       "t.yaml:1:1: file is empty\n",
		"a: 1\n---\nb: 2\n":            "t.yaml:3:1: a second document begins here; a file holds one\n",
		"a: 010\n---\nb: 2\n---\nc: 3": "t.yaml:1:4: a: number with a leading zero, which some parsers read as octal\nt.yaml:3:1: a second document begins here; a file holds one\n",
		"---\na: 1\n---\n":             "",
		"--- # template\n---\na: 1\n":  "",
		"a: 1\n...\n":                  "",
		"a: |\n  x\n  ---\n  y\n":      "",
		strings.Repeat("---\n", 1000):  "t.yaml:70:1: too many empty documents\n",
	} {
		_, problems := Parse("t.yaml", []byte(text), TenantLimits)
		require.Equal(t, want, told(problems), "%.40q", text)
	}
	docs, problems := Parse("m.yaml", []byte("---\n# Source: x\n---\na: 1\n---\n---\nb: 2\n"), ManifestLimits)
	require.Empty(t, problems)
	require.Len(t, docs, 2)
	docs, problems = Parse("m.yaml", nil, ManifestLimits)
	require.Empty(t, problems)
	require.Empty(t, docs)
	_, problems = Parse("m.yaml", []byte(strings.Repeat("---\na: 1\n", 501)), ManifestLimits)
	require.Equal(t, "m.yaml:1002:1: file has more than 500 documents\n", told(problems))
}

func TestParseSyntaxErrors(t *testing.T) {
	const notInMap, notInList = "this line does not fit into the map around it", "this line does not fit into the list around it"
	for text, want := range map[string]string{
		"x:\n  a: 1\n b: 2\n":                      "3:2: " + notInMap,
		"a: 1\n\n\n\n\n\n   b: 2\n":                "7:4: unexpected colon",
		"a: b: c\n":                                "1:1: unexpected colon",
		"a: 'it's'\nb: 1\n":                        "1:1: " + notInMap,
		"a: 1\n- b\n":                              "2:1: " + notInMap,
		"- a\nb: 1\n":                              "2:1: " + notInList,
		"a:\n  - b: 1\n   c: 2\nd: 1\n":            "3:4: " + notInList,
		"one: 1\nt:\n    a: 1\n   b: 2\nf: 4\n":    "4:4: " + notInMap,
		"a: [1, 2\nb: 3\nc: 4\n":                   "1:4: a list in brackets lacks a comma or its end",
		"a: 1\nb: {c: 1\nd: 2\n":                   "2:4: a map in braces lacks a comma or its end",
		"x: 1\na: \"x\nb: 1\nc: 2\n":               "2:4: a quote opened here is never closed",
		"a: \"x\nb: 1\nc: 2\n":                     "1:4: a quote opened here is never closed",
		"a:\n\tb: 1\n":                             "2:1: a tab used as indentation",
		"x: 1\na: @x\n":                            "2:1: a value cannot begin with this character",
		"x: 1\nhost: *.example.com\n":              "2:7: text that begins with * or & is read as a reference",
		"x: 1\nhost: *foo\n":                       "2:7: text that begins with * is read as a reference",
		"a: \"\\q\"\n":                             "1:1: unknown escape in double quotes",
		"a: - b\n":                                 "1:1: a list cannot begin here",
		"b: 1\nkey\nc: 2\n":                        "2:1: a key without a colon",
		"%YAML 1.2\n---\na: 1\n":                   "1:1: a %YAML line is neither needed nor understood",
		"%FOO\n---\na: 1\n":                        "1:1: broken directive",
		"a: 1\n...\nb: 2\n":                        "3:1: text after the end of the document",
		"a: !<x\n":                                 "1:4: broken tag",
		"a: ? b\n":                                 "1:1: unexpected question mark",
		"{\"a\": 1, \"b\": 2":                      "1:1: a map in braces lacks a comma or its end",
		"}\n":                                      "1:1: a value is missing or begins with a special character",
		"a: |\n" + strings.Repeat(" x\n", 9) + "b": "11:1: a key without a colon",
	} {
		_, problems := Parse("t.yaml", []byte(text), TenantLimits)
		require.Equal(t, "t.yaml:"+want+"\n", told(problems), "%q", text)
		require.NotEmpty(t, problems[0].Remedy)
	}
}

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\nb: é\x00":                  "t.yaml:2:5: file holds a NUL byte\n",
		"a: \xff\xfe":                     "t.yaml:1:4: file is not UTF-8 text\n",
		"a: 1\rb: 2\n":                    "t.yaml:1:5: carriage return without a line feed\n",
		"a: x\u2028y":                     "t.yaml:1:5: character U+2028 ends a line for some parsers only\n",
		"a: x\u0085y":                     "t.yaml:1:5: character U+0085 ends a line for some parsers only\n",
		"a: \x1b[0m":                      "t.yaml:1:4: control character U+001B\n",
		"a: b # \u202ec":                  "t.yaml:1:8: character U+202E changes the order in which text is shown\n",
		"a: b\ufeffc":                     "t.yaml:1:5: byte order mark inside of the file\n",
		"\xff\xfea\x00":                   "t.yaml:1:1: file is not UTF-8 text\n",
		"\x7fELF\x02\x01\x01\x00\x00\xf0": "t.yaml:1:8: file holds a NUL byte\n",
		"a: \x1b[0m\nb: \x02\x02":         "t.yaml:1:4: control character U+001B\nt.yaml:2:4: control character U+0002\n",
	} {
		_, problems := Parse("t.yaml", []byte(text), TenantLimits)
		require.Equal(t, want, told(problems), "%q", text)
	}
}

func TestParseLimits(t *testing.T) {
	lim := Limits{File: 200, Scalar: 20, Depth: 4, Keys: 3, Nodes: 12, Documents: 1}
	for text, want := range map[string]string{
		strings.Repeat("x", 201):        "t.yaml:1:1: file has 201 bytes, more than the 200 bytes allowed\n",
		"a: " + strings.Repeat("x", 21): "t.yaml:1:4: a: value has 21 bytes, more than the 20 bytes allowed\n",
		strings.Repeat("x", 21) + ": a": "t.yaml:1:1: key has 21 bytes, more than the 20 bytes allowed\n",
		"a: {b: {c: {d: {e: 1}}}}":      "t.yaml:1:16: more than 4 maps and lists stand in each other\n",
		"a: {b: {c: {d: 1}}}":           "",
		"x: {a: 1, b: 2, c: 3, d: 4}":   "t.yaml:1:4: x: map has 4 keys, more than the 3 allowed\n",
		"[1,2,3,4,5,6,7,8,9,10,11]":     "",
		"[1,2,3,4,5,6,7,8,9,10,11,12]":  "t.yaml:1:31: file holds more than 12 values\n",
		strings.Repeat("[],", 30):       "t.yaml:1:1: file holds more than 12 values\n",
	} {
		_, problems := Parse("t.yaml", []byte(text), lim)
		if strings.Contains(want, "12 values") {
			require.Len(t, problems, 1)
			require.Equal(t, "file holds more than 12 values", problems[0].Message)
			continue
		}
		require.Equal(t, want, told(problems), "%q", text)
	}
}

// hostile are files that kill, stall or bloat one parser or another.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)+1) }
	var keys, nested strings.Builder
	for i := 0; keys.Len() < size; i++ {
		fmt.Fprintf(&keys, "k%d: 1\n", i)
	}
	for i := 0; nested.Len() < size; i++ {
		nested.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := range 30 {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), ", "))
	}
	return map[string]string{
		"alias bomb": bomb, "self anchor": "a: &a [*a]\n", "self anchor map": "&a a: *a\n", "anchors": "[" + fill("&a b, ") + "]",
		"aliases": "- &a x\n" + fill("- *a\n"), "tags": fill("- !a b\n"), "merges": fill("- <<: {a: b}\n"),
		"deep flow": fill("["), "deep maps": fill("{a: "), "deep dashes": fill("- "), "deep questions": fill("? "), "deep blocks": nested.String(),
		"many keys": keys.String(), "same key": fill("a: 1\n"), "comments": fill("#\n"), "line comments": fill("a: 1 #\n"), "list comments": fill("# a\n- x # b\n\n"),
		"flow list": "[" + fill("a,"), "flow comments": "[" + fill("a,#\n"), "flow lists": "[" + fill("[],"), "documents": fill("--- a\n"), "empty documents": fill("---\n"),
		"one word": fill("a"), "words": "a: " + fill("a "), "digits": fill("1"), "underscores": fill("1_"), "newlines": fill("\n"), "blanks": fill(" "), "tabs": fill("\t"),
		"open quote": `"` + fill("a\n"), "escapes": `"` + fill(`\u0041`) + `"`, "block": "a: |\n" + fill("  x\n"), "plain lines": "a: b\n" + fill(" c\n"),
		"colons": fill(": "), "broken list": fill("- a\n") + "b: c: d\n", "broken map": keys.String() + " x: y: z\n", "directives": fill("%YAML 1.1\n"), "questions": fill("? a\n"),
		"tagged list": "[" + fill("! a,") + "]", "marks": "a: '" + fill("!") + "'\nb: ! c\n", "flow maps": "[" + fill("{a: b}, ") + "]", "wide": "{" + fill("'é!': 1, ") + "}",
	}
}

// Whatever a file holds, it is read or refused soon, and in memory that a file of its size may ask for.
func TestParseHostile(t *testing.T) {
	for _, lim := range []Limits{TenantLimits, ManifestLimits} {
		if testing.Short() && lim == ManifestLimits {
			continue
		}
		for name, text := range hostile(lim.File - 100) {
			t.Run(fmt.Sprintf("%s of %s", name, size(len(text))), func(t *testing.T) {
				runtime.GC()
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				start := time.Now()
				Parse("t.yaml", []byte(text), lim)
				took := time.Since(start)
				runtime.ReadMemStats(&after)
				require.Less(t, took, 5*time.Minute, "only a hang takes so long; a busy machine does not")
				require.Less(t, (after.TotalAlloc-before.TotalAlloc)>>20, uint64(600))
				if testing.Verbose() {
					t.Logf("%v, %d MiB", took, (after.TotalAlloc-before.TotalAlloc)>>20)
				}
			})
		}
	}
}

func TestParseTooLarge(t *testing.T) {
	_, problems := Parse("t.yaml", make([]byte, 10<<20), TenantLimits)
	require.Equal(t, "t.yaml:1:1: file has 10.0 MiB, more than the 256 KiB allowed\n", told(problems))
}

// JSON is YAML.
func TestParseJSON(t *testing.T) {
	n := parse(t, "{\n\t\"a\": [1, 2.5, true, null, \"x\\ny\"],\n\t\"b\": {}\n}")
	require.Equal(t, map[string]any{"a": []any{int64(1), 2.5, true, nil, "x\ny"}, "b": map[string]any{}}, n.Tree())
}

func FuzzParse(f *testing.F) {
	for _, text := range hostile(300) {
		f.Add([]byte(text))
	}
	for _, text := range []string{"a: 1\n---\nb: 2\n", "\ufeffa: b\r\n", "- a: |2-\n\n    x\n  b: >+\n    y\n\n", "? a\n: b\n? |\n  c\n: d", "{a: [b, 'c''d', \"e\\n\"]}", "a: !!str x", "%TAG ! tag:x\n---\n!y z"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, problems := Parse("f", data, TenantLimits)
		require.True(t, len(docs) == 1 || len(problems) > 0)
		lines := bytes.Count(data, []byte("\n")) + 1
		for _, p := range problems {
			require.Equal(t, "f", p.File)
			require.True(t, p.Line >= 1 && p.Line <= lines && p.Column >= 1, "%s of %d lines", p.Position, lines)
			require.NotEmpty(t, p.Message)
			require.NotContains(t, p.Message, "yaml:")
		}
		for _, d := range docs {
			inside(t, d, lines)
			again, problems := Parse("f", Marshal(map[string]any{"a": d.Tree()}), ManifestLimits)
			require.Empty(t, problems)
			require.Equal(t, string(Marshal(d.Tree())), string(Marshal(again[0].Get("a").Tree())))
		}
	})
}

func inside(t *testing.T, n *Node, lines int) {
	require.True(t, n.Line >= 1 && n.Line <= lines && n.Column >= 1, "%s of %d lines", n.Position, lines)
	for _, f := range n.Fields {
		require.True(t, f.Line >= 1 && f.Line <= lines, "%s of %d lines", f.Position, lines)
		inside(t, f.Value, lines)
	}
	for _, item := range n.Items {
		inside(t, item, lines)
	}
}

// The bundles of CRDs that operators ship are read: that of a module we depend on, from the cache.
func TestParseRealBundle(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-rollouts").Output()
	require.NoError(t, err)
	out, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "manifests/install.yaml"))
	require.NoError(t, err)
	docs, problems := Parse("install.yaml", out, ManifestLimits)
	require.Empty(t, told(problems))
	require.Greater(t, len(docs), 5)
}

func BenchmarkParse(b *testing.B) {
	text := []byte(sampleTenant)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := Parse("t.yaml", text, TenantLimits); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}

const sampleTenant = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata:
  name: enterprise-client
spec:
  displayName: Enterprise Client
  tier: enterprise                      # free | basic | premium | enterprise
  owners: [{group: enterprise-client-admins, role: admin}]
  tags: {team: platform, cost-center: engineering}
  resources: {cpu: "4", memory: 8Gi, storage: 50Gi}
  domains: [enterprise.dev.example.com]
  environments:
    development:
      services: {backend: {autoscaling: {min: 1, max: 2}, release: {strategy: rolling}}}
    production: {}
  services:
    backend:
      kind: service
      image: ghcr.io/example/backend:1.4.2
      command: [/app]
      args: [serve]
      ports: {http: 8080, metrics: 9090}
      env: {CACHE: "on", DB_URI: {secret: db, key: uri}}
      files: {/etc/app/app.yaml: "log: info\n"}
      volumes: [{mount: /tmp, emptyDir: 1Gi}, {mount: /data, claim: 10Gi, class: fast}]
      probes: {ready: {path: /ready, port: http}, live: {path: /live, port: http}}
      resources: {requests: {cpu: 200m, memory: 256Mi}, limits: {memory: 512Mi}}
      securityContext: {readOnlyRootFilesystem: true}
      autoscaling: {min: 5, max: 10, cpuPercent: 70}
      expose: [{host: enterprise.dev.example.com, path: /, port: http, waf: detect}]
      calls: [{service: api}, {host: api.stripe.com, port: 443}, {cidr: 10.1.0.0/16, port: 5432}]
      release: {strategy: canary, weights: [10, 50], gate: {successRate: 99.5, p99: 500ms, noData: hold}, approval: auto}
`
