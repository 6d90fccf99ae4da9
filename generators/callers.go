package generators

import (
	"maps"
	"reflect"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// calling are the services whose pods may call a service, by the names that their pods carry, and the
// field that declares it.
type calling struct {
	pods    []string
	subject string
}

// callers are those of each service of the tenant, by its name. A service may call itself: its pods
// then talk to each other, as those of a cluster do.
func (in input) callers() map[string]calling {
	out := map[string]calling{}
	for _, name := range in.services() {
		first := in.first(name)
		for _, c := range in.calls(first, in.env.Spec.Services[first]) {
			if !in.isOwn(c) {
				continue
			}
			found, subject := out[c.Service], servicePath(first, "calls")
			if len(found.pods) == 0 {
				found.subject = subject
			} else if found.subject != subject {
				found.subject = "spec.services" // of several callers each declares its own
			}
			if !slices.Contains(found.pods, name) {
				found.pods = append(found.pods, name)
			}
			out[c.Service] = found
		}
	}
	return out
}

// calls are those that a service declares. The pods of a StatefulSet are members of one thing, which find and follow
// each other: they call each other without a word.
func (in input) calls(name string, s schemas.Service) []schemas.Call {
	own := schemas.Call{Service: name}
	if !isSet(s) || slices.ContainsFunc(s.Calls, func(c schemas.Call) bool { return c.Service == name && in.isOwn(c) }) {
		return s.Calls
	}
	return append(slices.Clip(s.Calls), own)
}

// isOwn reports whether a call goes to a service of the tenant itself.
func (in input) isOwn(c schemas.Call) bool {
	return c.Service != "" && (c.Tenant == "" || c.Tenant == in.tenant.Name)
}

// allowFromServices opens a service to those of the tenant that declare to call it.
func (in input) allowFromServices(name string, s schemas.Service, by calling) []object {
	return in.allowFrom("services", name, by.subject, podPeers(by.pods...), policyPorts(served(s)))
}

// served are the ports of a service that callers may use. Metrics are the platform's to read, unless
// the service has nothing else.
func served(s schemas.Service) map[string]schemas.Port {
	ports := maps.Clone(s.Ports)
	delete(ports, metricsPort)
	if len(ports) == 0 {
		return s.Ports
	}
	return ports
}

// allowFromTenants opens a service to the tenants that it accepts, in the same environment: all
// services there or one, at the ports that it names. Those that may the same share a rule.
func (in input) allowFromTenants(name string, s schemas.Service) []object {
	rules := in.accepted(name, s)
	if len(rules) == 0 {
		return nil
	}
	return []object{in.letIn("tenants", name, "spec.accepts", rules...)}
}

func (in input) accepted(name string, s schemas.Service) []networkingv1.NetworkPolicyIngressRule {
	var rules []networkingv1.NetworkPolicyIngressRule
	for _, a := range in.env.Spec.Accepts {
		ports := policyPorts(AcceptedPorts(s, a))
		if a.Service != in.first(name) || len(ports) == 0 {
			continue
		}
		peer := networkingv1.NetworkPolicyPeer{NamespaceSelector: in.namespacesOf(a.Tenant), PodSelector: podsOfEither(a.From)}
		if i := len(rules) - 1; i >= 0 && reflect.DeepEqual(rules[i].Ports, ports) {
			rules[i].From = append(rules[i].From, peer)
			continue
		}
		rules = append(rules, networkingv1.NetworkPolicyIngressRule{Ports: ports, From: []networkingv1.NetworkPolicyPeer{peer}})
	}
	return rules
}

// AcceptedPorts are those of a service that a tenant which is accepted may call, by name.
func AcceptedPorts(s schemas.Service, a schemas.Accept) map[string]schemas.Port {
	if len(a.Ports) == 0 {
		return served(s)
	}
	named := map[string]schemas.Port{}
	for _, name := range a.Ports {
		if p, ok := s.Ports[name]; ok {
			named[name] = p
		}
	}
	return named
}

// podsOfEither selects the pods of a service of another tenant, and those of the second version that
// it may test: only that tenant knows. It is nil, and so selects all pods, without a service.
func podsOfEither(service string) *metav1.LabelSelector {
	if service == "" {
		return nil
	}
	return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{
		Key: labelName, Operator: metav1.LabelSelectorOpIn, Values: Versions(service),
	}}}
}

// podPeers are the pods of services of the tenant.
func podPeers(names ...string) []networkingv1.NetworkPolicyPeer {
	var out []networkingv1.NetworkPolicyPeer
	for _, name := range names {
		out = append(out, networkingv1.NetworkPolicyPeer{PodSelector: new(podsOf(name))})
	}
	return out
}

// allowSmokeTest lets the pods of a service's smoke test ask its new version, at the one port that they
// ask. They are no service: nothing else opens anything for them but names.
func (in input) allowSmokeTest(name string, s schemas.Service) []object {
	if !in.smoked(s) {
		return nil
	}
	testers := metav1.LabelSelector{MatchLabels: map[string]string{labelSmoke: name}}
	ports, subject := listedPorts([]schemas.Port{s.Ports[smokePort(s)]}), servicePath(name, "release", "smoke")
	return append(in.allowFrom("smoke", name, subject, []networkingv1.NetworkPolicyPeer{{PodSelector: &testers}}, ports),
		in.policy("allow-smoke-"+name, name, subject, networkingv1.NetworkPolicySpec{
			PodSelector: testers,
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
			Egress:      []networkingv1.NetworkPolicyEgressRule{{To: podPeers(name), Ports: ports}},
		}))
}

// brings reports whether pods of no declared service are expected, and which field of the tenant brings them: sources
// that are delivered, or that it declares no service at all.
func (in input) brings() (subject string, yes bool) {
	p := in.env.Platform
	switch {
	case len(in.env.Spec.Delivery.Sources) > 0 && p != nil && p.GitOps.Repository != "":
		return "spec.delivery.sources", true
	case len(in.env.Spec.Services) == 0:
		return "metadata.name", true
	}
	return "", false
}

// allowBrought lets pods that are of no declared service talk to each other: those that the team brings
// from its own repository, whose calls nobody declares. They reach no declared service, and none reaches
// them.
func (in input) allowBrought() []object {
	subject, brings := in.brings()
	if !brings {
		return nil
	}
	pods := in.undeclared()
	peers := []networkingv1.NetworkPolicyPeer{{PodSelector: &pods}}
	return []object{in.policy("allow-brought", "", subject, networkingv1.NetworkPolicySpec{
		PodSelector: pods,
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: peers}},
		Egress:      []networkingv1.NetworkPolicyEgressRule{{To: peers}},
	})}
}

// undeclared selects the pods of no declared service and of no smoke test.
func (in input) undeclared() metav1.LabelSelector {
	out := []metav1.LabelSelectorRequirement{{Key: labelSmoke, Operator: metav1.LabelSelectorOpDoesNotExist}}
	if names := in.services(); len(names) > 0 {
		declared := metav1.LabelSelectorRequirement{Key: labelName, Operator: metav1.LabelSelectorOpNotIn, Values: names}
		out = append([]metav1.LabelSelectorRequirement{declared}, out...)
	}
	return metav1.LabelSelector{MatchExpressions: out}
}
