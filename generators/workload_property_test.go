package generators

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

func anyInput(t *rapid.T) input {
	services := rapid.MapOfN(rapid.StringMatching(`[a-z]([a-z0-9-]{0,48}[a-z0-9])?`), anyService(), 0, 3).Draw(t, "services")
	operators := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"rollouts", "prometheus"}), rapid.ID[string]).Draw(t, "operators")
	in := serving(services, operators...)
	c := in.env.Cluster
	c.Router = rapid.SampledFrom([]string{"none", "istio", "gateway-api"}).Draw(t, "router")
	c.Mesh = rapid.SampledFrom([]string{"none", "istio"}).Draw(t, "mesh")
	c.Gateway, in.env.Platform.Namespaces.Gateway = "shared", "gateway"
	return in
}

func anyExpose() *rapid.Generator[schemas.Expose] {
	return rapid.Custom(func(t *rapid.T) schemas.Expose {
		return schemas.Expose{
			Host: rapid.SampledFrom([]string{"a.example.com", "b.example.com", "*.example.com"}).Draw(t, "host"),
			Path: rapid.SampledFrom([]string{"", "/", "/api", "/api/", "/api/v2"}).Draw(t, "path"),
			Port: rapid.SampledFrom([]string{"http", "grpc", "metrics", "dns", "none"}).Draw(t, "port"),
		}
	})
}

func anyService() *rapid.Generator[schemas.Service] {
	return rapid.Custom(func(t *rapid.T) schemas.Service {
		s := schemas.Service{
			Kind:      rapid.SampledFrom([]string{"service", "worker", "statefulset"}).Draw(t, "kind"),
			Image:     "example/app:1",
			Ports:     rapid.MapOfN(rapid.SampledFrom([]string{"http", "grpc", "metrics", "dns"}), anyContainerPort(), 0, 4).Draw(t, "ports"),
			Files:     rapid.MapOfN(anyMount(), rapid.StringMatching(`[a-z\n]{0,9}`), 0, 3).Draw(t, "files"),
			Env:       rapid.MapOfN(rapid.StringMatching(`[A-Z]{1,3}`), rapid.Just(schemas.EnvValue{Value: "x"}), 0, 4).Draw(t, "env"),
			Volumes:   rapid.SliceOfNDistinct(anyVolume(), 0, 3, func(v schemas.Volume) string { return v.Mount }).Draw(t, "volumes"),
			Release:   anyRelease(t),
			Resources: small(),
			Expose:    rapid.SliceOfN(anyExpose(), 0, 4).Draw(t, "expose"),
		}
		if rapid.Bool().Draw(t, "scaled") {
			low := rapid.Int32Range(0, 20).Draw(t, "min")
			s.Autoscaling = &schemas.Autoscaling{Min: low, Max: rapid.Int32Range(low, 40).Draw(t, "max")}
		}
		if rapid.Bool().Draw(t, "fixed") {
			s.Replicas = new(rapid.Int32Range(0, 40).Draw(t, "replicas"))
		}
		if rapid.Bool().Draw(t, "starts slowly") {
			s.Probes.Startup = &schemas.Probe{Period: 3600, FailureThreshold: 100}
		}
		s.TerminationGracePeriod = rapid.Ptr(rapid.Int64Range(0, 3600), true).Draw(t, "grace")
		return s
	})
}

func anyContainerPort() *rapid.Generator[schemas.Port] {
	return rapid.Custom(func(t *rapid.T) schemas.Port {
		return schemas.Port{
			Port:     rapid.Int32Range(1, 65535).Draw(t, "port"),
			Protocol: rapid.SampledFrom([]string{"", "TCP", "UDP"}).Draw(t, "protocol"),
		}
	})
}

func anyMount() *rapid.Generator[string] { return rapid.StringMatching(`(/[a-zA-Z0-9._-]{1,30}){1,3}`) }

func anyVolume() *rapid.Generator[schemas.Volume] {
	return rapid.Custom(func(t *rapid.T) schemas.Volume {
		v := schemas.Volume{Mount: anyMount().Draw(t, "mount"), ReadOnly: rapid.Bool().Draw(t, "read only")}
		size := resource.MustParse("1Gi")
		switch rapid.IntRange(0, 2).Draw(t, "source") {
		case 0:
			v.EmptyDir = &size
		case 1:
			v.Claim = &size
		case 2:
			v.Secret = "db"
		}
		return v
	})
}

func anyRelease(t *rapid.T) schemas.Release {
	r := schemas.Release{
		Strategy: rapid.SampledFrom([]string{"rolling", "canary", "blueGreen", "abTest", ""}).Draw(t, "strategy"),
		Weights:  rapid.SliceOfN(rapid.Int32Range(0, 100), 0, 4).Draw(t, "weights"),
		Approval: rapid.SampledFrom([]string{"auto", "manual", ""}).Draw(t, "approval"),
		KeepOld:  rapid.SampledFrom([]string{"", "1s", "15m", "2d"}).Draw(t, "keep old"),
	}
	r.Duration = rapid.SampledFrom([]string{"", "2h", "90s", "14d"}).Draw(t, "duration")
	r.Image = rapid.SampledFrom([]string{"", "", "example/app:2"}).Draw(t, "second version")
	r.Replicas = rapid.Ptr(rapid.Int32Range(1, 9), true).Draw(t, "test replicas")
	r.Match = rapid.SampledFrom([]*schemas.Match{nil, {}, {Header: "x-cohort", Value: "b"}, {Cookie: "c", Value: "b"}}).Draw(t, "match")
	if rapid.Bool().Draw(t, "own steps") {
		// An analysis may name a template that the tenant brings.
		steps := slices.DeleteFunc(ownSteps(), func(s map[string]any) bool { return s["analysis"] != nil })
		r.Steps = rapid.SliceOfN(rapid.SampledFrom(steps), 0, 5).Draw(t, "steps")
	}
	if rapid.Bool().Draw(t, "gate") {
		r.Gate = &schemas.Gate{
			P99:    rapid.SampledFrom([]string{"", "500ms"}).Draw(t, "p99"),
			NoData: rapid.SampledFrom([]string{"", "hold", "pass"}).Draw(t, "no data"),
		}
		if rapid.Bool().Draw(t, "rate") {
			r.Gate.SuccessRate = new(99.5)
		}
	}
	return r
}

// What the controller refuses, and what it accepts and does harm with.
func TestWorkloadsAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		objs := render(in)
		for name, s := range in.running() {
			w := workloadOf(t, objs, name)
			checkReplicas(t, objs, w, s)
			checkSelectors(t, objs, w, in.tenant.Name)
			checkPorts(t, objs, w, s)
			checkMounts(t, objs, w)
			require.GreaterOrEqual(t, peakPods(s, in.env.Cluster), maxReplicas(s))
			if w.Kind() == "StatefulSet" {
				checkSet(t, objs, w)
				continue
			}
			require.Greater(t, at(t, w, "spec.progressDeadlineSeconds"), at(t, w, "spec.minReadySeconds"))
			if w.Kind() == "Rollout" {
				checkStrategy(t, objs, w, s)
			}
		}
		checkRoutes(t, objs)
	})
}

func workloadOf(t *rapid.T, objs []manifest.Object, name string) manifest.Object {
	for _, o := range objs {
		if slices.Contains([]string{"Rollout", "Deployment", "StatefulSet"}, o.Kind()) && o.Name() == name {
			return o
		}
	}
	t.Fatalf("no workload %s", name)
	return manifest.Object{}
}

func checkReplicas(t *rapid.T, objs []manifest.Object, w manifest.Object, s schemas.Service) {
	if s.Autoscaling == nil {
		require.EqualValues(t, maxReplicas(s), at(t, w, "spec.replicas"))
		return
	}
	absent(t, w, "spec.replicas")
	hpa := one(t, objs, "HorizontalPodAutoscaler", w.Name())
	require.Equal(t, w.Kind(), at(t, hpa, "spec.scaleTargetRef.kind"))
	require.Equal(t, w.APIVersion(), at(t, hpa, "spec.scaleTargetRef.apiVersion"))
	require.GreaterOrEqual(t, at(t, hpa, "spec.minReplicas"), int64(1))
	require.GreaterOrEqual(t, at(t, hpa, "spec.maxReplicas"), at(t, hpa, "spec.minReplicas"))
}

func checkSelectors(t *rapid.T, objs []manifest.Object, w manifest.Object, tenant string) {
	selector := at(t, w, "spec.selector.matchLabels").(map[string]any)
	require.Equal(t, map[string]any{labelName: w.Name(), labelTenant: tenant}, selector)
	require.Subset(t, at(t, w, "spec.template.metadata.labels"), selector)
	for _, o := range objs {
		if o.Kind() == "PodDisruptionBudget" && o.Name() == w.Name() {
			require.Equal(t, selector, at(t, o, "spec.selector.matchLabels"))
		}
	}
}

func checkPorts(t *rapid.T, objs []manifest.Object, w manifest.Object, s schemas.Service) {
	if len(s.Ports) == 0 {
		absent(t, w, "spec.template.spec.containers[0].ports")
		return
	}
	offered := at(t, one(t, objs, "Service", w.Name()), "spec.ports").([]any)
	open := at(t, w, "spec.template.spec.containers[0].ports").([]any)
	require.Len(t, offered, len(open))
	for i := range open {
		in, out := open[i].(map[string]any), offered[i].(map[string]any)
		require.Equal(t, in["name"], out["targetPort"])
		require.Equal(t, in["containerPort"], out["port"])
		require.Equal(t, in["protocol"], out["protocol"])
	}
}

// Every mount has its volume, every volume its mount and its object.
func checkMounts(t *rapid.T, objs []manifest.Object, w manifest.Object) {
	volumes := map[string]bool{}
	list, _ := manifest.ParsePath("spec.template.spec.volumes").Lookup(w.Tree)
	for _, v := range asList(list) {
		volume := v.(map[string]any)
		require.False(t, volumes[volume["name"].(string)], "two volumes %s", volume["name"])
		volumes[volume["name"].(string)] = true
		if claim, ok := (manifest.Path{"persistentVolumeClaim", "claimName"}).Lookup(v); ok {
			one(t, objs, "PersistentVolumeClaim", claim.(string))
		}
		if m, ok := (manifest.Path{"configMap", "name"}).Lookup(v); ok {
			one(t, objs, "ConfigMap", m.(string))
		}
	}
	list, _ = manifest.ParsePath("spec.volumeClaimTemplates").Lookup(w.Tree)
	for _, c := range asList(list) {
		name := text(c, "metadata", "name")
		require.False(t, volumes[name], "two volumes %s", name)
		volumes[name] = true
	}
	mounted := map[string]bool{}
	list, _ = manifest.ParsePath("spec.template.spec.containers[0].volumeMounts").Lookup(w.Tree)
	for _, m := range asList(list) {
		mounted[m.(map[string]any)["name"].(string)] = true
	}
	require.Equal(t, volumes, mounted)
}

// checkSet looks at what a StatefulSet needs beside its pods: the Service that gives them names, and no claim that
// another workload has.
func checkSet(t *rapid.T, objs []manifest.Object, w manifest.Object) {
	members := one(t, objs, "Service", at(t, w, "spec.serviceName").(string))
	require.Equal(t, "None", at(t, members, "spec.clusterIP"))
	require.Equal(t, at(t, w, "spec.selector.matchLabels"), at(t, members, "spec.selector"))
	taken := map[string]bool{}
	for _, o := range objs {
		if o.Kind() == "PersistentVolumeClaim" {
			taken[o.Name()] = true
		}
	}
	for _, o := range objs {
		for _, c := range list(o.Tree, "spec", "volumeClaimTemplates") {
			name := text(c, "metadata", "name") + "-" + o.Name() + "-0"
			require.False(t, taken[name], "two claims %s", name)
			require.Equal(t, text(c, "metadata", "name"), fit(text(c, "metadata", "name")))
			taken[name] = true
		}
	}
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

func checkStrategy(t *rapid.T, objs []manifest.Object, w manifest.Object, s schemas.Service) {
	way := at(t, w, "spec.strategy").(map[string]any)
	require.Len(t, way, 1)
	require.Equal(t, true, at(t, w, "spec.progressDeadlineAbort"))
	c, ok := way["canary"].(map[string]any)
	if !ok {
		checkSwitch(t, objs, w, way["blueGreen"].(map[string]any))
		return
	}
	for _, forbidden := range []string{"dynamicStableScale", "pingPong", "analysis"} {
		require.NotContains(t, c, forbidden)
	}
	checkSteps(t, objs, asList(c["steps"]), s, c["trafficRouting"] != nil)
	if c["trafficRouting"] != nil {
		checkRouted(t, objs, w, c)
		return
	}
	for _, forbidden := range []string{
		"canaryService", "stableService", "scaleDownDelaySeconds", "scaleDownDelayRevisionLimit", "abortScaleDownDelaySeconds",
		"minPodsPerReplicaSet",
	} {
		require.NotContains(t, c, forbidden)
	}
	require.False(t, c["maxSurge"] == int64(0) && c["maxUnavailable"] == int64(0))
}

func checkSteps(t *rapid.T, objs []manifest.Object, steps []any, s schemas.Service, routed bool) {
	last := int64(0)
	for i, step := range steps {
		require.Len(t, step, 1, "one thing a step")
		for _, key := range []string{"setCanaryScale", "setHeaderRoute", "setMirrorRoute"} {
			require.True(t, routed || step.(map[string]any)[key] == nil, "%s without a router", key)
		}
		weight, ok := step.(map[string]any)["setWeight"].(int64)
		if ok && len(s.Release.Steps) == 0 {
			require.Greater(t, weight, last)
			require.Less(t, weight, int64(100))
			require.True(t, routed || weight*int64(max(minReplicas(s), 1)+1) >= 100)
			require.Less(t, i+1, len(steps), "a weight without a wait")
			last = weight
		}
		template, ok := manifest.ParsePath("analysis.templates[0].templateName").Lookup(step)
		if ok {
			one(t, objs, "AnalysisTemplate", template.(string))
		}
	}
}

func checkSwitch(t *rapid.T, objs []manifest.Object, w manifest.Object, b map[string]any) {
	require.NotEqual(t, b["activeService"], b["previewService"])
	for _, key := range []string{"activeService", "previewService"} {
		absent(t, one(t, objs, "Service", b[key].(string)), "spec.selector")
	}
	for _, key := range []string{"previewReplicaCount", "autoPromotionSeconds"} {
		require.NotContains(t, b, key)
	}
	require.GreaterOrEqual(t, b["scaleDownDelaySeconds"], int64(30))
	require.NotZero(t, b["abortScaleDownDelaySeconds"])
	require.LessOrEqual(t, b["scaleDownDelayRevisionLimit"], at(t, w, "spec.revisionHistoryLimit"))
	for _, key := range []string{"prePromotionAnalysis", "postPromotionAnalysis"} {
		if template, ok := (manifest.Path{key, "templates", 0, "templateName"}).Lookup(b); ok {
			one(t, objs, "AnalysisTemplate", template.(string))
		}
	}
}

// Neither a tag nor the environment nor the tier may start a release.
func TestTemplateFollowsTheServiceOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		before := render(in)
		in.env.Name, in.env.Namespace, in.env.Protected = "staging", "acme-staging", false
		in.env.Spec.Tier, in.env.Tier = "free", &schemas.Tier{Name: "free"}
		in.env.Spec.Tags = rapid.MapOf(rapid.StringMatching(`[a-z]{1,5}`), rapid.Just("x")).Draw(t, "tags")
		after := render(in)
		for name := range in.running() {
			require.Equal(t, at(t, workloadOf(t, before, name), "spec"), at(t, workloadOf(t, after, name), "spec"))
		}
	})
}

func TestWorkloadsAreDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		first := render(in)
		require.Equal(t, first, render(in))
		seen := map[manifest.Key]bool{}
		for _, o := range first {
			require.False(t, seen[o.Key()], "two of %s", o.Key())
			require.LessOrEqual(t, len(o.Name()), longestName)
			seen[o.Key()] = true
		}
		for name, s := range in.running() {
			slices.Reverse(s.Volumes)
			in.env.Spec.Services[name] = s
		}
		require.Equal(t, slices.Collect(templates(first)), slices.Collect(templates(render(in))))
	})
}

func templates(objs []manifest.Object) func(func(any) bool) {
	return func(yield func(any) bool) {
		for _, o := range objs {
			if v, ok := manifest.ParsePath("spec.template").Lookup(o.Tree); ok && !yield(v) {
				return
			}
		}
	}
}
