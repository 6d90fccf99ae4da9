package proof

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// objects reads YAML documents as objects.
func objects(t testing.TB, text string) []manifest.Object {
	docs, problems := manifest.Parse("t.yaml", []byte(text), manifest.Limits{})
	require.Empty(t, problems)
	var out []manifest.Object
	for _, d := range docs {
		os, problems := manifest.Objects(d)
		require.Empty(t, problems)
		out = append(out, os...)
	}
	return out
}
