package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the repository.
const root = ".."

// binary is the tenantsmith that all tests run.
var binary string

// tally counts, for each test, how much of what was examined. No test runs in parallel.
var tally = map[string]map[string]int{}

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 2
	}
	os.Exit(code)
}

// run builds the command, runs the tests and prints the counts.
func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "tenantsmith")
	if out, err := exec.Command("go", "-C", root, "build", "-o", binary, "./cmd/tenantsmith").CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build tenantsmith: %w\n%s", err, out)
	}
	code := m.Run()
	for _, test := range slices.Sorted(maps.Keys(tally)) {
		fmt.Println(test)
		for _, what := range slices.Sorted(maps.Keys(tally[test])) {
			fmt.Printf("  %6d %s\n", tally[test][what], what)
		}
	}
	return code, nil
}

func count(t *testing.T, what string, n int) {
	if tally[t.Name()] == nil {
		tally[t.Name()] = map[string]int{}
	}
	tally[t.Name()][what] += n
}

// counted fails a test that did not examine enough.
func counted(t *testing.T, least int, whats ...string) {
	for _, what := range whats {
		n := tally[t.Name()][what]
		t.Logf("%d %s", n, what)
		require.GreaterOrEqual(t, n, least, "%s: nothing would be proven", what)
	}
}

// tenantsmith runs the command. That it finds problems (exit 1) is a result, anything else is not.
func tenantsmith(t *testing.T, args ...string) (stdout, stderr string, clean bool) {
	var out, fault bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = &out, &fault
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil {
		require.True(t, errors.As(err, &exit) && exit.ExitCode() == 1, "tenantsmith %v: %v\n%s", args, err, fault.String())
	}
	return out.String(), fault.String(), err == nil
}
