package generators

import (
	"encoding/json"
	"slices"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

const (
	gatewayAPI = "gateway.networking.k8s.io/v1"
	// gatewayPlugin is what changes weights in HTTPRoutes for Argo Rollouts.
	gatewayPlugin = "argoproj-labs/gatewayAPI"
)

// httpRoutes make the routes of the Gateway API: for each service one object a host, and in a mesh one
// for each port whose requests are split. What the API server would fill in is written, or it would
// differ from git for ever.
func httpRoutes(in input) []object {
	var out []object
	for name, s := range in.running() {
		if s.Router(in.env.Cluster) != schemas.GatewayAPI {
			continue
		}
		for _, r := range in.httpRoutesOf(name, s) {
			out = append(out, of(name, r))
		}
	}
	return out
}

func (in input) httpRoutesOf(name string, s schemas.Service) []*gatewayv1.HTTPRoute {
	var out []*gatewayv1.HTTPRoute
	if in.meshed(name, s) {
		for i, port := range s.HTTPPorts() {
			own := name
			if i > 0 {
				own = fit(name + "." + port)
			}
			out = append(out, in.meshRoute(own, name, s, s.Ports[port].Number()))
		}
	}
	own := slices.DeleteFunc(in.exposed(schemas.GatewayAPI), func(e exposure) bool { return e.service != name })
	for _, paths := range byHost(own) {
		out = append(out, in.hostRoute(name, s, paths))
	}
	return out
}

// meshRoute is for the requests from inside to a port of a Service.
func (in input) meshRoute(name, service string, s schemas.Service, port int32) *gatewayv1.HTTPRoute {
	r := in.httpRoute(name, service, gatewayv1.ParentReference{
		Group: new(gatewayv1.Group("")), Kind: new(gatewayv1.Kind("Service")),
		Name: gatewayv1.ObjectName(service), Port: new(gatewayv1.PortNumber(port)),
	})
	r.Spec.Rules = in.httpRules(service, s, port, []string{"/"}, schemas.Way{Retries: -1})
	return r
}

// hostRoute has one rule for each port, timeout and number of retries, with all paths that have them: an object may have
// 16 rules only, and during a test the controller adds a copy of each.
func (in input) hostRoute(service string, s schemas.Service, paths []exposure) *gatewayv1.HTTPRoute {
	host := paths[0].host
	r := in.httpRoute(routeName(service, host), service, in.listener(host))
	r.Spec.Hostnames = []gatewayv1.Hostname{gatewayv1.Hostname(host)}
	type group struct {
		port int32
		way  schemas.Way
	}
	var groups []group
	below := map[group][]string{}
	for _, e := range paths {
		way := e.way
		way.Port = "" // two names may be one number
		g := group{e.port, way}
		if below[g] == nil {
			groups = append(groups, g)
		}
		below[g] = append(below[g], e.path)
	}
	for _, g := range groups {
		for _, rule := range in.httpRules(service, s, g.port, below[g], g.way) {
			rule.SessionPersistence = httpAffinity(service, s)
			r.Spec.Rules = append(r.Spec.Rules, rule)
		}
	}
	return r
}

// listener is where the requests to a host come in: at the tenant's own, which has its certificate, or at any of the
// platform's gateway.
func (in input) listener(host string) gatewayv1.ParentReference {
	if in.env.Issuer() != "" {
		return gatewayv1.ParentReference{
			Group: new(gatewayv1.Group(gatewayv1.GroupName)), Kind: new(gatewayv1.Kind("ListenerSet")),
			Name: gatewayv1.ObjectName(certificateName(host)), SectionName: new(gatewayv1.SectionName(secureListener)),
		}
	}
	return in.platformGateway()
}

func (in input) platformGateway() gatewayv1.ParentReference {
	return gatewayv1.ParentReference{
		Group: new(gatewayv1.Group(gatewayv1.GroupName)), Kind: new(gatewayv1.Kind("Gateway")),
		Namespace: new(gatewayv1.Namespace(in.gatewayNamespace())), Name: gatewayv1.ObjectName(in.env.Cluster.Gateway),
	}
}

func (in input) httpRoute(name, service string, parent gatewayv1.ParentReference) *gatewayv1.HTTPRoute {
	return &gatewayv1.HTTPRoute{
		TypeMeta:   kind(gatewayAPI, "HTTPRoute"),
		ObjectMeta: in.meta(name, service),
		Spec: gatewayv1.HTTPRouteSpec{
			CommonRouteSpec: gatewayv1.CommonRouteSpec{ParentRefs: []gatewayv1.ParentReference{parent}},
		},
	}
}

// httpRules send the requests below the paths to a port: those that an A/B test chooses first, for
// they match more.
func (in input) httpRules(service string, s schemas.Service, port int32, paths []string, way schemas.Way) []gatewayv1.HTTPRouteRule {
	test := gatewayv1.HTTPRouteRule{Timeouts: httpTimeouts(way), Retry: httpRetry(way)}
	all := test
	for _, path := range paths {
		match := gatewayv1.HTTPRouteMatch{Path: &gatewayv1.HTTPPathMatch{
			Type: new(gatewayv1.PathMatchPathPrefix), Value: &path,
		}}
		all.Matches = append(all.Matches, match)
		if m := s.Release.Match; chooses(m) {
			match.Headers = []gatewayv1.HTTPHeaderMatch{headerMatch(m)}
			test.Matches = append(test.Matches, match)
		}
	}
	for _, b := range in.backends(service, s) {
		all.BackendRefs = append(all.BackendRefs, backendRef(b, port))
	}
	target := in.tested(service, s)
	if target == "" {
		return []gatewayv1.HTTPRouteRule{all}
	}
	test.BackendRefs = []gatewayv1.HTTPBackendRef{backendRef(backend{target, nil}, port)}
	return []gatewayv1.HTTPRouteRule{test, all}
}

func headerMatch(m *schemas.Match) gatewayv1.HTTPHeaderMatch {
	header, value := wanted(m)
	out := gatewayv1.HTTPHeaderMatch{
		Type: new(gatewayv1.HeaderMatchExact), Name: gatewayv1.HTTPHeaderName(header), Value: value.Exact,
	}
	if value.Regex != "" {
		out.Type, out.Value = new(gatewayv1.HeaderMatchRegularExpression), value.Regex
	}
	return out
}

func backendRef(b backend, port int32) gatewayv1.HTTPBackendRef {
	return gatewayv1.HTTPBackendRef{BackendRef: gatewayv1.BackendRef{
		BackendObjectReference: gatewayv1.BackendObjectReference{
			Group: new(gatewayv1.Group("")), Kind: new(gatewayv1.Kind("Service")),
			Name: gatewayv1.ObjectName(b.service), Port: new(gatewayv1.PortNumber(port)),
		},
		Weight: new(or(b.share, 1)),
	}}
}

// pluginRoutes are the settings of the plugin. Without a namespace it takes that of the Rollout.
type pluginRoutes struct {
	HTTPRoutes []pluginRoute `json:"httpRoutes"`
}

type pluginRoute struct {
	Name            string `json:"name"`
	UseHeaderRoutes bool   `json:"useHeaderRoutes"`
}

// plugin names the routes whose weights the controller changes.
func (in input) plugin(name string, s schemas.Service) map[string]json.RawMessage {
	var routes pluginRoutes
	for _, r := range in.httpRoutesOf(name, s) {
		routes.HTTPRoutes = append(routes.HTTPRoutes, pluginRoute{r.Name, true})
	}
	settings, err := json.Marshal(routes)
	if err != nil {
		panic(err) // names and a bool
	}
	return map[string]json.RawMessage{gatewayPlugin: settings}
}
