package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func written(t *testing.T, format string, r Report, o Options) string {
	var b bytes.Buffer
	require.NoError(t, Write(&b, format, r, o))
	return b.String()
}

func problem(line int, sev manifest.Severity) manifest.Problem {
	return manifest.Problem{
		Check: "TS-X-001", Severity: sev, Message: fmt.Sprintf("wrong at %d", line), Tenant: "acme", Environment: "production",
		Position: manifest.Position{File: "tenants/acme.yaml", Line: line, Column: 3},
		Object:   manifest.Key{Kind: "Pod", Namespace: "acme-production", Name: "p"},
	}
}

// TestSinks: text of a tenant cannot end a workflow command, begin one, or move a terminal's cursor.
func TestSinks(t *testing.T) {
	evil := problem(1, manifest.High)
	evil.Message = "a\r\n::set-output name=x::y\x1b[2J\u202e%0A"
	evil.File = "tenants/a,b:c\n::error::x.yaml"
	r := Report{Problems: []manifest.Problem{evil}, FailOn: manifest.High}

	text := written(t, "text", r, Options{})
	require.NotContains(t, text, "\x1b")
	require.NotContains(t, text, "\u202e")
	for line := range strings.Lines(text) {
		require.False(t, strings.HasPrefix(line, "::"), line)
	}
	github := written(t, "github", r, Options{})
	require.Equal(t, 1, strings.Count(github, "\n"), github)
	require.Contains(t, github, "file=tenants/a%2Cb%3Ac%0A%3A%3Aerror%3A%3Ax.yaml,line=1")
	require.Contains(t, github, "%250A")
}

// FuzzSinks holds the same for any text in any format: a line is a line, a document is a document, and
// nothing that is printed is a command to the runner of GitHub Actions but the annotations.
func FuzzSinks(f *testing.F) {
	f.Add("::error::x", "a\nb")
	f.Add("%0A", "\u2028")
	f.Add("##[add-path]/tmp", "::stop-commands::x")
	f.Add("]]>\x00\x08\ufffe", "\xff\xfe")
	f.Add("[see](https://example.com) {0}", "a:b?c#d")
	f.Add(strings.Repeat("long \U0001f600", 3000), "/abs")
	f.Fuzz(func(t *testing.T, message, file string) {
		p, q := problem(1, manifest.High), problem(2, manifest.Low)
		p.Message, p.File, p.Tenant = message, file, file
		q.Message, q.Remedy, q.Waiver, q.Check, q.Object.Name = message, file, message, file, message
		r := Report{
			Problems: []manifest.Problem{p, q}, FailOn: manifest.High, Rules: []Rule{{ID: message, Title: file, Severity: manifest.Low}},
			Examined: []Place{{file, message}},
		}
		r.Summary.Skipped = []Skipped{{What: file, Reason: message}}
		github := written(t, "github", r, Options{})
		require.Equal(t, 2, strings.Count(github, "\n"))
		for line := range strings.Lines(github) {
			_, said, _ := strings.Cut(strings.TrimPrefix(line, "::"), "::")
			said = strings.NewReplacer("%25", "%", "%0D", "\r", "%0A", "\n").Replace(strings.TrimSuffix(said, "\n"))
			require.LessOrEqual(t, len(utf16.Encode([]rune(said))), messageLimit)
		}
		text := written(t, "text", Report{Problems: r.Problems[:1], FailOn: manifest.High}, Options{})
		require.Equal(t, 2, strings.Count(text, "\n"), "%q", text)
		requireSARIF(t, written(t, "sarif", r, Options{}))
		requireJUnit(t, written(t, "junit", r, Options{}))
		require.True(t, json.Valid([]byte(written(t, "json", r, Options{}))))
		for _, format := range []string{"text", "json", "sarif", "junit"} {
			printed := written(t, format, r, Options{})
			require.NotContains(t, printed, "\r")
			require.NotContains(t, printed, "\x1b")
			require.NotContains(t, printed, "##[")
			require.True(t, utf8.ValidString(printed))
			for line := range strings.Lines(printed) {
				require.False(t, strings.HasPrefix(strings.TrimSpace(line), "::"), line)
			}
		}
	})
}

// TestAnnotations: the gravest come first, and what GitHub would drop is counted.
func TestAnnotations(t *testing.T) {
	r := Report{FailOn: manifest.High}
	for i := range 25 {
		r.Problems = append(r.Problems, problem(i+1, manifest.High))
	}
	r.Problems = append(r.Problems, problem(99, manifest.Critical), problem(100, manifest.Low))
	lines := strings.Split(strings.TrimSpace(written(t, "github", r, Options{Prefix: "platform"})), "\n")
	require.Len(t, lines, annotationLimit+1)
	require.Contains(t, lines[0], "file=platform/tenants/acme.yaml,line=99")
	require.Equal(t, "::error title=tenantsmith::and 17 more; run `tenantsmith check` to see them all", lines[9])
	require.True(t, strings.HasPrefix(lines[10], "::warning "))

	// As many as GitHub shows are shown.
	r.Problems = r.Problems[:annotationLimit]
	require.Equal(t, annotationLimit, strings.Count(written(t, "github", r, Options{}), "wrong at"))
}

// TestLongAnnotation: the runner cuts a message, which must not cost what mends it.
func TestLongAnnotation(t *testing.T) {
	p := problem(1, manifest.High)
	p.Message, p.Remedy = strings.Repeat("x", 5000), "set spec.x"
	github := written(t, "github", Report{Problems: []manifest.Problem{p}, FailOn: manifest.High}, Options{})
	require.Contains(t, github, "…%0Aobject: Pod acme-production/p%0Afix: set spec.x\n")
	require.Equal(t, "aa…", cut("aaaa", 3))
	require.Equal(t, "😀…", cut("😀😀", 3), "one that takes two units is not cut in half")
	require.Equal(t, "😀😀", cut("😀😀", 4))
}

// TestWaivedInOne: a finding that is accepted in one environment counts in the others.
func TestWaivedInOne(t *testing.T) {
	a, b := problem(1, manifest.High), problem(1, manifest.High)
	a.Environment, a.Waiver = "development", "w"
	text := written(t, "text", Report{Problems: []manifest.Problem{a, b}, FailOn: manifest.High}, Options{})
	require.Equal(t, 2, strings.Count(text, "wrong at 1"))
	require.NotContains(t, text, "also in")
}

// TestGroups: one problem in several environments is one line for people and several for machines.
func TestGroups(t *testing.T) {
	a, b := problem(1, manifest.High), problem(1, manifest.High)
	b.Environment, b.Object.Namespace = "staging", "acme-staging"
	r := Report{Problems: []manifest.Problem{a, b}, FailOn: manifest.High}
	require.Equal(t, "tenants/acme.yaml:1:3: high TS-X-001: wrong at 1\n    object: Pod acme-production/p, also in staging\n",
		written(t, "text", r, Options{}))
	var doc document
	require.NoError(t, json.Unmarshal([]byte(written(t, "json", r, Options{})), &doc))
	require.Len(t, doc.Findings, 2)
	require.NotNil(t, doc.Summary.Skipped)
	require.Equal(t, 2, r.Failing())
}

func TestColour(t *testing.T) {
	r := Report{Problems: []manifest.Problem{problem(1, manifest.High)}, FailOn: manifest.High}
	require.NotContains(t, written(t, "text", r, Options{}), "\x1b")
	require.Contains(t, written(t, "text", r, Options{Color: true}), red)
}
