package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// blocks draws address blocks within 10.0.0.0/28.
func blocks(t *rapid.T, name string) peer {
	block := func() netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(rapid.IntRange(0, 15).Draw(t, name))}), rapid.IntRange(28, 32).Draw(t, name+" bits")).Masked()
	}
	p := peer{kind: blocked, block: block()}
	for range rapid.IntRange(0, 2).Draw(t, name+" except") {
		p.except = append(p.except, block())
	}
	return p
}

func ports(t *rapid.T, name string) port {
	from := rapid.Int64Range(1, 6).Draw(t, name+" from")
	return port{protocol: "TCP", from: from, to: rapid.Int64Range(from, 6).Draw(t, name+" to")}
}

func (p peer) has(a netip.Addr) bool {
	return p.block.Contains(a) && !slices.ContainsFunc(p.except, func(e netip.Prefix) bool { return e.Contains(a) })
}

// TestRemainderIsExact compares with a count of every address and port.
func TestRemainderIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := allowed{blocks(t, "new"), ports(t, "new")}
		var others []allowed
		for range rapid.IntRange(0, 4).Draw(t, "others") {
			others = append(others, allowed{blocks(t, "old"), ports(t, "old")})
		}
		rest, sure := remainder(a, others)
		require.True(t, sure)
		for n := a.port.from; n <= a.port.to; n++ {
			more := false
			for i := range 16 {
				address := netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})
				known := slices.ContainsFunc(others, func(o allowed) bool { return o.peer.has(address) && o.port.from <= n && n <= o.port.to })
				more = more || a.peer.has(address) && !known
			}
			told := slices.ContainsFunc(rest, func(p port) bool { return p.from <= n && n <= p.to })
			require.Equal(t, more, told, "port %d", n)
		}
	})
}

// world is a namespace whose pods have up to two labels, and what they may reach.
type world struct{ policies []manifest.Object }

func podLabels() []map[string]any {
	var out []map[string]any
	for _, app := range []string{"", "a", "b"} {
		for _, tier := range []string{"", "x", "y"} {
			labels := map[string]any{}
			if app != "" {
				labels["app"] = app
			}
			if tier != "" {
				labels["tier"] = tier
			}
			out = append(out, labels)
		}
	}
	return out
}

func drawSelector(t *rapid.T) map[string]any {
	s := map[string]any{}
	labels := map[string]any{}
	if v := rapid.SampledFrom([]string{"", "", "a", "b"}).Draw(t, "app"); v != "" {
		labels["app"] = v
	}
	if v := rapid.SampledFrom([]string{"", "", "", "x"}).Draw(t, "tier"); v != "" {
		labels["tier"] = v
	}
	if len(labels) > 0 {
		s["matchLabels"] = labels
	}
	switch rapid.IntRange(0, 5).Draw(t, "expression") {
	case 0:
		s["matchExpressions"] = []any{map[string]any{"key": "tier", "operator": "In", "values": []any{"x", "y"}}}
	case 1:
		s["matchExpressions"] = []any{map[string]any{"key": "app", "operator": "Exists"}}
	}
	return s
}

func drawWorld(t *rapid.T) world {
	var w world
	for i := range rapid.IntRange(0, 4).Draw(t, "policies") {
		spec := map[string]any{"podSelector": drawSelector(t), "policyTypes": []any{"Egress"}}
		var rules []any
		for range rapid.IntRange(0, 2).Draw(t, "rules") {
			r := map[string]any{}
			for range rapid.IntRange(0, 2).Draw(t, "peers") {
				p := map[string]any{"podSelector": drawSelector(t)}
				if rapid.Bool().Draw(t, "block") {
					b := blocks(t, "block")
					except := []any{}
					for _, e := range b.except {
						except = append(except, e.String())
					}
					p = map[string]any{"ipBlock": map[string]any{"cidr": b.block.String(), "except": except}}
				}
				r["to"] = append(list(r["to"]), any(p))
			}
			for range rapid.IntRange(0, 2).Draw(t, "ports") {
				p := ports(t, "port")
				r["ports"] = append(list(r["ports"]), any(map[string]any{"port": p.from, "endPort": p.to}))
			}
			rules = append(rules, r)
		}
		spec["egress"] = rules
		w.policies = append(w.policies, manifest.Object{Tree: map[string]any{
			"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": map[string]any{"name": fmt.Sprint("p", i), "namespace": "acme-production"}, "spec": spec,
		}})
	}
	return w
}

func matches(selector any, labels map[string]any) bool {
	for k, v := range child(selector, "matchLabels") {
		if labels[k] != v {
			return false
		}
	}
	for _, e := range list(at(selector, "matchExpressions")) {
		v, there := labels[text(e, "key")]
		if text(e, "operator") == "Exists" && !there || text(e, "operator") == "In" && !slices.Contains(list(at(e, "values")), v) {
			return false
		}
	}
	return true
}

// reach writes down everything that the pods may connect to, by the rules of Kubernetes and no code of ours: other
// pods, addresses, on ports 1 to 6 and one that stands for the others.
func (w world) reach() map[string]bool {
	out := map[string]bool{}
	for _, pod := range podLabels() {
		var rules []any
		cut := false
		for _, p := range w.policies {
			if matches(at(p.Tree, "spec", "podSelector"), pod) {
				cut = true
				rules = append(rules, list(at(p.Tree, "spec", "egress"))...)
			}
		}
		let := func(to string, party func(peer any) bool) {
			for n := range int64(8) {
				if !cut || slices.ContainsFunc(rules, func(r any) bool { return lets(r, n, party) }) {
					out[fmt.Sprint(pod, to, n)] = true
				}
			}
		}
		for _, other := range podLabels() {
			let(fmt.Sprint(other), func(p any) bool { return at(p, "podSelector") != nil && matches(at(p, "podSelector"), other) })
		}
		for i := range 17 { // the last one is in no block
			a := netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})
			let(a.String(), func(p any) bool {
				b := child(p, "ipBlock")
				return b != nil && netip.MustParsePrefix(text(b, "cidr")).Contains(a) &&
					!slices.ContainsFunc(texts(b["except"]), func(e string) bool { return netip.MustParsePrefix(e).Contains(a) })
			})
		}
	}
	return out
}

func lets(rule any, n int64, party func(any) bool) bool {
	to, on := list(at(rule, "to")), list(at(rule, "ports"))
	return (len(to) == 0 || slices.ContainsFunc(to, party)) && (len(on) == 0 || slices.ContainsFunc(on, func(p any) bool {
		return at(p, "port").(int64) <= n && n <= at(p, "endPort").(int64)
	}))
}

// TestNothingOpensUntold: whatever becomes reachable is told, whichever policies bring it about.
func TestNothingOpensUntold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old, new := drawWorld(t), drawWorld(t)
		before, more := old.reach(), ""
		for k := range new.reach() {
			if !before[k] {
				more = k
			}
		}
		risks := risksOf(change(old.policies, new.policies))
		if more != "" {
			require.True(t, slices.ContainsFunc(risks, func(r Risk) bool { return r.Class == OpenedPath }), "%s is reachable", more)
		}
		same := risksOf(change(old.policies, old.policies))
		require.Empty(t, same)
		for _, r := range risks {
			if !strings.Contains(r.Message, "another policy") && !strings.Contains(r.Message, "other rules") {
				require.NotEmpty(t, more, "nothing opens: %s", r.Message)
			}
		}
	})
}
