package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

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
			out = append(out, serverHosts(s)...)
		}
		return out
	},
	"gateway.networking.k8s.io/Gateway": listened, "gateway.networking.k8s.io/ListenerSet": listened,
}

// listened are the hosts of listeners.
func listened(tree any) []string {
	var out []string
	for _, l := range list(at(tree, "spec", "listeners")) {
		out = append(out, text(l, "hostname"))
	}
	return out
}

// serverHosts are those of a server of Istio, without the namespaces that stand before them.
func serverHosts(server any) []string {
	out := texts(at(server, "hosts"))
	for i, h := range out {
		out[i] = h[strings.LastIndex(h, "/")+1:]
	}
	return out
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
	if !slices.ContainsFunc(c.pairs, func(p pair) bool { return p.new != nil && hostsOf[p.kind] != nil }) {
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
