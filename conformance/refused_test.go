package conformance

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/kubectl-argo-rollouts/cmd/lint"
	"github.com/argoproj/argo-rollouts/pkg/kubectl-argo-rollouts/options"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// corpora are the manifests in upstream's module.
var corpora = []string{lintData, "examples", "test/e2e"}

// lintData is the test data of upstream's lint, which says by the names of files what is invalid.
const lintData = "pkg/kubectl-argo-rollouts/cmd/lint/testdata"

// ours are the checks that stand for the controller's rules. The others would refuse most of these
// manifests anyway, for pods that run as root and the like, and so prove nothing.
const ours = "TS-ROL"

// reasons are what upstream says of its corpus, and what a finding of ours has to hold to be about the
// same: most of these manifests break other rules of ours as well.
var reasons = []struct{ upstream, ours string }{
	{"yaml: ", `^schema `},
	{"missing field '.spec.selector'", `TS-ROL-\d+ spec\.selector `},
	{"unknown field", `no field `},
	{"unmatch label", `selects`},
	{"MaxSurge and MaxUnavailable both can not be zero", `maxSurge`},
	{"Experiment template weight", `experiment\.templates\[0\]\.weight`},
	{"quantities must match", `quantity`},
	{"containers[0].name: Invalid", `containers\[0\]\.name`},
	{"spec.selector.matchLabels: Invalid", `spec\.selector\.matchLabels`},
}

const (
	refusedByBoth   = "manifests that upstream refuses, refused by ours for the same"
	acceptedByBoth  = "manifests that upstream accepts, accepted by ours"
	refusedByUsOnly = "manifests that upstream accepts, refused by ours"
)

// TestRefused judges the manifests of upstream: what its lint refuses, the checks refuse.
func TestRefused(t *testing.T) {
	for _, corpus := range corpora {
		for _, file := range manifests(t, filepath.Join(moduleDir(t, rolloutsModule), corpus)) {
			name := corpus + "/" + filepath.Base(file)
			fault, refusals := upstreamLint(file), check(t, file)
			if corpus == lintData {
				require.Equal(t, strings.HasPrefix(filepath.Base(file), "invalid"), fault != nil, "%s: %v", name, fault)
			}
			switch {
			case fault == nil && len(refusals) == 0:
				count(t, acceptedByBoth, 1)
			case fault == nil:
				count(t, refusedByUsOnly, 1)
			case assert.True(t, same(fault, refusals), "%s: upstream says %v, ours only %q", name, fault, refusals):
				count(t, refusedByBoth, 1)
			}
		}
	}
	counted(t, 9, refusedByBoth)
	counted(t, 1, acceptedByBoth)
}

// same reports whether one of our findings is about what upstream complains of. A complaint that is
// not among the reasons is not the same as anything.
func same(fault error, refusals []string) bool {
	for _, r := range reasons {
		if strings.Contains(fault.Error(), r.upstream) {
			return slices.ContainsFunc(refusals, regexp.MustCompile(r.ours).MatchString)
		}
	}
	return false
}

// isRollout tells a manifest from what else lies around.
var isRollout = regexp.MustCompile(`kind"?: *"?Rollout\b`)

// manifests are the YAML and JSON files below a folder that hold a Rollout.
func manifests(t *testing.T, dir string) (out []string) {
	require.NoError(t, filepath.WalkDir(dir, func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(file)) {
			return err
		}
		data, err := os.ReadFile(file)
		if isRollout.Match(data) {
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
