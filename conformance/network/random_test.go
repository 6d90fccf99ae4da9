package network

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/tenantsmith/tenantsmith/internal/proof"
)

const (
	sets    = "random sets of policies"
	opened  = "ordered pairs that both find open"
	closed  = "ordered pairs that both find closed"
	letting = "connections of our counterexamples that np-guard lets through"
	blocks  = "of them through an address block, which np-guard is told to be all pods"
	between = "ordered pairs that only an agreed call opens, to both"
)

// TestRandom asks np-guard about 1,000 random sets: the verdicts on every pair are the same, and every counterexample of ours
// is a connection that np-guard lets through.
func TestRandom(t *testing.T) {
	d := dice{Rand: rand.New(rand.NewPCG(31, 7))}
	for round := range 1000 {
		d.plain = round%3 == 0
		c := newComparison(t, d.fleet(), d.some(vocabulary(), 6))
		for a := range c.places {
			for b := range c.places {
				if a != b {
					c.pair(t, a, b)
				}
			}
		}
		count(t, sets, 1)
	}
	counted(t, 1000, sets, opened, closed, letting)
	counted(t, 100, blocks, between)
}

// comparison is a set that both judges look at.
type comparison struct {
	places []place
	tried  int // pods of the vocabulary in each place; those after them are of counterexamples
	found  map[[2]int][]proof.Breach
	beside map[[2]int][]proof.Breach // beside agreed calls of service a to service b
	pods   map[*proof.Sample][2]*corev1.Pod
	guard
}

// newComparison gives every place a pod for all labels that matter, and the pods of our counterexamples.
func newComparison(t *testing.T, places []place, words []map[string]string) comparison {
	c := comparison{places: places, found: map[[2]int][]proof.Breach{}, beside: map[[2]int][]proof.Breach{}, pods: map[*proof.Sample][2]*corev1.Pod{}}
	spoken := names(places...)
	for i := range places {
		for n, labels := range words {
			// The port that the names stand for differs, so that named ports meet numbers, or do not.
			places[i].pod(fmt.Sprintf("tried-%02d", n), labels, called(spoken, []int32{80, 7, 90}[n%3], []corev1.Protocol{"TCP", "UDP"}[n/3%2])...)
		}
	}
	c.tried = len(words)
	all := make([]proof.Enclosure, len(places))
	for i := range places {
		all[i] = places[i].enclosure()
	}
	call := proof.Agreed{From: 0, To: 1, Callers: []string{"a"}, Callees: []string{"b"}}
	for a := range places {
		for b := range places {
			if a == b {
				continue
			}
			at := [2]int{a, b}
			c.found[at], c.beside[at] = ours(t, all[a], all[b]), ours(t, all[a], all[b], call)
			for _, list := range [][]proof.Breach{c.found[at], c.beside[at]} {
				for _, x := range list {
					require.NotNil(t, x.Sample, x.Message)
					n := fmt.Sprintf("sample-%d", len(c.pods))
					c.pods[x.Sample] = [2]*corev1.Pod{places[a].pod(n+"-from", x.Sample.Caller), places[b].pod(n+"-to", x.Sample.Called, called(spoken, int32(x.Sample.Port), corev1.Protocol(x.Sample.Protocol))...)}
				}
			}
		}
	}
	c.guard = newGuard(t, places)
	return c
}

// pair holds both judges against each other on one ordered pair, without and with an agreed call.
func (c comparison) pair(t *testing.T, a, b int) {
	at := [2]int{a, b}
	if len(c.found[at]) == 0 || len(c.beside[at]) == 0 {
		connected, uncalled := c.reaches(t, c.places[a], c.places[b])
		require.False(t, connected && len(c.found[at]) == 0, "np-guard lets pods through from %d to %d:\n%s", a, b, c)
		require.False(t, uncalled, "np-guard lets pods through from %d to %d beside the call:\n%s", a, b, c)
	}
	for _, x := range append(c.found[at], c.beside[at]...) {
		pods := c.pods[x.Sample]
		require.True(t, c.lets(t, pods[0], pods[1], corev1.Protocol(x.Sample.Protocol), int32(x.Sample.Port)), "np-guard does not let it through from %d to %d: %s\n%+v\n%s", a, b, x.Message, x.Sample, c)
		count(t, letting, 1)
		if c.blocked(t, x) {
			count(t, blocks, 1)
		}
	}
	for _, x := range c.beside[at] {
		require.False(t, x.Sample.Caller[service] == "a" && x.Sample.Called[service] == "b", "%s: %+v is the agreed call", x.Message, x.Sample)
	}
	switch {
	case len(c.found[at]) == 0:
		count(t, closed, 1)
	case len(c.beside[at]) == 0:
		count(t, between, 1)
		count(t, opened, 1)
	default:
		count(t, opened, 1)
	}
}

// reaches reports whether np-guard lets any of the tried pods reach another, and whether any beside the agreed call.
func (c comparison) reaches(t *testing.T, from, to place) (connected, uncalled bool) {
	for _, caller := range from.pods[:c.tried] {
		for _, called := range to.pods[:c.tried] {
			if c.connects(t, caller, called) {
				connected = true
				if caller.Labels[service] != "a" || called.Labels[service] != "b" {
					return true, true
				}
			}
		}
	}
	return connected, false
}

// blocked reports whether an address block is among the causes.
func (c comparison) blocked(t *testing.T, x proof.Breach) bool {
	for _, p := range c.places {
		for _, cause := range x.Causes {
			if cause.Object.Namespace == p.namespace && block(t, p, cause) != nil {
				return true
			}
		}
	}
	return false
}

// String is the set, for whoever has to find the mistake.
func (c comparison) String() string {
	out := ""
	for _, p := range c.places {
		text, _ := yaml.Marshal(p.policies)
		out += fmt.Sprintf("%s %v\n%s\n", p.namespace, p.labels, text)
	}
	return out
}
