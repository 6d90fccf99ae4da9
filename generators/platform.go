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
}

// platformGenerators are the capabilities of the platform: what a cluster needs once for all of its tenants. A
// new one is one file and one line here.
var platformGenerators = []func(platformInput) []object{
	admission,
	fluxRoot,
	clusterDefaultDeny,
}

// Platform renders what belongs to no single tenant in an environment of the platform: complete objects, as the
// environment's cluster gets them. The guards are what its API server is to ask of tenants' objects.
func Platform(p *schemas.Platform, env schemas.PlatformEnvironment, guards []manifest.Guard) []manifest.Object {
	in := platformInput{platform: p, env: env, cluster: p.Clusters[env.Cluster], guards: guards}
	var made []object
	for _, generate := range platformGenerators {
		made = append(made, generate(in)...)
	}
	return sorted(rendered(made))
}
