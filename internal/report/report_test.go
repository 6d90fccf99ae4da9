package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

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

// FuzzSinks holds the same for any text.
func FuzzSinks(f *testing.F) {
	f.Add("::error::x", "a\nb")
	f.Add("%0A", "\u2028")
	f.Fuzz(func(t *testing.T, message, file string) {
		p := problem(1, manifest.High)
		p.Message, p.File = message, file
		r := Report{Problems: []manifest.Problem{p}, FailOn: manifest.High}
		require.Equal(t, 1, strings.Count(written(t, "github", r, Options{}), "\n"))
		text := written(t, "text", r, Options{})
		require.Equal(t, 2, strings.Count(text, "\n"), "%q", text)
		require.NotContains(t, text, "\r")
		require.NotContains(t, text, "\x1b")
		require.True(t, json.Valid([]byte(written(t, "json", r, Options{}))))
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
