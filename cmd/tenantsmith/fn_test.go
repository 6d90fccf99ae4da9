package main

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCalled: only a ResourceList on stdin is a call without a word, and its reader gives all of it.
func TestCalled(t *testing.T) {
	list := "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n#" + strings.Repeat("x", 2*peeked)
	r, ok := called(strings.NewReader(list))
	require.True(t, ok)
	all, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, list, string(all))
	for _, in := range []string{"", "kind: Tenant\n", "\x00"} {
		_, ok = called(strings.NewReader(in))
		require.False(t, ok)
	}
	_, ok = called(nil)
	require.False(t, ok)
	terminal, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer terminal.Close()
	_, ok = called(terminal)
	require.False(t, ok)
}

// TestSilentPipe: a pipe to which nobody writes does not keep the help from being shown.
func TestSilentPipe(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	var out strings.Builder
	require.Zero(t, run(t.Context(), []string{}, streams{in: r, out: &out, err: &out}))
	require.Contains(t, out.String(), "Usage:")
}
