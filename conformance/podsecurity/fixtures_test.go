package podsecurity

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"sigs.k8s.io/yaml"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const upstreamModule = "k8s.io/pod-security-admission"

// fixture is where upstream says what must become of a pod.
type fixture struct {
	file    string
	level   api.Level
	version version
	fails   bool
	check   string // that it is about, in lower case
}

// sample is a pod, and all fixtures that have it.
type sample struct {
	tree     fields
	pod      *corev1.Pod
	fixtures []fixture
}

// TestFixtures wraps every pod among upstream's fixtures in every form, at each version that has the
// fixture, and asks both judges. A plain pod is judged at every version.
func TestFixtures(t *testing.T) {
	e, samples := newExam(t), readSamples(t)
	for _, v := range e.versions() {
		problems, err := e.judge(v, wrapped(samples, v)...)
		require.NoError(t, err)
		for i, s := range samples {
			want := e.want(v, s.pod)
			for k, f := range s.forms(v) {
				said := e.difference(f, want, problems[name(i, k)])
				require.Empty(t, said, "%s in a %s at %s", s.fixtures[0].file, f, v.policy())
				tally["fixtures: comparisons, each check by check at both levels"]++
			}
			for _, x := range s.at(v) {
				e.asNamed(t, x, s.pod, want)
				tally["fixtures: files in all forms"]++
			}
		}
	}
	files := 0
	for _, s := range samples {
		files += len(s.fixtures)
	}
	require.Equal(t, files, tally["fixtures: files in all forms"])
	tally["fixtures: forms"], tally["fixtures: versions"] = len(forms), len(e.versions())
	tally["fixtures: different pods"] = len(samples)
}

// asNamed holds both judges to what a fixture says by its name; want is what both find.
func (e exam) asNamed(t *testing.T, x fixture, pod *corev1.Pod, want verdict) {
	require.Equal(t, !x.fails, admits(e.all, x.level, x.version, pod), x.file)
	require.Equal(t, !x.fails, len(want[x.level]) == 0, x.file)
	if x.fails {
		require.Contains(t, e.named, x.check, x.file)
		require.Contains(t, want[x.level], e.named[x.check], x.file)
	}
}

// at are the fixtures of a version.
func (s sample) at(v version) (at []fixture) {
	for _, x := range s.fixtures {
		if x.version == v {
			at = append(at, x)
		}
	}
	return at
}

// forms are those to judge a sample in.
func (s sample) forms(v version) []form {
	if len(s.at(v)) == 0 {
		return forms[:1]
	}
	return forms
}

func name(sample, form int) string { return fmt.Sprintf("%d-%d", sample, form) }

func wrapped(samples []sample, v version) (objects []manifest.Object) {
	for i, s := range samples {
		for k, f := range s.forms(v) {
			objects = append(objects, f.around(s.tree, name(i, k)))
		}
	}
	return objects
}

// readSamples reads upstream's fixtures. Most pods stand in the folders of many versions.
func readSamples(t *testing.T) []sample {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", upstreamModule).Output()
	require.NoError(t, err)
	folder := filepath.Join(strings.TrimSpace(string(out)), "test", "testdata")
	files, err := filepath.Glob(filepath.Join(folder, "*", "*", "*", "*.yaml"))
	require.NoError(t, err)
	require.Greater(t, len(files), 4000)
	var samples []sample
	known := map[string]int{}
	for _, file := range files {
		s := readSample(t, folder, file)
		key, err := json.Marshal(s.pod)
		require.NoError(t, err)
		i, ok := known[string(key)]
		if !ok {
			i = len(samples)
			known[string(key)], samples = i, append(samples, sample{tree: s.tree, pod: s.pod})
		}
		samples[i].fixtures = append(samples[i].fixtures, s.fixtures...)
	}
	return samples
}

// place of a fixture: level/v1.N/pass or fail/checkN.yaml.
var fixturePath = regexp.MustCompile(`^(baseline|restricted)/v1\.(\d+)/(pass|fail)/(.*?)\d*\.yaml$`)

// readSample reads a file as we read manifests, and as upstream does.
func readSample(t *testing.T, folder, file string) sample {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	nodes, problems := manifest.Parse(file, data, manifest.ManifestLimits)
	require.Empty(t, problems)
	require.Len(t, nodes, 1)
	pod := &corev1.Pod{}
	require.NoError(t, yaml.UnmarshalStrict(data, pod))
	pod.Name = ""
	short, err := filepath.Rel(folder, file)
	require.NoError(t, err)
	part := fixturePath.FindStringSubmatch(filepath.ToSlash(short))
	require.NotNil(t, part, short)
	minor, err := strconv.Atoi(part[2])
	require.NoError(t, err)
	x := fixture{short, api.Level(part[1]), version(minor), part[3] == "fail", part[4]}
	return sample{nodes[0].Tree().(fields), complete(pod), []fixture{x}}
}
