package conformance

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/kubectl-argo-rollouts/cmd/lint"
	"github.com/argoproj/argo-rollouts/pkg/kubectl-argo-rollouts/options"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// corpora are the manifests in upstream's module, and the fewest of each that upstream refuses: its
// test data says which by their names.
var corpora = map[string]int{
	"pkg/kubectl-argo-rollouts/cmd/lint/testdata": 9,
	"examples": 0,
	"test/e2e": 1,
}

// ours are the checks that stand for the controller's rules. The others would refuse most of these
// manifests anyway, for pods that run as root and the like, and so prove nothing.
const ours = "TS-ROL"

const (
	refusedByBoth   = "manifests that upstream refuses, refused by ours"
	acceptedByBoth  = "manifests that upstream accepts, accepted by ours"
	refusedByUsOnly = "manifests that upstream accepts, refused by ours"
)

// TestRefused judges the manifests of upstream: what its lint refuses, the checks refuse.
func TestRefused(t *testing.T) {
	for _, corpus := range []string{"pkg/kubectl-argo-rollouts/cmd/lint/testdata", "examples", "test/e2e"} {
		n := 0
		for _, file := range manifests(t, filepath.Join(moduleDir(t, rolloutsModule), corpus)) {
			name := filepath.ToSlash(filepath.Join(corpus, filepath.Base(file)))
			fault, refusals := upstreamLint(file), check(t, file)
			if strings.HasPrefix(filepath.Base(file), "invalid") && strings.HasSuffix(corpus, "lint/testdata") {
				require.Error(t, fault, "%s: lint accepts its own bad example", name)
			}
			switch {
			case fault == nil && len(refusals) == 0:
				count(t, acceptedByBoth, 1)
			case fault == nil:
				count(t, refusedByUsOnly, 1)
				t.Logf("%s: only ours refuse: %v", name, refusals)
			case assert.NotEmpty(t, refusals, "%s: upstream refuses, ours do not: %v", name, fault):
				count(t, refusedByBoth, 1)
				n++
			}
		}
		assert.GreaterOrEqual(t, n, corpora[corpus], corpus)
	}
	counted(t, 9, refusedByBoth)
	counted(t, 20, acceptedByBoth)
}

// manifests are the YAML and JSON files below a folder that hold a Rollout.
func manifests(t *testing.T, dir string) (out []string) {
	require.NoError(t, filepath.WalkDir(dir, func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(file)) {
			return err
		}
		data, err := os.ReadFile(file)
		if strings.Contains(string(data), "Rollout") {
			out = append(out, file)
		}
		return err
	}))
	require.NotEmpty(t, out, dir)
	return out
}

// upstreamLint is what kubectl argo rollouts lint says. It prints to stdout whatever it is told, which
// is not ours to fill.
func upstreamLint(file string) error {
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	var err error
	if os.Stdout, err = os.Open(os.DevNull); err != nil {
		return err
	}
	defer os.Stdout.Close()
	streams := genericiooptions.IOStreams{In: strings.NewReader(""), Out: io.Discard, ErrOut: io.Discard}
	cmd := lint.NewCmdLint(options.NewArgoRolloutsOptions(streams))
	cmd.SetArgs([]string{"--filename", file})
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	return cmd.Execute()
}

// check is why our checks refuse a file: findings from high on, and files that cannot be read.
func check(t *testing.T, file string) (out []string) {
	text, said, clean := tenantsmith(t, "-C", t.TempDir(), "check", "--manifests", file, "--checks", ours, "--format", "json")
	var v verdict
	require.NoError(t, json.Unmarshal([]byte(text), &v), said)
	for _, f := range v.Findings {
		if slices.Contains([]string{"error", "high", "critical"}, f.Severity) {
			out = append(out, strings.TrimSpace(f.Check+" "+f.Field+" "+f.Message))
		}
	}
	require.Equal(t, clean, len(out) == 0, "%s: the exit code is not that of the findings: %v", file, errors.New(said))
	return out
}
