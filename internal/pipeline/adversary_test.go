package pipeline

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

var update = flag.Bool("update", false, "write the table of docs/adversary.md")

// TestMain: a third of the time would be the collector's otherwise.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	m.Run()
}

// attempt is one way to escape: testdata/adversary/<area>-<slug>.txtar. Its comment says in a sentence what is tried,
// its files lie over those of fleet.txtar, and "want" has a line for each thing that has to stop it:
//
//	FILE:LINE:COL: SEVERITY CHECK[: MESSAGE]   of a run
//	FILE:LINE:COL: isolation CHANNEL           of the proof
//
// A line "holds: NAMES" in the comment names the tenants that are held back where that is not acme alone.
// In files {NUL}, {BOM} and {CR} stand for those characters, and "NAME -> TARGET" is a symbolic link.
type attempt struct {
	name, tried string
	platform    bool // who tries it may write the platform's files
	holds       []string
	files       fstest.MapFS
	want        []string
	stops       []manifest.Problem // what was found of what is wanted
}

var odd = strings.NewReplacer("{NUL}", "\x00", "{BOM}", "\ufeff", "{CR}", "\r")

func readAttempt(t *testing.T, file string, base fstest.MapFS) attempt {
	ar, err := txtar.ParseFile(file)
	require.NoError(t, err)
	a := attempt{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), holds: []string{"acme"}, files: maps.Clone(base)}
	for line := range strings.Lines(string(ar.Comment)) {
		if names, ok := strings.CutPrefix(line, "holds:"); ok {
			a.holds = strings.Fields(names)
		} else {
			a.tried = strings.TrimSpace(a.tried + " " + strings.TrimSpace(line))
		}
	}
	for _, f := range ar.Files {
		if f.Name == "want" {
			a.want = strings.Split(strings.TrimSpace(string(f.Data)), "\n")
			continue
		}
		a.platform = a.platform || !strings.HasPrefix(f.Name, "tenants/acme")
		a.add(f.Name, []byte(odd.Replace(string(f.Data))))
	}
	return a
}

func (a *attempt) add(name string, data []byte) {
	if link, target, ok := strings.Cut(name, " -> "); ok {
		a.files[link] = &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink}
		return
	}
	a.files[name] = &fstest.MapFile{Data: data}
}

// who is the one that tries.
func (a *attempt) who() string {
	if a.platform {
		return "platform"
	}
	return "tenant"
}

// advFleet are the files that every attempt begins with.
func advFleet(t *testing.T) fstest.MapFS {
	ar, err := txtar.ParseFile("testdata/adversary/fleet.txtar")
	require.NoError(t, err)
	out := fstest.MapFS{}
	for _, f := range ar.Files {
		out[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return out
}

var advDay = Options{Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}

// TestAdversary: whatever tenants try, and what careless people of the platform do, is stopped at the line that does it.
func TestAdversary(t *testing.T) {
	base := advFleet(t)
	cases, err := filepath.Glob("testdata/adversary/*-*.txtar")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(cases), 60)
	attempts := make([]attempt, len(cases))
	t.Run("attempts", func(t *testing.T) {
		for i, file := range cases {
			if testing.Short() && i%8 > 0 {
				continue // what runs at once in one runs at once in all
			}
			attempts[i] = readAttempt(t, file, base)
			t.Run(attempts[i].name, func(t *testing.T) {
				t.Parallel()
				attempts[i].stopped(t)
			})
		}
	})
	if !t.Failed() && !testing.Short() {
		advPage(t, attempts)
	}
}

// stopped takes the attempt through the chain: something grave is found where it should be, and of those who
// are held back nothing is written.
func (a *attempt) stopped(t *testing.T) {
	res, err := Run(t.Context(), a.files, advDay)
	require.NoError(t, err)
	found := slices.DeleteFunc(res.Problems, func(p manifest.Problem) bool { return p.Waiver != "" || !p.Severity.AtLeast(manifest.High) })
	if proof := slices.ContainsFunc(a.want, isProof); proof {
		found = append(found, a.breaches(t)...)
	}
	for _, want := range a.want {
		i := slices.IndexFunc(found, func(p manifest.Problem) bool { return strings.HasPrefix(stopLine(p), want) })
		require.GreaterOrEqual(t, i, 0, "%s\nis not among\n%s", want, stopLines(found))
		a.stops = append(a.stops, found[i])
	}
	require.NotEmpty(t, a.stops)
	if !slices.ContainsFunc(a.want, func(w string) bool { return !isProof(w) }) {
		require.True(t, a.platform, "the proof is asked by the platform: what tenants write has to be stopped by a check")
		return
	}
	require.Equal(t, a.holds, res.Held)
	for _, r := range res.Tenants {
		require.Equal(t, slices.Contains(res.Held, r.Tenant.Name), r.Files == nil, r.Tenant.Name)
	}
}

func isProof(want string) bool { return strings.Contains(want, ": isolation ") }

// breaches are what the proof finds, at the lines behind it.
func (a *attempt) breaches(t *testing.T) []manifest.Problem {
	isolated, err := Isolation(t.Context(), a.files, advDay)
	require.NoError(t, err)
	var out []manifest.Problem
	for i, lines := range isolated.Lines {
		for _, p := range lines {
			p.Severity, p.Check = "isolation", isolated.Breaches[i].Channel
			out = append(out, p)
		}
	}
	return out
}

func stopLine(p manifest.Problem) string {
	return fmt.Sprintf("%s: %s %s: %s", p.Position, p.Severity, p.Check, p.Message)
}

func stopLines(found []manifest.Problem) string {
	var b strings.Builder
	for _, p := range found {
		fmt.Fprintln(&b, stopLine(p))
	}
	return b.String()
}

// TestAdversaryFleet: without an attempt nothing is found, so that whatever is found was found for its sake.
func TestAdversaryFleet(t *testing.T) {
	res, err := Run(t.Context(), advFleet(t), advDay)
	require.NoError(t, err)
	require.Empty(t, res.Held, "%s", stopLines(res.Problems))
	isolated, err := Isolation(t.Context(), advFleet(t), advDay)
	require.NoError(t, err)
	require.Empty(t, isolated.Breaches)
	require.Empty(t, isolated.Unrendered)
	require.Equal(t, 6, isolated.Places)
}

const advBegin, advEnd = "<!-- attempts: begin -->\n", "<!-- attempts: end -->\n"

// advPage holds the table of docs/adversary.md against the attempts.
func advPage(t *testing.T, attempts []attempt) {
	const page = "../../docs/adversary.md"
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(data), advBegin)
	require.True(t, found)
	_, after, found := strings.Cut(rest, advEnd)
	require.True(t, found)
	want := before + advBegin + advTable(attempts) + advEnd + after
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(data), "run go test ./internal/pipeline -run TestAdversary -update")
}

func advTable(attempts []attempt) string {
	var b strings.Builder
	b.WriteString("| attempt | by | stopped by | where |\n|---|---|---|---|\n")
	for _, a := range attempts {
		var by, where []string
		for _, p := range a.stops {
			check, field := p.Check, p.Field
			if p.Severity == "isolation" {
				check = "proof: " + check
			}
			if field == "" {
				field = p.Path.String()
			}
			if field = "`" + field + "`"; field == "``" {
				field = "the file"
			}
			by, where = append(by, check), append(where, field)
		}
		fmt.Fprintf(&b, "| [%s](../internal/pipeline/testdata/adversary/%s.txtar): %s | %s | %s | %s |\n", a.name, a.name, a.tried, a.who(),
			strings.Join(slices.Compact(by), ", "), strings.Join(slices.Compact(where), ", "))
	}
	return b.String()
}
