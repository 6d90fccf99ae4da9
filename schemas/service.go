package schemas

import "k8s.io/apimachinery/pkg/api/resource"

// Service is one workload. Kind is service, worker, job, cronjob or statefulset.
type Service struct {
	Kind      string              `json:"kind"`
	Image     string              `json:"image"`
	Command   []string            `json:"command"`
	Args      []string            `json:"args"`
	Ports     map[string]Port     `json:"ports"`
	Env       map[string]EnvValue `json:"env"`
	Files     map[string]string   `json:"files"`
	Volumes   []Volume            `json:"volumes"`
	Probes    Probes              `json:"probes"`
	Resources ContainerResources  `json:"resources"`
	// KubernetesAPI mounts the token of the ServiceAccount.
	KubernetesAPI   bool             `json:"kubernetesApi"`
	Evidence        []RuleData       `json:"evidence"`
	SecurityContext SecurityContext  `json:"securityContext"`
	Critical        bool             `json:"critical"`
	Replicas        *int32           `json:"replicas"`
	Autoscaling     *Autoscaling     `json:"autoscaling"`
	VerticalScaling *VerticalScaling `json:"verticalScaling"`
	Expose          []Expose         `json:"expose"`
	SessionAffinity *SessionAffinity `json:"sessionAffinity"`
	// TrafficDistribution is any, zone or node; empty is any.
	TrafficDistribution string `json:"trafficDistribution"`
	WAF                 WAF    `json:"waf"`
	// Identity is that of the cloud.
	Identity string  `json:"identity"`
	Calls    []Call  `json:"calls"`
	Release  Release `json:"release"`
	// Schedule is that of a cronjob.
	Schedule string `json:"schedule"`
	// TerminationGracePeriod is how long a pod may take to stop, in seconds.
	TerminationGracePeriod *int64 `json:"terminationGracePeriod"`
}

// Port is a port of a container: a number, or a number and a protocol (TCP, UDP).
type Port struct {
	Port     int32  `json:"port"`
	Protocol string `json:"protocol"`
}

// EnvValue is a literal, a key of a secret, or a field of the pod; exactly one is set.
type EnvValue struct {
	Value  string
	Secret string
	Key    string
	Field  string
}

// Volume is mounted at Mount; exactly one of EmptyDir, Claim, Secret is set.
type Volume struct {
	Mount    string             `json:"mount"`
	EmptyDir *resource.Quantity `json:"emptyDir"`
	Claim    *resource.Quantity `json:"claim"`
	Class    string             `json:"class"`
	Secret   string             `json:"secret"`
	ReadOnly bool               `json:"readOnly"`
}

// Probes are the checks the kubelet makes.
type Probes struct {
	Ready   *Probe `json:"ready"`
	Live    *Probe `json:"live"`
	Startup *Probe `json:"startup"`
}

// Probe is an HTTP request (Path and Port), a TCP connection (Port alone), a gRPC call or a command.
// Durations are seconds.
type Probe struct {
	Path             string   `json:"path"`
	Port             string   `json:"port"`
	GRPC             bool     `json:"grpc"`
	Exec             []string `json:"exec"`
	InitialDelay     int32    `json:"initialDelay"`
	Period           int32    `json:"period"`
	Timeout          int32    `json:"timeout"`
	FailureThreshold int32    `json:"failureThreshold"`
}

// ContainerResources are the requests and limits of a container.
type ContainerResources struct {
	Requests ComputeResources `json:"requests"`
	Limits   ComputeResources `json:"limits"`
}

// ComputeResources are CPU and memory; nil means none.
type ComputeResources struct {
	CPU    *resource.Quantity `json:"cpu"`
	Memory *resource.Quantity `json:"memory"`
}

// SecurityContext makes the restricted default stricter, or weaker where a waiver allows.
type SecurityContext struct {
	ReadOnlyRootFilesystem *bool    `json:"readOnlyRootFilesystem"`
	RunAsNonRoot           *bool    `json:"runAsNonRoot"`
	RunAsUser              *int64   `json:"runAsUser"`
	RunAsGroup             *int64   `json:"runAsGroup"`
	FSGroup                *int64   `json:"fsGroup"`
	AddCapabilities        []string `json:"addCapabilities"`
}

// Autoscaling is horizontal: between Min and Max replicas.
type Autoscaling struct {
	Min        int32  `json:"min"`
	Max        int32  `json:"max"`
	CPUPercent *int32 `json:"cpuPercent"`
	// RequestsPerSecond is what each pod is meant to answer.
	RequestsPerSecond *int32    `json:"requestsPerSecond"`
	Triggers          []Trigger `json:"triggers"`
}

// Trigger is what KEDA scales by, in its own words; Secrets are its settings that come from secrets.
type Trigger struct {
	Type     string               `json:"type"`
	Metadata map[string]string    `json:"metadata"`
	Secrets  map[string]SecretKey `json:"secrets"`
}

// VerticalScaling changes the requests of pods. Mode is recommend, initial, recreate or inPlace.
type VerticalScaling struct {
	Mode string           `json:"mode"`
	Min  ComputeResources `json:"min"`
	Max  ComputeResources `json:"max"`
}

// Expose routes a host and path to a port.
type Expose struct {
	Host string `json:"host"`
	Path string `json:"path"`
	Port string `json:"port"`
	WAF  string `json:"waf"` // off | detect | block; empty is the tier's
	// Timeout is for all tries of a request together.
	Timeout string `json:"timeout"`
	Retries *int32 `json:"retries"`
}

// SessionAffinity keeps a client on its pod, by a cookie of the router, for a duration; without one for its session.
type SessionAffinity struct {
	Cookie string `json:"cookie"`
	TTL    string `json:"ttl"`
}

// WAF is what the firewall lets through: requests that rules of the Core Rule Set would stop, and how large a body.
type WAF struct {
	Exclude []int32            `json:"exclude"`
	MaxBody *resource.Quantity `json:"maxBody"`
}

// Call is a declared outgoing path: to a service of the tenant, of another tenant, of the platform (Shared), a host
// or a CIDR.
type Call struct {
	Service string `json:"service"`
	Tenant  string `json:"tenant"`
	Host    string `json:"host"`
	CIDR    string `json:"cidr"`
	Port    int32  `json:"port"`
	Shared  string `json:"shared"`
}

// Release is how a new version replaces the old one: rolling, canary, blueGreen or abTest.
type Release struct {
	Strategy string  `json:"strategy"`
	Weights  []int32 `json:"weights"`
	Gate     *Gate   `json:"gate"`
	Approval string  `json:"approval"`
	KeepOld  string  `json:"keepOldFor"`
	Smoke    *Smoke  `json:"smoke"`
	Match    *Match  `json:"match"`
	Duration string  `json:"duration"`
	Replicas *int32  `json:"replicas"`
	// Image is the second version of an abTest that is longer than two hours.
	Image string           `json:"image"`
	Steps []map[string]any `json:"steps"`
}

// Gate is what a release must show. SuccessRate is percent; P99 a duration; NoData hold or pass.
type Gate struct {
	SuccessRate *float64 `json:"successRate"`
	P99         string   `json:"p99"`
	NoData      string   `json:"noData"`
	// DryRun measures and lets every version pass.
	DryRun bool `json:"dryRun"`
}

// Smoke is a request the new version must answer before it gets traffic.
type Smoke struct {
	Path string `json:"path"`
}

// Match chooses the requests of an A/B test.
type Match struct {
	Header string `json:"header"`
	Cookie string `json:"cookie"`
	Value  string `json:"value"`
}
