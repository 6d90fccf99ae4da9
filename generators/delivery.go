package generators

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// deliveries are what the GitOps engines need to apply a tenant in an environment, by engine.
var deliveries = map[string]func(input) []object{}

// roots are what the GitOps engines need that belongs to no tenant, by engine.
var roots = map[string]func(*schemas.Platform) []object{}

// Root renders what the platform's GitOps engine needs before it can apply any tenant: complete objects, as the
// cluster gets them that the engine runs in. There are none where the platform names no GitOps repository.
func Root(p *schemas.Platform) []manifest.Object {
	generate := roots[p.GitOps.Engine]
	if p.GitOps.Repository == "" || generate == nil {
		return nil
	}
	return sorted(rendered(generate(p)))
}

// Delivery renders what the platform's GitOps engine needs to apply the tenant in an environment: complete
// objects, as the cluster gets them that the engine runs in. There are none where the platform names no GitOps
// repository.
func Delivery(t *schemas.Tenant, e *schemas.Environment) []manifest.Object {
	generate := deliveries[e.Platform.GitOps.Engine]
	if e.Platform.GitOps.Repository == "" || generate == nil {
		return nil
	}
	return sorted(rendered(generate(newInput(t, e))))
}
