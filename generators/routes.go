package generators

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// exposure is a path of a host, and the number of the Service's port that answers there; the way is what else is said of its
// requests, and waf what the firewall does with them.
type exposure struct {
	host, path, service string
	port                int32
	way                 schemas.Way
	waf                 string
}

// exposed are the exposures that a router serves, or an Ingress for schemas.NoRouter: by host, and
// within one the longest path first, for a router may take the first that matches.
func (in input) exposed(router string) []exposure {
	var out []exposure
	for name, s := range in.running() {
		for _, e := range s.Expose {
			p, ok := s.Ports[e.Port]
			if ok && p.Protocol != "UDP" && in.router() == router {
				out = append(out, exposure{e.Host, below(e.Path), name, p.Number(), e.Way(), in.env.WAF(e)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b exposure) int {
		return cmp.Or(cmp.Compare(a.host, b.host), cmp.Compare(len(b.path), len(a.path)),
			cmp.Compare(a.path, b.path), cmp.Compare(a.service, b.service))
	})
	return slices.CompactFunc(out, func(a, b exposure) bool {
		return a.host == b.host && a.path == b.path && a.service == b.service
	})
}

// byHost groups exposures that are sorted by host.
func byHost(all []exposure) [][]exposure {
	var out [][]exposure
	for i, e := range all {
		if i == 0 || all[i-1].host != e.host {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], e)
	}
	return out
}

// hostOwner is the service that the objects of a host are named after: the one with the shortest path, so that they keep
// their names when more paths come.
func hostOwner(paths []exposure) string { return paths[len(paths)-1].service }

// below is a path without the slash at its end, which says nothing: everything below it is meant.
func below(path string) string { return "/" + strings.Trim(path, "/") }

// router is that of the cluster, whether or not a service's requests pass it.
func (in input) router() string {
	if c := in.env.Cluster; c != nil && (c.Router == schemas.Istio || c.Router == schemas.GatewayAPI) {
		return c.Router
	}
	return schemas.NoRouter
}

// meshed reports whether the requests from inside the cluster have to be told apart as well: there is
// a mesh that can, which an ambient one cannot, and a release or a test that needs it.
func (in input) meshed(name string, s schemas.Service) bool {
	c := in.env.Cluster
	return c.Sidecars() && s.Router(c) != schemas.NoRouter && (routed(s, c) || in.beside(name, s) != "")
}

// routeName is that of the routes from a host to a service.
func routeName(service, host string) string { return fit(schemas.RouteName(service, host)) }

// gatewayNamespace is where the platform's gateways are.
func (in input) gatewayNamespace() string {
	if in.env.Platform == nil {
		return ""
	}
	return in.env.Platform.Namespaces.Gateway
}

// backend is a Service and its share of the requests in percent; nil where it gets all.
type backend struct {
	service string
	share   *int32
}

// backends are the Services behind a route. The shares are those between releases; during one the
// controller changes them.
func (in input) backends(name string, s schemas.Service) []backend {
	if routed(s, in.env.Cluster) {
		return []backend{{name, new(int32(100))}, {canaryService(name), new(int32(0))}}
	}
	return []backend{{name, nil}}
}
