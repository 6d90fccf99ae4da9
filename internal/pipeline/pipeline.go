// Package pipeline is the chain: files are loaded, tenants rendered, overlays built, policies asked.
// Every door calls [Run]. It alone joins a problem of the output to the line of the tenant's file
// that caused it.
//
// A tenant is all or nothing, the fleet is not: a tenant with a problem at or above the bound is held
// back whole, the others go on.
package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Options choose what a run looks at.
type Options struct {
	// Tenants are names or files relative to the platform repository; none means all.
	Tenants []string
	// Shard is the share of those tenants that is looked at. Tenants of other shards are read, and what must not be
	// shared with them is judged, but they are not rendered.
	Shard Shard
	// Environment limits the policies to one environment; trees always hold all of them.
	Environment string
	// Checks are ids or prefixes of ids; none means all.
	Checks []string
	// Change is judged beside the tenants, if it is there.
	Change *Change
	// Now is the day of the run, by which waivers and whatever else expires are judged; with the zero time
	// no waiver holds.
	Now time.Time
	// FailOn holds back a tenant with a finding this grave; empty means the platform's bound.
	FailOn manifest.Severity
	// Verify builds every overlay with kustomize, also those that only tenantsmith wrote.
	Verify bool
	// Certificates keeps the quota proofs in the result.
	Certificates bool
	// Trees keeps the trees in the result, which otherwise hold every object of the fleet in memory.
	Trees bool
	// Own brings the output to what belongs to no tenant also where tenants are named.
	Own bool
	// Version of the tool, for the records.
	Version  string
	thorough bool // ask every check of every object
	// comparing keeps objects and trees of what is rendered, and makes no files of them yet.
	comparing bool
	// Progress, if not nil, is called after each tenant, from several goroutines.
	Progress func(done, total int)
}

// day is that of the run as rules see it, 2026-11-22; empty where there is none.
func (o Options) day() string {
	if o.Now.IsZero() {
		return ""
	}
	return o.Now.Format(time.DateOnly)
}

// Result is what a run made and found.
type Result struct {
	Fleet   *schemas.Fleet
	Tenants []Rendered
	// Own is what belongs to no tenant.
	Own Own
	// Problems are all of them, sorted by position.
	Problems []manifest.Problem
	// Held are the names of the tenants that must not be written, sorted.
	Held []string
	// Shard is that of the options, and Others are the names of the tenants in others, sorted.
	Shard   Shard
	Others  []string
	FailOn  manifest.Severity
	Objects int
	// Rules are the checks that were asked.
	Rules []Rule

	engine *policies.Engine
	known  known
	// beside are the problems of the platform file and of the change, of no tenant alone.
	beside []manifest.Problem
	// apart says what the checks lack that judge those, by id; empty where they were asked.
	apart map[string]string
}

// Rendered is one tenant's output.
type Rendered struct {
	Tenant *schemas.Tenant
	// Tree is nil unless the options ask for it.
	Tree *overlay.Tree
	// Delivery are the objects by which the platform's GitOps engine applies the tenant, by environment: as the cluster
	// gets them in which the engine runs. No check judges them among the tenant's, whose namespaces they are not in.
	Delivery map[string][]manifest.Object
	// Files are the tree, the delivery and their record; nil when the tenant is held back.
	Files map[string][]byte
	// Certificates are the quota proofs, by environment, where the options ask for them.
	Certificates []Certificate
	// Checked are the names of the environments whose objects were judged.
	Checked []string
	// Unasked are the checks that were not asked in an environment, with what they lack: a field of the
	// platform file or of the tenant's, or "change".
	Unasked map[string]map[string]string

	problems []manifest.Problem
	unbuilt  bool // what people add does not fit in some environment
	members  []policies.Member
	services map[manifest.Key]string // that objects were made for
	objects  int
	placed   map[string][]manifest.Object // by environment, where revisions are compared
	judged   map[string]judged            // by environment, until the other revision is judged
	baseless *overlay.Source              // of a tree that lacks its base
	twin     *Rendered                    // the same tenant at the other revision, if that was judged
}

// examined reports whether every environment was built and judged as it would be in a cluster.
func (r Rendered) examined() bool { return len(r.members) > 0 && !r.unbuilt }

// Run loads the platform repository and takes every tenant through the chain. The error is a fault
// of ours or of the disk; what is wrong with the user's files is in the result.
func Run(ctx context.Context, fsys fs.FS, o Options) (*Result, error) {
	whole, err := schemas.Load(fsys, schemas.Options{Tenants: o.Tenants})
	if err != nil {
		return nil, err
	}
	fleet, others := o.Shard.share(whole)
	engine, err := compile(fsys, fleet.Platform, o.Verify || o.thorough || o.Change != nil || slices.ContainsFunc(fleet.Tenants, touched))
	if faults, ok := errors.AsType[policies.Errors](err); ok {
		return refuse(fleet, faults), nil
	}
	if err != nil {
		return nil, err
	}
	c, err := newChain(fleet, engine, o)
	if err != nil {
		return nil, err
	}
	if c.everyone, err = everyone(fsys, whole, o); err != nil {
		return nil, err
	}
	rendered, err := c.all(ctx)
	if err != nil {
		return nil, err
	}
	all, err := c.fleetOf(ctx, rendered, others)
	if err != nil {
		return nil, err
	}
	crossed, err := c.across(ctx, all)
	if err != nil {
		return nil, err
	}
	res, err := c.judge(ctx, rendered, crossed)
	if err != nil {
		return nil, err
	}
	res.Shard = o.Shard
	res.Others = o.Shard.leaves(whole)
	return res, nil
}

// everyone are the tenants of all shards, and those beside the chosen ones where what belongs to no tenant is asked for
// and gathers what they ask for.
func everyone(fsys fs.FS, whole *schemas.Fleet, o Options) ([]*schemas.Tenant, error) {
	if !o.Own || len(o.Tenants) == 0 || !whole.Platform.Gathers() {
		return whole.Tenants, nil
	}
	all, err := schemas.Load(fsys, schemas.Options{})
	if err != nil {
		return nil, err
	}
	return all.Tenants, nil
}
