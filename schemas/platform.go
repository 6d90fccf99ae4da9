package schemas

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Platform is what tenants may not choose. The fields are documented in platform.cue.
type Platform struct {
	// File is where it was read from; empty for the embedded default.
	File             string                   `json:"-"`
	Sum              string                   `json:"-"` // of File (sha256, hex)
	Name             string                   `json:"-"`
	BaseDomain       string                   `json:"baseDomain"`
	NamespacePattern string                   `json:"namespacePattern"`
	ReservedNames    []string                 `json:"reservedNamespaces"`
	Clusters         map[string]*Cluster      `json:"clusters"`
	Environments     []PlatformEnvironment    `json:"environments"`
	GitOps           GitOps                   `json:"gitops"`
	Registries       []string                 `json:"registries"`
	Images           Images                   `json:"images"`
	SecretStore      SecretStore              `json:"secretStore"`
	Namespaces       Namespaces               `json:"namespaces"`
	SharedServices   map[string]SharedService `json:"sharedServices"`
	Tiers            map[string]*Tier         `json:"tiers"`
	ReleaseHeadroom  int64                    `json:"releaseHeadroom"` // percent of the entitlement
	Prices           Prices                   `json:"prices"`
	Frameworks       []string                 `json:"frameworks"`
	Kinds            Kinds                    `json:"kinds"`
	RBAC             PlatformRBAC             `json:"rbac"`
	RestoreAge       string                   `json:"restoreAge"`
	Analysis         RuleData                 `json:"analysis"`
	Placement        RuleData                 `json:"placement"`
	Network          RuleData                 `json:"network"`
	Certificates     Certificates             `json:"certificates"`
	Logging          RuleData                 `json:"logging"`
	Detection        map[string]string        `json:"detection"`
	Change           RuleData                 `json:"change"`
	Attestations     []Attestation            `json:"attestations"`
	Policies         PolicySettings           `json:"policies"`
	Extend           Extend                   `json:"extend"`

	doc *manifest.Node // what it was decoded from
}

// Document is the file's spec as written, with every default, as a JSON tree.
func (p *Platform) Document() map[string]any {
	spec, _ := p.doc.Get("spec").Tree().(map[string]any)
	return spec
}

// At is where a field of the platform file stands, or the nearest part of it that is there.
func (p *Platform) At(field manifest.Path) manifest.Position {
	at, _ := lowest(p.doc, field)
	return at
}

// ClusterDocument is the part of the document about a cluster, with the cluster's name.
func (p *Platform) ClusterDocument(name string) map[string]any {
	out := map[string]any{"name": name}
	if n := p.doc.Get("spec").Get("clusters").Get(name); n != nil {
		cluster, _ := n.Tree().(map[string]any)
		maps.Copy(out, cluster)
	}
	return out
}

// Cluster is one Kubernetes cluster.
type Cluster struct {
	Name           string `json:"-"`
	Server         string `json:"server"`
	Region         string `json:"region"`
	Version        string `json:"version"`   // v1.34
	Router         string `json:"router"`    // none | istio | gateway-api
	Gateway        string `json:"gateway"`   // in the gateway's namespace
	Mesh           string `json:"mesh"`      // none | istio
	DataPlane      string `json:"dataPlane"` // sidecar | ambient
	TrustDomain    string `json:"trustDomain"`
	GatewayAccount string `json:"gatewayAccount"` // of the gateway's pods
	// GatewayLabels are those of the gateway's pods; empty is istio: ingressgateway.
	GatewayLabels  map[string]string `json:"gatewayLabels"`
	GatewayChannel string            `json:"gatewayChannel"` // standard | experimental
	Cloud          string            `json:"cloud"`          // aws | gcp | azure, or empty
	// ClusterNetworkPolicy says that the network plug-in enforces that kind.
	ClusterNetworkPolicy bool                    `json:"clusterNetworkPolicy"`
	Sidecar              ProxyResources          `json:"sidecar"` // what the mesh adds to every pod
	Metrics              Metrics                 `json:"metrics"`
	DNS                  string                  `json:"dns"` // coredns | nodelocal | openshift
	CNI                  string                  `json:"cni"`
	IngressClass         string                  `json:"ingressClass"`
	Operators            []string                `json:"operators"` // rollouts, prometheus, ...
	StorageClasses       map[string]StorageClass `json:"storageClasses"`
	WAF                  string                  `json:"waf"` // none | gateway | coraza
	TLS                  string                  `json:"tls"` // gateway | tenant
	// Pools are groups of nodes that pods may ask for.
	Pools map[string]Pool `json:"pools"`
	// Devices are the resources of its nodes that pods may ask for: nvidia.com/gpu.
	Devices        []string `json:"devices"`
	BackupLocation string   `json:"backupLocation"`
	BackupRegion   string   `json:"backupRegion"`
	// BackupEncrypted says that what is stored there is encrypted.
	BackupEncrypted bool `json:"backupEncrypted"`
}

// Certificates are how those of tenants come about: the names of the issuers that tenants may use, their kind and its API
// group, and how long a certificate holds. All but the issuers have defaults.
type Certificates struct {
	Issuers     []string `json:"issuers"`
	IssuerKind  string   `json:"issuerKind"`
	IssuerGroup string   `json:"issuerGroup"`
	Duration    string   `json:"duration"`
}

// Sidecars reports whether the mesh has a proxy in every pod, which sees each request.
func (c *Cluster) Sidecars() bool { return c != nil && c.Mesh == Istio && c.DataPlane != Ambient }

// IsAmbient reports whether the mesh has a proxy on every node, which sees connections and no requests.
func (c *Cluster) IsAmbient() bool { return c != nil && c.Mesh == Istio && c.DataPlane == Ambient }

// AtLeast reports whether the cluster runs a minor version of Kubernetes 1 or a younger one.
func (c *Cluster) AtLeast(minor int) bool {
	return c == nil || !strings.Contains(c.Version, ".") || minorOf(c.Version) >= minor
}

// Has reports whether an operator is installed.
func (c *Cluster) Has(operator string) bool {
	for _, o := range c.Operators {
		if o == operator {
			return true
		}
	}
	return false
}

// ProxyResources are what the mesh adds to a pod.
type ProxyResources struct {
	Requests ComputeResources `json:"requests"`
	Limits   ComputeResources `json:"limits"`
}

// Metrics are where releases are measured, and the metrics of services that have no mesh to count
// their requests.
type Metrics struct {
	Address           string `json:"address"` // of Prometheus
	Requests          string `json:"requests"`
	Status            string `json:"status"`
	Latency           string `json:"latency"`
	RequestsPerSecond string `json:"requestsPerSecond"`
}

// Images are those that run beside tenants' own.
type Images struct {
	Smoke        string       `json:"smoke"`
	WAF          string       `json:"waf"`
	Verification Verification `json:"verification"`
	ScanAge      string       `json:"scanAge"`
}

// Verification is how the cluster verifies signatures; namespaces take part by Labels.
type Verification struct {
	Labels map[string]string `json:"labels"`
	Signed RuleData          `json:"signed"`
}

// StorageClass is a class that tenants may use.
type StorageClass struct {
	Default   bool   `json:"default"`
	Encrypted bool   `json:"encrypted"`
	Region    string `json:"region"`
}

// Pool is a group of nodes: those with the labels. A taint that keeps other pods away is tolerated. Tenants are those that
// may ask for it, all without any.
type Pool struct {
	Labels  map[string]string `json:"labels"`
	Taint   *Taint            `json:"taint"`
	Tenants []string          `json:"tenants"`
}

// Taint keeps pods from a node that do not tolerate it. Effect is NoSchedule or NoExecute.
type Taint struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Effect string `json:"effect"`
}

// PlatformEnvironment is an environment of the platform; the order of the list is that of promotion.
type PlatformEnvironment struct {
	Name                string       `json:"name"`
	Cluster             string       `json:"cluster"`
	Protected           bool         `json:"protected"`
	RequiresProgressive bool         `json:"requireProgressive"`
	SharePercent        int64        `json:"share"` // percent of the tier, 100 when absent
	SyncWindows         []SyncWindow `json:"syncWindows"`
}

// SyncWindow is when Argo CD may change tenants, or may not (kind allow, deny): from a time of cron on, as long as
// Duration (30m, 8h) says.
type SyncWindow struct {
	Kind       string `json:"kind"`
	Schedule   string `json:"schedule"`
	Duration   string `json:"duration"`
	TimeZone   string `json:"timeZone"`
	ManualSync bool   `json:"manualSync"`
}

// SharedService is what the platform runs for tenants: pods with the labels, all of the namespace without any. Tenants
// are those that may call it, all without any.
type SharedService struct {
	Namespace string            `json:"namespace"`
	Pods      map[string]string `json:"pods"`
	Ports     []SharedPort      `json:"ports"`
	Tenants   []string          `json:"tenants"`
}

// SharedPort is a number and a protocol (TCP, UDP; empty is TCP).
type SharedPort struct {
	Port     int32  `json:"port"`
	Protocol string `json:"protocol"`
}

// Serves reports whether a tenant may call the service.
func (s SharedService) Serves(tenant string) bool {
	return len(s.Tenants) == 0 || slices.Contains(s.Tenants, tenant)
}

// GitOps says who applies the output, and how it is laid out.
type GitOps struct {
	Engine string `json:"engine"` // argocd | flux
	Layout string `json:"layout"` // kustomize | hydrated
	// Repository is the GitOps repository as the engine reads it; empty, and nothing is rendered for the engine.
	Repository string `json:"repository"`
	// Revision is the branch that the engine follows, with {env} for the environment; Path the folder in it.
	Revision string `json:"revision"`
	Path     string `json:"path"`
	// Secret opens the repository to Flux; empty for one that anybody may read.
	Secret string `json:"secret"`
	// Settings says that the settings of Argo CD are rendered, too.
	Settings bool `json:"settings"`
	// Impersonate lets Argo CD act as the tenant's ServiceAccount.
	Impersonate bool `json:"impersonate"`
	// Reviewers are who reviews changes of the platform's files, as CODEOWNERS names them.
	Reviewers []string `json:"reviewers"`
	// AllowedAnnotations steer the engine and may be tenants' own.
	AllowedAnnotations []string `json:"allowedAnnotations"`
}

// SecretStore is where tenants' secrets come from.
type SecretStore struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Prefix is what paths begin with, {tenant}/{env}; empty means the tenant's name.
	Prefix string `json:"prefix"`
}

// Namespaces are those of the platform's parts.
type Namespaces struct {
	Gateway    string `json:"gateway"`
	Mesh       string `json:"mesh"`
	Monitoring string `json:"monitoring"`
	Backup     string `json:"backup"`
	GitOps     string `json:"gitops"`
	DNS        string `json:"dns"`
	Rollouts   string `json:"rollouts"`
}

// DNSNamespaces are the namespaces where the resolvers of the environment's cluster run.
func (e *Environment) DNSNamespaces() []string {
	if e.Cluster != nil && e.Cluster.DNS == "openshift" {
		return []string{"openshift-dns"}
	}
	if e.Platform == nil || e.Platform.Namespaces.DNS == "" {
		return []string{"kube-system"}
	}
	return []string{e.Platform.Namespaces.DNS}
}

// Tier is a class of tenants: a default and a maximum for each number, and what it gets.
type Tier struct {
	Name     string   `json:"-"`
	CPU      Bound    `json:"cpu"`
	Memory   Bound    `json:"memory"`
	Storage  Bound    `json:"storage"`
	Replicas IntBound `json:"replicas"`
	// Devices are the most that a tenant may have, by the name of the resource.
	Devices map[string]int64 `json:"devices"`
	// NoData is what a measured release without data does: hold or pass.
	NoData string `json:"noData"`
	// WAF is what the firewall does for hosts of the tier's tenants: off, detect or block.
	WAF    string `json:"waf"`
	Allows Allows `json:"allows"`
}

// Bound is the default and the maximum of a quantity.
type Bound struct {
	Default resource.Quantity `json:"default"`
	Maximum resource.Quantity `json:"maximum"`
}

// IntBound is the default and the maximum of a number.
type IntBound struct {
	Default int32 `json:"default"`
	Maximum int32 `json:"maximum"`
}

// Allows is what a tier may use.
type Allows struct {
	Domains    bool     `json:"domains"`
	Backup     bool     `json:"backup"`
	Databases  bool     `json:"databases"`
	Strategies []string `json:"strategies"`
}

// Prices are per month in Currency.
type Prices struct {
	Currency  string  `json:"currency"`
	CPU       float64 `json:"cpu"`       // a core
	Memory    float64 `json:"memoryGiB"` // a GiB
	Storage   float64 `json:"storageGiB"`
	Databases float64 `json:"database"` // an instance
	Balancers float64 `json:"loadBalancer"`
}

// Kinds are the kinds of objects that may be in a tenant's tree beside those tenantsmith generates.
type Kinds struct {
	Allowed []AllowedKind `json:"allowed"`
}

// AllowedKind is a kind by its group; Scope is Namespaced or Cluster.
type AllowedKind struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
	Scope string `json:"scope"`
}

// PlatformRBAC lists what tenants may be bound to, and who may be bound to tenants.
type PlatformRBAC struct {
	BindableClusterRoles []string   `json:"bindableClusterRoles"`
	PlatformGroups       []string   `json:"platformGroups"`
	PlatformAccounts     []RuleData `json:"platformAccounts"`
	// Identities are those of the cloud that services may have, by tenant.
	Identities map[string][]string `json:"identities"`
}

// PolicySettings are those of checks.
type PolicySettings struct {
	FailOn string `json:"failOn"`
	// Admission is what the API server does with what fails: off, audit, warn or deny.
	Admission string `json:"admission"`
}

// Extend names directories with the platform's own CUE and Rego.
type Extend struct {
	Schemas  []string `json:"schemas"`
	Policies []string `json:"policies"`
}
