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
		err := p.judge(manifest.Loss{Tenants: c.tenants, Objects: c.objects, Of: c.of}, nil)
		require.Equal(t, c.want, err == nil, "%+v", c)
		require.Equal(t, c.want, p.lost == nil, "%+v", c)
	}
}

// Tenants that other shards take away count where the shard takes some, too.
func TestPruningInShards(t *testing.T) {
	three, l := []string{"x", "y", "z"}, manifest.Loss{Tenants: []string{"a", "b"}, Objects: 20, Of: 1000}
	var p pruning
	require.NoError(t, p.judge(l, three))
	require.Error(t, p.judge(l, append(three, "zz")))
	require.NoError(t, p.judge(manifest.Loss{Objects: 20, Of: 1000}, append(three, three...)))
	p.allow = 20
	require.NoError(t, p.judge(l, append(three, "zz")))
}
