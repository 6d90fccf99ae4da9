package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ClusterNetworkPolicyAPI is the API of policies of the whole cluster.
const ClusterNetworkPolicyAPI = "policy.networking.k8s.io/v1alpha2"

// The tiers: Admin decides before NetworkPolicies, Baseline where none selects a pod. Pass leaves the
// decision to the tiers below.
const (
	TierAdmin    = "Admin"
	TierBaseline = "Baseline"

	ActionPass = "Pass"
	ActionDeny = "Deny"
)

// The most that the API takes of rules in a direction, of peers in a rule, and of networks in a peer.
const MostClusterRules = 25

// ClusterNetworkPolicy decides for the pods of namespaces, whatever the policies in these say.
type ClusterNetworkPolicy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              ClusterNetworkPolicySpec `json:"spec"`
}

// ClusterNetworkPolicySpec: of several policies of a tier that with the lowest priority, 0 to 1000, decides.
type ClusterNetworkPolicySpec struct {
	Tier     string               `json:"tier"`
	Priority int32                `json:"priority"`
	Subject  ClusterPolicyPeer    `json:"subject"`
	Ingress  []ClusterIngressRule `json:"ingress,omitempty"`
	Egress   []ClusterEgressRule  `json:"egress,omitempty"`
}

// ClusterIngressRule decides about what comes from any of the peers; the first rule that fits does.
type ClusterIngressRule struct {
	Name      string              `json:"name,omitempty"`
	Action    string              `json:"action"`
	From      []ClusterPolicyPeer `json:"from"`
	Protocols []ClusterProtocol   `json:"protocols,omitempty"`
}

// ClusterEgressRule decides about what goes to any of the peers.
type ClusterEgressRule struct {
	Name      string              `json:"name,omitempty"`
	Action    string              `json:"action"`
	To        []ClusterPolicyPeer `json:"to"`
	Protocols []ClusterProtocol   `json:"protocols,omitempty"`
}

// ClusterPolicyPeer are all pods of namespaces, some, or addresses; exactly one is set. Addresses are for
// egress only.
type ClusterPolicyPeer struct {
	Namespaces *metav1.LabelSelector `json:"namespaces,omitempty"`
	Pods       *NamespacedPods       `json:"pods,omitempty"`
	Networks   []string              `json:"networks,omitempty"`
}

// NamespacedPods are pods of namespaces.
type NamespacedPods struct {
	NamespaceSelector metav1.LabelSelector `json:"namespaceSelector"`
	PodSelector       metav1.LabelSelector `json:"podSelector"`
}

// ClusterProtocol is a port of a protocol; exactly one is set.
type ClusterProtocol struct {
	TCP *ClusterProtocolPort `json:"tcp,omitempty"`
	UDP *ClusterProtocolPort `json:"udp,omitempty"`
}

// ClusterProtocolPort is a port.
type ClusterProtocolPort struct {
	DestinationPort ClusterPort `json:"destinationPort"`
}

// ClusterPort is the number of a port.
type ClusterPort struct {
	Number int32 `json:"number"`
}
