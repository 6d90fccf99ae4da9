package generators

import (
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// checkRouted holds what the controller demands of a canary with a router, and what keeps its quota
// free of pods that nobody needs any more.
func checkRouted(t *rapid.T, objs []manifest.Object, w manifest.Object, c map[string]any) {
	require.NotEqual(t, c["stableService"], c["canaryService"])
	for _, key := range []string{"stableService", "canaryService"} {
		absent(t, one(t, objs, "Service", c[key].(string)), "spec.selector")
	}
	for _, key := range []string{"scaleDownDelaySeconds", "abortScaleDownDelaySeconds", "scaleDownDelayRevisionLimit"} {
		require.Positive(t, c[key], key)
	}
	absent(t, w, "spec.rollbackWindow")
	require.NotEmpty(t, c["steps"])
	routing := c["trafficRouting"].(map[string]any)
	managed := map[string]bool{}
	for _, m := range asList(routing["managedRoutes"]) {
		name := m.(map[string]any)["name"].(string)
		require.False(t, managed[name], "%s is managed twice", name)
		managed[name] = true
	}
	for _, step := range asList(c["steps"]) {
		for _, key := range []string{"setHeaderRoute", "setMirrorRoute"} {
			if name, ok := (manifest.Path{key, "name"}).Lookup(step); ok {
				require.True(t, managed[name.(string)], "%s is not managed", name)
			}
		}
	}
	both := map[any]bool{c["stableService"]: true, c["canaryService"]: true}
	if istio, ok := routing["istio"]; ok {
		checkIstio(t, objs, istio.(map[string]any), managed, both)
		return
	}
	settings := routing["plugins"].(map[string]any)[gatewayPlugin].(map[string]any)
	require.NotContains(t, settings, "namespace")
	require.NotEmpty(t, settings["httpRoutes"])
	for _, r := range asList(settings["httpRoutes"]) {
		for _, rule := range asList(at(t, one(t, objs, "HTTPRoute", r.(map[string]any)["name"].(string)), "spec.rules")) {
			got := map[any]bool{}
			for _, b := range asList(rule.(map[string]any)["backendRefs"]) {
				got[b.(map[string]any)["name"]] = true
			}
			require.Equal(t, both, got)
		}
	}
}

func checkIstio(t *rapid.T, objs []manifest.Object, istio map[string]any, managed map[string]bool, both map[any]bool) {
	require.NotEmpty(t, istio["virtualServices"])
	for _, v := range asList(istio["virtualServices"]) {
		ref := v.(map[string]any)
		routes := map[any]map[string]any{}
		for _, r := range asList(at(t, one(t, objs, "VirtualService", ref["name"].(string)), "spec.http")) {
			route := r.(map[string]any)
			require.Nil(t, routes[route["name"]], "two routes %s", route["name"])
			require.False(t, managed[route["name"].(string)], "%s would be deleted", route["name"])
			routes[route["name"]] = route
		}
		require.NotEmpty(t, ref["routes"])
		for _, name := range asList(ref["routes"]) {
			got := map[any]bool{}
			for _, d := range asList(routes[name]["route"]) {
				host, _ := manifest.ParsePath("destination.host").Lookup(d)
				got[host] = true
				require.Contains(t, d, "weight")
			}
			require.Equal(t, both, got, name)
		}
	}
}

// checkRoutes holds that whatever a route names is there, and that a host has one object of Istio, in
// which the longest path is first.
func checkRoutes(t *rapid.T, objs []manifest.Object) {
	hosts := map[any]bool{}
	for _, o := range objs {
		switch o.Kind() {
		case "VirtualService":
			host := at(t, o, "spec.hosts[0]")
			require.False(t, hosts[host], "two objects for %s", host)
			hosts[host] = true
			checkVirtualService(t, objs, o)
		case "DestinationRule":
			require.Equal(t, o.Name(), at(t, o, "spec.host"))
			one(t, objs, "Service", o.Name())
		case "HTTPRoute":
			for _, rule := range asList(at(t, o, "spec.rules")) {
				require.NotEmpty(t, rule.(map[string]any)["matches"])
				for _, b := range asList(rule.(map[string]any)["backendRefs"]) {
					ref := b.(map[string]any)
					require.Contains(t, ref, "group")
					require.Contains(t, ref, "weight")
					checkPort(t, objs, ref["name"], ref["port"])
				}
			}
		case "Ingress":
			for _, rule := range asList(at(t, o, "spec.rules")) {
				for _, p := range asList(rule.(map[string]any)["http"].(map[string]any)["paths"]) {
					backend := p.(map[string]any)["backend"].(map[string]any)["service"].(map[string]any)
					checkPort(t, objs, backend["name"], backend["port"].(map[string]any)["number"])
				}
			}
		}
	}
}

func checkVirtualService(t *rapid.T, objs []manifest.Object, o manifest.Object) {
	last := 1 << 30
	for _, r := range asList(at(t, o, "spec.http")) {
		for _, d := range asList(r.(map[string]any)["route"]) {
			host, _ := manifest.ParsePath("destination.host").Lookup(d)
			port, _ := manifest.ParsePath("destination.port.number").Lookup(d)
			checkPort(t, objs, host, port)
		}
		for _, key := range []string{"exact", "prefix"} {
			if path, ok := manifest.ParsePath("match[0].uri." + key).Lookup(r); ok {
				require.LessOrEqual(t, len(path.(string)), last)
				last = len(path.(string))
			}
		}
	}
}

func checkPort(t *rapid.T, objs []manifest.Object, service, port any) {
	for _, p := range asList(at(t, one(t, objs, "Service", service.(string)), "spec.ports")) {
		if p.(map[string]any)["port"] == port {
			return
		}
	}
	t.Fatalf("%s has no port %v", service, port)
}
