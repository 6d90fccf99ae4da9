package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// What is small, and what is expected, may go.
func TestPruning(t *testing.T) {
	six := []string{"a", "b", "c", "d", "e", "f"}
	for _, c := range []struct {
		tenants     []string
		objects, of int
		allow       int
		want        bool
	}{
		{nil, 0, 0, 0, true},
		{nil, 20, 21, 0, true},
		{six[:1], 20, 21, 0, false},
		{nil, 21, 210, 0, true},
		{nil, 21, 209, 0, false},
		{nil, 21, 209, 20, false},
		{nil, 21, 209, 21, true},
		{six[:5], 100, 1000, 0, true},
		{six, 100, 10000, 0, false},
		{six, 100, 10000, 99, false},
		{six, 100, 10000, 100, true},
	} {
		p := pruning{allow: c.allow}
		err := p.judge(manifest.Loss{Tenants: c.tenants, Objects: c.objects, Of: c.of})
		require.Equal(t, c.want, err == nil, "%+v", c)
		require.Equal(t, c.want, p.lost == nil, "%+v", c)
	}
}
