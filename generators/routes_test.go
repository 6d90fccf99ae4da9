package generators

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// behind is a tenant with these services on a cluster with a router, and where it has one with a mesh.
func behind(router string, services map[string]schemas.Service, operators ...string) input {
	in := serving(services, append([]string{"rollouts"}, operators...)...)
	c := in.env.Cluster
	c.Router, c.Gateway, c.Mesh, c.IngressClass = router, "shared", "none", "public"
	if router != schemas.NoRouter {
		c.Mesh = "istio"
	}
	in.env.Platform.Namespaces.Gateway = "gateway"
	return in
}

// releases is what releases are made of: without the pods and what scales them, which have goldens of
// their own.
func releases(in input) []manifest.Object {
	out := slices.DeleteFunc(render(in), func(o manifest.Object) bool {
		return slices.Contains([]string{"HorizontalPodAutoscaler", "PodDisruptionBudget", "AnalysisTemplate"}, o.Kind())
	})
	for _, o := range out {
		if spec := o.Tree["spec"].(map[string]any); o.Kind() == "Rollout" {
			delete(spec, "template")
		}
	}
	return out
}

func shop(r schemas.Release) schemas.Service {
	s := released(web(), r)
	s.Expose = []schemas.Expose{{Host: "shop.example.com", Path: "/", Port: "http"}}
	return s
}

// busy has several ports, hosts and paths.
func busy(r schemas.Release) schemas.Service {
	s := released(web(), r)
	s.Ports = map[string]schemas.Port{
		"http": {Port: 8080}, "grpc": {Port: 9000}, "admin": {Port: 8081}, "metrics": {Port: 9090}, "dns": {Port: 53, Protocol: "UDP"},
	}
	s.Expose = []schemas.Expose{
		{Host: "shop.example.com", Path: "/", Port: "http"}, {Host: "shop.example.com", Path: "/api/", Port: "http"},
		{Host: "shop.example.com", Path: "/api/admin", Port: "admin"}, {Host: "shop.example.com", Path: "/dns", Port: "dns"},
		{Host: "*.shop.example.com", Port: "http"},
	}
	return s
}

func byHeader(duration string) schemas.Release {
	return schemas.Release{
		Strategy: "abTest", Duration: duration, Replicas: new(int32(2)), Match: &schemas.Match{Header: "X-Cohort", Value: "b"},
	}
}

func TestGoldenRoutes(t *testing.T) {
	long := byHeader("14d")
	long.Image = "ghcr.io/example/web:1.5.0-rc.1"
	manual := byHeader("90m")
	manual.Approval = "manual"
	cookie := byHeader("1h")
	cookie.Match = &schemas.Match{Cookie: "cohort", Value: "b.2"}
	canary := schemas.Release{Strategy: "canary", Weights: []int32{5, 50}, Approval: "manual"}
	services := map[string]schemas.Service{
		"rolling":     shop(schemas.Release{Strategy: "rolling"}),
		"canary":      shop(canary),
		"bluegreen":   shop(schemas.Release{Strategy: "blueGreen", KeepOld: "15m"}),
		"abtest":      shop(manual),
		"abtest-long": shop(long),
		"cookie":      shop(cookie),
		"busy":        busy(canary),
		"busy-abtest": busy(byHeader("2h")),
		"busy-long":   busy(long),
		"steps":       shop(schemas.Release{Strategy: "canary", Steps: ownSteps()}),
	}
	for _, router := range []string{schemas.NoRouter, schemas.Istio, schemas.GatewayAPI} {
		for _, name := range slices.Sorted(maps.Keys(services)) {
			t.Run(router+"/"+name, func(t *testing.T) {
				in := behind(router, map[string]schemas.Service{"web": services[name]}, "prometheus")
				golden(t, "routes-"+router+"-"+name, releases(in))
			})
		}
	}
}

func ownSteps() []map[string]any {
	header := func(name string) map[string]any {
		return map[string]any{"setHeaderRoute": map[string]any{"name": name, "match": []any{
			map[string]any{"headerName": "x-cohort", "headerValue": map[string]any{"exact": "b"}},
		}}}
	}
	return []map[string]any{
		{"setCanaryScale": map[string]any{"replicas": int64(2)}},
		header("beta"),
		{"setMirrorRoute": map[string]any{"name": "shadow", "percentage": int64(10), "match": []any{
			map[string]any{"method": map[string]any{"exact": "GET"}},
		}}},
		{"pause": map[string]any{"duration": int64(600)}},
		header("web-beta"),
		{"setHeaderRoute": map[string]any{"name": "beta"}},
		{"setWeight": int64(20)},
		{"analysis": map[string]any{"templates": []any{map[string]any{"templateName": "web-release"}}}},
		{"experiment": map[string]any{"duration": "600", "templates": []any{
			map[string]any{"name": "fresh", "specRef": "stable", "replicas": int64(1), "weight": int64(5)},
		}}},
		{"pause": map[string]any{"duration": "10m"}},
	}
}

// Services on one host share an object of Istio, whose routes have an order: a test of the one that has
// the root must not take the requests of the others.
func TestServicesShareAHost(t *testing.T) {
	api := shop(schemas.Release{Strategy: "canary", Weights: []int32{10}})
	api.Expose[0].Path = "/api"
	in := behind(schemas.Istio, map[string]schemas.Service{"web": shop(byHeader("1h")), "api": api})
	golden(t, "routes-shared-host", releases(in))
}

// A test is measured after it had its time, and then waits for a person; a header route for its
// requests comes after their pods.
func TestStepsOfATest(t *testing.T) {
	s := shop(byHeader("1h"))
	s.Release.Gate, s.Release.Approval = &schemas.Gate{SuccessRate: new(99.5)}, "manual"
	for router, want := range map[string][]string{
		schemas.Istio:      {"setCanaryScale", "pause", "analysis", "pause"},
		schemas.GatewayAPI: {"setCanaryScale", "setHeaderRoute", "pause", "analysis", "pause"},
	} {
		objs := render(behind(router, map[string]schemas.Service{"web": s}, "prometheus"))
		var got []string
		for _, step := range at(t, one(t, objs, "Rollout", "web"), "spec.strategy.canary.steps").([]any) {
			got = append(got, slices.Collect(maps.Keys(step.(map[string]any)))...)
		}
		require.Equal(t, want, got, router)
		one(t, objs, "AnalysisTemplate", "web-release")
	}
}

// What a step means to the controller, in each case that it would refuse or read otherwise.
func TestOwnSteps(t *testing.T) {
	s := shop(schemas.Release{Strategy: "canary", Steps: ownSteps(), Gate: &schemas.Gate{SuccessRate: new(99.0)}, Approval: "manual"})
	rollout := func(router string, operators ...string) manifest.Object {
		return one(t, render(behind(router, map[string]schemas.Service{"web": s}, operators...)), "Rollout", "web")
	}
	istio := rollout(schemas.Istio, "prometheus")
	require.Equal(t, []any{map[string]any{"name": "beta"}, map[string]any{"name": "shadow"}, map[string]any{"name": "web-beta"}},
		at(t, istio, "spec.strategy.canary.trafficRouting.managedRoutes"))
	require.Equal(t, "600s", at(t, istio, "spec.strategy.canary.steps[3].pause.duration"))
	require.NotEmpty(t, at(t, istio, "spec.strategy.canary.steps[7].analysis.args"))
	require.Equal(t, "600s", at(t, istio, "spec.strategy.canary.steps[8].experiment.duration"))
	require.Equal(t, map[string]any{}, at(t, istio, "spec.strategy.canary.steps[10].pause"))
	require.Equal(t, []any{map[string]any{"name": "beta"}, map[string]any{"name": "web-beta"}},
		at(t, rollout(schemas.GatewayAPI), "spec.strategy.canary.trafficRouting.managedRoutes"))
	none := rollout(schemas.NoRouter)
	require.Equal(t, "5m", at(t, none, "spec.strategy.canary.steps[2].pause.duration"), "nothing measures")
	absent(t, none, "spec.strategy.canary.steps[3].experiment.templates[0].weight")
	for _, bad := range []map[string]any{{"setWait": int64(1)}, {"pause": "1h"}, {"setWeight": int64(1), "pause": nil}, {}, {"setWeight": func() {}}} {
		_, ok := decodeStep(bad)
		require.False(t, ok, bad)
	}
}

func TestCookieIsMatchedWhole(t *testing.T) {
	header, value := wanted(&schemas.Match{Cookie: "a.b", Value: "x+y|z"})
	require.Equal(t, "cookie", header)
	whole := regexp.MustCompile(`^(?:` + value.Regex + `)$`)
	for text, want := range map[string]bool{
		"a.b=x+y|z": true, "s=1; a.b=x+y|z": true, "a.b=x+y|z; t=2": true, "s=1;a.b=x+y|z;t=2": true,
		"a.b=x+y|zz": false, "xa.b=x+y|z": false, "aab=x+y|z": false, "a.b=xxy|z": false, "a.b=": false, "z": false, "": false,
		"s=a.b=x+y|z": false,
	} {
		require.Equal(t, want, whole.MatchString(text), text)
	}
}

func TestDurationOfATest(t *testing.T) {
	for given, want := range map[string]string{
		"2h": "2h", "90m": "90m", "120m": "2h", "90s": "90s", "60s": "1m", "1d": "24h", "500ms": "5m", "": "5m", "1500ms": "1s",
	} {
		got := testDuration(schemas.Service{Release: schemas.Release{Duration: given}})
		require.Equal(t, want, got, given)
		require.Positive(t, v1alpha1.RolloutPause{Duration: pause(got).Pause.Duration}.DurationSeconds())
	}
}

// A second version is a service like any other to every generator, and the first one to everybody
// else: its account, its way in and out, and the line that it comes from.
func TestSecondVersion(t *testing.T) {
	s := shop(byHeader("30d"))
	s.Release.Image = "ghcr.io/example/web:2"
	s.Calls = []schemas.Call{{CIDR: "10.1.0.0/16", Port: 5432}}
	in := behind(schemas.Istio, map[string]schemas.Service{"web": s, "other": shop(schemas.Release{Strategy: "rolling"})}, "prometheus")
	in.env.Spec.Monitoring.Level = "basic"
	in.env.Spec.Accepts = []schemas.Accept{{Tenant: "crm", Service: "web"}}
	objs := Generate(in.tenant, in.env)
	b := one(t, objs, "Rollout", "web-b")
	require.Equal(t, "spec.services.web", b.Subject)
	require.Equal(t, "ghcr.io/example/web:2", at(t, b, "spec.template.spec.containers[0].image"))
	require.EqualValues(t, 2, at(t, b, "spec.replicas"))
	require.Equal(t, "web", at(t, b, "spec.template.spec.serviceAccountName"))
	require.Equal(t, map[string]any{"maxSurge": "25%", "maxUnavailable": int64(0)}, at(t, b, "spec.strategy.canary"))
	require.Equal(t, at(t, b, "spec.strategy"), at(t, one(t, objs, "Rollout", "web"), "spec.strategy"))
	at(t, one(t, objs, "Service", "web-b"), "spec.selector")
	one(t, objs, "PodDisruptionBudget", "web-b")
	require.NotContains(t, namesOf(objs, "ServiceAccount"), "web-b")
	require.NotContains(t, namesOf(objs, "HorizontalPodAutoscaler"), "web-b")
	for _, who := range []string{"allow-from-gateway-", "allow-from-monitoring-", "allow-from-tenants-", "allow-calls-"} {
		first, second := one(t, objs, "NetworkPolicy", who+"web"), one(t, objs, "NetworkPolicy", who+"web-b")
		require.Equal(t, first.Subject, second.Subject)
		require.Equal(t, map[string]any{labelName: "web-b"}, at(t, second, "spec.podSelector.matchLabels"))
		delete(first.Tree["spec"].(map[string]any), "podSelector")
		delete(second.Tree["spec"].(map[string]any), "podSelector")
		require.Equal(t, first.Tree["spec"], second.Tree["spec"])
	}
	require.NotContains(t, in.env.Spec.Services, "web-b", "the tenant stays as it was")
}

// A person's own service keeps its name, and its line.
func TestSecondVersionTakesNoName(t *testing.T) {
	s := shop(byHeader("30d"))
	s.Release.Image = "ghcr.io/example/web:2"
	in := behind(schemas.Istio, map[string]schemas.Service{"web": s, "web-b": worker()})
	b := one(t, render(in), "Rollout", "web-b")
	require.Equal(t, "spec.services.web-b", b.Subject)
	require.Equal(t, "web-b", at(t, b, "spec.template.spec.serviceAccountName"))
}

func namesOf(objs []manifest.Object, kind string) []string {
	var out []string
	for _, o := range objs {
		if o.Kind() == kind {
			out = append(out, o.Name())
		}
	}
	return out
}

// A third version waits until the old one is gone, and the controller tries again.
func TestPatienceOutwaitsTheOldVersion(t *testing.T) {
	for name, c := range map[string]struct {
		router string
		r      schemas.Release
		want   int32
	}{
		"rolling":          {schemas.Istio, schemas.Release{Strategy: "rolling"}, 900},
		"by pods":          {schemas.NoRouter, schemas.Release{Strategy: "canary"}, 900},
		"by a router":      {schemas.Istio, schemas.Release{Strategy: "canary"}, 60 + 1300},
		"switch":           {schemas.NoRouter, schemas.Release{Strategy: "blueGreen", KeepOld: "1h"}, 3600 + 1300},
		"switch, for ever": {schemas.NoRouter, schemas.Release{Strategy: "blueGreen", KeepOld: "999999999d"}, 3600 + 1300},
	} {
		s := shop(c.r)
		in := behind(c.router, map[string]schemas.Service{"web": s})
		require.Equal(t, c.want, in.patience(s), name)
	}
}

// Names of routes hold a star for no host, and end before a dot.
func TestRouteNames(t *testing.T) {
	valid := regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	for _, host := range []string{"a.example.com", "*.example.com", strings.Repeat("abc.", 60) + "de", strings.Repeat("a", 50) + ".com"} {
		for _, service := range []string{"web", strings.Repeat("s", 50), strings.Repeat("s", 49)} {
			name := routeName(service, host)
			require.Regexp(t, valid, name)
			require.LessOrEqual(t, len(name), longestName)
		}
	}
	require.NotEqual(t, routeName("web", "*.example.com"), routeName("web", "*.example.org"))
}
