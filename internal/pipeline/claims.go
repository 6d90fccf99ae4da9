package pipeline

import (
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// claims are what a tenant says is its own in an environment, beside its objects and its namespace, and
// what it has agreed with others. Objects are those of the environment.
func claims(tenant string, e *schemas.Environment, objects []manifest.Object) []policies.Claim {
	var all []policies.Claim
	claim := func(kind, value string, field ...any) {
		all = append(all, policies.Claim{Kind: kind, Value: value, Object: -1, Field: manifest.Path{"spec"}.Join(field...)})
	}
	for i, d := range e.Spec.Domains {
		claim("domain", d, "domains", i)
	}
	for i, o := range e.Spec.Owners {
		claim("group", o.Group, "owners", i, "group")
	}
	for _, name := range slices.Sorted(maps.Keys(e.Spec.Secrets)) {
		claim("secret", e.Spec.Secrets[name].Path, "secrets", name, "path")
	}
	for _, a := range e.Spec.Accepts {
		claim("accept", a.Tenant+"/"+tenant+"/"+a.Service, "accepts")
	}
	exposed := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(e.Spec.Services)) {
		s := e.Spec.Services[name]
		for i, x := range s.Expose {
			exposed[x.Host] = true
			claim("host", x.Host, "services", name, "expose", i, "host")
		}
		for i, c := range s.Calls {
			if c.Tenant != "" && c.Tenant != tenant {
				claim("call", tenant+"/"+c.Tenant+"/"+c.Service, "services", name, "calls", i, "tenant")
			}
		}
	}
	return append(all, routed(objects, exposed)...)
}
