package pipeline

import (
	"slices"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
)

// ofTenants are the ids of the rules that judge what a tenant has, rather than the platform file or a change alone.
func ofTenants(rules []Rule) []string {
	var ids []string
	for _, r := range rules {
		if !r.Of(policies.PlatformScope, policies.ChangeScope) {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// unasked are the checks in force that the tenant's environments were not asked, by environment.
func (c chain) unasked(r *Rendered) map[string]manifest.CheckIDs {
	out := map[string]manifest.CheckIDs{}
	for env, lacking := range r.Unasked {
		for _, id := range c.ofTenants {
			if _, not := lacking[id]; not {
				out[env] = append(out[env], id)
			}
		}
	}
	return out
}

// accepted are the waivers that accept a finding of the tenant.
func (c chain) accepted(r *Rendered) []manifest.RecordedWaiver {
	var out []manifest.RecordedWaiver
	names := used(r.problems)
	for _, w := range c.waivers {
		if slices.Contains(names, w.Name) {
			out = append(out, manifest.RecordedWaiver{
				Name: w.Name, Expires: w.Expires.Format(time.DateOnly), Ticket: w.Ticket, ApprovedBy: w.ApprovedBy,
			})
		}
	}
	return out
}
