package generators

import (
	"slices"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// firewalls put Coraza before the tenant's hosts, where the gateway is Envoy Gateway: one policy for all routes for which
// it does the same, since each policy is a set of rules in the gateway's memory. Hosts without it have none.
func firewalls(in input) []object {
	if in.router() != schemas.GatewayAPI || !in.env.Cluster.Coraza() {
		return nil
	}
	targets := map[string][]string{}
	var profiles []profile
	for _, r := range in.guardedRoutes() {
		p := newProfile(in.guards(r.paths))
		if p.name == schemas.WAFOff {
			continue
		}
		if targets[p.name] == nil {
			profiles = append(profiles, p)
		}
		targets[p.name] = append(targets[p.name], r.name)
	}
	var out []object
	for _, p := range profiles {
		policy := in.envoyPolicy(p, targets[p.name])
		out = append(out, object{owner: manifest.OwnerPlatform, subject: "spec.services", typed: policy})
	}
	return out
}

// guardedRoute is the route from a host to a service.
type guardedRoute struct {
	name  string
	paths []exposure
}

// guardedRoutes are all of the tenant, by host and service.
func (in input) guardedRoutes() []guardedRoute {
	var out []guardedRoute
	for _, host := range byHost(in.exposed(schemas.GatewayAPI)) {
		for _, e := range host {
			name := routeName(e.service, e.host)
			i := slices.IndexFunc(out, func(r guardedRoute) bool { return r.name == name })
			if i < 0 {
				i, out = len(out), append(out, guardedRoute{name: name})
			}
			out[i].paths = append(out[i].paths, e)
		}
	}
	return out
}

func (in input) envoyPolicy(p profile, routes []string) *krm.EnvoyExtensionPolicy {
	policy := &krm.EnvoyExtensionPolicy{
		TypeMeta: kind(krm.EnvoyGatewayAPI, "EnvoyExtensionPolicy"), ObjectMeta: in.meta("waf-"+p.name, ""),
		Spec: krm.EnvoyExtensionPolicySpec{Wasm: []krm.EnvoyWasm{{
			Name:   "coraza",
			Code:   krm.EnvoyWasmCode{Type: "Image", Image: krm.EnvoyWasmImage{URL: in.env.Platform.Images.WAF}},
			Config: krm.Coraza{Directives: map[string][]string{p.name: p.directives}, Default: p.name},
		}}},
	}
	for _, name := range slices.Sorted(slices.Values(routes)) {
		policy.Spec.TargetRefs = append(policy.Spec.TargetRefs, krm.EnvoyTarget{Group: gatewayv1.GroupName, Kind: "HTTPRoute", Name: name})
	}
	return policy
}
