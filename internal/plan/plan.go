// Package plan says what a change of the platform repository does to tenants: two renders become a semantic
// diff, in which what is the same for many tenants is told once, with what it puts at risk, what it restarts,
// what it asks of quotas and what it costs.
//
// In come the built objects of each tenant and environment before and after; out comes a [Plan], which
// internal/report writes. The package reads neither disk nor clock.
package plan

import (
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Place is a tenant in an environment, or what belongs to no tenant (manifest.PlatformName) in one; what the GitOps
// engine needs stands under the name of the engine.
type Place struct {
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
}

// Environment is one tenant in one environment, before and after a change.
type Environment struct {
	Place
	// Protected environments (production) are those the platform marks so, on either side.
	Protected bool
	// Old and New are nil where the tenant does not have the environment, or could not be rendered: then
	// Skipped of the [Input] says why.
	Old, New *Side
	// Causes are the fields that people changed and that reach the environment, sorted by position.
	Causes []Cause
	// Loses says what the new tier takes away, in words: "databases", "backup", "strategy canary".
	Loses []string
}

// Side is a tenant in an environment as one revision has it.
type Side struct {
	Namespace, Tier string
	Objects         []manifest.Object // built and placed
	Findings        []manifest.Problem
	// Steady and Peak are what the workloads ask for at most between releases and during them, sidecars
	// among it, under the names that a ResourceQuota uses.
	Steady, Peak map[string]resource.Quantity
}

// Cause is a field that a person changed, added or removed.
type Cause struct {
	// Position is that of the new revision, or of the old one for what was removed.
	manifest.Position
	Field    string
	Old, New any // nil where it is not there
}

// Prices are those of a month, in Currency; a price that is not known is 0 and named in Unknown.
type Prices struct {
	Currency                                           string
	CPU, MemoryGiB, StorageGiB, Database, LoadBalancer float64
}

// Input is what [New] compares.
type Input struct {
	// Base and Head name the revisions: a commit's short hash, or "working tree".
	Base, Head   string
	Environments []Environment
	// Held are the tenants that the new revision cannot render, sorted; their Problems are in Problems.
	Held []string
	// Stays says, by tenant, why one that has no file any more is not removed.
	Stays map[string]string
	// Before and After are the problems that belong to no environment (schema problems, the platform file).
	Before, After []manifest.Problem
	// Unchanged counts the environments that were found to have the same inputs, and so are not among
	// Environments.
	Unchanged int
	Prices    *Prices // nil: nothing is said of cost
	// Skipped is what was not compared. Where What is a tenant or tenant/environment, an environment that lacks a
	// side was not rendered, rather than added or removed.
	Skipped []Skipped
	// Digest is that of the output that the new revision publishes for the tenants that change.
	Digest string
}

// Skipped is something that was not compared, and why.
type Skipped struct {
	What   string `json:"what"`
	Reason string `json:"reason"`
}

// Plan is what a change does.
type Plan struct {
	Base, Head, Digest string
	// Groups are the changes, each told once for all places that have it: the gravest first, then those of
	// most places.
	Groups []Group
	// Tenants are those that change, sorted by name; manifest.PlatformName stands for what belongs to no tenant.
	Tenants  []Tenant
	Findings Findings
	Cost     *Cost // nil without prices
	Summary  Summary
	Skipped  []Skipped
}

// Action is what becomes of an object.
type Action string

const (
	Added   Action = "added"
	Changed Action = "changed"
	Removed Action = "removed"
	// Recreated objects have another value in a field that cannot change: the API server refuses the new one
	// until the old one is deleted.
	Recreated Action = "recreated"
)

// Group is changes that several places share.
type Group struct {
	// Causes are those that all places have; a cause in a file of the platform is one, a field that every
	// tenant changed in its own file is shown as that of the first place.
	Causes []Cause
	Places []Place // sorted
	// Objects are shown as the first place has them, sorted by key, and with those of their fields that all places of
	// the group change: an object stands in several groups where some places change more of it.
	Objects []ObjectChange
	// Varies says that places change the same fields to different values; shown are those of the first.
	Varies bool
	// Risks are those of all places, each told once, as the first place has it: Places counts.
	Risks []Risk
}

// ObjectChange is one object that changes.
type ObjectChange struct {
	Action  Action
	Object  manifest.Key
	Subject string
	Fields  []manifest.Change // of changed and recreated objects, sorted by path
	// Before and After are the trees of the object, nil where it is not there: what stands around a value
	// tells whether it is a secret.
	Before, After map[string]any
	// Restarts says that the pods of the workload are replaced.
	Restarts bool
}

// Class is a kind of risk.
type Class string

const (
	ImmutableField Class = "immutable-field"
	DataLoss       Class = "data-loss"
	WiderRole      Class = "wider-role"
	OpenedPath     Class = "opened-path"
	ClosedPath     Class = "closed-path"
	RemovedGuard   Class = "removed-guard"
	PodRestart     Class = "pod-restart"
	QuotaShrink    Class = "quota-shrink"
)

// Risk is something about a change that a reviewer should know.
type Risk struct {
	Class    Class
	Severity manifest.Severity
	Place    Place
	Object   manifest.Key
	Path     manifest.Path
	// Message says what happens in the cluster: no capital, no full stop.
	Message string
	// Remedy says how to avoid it; may be empty.
	Remedy string
	// Cause is the line that a person mends, if one is known.
	Cause manifest.Position
	// Places is how many places of a group have the risk; 1 in an [Effect].
	Places int
}

// Tenant is a tenant that changes.
type Tenant struct {
	Name string
	// Action is Added or Removed for a tenant that comes or goes whole, so far as the environments of the input tell.
	Action       Action
	Environments []Effect
	// Held says that the new revision cannot render it.
	Held bool
	// Stays says why the tenant, which has no file any more, is not removed; empty for any other.
	Stays string
}

// Effect is what a change does to a tenant in one environment.
type Effect struct {
	Environment             string
	Protected               bool
	Action                  Action
	Added, Changed, Removed int // objects; recreated ones count as changed
	Recreated               int
	Restarts                []string // workloads whose pods are replaced: "Rollout web"
	OldTier, NewTier        string
	Loses                   []string
	Quota                   []Amount // what the ResourceQuotas allow, where it changes
	Steady                  []Amount // what the workloads ask for at most, where it changes
	Cost                    *Cost
	New, Fixed, Unchanged   int // findings
	Waived                  int // findings that a waiver accepts now, and did not
	Risks                   []Risk
}

// Amount is a quantity before and after. A missing one is nil.
type Amount struct {
	Name     string
	Old, New *resource.Quantity
}

// Cost is of a month, at the most that autoscaling allows.
type Cost struct {
	Currency string
	Old, New float64
	Parts    []CostPart // compute, memory, storage, databases, load balancers: those that change
}

// CostPart is a part of the cost.
type CostPart struct {
	Name     string
	Old, New float64
}

// Findings are those of both revisions compared. Places moves no finding: one whose line moved is the same.
type Findings struct {
	New, Fixed []manifest.Problem
	Unchanged  int
	// Waived counts those that are there on both sides and that a waiver accepts now.
	Waived int
}

// Summary counts.
type Summary struct {
	// Tenants and Environments that change, without the platform; Unchanged environments were compared and are the same.
	Tenants, Environments, Unchanged   int
	Added, Changed, Removed, Recreated int // objects
	Groups                             int
	Restarts                           int // workloads
	ProtectedRestarts                  int // those in protected environments
	// Risks counts those of all effects: one for each place that has it.
	Risks map[Class]int
}
