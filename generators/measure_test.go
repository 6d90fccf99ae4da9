package generators

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

func smoked(s schemas.Service, path string) schemas.Service {
	s.Release.Smoke = &schemas.Smoke{Path: path}
	return s
}

// measuring is a tenant on a cluster where everything can be measured.
func measuring(s schemas.Service, router, mesh string) input {
	in := serving(map[string]schemas.Service{"web": s}, "rollouts", "prometheus")
	in.env.Cluster.Router, in.env.Cluster.Mesh = router, mesh
	in.env.Platform.Images.Smoke = "docker.io/curlimages/curl:8.16.0"
	return in
}

func kinds(objs []manifest.Object, wanted ...string) []manifest.Object {
	return slices.DeleteFunc(objs, func(o manifest.Object) bool { return !slices.Contains(wanted, o.Kind()) })
}

func TestGoldenMeasurements(t *testing.T) {
	gate := schemas.Gate{SuccessRate: new(99.5), P99: "500ms", NoData: "hold", DryRun: true}
	for name, in := range map[string]input{
		"istio-canary":        measuring(gatedBy("canary", gate), schemas.Istio, schemas.Istio),
		"gateway-api-canary":  measuring(gatedBy("canary", gate), schemas.GatewayAPI, "none"),
		"bluegreen-smoke":     measuring(smoked(released(web(), schemas.Release{Strategy: "blueGreen"}), "/healthz?a=$(B)"), "none", "none"),
		"istio-bluegreen-all": measuring(smoked(gatedBy("blueGreen", gate), "/healthz"), schemas.Istio, schemas.Istio),
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, "measure-"+name, kinds(render(in), "AnalysisTemplate"))
		})
	}
}

// Each template gets the arguments that it asks for; a smoke test asks for none.
func TestWhatIsAskedBeforeASwitch(t *testing.T) {
	gate := schemas.Gate{P99: "500ms"}
	for name, c := range map[string]struct {
		service         schemas.Service
		templates, args []string
	}{
		"nothing": {released(web(), schemas.Release{Strategy: "blueGreen"}), nil, nil},
		"smoke":   {smoked(released(web(), schemas.Release{Strategy: "blueGreen"}), "/"), []string{"web-smoke"}, nil},
		"gate":    {gatedBy("blueGreen", gate), []string{"web-preview"}, []string{"hash", "namespace"}},
		"both":    {smoked(gatedBy("blueGreen", gate), "/"), []string{"web-smoke", "web-preview"}, []string{"hash", "namespace"}},
	} {
		var templates, args []string
		if a := measuring(c.service, schemas.Istio, schemas.Istio).beforeSwitch("web", c.service); a != nil {
			for _, ref := range a.Templates {
				templates = append(templates, ref.TemplateName)
			}
			for _, arg := range a.Args {
				args = append(args, arg.Name)
			}
		}
		require.Equal(t, c.templates, templates, name)
		require.Equal(t, c.args, args, name)
	}
}

func TestSmokeAsksWhatSpeaksHTTP(t *testing.T) {
	for name, c := range map[string]struct {
		ports   map[string]schemas.Port
		exposed string
		want    string
	}{
		"http":          {map[string]schemas.Port{"admin": {Port: 1}, "http": {Port: 2}, "http-a": {Port: 3}}, "", "http://web-preview:2/x"},
		"named http-":   {map[string]schemas.Port{"admin": {Port: 1}, "http-a": {Port: 3}}, "", "http://web-preview:3/x"},
		"exposed":       {map[string]schemas.Port{"admin": {Port: 1}, "shop": {Port: 4}}, "shop", "http://web-preview:4/x"},
		"exposed https": {map[string]schemas.Port{"admin": {Port: 1}, "https": {Port: 5}}, "https", "https://web-preview:5/x"},
		"no gRPC":       {map[string]schemas.Port{"grpc": {Port: 6}, "http-b": {Port: 7}}, "", "http://web-preview:7/x"},
	} {
		s := smoked(released(schemas.Service{Kind: "service", Ports: c.ports}, schemas.Release{Strategy: "blueGreen"}), "/x")
		if c.exposed != "" {
			s.Expose = []schemas.Expose{{Host: "a.example.com", Port: c.exposed}}
		}
		args := smokeArgs("web", s)
		require.Equal(t, c.want, args[len(args)-1], name)
		require.Equal(t, strings.HasPrefix(c.want, "https"), slices.Contains(args, "--insecure"), name)
	}
}

// All requests together end before the Job is stopped, the Job before the release is, and it stays
// longer than the controller sleeps while it waits for it.
func TestSmokeTestsEnd(t *testing.T) {
	require.Less(t, smokeRetryTime+smokeRequest, smokeDeadline/2)
	require.Less(t, smokeDeadline, releaseDeadline*3/4)
	require.Greater(t, smokeKept, smokeDeadline)
}

// The pod of a test must not look like a pod of a service, or requests and budgets reach it.
func TestSmokePodsBelongToNoService(t *testing.T) {
	in := measuring(smoked(released(web(), schemas.Release{Strategy: "blueGreen"}), "/"), "none", "none")
	o := one(t, render(in), "AnalysisTemplate", "web-smoke")
	labels := at(t, o, "spec.metrics[0].provider.job.spec.template.metadata.labels").(map[string]any)
	require.NotContains(t, labels, labelName)
	absent(t, o, "spec.metrics[0].provider.job.spec.template.metadata.annotations")
}

// A smoke test acts for no service, and a service named like one keeps its own account.
func TestSmokeTestsHaveAccountsOfTheirOwn(t *testing.T) {
	in := measuring(smoked(released(web(), schemas.Release{Strategy: "blueGreen"}), "/"), "none", "none")
	in.env.Spec.Services["web-smoke"] = talking(worker())
	var names []string
	for _, o := range in.render(nil, append(defaultAccount(in), accounts(in)...)) {
		names = append(names, o.Name())
		require.Equal(t, false, at(t, o, "automountServiceAccountToken"))
	}
	require.Equal(t, []string{"default", "web", "web.smoke", "web-smoke"}, names)
	o := one(t, render(in), "AnalysisTemplate", "web-smoke")
	require.Equal(t, "web.smoke", at(t, o, "spec.metrics[0].provider.job.spec.template.spec.serviceAccountName"))
}

func TestNobodyAsksForASmokeTest(t *testing.T) {
	asked := smoked(released(web(), schemas.Release{Strategy: "blueGreen"}), "/")
	require.True(t, measuring(asked, "none", "none").smoked(asked))
	for name, s := range map[string]schemas.Service{
		"not asked": released(web(), schemas.Release{Strategy: "blueGreen"}),
		"no switch": smoked(released(web(), schemas.Release{Strategy: "canary"}), "/"),
		"no port":   smoked(released(worker(), schemas.Release{Strategy: "blueGreen"}), "/"),
	} {
		require.False(t, measuring(s, "none", "none").smoked(s), name)
	}
}

// anyMeasured is any tenant on any cluster, with gates and smoke tests.
func anyMeasured(t *rapid.T) input {
	in := anyInput(t)
	all := []string{"rollouts", "prometheus", "prometheus-adapter", "keda", "vpa"}
	in.env.Cluster.Operators = rapid.SliceOfDistinct(rapid.SampledFrom(all), rapid.ID[string]).Draw(t, "operators")
	in.env.Cluster.Router = rapid.SampledFrom([]string{schemas.NoRouter, schemas.Istio, schemas.GatewayAPI}).Draw(t, "router")
	in.env.Cluster.Mesh = rapid.SampledFrom([]string{"none", schemas.Istio}).Draw(t, "mesh")
	in.env.Tier.NoData = rapid.SampledFrom([]string{"", "hold", "pass"}).Draw(t, "tier's no data")
	in.env.Platform.Images.Smoke = rapid.SampledFrom([]string{"", "example/curl:1"}).Draw(t, "smoke image")
	for name, s := range in.env.Spec.Services {
		if rapid.Bool().Draw(t, "smoke") {
			s = smoked(s, "/")
		}
		if s.Release.Gate != nil {
			s.Release.Gate.DryRun = rapid.Bool().Draw(t, "dry run")
		}
		in.env.Spec.Services[name] = s
	}
	return in
}

var argument = regexp.MustCompile(`\{\{args\.([a-z]+)\}\}`)

// Every analysis of a Rollout finds its templates, gives them what they ask for and nothing else, and
// comes to an end.
func TestAnalysesAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyMeasured(t)
		objs := render(in)
		for _, o := range kinds(slices.Clone(objs), "Rollout") {
			for _, a := range analysesIn(o) {
				checkAnalysis(t, in, objs, o.Name(), a)
			}
		}
	})
}

// analysesIn are the steps and switches of a Rollout that measure.
func analysesIn(o manifest.Object) []any {
	var out []any
	for _, step := range list(o.Tree, "spec", "strategy", "canary", "steps") {
		if a, ok := (manifest.Path{"analysis"}).Lookup(step); ok {
			out = append(out, a)
		}
	}
	for _, key := range []string{"prePromotionAnalysis", "postPromotionAnalysis"} {
		if a, ok := (manifest.Path{"spec", "strategy", "blueGreen", key}).Lookup(o.Tree); ok {
			out = append(out, a)
		}
	}
	return out
}

func checkAnalysis(t *rapid.T, in input, objs []manifest.Object, service string, analysis any) {
	s := in.env.Spec.Services[service]
	given, declared, metrics := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, a := range list(analysis, "args") {
		given[text(a, "name")] = true
	}
	templates := list(analysis, "templates")
	require.NotEmpty(t, templates)
	for _, ref := range templates {
		o := one(t, objs, "AnalysisTemplate", text(ref, "templateName"))
		for _, a := range list(o.Tree, "spec", "args") {
			declared[text(a, "name")] = true
		}
		for _, m := range list(o.Tree, "spec", "metrics") {
			require.False(t, metrics[text(m, "name")], "two metrics %s", text(m, "name"))
			metrics[text(m, "name")] = true
			checkMetric(t, m, o.Name() == releaseTemplate(service) && in.holds(s))
			for _, used := range argument.FindAllStringSubmatch(text(m, "provider", "prometheus", "query"), -1) {
				require.True(t, given[used[1]], used[1])
			}
		}
		checkDryRun(t, o, s)
	}
	require.Equal(t, given, declared)
}

func checkMetric(t *rapid.T, m any, hold bool) {
	number := func(key string) int64 {
		n, ok := m.(map[string]any)[key].(int64)
		require.True(t, ok, "%s of %v", key, m)
		return n
	}
	require.Positive(t, number("count"))
	require.LessOrEqual(t, number("failureLimit"), number("count"))
	require.Positive(t, number("consecutiveErrorLimit"))
	if _, ok := (manifest.Path{"provider", "job"}).Lookup(m); ok {
		require.EqualValues(t, 1, number("count"))
		require.Zero(t, number("failureLimit")+number("inconclusiveLimit"))
		return
	}
	require.NotEmpty(t, text(m, "interval"))
	if hold {
		require.Less(t, number("inconclusiveLimit"), number("count"))
	} else {
		require.Equal(t, number("inconclusiveLimit"), number("count"))
	}
}

func checkDryRun(t *rapid.T, o manifest.Object, s schemas.Service) {
	gate := s.Release.Gate != nil && s.Release.Gate.DryRun && strings.Contains(text(list(o.Tree, "spec", "metrics")[0], "name"), "-")
	if !gate {
		absent(t, o, "spec.dryRun")
		return
	}
	require.Len(t, list(o.Tree, "spec", "dryRun"), len(list(o.Tree, "spec", "metrics")))
}
