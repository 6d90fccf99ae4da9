package manifest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The text that is put in is what a record with a source is written as.
func TestSourced(t *testing.T) {
	for name, r := range map[string]Record{
		"small":         {Tenant: "acme", Version: "1.2.3"},
		"no version":    {Tenant: "acme"},
		"odd version":   {Tenant: "acme", Version: "\n  \"source\": \"x\",\n\"<"},
		"with contents": {Tenant: "acme", Version: "1", Claims: []string{"host:b", "host:a"}, Files: map[string]string{"tenants/acme/source": "x"}},
	} {
		plain := r.Bytes()
		require.Equal(t, string(plain), string(Unsourced(plain)), name)
		for _, source := range [][2]string{{"0123", "2026-01-02T03:04:05Z"}, {"0123", ""}, {"", ""}} {
			r.Source, r.SourceTime = source[0], source[1]
			require.Equal(t, string(r.Bytes()), string(Sourced(plain, source[0], source[1])), name)
			require.Equal(t, string(r.Bytes()), string(Sourced(Sourced(plain, "older", "old"), source[0], source[1])), name)
			require.Equal(t, string(plain), string(Unsourced(r.Bytes())), name)
		}
	}
	require.Equal(t, "no record", string(Sourced([]byte("no record"), "x", "y")))
}
