package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// CiliumAPI is the API of Cilium's policies.
const CiliumAPI = "cilium.io/v2"

// CiliumNetworkPolicy is a policy of a namespace in Cilium's own words, which know names of DNS. It adds
// to what NetworkPolicies let out; what it denies, none of them opens.
type CiliumNetworkPolicy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              CiliumRule `json:"spec"`
}

// CiliumRule is what the chosen pods may do.
type CiliumRule struct {
	EndpointSelector metav1.LabelSelector `json:"endpointSelector"`
	Egress           []CiliumEgress       `json:"egress"`
	EgressDeny       []CiliumEgressDeny   `json:"egressDeny,omitempty"`
}

// CiliumEgress lets out to pods, or to the addresses of names that were resolved; never to both.
type CiliumEgress struct {
	ToEndpoints []metav1.LabelSelector `json:"toEndpoints,omitempty"`
	ToFQDNs     []CiliumName           `json:"toFQDNs,omitempty"`
	ToPorts     []CiliumPorts          `json:"toPorts"`
}

// CiliumName is a name of DNS, or a pattern of them: exactly one is set.
type CiliumName struct {
	MatchName    string `json:"matchName,omitempty"`
	MatchPattern string `json:"matchPattern,omitempty"`
}

// CiliumPorts are ports, and what may be said at them.
type CiliumPorts struct {
	Ports []CiliumPort  `json:"ports"`
	Rules *CiliumSpeech `json:"rules,omitempty"`
}

// CiliumPort is a number, as text, and a protocol: TCP, UDP or ANY.
type CiliumPort struct {
	Port     string `json:"port"`
	Protocol string `json:"protocol"`
}

// CiliumSpeech are the names that may be asked for. Cilium listens to the answers, and so learns the
// addresses of names.
type CiliumSpeech struct {
	DNS []CiliumName `json:"dns"`
}

// CiliumEgressDeny are addresses that nothing opens.
type CiliumEgressDeny struct {
	ToCIDRSet []CiliumRange `json:"toCIDRSet"`
}

// CiliumRange is a range of addresses without its exceptions.
type CiliumRange struct {
	CIDR   string   `json:"cidr"`
	Except []string `json:"except,omitempty"`
}
