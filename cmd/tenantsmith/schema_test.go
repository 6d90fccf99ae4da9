package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// TestSchemaFiles: editors read the files beside the samples; `go generate ./...` writes them.
func TestSchemaFiles(t *testing.T) {
	for _, kind := range schemaKinds {
		want, err := schemas.JSONSchema(kind, 2020)
		require.NoError(t, err)
		got, err := os.ReadFile("../../schemas/" + kind + ".schema.json")
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "run go generate ./...")
	}
}
