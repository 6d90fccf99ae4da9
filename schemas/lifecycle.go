package schemas

import (
	"slices"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Sleeps reports whether nothing of the tenant runs in the environment.
func (e *Environment) Sleeps() bool {
	return e.Spec.Lifecycle == manifest.Suspended || e.Spec.Lifecycle == manifest.Offboarding
}

// Lifecycle is the stage of the whole tenant, which is that of its liveliest environment; and, where all of
// them are offboarding, the last day on which anything of it is kept.
func (t *Tenant) Lifecycle() (stage, until string) {
	stages := []string{manifest.Offboarding, manifest.Suspended, manifest.Active}
	at := -1
	for i := range t.Environments {
		spec := &t.Environments[i].Spec
		at = max(at, slices.Index(stages, spec.Lifecycle))
		if spec.Offboarding != nil {
			until = max(until, spec.Offboarding.After)
		}
	}
	if at < 0 {
		return manifest.Active, ""
	}
	if stages[at] != manifest.Offboarding {
		until = ""
	}
	return stages[at], until
}

// leaving judges the day after which a tenant may go: nobody must wait for one that never comes.
func (e *resolved) leaving() {
	o := e.environment.Spec.Offboarding
	if o == nil || o.After == "" {
		return
	}
	if _, err := time.Parse(time.DateOnly, o.After); err != nil {
		e.complain(manifest.Path{"spec", "offboarding", "after"}, "there is no such day as %s", o.After)
	}
}
