package report

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUnexamined(t *testing.T) {
	change := Skipped{What: "TS-AUD-004, TS-AUD-007", Reason: "no change was given", Checks: 2}
	require.Empty(t, Unexamined(nil, "x"))
	require.Equal(t, "TS-AUD-004, TS-AUD-007 (no change was given)", Unexamined([]Skipped{change}, "--format json"))
	long := []Skipped{change, {What: "TS-NET-009", Reason: "platform spec.clusters.main.waf is not set, and neither is anything else that it could look at in this place", Checks: 1}}
	for range 4 {
		long = append(long, Skipped{What: "shop: workloads of https://git.example.com/shop.git", Reason: "elsewhere"})
	}
	require.Equal(t, "shop: workloads of https://git.example.com/shop.git (elsewhere); shop: workloads of https://git.example.com/shop.git (elsewhere); "+
		"2 things more; 3 checks (most of them: no change was given); --format json names them", Unexamined(long, "--format json"))
	long[1].Checks = 2
	require.Contains(t, Unexamined(long, ""), "; 4 checks, which lack what they look at")
	require.Len(t, long, 6)
}
