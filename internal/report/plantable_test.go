package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPlanNarrow: what has no room beside the others stands below them, with its head, and nothing is lost.
func TestPlanNarrow(t *testing.T) {
	rows := func() [][]string {
		return columns([][]string{
			{"TENANT", "ENVIRONMENT", "OBJECTS", "RESTARTS", "FINDINGS", "QUOTA"},
			{"enterprise-client", "production", "~4 ±1", "2", "+1 -1", "cpu 4 -> 6, memory 8Gi -> 12Gi"},
			{"acme", "staging", "+1", "", "", ""},
		})
	}
	b := &planText{width: 40}
	b.table(rows())
	require.Equal(t, `TENANT             ENVIRONMENT  OBJECTS
    QUOTA
enterprise-client  production   ~4 ±1
    restarts 2, findings +1 -1,
    cpu 4 -> 6, memory 8Gi -> 12Gi
acme               staging      +1
`, b.String())
	for width := leastWidth; width < 110; width++ {
		b := &planText{width: width, Buffer: bytes.Buffer{}}
		b.table(rows())
		for _, text := range []string{"enterprise-client", "production", "~4 ±1", "2", "+1 -1", "cpu 4 -> 6", "memory 8Gi -> 12Gi", "staging"} {
			require.Contains(t, b.String(), text, "width %d", width)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			require.LessOrEqual(t, widthOf(line), width, line)
		}
	}
}

func TestUnexamined(t *testing.T) {
	change := Skipped{What: "TS-AUD-004, TS-AUD-007", Reason: "no change was given", Checks: 2}
	require.Empty(t, Unexamined(nil, "x"))
	require.Equal(t, "TS-AUD-004, TS-AUD-007 (no change was given)", Unexamined([]Skipped{change}, "--format json"))
	long := []Skipped{change, {What: "TS-NET-009", Reason: "platform spec.clusters.main.waf is not set, and neither is anything else that it could look at in this place", Checks: 1}}
	for range 4 {
		long = append(long, Skipped{What: "shop: workloads of https://git.example.com/shop.git", Reason: "elsewhere"})
	}
	require.Equal(t, "shop: workloads of https://git.example.com/shop.git (elsewhere); shop: workloads of https://git.example.com/shop.git (elsewhere); "+
		"2 things more; 3 checks, which lack what they look at; --format json names them", Unexamined(long, "--format json"))
	require.Len(t, long, 6)
}
