package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestServiceWorkflow: docs/ci/service.yml is the workflow of a sample. The tests of tools/act hold it against
// actionlint, and its actions against all others.
func TestServiceWorkflow(t *testing.T) {
	const page = "../../docs/ci/service.yml"
	var out, errs bytes.Buffer
	args := []string{"workflow", "acme-corp", "--platform", "example/platform", "-C", "../.."}
	require.Zero(t, run(t.Context(), args, streams{out: &out, err: &errs}), errs.String())
	if *update {
		require.NoError(t, os.WriteFile(page, out.Bytes(), 0o644))
	}
	want, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String(), "run go test ./cmd/tenantsmith -update")
}
