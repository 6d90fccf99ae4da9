package schemas

import (
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Fleet is everything that was loaded: the platform and its tenants, resolved for each environment.
type Fleet struct {
	Platform *Platform
	// Tenants are the valid ones, sorted by name.
	Tenants []*Tenant
	// Held are the names of tenants with problems, sorted.
	Held []string
	// Problems are all that were found, warnings among them, sorted by position.
	Problems []manifest.Problem
	// Digest identifies the schemas, those of the platform among them (sha256, hex).
	Digest string
}

// Tenant is one tenant, complete: every default filled, every value judged.
type Tenant struct {
	Name string
	// Files are the tenant's files and its overrides, sorted, relative to the platform repository;
	// the first is the one a generated file names as its source.
	Files []string
	// Inputs are the digests of Files by name (sha256, hex).
	Inputs map[string]string
	// Base is the tenant without what its environments change; Base.Name is empty, Base.Namespace
	// too, Base.Cluster is that of its first environment.
	Base Environment
	// Environments are those the tenant has, in the order of the platform.
	Environments []Environment
	// Extras are the patches and objects that people add beside fields, in the order of application.
	Extras []manifest.Extra
}

// Environment is a tenant in one environment.
type Environment struct {
	Name      string
	Namespace string
	// Protected environments (production) are those the platform marks so.
	Protected bool
	Platform  *Platform
	Cluster   *Cluster
	Tier      *Tier
	Spec      Spec

	layered *manifest.Node // the merged document that Spec was decoded from, with positions
}

// Spec is what a tenant declares, per environment. The fields are documented in tenant.cue.
type Spec struct {
	DisplayName   string              `json:"displayName"`
	Tier          string              `json:"tier"`
	Lifecycle     string              `json:"lifecycle"`
	Owners        []Owner             `json:"owners"`
	Tags          map[string]string   `json:"tags"`
	Resources     Resources           `json:"resources"`
	Domains       []string            `json:"domains"`
	Services      map[string]Service  `json:"services"`
	Accepts       []Accept            `json:"accepts"`
	Databases     map[string]Database `json:"databases"`
	Secrets       map[string]Secret   `json:"secrets"`
	Backup        *Backup             `json:"backup"`
	Monitoring    Monitoring          `json:"monitoring"`
	Notifications Notifications       `json:"notifications"`
	Security      Security            `json:"security"`
	Compliance    Compliance          `json:"compliance"`
	Delivery      Delivery            `json:"delivery"`
	Extensions    map[string]any      `json:"extensions"`
}

// Owner is a group of people and what it may do: viewer, developer, deployer or admin.
type Owner struct {
	Group string `json:"group"`
	Role  string `json:"role"`
}

// Resources is the steady entitlement of the tenant in an environment.
type Resources struct {
	CPU     resource.Quantity `json:"cpu"`
	Memory  resource.Quantity `json:"memory"`
	Storage resource.Quantity `json:"storage"`
}

// Service is one workload. Kind is service, worker, job, cronjob or statefulset.
type Service struct {
	Kind            string              `json:"kind"`
	Image           string              `json:"image"`
	Command         []string            `json:"command"`
	Args            []string            `json:"args"`
	Ports           map[string]Port     `json:"ports"`
	Env             map[string]EnvValue `json:"env"`
	Files           map[string]string   `json:"files"`
	Volumes         []Volume            `json:"volumes"`
	Probes          Probes              `json:"probes"`
	Resources       ContainerResources  `json:"resources"`
	SecurityContext SecurityContext     `json:"securityContext"`
	Critical        bool                `json:"critical"`
	Replicas        *int32              `json:"replicas"`
	Autoscaling     *Autoscaling        `json:"autoscaling"`
	Expose          []Expose            `json:"expose"`
	Calls           []Call              `json:"calls"`
	Release         Release             `json:"release"`
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
}

// Expose routes a host and path to a port.
type Expose struct {
	Host string `json:"host"`
	Path string `json:"path"`
	Port string `json:"port"`
	WAF  string `json:"waf"`
}

// Call is a declared outgoing path: to a service of the tenant, of another tenant, a host or a CIDR.
type Call struct {
	Service string `json:"service"`
	Tenant  string `json:"tenant"`
	Host    string `json:"host"`
	CIDR    string `json:"cidr"`
	Port    int32  `json:"port"`
}

// Release is how a new version replaces the old one: rolling, canary, blueGreen or abTest.
type Release struct {
	Strategy string           `json:"strategy"`
	Weights  []int32          `json:"weights"`
	Gate     *Gate            `json:"gate"`
	Approval string           `json:"approval"`
	KeepOld  string           `json:"keepOldFor"`
	Smoke    *Smoke           `json:"smoke"`
	Match    *Match           `json:"match"`
	Duration string           `json:"duration"`
	Replicas *int32           `json:"replicas"`
	Steps    []map[string]any `json:"steps"`
}

// Gate is what a release must show. SuccessRate is percent; P99 a duration; NoData hold or pass.
type Gate struct {
	SuccessRate *float64 `json:"successRate"`
	P99         string   `json:"p99"`
	NoData      string   `json:"noData"`
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

// Accept is the other side of a call between tenants.
type Accept struct {
	Tenant  string `json:"tenant"`
	Service string `json:"service"`
}

// Database is a database of the tenant.
type Database struct {
	Engine    string            `json:"engine"`
	Instances int32             `json:"instances"`
	Storage   resource.Quantity `json:"storage"`
	Backup    *Backup           `json:"backup"`
}

// Secret is fetched from the platform's store at Path, every Refresh.
type Secret struct {
	Path    string `json:"path"`
	Refresh string `json:"refresh"`
}

// Backup is a cron schedule and how long its results stay.
type Backup struct {
	Schedule  string `json:"schedule"`
	Retention string `json:"retention"`
}

// Monitoring is none, basic, standard or advanced.
type Monitoring struct {
	Level    string `json:"level"`
	LogLevel string `json:"logLevel"`
}

// Notifications say who hears of alerts and releases.
type Notifications struct {
	Slack     *Slack     `json:"slack"`
	PagerDuty *PagerDuty `json:"pagerduty"`
}

// SecretKey names a key of one of the tenant's secrets.
type SecretKey struct {
	Secret string `json:"secret"`
	Key    string `json:"key"`
}

// Slack is a list of channels and where the webhook's URL is.
type Slack struct {
	Channels []string  `json:"channels"`
	URLFrom  SecretKey `json:"urlFrom"`
}

// PagerDuty says where the routing key is.
type PagerDuty struct {
	RoutingKeyFrom SecretKey `json:"routingKeyFrom"`
}

// Security switches scanning and detection.
type Security struct {
	VulnerabilityScan bool `json:"vulnerabilityScan"`
	RuntimeDetection  bool `json:"runtimeDetection"`
}

// Compliance is what the tenant must hold.
type Compliance struct {
	Frameworks         []string `json:"frameworks"`
	DataClassification string   `json:"dataClassification"`
	Residency          []string `json:"residency"`
}

// Delivery names workloads that the team brings from its own repository.
type Delivery struct {
	Repository string   `json:"repository"`
	Sources    []Source `json:"sources"`
}

// Source is a path at a revision of a repository.
type Source struct {
	Name       string `json:"name"`
	Repository string `json:"repository"`
	Path       string `json:"path"`
	Revision   string `json:"revision"`
}
