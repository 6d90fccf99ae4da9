package conformance

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
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
	l := readCRDs(t)
	files, err := filepath.Glob(filepath.Join(root, "generators/testdata/*.golden.yaml"))
	require.NoError(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		l.exam(t, set{filepath.Base(file), parse(t, data)})
		count(t, "golden files", 1)
	}
	counted(t, len(files), "golden files")
	counted(t, 1, always...)
}
