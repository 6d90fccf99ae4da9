package pipeline

import (
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// claims are what a tenant says is its own in an environment, beside its objects and its namespace.
func claims(e *schemas.Environment) []policies.Claim {
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
	return all
}
