package generators

import (
	"cmp"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// network makes the NetworkPolicies. One closes the namespace in both directions; each of the others
// opens one path that the tenant declares or that every tenant needs. Policies only ever add up, so
// the addresses of cloud metadata stay closed because none of them opens them. Within the tenant, too,
// only declared calls are open. A path to or from outside the tenant always names its ports. What would open nothing is not written.
func network(in input) []object {
	out := []object{in.defaultDeny(), in.allowDNS()}
	out = append(out, in.allowBrought()...)
	out = append(out, in.allowMesh()...)
	callers := in.callers()
	for _, name := range in.services() {
		s := in.env.Spec.Services[in.first(name)] // a second version may what the first may
		out = append(out, in.allowFromGateway(name, s)...)
		out = append(out, in.allowFromMonitoring(name, s)...)
		out = append(out, in.allowFromServices(name, s, callers[in.first(name)])...)
		out = append(out, in.allowFromTenants(name, s)...)
		out = append(out, in.allowSmokeTest(name, s)...)
		out = append(out, in.allowCalls(name, s)...)
	}
	return in.tunnelled(out)
}

// defaultDeny selects every pod, as do all policies without a selector.
func (in input) defaultDeny() object {
	return in.policy("default-deny", "", "metadata.name", networkingv1.NetworkPolicySpec{
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
	})
}

// allowDNS opens the cluster's resolver. Answers too long for UDP come over TCP.
func (in input) allowDNS() object {
	return in.policy("allow-dns", "", "metadata.name", networkingv1.NetworkPolicySpec{
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
		Egress:      []networkingv1.NetworkPolicyEgressRule{in.resolver()},
	})
}

// resolver is where DNS answers. Policies see the port of the pod, which on OpenShift is 5353. The
// node-local cache has an address of the node, which no selector finds; behind it stands CoreDNS.
func (in input) resolver() networkingv1.NetworkPolicyEgressRule {
	pods, ports := in.resolverPods()
	var rule networkingv1.NetworkPolicyEgressRule
	for _, p := range ports {
		rule.Ports = append(rule.Ports, policyPort(corev1.ProtocolUDP, p), policyPort(corev1.ProtocolTCP, p))
	}
	for _, namespace := range in.env.DNSNamespaces() {
		rule.To = append(rule.To, networkingv1.NetworkPolicyPeer{
			NamespaceSelector: named(namespace),
			PodSelector:       &metav1.LabelSelector{MatchLabels: pods},
		})
	}
	if in.env.Cluster.DNS == "nodelocal" {
		rule.To = append(rule.To, networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: nodeCache}})
	}
	return rule
}

// nodeCache is the address of the cache of names on each node.
const nodeCache = "169.254.20.10/32"

// resolverPods are the labels of the pods that resolve names, and their ports.
func (in input) resolverPods() (labels map[string]string, ports []int32) {
	if in.env.Cluster.DNS == "openshift" {
		return map[string]string{"dns.operator.openshift.io/daemonset-dns": "default"}, []int32{53, 5353}
	}
	return map[string]string{"k8s-app": "kube-dns"}, []int32{53}
}

// The ports of the mesh: where its control plane hands out certificates and configuration, and where
// its sidecars show their metrics, those of the requests among them that releases are measured by.
const (
	meshControlPort = int32(15012)
	meshMergedPort  = int32(15020)
	meshProxyPort   = int32(15090)
)

// allowMesh opens what the mesh needs beside the requests of the services.
func (in input) allowMesh() []object {
	if !in.env.Cluster.Sidecars() {
		return in.allowProbes()
	}
	spec := networkingv1.NetworkPolicySpec{
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
		Egress: []networkingv1.NetworkPolicyEgressRule{{
			To: namespacePeers(in.env.Platform.Namespaces.Mesh), Ports: []networkingv1.NetworkPolicyPort{tcp(meshControlPort)},
		}},
	}
	if peers := namespacePeers(in.env.Platform.Namespaces.Monitoring); len(peers) > 0 {
		spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{
			From: peers, Ports: []networkingv1.NetworkPolicyPort{tcp(meshMergedPort), tcp(meshProxyPort)},
		}}
	}
	return []object{in.policy("allow-mesh", "", "metadata.name", spec)}
}

// allowFromGateway opens the exposed ports of a service to the platform's gateway.
func (in input) allowFromGateway(name string, s schemas.Service) []object {
	exposed := map[string]schemas.Port{}
	for _, e := range s.Expose {
		if p, ok := s.Ports[e.Port]; ok {
			exposed[e.Port] = p
		}
	}
	return in.allowFrom("gateway", name, servicePath(name, "expose"), namespacePeers(in.env.Platform.Namespaces.Gateway), policyPorts(exposed))
}

// allowFromMonitoring opens the metrics port of a service to the platform's monitoring, or all its
// ports where none is called so.
func (in input) allowFromMonitoring(name string, s schemas.Service) []object {
	if in.env.Spec.Monitoring.Level == "none" {
		return nil
	}
	scraped := s.Ports
	if p, ok := s.Ports[metricsPort]; ok {
		scraped = map[string]schemas.Port{metricsPort: p}
	}
	return in.allowFrom("monitoring", name, servicePath(name, "ports"), namespacePeers(in.env.Platform.Namespaces.Monitoring), policyPorts(scraped))
}

// metricsPort is the name of the port that serves metrics, and nothing else.
const metricsPort = "metrics"

// allowFrom opens ports of a service to peers; without either there is nothing to open.
func (in input) allowFrom(who, name, subject string, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) []object {
	if len(peers) == 0 || len(ports) == 0 {
		return nil
	}
	return []object{in.letIn(who, name, subject, networkingv1.NetworkPolicyIngressRule{From: peers, Ports: ports})}
}

// letIn is the policy of what a kind of callers may of a service.
func (in input) letIn(who, name, subject string, rules ...networkingv1.NetworkPolicyIngressRule) object {
	return in.policy("allow-from-"+who+"-"+name, name, subject, networkingv1.NetworkPolicySpec{
		PodSelector: podsOf(name),
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress:     rules,
	})
}

func (in input) policy(name, service, subject string, spec networkingv1.NetworkPolicySpec) object {
	return object{owner: manifest.OwnerPlatform, subject: subject, typed: &networkingv1.NetworkPolicy{
		TypeMeta:   kind("networking.k8s.io/v1", "NetworkPolicy"),
		ObjectMeta: in.meta(name, service),
		Spec:       spec,
	}}
}

// named selects a namespace by the label that the API server sets and nobody can forge.
func named(namespace string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: namespace}}
}

// namespacePeers is everything in a namespace, or nothing where the platform has no such namespace.
func namespacePeers(namespace string) []networkingv1.NetworkPolicyPeer {
	if namespace == "" {
		return nil
	}
	return []networkingv1.NetworkPolicyPeer{{NamespaceSelector: named(namespace)}}
}

// namespacesOf selects the namespace of another tenant in the same environment. One tenant does not
// know what another's namespaces are called, but only the platform writes these labels, and people
// cannot change Namespaces.
func (in input) namespacesOf(tenant string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{labelTenant: tenant, labelEnvironment: in.environment()}}
}

// policyPorts are those of a map, sorted by number and protocol, each once.
func policyPorts(named map[string]schemas.Port) []networkingv1.NetworkPolicyPort {
	list := slices.SortedFunc(maps.Values(named), func(a, b schemas.Port) int {
		return cmp.Or(cmp.Compare(a.Port, b.Port), cmp.Compare(a.Protocol, b.Protocol))
	})
	return listedPorts(slices.Compact(list))
}

func listedPorts(list []schemas.Port) []networkingv1.NetworkPolicyPort {
	var out []networkingv1.NetworkPolicyPort
	for _, p := range list {
		out = append(out, policyPort(corev1.Protocol(cmp.Or(p.Protocol, "TCP")), p.Port))
	}
	return out
}

func policyPort(protocol corev1.Protocol, number int32) networkingv1.NetworkPolicyPort {
	return networkingv1.NetworkPolicyPort{Protocol: &protocol, Port: new(intstr.FromInt32(number))}
}
