package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// openedRoutes tells of paths that newly lead into the environment on hosts that did already, and of those that lead
// elsewhere. New hosts are told by themselves.
func (c *comparison) openedRoutes() {
	if !slices.ContainsFunc(c.pairs, func(p pair) bool { return p.new != nil && routesOf[p.kind] != nil }) {
		return
	}
	var old []route
	known := map[string]bool{}
	for i := range c.Old.Objects {
		o := &c.Old.Objects[i]
		if of := routesOf[kindOf(o.Key())]; of != nil {
			old = append(old, of(o.Tree, o.Key().Namespace)...)
		}
		for _, h := range hosts(o) {
			known[h] = true
		}
	}
	for i := range c.pairs {
		p := &c.pairs[i]
		of := routesOf[p.kind]
		if p.new == nil || of == nil || p.moved {
			continue
		}
		for _, r := range of(p.new.Tree, p.key.Namespace) {
			if known[r.host] {
				c.openedRoute(p, r, old)
			}
		}
	}
}

func (c *comparison) openedRoute(p *pair, r route, old []route) {
	var before []string
	covered := false
	for _, o := range old {
		covered = covered || o.covers(r)
		if o.host == r.host && o.path == r.path && o.exact == r.exact {
			before = append(before, o.backends...)
		}
	}
	rules := manifest.Path{"spec"}
	switch {
	case !covered:
		c.risk(OpenedPath, manifest.Low, p, rules, fmt.Sprintf("requests to %s now lead into the namespace", r), "")
	case len(before) > 0 && len(r.backends) > 0 && disjoint(r.backends, before):
		slices.Sort(before)
		c.risk(OpenedPath, manifest.Low, p, rules, fmt.Sprintf("requests to %s now go to %s instead of %s", r, strings.Join(r.backends, ", "), strings.Join(slices.Compact(before), ", ")), "")
	}
}

// foreignBackend tells of routes that newly lead out of their namespace, with requests or copies of them.
func foreignBackend(c *comparison, p *pair) {
	if p.new == nil || p.moved || p.kind != "networking.istio.io/VirtualService" && p.key.Group != "gateway.networking.k8s.io" {
		return
	}
	old, new := p.trees()
	outside := func(tree any) (out []string) {
		for _, b := range slices.Concat(allBackends(tree, p.key.Namespace)...) {
			if strings.ContainsAny(b, "./") {
				out = append(out, b)
			}
		}
		return out
	}
	for _, b := range added(outside(old), outside(new)) {
		c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec"}, fmt.Sprintf("requests may now go to %s, outside of the namespace", b), "")
	}
}

// allBackends are those of every rule, of what it copies as well.
func allBackends(tree any, namespace string) [][]string {
	var out [][]string
	for _, r := range list(at(tree, "spec", "rules")) {
		out = append(out, backendsOf(list(at(r, "backendRefs")), namespace))
		for _, f := range list(at(r, "filters")) {
			out = append(out, backendsOf([]any{at(f, "requestMirror", "backendRef")}, namespace))
		}
	}
	for _, protocol := range []string{"http", "tls", "tcp"} {
		for _, r := range list(at(tree, "spec", protocol)) {
			out = append(out, destinations(r, namespace))
			copies := []any{map[string]any{"destination": at(r, "mirror")}}
			copies = append(copies, list(at(r, "mirrors"))...)
			out = append(out, destinations(map[string]any{"route": copies}, namespace))
		}
	}
	return out
}

// otherGateway tells of routes that other gateways serve: those have addresses and rules of their own.
func otherGateway(c *comparison, p *pair) {
	if p.old == nil || p.new == nil {
		return
	}
	old, new := p.trees()
	switch p.kind {
	case "networking.k8s.io/Ingress":
		where := manifest.Path{"spec", "ingressClassName"}
		if is := text(new, "spec", "ingressClassName"); p.touched(where) && is != text(old, "spec", "ingressClassName") {
			c.risk(OpenedPath, manifest.Medium, p, where, fmt.Sprintf("another gateway serves the hosts, by its own address and rules: the class is %s instead of %s", orDefault(is), orDefault(text(old, "spec", "ingressClassName"))), "")
		}
	case "networking.istio.io/VirtualService":
		for _, g := range added(texts(at(old, "spec", "gateways")), texts(at(new, "spec", "gateways"))) {
			c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", "gateways"}, fmt.Sprintf("gateway %s now serves the hosts, by its own address and rules", g), "")
		}
	default:
		if p.key.Group != "gateway.networking.k8s.io" {
			return
		}
		for _, g := range more(at(old, "spec", "parentRefs"), at(new, "spec", "parentRefs")) {
			c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", "parentRefs"}, fmt.Sprintf("%s now serves the hosts, by its own address and rules", parent(g, p.key.Namespace)), "")
		}
	}
}

// parent names what a route hangs on, with the namespace where that is another one.
func parent(ref any, namespace string) string {
	kind, name := text(ref, "kind"), strings.Join(backendsOf([]any{ref}, namespace), "")
	if kind == "" || kind == "Gateway" {
		kind = "gateway"
	}
	if section := text(ref, "sectionName"); section != "" {
		name += " (" + section + ")"
	}
	return kind + " " + name
}

func orDefault(name string) string {
	if name == "" {
		return "the default"
	}
	return name
}
