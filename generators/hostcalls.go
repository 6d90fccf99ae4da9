package generators

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// hostCalls make the policies that open hosts by name, where the network knows names: for each service
// that calls some, one. Elsewhere hosts stay closed.
func hostCalls(in input) []object {
	if in.env.Cluster.CNI != schemas.Cilium {
		return nil
	}
	var out []object
	for _, name := range in.services() {
		first := in.first(name) // a second version may what the first may
		names := hostRules(in.env.Spec.Services[first].Calls)
		if len(names) == 0 {
			continue
		}
		out = append(out, object{owner: manifest.OwnerPlatform, subject: servicePath(first, "calls"), typed: &krm.CiliumNetworkPolicy{
			TypeMeta:   kind(krm.CiliumAPI, "CiliumNetworkPolicy"),
			ObjectMeta: in.meta("allow-hosts-"+name, name),
			Spec: krm.CiliumRule{
				EndpointSelector: podsOf(name),
				Egress:           append(names, in.overheard()),
				EgressDeny:       []krm.CiliumEgressDeny{{ToCIDRSet: in.neverNamed(name)}},
			},
		}})
	}
	return out
}

// hostRules open the hosts of calls, those of one port together.
func hostRules(calls []schemas.Call) []krm.CiliumEgress {
	var out []krm.CiliumEgress
	at := map[int32]int{}
	for _, c := range calls {
		if c.Host == "" {
			continue
		}
		if _, ok := at[c.Port]; !ok {
			at[c.Port] = len(out)
			out = append(out, krm.CiliumEgress{ToPorts: []krm.CiliumPorts{{Ports: []krm.CiliumPort{{Port: fmt.Sprint(c.Port), Protocol: "TCP"}}}}})
		}
		rule := &out[at[c.Port]]
		rule.ToFQDNs = append(rule.ToFQDNs, hostName(c.Host))
	}
	return out
}

// hostName is a host as Cilium has it; the wildcard *. stands for one word.
func hostName(host string) krm.CiliumName {
	if strings.HasPrefix(host, "*.") {
		return krm.CiliumName{MatchPattern: host}
	}
	return krm.CiliumName{MatchName: host}
}

// overheard lets pods ask the resolver for every name, as allow-dns does, so that Cilium reads the
// answers: it knows the addresses of a name only from them.
func (in input) overheard() krm.CiliumEgress {
	pods, numbers := in.resolverPods()
	rule := krm.CiliumEgress{ToPorts: []krm.CiliumPorts{{Rules: &krm.CiliumSpeech{DNS: []krm.CiliumName{{MatchPattern: "*"}}}}}}
	for _, n := range numbers {
		rule.ToPorts[0].Ports = append(rule.ToPorts[0].Ports, krm.CiliumPort{Port: fmt.Sprint(n), Protocol: "ANY"})
	}
	kinds := []map[string]string{pods}
	if in.env.Cluster.DNS == "nodelocal" { // Cilium hands requests to the pods of the cache
		kinds = append(kinds, map[string]string{"k8s-app": "node-local-dns"})
	}
	for _, namespace := range in.env.DNSNamespaces() {
		for _, labels := range kinds {
			match := map[string]string{"k8s:io.kubernetes.pod.namespace": namespace}
			for key, value := range labels {
				match["k8s:"+key] = value
			}
			rule.ToEndpoints = append(rule.ToEndpoints, metav1.LabelSelector{MatchLabels: match})
		}
	}
	return rule
}

// neverNamed are the addresses that no name may lead a service to: whoever answers for a name chooses its
// addresses, and could choose those of cloud metadata. What else opens of them would stay closed, too: the
// cache of names on the node, and the metadata server where the service asks it, are left out.
func (in input) neverNamed(service string) []krm.CiliumRange {
	var open []string
	if in.env.Cluster.DNS == "nodelocal" {
		open = append(open, nodeCache)
	}
	if in.asksMetadata(service) {
		open = append(open, metadataServer(in.env.Cluster).To[0].IPBlock.CIDR)
	}
	var out []krm.CiliumRange
	for _, r := range in.env.Platform.Forbidden() {
		deny := krm.CiliumRange{CIDR: r.String()}
		for _, address := range open {
			if r.Contains(netip.MustParsePrefix(address).Addr()) {
				deny.Except = append(deny.Except, address)
			}
		}
		out = append(out, deny)
	}
	return slices.Clip(out)
}
