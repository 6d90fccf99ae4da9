package plan

import (
	"slices"
	"strings"
)

// route leads requests to a path of a host to backends. Backends are Services of the namespace by name, others as
// "namespace/name" or as a host.
type route struct {
	host, path string
	exact      bool
	backends   []string
}

// routesOf says where the kinds that lead requests by path do so, given the namespace that they are in.
var routesOf = map[string]func(tree any, namespace string) []route{
	"networking.k8s.io/Ingress":           ingressRoutes,
	"gateway.networking.k8s.io/HTTPRoute": gatewayRoutes,
	"networking.istio.io/VirtualService":  meshRoutes,
}

func ingressRoutes(tree any, _ string) []route {
	var out []route
	for _, r := range list(at(tree, "spec", "rules")) {
		for _, p := range list(at(r, "http", "paths")) {
			out = append(out, route{text(r, "host"), orRoot(text(p, "path")), text(p, "pathType") == "Exact", backendsOf([]any{at(p, "backend", "service")}, "")})
		}
	}
	if b := at(tree, "spec", "defaultBackend", "service"); b != nil {
		out = append(out, route{"", "/", false, backendsOf([]any{b}, "")})
	}
	return out
}

func gatewayRoutes(tree any, namespace string) []route {
	var out []route
	for _, r := range list(at(tree, "spec", "rules")) {
		matches := list(at(r, "matches"))
		if len(matches) == 0 {
			matches = []any{nil} // every path
		}
		backends := backendsOf(list(at(r, "backendRefs")), namespace)
		for _, h := range hostnames(tree) {
			for _, m := range matches {
				kind := text(m, "path", "type")
				out = append(out, route{h, orRoot(text(m, "path", "value")), kind != "" && kind != "PathPrefix", backends})
			}
		}
	}
	return out
}

func meshRoutes(tree any, namespace string) []route {
	var out []route
	for _, r := range list(at(tree, "spec", "http")) {
		matches := list(at(r, "match"))
		if len(matches) == 0 {
			matches = []any{nil}
		}
		backends := destinations(r, namespace)
		for _, h := range hostsOf["networking.istio.io/VirtualService"](tree) {
			for _, m := range matches {
				uri := child(m, "uri")
				where := orRoot(text(uri, "prefix") + text(uri, "exact") + text(uri, "regex"))
				out = append(out, route{h, where, len(uri) > 0 && uri["prefix"] == nil, backends})
			}
		}
	}
	return out
}

// orRoot is the path of a match; none is every one.
func orRoot(s string) string {
	if s == "" {
		return "/"
	}
	return s
}

// backendsOf names those of a list of references, sorted.
func backendsOf(refs []any, namespace string) []string {
	var out []string
	for _, r := range refs {
		name := text(r, "name")
		if ns := text(r, "namespace"); ns != "" && ns != namespace {
			name = ns + "/" + name
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// destinations are the backends of a route of a VirtualService. A host that lies in its namespace goes by the name of
// the Service.
func destinations(r any, namespace string) []string {
	var out []string
	for _, d := range list(at(r, "route")) {
		host := text(d, "destination", "host")
		if name, rest, ok := strings.Cut(host, "."); ok && (rest == namespace+".svc" || strings.HasPrefix(rest, namespace+".svc.")) {
			host = name
		}
		out = append(out, host)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// covers reports whether all requests of other are among those of r.
func (r route) covers(other route) bool {
	switch {
	case r.host != other.host && r.host != "":
		return false
	case r.path == other.path:
		return !r.exact || other.exact
	case r.exact:
		return false
	}
	return r.path == "/" || strings.HasPrefix(other.path, strings.TrimSuffix(r.path, "/")+"/")
}

func (r route) String() string {
	host := r.host
	if host == "" {
		host = "every host"
	}
	if r.exact || r.path == "/" {
		return host + r.path
	}
	return host + strings.TrimSuffix(r.path, "/") + "/..."
}
