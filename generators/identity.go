package generators

import (
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// labelAzure has AKS hand a pod the token by which it acts as its account's identity.
const labelAzure = "azure.workload.identity/use"

// identityAnnotations say which identity of the cloud a ServiceAccount stands for.
var identityAnnotations = map[string]string{
	schemas.AWS:   "eks.amazonaws.com/role-arn",
	schemas.GCP:   "iam.gke.io/gcp-service-account",
	schemas.Azure: "azure.workload.identity/client-id",
}

// identityOf is the annotation of a service's account; nil without an identity. The cloud projects a token of
// its own into the pods, or asks for the pod's address: the token for the Kubernetes API stays unmounted.
func (in input) identityOf(s schemas.Service) map[string]string {
	key := identityAnnotations[in.env.Cluster.Cloud]
	if s.Identity == "" || key == "" {
		return nil
	}
	return map[string]string{key: s.Identity}
}

// metadataAccess lets the pods that act as an identity of Google Cloud ask the metadata server of GKE, which gives
// them no other. It is the one way to a metadata address: the other clouds project tokens.
func metadataAccess(in input) []object {
	var out []object
	for _, name := range in.services() {
		if !in.asksMetadata(name) {
			continue
		}
		out = append(out, in.policy("allow-identity-"+name, name, servicePath(in.first(name), "identity"), networkingv1.NetworkPolicySpec{
			PodSelector: podsOf(name),
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
			Egress:      []networkingv1.NetworkPolicyEgressRule{metadataServer(in.env.Cluster)},
		}))
	}
	return out
}

// asksMetadata reports whether the pods of a service get their tokens from the metadata server of GKE.
func (in input) asksMetadata(name string) bool {
	return in.env.Cluster != nil && in.env.Cluster.Cloud == schemas.GCP && in.env.Spec.Services[name].Identity != ""
}

// metadataServer is where policies see requests for the metadata server of GKE go: to the agent on the node, or,
// where eBPF judges them before they are translated, to the address that all of Google Cloud has.
func metadataServer(c *schemas.Cluster) networkingv1.NetworkPolicyEgressRule {
	cidr, ports := "169.254.169.252/32", []networkingv1.NetworkPolicyPort{tcp(987), tcp(988)}
	if c.MetadataThroughEBPF() {
		cidr, ports = "169.254.169.254/32", []networkingv1.NetworkPolicyPort{tcp(80), tcp(8080)}
	}
	return networkingv1.NetworkPolicyEgressRule{
		Ports: ports,
		To:    []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: cidr}}},
	}
}
