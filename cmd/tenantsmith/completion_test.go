package main

import (
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// TestCompletesServices: behind one tenant, its services and the fields of them; nothing where there is none.
func TestCompletesServices(t *testing.T) {
	w := &workspace{dir: "../.."}
	for _, row := range []struct{ usage, args, word, want string }{
		{"TENANT SERVICE", "", "corner", "corner-shop"},
		{"TENANT SERVICE", "corner-shop", "", "orders web"},
		{"TENANT SERVICE", "corner-shop", "w", "web"},
		{"TENANT SERVICE", "corner-shop web", "", ""},
		{"TENANT FIELD | FILE:LINE", "corner-shop", "spec.services.o", "spec.services.orders"},
		{"TENANT SERVICE", "acme-corp", "", "api mailer shop"},
		{"TENANT SERVICE", "pet-project", "", ""},
		{"TENANT SERVICE", "../corner-shop", "", ""},
		{"TENANT [--to REV]", "corner-shop", "", ""},
	} {
		got, _ := w.arguments(strings.Fields(row.usage))(nil, strings.Fields(row.args), row.word)
		require.Equal(t, row.want, strings.Join(got, " "), row)
	}
}

// TestFormatsComplete: every format that the shell proposes is one that the command knows.
func TestFormatsComplete(t *testing.T) {
	dir, seen := t.TempDir(), 0
	require.NoError(t, os.Mkdir(dir+"/tenants", 0o755))
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		if f := cmd.Flags().Lookup("format"); f != nil {
			for _, format := range proposed(t, cmd, f) {
				var out strings.Builder
				args := append(strings.Fields(cmd.CommandPath())[1:], "-C", dir, "--format", format)
				run(t.Context(), args, streams{out: &out, err: &out})
				require.NotContains(t, out.String(), "unknown format", args)
				seen++
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newRootCmd(streams{}))
	require.Greater(t, seen, 20)
}

func proposed(t *testing.T, cmd *cobra.Command, f *pflag.Flag) []string {
	complete, ok := cmd.GetFlagCompletionFunc(f.Name)
	require.True(t, ok, cmd.CommandPath())
	formats, _ := complete(cmd, nil, "")
	return formats
}
