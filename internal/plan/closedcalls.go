package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// endpoint is a workload as those see it that it calls, and that call it.
type endpoint struct {
	kind, name string
	labels     map[string]string
	account    string
	ports      []namedPort
}

// namedPort is a port of a container.
type namedPort struct {
	port
	alias string
}

// mostEndpoints bounds how many workloads are compared with each other.
const mostEndpoints = 200

// closedCalls tells of workloads of the namespace that could call one another before and cannot any more: by network
// policies or by those of a mesh. Workloads that come or go are passed over; what a policy of another kind forbids is not
// seen.
func (c *comparison) closedCalls() {
	if !slices.ContainsFunc(c.pairs, func(p pair) bool { return p.kind == networkPolicy || p.kind == istio+"AuthorizationPolicy" }) {
		return
	}
	old, new := newCalls(c.Old), newCalls(c.New)
	if old == nil || new == nil {
		return
	}
	for i, callee := range new.ends {
		was := old.find(callee)
		if was == nil {
			continue
		}
		shut := map[string][]string{} // callers by ports
		for j, caller := range new.ends {
			if before := old.find(caller); i != j && before != nil {
				if ports := closedPorts(old, new, *before, *was, caller, callee); ports != "" {
					shut[ports] = append(shut[ports], caller.name)
				}
			}
		}
		c.shut(callee, shut)
	}
}

// shut tells who cannot call a workload any more.
func (c *comparison) shut(callee endpoint, shut map[string][]string) {
	for _, ports := range keysIn(shut) {
		names := shut[ports]
		slices.Sort(names)
		if rest := len(names) - mostCallers; rest > 0 {
			names = append(names[:mostCallers], fmt.Sprintf("%d more", rest))
		}
		c.risk(ClosedPath, c.graver(manifest.Low, manifest.Medium), c.policyPair(), manifest.Path{"spec"},
			fmt.Sprintf("%s can no longer connect to %s at %s", strings.Join(names, ", "), callee.name, ports), "a caller that needs it names it under calls")
	}
}

// policyPair is the first change of a policy.
func (c *comparison) policyPair() *pair {
	i := slices.IndexFunc(c.pairs, func(p pair) bool { return p.kind == networkPolicy })
	if i < 0 {
		i = slices.IndexFunc(c.pairs, func(p pair) bool { return p.kind == istio+"AuthorizationPolicy" })
	}
	return &c.pairs[i]
}

func keysIn(m map[string][]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// closedPorts are the ports of the callee that were open to the caller before and are not any more.
func closedPorts(old, new *calls, callerWas, calleeWas, caller, callee endpoint) string {
	var out []string
	for _, p := range callee.ports {
		had := slices.ContainsFunc(calleeWas.ports, func(q namedPort) bool { return q.port == p.port })
		if had && old.open(callerWas, calleeWas, p) && !new.open(caller, callee, p) {
			out = append(out, p.port.String())
		}
	}
	return strings.Join(out, ", ")
}

// calls are the workloads of one side, and what decides who may call whom.
type calls struct {
	ends            []endpoint
	namespace       map[string]string // labels
	ingress, egress []policy
	mesh            []meshPolicy
	space           string
}

// meshPolicy is an authorization policy that allows.
type meshPolicy struct {
	pods   selector
	allows []admission
	// unread tells of rules that say more than who and at which port.
	unread bool
}

// newCalls reads a side; nil for one with too much to compare.
func newCalls(s *Side) *calls {
	n := newNeutral(s.Namespace)
	out := &calls{space: s.Namespace, namespace: map[string]string{"kubernetes.io/metadata.name": n.text(s.Namespace)}}
	var few, alsoFew bool
	if out.ingress, few = ways[0].policies(s); !few {
		return nil
	}
	if out.egress, alsoFew = ways[1].policies(s); !alsoFew {
		return nil
	}
	for i := range s.Objects {
		o := &s.Objects[i]
		switch kind := kindOf(o.Key()); {
		case kind == "Namespace" && o.Name() == s.Namespace:
			for k, v := range labelsOf(o.Tree, n) {
				out.namespace[k] = v
			}
		case o.Namespace() != s.Namespace:
		case kind == istio+"AuthorizationPolicy" && cmp.Or(text(o.Tree, "spec", "action"), "ALLOW") == "ALLOW":
			allows, others := admissions(o.Tree)
			out.mesh = append(out.mesh, meshPolicy{newSelector(at(o.Tree, "spec", "selector"), n), allows, len(others) > 0})
		default:
			out.add(kind, o, n)
		}
	}
	if len(out.ends) > mostEndpoints {
		return nil
	}
	slices.SortFunc(out.ends, func(a, b endpoint) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind)) })
	return out
}

// add takes in a workload.
func (c *calls) add(kind string, o *manifest.Object, n neutral) {
	way, ok := templates[kind]
	if !ok {
		return
	}
	template := under(o.Tree, way)
	e := endpoint{kind: kind, name: o.Name(), labels: labelsOf(template, n), account: cmp.Or(text(template, "spec", "serviceAccountName"), "default")}
	for _, container := range containers(child(template, "spec"), "containers") {
		for _, v := range list(container.tree["ports"]) {
			number := count(at(v, "containerPort"), 0)
			e.ports = append(e.ports, namedPort{port{protocol: cmp.Or(text(v, "protocol"), "TCP"), from: number, to: number}, text(v, "name")})
		}
	}
	c.ends = append(c.ends, e)
}

func labelsOf(tree any, n neutral) map[string]string {
	out := map[string]string{}
	for k, v := range child(tree, "metadata", "labels") {
		out[n.text(k)] = n.text(fmt.Sprint(v))
	}
	return out
}

// find returns the same workload on this side.
func (c *calls) find(e endpoint) *endpoint {
	for i := range c.ends {
		if c.ends[i].kind == e.kind && c.ends[i].name == e.name {
			return &c.ends[i]
		}
	}
	return nil
}

// open reports whether nothing that is read here keeps a caller from a port.
func (c *calls) open(caller, callee endpoint, p namedPort) bool {
	return c.lets(c.egress, caller, callee, p) && c.lets(c.ingress, callee, caller, p) && c.meshed(caller, callee, p)
}

// lets reports whether policies for the pods of one end let the other through at a port.
func (c *calls) lets(policies []policy, of, peer endpoint, p namedPort) bool {
	cut := false
	for _, policy := range policies {
		if !policy.pods.has(of.labels) {
			continue
		}
		cut = true
		if slices.ContainsFunc(policy.allows, func(a allowed) bool { return c.is(a.peer, peer) && p.within(a.port) }) {
			return true
		}
	}
	return !cut
}

// is reports whether a party holds the pods of a workload of the namespace. A block of all addresses does so for some
// networks.
func (c *calls) is(p peer, e endpoint) bool {
	switch p.kind {
	case anybody, unread:
		return true
	case blocked:
		return p.block.Bits() == 0
	}
	return (p.namespaces == nil || p.namespaces.has(c.namespace)) && p.pods.has(e.labels)
}

func (p namedPort) within(allowed port) bool {
	return allowed.covers(p.port) || allowed.name != "" && allowed.name == p.alias && allowed.protocol == p.protocol
}

// meshed reports whether the policies of the mesh allow a call: all do where none that allows selects the callee.
func (c *calls) meshed(caller, callee endpoint, p namedPort) bool {
	cut := false
	for _, m := range c.mesh {
		if !m.pods.has(callee.labels) {
			continue
		}
		cut = true
		if m.unread || slices.ContainsFunc(m.allows, func(a admission) bool { return a.admits(c.space, caller.account, p) }) {
			return true
		}
	}
	return !cut
}

// admits reports whether an admission is for an account of a namespace at a port.
func (a admission) admits(namespace, account string, p namedPort) bool {
	id := "/ns/" + namespace + "/sa/" + account
	known := func(name string) bool {
		return name == "*" || name == "namespace "+namespace || strings.HasSuffix(name, id) || strings.HasSuffix(name, "*")
	}
	return (a.name == "" || known(a.name)) && !slices.ContainsFunc(a.but, known) && (a.port == "" || a.port == fmt.Sprint(p.from))
}

// has reports whether labels have what the selector needs.
func (s selector) has(labels map[string]string) bool {
	return !slices.ContainsFunc(s, func(n need) bool {
		value, there := labels[n.key]
		switch n.operator {
		case "In":
			return !there || !slices.Contains(n.values, value)
		case "NotIn":
			return there && slices.Contains(n.values, value)
		case "Exists":
			return !there
		case "DoesNotExist":
			return there
		}
		return true
	})
}
