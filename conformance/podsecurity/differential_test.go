package podsecurity

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"
)

// TestDifferential asks both judges about pods that nobody thought of, each in some form and at some
// version. Where they differ, it looks for the smallest pod on which they do, and shows that.
func TestDifferential(t *testing.T) {
	e := newExam(t)
	rapid.Check(t, e.agree)
	for _, c := range e.checks {
		t.Logf("%s objected %d times", c.id, e.forbidden[c.id])
		require.Greater(t, e.forbidden[c.id], leastObjections, "%s: nothing would be proven", c.id)
	}
	require.Greater(t, tally[admitted], leastObjections, "hardly a pod was admitted: nothing would be proven")
}

// FuzzDifferential does the same on pods that a fuzzer comes upon.
func FuzzDifferential(f *testing.F) {
	for b := range byte(8) {
		f.Add(bytes.Repeat([]byte{b, 1, 0, 0, 0, 0, 0, 0}, 1000)) // eight bytes a choice
	}
	f.Fuzz(rapid.MakeFuzz(newExam(f).agree))
}

// leastObjections keeps the dice from rolling what proves nothing.
const leastObjections = 50

const (
	random   = "random: pods compared with the evaluator, each at both levels"
	admitted = "random: of them admitted at both levels"
	lenient  = "random: of them admitted at the restricted level only, by upstream and not by us"
)

// agree draws a pod and fails where the judges differ on it.
func (e exam) agree(t *rapid.T) {
	v := rapid.SampledFrom(e.turns()).Draw(t, "version")
	f := rapid.SampledFrom(forms).Draw(t, "form")
	tree := anyPod.Draw(t, "pod")
	pod := decoded(t, tree)
	want := e.want(v, pod)
	problems, err := e.judge(v, f.around(tree, "random"))
	require.NoError(t, err)
	if said := e.difference(f, want, problems["random"]); said != "" {
		text, err := yaml.Marshal(tree)
		require.NoError(t, err)
		t.Fatalf("%s\nat %s in a %s:\n%s", said, v.policy(), f, text)
	}
	e.count(t, v, pod, want)
}

// count holds what is wanted against the evaluator as the API server asks it, where a check of the
// restricted level may override one of the baseline level. To us a pod has to pass at both.
func (e exam) count(t *rapid.T, v version, pod *corev1.Pod, want verdict) {
	baseline, restricted := admits(e.all, api.LevelBaseline, v, pod), admits(e.all, api.LevelRestricted, v, pod)
	require.Equal(t, baseline, len(want[api.LevelBaseline]) == 0)
	require.Equal(t, baseline && restricted, len(want[api.LevelRestricted]) == 0)
	tally[random]++
	if restricted && baseline {
		tally[admitted]++
	} else if restricted {
		tally[lenient]++
	}
	for _, id := range e.forbids(api.LevelRestricted, v, pod) {
		e.forbidden[id]++
	}
}

// decoded is a pod as the API server reads it.
func decoded(t *rapid.T, tree fields) *corev1.Pod {
	data, err := json.Marshal(tree)
	require.NoError(t, err)
	pod := &corev1.Pod{}
	require.NoError(t, yaml.UnmarshalStrict(data, pod))
	return complete(pod)
}
