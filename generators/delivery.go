package generators

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// deliveries are what the GitOps engines need to apply a tenant in an environment, by engine.
var deliveries = map[string]func(input) []object{}

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
