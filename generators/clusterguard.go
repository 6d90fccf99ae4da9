package generators

import (
	"reflect"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// The priorities leave room for policies of the platform's own, before and behind.
const (
	guardPriority    = 100
	baselinePriority = 1000
)

// clusterGuard makes the policy above the namespace's own, which none of these can undo: addresses that
// are forbidden stay closed, and other tenants, but for the calls that are agreed with them. What it
// says nothing of, and the agreed calls as well, the policies of the namespace decide.
func clusterGuard(in input) []object {
	if in.env.Name == "" || !in.env.Cluster.ClusterNetworkPolicy {
		return nil
	}
	meta := in.meta(in.env.Namespace, "")
	meta.Labels[labelEnvironment] = in.env.Name
	return []object{{owner: manifest.OwnerPlatform, subject: "metadata.name", outer: true, typed: &krm.ClusterNetworkPolicy{
		TypeMeta: kind(krm.ClusterNetworkPolicyAPI, "ClusterNetworkPolicy"), ObjectMeta: meta,
		Spec: krm.ClusterNetworkPolicySpec{
			Tier: krm.TierAdmin, Priority: guardPriority,
			Subject: krm.ClusterPolicyPeer{Namespaces: named(in.env.Namespace)},
			Ingress: in.guardIn(), Egress: in.guardOut(),
		},
	}}}
}

// tenants selects the namespaces of all tenants.
func tenants() *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: labelTenant, Operator: metav1.LabelSelectorOpExists}}}
}

// guardOut decides by the first rule that fits. Forbidden addresses come last, behind what passes of the
// cluster: ranges hold pods and the cache of names as well.
func (in input) guardOut() []krm.ClusterEgressRule {
	var out []krm.ClusterEgressRule
	pass := func(name string, peers []krm.ClusterPolicyPeer) {
		for some := range slices.Chunk(peers, krm.MostClusterRules) {
			out = append(out, krm.ClusterEgressRule{Name: name, Action: krm.ActionPass, To: some})
		}
	}
	pass("own", []krm.ClusterPolicyPeer{{Namespaces: named(in.env.Namespace)}})
	pass("agreed", in.calledPeers())
	out = append(out, krm.ClusterEgressRule{Name: "tenants", Action: krm.ActionDeny, To: []krm.ClusterPolicyPeer{{Namespaces: tenants()}}})
	pass("platform", []krm.ClusterPolicyPeer{{Namespaces: &metav1.LabelSelector{}}})
	if in.env.Cluster.DNS == "nodelocal" {
		pass("names", []krm.ClusterPolicyPeer{{Networks: []string{nodeCache}}})
	}
	if slices.ContainsFunc(in.services(), in.asksMetadata) {
		out = append(out, in.passMetadata())
	}
	return append(out, krm.ClusterEgressRule{Name: "forbidden", Action: krm.ActionDeny, To: in.forbiddenPeers()})
}

// passMetadata leaves the metadata server of GKE to the policies of the namespace, which open it to the pods that ask it.
func (in input) passMetadata() krm.ClusterEgressRule {
	server := metadataServer(in.env.Cluster)
	return krm.ClusterEgressRule{
		Name: "identities", Action: krm.ActionPass, To: []krm.ClusterPolicyPeer{{Networks: []string{server.To[0].IPBlock.CIDR}}},
		Protocols: clusterProtocols(server.Ports),
	}
}

// forbiddenPeers are the addresses that no tenant may reach.
func (in input) forbiddenPeers() []krm.ClusterPolicyPeer {
	var all []string
	for _, r := range in.env.Platform.Forbidden() {
		all = append(all, r.String())
	}
	var out []krm.ClusterPolicyPeer
	for some := range slices.Chunk(all, krm.MostClusterRules) {
		out = append(out, krm.ClusterPolicyPeer{Networks: some})
	}
	return out
}

// calledPeers are the pods of other tenants that services of this one call, each once.
func (in input) calledPeers() []krm.ClusterPolicyPeer {
	var out []krm.ClusterPolicyPeer
	seen := map[string]bool{}
	for _, name := range in.services() {
		for _, c := range in.env.Spec.Services[name].Calls {
			if id := c.Tenant + "/" + c.Service; c.Tenant != "" && !in.isOwn(c) && !seen[id] {
				seen[id] = true
				out = append(out, clusterPeer(in.callTenant(c).To[0]))
			}
		}
	}
	return out
}

// guardIn lets in whom the policies of the services let in from other tenants, at the same ports.
func (in input) guardIn() []krm.ClusterIngressRule {
	pass := func(name string, peers ...krm.ClusterPolicyPeer) krm.ClusterIngressRule {
		return krm.ClusterIngressRule{Name: name, Action: krm.ActionPass, From: peers}
	}
	out := []krm.ClusterIngressRule{pass("own", krm.ClusterPolicyPeer{Namespaces: named(in.env.Namespace)})}
	for _, l := range in.letFromTenants() {
		for some := range slices.Chunk(l.peers, krm.MostClusterRules) {
			rule := pass("agreed", some...)
			rule.Protocols = l.ports
			out = append(out, rule)
		}
	}
	return append(out, krm.ClusterIngressRule{Name: "tenants", Action: krm.ActionDeny, From: []krm.ClusterPolicyPeer{{Namespaces: tenants()}}})
}

// letting is who may come in at the same ports; without any, at all.
type letting struct {
	ports []krm.ClusterProtocol
	peers []krm.ClusterPolicyPeer
}

// mostLettings is how many there may be, so that they fit into a policy with the rules beside them.
const mostLettings = krm.MostClusterRules / 2

// letFromTenants are those of all services together. Where they differ too much for one policy, all ports
// pass, and the policies of the services alone decide about these.
func (in input) letFromTenants() []letting {
	var out []letting
	for _, name := range in.services() {
		for _, r := range in.accepted(name, in.env.Spec.Services[in.first(name)]) {
			out = let(out, clusterProtocols(in.withTunnel(r.Ports, r.From)), r.From)
		}
	}
	if len(out) <= mostLettings {
		return out
	}
	var all letting
	for _, l := range out {
		all.add(l.peers...)
	}
	return []letting{all}
}

// let adds peers to those with the same ports.
func let(to []letting, ports []krm.ClusterProtocol, from []networkingv1.NetworkPolicyPeer) []letting {
	i := slices.IndexFunc(to, func(l letting) bool { return reflect.DeepEqual(l.ports, ports) })
	if i < 0 {
		i, to = len(to), append(to, letting{ports: ports})
	}
	for _, p := range from {
		to[i].add(clusterPeer(p))
	}
	return to
}

// add adds each peer once.
func (l *letting) add(peers ...krm.ClusterPolicyPeer) {
	for _, p := range peers {
		if !slices.ContainsFunc(l.peers, func(q krm.ClusterPolicyPeer) bool { return reflect.DeepEqual(p, q) }) {
			l.peers = append(l.peers, p)
		}
	}
}

// clusterPeer is a peer of another namespace as policies of the cluster have it.
func clusterPeer(p networkingv1.NetworkPolicyPeer) krm.ClusterPolicyPeer {
	if p.PodSelector == nil {
		return krm.ClusterPolicyPeer{Namespaces: p.NamespaceSelector}
	}
	return krm.ClusterPolicyPeer{Pods: &krm.NamespacedPods{NamespaceSelector: *p.NamespaceSelector, PodSelector: *p.PodSelector}}
}

// clusterProtocols are ports as policies of the cluster have them; none, and so all, where these are more
// than the API takes.
func clusterProtocols(ports []networkingv1.NetworkPolicyPort) []krm.ClusterProtocol {
	if len(ports) > krm.MostClusterRules {
		return nil
	}
	var out []krm.ClusterProtocol
	for _, p := range ports {
		port := &krm.ClusterProtocolPort{DestinationPort: krm.ClusterPort{Number: p.Port.IntVal}}
		if *p.Protocol == "UDP" {
			out = append(out, krm.ClusterProtocol{UDP: port})
		} else {
			out = append(out, krm.ClusterProtocol{TCP: port})
		}
	}
	return out
}

// clusterDefaultDeny closes the pods of all tenants of an environment that no policy of their namespace
// selects: should default-deny be gone from one, nothing opens. Namespaces where the guard network is in audit stay open.
func clusterDefaultDeny(in platformInput) []object {
	if in.cluster == nil || !in.cluster.ClusterNetworkPolicy {
		return nil
	}
	subject := tenants()
	subject.MatchLabels = map[string]string{labelEnvironment: in.env.Name}
	subject.MatchExpressions = append(subject.MatchExpressions, unaudited(schemas.GuardNetwork))
	everywhere := krm.ClusterPolicyPeer{Namespaces: &metav1.LabelSelector{}}
	return []object{{owner: manifest.OwnerPlatform, subject: "metadata.name", outer: true, typed: &krm.ClusterNetworkPolicy{
		TypeMeta: kind(krm.ClusterNetworkPolicyAPI, "ClusterNetworkPolicy"),
		ObjectMeta: metav1.ObjectMeta{
			Name: "tenants-" + in.env.Name, Labels: map[string]string{labelManagedBy: managedBy, labelEnvironment: in.env.Name},
		},
		Spec: krm.ClusterNetworkPolicySpec{
			Tier: krm.TierBaseline, Priority: baselinePriority,
			Subject: krm.ClusterPolicyPeer{Namespaces: subject},
			Ingress: []krm.ClusterIngressRule{{Name: "default-deny", Action: krm.ActionDeny, From: []krm.ClusterPolicyPeer{everywhere}}},
			Egress: []krm.ClusterEgressRule{{Name: "default-deny", Action: krm.ActionDeny, To: []krm.ClusterPolicyPeer{
				everywhere, {Networks: []string{"0.0.0.0/0", "::/0"}},
			}}},
		},
	}}}
}
