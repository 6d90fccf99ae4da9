package schemas

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// judgeMesh refuses what a person says of a mesh that the cluster does not have, or of sidecars where there are none: it would
// change nothing.
func (p *platform) judgeMesh(cluster string) []manifest.Problem {
	c, own := p.facts.Clusters[cluster], p.written.Get("spec").Get("clusters").Get(cluster)
	at := manifest.Path{"spec", "clusters", cluster}
	var problems []manifest.Problem
	refuse := func(field, remedy, format string, args ...any) {
		if n := own.Get(field); n != nil && !isNull(n) {
			problem := fault(n.Position, at.Join(field).String(), format, args...)
			problem.Remedy = remedy
			problems = append(problems, problem)
		}
	}
	if c.Mesh != Istio {
		for _, field := range []string{"dataPlane", "trustDomain", "gatewayAccount"} {
			refuse(field, fmt.Sprintf("set %s to istio, or remove it", at.Join("mesh")), "cluster %s has no mesh", cluster)
		}
		return problems
	}
	if c.DataPlane == Ambient {
		refuse("sidecar", "remove it", "an ambient mesh adds nothing to pods")
	}
	if p.facts.Namespaces.Gateway == "" {
		refuse("gatewayAccount", "set spec.namespaces.gateway", "it is in the gateway's namespace, and the platform has none")
	}
	return problems
}
