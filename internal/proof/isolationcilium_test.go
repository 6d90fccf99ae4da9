package proof

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

const ciliumOf = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: x, namespace: acme}\n%s"

func ciliumRule(rule string) string {
	return fmt.Sprintf(ciliumOf, "spec: {endpointSelector: {}, egressDeny: [{toCIDRSet: [{cidr: 10.0.0.0/8}]}], egress: ["+rule+"]}")
}

const (
	namesRule    = "{toFQDNs: [{matchName: api.example.com}], toPorts: [{ports: [{port: '443'}]}]}"
	resolverRule = "{toEndpoints: [{matchLabels: {'k8s:io.kubernetes.pod.namespace': %s}}], toPorts: [{ports: [{port: '53'}]}]}"
	clusterRule  = "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: x}\nspec: {egress: [{action: Pass}, {action: %s}], ingress: [{action: Deny}]}"
)

// Names lead out of the cluster, and a namespace that is named to where it says. All else that Cilium and policies of the
// cluster can say is a doubt.
func TestPoliciesByName(t *testing.T) {
	for object, doubts := range map[string]int{
		ciliumRule(namesRule + ", " + fmt.Sprintf(resolverRule, "kube-system")): 0,
		ciliumRule(fmt.Sprintf(resolverRule, "acme")):                           0,
		ciliumRule("{}"):                                           1,
		ciliumRule("{toFQDNs: []}"):                                1,
		ciliumRule("{toEndpoints: []}"):                            1,
		ciliumRule("{toEndpoints: [{}, {matchLabels: {app: a}}]}"): 2,
		ciliumRule("{toEntities: [cluster]}, {toFQDNs: [{matchName: a.b}], toCIDR: [192.0.2.0/24]}"): 2,
		fmt.Sprintf(ciliumOf, "spec: {endpointSelector: {}, ingress: [{}]}"):                         1,
		fmt.Sprintf(ciliumOf, "specs: [{egress: [{}]}]\nspec: {egress: ["+namesRule+"]}"):            1,
		fmt.Sprintf(ciliumOf, ""):          1,
		fmt.Sprintf(clusterRule, "Deny"):   0,
		fmt.Sprintf(clusterRule, "Accept"): 1,
	} {
		found := Isolate([]Enclosure{enclosed(t, "acme", object), enclosed(t, "globex", "")}, nil, nil)
		require.Empty(t, found.Breaches, object)
		require.Len(t, found.Doubts, doubts, object)
		for _, d := range found.Doubts {
			require.Equal(t, Network, d.Channel)
		}
	}
	names := Isolate([]Enclosure{enclosed(t, "acme", ciliumRule(namesRule)), enclosed(t, "globex", "")}, nil, nil)
	require.Contains(t, names.Assumptions, namesAssumption)
	into := Isolate([]Enclosure{enclosed(t, "acme", ciliumRule(fmt.Sprintf(resolverRule, "globex"))), enclosed(t, "globex", "")}, nil, nil)
	require.Len(t, into.Breaches, 1)
	require.Equal(t, "spec.egress[0].toEndpoints[0]", into.Breaches[0].Causes[0].Path.String())
	require.Equal(t, "globex", into.Breaches[0].To.Tenant)
}

const linkOf = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: link, namespace: acme}
spec: {podSelector: {matchLabels: {app.kubernetes.io/name: web}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {tenantsmith.dev/tenant: globex}}}], ports: [{port: 1, endPort: 65535, protocol: TCP}]}]}
`

const letOf = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: link, namespace: globex}
spec: {podSelector: {matchLabels: {app.kubernetes.io/name: api}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {tenantsmith.dev/tenant: acme}}}], ports: [%s]}]}
`

// An agreed call is about its ports only: what else both sides open is a way.
func TestAgreedPorts(t *testing.T) {
	for _, c := range []struct {
		let   string
		ports []Port
		at    string // where it is open; empty for nowhere
	}{
		{"{port: 80}", nil, ""},
		{"{port: 80}", []Port{{"TCP", 80}}, ""},
		{"{port: 80}, {port: 81}", []Port{{"TCP", 80}, {"TCP", 81}}, ""},
		{"{port: 80, endPort: 81}", []Port{{"TCP", 80}, {"TCP", 81}}, ""},
		{"{port: 80}, {port: 81}", []Port{{"TCP", 80}}, "port 81/TCP"},
		{"{port: 80}", []Port{{"UDP", 80}}, "port 80/TCP"},
		{"{port: 80, endPort: 90}", []Port{{"TCP", 80}, {"TCP", 85}}, "ports 81 to 84/TCP"},
		{"{port: 80, endPort: 90}", []Port{{"TCP", 79}, {"TCP", 91}}, "ports 80 to 90/TCP"},
		{"{port: http}", []Port{{"TCP", 80}}, "ports 1 to 79/TCP"},
		{"", []Port{{"TCP", 80}}, "ports 1 to 79/TCP"},
	} {
		all := []Enclosure{enclosed(t, "acme", linkOf), enclosed(t, "globex", fmt.Sprintf(letOf, c.let))}
		agreed := []Agreed{{From: 0, To: 1, Callers: []string{"web"}, Callees: []string{"api"}, Ports: c.ports}}
		found := Isolate(all, agreed, nil)
		if c.at == "" {
			require.Empty(t, found.Breaches, c.let)
			continue
		}
		last := found.Breaches[len(found.Breaches)-1]
		require.Equal(t, "a pod with app.kubernetes.io/name=web reaches a pod with app.kubernetes.io/name=api at "+c.at, last.Message, c.let)
	}
}

// Two calls cover the ports between them, for callers of different names not.
func TestAgreedCallsAddUp(t *testing.T) {
	all := []Enclosure{enclosed(t, "acme", linkOf), enclosed(t, "globex", fmt.Sprintf(letOf, "{port: 80}, {port: 81}"))}
	call := func(caller string, port int64) Agreed {
		return Agreed{From: 0, To: 1, Callers: []string{caller}, Callees: []string{"api"}, Ports: []Port{{"TCP", port}}}
	}
	require.Empty(t, Isolate(all, []Agreed{call("web", 80), call("web", 81)}, nil).Breaches)
	require.Len(t, Isolate(all, []Agreed{call("web", 80), call("shop", 81)}, nil).Breaches, 1)
}
