package report

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestIsolationSentence: channels of which there is nothing are counted, and nothing is said of none.
func TestIsolationSentence(t *testing.T) {
	p := &IsolationProof{Places: 2, Pairs: 2, Channels: []Channel{{Name: "network", Examined: true}}}
	require.Equal(t, "2 places of tenants, 2 pairs: no counterexample; every channel is examined", p.Sentence())
	p.Channels = append(p.Channels, Channel{Name: "mesh"})
	require.Equal(t, "2 places of tenants, 2 pairs: no counterexample; 1 channel is not examined", p.Sentence())
	p.Doubts = []DoubtAt{{}}
	require.Equal(t, "2 places of tenants, 2 pairs: 1 doubt", p.Sentence())
}
