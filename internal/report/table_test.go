package report

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// TestTableWidth: a table is as wide as the terminal where its last column can be folded, and says the
// same words whatever the width.
func TestTableWidth(t *testing.T) {
	rows := [][]string{{"A", "B"}, {"first", "one two three four five six seven eight nine ten eleven"}, {"zweite Zeile", "a-word-that-is-longer-than-the-line-is"}, {"last"}}
	for _, width := range []int{0, 20, 34, 40, 80} {
		var b bytes.Buffer
		require.NoError(t, writeTable(&b, rows, 2, width))
		require.Equal(t, strings.Fields(strings.Join([]string{"A B", "first", rows[1][1], "zweite Zeile", rows[2][1], "last"}, " ")), strings.Fields(b.String()))
		lines := strings.Split(b.String(), "\n")
		folds := width >= 14+leastColumn
		require.Equal(t, folds && width < 70, len(lines) > len(rows)+1, width)
		for _, line := range lines {
			require.Equal(t, strings.TrimRight(line, " "), line)
			if folds && !strings.Contains(line, "longer") {
				require.LessOrEqual(t, utf8.RuneCountInString(line), width)
			}
		}
	}
}

// A sentence for people folds with its later lines indented, and stays as it is where no width is known.
func TestFold(t *testing.T) {
	const text = "tenantsmith: not examined: TS-NET-009 (no waf), TS-IMG-005 (no scans)"
	require.Equal(t, text, Fold(text, 0))
	require.Equal(t, text, Fold(text, len(text)+2))
	require.Equal(t, "tenantsmith: not examined:\n  TS-NET-009 (no waf),\n  TS-IMG-005 (no scans)", Fold(text, 30))
}
