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

The quota proof reports beside them: TS-QUO-101 (a release fits its quota), TS-QUO-102 (what runs between releases fits the
entitlement), TS-QUO-103 (a pod that a LimitRange or a quota refuses). [quota.md](quota.md) says how.

Checks marked *of what people bring* hold by construction for what tenantsmith generates, so they are asked of patched objects,
of objects that people add and of `+"`--manifests`"+`; with `+"`--verify`"+`, as in our own tests, of everything.

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
		if r.Brought {
			scopes = append(scopes, "of what people bring")
		}
		fmt.Fprintf(&b, "%s, looks at: %s. Mend: %s. Controls: %s.\n\n",
			r.Severity, strings.Join(scopes, ", "), strings.TrimSuffix(r.Remedy, "."), strings.Join(controls, ", "))
	}
	return strings.TrimSuffix(b.String(), "\n")
}
