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
}

// platformGenerators are the capabilities of the platform: what a cluster needs once for all of its tenants. A
// new one is one file and one line here.
var platformGenerators = []func(platformInput) []object{
	fluxRoot,
	clusterDefaultDeny,
}

// Platform renders what belongs to no single tenant in an environment of the platform: complete objects, as the
// environment's cluster gets them.
func Platform(p *schemas.Platform, env schemas.PlatformEnvironment) []manifest.Object {
	in := platformInput{platform: p, env: env, cluster: p.Clusters[env.Cluster]}
	var made []object
	for _, generate := range platformGenerators {
		made = append(made, generate(in)...)
	}
	return sorted(rendered(made))
}
