package podsecurity

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// tally counts what was compared, for whoever reads the log.
var tally = map[string]int{}

func TestMain(m *testing.M) {
	// The same pods in every run; the command line may ask for others, or more.
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.checks": "12000"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	for _, what := range slices.Sorted(maps.Keys(tally)) {
		fmt.Printf("%8d %s\n", tally[what], what)
	}
	os.Exit(code)
}

// exam has both judges.
type exam struct {
	upstream
	ours
	// baseline are the checks of ours that answer for one of the baseline level.
	baseline found
	// named finds a check of ours by upstream's id in lower case, as fixtures have it.
	named map[string]string
	// forbidden counts how often each of upstream's checks objected to random pods.
	forbidden map[policy.CheckID]int
}

// newExam fails unless each of upstream's checks has one of ours that answers for it, and the other
// way round.
func newExam(t require.TestingT) exam {
	u, err := newUpstream()
	require.NoError(t, err)
	o, err := newOurs()
	require.NoError(t, err)
	require.Len(t, o.holds, len(u.checks), "METADATA names controls that upstream has not, or lacks some")
	e := exam{u, o, found{}, map[string]string{}, map[policy.CheckID]int{}}
	for _, c := range u.checks {
		require.Contains(t, o.holds, c.id, "no check of ours answers for it")
		e.named[strings.ToLower(string(c.id))] = o.holds[c.id]
		if c.level == api.LevelBaseline {
			e.baseline[o.holds[c.id]] = true
		}
	}
	return e
}

// verdict is, for each level, the checks of ours that object.
type verdict map[api.Level]found

var levels = []api.Level{api.LevelBaseline, api.LevelRestricted}

// want is our verdict if it is upstream's.
func (e exam) want(v version, pod *corev1.Pod) verdict {
	want := verdict{}
	for _, level := range levels {
		want[level] = found{}
		for _, id := range e.forbids(level, v, pod) {
			want[level][e.holds[id]] = true
		}
	}
	return want
}

// difference tells how our findings on a form differ from what is wanted; empty means not at all.
func (e exam) difference(f form, want verdict, problems []manifest.Problem) string {
	var said []string
	for _, p := range problems {
		if !slices.Equal(f.path, p.Path[:min(len(f.path), len(p.Path))]) {
			said = append(said, fmt.Sprintf("a finding of %s is not in the pod: %s", p.Check, p.Path))
		}
	}
	for _, level := range levels {
		if got := e.at(level, e.baseline, problems); !maps.Equal(want[level], got) {
			said = append(said, fmt.Sprintf("%s: upstream objects by %v, we by %v",
				level, slices.Sorted(maps.Keys(want[level])), slices.Sorted(maps.Keys(got))))
		}
	}
	tally["differences"] += min(len(said), 1)
	return strings.Join(said, "\n")
}
