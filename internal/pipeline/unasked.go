package pipeline

import (
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// What a check lacks that is no field of a file.
const (
	OfChanges = "change" // it judges changes, and none was given
	OfTenants = "tenant" // it judges what belongs to a tenant
	OfFleet   = "fleet"  // it looks at all tenants, or at the platform file
)

// unask notes the checks that mean nothing in the environment, for want of what they need.
func (c chain) unask(r *Rendered, e *schemas.Environment, facts policies.Context) {
	out := map[string]string{}
	for _, u := range c.engine.Unasked(facts) {
		out[u.ID] = field(u.Needs, e)
	}
	maps.Copy(out, c.changes)
	if r.Unasked == nil {
		r.Unasked = map[string]map[string]string{}
	}
	r.Unasked[e.Name] = out
}

// field is a part of the context in the words of the files that people write; objects of nobody, with no
// environment, lack a tenant before anything of theirs.
func field(need string, e *schemas.Environment) string {
	if rest, ok := strings.CutPrefix(need, "platform."); ok {
		return "platform " + rest
	}
	if e == nil {
		return OfTenants
	}
	if rest, ok := strings.CutPrefix(need, "cluster."); ok {
		return "platform spec.clusters." + e.Cluster.Name + "." + rest
	}
	return need
}

// unchanged are the checks that judge nothing but changes, by id, and that they lack one. To a tenant they
// are not asked in any case.
func unchanged(rules []policies.Rule) map[string]string {
	out := map[string]string{}
	for _, r := range rules {
		if r.Of(policies.ChangeScope) {
			out[r.ID] = OfChanges
		}
	}
	return out
}

// apart says of the checks that judge the platform file or a change what they lack, nothing where they
// were asked.
func (c chain) apart() map[string]string {
	lacking := map[string]string{}
	for _, u := range c.engine.Unasked(c.known.context()) {
		lacking[u.ID] = field(u.Needs, nil)
	}
	out := map[string]string{}
	for _, r := range c.rules {
		switch {
		case c.options.Change == nil && r.Of(policies.ChangeScope):
			out[r.ID] = OfChanges
		case slices.Contains(r.Scopes, policies.PlatformScope), slices.Contains(r.Scopes, policies.ChangeScope):
			out[r.ID] = lacking[r.ID]
		}
	}
	return out
}

// Unasked returns what the chosen checks lack that were asked nowhere, by id.
func (r *Result) Unasked() map[string]string {
	out, asked := map[string]string{}, map[string]bool{}
	note := func(id, need string) {
		if asked[id] = asked[id] || need == ""; need != "" {
			out[id] = need
		}
	}
	for _, rule := range r.Rules {
		if need, apart := r.apart[rule.ID]; apart {
			note(rule.ID, need)
		}
		for i := 0; i < len(r.Tenants) && !rule.Of(policies.PlatformScope, policies.ChangeScope); i++ {
			for _, env := range r.Tenants[i].Checked {
				note(rule.ID, r.Tenants[i].Unasked[env][rule.ID])
			}
		}
	}
	maps.DeleteFunc(out, func(id, _ string) bool { return asked[id] })
	return out
}

// OfTenants are the ids of the chosen checks that looked at neither the platform file nor a change.
func (r *Result) OfTenants() []string {
	var ids []string
	for _, rule := range r.Rules {
		if need, apart := r.apart[rule.ID]; !apart || need != "" {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}
