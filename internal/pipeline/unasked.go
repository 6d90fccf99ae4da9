package pipeline

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// What a check lacks that is no field of a file.
const (
	OfChanges = "change" // it judges changes, and none was given
	ofTenants = "tenant"
)

// unask notes the checks that mean nothing in the environment, for want of what they need.
func (c chain) unask(r *Rendered, e *schemas.Environment, facts policies.Context) {
	out := map[string]string{}
	for _, u := range c.engine.Unasked(facts) {
		out[u.ID] = field(u.Needs, e)
	}
	for _, rule := range c.changes {
		out[rule] = OfChanges
	}
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
		return ofTenants
	}
	if rest, ok := strings.CutPrefix(need, "cluster."); ok {
		return "platform spec.clusters." + e.Cluster.Name + "." + rest
	}
	return need
}

// changes are the ids of the rules that judge changes only.
func changes(rules []policies.Rule) []string {
	var ids []string
	for _, r := range rules {
		if slices.Equal(r.Scopes, []policies.Scope{policies.ChangeScope}) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// Unasked returns what the chosen checks lack that were asked nowhere, by id.
func (r *Result) Unasked() map[string]string {
	out, asked := map[string]string{}, map[string]bool{}
	for _, t := range r.Tenants {
		for _, env := range t.Checked {
			for _, rule := range r.Rules {
				if need, no := t.Unasked[env][rule.ID]; no {
					out[rule.ID] = need
				} else {
					asked[rule.ID] = true
				}
			}
		}
	}
	for id := range asked {
		delete(out, id)
	}
	return out
}
