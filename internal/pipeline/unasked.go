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

	OfPlatform = "platform file" // it judges the platform file, and there is none
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
		of := func(s policies.Scope) bool { return slices.Contains(r.Scopes, s) }
		switch {
		case of(policies.PlatformScope) && c.hasPlatform(), of(policies.ChangeScope) && c.options.Change != nil:
			out[r.ID] = lacking[r.ID]
		case of(policies.ChangeScope):
			out[r.ID] = OfChanges
		case of(policies.PlatformScope):
			out[r.ID] = OfPlatform
		}
	}
	return out
}

// Unasked returns what the chosen checks lack that were asked nowhere, by id. A check that there was no
// place for lacks nothing.
func (r *Result) Unasked() map[string]string {
	out := map[string]string{}
	for _, rule := range r.Rules {
		if needs := r.needs(rule); len(needs) > 0 && !slices.Contains(needs, "") {
			out[rule.ID] = needs[len(needs)-1]
		}
	}
	return out
}

// Asked is how many of the chosen checks were asked anywhere.
func (r *Result) Asked() int {
	n := 0
	for _, rule := range r.Rules {
		if slices.Contains(r.needs(rule), "") {
			n++
		}
	}
	return n
}

// needs are what the check lacks at each place that was judged; empty where it was asked.
func (r *Result) needs(rule Rule) []string {
	var out []string
	if need, apart := r.apart[rule.ID]; apart {
		out = append(out, need)
	}
	if rule.Of(policies.PlatformScope, policies.ChangeScope) {
		return out
	}
	for _, t := range r.Tenants {
		for _, env := range t.Checked {
			out = append(out, t.Unasked[env][rule.ID])
		}
	}
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
