package schemas

import (
	"cmp"

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
	// Waivers are the valid ones of the tenants that were asked for, sorted by name. Whether one holds
	// is for those to say who know the day and the checks.
	Waivers []*Waiver
	// Problems are all that were found, warnings among them, sorted by position.
	Problems []manifest.Problem
	// Unmet are those of Problems that are about what was asked for: a name that nothing has, a folder without
	// a platform repository. They say nothing of the files.
	Unmet []manifest.Problem
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

	resolver *resolver      // what it was made of, if that was to be kept
	doc      *manifest.Node // what its own files say together
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
	// Waived are what waivers are about here, by check: objects as Kind/name, everything of a service as service/name,
	// or * for more than can be named so. Whether one still holds is for those to say who know the day.
	Waived map[string][]string

	layered *manifest.Node // the merged document that Spec was decoded from, with positions
	// declared is where the tenant names the environment; placed where its namespace is said, which is the
	// tenant's own word if ownNamespace says so.
	declared, placed manifest.Position
	ownNamespace     bool
}

// Document is Spec as it was written, with every default, as a JSON tree.
func (e *Environment) Document() map[string]any {
	if e.layered == nil {
		return nil
	}
	spec, _ := e.layered.Get("spec").Tree().(map[string]any)
	return spec
}

// Spec is what a tenant declares, per environment. The fields are documented in tenant.cue.
type Spec struct {
	DisplayName   string              `json:"displayName"`
	Tier          string              `json:"tier"`
	Lifecycle     string              `json:"lifecycle"`
	Offboarding   *Offboarding        `json:"offboarding"`
	Owners        []Owner             `json:"owners"`
	Tags          map[string]string   `json:"tags"`
	Resources     Resources           `json:"resources"`
	Domains       []string            `json:"domains"`
	TLS           TLS                 `json:"tls"`
	Services      map[string]Service  `json:"services"`
	Accepts       []Accept            `json:"accepts"`
	Databases     map[string]Database `json:"databases"`
	Secrets       map[string]Secret   `json:"secrets"`
	Backup        *Backup             `json:"backup"`
	Monitoring    Monitoring          `json:"monitoring"`
	Notifications Notifications       `json:"notifications"`
	Security      Security            `json:"security"`
	PodSecurity   string              `json:"podSecurity"`
	Guards        Guards              `json:"guards"`
	Compliance    Compliance          `json:"compliance"`
	Contacts      RuleData            `json:"contacts"`
	Delivery      Delivery            `json:"delivery"`
	Extensions    map[string]any      `json:"extensions"`
}

// Offboarding says until which day everything of a leaving tenant is kept, and why it leaves.
type Offboarding struct {
	After  string `json:"after"`
	Reason string `json:"reason"`
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
	// Devices are numbers by the name of the resource: nvidia.com/gpu.
	Devices map[string]int64 `json:"devices"`
}

// TLS is how the hosts of the tenant get certificates; an empty issuer is the platform's first.
type TLS struct {
	Issuer string `json:"issuer"`
}

// Accept is the other side of a call between tenants.
//
// From is the one service that may call, empty for any; Ports are those it may call, empty for all but that of
// metrics.
type Accept struct {
	Tenant  string   `json:"tenant"`
	Service string   `json:"service"`
	From    string   `json:"from"`
	Ports   []string `json:"ports"`
}

// Database is a database of the tenant.
type Database struct {
	Engine    string            `json:"engine"`
	Instances int32             `json:"instances"`
	Storage   resource.Quantity `json:"storage"`
	Backup    *Backup           `json:"backup"`
}

// Secret is fetched from the platform's store at Path, every Refresh. At the source its value changes
// every Rotation, and did last on the day Rotated.
type Secret struct {
	Path     string `json:"path"`
	Refresh  string `json:"refresh"`
	Rotation string `json:"rotation"`
	Rotated  string `json:"rotated"`
}

// Backup is a cron schedule, how long its results stay, and the day on which a restore last worked.
type Backup struct {
	Schedule      string `json:"schedule"`
	Retention     string `json:"retention"`
	RestoreTested string `json:"restoreTested"`
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

// Delivery names workloads that the team brings from its own repository.
type Delivery struct {
	Repository string `json:"repository"`
	// Sources are what is delivered; Changes, by the name of a source, are in them already.
	Sources []Source                `json:"sources"`
	Changes map[string]SourceChange `json:"changes"`
	// Reviewers are who reviews changes of the tenant's files, as CODEOWNERS names them.
	Reviewers []string `json:"reviewers"`
	// Accounts are the ServiceAccounts that the pods of the sources name.
	Accounts []string `json:"accounts"`
}

// Source is a folder at a revision of a repository, or a chart of a chart repository.
type Source struct {
	Name       string `json:"name"`
	Kind       string `json:"kind"` // kustomize | helm | plain; empty where nobody said
	Repository string `json:"repository"`
	Path       string `json:"path"`
	// Chart is one of a chart repository; Revision is its version.
	Chart    string      `json:"chart"`
	Revision string      `json:"revision"`
	Helm     HelmOptions `json:"helm"`
	// Secret is the one of the tenant's that opens the repository to Flux.
	Secret string `json:"secret"`
}

// IsHelm reports whether the source is a chart, from wherever.
func (s Source) IsHelm() bool { return s.Kind == "helm" || s.Chart != "" }

// Release is the name under which a chart is installed.
func (s Source) Release() string { return cmp.Or(s.Helm.Release, s.Name) }

// SourceChange is what is different of a source.
type SourceChange struct {
	Repository string      `json:"repository"`
	Path       string      `json:"path"`
	Revision   string      `json:"revision"`
	Helm       HelmOptions `json:"helm"`
}

// HelmOptions say how a chart is installed. ValueFiles are relative to the chart's folder.
type HelmOptions struct {
	Release    string         `json:"release"`
	ValueFiles []string       `json:"valueFiles"`
	Values     map[string]any `json:"values"`
}
