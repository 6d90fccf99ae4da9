package adopt

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// routers are the kinds that say where hosts lead, with the router that reads them; an Ingress is read by any.
var routers = map[string]string{"HTTPRoute": schemas.GatewayAPI, "Ingress": "", "VirtualService": schemas.Istio}

func isRoute(kind string) bool { _, ok := routers[kind]; return ok }

// route is where requests to a path of a host go.
type route struct {
	host, path, service string
	port                int64
}

// readRoute takes an HTTPRoute or VirtualService over that says hosts, paths and Services and nothing else. Others are
// kept as they are.
func (a *Adoption) readRoute(i *Item) {
	if a.cluster().Router != routers[i.Kind()] {
		return
	}
	routes := routesOf(i.Kind(), mapAt(i.tree, "spec"))
	var to []*service
	var said []fields
	var hosts []string
	for _, r := range routes {
		s := a.service(r.service)
		if s == nil || r.host == "" || strings.HasPrefix(r.host, "*") || s.servedAs(int32(r.port), "") == "" {
			return
		}
		f := fields{{"host", r.host}}
		if r.path != "/" {
			f.set("path", r.path)
		}
		f.set("port", s.servedAs(int32(r.port), ""))
		to, said, hosts = append(to, s), append(said, f), append(hosts, r.host)
	}
	a.expose(i, to, said, hosts)
}

// expose has services say what a route does.
func (a *Adoption) expose(i *Item, to []*service, said []fields, hosts []string) {
	for n, s := range to {
		s.expose = append(s.expose, said[n])
		i.Service = s.name
	}
	if len(to) > 0 {
		i.Into = manifest.Key{Group: i.Key().Group, Kind: i.Kind(), Name: to[0].name}
		a.domains = append(a.domains, hosts...)
		slices.Sort(a.domains)
		a.domains = slices.Compact(a.domains)
	}
}

// routesOf are the routes of an object; none where it says more than fields can.
func routesOf(kind string, spec tree) []route {
	if kind == "HTTPRoute" {
		return gatewaySaid(spec)
	}
	return istioSaid(spec)
}

func gatewaySaid(spec tree) []route {
	var out []route
	if !only(spec, "hostnames", "parentRefs", "rules") {
		return nil
	}
	for _, rule := range listAt(spec, "rules") {
		backends, matches := listAt(rule, "backendRefs"), listAt(rule, "matches")
		if !only(rule, "backendRefs", "matches", "name") || len(backends) != 1 || !plainBackend(backends[0]) {
			return nil
		}
		if len(matches) == 0 {
			matches = []any{tree{}}
		}
		for _, m := range matches {
			if kind := textAt(m, "path", "type"); !only(m, "path") || kind != "" && kind != "PathPrefix" {
				return nil
			}
			for _, host := range listAt(spec, "hostnames") {
				name, _ := host.(string)
				out = append(out, route{name, orText(textAt(m, "path", "value"), "/"), textAt(backends[0], "name"), orNumber(at(backends[0], "port"), 0)})
			}
		}
	}
	return out
}

// plainBackend reports whether all requests go to a Service of the same namespace.
func plainBackend(b any) bool {
	return only(b, "group", "kind", "name", "port", "weight") && textAt(b, "group") == "" && orText(textAt(b, "kind"), "Service") == "Service" && orNumber(at(b, "weight"), 1) > 0
}

// istioSaid are the routes of a VirtualService. Its prefixes go on in the middle of a name, which no field says: /
// alone is taken.
func istioSaid(spec tree) []route {
	gateways, rules := listAt(spec, "gateways"), listAt(spec, "http")
	if !only(spec, "exportTo", "gateways", "hosts", "http") || len(gateways) == 0 || slices.Contains(gateways, any("mesh")) || len(rules) != 1 {
		return nil
	}
	to := listAt(rules[0], "route")
	if !only(rules[0], "match", "name", "route") || len(to) != 1 || !only(to[0], "destination", "weight") || !only(at(to[0], "destination"), "host", "port") {
		return nil
	}
	for _, m := range listAt(rules[0], "match") {
		if !only(m, "uri") || textAt(m, "uri", "prefix") != "/" {
			return nil
		}
	}
	service, _, _ := strings.Cut(textAt(to[0], "destination", "host"), ".")
	var out []route
	for _, host := range listAt(spec, "hosts") {
		name, _ := host.(string)
		out = append(out, route{name, "/", service, orNumber(at(to[0], "destination", "port", "number"), 0)})
	}
	return out
}

// only reports whether a map has no other fields.
func only(v any, fields ...string) bool {
	m, ok := v.(tree)
	for k := range m {
		ok = ok && slices.Contains(fields, k)
	}
	return ok
}

// readIngress takes hosts and paths over. One that fields cannot say whole is kept as it is.
func (a *Adoption) readIngress(i *Item) {
	spec := mapAt(i.tree, "spec")
	if spec["defaultBackend"] != nil {
		return
	}
	var to []*service
	var said []fields
	var hosts []string
	for _, r := range listAt(spec, "rules") {
		host := textAt(r, "host")
		if host == "" || strings.HasPrefix(host, "*") {
			return
		}
		hosts = append(hosts, host)
		for _, p := range listAt(r, "http", "paths") {
			s, port := a.backend(p)
			if port == "" || textAt(p, "pathType") == "Exact" {
				return
			}
			f := fields{{"host", host}}
			if path := textAt(p, "path"); path != "/" {
				f.set("path", path)
			}
			f.set("port", port)
			to, said = append(to, s), append(said, f)
		}
	}
	a.expose(i, to, said, hosts)
}

// backend is the service that a path leads to, and the name of its port; empty for none.
func (a *Adoption) backend(path any) (*service, string) {
	s := a.service(textAt(path, "backend", "service", "name"))
	if s == nil {
		return nil, ""
	}
	number, _ := at(path, "backend", "service", "port", "number").(int64)
	return s, s.servedAs(int32(number), textAt(path, "backend", "service", "port", "name"))
}
