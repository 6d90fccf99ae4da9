package generators

import (
	"slices"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// split is a Rollout whose requests a router splits.
func split(name string, routing v1alpha1.RolloutTrafficRouting) manifest.Object {
	r := &v1alpha1.Rollout{TypeMeta: kind(rolloutsAPI, "Rollout")}
	r.Name = name
	r.Spec.Strategy.Canary = &v1alpha1.CanaryStrategy{
		StableService: name, CanaryService: name + "-canary", TrafficRouting: &routing,
	}
	return manifest.Object{Tree: manifest.FromTyped(plain(r))}
}

func istioRouting(services ...v1alpha1.IstioVirtualService) *v1alpha1.IstioTrafficRouting {
	return &v1alpha1.IstioTrafficRouting{VirtualServices: services}
}

func companion(c Companion) []manifest.Object {
	tree := manifest.FromTyped(c)
	return []manifest.Object{{Tree: tree}}
}

func TestGoldenCompanions(t *testing.T) {
	gateway := split("web", v1alpha1.RolloutTrafficRouting{ManagedRoutes: []v1alpha1.MangedRoutes{{Name: "web-ab"}}})
	setPlugin(gateway, map[string]any{"httpRoutes": []any{
		map[string]any{"name": "web-shop-example-com", "useHeaderRoutes": true}, map[string]any{"name": "web", "useHeaderRoutes": true},
	}})
	shared := split("api", v1alpha1.RolloutTrafficRouting{})
	setPlugin(shared, map[string]any{"httpRoute": "web"})
	queue := scaled(schemas.Autoscaling{Max: 5, Triggers: []schemas.Trigger{{Type: "cron"}}})
	for name, objects := range map[string][]manifest.Object{
		"none": render(serving(map[string]schemas.Service{"mail": worker()})),
		"istio": {
			split("web", v1alpha1.RolloutTrafficRouting{
				ManagedRoutes: []v1alpha1.MangedRoutes{{Name: "web-ab"}},
				Istio: istioRouting(v1alpha1.IstioVirtualService{Name: "web", Routes: []string{"primary"}},
					v1alpha1.IstioVirtualService{Name: "web-shop-example-com"}),
			}),
			split("old", v1alpha1.RolloutTrafficRouting{Istio: &v1alpha1.IstioTrafficRouting{
				VirtualService: &v1alpha1.IstioVirtualService{Name: "old"},
			}}),
		},
		"gateway-api": {gateway, shared},
		"autoscaled":  render(serving(map[string]schemas.Service{"web": web(), "queue": queue}, "rollouts", "keda")),
		"rendered":    renderedOn(schemas.GatewayAPI),
		"mesh":        renderedOn(schemas.Istio),
		"deployments": render(serving(map[string]schemas.Service{"web": web()})),
	} {
		t.Run(name, func(t *testing.T) { golden(t, "companions-"+name, companion(Companions(objects))) })
	}
}

// renderedOn is a test of two ports on one host, behind a router: as it is rendered, not made by hand.
func renderedOn(router string) []manifest.Object {
	s := web()
	s.Ports = map[string]schemas.Port{"http": {Port: 8080}, "http-api": {Port: 8081}}
	s.Expose = []schemas.Expose{{Host: "shop.example.com", Path: "/", Port: "http"}, {Host: "shop.example.com", Path: "/api", Port: "http-api"}}
	s.Release = schemas.Release{Strategy: "abTest", Match: &schemas.Match{Header: "x-cohort", Value: "b"}, Duration: "1h"}
	in := serving(map[string]schemas.Service{"web": s}, "rollouts")
	in.env.Cluster.Router, in.env.Cluster.Gateway = router, "shared"
	return render(in)
}

func setPlugin(o manifest.Object, config map[string]any) {
	routing, _ := manifest.Path{"spec", "strategy", "canary", "trafficRouting"}.Lookup(o.Tree)
	routing.(map[string]any)["plugins"] = map[string]any{gatewayPlugin: config}
}

func TestCompanionsDoNotDependOnOrder(t *testing.T) {
	objects := render(serving(map[string]schemas.Service{"a": web(), "b": web(), "c": worker()}, "rollouts"))
	want := Companions(objects)
	slices.Reverse(objects)
	require.Equal(t, want, Companions(objects))
	require.Len(t, want.Flux.HealthCheckExprs, 1)
}

// With it, changes of routes in git would never arrive.
func TestIgnoredDifferencesAreNotRespected(t *testing.T) {
	o := split("web", v1alpha1.RolloutTrafficRouting{Istio: istioRouting(v1alpha1.IstioVirtualService{Name: "web"})})
	require.Equal(t, []string{"ApplyOutOfSyncOnly=true"}, Companions([]manifest.Object{o}).ArgoCD.SyncOptions)
}
