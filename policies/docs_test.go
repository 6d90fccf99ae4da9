package policies

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var updateDocs = flag.Bool("update", false, "write docs/policies.md")

// TestDocs: docs/policies.md is the catalogue that METADATA makes.
func TestDocs(t *testing.T) {
	const file = "../docs/policies.md"
	want := catalogue(t)
	if *updateDocs {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
	}
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run go test ./policies -update")
}

func catalogue(t *testing.T) string {
	engine, err := Compile(nil)
	require.NoError(t, err)
	var b strings.Builder
	fmt.Fprintf(&b, `# Checks

`+"`tenantsmith check`"+` asks %d checks. Each is a folder under `+"`policies/checks`"+` whose METADATA this page is made of
(`+"`go test ./policies -update`"+`). A finding at or above `+"`--fail-on`"+` (default high) holds the tenant back.

`, len(engine.Rules()))
	for _, r := range engine.Rules() {
		var scopes, controls []string
		for _, s := range r.Scopes {
			scopes = append(scopes, string(s))
		}
		for _, c := range r.Controls {
			controls = append(controls, c.Framework+" "+c.ID)
		}
		fmt.Fprintf(&b, "## %s: %s\n\n", r.ID, r.Title)
		fmt.Fprintf(&b, "%s, looks at: %s. Mend: %s. Controls: %s.\n\n",
			r.Severity, strings.Join(scopes, ", "), strings.TrimSuffix(r.Remedy, "."), strings.Join(controls, ", "))
	}
	return strings.TrimSuffix(b.String(), "\n")
}
