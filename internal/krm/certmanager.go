package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// CertManagerAPI is the API of cert-manager.
const CertManagerAPI = "cert-manager.io/v1"

// Certificate has cert-manager keep a Secret of its namespace filled with a certificate and its key.
type Certificate struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              CertificateSpec `json:"spec"`
}

// CertificateSpec says which names the certificate holds for, who issues it, for how long (a time as Go writes it), and
// after how much of that it is renewed: RenewBefore is the rest of it, in percent.
type CertificateSpec struct {
	SecretName  string                `json:"secretName"`
	DNSNames    []string              `json:"dnsNames"`
	IssuerRef   IssuerReference       `json:"issuerRef"`
	Duration    string                `json:"duration"`
	RenewBefore int32                 `json:"renewBeforePercentage"`
	PrivateKey  CertificatePrivateKey `json:"privateKey"`
	Usages      []string              `json:"usages"`
}

// IssuerReference names who issues, of whatever API.
type IssuerReference struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Group string `json:"group"`
}

// CertificatePrivateKey is how the key is made, and whether each certificate gets another.
type CertificatePrivateKey struct {
	Algorithm      string `json:"algorithm"`
	Size           int32  `json:"size"`
	RotationPolicy string `json:"rotationPolicy"`
}
