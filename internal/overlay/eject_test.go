package overlay

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func TestEject(t *testing.T) {
	tree, problems := New(goldenSource(t))
	require.Empty(t, messages(problems))
	files := tree.Files()
	files[manifest.RecordPath("acme")] = []byte("{}")

	plain, err := Eject("acme", files, tree)
	require.NoError(t, err)
	require.Len(t, plain, len(files)-1)
	for name, data := range plain {
		require.NotContains(t, string(data), headed, name)
		require.True(t, bytes.HasSuffix(files[name], data), name)
	}

	for name, data := range files {
		if bytes.Contains(data, []byte("kind: Rollout")) {
			files[name] = bytes.ReplaceAll(data, []byte("kind: Rollout"), []byte("kind: Deployment"))
		}
	}
	_, err = Eject("acme", files, tree)
	require.EqualError(t, err, "eject acme: the files without headers are built to other objects")
}
