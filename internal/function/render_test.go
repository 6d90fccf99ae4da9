package function

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

var day = time.Date(2030, 11, 20, 0, 0, 0, 0, time.UTC)

// callFn runs the function on a list.
func callFn(t testing.TB, list string) (string, report.Report) {
	var out bytes.Buffer
	r, err := Run(t.Context(), strings.NewReader(list), &out, day)
	require.NoError(t, err)
	return out.String(), r
}

// TestEqualsRender: what the generator adds is what render prints, for every tenant of the samples, the goldens and the
// scripts, in every environment, with documents as maps and as text; and it adds nothing exactly where render holds
// a tenant back.
func TestEqualsRender(t *testing.T) {
	rendered, refused := 0, 0
	for name, fsys := range corpus(t) {
		files := fsys.(fstest.MapFS)
		if !self(files) || testing.Short() && name != "samples" {
			continue
		}
		for i, environment := range environments(t, files) {
			want, clean := printed(t, files, environment)
			list := listOf(inlineRender(files, environment, i%2 == 0))
			if _, problems := parseList([]byte(list)); len(problems) > 0 {
				continue // a file that is no YAML cannot stand inline
			}
			out, r := callFn(t, list)
			require.Equal(t, clean, r.Failing() == 0, "%s %s: %v", name, environment, r.Problems)
			require.Equal(t, want, itemsOf(t, []byte(out)), "%s %s", name, environment)
			if clean {
				rendered++
			} else {
				refused++
			}
		}
	}
	t.Logf("%d equal renders, %d equal refusals", rendered, refused)
	require.GreaterOrEqual(t, rendered, 3)
	if !testing.Short() {
		require.Greater(t, rendered, 25)
		require.Greater(t, refused, 10)
	}
}

// environments are those of the tenants that can be read.
func environments(t testing.TB, files fstest.MapFS) []string {
	fleet, err := schemas.Load(files, schemas.Options{})
	require.NoError(t, err)
	var out []string
	for _, tenant := range fleet.Tenants {
		for _, e := range tenant.Environments {
			if !slices.Contains(out, e.Name) {
				out = append(out, e.Name)
			}
		}
	}
	if len(fleet.Held) > 0 {
		return out[:min(len(out), 1)]
	}
	return out
}

// self reports whether a repository stands in a functionConfig as it is: not its waivers, and not the platform's own
// schemas and policies, which are files.
func self(files fstest.MapFS) bool {
	tenants := 0
	for name := range files {
		top, rest, _ := strings.Cut(name, "/")
		if top == "waivers" || top == "overrides" && !strings.Contains(rest, "/") {
			return false
		}
		if top == "tenants" {
			tenants++
		}
	}
	f, ok := files[platformFile]
	return tenants > 0 && (!ok || !bytes.Contains(f.Data, []byte("extend:")))
}

// bound is what the function makes of the platform's own.
func bound(files fstest.MapFS) manifest.Severity {
	for _, s := range []manifest.Severity{manifest.Low, manifest.Medium} {
		if f, ok := files[platformFile]; ok && bytes.Contains(f.Data, []byte("failOn: "+s)) {
			return s
		}
	}
	return manifest.High
}

// printed is what render --output - prints of an environment, object by object; nothing where it holds back a tenant.
func printed(t testing.TB, files fstest.MapFS, environment string) ([]string, bool) {
	res, err := pipeline.Run(t.Context(), files, pipeline.Options{Environment: environment, Now: day, FailOn: bound(files), Trees: true})
	require.NoError(t, err)
	if (report.Report{Problems: res.Problems, FailOn: res.FailOn}).Failing() > 0 {
		return nil, false
	}
	var out []string
	for _, tenant := range res.Tenants {
		for _, e := range tenant.Tenant.Environments {
			if e.Name != environment {
				continue
			}
			built, _ := tenant.Tree.Build(environment)
			for _, o := range built {
				out = append(out, string(manifest.Marshal(o.Tree)))
			}
		}
	}
	return out, true
}
