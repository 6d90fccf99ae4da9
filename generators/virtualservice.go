package generators

import (
	"slices"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// primary begins the names of the routes whose weights the controller changes.
const primary = "primary"

// virtualServices make the routes of Istio: one object a host, since routes of several objects have
// no order among each other, and one for the mesh for each service that splits its requests.
func virtualServices(in input) []object {
	if in.router() != schemas.Istio {
		return nil
	}
	var out []object
	for name, s := range in.running() {
		if in.meshed(name, s) {
			out = append(out, of(name, in.virtualService(name, name, name, "mesh", in.meshRoutes(name, s), in.visible(false))))
		}
	}
	for _, paths := range byHost(in.exposed(schemas.Istio)) {
		host, owner := paths[0].host, hostOwner(paths)
		out = append(out, of(owner, in.virtualService(routeName(owner, host), owner, host, in.istioGateway(host), in.hostRoutes(paths), in.visible(true))))
	}
	return out
}

// istioGateway is the one that serves a host: the tenant's, which has its certificate, or the platform's.
func (in input) istioGateway(host string) string {
	name := in.env.Cluster.Gateway
	if in.env.Issuer() != "" {
		name = in.outerGateway(host)
	}
	return in.gatewayNamespace() + "/" + name
}

// visible are the namespaces that see how requests are routed: the tenant's own and, for what requests
// from outside reach, that of the gateway, which would know no route otherwise. Other tenants that may
// call a service reach what is released, and no new version on trial.
func (in input) visible(outside bool) []string {
	if gateway := in.gatewayNamespace(); outside && gateway != "" {
		return []string{".", gateway}
	}
	return []string{"."}
}

func (in input) virtualService(name, service, host, gateway string, routes []krm.IstioHTTPRoute, visible []string) *krm.VirtualService {
	return &krm.VirtualService{
		TypeMeta:   kind(krm.IstioAPI, "VirtualService"),
		ObjectMeta: in.meta(name, service),
		Spec:       krm.VirtualServiceSpec{Hosts: []string{host}, Gateways: []string{gateway}, HTTP: routes, ExportTo: visible},
	}
}

// meshRoutes have one route for each port that speaks HTTP. Ports without a route keep the one that
// the mesh gives every Service.
func (in input) meshRoutes(name string, s schemas.Service) []krm.IstioHTTPRoute {
	var out []krm.IstioHTTPRoute
	for _, port := range s.HTTPPorts() {
		number := s.Ports[port].Number()
		var match []krm.IstioHTTPMatch
		if len(s.Ports) > 1 {
			match = []krm.IstioHTTPMatch{{Port: number}}
		}
		suffix := meshSuffix(s, port)
		out = append(out, in.istioRoutes(name, s, testRoute(name)+suffix, primary+suffix, number, match)...)
	}
	return out
}

// meshSuffix tells the routes of a service's ports apart; empty where there is only one.
func meshSuffix(s schemas.Service, port string) string {
	if len(s.HTTPPorts()) == 1 {
		return ""
	}
	return "-" + port
}

func (in input) hostRoutes(paths []exposure) []krm.IstioHTTPRoute {
	var out []krm.IstioHTTPRoute
	for _, e := range paths {
		s := in.env.Spec.Services[e.service]
		for _, r := range in.istioRoutes(e.service, s, testRoute(e.service)+e.path, hostPrimary(e), e.port, pathMatch(e.path)) {
			r.Timeout, r.Retries = istioTimeout(e.way), istioRetries(e.way)
			out = append(out, r)
		}
	}
	return out
}

// hostPrimary is the name of an exposure's route. It stays when others come, and a slash keeps it
// apart from the names that people may give to routes of their own.
func hostPrimary(e exposure) string { return primary + "-" + e.service + e.path }

// pathMatch is met by a path and everything below it.
func pathMatch(path string) []krm.IstioHTTPMatch {
	if path == "/" {
		return []krm.IstioHTTPMatch{{URI: &krm.IstioStringMatch{Prefix: path}}}
	}
	return []krm.IstioHTTPMatch{
		{URI: &krm.IstioStringMatch{Exact: path}},
		{URI: &krm.IstioStringMatch{Prefix: path + "/"}},
	}
}

// istioRoutes are the route of the requests that an A/B test chooses, and below it that of all others.
func (in input) istioRoutes(name string, s schemas.Service, test, main string, port int32, match []krm.IstioHTTPMatch) []krm.IstioHTTPRoute {
	var out []krm.IstioHTTPRoute
	if target := in.tested(name, s); target != "" {
		out = append(out, krm.IstioHTTPRoute{
			Name: test, Match: chosen(match, s.Release.Match), Route: []krm.IstioDestination{destination(backend{target, nil}, port)},
		})
	}
	route := krm.IstioHTTPRoute{Name: main, Match: match}
	for _, b := range in.backends(name, s) {
		route.Route = append(route.Route, destination(b, port))
	}
	return append(out, route)
}

// chosen are the matches, each with the header of an A/B test on top.
func chosen(match []krm.IstioHTTPMatch, m *schemas.Match) []krm.IstioHTTPMatch {
	header, value := wanted(m)
	out := slices.Clone(match)
	if len(out) == 0 {
		out = make([]krm.IstioHTTPMatch, 1)
	}
	for i := range out {
		out[i].Headers = map[string]krm.IstioStringMatch{header: {Exact: value.Exact, Regex: value.Regex}}
	}
	return out
}

func destination(b backend, port int32) krm.IstioDestination {
	return krm.IstioDestination{
		Destination: krm.IstioService{Host: b.service, Port: krm.IstioPort{Number: port}}, Weight: b.share,
	}
}

// istio names the routes whose weights the controller changes.
//
// A header route that a person's own steps add has no path and no port: in each object it takes the
// requests with that header to all paths and ports, and sends them to the port of the first route that it weighs.
func (in input) istio(name string, s schemas.Service) *v1alpha1.IstioTrafficRouting {
	var out v1alpha1.IstioTrafficRouting
	if in.meshed(name, s) {
		mesh := v1alpha1.IstioVirtualService{Name: name}
		for _, port := range s.HTTPPorts() {
			mesh.Routes = append(mesh.Routes, primary+meshSuffix(s, port))
		}
		out.VirtualServices = append(out.VirtualServices, mesh)
	}
	for _, paths := range byHost(in.exposed(schemas.Istio)) {
		host := v1alpha1.IstioVirtualService{Name: routeName(hostOwner(paths), paths[0].host)}
		for _, e := range paths {
			if e.service == name {
				host.Routes = append(host.Routes, hostPrimary(e))
			}
		}
		if len(host.Routes) > 0 {
			out.VirtualServices = append(out.VirtualServices, host)
		}
	}
	return &out
}
