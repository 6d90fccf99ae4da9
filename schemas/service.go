package schemas

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"
)

// Service is one workload. Kind is service, worker, job, cronjob or statefulset.
type Service struct {
	Kind    string   `json:"kind"`
	Image   string   `json:"image"`
	Command []string `json:"command"`
	Args    []string `json:"args"`
	// Ports are those of the container, and those of sidecars that the Service has, too.
	Ports       map[string]Port     `json:"ports"`
	Env         map[string]EnvValue `json:"env"`
	EnvFrom     []EnvFrom           `json:"envFrom"`
	Files       map[string]string   `json:"files"`
	Volumes     []Volume            `json:"volumes"`
	Probes      Probes              `json:"probes"`
	Resources   ContainerResources  `json:"resources"`
	Init        []InitStep          `json:"init"`
	Sidecars    map[string]Sidecar  `json:"sidecars"`
	PullSecrets []string            `json:"pullSecrets"`
	Placement   Placement           `json:"placement"`
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
	TerminationGracePeriod *int64   `json:"terminationGracePeriod"`
	PreStop                *PreStop `json:"preStop"`
	// TimeZone, Concurrency (forbid, replace, allow), StartingDeadline and History are those of a cronjob.
	TimeZone         string     `json:"timeZone"`
	Concurrency      string     `json:"concurrency"`
	StartingDeadline string     `json:"startingDeadline"`
	History          RunHistory `json:"history"`
	// Deadline, Retries, Parallelism and Completions are those of the runs of a job or cronjob.
	Deadline    string `json:"deadline"`
	Retries     *int32 `json:"retries"`
	Parallelism *int32 `json:"parallelism"`
	Completions *int32 `json:"completions"`
	// PodManagement of a statefulset is ordered or parallel; empty is ordered.
	PodManagement string `json:"podManagement"`
}

// InitStep runs before a service: in every of its pods, or once for each version of the step, within Deadline and
// with as many Retries.
type InitStep struct {
	Name     string `json:"name"`
	Once     bool   `json:"once"`
	Deadline string `json:"deadline"`
	Retries  *int32 `json:"retries"`

	Image           string              `json:"image"`
	Command         []string            `json:"command"`
	Args            []string            `json:"args"`
	Env             map[string]EnvValue `json:"env"`
	EnvFrom         []EnvFrom           `json:"envFrom"`
	Mounts          []string            `json:"mounts"`
	Resources       ContainerResources  `json:"resources"`
	SecurityContext SecurityContext     `json:"securityContext"`
}

// Once are the steps that run once for each version, in their order.
func (s Service) Once() []InitStep {
	var out []InitStep
	for _, step := range s.Init {
		if step.Once {
			out = append(out, step)
		}
	}
	return out
}

// StepMounts are the paths that are mounted in the pod of a step that runs once: those of the step and of the sidecars
// beside it.
func (s Service) StepMounts(step InitStep) []string {
	out := slices.Clone(step.Mounts)
	for _, name := range sortedKeys(s.Sidecars) {
		out = append(out, s.Sidecars[name].Mounts...)
	}
	return out
}

// Sidecar runs beside the container of a service, in every of its pods.
type Sidecar struct {
	Image           string              `json:"image"`
	Command         []string            `json:"command"`
	Args            []string            `json:"args"`
	Env             map[string]EnvValue `json:"env"`
	EnvFrom         []EnvFrom           `json:"envFrom"`
	Mounts          []string            `json:"mounts"`
	Resources       ContainerResources  `json:"resources"`
	SecurityContext SecurityContext     `json:"securityContext"`
	Ports           map[string]Port     `json:"ports"`
	Probes          Probes              `json:"probes"`
	PreStop         *PreStop            `json:"preStop"`
}

// Placement is on which nodes pods run, and which pods come first; what is empty is left to the cluster.
type Placement struct {
	Pool         string `json:"pool"`
	Priority     string `json:"priority"`
	Architecture string `json:"architecture"`
	Spread       Spread `json:"spread"`
}

// Spread keeps pods apart: prefer or require; empty is prefer.
type Spread struct {
	Node string `json:"node"`
	Zone string `json:"zone"`
}

// PreStop is what a container does before it is told to stop: it waits, or runs a command.
type PreStop struct {
	Sleep string   `json:"sleep"`
	Exec  []string `json:"exec"`
}

// RunHistory is how many ended runs of a cronjob are kept.
type RunHistory struct {
	Succeeded *int32 `json:"succeeded"`
	Failed    *int32 `json:"failed"`
}

// Port is a port of a container: a number, or a number and a protocol (TCP, UDP). Service is the number that the Service
// answers at, zero for the same; App is what is spoken there (http, http2, grpc, tcp, tls), empty for what its name says.
type Port struct {
	Port     int32  `json:"port"`
	Protocol string `json:"protocol"`
	Service  int32  `json:"service"`
	App      string `json:"app"`
	// Sidecar is the one that listens; empty for the service's own container.
	Sidecar string `json:"-"`
}

// Number is what the Service answers at.
func (p Port) Number() int32 {
	if p.Service != 0 {
		return p.Service
	}
	return p.Port
}

// EnvFrom makes environment variables of all keys of a secret, each with the prefix.
type EnvFrom struct {
	Secret string `json:"secret"`
	Prefix string `json:"prefix"`
}

// EnvValue is a literal, a key of a secret, a field of the pod, or a figure of the container (limits.memory); exactly
// one is set.
type EnvValue struct {
	Value    string
	Secret   string
	Key      string
	Field    string
	Resource string
}

// Volume is mounted at Mount; exactly one of EmptyDir, Claim, Secret is set.
type Volume struct {
	Mount    string             `json:"mount"`
	EmptyDir *resource.Quantity `json:"emptyDir"`
	Claim    *resource.Quantity `json:"claim"`
	Class    string             `json:"class"`
	Secret   string             `json:"secret"`
	ReadOnly bool               `json:"readOnly"`
	// AccessMode is that of a claim: ReadWriteOnce, ReadWriteOncePod or ReadWriteMany; empty is the first.
	AccessMode string `json:"accessMode"`
	// Name is that of the claim; empty for one made of those of the service and the path.
	Name     string `json:"name"`
	SubPath  string `json:"subPath"`
	InMemory bool   `json:"inMemory"`
}

// Shared reports whether pods of many nodes may mount the claim at once.
func (v Volume) Shared() bool { return v.AccessMode == "ReadWriteMany" }

// Probes are the checks the kubelet makes.
type Probes struct {
	Ready   *Probe `json:"ready"`
	Live    *Probe `json:"live"`
	Startup *Probe `json:"startup"`
}

// Probe is an HTTP request (Path and Port), a TCP connection (Port alone), a gRPC call or a command.
// Durations are seconds.
type Probe struct {
	Path             string            `json:"path"`
	Port             string            `json:"port"`
	GRPC             bool              `json:"grpc"`
	Service          string            `json:"service"` // that gRPC asks about
	TLS              bool              `json:"tls"`
	Headers          map[string]string `json:"headers"`
	Exec             []string          `json:"exec"`
	InitialDelay     int32             `json:"initialDelay"`
	Period           int32             `json:"period"`
	Timeout          int32             `json:"timeout"`
	FailureThreshold int32             `json:"failureThreshold"`
	SuccessThreshold int32             `json:"successThreshold"`
}

// ContainerResources are the requests and limits of a container.
type ContainerResources struct {
	Requests ComputeResources `json:"requests"`
	Limits   ComputeResources `json:"limits"`
	// Devices are numbers by the name of the resource: nvidia.com/gpu.
	Devices map[string]int64 `json:"devices"`
}

// Or are the resources, with requests and limits of others where they say neither.
func (r ContainerResources) Or(others ContainerResources) ContainerResources {
	if r.Requests == (ComputeResources{}) && r.Limits == (ComputeResources{}) {
		r.Requests, r.Limits = others.Requests, others.Limits
	}
	return r
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
