package generators

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// identities make what a mesh asks of who comes to the tenant's pods: a certificate always, and for
// each service one of the identities that may call it, at the ports that it may call. The rules speak
// of identities and ports only, which a sidecar and the proxy of a node (ambient) judge alike; the
// latter would never find a rule met that looks into requests.
func identities(in input) []object {
	if in.env.Cluster.Mesh != schemas.Istio {
		return nil
	}
	out := []object{in.strict(), in.authorization("default-deny", "", "metadata.name", krm.AuthorizationPolicySpec{})}
	callers := in.callers()
	for _, name := range in.services() {
		if rules := in.welcome(name, callers[in.first(name)]); len(rules) > 0 {
			out = append(out, in.authorization("allow-"+name, name, servicePath(name), krm.AuthorizationPolicySpec{
				Selector: &krm.IstioSelector{MatchLabels: podsOf(name).MatchLabels}, Action: "ALLOW", Rules: rules,
			}))
		}
	}
	out = append(out, in.welcomeBrought()...)
	if in.env.Cluster.Sidecars() {
		out = append(out, in.scope())
	}
	return out
}

// strict refuses plain text at every port. The kubelet's probes come in all the same: Istio has
// sidecars answer them at a port of their own, and lets them past the proxy of a node. So do the
// merged metrics of sidecars, at a port that no proxy guards.
func (in input) strict() object {
	return object{owner: manifest.OwnerPlatform, subject: "metadata.name", typed: &krm.PeerAuthentication{
		TypeMeta:   kind(krm.IstioSecurityAPI, "PeerAuthentication"),
		ObjectMeta: in.meta("default", ""),
		Spec:       krm.PeerAuthenticationSpec{MTLS: krm.IstioMutualTLS{Mode: "STRICT"}},
	}}
}

func (in input) authorization(name, service, subject string, spec krm.AuthorizationPolicySpec) object {
	return object{owner: manifest.OwnerPlatform, subject: subject, typed: &krm.AuthorizationPolicy{
		TypeMeta:   kind(krm.IstioSecurityAPI, "AuthorizationPolicy"),
		ObjectMeta: in.meta(name, service),
		Spec:       spec,
	}}
}

// welcome are the rules of who may call a service: services of the tenant that say so, its smoke
// test, the gateway where it is exposed, the platform's monitoring, tenants that it accepts.
func (in input) welcome(name string, by calling) []krm.IstioRule {
	s := in.env.Spec.Services[in.first(name)] // a second version may be called by whom the first may
	p := in.env.Platform
	var out []krm.IstioRule
	rule := func(from krm.IstioSource, ports map[string]schemas.Port) {
		numbers := tcpNumbers(ports)
		if len(from.Principals)+len(from.Namespaces) > 0 && len(numbers) > 0 {
			out = append(out, krm.IstioRule{
				From: []krm.IstioFrom{{Source: from}}, To: []krm.IstioTo{{Operation: krm.IstioOperation{Ports: numbers}}},
			})
		}
	}
	rule(krm.IstioSource{Principals: in.principals(by.pods)}, served(s))
	if port := smokePort(s); in.first(name) == name && runs(s) && in.smoked(s) {
		rule(krm.IstioSource{Principals: []string{in.principal(in.namespace(), smokeAccount(name))}}, some(s, port))
	}
	rule(in.gatewayIdentity(), some(s, exposedPorts(s)...))
	if in.env.Spec.Monitoring.Level != "none" && p.Namespaces.Monitoring != "" {
		rule(krm.IstioSource{Namespaces: []string{p.Namespaces.Monitoring}}, scraped(s))
	}
	for _, a := range in.env.Spec.Accepts {
		if a.Service == in.first(name) {
			rule(in.acceptedIdentity(a), AcceptedPorts(s, a))
		}
	}
	return out
}

// principals are the principals of services of the tenant, sorted: a second version has that of the first.
func (in input) principals(services []string) []string {
	var out []string
	for _, name := range services {
		out = append(out, in.principal(in.namespace(), in.first(name)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// principal is the identity of a ServiceAccount.
func (in input) principal(namespace, account string) string {
	return cmp.Or(in.env.Cluster.TrustDomain, "cluster.local") + "/ns/" + namespace + "/sa/" + account
}

// gatewayIdentity is that of the gateway's pods; of all pods in its namespace, where the platform does
// not say which account they have.
func (in input) gatewayIdentity() krm.IstioSource {
	namespace, account := in.gatewayNamespace(), in.env.Cluster.GatewayAccount
	switch {
	case namespace == "":
		return krm.IstioSource{}
	case account == "":
		return krm.IstioSource{Namespaces: []string{namespace}}
	}
	return krm.IstioSource{Principals: []string{in.principal(namespace, account)}}
}

// acceptedIdentity is a tenant that may call, or one service of it, in the same environment. A policy names
// namespaces and knows no labels of them: the other's is the one that the platform's pattern gives it.
func (in input) acceptedIdentity(a schemas.Accept) krm.IstioSource {
	namespace := in.env.Platform.NamespaceOf(a.Tenant, in.environment())
	if a.From != "" {
		return krm.IstioSource{Principals: []string{in.principal(namespace, a.From)}}
	}
	return krm.IstioSource{Namespaces: []string{namespace}}
}

// welcomeBrought lets pods that are of no declared service talk to each other: those that the team
// brings from its own repository, under accounts that nobody declares. A policy of the mesh cannot say
// which pods these are, so that it lets in the namespace, at all ports of all its pods. Those whose calls
// are declared are left out: in the tunnel of an ambient mesh NetworkPolicies see who calls whom, and not
// at which port. Nobody else reaches a declared service by it: NetworkPolicies keep brought pods away.
func (in input) welcomeBrought() []object {
	subject, brings := in.brings()
	if !brings {
		return nil
	}
	source := krm.IstioSource{Namespaces: []string{in.namespace()}, NotPrincipals: in.declaredAccounts()}
	return []object{in.authorization("allow-brought", "", subject, krm.AuthorizationPolicySpec{
		Action: "ALLOW", Rules: []krm.IstioRule{{From: []krm.IstioFrom{{Source: source}}}},
	})}
}

// declaredAccounts are patterns of the principals of declared services and smoke tests, sorted, in whichever trust
// domain: should that of the cluster be told wrong, a principal in full would leave nobody out.
func (in input) declaredAccounts() []string {
	var out []string
	for _, name := range in.services() {
		accounts := []string{in.first(name)}
		if s := in.env.Spec.Services[name]; in.smoked(s) {
			accounts = append(accounts, smokeAccount(name))
		}
		for _, account := range accounts {
			out = append(out, "*/ns/"+in.namespace()+"/sa/"+account)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// scraped is the metrics port of a service, or all its ports where none is called so.
func scraped(s schemas.Service) map[string]schemas.Port {
	if _, ok := s.Ports[metricsPort]; ok {
		return some(s, metricsPort)
	}
	return s.Ports
}

func exposedPorts(s schemas.Service) []string {
	var out []string
	for _, e := range s.Expose {
		out = append(out, e.Port)
	}
	return out
}

// some are the ports of a service with these names.
func some(s schemas.Service, names ...string) map[string]schemas.Port {
	out := map[string]schemas.Port{}
	for _, name := range names {
		if p, ok := s.Ports[name]; ok {
			out[name] = p
		}
	}
	return out
}

// tcpNumbers are the numbers of ports as a policy of the mesh writes them, ascending. The mesh carries
// nothing but TCP.
func tcpNumbers(ports map[string]schemas.Port) []string {
	var numbers []int
	for _, p := range ports {
		if p.Protocol != "UDP" {
			numbers = append(numbers, int(p.Port))
		}
	}
	slices.Sort(numbers)
	var out []string
	for _, n := range slices.Compact(numbers) {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

// scope keeps from the proxies what is none of their business: they know the Services of the tenant,
// of the mesh and of whom the tenant calls. What they do not know passes them as it is; whether it
// leaves at all is for the NetworkPolicies to say, which no pod gets around.
func (in input) scope() object {
	hosts := []string{"./*"}
	if mesh := in.env.Platform.Namespaces.Mesh; mesh != "" {
		hosts = append(hosts, mesh+"/*")
	}
	for _, namespace := range in.callees() {
		if host := namespace + "/*"; !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return object{owner: manifest.OwnerPlatform, subject: "metadata.name", typed: &krm.Sidecar{
		TypeMeta:   kind(krm.IstioAPI, "Sidecar"),
		ObjectMeta: in.meta("default", ""),
		Spec:       krm.SidecarSpec{Egress: []krm.IstioEgress{{Hosts: hosts}}},
	}}
}

// callees are the namespaces of other tenants and of the platform that the services call, sorted.
func (in input) callees() []string {
	var out []string
	for _, s := range in.env.Spec.Services {
		for _, c := range s.Calls {
			switch {
			case c.Tenant != "" && c.Tenant != in.tenant.Name:
				out = append(out, in.env.Platform.NamespaceOf(c.Tenant, in.environment()))
			case c.Shared != "":
				out = append(out, in.env.Platform.SharedServices[c.Shared].Namespace)
			}
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(n string) bool { return n == "" })
}
