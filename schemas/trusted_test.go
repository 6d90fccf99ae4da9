package schemas

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlatformPaths(t *testing.T) {
	own := []string{"overrides", "tenantsmith.yaml", "waivers"}
	tests := []struct {
		extend string
		want   []string
		err    string
	}{
		{extend: "", want: own},
		{extend: "  extend: {schemas: [house/cue, house/cue], policies: [rules]}\n", want: []string{"house/cue", "overrides", "rules", "tenantsmith.yaml", "waivers"}},
		{extend: "  extend: {policies: [../x, /y]}\n", want: own},
		{extend: "  extend: 3\n", want: own},
		{extend: "  extend: {policies: [a, .]}\n", err: "tenantsmith.yaml:5:26: spec.extend.policies[1]: . shares a folder with the tenants; give it one of its own"},
		{extend: "  extend: {schemas: [tenants/acme]}\n", err: "tenantsmith.yaml:5:22: spec.extend.schemas[0]: tenants/acme shares a folder with the tenants; give it one of its own"},
	}
	for _, tt := range tests {
		got, err := PlatformPaths(repository(map[string]string{"tenantsmith.yaml": platformWith(tt.extend)}))
		if tt.err != "" {
			require.EqualError(t, err, tt.err)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, tt.want, got)
	}
	for _, files := range []map[string]string{nil, {"tenantsmith.yaml": "a: *b\n"}, {"tenantsmith.yaml/x": ""}} {
		got, err := PlatformPaths(repository(files))
		require.NoError(t, err)
		require.Equal(t, own, got)
	}
	_, err := PlatformPaths(broken{})
	require.ErrorIs(t, err, fs.ErrPermission)
}

type broken struct{}

func (broken) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}
