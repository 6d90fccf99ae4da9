package policies

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every control that a check serves is in a framework; what manifests decide has a check that tests it;
// what they do not decide says what is missing.
func TestFrameworks(t *testing.T) {
	known := map[string]Class{}
	for _, f := range Frameworks() {
		require.NotEmpty(t, f.Name)
		require.NotEmpty(t, f.Scope)
		again, ok := FindFramework(f.Prefix)
		require.True(t, ok)
		require.Equal(t, f.ID, again.ID)
		for _, c := range f.Controls {
			id := f.Prefix + ":" + c.ID
			require.NotContains(t, known, id)
			require.NotEmpty(t, c.Title, id)
			require.Contains(t, []Class{Automated, Partial, Manual}, c.Class, id)
			require.Equal(t, c.Class == Automated, c.NotShown == "", "%s: %s", id, c.NotShown)
			known[id] = c.Class
		}
	}
	require.Len(t, known, 411)
	tested := map[string]bool{}
	for _, r := range engine(t).Rules() {
		for _, c := range r.Controls {
			require.Contains(t, known, c.Framework+":"+c.ID, r.ID)
			direct := slices.Contains(r.Direct, c)
			tested[c.Framework+":"+c.ID] = tested[c.Framework+":"+c.ID] || direct
		}
	}
	for id, class := range known {
		if class == Automated {
			require.True(t, tested[id], "no check tests %s", id)
		}
	}
}
