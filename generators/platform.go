package generators

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// platformInput is what every generator of the platform's own objects gets.
type platformInput struct {
	platform *schemas.Platform
	env      schemas.PlatformEnvironment
	cluster  *schemas.Cluster
	guards   []manifest.Guard
	tenants  []*schemas.Tenant
}

// platformGenerators are the capabilities of the platform: what a cluster needs once for all of its tenants. A
// new one is one file and one line here.
var platformGenerators = []func(platformInput) []object{
	admission,
	fluxRoot,
	clusterDefaultDeny,
	gatewayFirewall,
}

// Platform renders what belongs to no single tenant in an environment of the platform: complete objects, as the
// environment's cluster gets them. The guards are what its API server is to ask of tenants' objects; tenants are all of
// the fleet, which matter where [schemas.Platform.Gathers] says so.
func Platform(p *schemas.Platform, env schemas.PlatformEnvironment, guards []manifest.Guard, tenants []*schemas.Tenant) []manifest.Object {
	in := platformInput{platform: p, env: env, cluster: p.Clusters[env.Cluster], guards: guards, tenants: tenants}
	var made []object
	for _, generate := range platformGenerators {
		made = append(made, generate(in)...)
	}
	return sorted(rendered(made))
}
