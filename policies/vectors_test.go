package policies

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// The unit tests of checks are vectors for others, with what the check says of each.
func TestVectors(t *testing.T) {
	vectors, err := Vectors(context.Background(), "^data.checks.ts_(pod_001|rbac_002)")
	require.NoError(t, err)
	said := map[string]map[bool]int{}
	for _, v := range vectors {
		if said[v.Check] == nil {
			said[v.Check] = map[bool]int{}
		}
		said[v.Check][len(v.Found) > 0]++
	}
	for _, check := range []string{"TS-POD-001", "TS-RBAC-002"} {
		require.Positive(t, said[check][true], check)
		require.Positive(t, said[check][false], check)
	}
}
