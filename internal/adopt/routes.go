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

// routed finds the object that is rendered for the first host of a route.
func (a *Adoption) routed(i *Item, is outcome) {
	field := map[string]string{"HTTPRoute": "hostnames", "VirtualService": "hosts"}[i.Kind()]
	hosts := listAt(i.tree, "spec", field)
	for key, t := range is {
		if key.Kind == i.Kind() && len(hosts) > 0 && slices.Contains(listAt(t, "spec", field), hosts[0]) && textAt(t, "metadata", "labels", "app.kubernetes.io/name") == i.Service {
			i.Into = key
		}
	}
}

// istioRoutes are where the hosts of a rendered VirtualService lead.
func istioRoutes(t tree) tree {
	out := tree{}
	for _, host := range listAt(t, "spec", "hosts") {
		for _, rule := range listAt(t, "spec", "http") {
			to := listAt(rule, "route")
			if len(to) == 0 {
				continue
			}
			matches := listAt(rule, "match")
			whole := len(matches) == 0 || slices.ContainsFunc(matches, func(m any) bool { return only(m, "uri") && textAt(m, "uri", "prefix") == "/" })
			service, _, _ := strings.Cut(textAt(to[0], "destination", "host"), ".")
			if name, ok := host.(string); ok && whole {
				out[name+"/"] = tree{"pathType": "Prefix", "service": service, "port": at(to[0], "destination", "port", "number")}
			}
		}
	}
	return out
}

// saidRoutes are the routes of an object that was read, as those of rendered ones.
func (a *Adoption) saidRoutes(i *Item) tree {
	if i.Kind() == "Ingress" {
		return ingressRoutes(i.tree, a)
	}
	out := tree{}
	for _, r := range routesOf(i.Kind(), mapAt(i.tree, "spec")) {
		out[r.host+r.path] = tree{"pathType": "Prefix", "service": r.service, "port": r.port}
	}
	return out
}
