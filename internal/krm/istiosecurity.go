package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// IstioSecurityAPI is the version of the objects that say who may talk to whom in a mesh.
const IstioSecurityAPI = "security.istio.io/v1"

// PeerAuthentication says whether pods of its namespace take plain text.
type PeerAuthentication struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              PeerAuthenticationSpec `json:"spec"`
}

// PeerAuthenticationSpec without a selector is for all pods.
type PeerAuthenticationSpec struct {
	MTLS IstioMutualTLS `json:"mtls"`
}

// IstioMutualTLS has the mode STRICT, PERMISSIVE or DISABLE.
type IstioMutualTLS struct {
	Mode string `json:"mode"`
}

// AuthorizationPolicy says whom pods of its namespace answer. Policies that allow add up; as soon as a pod has one, it
// answers nobody that none of them names.
type AuthorizationPolicy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              AuthorizationPolicySpec `json:"spec"`
}

// AuthorizationPolicySpec that is empty selects all pods and allows nobody.
type AuthorizationPolicySpec struct {
	Selector *IstioSelector `json:"selector,omitempty"`
	Action   string         `json:"action,omitempty"`
	Rules    []IstioRule    `json:"rules,omitempty"`
}

// IstioSelector selects pods that have all of the labels.
type IstioSelector struct {
	MatchLabels map[string]string `json:"matchLabels"`
}

// IstioRule is met by who comes from one of the sources to one of the operations; without any to whichever.
type IstioRule struct {
	From []IstioFrom `json:"from"`
	To   []IstioTo   `json:"to,omitempty"`
}

// IstioFrom wraps a source, as the API wants it.
type IstioFrom struct {
	Source IstioSource `json:"source"`
}

// IstioSource is one of the principals, trust domain/ns/namespace/sa/account, or of the namespaces; one of both is set.
// Who is one of NotPrincipals is none of them.
type IstioSource struct {
	Principals    []string `json:"principals,omitempty"`
	NotPrincipals []string `json:"notPrincipals,omitempty"`
	Namespaces    []string `json:"namespaces,omitempty"`
}

// IstioTo wraps an operation, as the API wants it.
type IstioTo struct {
	Operation IstioOperation `json:"operation"`
}

// IstioOperation is a connection to one of the ports of a pod.
type IstioOperation struct {
	Ports []string `json:"ports"`
}

// Sidecar says which Services the proxies of its namespace know.
type Sidecar struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              SidecarSpec `json:"spec"`
}

// SidecarSpec without a selector is for all pods.
type SidecarSpec struct {
	Egress []IstioEgress `json:"egress"`
}

// IstioEgress are hosts as namespace/name; . is the own namespace, * any name.
type IstioEgress struct {
	Hosts []string `json:"hosts"`
}
