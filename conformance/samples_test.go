package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// TestSamples judges what the samples of this repository render in each environment.
func TestSamples(t *testing.T) {
	l := readCRDs(t)
	for _, env := range []string{"development", "staging", "production"} {
		out, said, clean := tenantsmith(t, "-C", root, "render", "-o", "-", "--env", env)
		require.True(t, clean, said)
		for _, s := range sets(parse(t, []byte(out))) {
			l.exam(t, s)
		}
	}
	counted(t, 1, always...)
}

// TestGoldens judges what the tests of the generators expect.
func TestGoldens(t *testing.T) {
	standard, experimental := readCRDs(t), readExperimental(t)
	files, err := filepath.Glob(filepath.Join(root, "generators/testdata/*.golden.yaml"))
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "companions-") {
			continue // data for GitOps engines, no objects
		}
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		objects, l := parse(t, data), standard
		if strings.HasPrefix(filepath.Base(file), "traffic-gateway-api-") {
			l = experimental
		}
		for _, o := range objects {
			complete(t, o)
		}
		l.exam(t, set{filepath.Base(file), objects})
		count(t, "golden files", 1)
	}
	counted(t, 1, "golden files")
	counted(t, 1, always...)
}

// complete gives a Rollout pods where a golden that is about something else left them out.
func complete(t *testing.T, o *unstructured.Unstructured) {
	_, whole, err := unstructured.NestedMap(o.Object, "spec", "template", "spec")
	require.NoError(t, err)
	if whole || o.GetKind() != "Rollout" {
		return
	}
	labels, _, err := unstructured.NestedMap(o.Object, "spec", "selector", "matchLabels")
	require.NoError(t, err)
	require.NoError(t, unstructured.SetNestedMap(o.Object, map[string]any{
		"metadata": map[string]any{"labels": labels},
		"spec":     map[string]any{"containers": []any{map[string]any{"name": "web", "image": "web:1"}}},
	}, "spec", "template"))
	count(t, "of them completed with pods that the golden leaves out", 1)
}
