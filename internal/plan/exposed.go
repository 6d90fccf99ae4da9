package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// exposedService tells of Services that are newly open to what is outside of the cluster.
func exposedService(c *comparison, p *pair) {
	if p.kind() != "Service" || p.new == nil {
		return
	}
	old, new := p.trees()
	before, after := text(old, "spec", "type"), text(new, "spec", "type")
	if before != after {
		switch after {
		case "LoadBalancer":
			c.risk(OpenedPath, manifest.High, p, manifest.Path{"spec", "type"}, "the cloud gives the Service an address of its own, beside the gateway and its rules", "expose the service through the gateway")
		case "NodePort":
			c.risk(OpenedPath, manifest.High, p, manifest.Path{"spec", "type"}, "the Service listens on a port of every node", "expose the service through the gateway")
		case "ExternalName":
			c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", "type"}, fmt.Sprintf("the name of the Service now leads to %s", text(new, "spec", "externalName")), "")
		}
	}
	for _, address := range added(texts(at(old, "spec", "externalIPs")), texts(at(new, "spec", "externalIPs"))) {
		c.risk(OpenedPath, manifest.High, p, manifest.Path{"spec", "externalIPs"}, "the Service takes over the address "+address, "")
	}
	c.widerSources(p, before, after)
}

// widerSources tells of a load balancer that lets more addresses in.
func (c *comparison) widerSources(p *pair, before, after string) {
	const balancer = "LoadBalancer"
	if before != balancer || after != balancer || p.moved {
		return
	}
	path := manifest.Path{"spec", "loadBalancerSourceRanges"}
	old, new := texts(at(p.old.Tree, "spec", "loadBalancerSourceRanges")), texts(at(p.new.Tree, "spec", "loadBalancerSourceRanges"))
	if len(old) > 0 && len(new) == 0 {
		c.risk(OpenedPath, manifest.High, p, path, "the load balancer now lets everybody in", "")
		return
	}
	for _, r := range added(old, new) {
		if len(old) > 0 {
			c.risk(OpenedPath, manifest.Medium, p, path, "the load balancer now lets in "+r, "")
		}
	}
}

// added are the strings of the second list that the first has not, each once.
func added(old, new []string) []string {
	var out []string
	for _, s := range new {
		if !slices.Contains(old, s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// hostsOf says where the kinds that lead traffic from outside name their hosts.
var hostsOf = map[string]func(tree any) []string{
	"networking.k8s.io/Ingress": func(tree any) []string {
		var out []string
		for _, r := range list(at(tree, "spec", "rules")) {
			out = append(out, text(r, "host"))
		}
		if at(tree, "spec", "defaultBackend") != nil {
			out = append(out, "")
		}
		return out
	},
	"gateway.networking.k8s.io/HTTPRoute": hostnames, "gateway.networking.k8s.io/GRPCRoute": hostnames, "gateway.networking.k8s.io/TLSRoute": hostnames,
	"networking.istio.io/VirtualService": func(tree any) []string {
		gateways := texts(at(tree, "spec", "gateways"))
		if len(added([]string{"mesh"}, gateways)) == 0 {
			return nil // inside of the mesh only
		}
		return texts(at(tree, "spec", "hosts"))
	},
	"networking.istio.io/Gateway": func(tree any) []string {
		var out []string
		for _, s := range list(at(tree, "spec", "servers")) {
			out = append(out, texts(at(s, "hosts"))...)
		}
		return out
	},
	"gateway.networking.k8s.io/Gateway": func(tree any) []string {
		var out []string
		for _, l := range list(at(tree, "spec", "listeners")) {
			out = append(out, text(l, "hostname"))
		}
		return out
	},
}

// hostnames are those of a route; none are all of its gateway. One whose parent is a Service leads traffic inside of
// the cluster.
func hostnames(tree any) []string {
	parents := list(at(tree, "spec", "parentRefs"))
	if len(parents) > 0 && !slices.ContainsFunc(parents, func(p any) bool { return text(p, "kind") != "Service" }) {
		return nil
	}
	if hosts := texts(at(tree, "spec", "hostnames")); len(hosts) > 0 {
		return hosts
	}
	return []string{""}
}

// openedHosts tells of hosts that newly lead into the environment, whatever kind of object leads them.
func (c *comparison) openedHosts() {
	if !slices.ContainsFunc(c.pairs, func(p pair) bool { return p.new != nil && hostsOf[p.kind()] != nil }) {
		return
	}
	known := map[string]bool{}
	for i := range c.Old.Objects {
		for _, h := range hosts(&c.Old.Objects[i]) {
			known[h] = true
		}
	}
	for i := range c.pairs {
		p := &c.pairs[i]
		if p.new == nil {
			continue
		}
		for _, h := range hosts(p.new) {
			if known[h] {
				continue
			}
			known[h] = true
			name, severity := h, manifest.Low
			if h == "" || h == "*" {
				name, severity = "every host of the gateway", manifest.Medium
			}
			c.risk(OpenedPath, severity, p, manifest.Path{"spec"}, fmt.Sprintf("%s now leads into the namespace", name), "")
		}
	}
}

func hosts(o *manifest.Object) []string {
	if of := hostsOf[kindOf(o.Key())]; of != nil {
		return of(o.Tree)
	}
	return nil
}

// grantedReference tells of references that other namespaces may newly make.
func grantedReference(c *comparison, p *pair) {
	if p.kind() != "gateway.networking.k8s.io/ReferenceGrant" || p.new == nil || p.moved {
		return
	}
	old, new := p.trees()
	from, to := elements(at(old, "spec", "from")), elements(at(new, "spec", "from"))
	for key, v := range to {
		if _, ok := from[key]; !ok {
			c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", "from"}, fmt.Sprintf("a %s of namespace %s may now refer to objects of this one", text(v, "kind"), text(v, "namespace")), "")
		}
	}
	from, to = elements(at(old, "spec", "to")), elements(at(new, "spec", "to"))
	for key, v := range to {
		if _, ok := from[key]; !ok {
			what := "every " + text(v, "kind")
			if name := text(v, "name"); name != "" {
				what = text(v, "kind") + " " + name
			}
			c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", "to"}, what+" may now be referred to from another namespace", "")
		}
	}
}

// elements are those of a list by their content.
func elements(v any) map[string]any {
	out := map[string]any{}
	for _, e := range list(v) {
		out[string(plain(e))] = e
	}
	return out
}

// more are the elements of the second list that the first has not, in the order of their content.
func more(old, new any) []any {
	before, after := elements(old), elements(new)
	var out []any
	for _, k := range slices.Sorted(maps.Keys(after)) {
		if _, ok := before[k]; !ok {
			out = append(out, after[k])
		}
	}
	return out
}

// widerProject tells of what an AppProject newly lets its applications do.
func widerProject(c *comparison, p *pair) {
	if p.kind() != "argoproj.io/AppProject" || p.new == nil || p.moved {
		return
	}
	old, new := p.trees()
	for _, w := range []struct{ field, says string }{
		{"destinations", "applications may now go to %s"}, {"sourceRepos", "applications may now come from %s"},
		{"sourceNamespaces", "applications may now be made in namespace %s"},
		{"clusterResourceWhitelist", "applications may now hold %s outside of namespaces"}, {"namespaceResourceWhitelist", "applications may now hold %s"},
	} {
		before := list(at(old, "spec", w.field))
		for _, v := range more(before, at(new, "spec", w.field)) {
			c.risk(OpenedPath, wildness(v), p, manifest.Path{"spec", w.field}, fmt.Sprintf(w.says, shown(v)), "")
		}
		if after := list(at(new, "spec", w.field)); w.field == "namespaceResourceWhitelist" && len(before) > 0 && len(after) == 0 {
			c.risk(OpenedPath, manifest.High, p, manifest.Path{"spec", w.field}, "applications may now hold every kind of a namespace", "")
		}
	}
	for _, field := range []string{"clusterResourceBlacklist", "namespaceResourceBlacklist", "destinationServiceAccounts"} {
		if field == "destinationServiceAccounts" && p.old == nil {
			continue
		}
		for _, v := range more(at(new, "spec", field), at(old, "spec", field)) {
			c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", field}, fmt.Sprintf("%s of the project no longer names %s", field, shown(v)), "")
		}
	}
}

// wildness grades an entry by whether it stands for everything.
func wildness(v any) manifest.Severity {
	all := func(s string) bool { return s == "*" }
	m, _ := v.(map[string]any)
	for _, key := range []string{"namespace", "server", "name", "group", "kind"} {
		if s, ok := m[key].(string); ok && all(s) {
			return manifest.High
		}
	}
	if s, _ := v.(string); all(s) {
		return manifest.High
	}
	return manifest.Medium
}

// shown writes an entry of a list for people: its fields in a fixed order.
func shown(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprint(v)
	}
	s := ""
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if value, ok := m[key].(string); ok && value != "" {
			s += " " + key + " " + value
		}
	}
	return s[min(1, len(s)):]
}
