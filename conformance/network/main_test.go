package network

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the repository.
const root = "../.."

// tally counts, for each test, what was compared. No test runs in parallel.
var tally = map[string]map[string]int{}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, test := range slices.Sorted(maps.Keys(tally)) {
		fmt.Println(test)
		for _, what := range slices.Sorted(maps.Keys(tally[test])) {
			fmt.Printf("  %7d %s\n", tally[test][what], what)
		}
	}
	os.Exit(code)
}

func count(t *testing.T, what string, n int) {
	if tally[t.Name()] == nil {
		tally[t.Name()] = map[string]int{}
	}
	tally[t.Name()][what] += n
}

// counted fails a test that did not compare enough.
func counted(t *testing.T, least int, whats ...string) {
	for _, what := range whats {
		require.GreaterOrEqual(t, tally[t.Name()][what], least, "%s: nothing would be proven", what)
	}
}

// tenantsmith runs the command in this repository, on its samples. It has to succeed. The program is the one that the
// README's first command leaves in Go's cache.
func tenantsmith(t *testing.T, args ...string) []byte {
	out, err := exec.Command("go", append([]string{"-C", root, "run", "./cmd/tenantsmith"}, args...)...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		require.Fail(t, "tenantsmith", "%s", failed.Stderr)
	}
	require.NoError(t, err)
	return out
}
