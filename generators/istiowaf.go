package generators

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// gatewayFirewall puts Coraza before all hosts of a gateway of Istio, once for all environments of the cluster: each plugin
// looks at every request, so that a second one would judge the hosts of the first. A host that it does not know is guarded
// in full.
func gatewayFirewall(in platformInput) []object {
	if in.cluster == nil || in.cluster.Router != schemas.Istio || !in.cluster.Coraza() || !in.isFirst() {
		return nil
	}
	config := krm.Coraza{Directives: map[string][]string{}, Authorities: map[string]string{}}
	full := newProfile([]guard{{path: "/", mode: schemas.WAFBlock, body: defaultBody}})
	config.Default, config.Directives[full.name] = full.name, full.directives
	for _, paths := range in.istioHosts() {
		if p := newProfile(paths.guards); p.name != full.name {
			config.Authorities[paths.host], config.Directives[p.name] = p.name, p.directives
		}
	}
	return []object{{owner: manifest.OwnerPlatform, subject: "metadata.name", outer: true, typed: &krm.WasmPlugin{
		TypeMeta: kind(krm.IstioExtensionsAPI, "WasmPlugin"),
		ObjectMeta: metav1.ObjectMeta{
			Name: "tenants-waf", Namespace: in.platform.Namespaces.Gateway, Labels: map[string]string{labelManagedBy: managedBy},
		},
		Spec: krm.WasmPluginSpec{
			Selector: krm.WasmSelector{MatchLabels: gatewayLabels(in.cluster)}, URL: "oci://" + in.platform.Images.WAF,
			Phase: "AUTHN", FailStrategy: "FAIL_CLOSE", PluginConfig: config,
		},
	}}}
}

// isFirst reports whether the environment is the first of its cluster, which has what the cluster needs once.
func (in platformInput) isFirst() bool {
	i := slices.IndexFunc(in.platform.Environments, func(e schemas.PlatformEnvironment) bool { return e.Cluster == in.env.Cluster })
	return i >= 0 && in.platform.Environments[i].Name == in.env.Name
}

// guardedHost is a host, and what the firewall does for its paths.
type guardedHost struct {
	host   string
	guards []guard
}

// istioHosts are those of all tenants on the cluster.
func (in platformInput) istioHosts() []guardedHost {
	var out []guardedHost
	for _, t := range in.tenants {
		for i := range t.Environments {
			e := &t.Environments[i]
			if e.Cluster == nil || e.Cluster.Name != in.env.Cluster {
				continue
			}
			own := newInput(t, e)
			for _, paths := range byHost(own.exposed(schemas.Istio)) {
				out = append(out, guardedHost{paths[0].host, own.guards(paths)})
			}
		}
	}
	return out
}

// gatewayLabels are those of the pods of the cluster's gateway.
func gatewayLabels(c *schemas.Cluster) map[string]string {
	if len(c.GatewayLabels) == 0 {
		return map[string]string{"istio": "ingressgateway"}
	}
	return c.GatewayLabels
}
