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
