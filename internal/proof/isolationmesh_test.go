package proof

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const meshedTenant = `
apiVersion: v1
kind: Namespace
metadata: {name: %[1]s, labels: {pod-security.kubernetes.io/enforce: restricted, istio-injection: enabled}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: %[1]s}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
`

const security = "apiVersion: security.istio.io/v1\nmetadata: {name: x, namespace: acme}\n"

const (
	strictTLS = security + "kind: PeerAuthentication\nspec: {mtls: {mode: STRICT}}\n---\n"
	denyAll   = security + "kind: AuthorizationPolicy\nspec: {}\n---\n"
)

func letting(source string) string {
	return security + "kind: AuthorizationPolicy\nspec: {selector: {matchLabels: {app.kubernetes.io/name: api}}, rules: [{from: [{source: " + source + "}], to: [{operation: {ports: ['80']}}]}]}\n"
}

// meshPair judges acme, which has the objects, and shop beside it.
func meshPair(t *testing.T, objects string, accepts ...Accepted) Isolation {
	at := placed("acme")
	at.Accepts = accepts
	shop := strictTLS + denyAll
	return Isolate([]Enclosure{
		Enclose(at, parsed(t, fmt.Sprintf(meshedTenant, "acme")+objects)),
		Enclose(placed("shop"), parsed(t, fmt.Sprintf(meshedTenant, "shop")+strings.ReplaceAll(shop, "acme", "shop"))),
	}, nil, nil)
}

func TestMesh(t *testing.T) {
	closed := meshPair(t, strictTLS+denyAll)
	require.Empty(t, closed.Breaches)
	require.Empty(t, closed.Doubts)
	require.Equal(t, 2, closed.Meshed)
	require.Subset(t, closed.Assumptions, meshFoundations)
	for _, c := range []struct{ objects, path string }{
		{denyAll, "metadata.name"},
		{denyAll + security + "kind: PeerAuthentication\nspec: {selector: {matchLabels: {a: b}}, mtls: {mode: STRICT}}", "metadata.name"},
		{denyAll + security + "kind: PeerAuthentication\nspec: {mtls: {mode: PERMISSIVE}}", "spec.mtls.mode"},
		{denyAll + security + "kind: PeerAuthentication\nspec: {}", "spec.mtls.mode"},
		{denyAll + strictTLS + security + "kind: PeerAuthentication\nspec: {selector: {matchLabels: {a: b}}, mtls: {mode: DISABLE}}", "spec.mtls.mode"},
		{denyAll + security + "kind: PeerAuthentication\nspec: {mtls: {mode: STRICT}, portLevelMtls: {'80': {mode: PERMISSIVE}}}", `spec.portLevelMtls.80.mode`},
		{strictTLS, "metadata.name"},
		{strictTLS + "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: x, namespace: acme, annotations: {istio.io/dry-run: 'true'}}\nspec: {}", `metadata.annotations["istio.io/dry-run"]`},
		{strictTLS + security + "kind: AuthorizationPolicy\nspec: {action: DENY}", "metadata.name"},
		{strictTLS + letting("{principals: [cluster.local/ns/acme/sa/web]}"), "metadata.name"},
		{strictTLS + denyAll + security + "kind: AuthorizationPolicy\nspec: {rules: [{}]}", "spec.rules[0]"},
		{strictTLS + denyAll + letting("{}"), "spec.rules[0].from[0]"},
		{strictTLS + denyAll + letting("{ipBlocks: [10.0.0.0/8]}"), "spec.rules[0].from[0]"},
		{strictTLS + denyAll + letting("{notNamespaces: [gateways]}"), "spec.rules[0].from[0]"},
		{strictTLS + denyAll + letting("{principals: ['*']}"), "spec.rules[0].from[0]"},
		{strictTLS + denyAll + letting("{principals: [cluster.local/ns/shop/sa/web]}"), "spec.rules[0].from[0]"},
		{strictTLS + denyAll + letting("{principals: [cluster.local/ns/acme/sa/web], namespaces: []}") + "---\n" + letting("{namespaces: [shop]}"), "spec.rules[0].from[0]"},
		{strictTLS + denyAll + letting("{serviceAccounts: [shop/web]}"), "spec.rules[0].from[0]"},
	} {
		found := meshPair(t, c.objects)
		require.Len(t, found.Breaches, 1, c.objects)
		b := found.Breaches[0]
		require.Equal(t, []string{Mesh, "shop", "acme", c.path}, []string{b.Channel, b.From.Tenant, b.To.Tenant, b.Causes[0].Path.String()}, c.objects)
		require.NotEmpty(t, b.Why)
	}
	for _, objects := range []string{
		letting("{principals: [cluster.local/ns/acme/sa/web]}"), letting("{namespaces: [gateways]}"), letting("{serviceAccounts: [web]}"),
		letting("{principals: [cluster.local/ns/gateways/sa/shared], namespaces: [shop]}"), letting("{principals: [shop]}"),
		security + "kind: AuthorizationPolicy\nspec: {action: DENY, rules: [{}]}",
		security + "kind: PeerAuthentication\nspec: {selector: {matchLabels: {a: b}}, mtls: {mode: UNSET}}",
		"apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: x, namespace: acme}\nspec: {egress: [{hosts: [./*, shop/*]}]}",
	} {
		found := meshPair(t, strictTLS+denyAll+objects)
		require.Empty(t, found.Breaches, objects)
		require.Empty(t, found.Doubts, objects)
	}
}

// Who is accepted is let in, and nobody beside.
func TestMeshAccepted(t *testing.T) {
	all := Accepted{Tenant: "shop", Callees: []string{"api", "api-b"}, Ports: []string{"80"}}
	web := Accepted{Tenant: "shop", From: "web", Callees: []string{"api", "api-b"}, Ports: []string{"80"}}
	for _, c := range []struct {
		source string
		accept Accepted
		open   bool
	}{
		{"{namespaces: [shop]}", all, false},
		{"{principals: [cluster.local/ns/shop/sa/any]}", all, false},
		{"{namespaces: [shop]}", web, true},
		{"{principals: [cluster.local/ns/shop/sa/web]}", web, false},
		{"{serviceAccounts: [shop/web]}", web, false},
		{"{principals: [cluster.local/ns/shop/sa/web, cluster.local/ns/shop/sa/job]}", web, true},
		{"{principals: ['cluster.local/ns/shop/sa/*']}", web, true},
		{"{namespaces: [shop]}", Accepted{Tenant: "crm", Callees: []string{"api"}, Ports: []string{"80"}}, true},
		{"{namespaces: [shop]}", Accepted{Tenant: "shop", Callees: []string{"web"}, Ports: []string{"80"}}, true},
		{"{namespaces: [shop]}", Accepted{Tenant: "shop", Callees: []string{"api"}, Ports: []string{"81"}}, true},
		{"{}", all, false}, // the same pods, by another tenant's eyes
	} {
		found := meshPair(t, strictTLS+denyAll+letting(c.source), c.accept)
		require.Equal(t, c.open, len(found.Breaches) > 0, "%+v", c)
	}
	everywhere := security + "kind: AuthorizationPolicy\nspec: {rules: [{from: [{source: {namespaces: [shop]}}]}]}"
	require.Len(t, meshPair(t, strictTLS+everywhere, all).Breaches, 1)
	staging := placed("shop")
	staging.Environment = "staging"
	at := placed("acme")
	at.Accepts = []Accepted{all}
	found := Isolate([]Enclosure{
		Enclose(at, parsed(t, fmt.Sprintf(meshedTenant, "acme")+strictTLS+denyAll+letting("{namespaces: [shop]}"))),
		Enclose(staging, parsed(t, fmt.Sprintf(meshedTenant, "shop")+strings.ReplaceAll(strictTLS+denyAll, "acme", "shop"))),
	}, nil, nil)
	require.Len(t, found.Breaches, 1)
}

func TestMeshDoubts(t *testing.T) {
	for _, objects := range []string{
		denyAll + strictTLS + security + "kind: AuthorizationPolicy\nspec: {targetRefs: [{kind: Service, name: a}], rules: [{}]}",
		denyAll + strictTLS + security + "kind: AuthorizationPolicy\nspec: {rules: [{when: [{key: source.namespace, values: [acme]}]}]}",
	} {
		found := meshPair(t, objects)
		require.Empty(t, found.Breaches, objects)
		require.Len(t, found.Doubts, 1, objects)
	}
	outside := Isolate([]Enclosure{enclosed(t, "acme", strictTLS+letting("{}")), enclosed(t, "shop", "")}, nil, nil)
	require.Empty(t, outside.Breaches, "rules of a mesh without one open nothing")
	require.Len(t, outside.Doubts, 1)
	require.Zero(t, outside.Meshed)
}

func TestMembersOfAMesh(t *testing.T) {
	for labels, want := range map[string]bool{
		"istio-injection: enabled": true, "istio-injection: disabled": false, "istio.io/rev: stable": true, "{}": false,
		"istio.io/dataplane-mode: ambient": true, "istio.io/dataplane-mode: none": false,
	} {
		o := parsed(t, "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: acme\n  labels:\n    a: b\n    "+strings.ReplaceAll(labels, "{}", "c: d"))
		e := Enclose(placed("acme"), o)
		require.Equal(t, want, e.mesh.member, labels)
	}
}

// Probes of an ambient mesh come from addresses that no pod has.
func TestHostProbesAreNoPods(t *testing.T) {
	const open = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: open, namespace: acme}\nspec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: '%s'}}]}]}"
	for cidr, want := range map[string]int{"169.254.7.127/32": 0, "fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128": 0, "169.254.0.0/16": 1} {
		found := Isolate([]Enclosure{enclosed(t, "acme", fmt.Sprintf(open, cidr)), enclosed(t, "shop", "")}, nil, nil)
		require.Len(t, found.Breaches, want, cidr)
	}
}

func TestExportedRoutes(t *testing.T) {
	for _, c := range []struct {
		kind, spec string
		open       bool
	}{
		{"VirtualService", "{hosts: [api.example.com]}", true},
		{"VirtualService", "{hosts: [api.example.com], exportTo: [.]}", false},
		{"VirtualService", "{hosts: [api.example.com], exportTo: [., shop]}", true},
		{"VirtualService", "{hosts: [api.example.com], exportTo: [., gateways]}", false},
		{"VirtualService", "{hosts: [web.acme.svc.cluster.local]}", false},
		{"VirtualService", "{hosts: [web]}", false},
		{"DestinationRule", "{host: api.example.com, exportTo: ['*']}", true},
		{"DestinationRule", "{host: api.example.com, exportTo: [acme]}", false},
		{"ServiceEntry", "{hosts: [api.example.com]}", true},
		{"ServiceEntry", "{hosts: [api.example.com], exportTo: [.]}", false},
	} {
		o := "apiVersion: networking.istio.io/v1\nkind: " + c.kind + "\nmetadata: {name: x, namespace: acme}\nspec: " + c.spec
		found := Isolate([]Enclosure{enclosed(t, "acme", o), enclosed(t, "shop", "")}, nil, nil)
		require.Equal(t, c.open, len(found.Breaches) > 0, "%s %s", c.kind, c.spec)
	}
}

// meshRule is a rule as the naive judge reads it.
type meshRule struct{ principals, namespaces, accounts []string }

// meshTenancy is a tenant as the naive judge sees it: modes of its PeerAuthentication, and policies by the service that they are
// for, empty for all pods.
type meshTenancy struct {
	name, mode string
	policies   map[string][]meshRule
	accepts    []Accepted
}

func (v meshTenancy) enclosure(t *testing.T) Enclosure {
	at := placed(v.name)
	at.Accepts = v.accepts
	objects := parsed(t, fmt.Sprintf(meshedTenant, v.name))
	add := func(kind, name string, spec map[string]any) {
		objects = append(objects, manifest.Object{Tree: map[string]any{"apiVersion": "security.istio.io/v1", "kind": kind,
			"metadata": map[string]any{"name": name, "namespace": v.name}, "spec": spec}})
	}
	if v.mode != "" {
		add("PeerAuthentication", "default", map[string]any{"mtls": map[string]any{"mode": v.mode}})
	}
	for service, rules := range v.policies {
		spec := map[string]any{}
		if service != "" {
			spec["selector"] = map[string]any{"matchLabels": map[string]any{serviceLabel: service}}
		}
		var all []any
		for _, r := range rules {
			source := map[string]any{}
			for field, names := range map[string][]string{"principals": r.principals, "namespaces": r.namespaces, "serviceAccounts": r.accounts} {
				var l []any
				for _, n := range names {
					l = append(l, n)
				}
				if l != nil {
					source[field] = l
				}
			}
			all = append(all, map[string]any{"from": []any{map[string]any{"source": source}},
				"to": []any{map[string]any{"operation": map[string]any{"ports": []any{"80"}}}}})
		}
		if all != nil {
			spec["rules"] = all
		}
		add("AuthorizationPolicy", "p"+service, spec)
	}
	return Enclose(at, objects)
}

// glob compares letter by letter, in other words than the judge.
func glob(pattern, value string) bool {
	if i := strings.Index(pattern, "*"); i >= 0 {
		head, tail := pattern[:i], pattern[i+1:]
		return len(value) >= len(head)+len(tail) && value[:len(head)] == head && value[len(value)-len(tail):] == tail
	}
	return pattern == value
}

func anyOf(names []string, value string) bool {
	for _, n := range names {
		if glob(n, value) {
			return true
		}
	}
	return len(names) == 0
}

// reached tries every account of the caller at every pod of the called, as Istio decides, and reports whether one gets in that
// is not accepted.
func reached(from, to meshTenancy) bool {
	if to.mode != "STRICT" {
		return true
	}
	for _, pod := range []string{"api", "web", "other"} {
		for _, account := range []string{"web", "job", "xyz"} {
			applies, allowed := false, false
			for service, rules := range to.policies {
				if service != "" && service != pod {
					continue
				}
				applies = true
				for _, r := range rules {
					for _, domain := range []string{"cluster.local", "example.org"} {
						allowed = allowed || anyOf(r.principals, domain+"/ns/"+from.name+"/sa/"+account) && anyOf(r.namespaces, from.name) &&
							anyOf(r.accounts, from.name+"/"+account)
					}
				}
			}
			welcome := false
			for _, a := range to.accepts {
				welcome = welcome || a.Tenant == from.name && a.Callees[0] == pod && (a.From == "" || a.From == account)
			}
			if (!applies || allowed) && !welcome {
				return true
			}
		}
	}
	return false
}

func (d dice) meshTenancy(name string) meshTenancy {
	v := meshTenancy{name: name, mode: d.one("STRICT", "STRICT", "STRICT", "STRICT", "STRICT", "STRICT", "STRICT", "PERMISSIVE", ""), policies: map[string][]meshRule{}}
	if d.IntN(8) > 0 {
		v.policies[""] = nil
	}
	namespaces := []string{"ta", "tb", "gw"}
	for range d.IntN(3) {
		var r meshRule
		for range d.IntN(2) {
			r.principals = append(r.principals, d.one("cluster.local", "example.org", "cluster.local", "*", "*ple.org")+"/ns/"+d.one(namespaces...)+"/sa/"+d.one("web", "web", "job"))
		}
		if d.IntN(8) == 0 {
			r.principals = append(r.principals, d.one("*", "cluster.local/ns/t*", "cluster.local/*", "*/sa/web", "*a/sa/web", "*s/ta/sa/job", "cluster.local/ns/tb/*", "cluster.local/ns/ta/sa/w*", "x/y"))
		}
		if d.IntN(3) == 0 {
			r.namespaces = append(r.namespaces, d.one("ta", "tb", "gw", "gw", "t*", "*b", "*"))
		}
		if len(r.principals)+len(r.namespaces) == 0 && d.IntN(3) == 0 { // Istio takes them alone
			r.accounts = append(r.accounts, d.one(namespaces...)+"/"+d.one("web", "job"))
		}
		if len(r.principals)+len(r.namespaces)+len(r.accounts) == 0 && d.IntN(4) > 0 {
			r.namespaces = []string{"gw"}
		}
		service := d.one("api", "web", "api", "web", "")
		v.policies[service] = append(v.policies[service], r)
	}
	for range d.IntN(2) {
		v.accepts = append(v.accepts, Accepted{Tenant: d.one("ta", "tb"), From: d.one("", "web", "job"), Callees: []string{d.one("api", "web")}, Ports: []string{"80"}})
	}
	return v
}

// TestMeshAgainstNaiveJudge compares the verdicts on random tenants.
func TestMeshAgainstNaiveJudge(t *testing.T) {
	counts := map[bool]int{}
	for seed := range uint64(4000) {
		d := dice{rand.New(rand.NewPCG(seed, 7))}
		a, b := d.meshTenancy("ta"), d.meshTenancy("tb")
		found := map[string]bool{}
		for _, breach := range Isolate([]Enclosure{a.enclosure(t), b.enclosure(t)}, nil, nil).Breaches {
			found[breach.From.Tenant] = true
		}
		for _, pair := range [][2]meshTenancy{{a, b}, {b, a}} {
			want := reached(pair[0], pair[1])
			require.Equal(t, want, found[pair[0].name], "seed %d: %+v to %+v", seed, pair[0], pair[1])
			counts[want]++
		}
	}
	require.Greater(t, min(counts[true], counts[false]), 1000, "the dice never say the same")
}

// BenchmarkIsolateMesh reads and judges 1,000 meshed tenants with eight services each, that call each other in a ring.
func BenchmarkIsolateMesh(b *testing.B) {
	objects, places := make([][]manifest.Object, 1000), make([]Place, 1000)
	for i := range objects {
		name, before := fmt.Sprintf("tenant-%d", i), fmt.Sprintf("tenant-%d", (i+999)%1000)
		text := fmt.Sprintf(meshedTenant, name) + strictTLS + denyAll
		for k := range 8 {
			rule := "{from: [{source: {principals: [cluster.local/ns/" + name + "/sa/a, cluster.local/ns/" + before + "/sa/web]}}], to: [{operation: {ports: ['80']}}]}"
			text += security + fmt.Sprintf("kind: AuthorizationPolicy\nspec: {selector: {matchLabels: {app.kubernetes.io/name: s%d}}, rules: [%s, %s]}\n---\n", k, rule, rule)
		}
		objects[i], places[i] = parsed(b, strings.ReplaceAll(text, "namespace: acme", "namespace: "+name)), placed(name)
		for k := range 8 {
			places[i].Accepts = append(places[i].Accepts, Accepted{Tenant: before, From: "web", Callees: []string{fmt.Sprintf("s%d", k)}, Ports: []string{"80"}})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		all := make([]Enclosure, len(objects))
		for i := range objects {
			all[i] = Enclose(places[i], objects[i])
		}
		found := Isolate(all, nil, nil)
		require.Empty(b, found.Breaches)
		require.Equal(b, 1000, found.Meshed)
	}
}
