package generators

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// serving is a tenant with these services, on a cluster with these operators.
func serving(services map[string]schemas.Service, operators ...string) input {
	e := schemas.Environment{
		Name: "production", Namespace: "acme-production", Protected: true,
		Platform: &schemas.Platform{
			GitOps:     schemas.GitOps{Engine: "argocd"},
			Namespaces: schemas.Namespaces{Monitoring: "observability"},
		},
		Cluster: &schemas.Cluster{Name: "main", Version: "v1.34", Router: "none", Operators: operators},
		Tier:    &schemas.Tier{Name: "premium"},
		Spec: schemas.Spec{
			Tier: "premium", Tags: map[string]string{"team": "shop"}, Services: services,
		},
	}
	t := &schemas.Tenant{Name: "acme", Base: e, Environments: []schemas.Environment{e}}
	return input{t, &t.Environments[0]}
}

// render makes what belongs to services, in the order of Generate.
func render(in input) []manifest.Object {
	var out []manifest.Object
	in = newInput(in.tenant, in.env)
	for _, generate := range []func(input) []object{
		workloads, jobs, onceSteps, addresses, autoscalers, verticals, disruptions, virtualServices, destinationRules, httpRoutes, ingresses, analyses, files, claims,
		certificates, listeners, istioGateways, solvers, firewalls,
	} {
		out = in.render(out, generate(in))
	}
	slices.SortFunc(out, func(a, b manifest.Object) int {
		return cmp.Or(cmp.Compare(a.Kind(), b.Kind()), cmp.Compare(a.Name(), b.Name()))
	})
	return out
}

func one(t require.TestingT, objs []manifest.Object, kind, name string) manifest.Object {
	for _, o := range objs {
		if o.Kind() == kind && o.Name() == name {
			return o
		}
	}
	require.Failf(t, "no such object", "%s %s", kind, name)
	return manifest.Object{}
}

func at(t require.TestingT, o manifest.Object, path string) any {
	v, ok := manifest.ParsePath(path).Lookup(o.Tree)
	require.True(t, ok, "%s %s has no %s", o.Kind(), o.Name(), path)
	return v
}

func absent(t require.TestingT, o manifest.Object, path string) {
	v, ok := manifest.ParsePath(path).Lookup(o.Tree)
	require.False(t, ok, "%s %s has %s: %v", o.Kind(), o.Name(), path, v)
}

func size(s string) *resource.Quantity { return new(resource.MustParse(s)) }

func small() schemas.ContainerResources {
	return schemas.ContainerResources{
		Requests: schemas.ComputeResources{CPU: size("100m"), Memory: size("128Mi")},
		Limits:   schemas.ComputeResources{Memory: size("256Mi")},
	}
}

func web() schemas.Service {
	return schemas.Service{
		Kind: "service", Image: "ghcr.io/example/web:1.4.2", Resources: small(),
		Ports: map[string]schemas.Port{"http": {Port: 8080}, "metrics": {Port: 9090, Protocol: "TCP"}},
		Probes: schemas.Probes{
			Ready: &schemas.Probe{Path: "/ready", Port: "http", Period: 5},
			Live:  &schemas.Probe{Path: "/live", Port: "http", FailureThreshold: 5},
		},
		Autoscaling: &schemas.Autoscaling{Min: 5, Max: 10, CPUPercent: new(int32(60))},
		Release:     schemas.Release{Strategy: "rolling", Approval: "auto"},
	}
}

func worker() schemas.Service {
	return schemas.Service{
		Kind: "worker", Image: "ghcr.io/example/worker:2.0.0", Command: []string{"/worker"}, Args: []string{"--queue", "mail"},
		Resources: small(), Replicas: new(int32(2)), Release: schemas.Release{Strategy: "rolling"},
	}
}

func released(s schemas.Service, r schemas.Release) schemas.Service {
	s.Release = r
	return s
}

// talking is the service with a token for the Kubernetes API.
func talking(s schemas.Service) schemas.Service {
	s.KubernetesAPI = true
	return s
}

func full() schemas.Service {
	s := web()
	s.Autoscaling, s.Replicas = nil, new(int32(1))
	s.Env = map[string]schemas.EnvValue{
		"CACHE": {Value: "on"}, "EMPTY": {}, "DB_URI": {Secret: "db", Key: "uri"}, "POD": {Field: "metadata.name"},
	}
	s.Files = map[string]string{"/etc/app/app.yaml": "log: info\n", "/etc/app/conf.d/extra-1.conf": "a=b\n"}
	s.Volumes = []schemas.Volume{
		{Mount: "/tmp", EmptyDir: size("1Gi")},
		{Mount: "/data", Claim: size("10Gi"), Class: "fast"},
		{Mount: "/var/lib/app", Claim: size("1Gi"), ReadOnly: true},
		{Mount: "/etc/tls", Secret: "tls"},
	}
	s.Probes = schemas.Probes{
		Ready:   &schemas.Probe{GRPC: true, Port: "grpc"},
		Live:    &schemas.Probe{Exec: []string{"/bin/alive"}},
		Startup: &schemas.Probe{Port: "grpc", InitialDelay: 10, Period: 10, FailureThreshold: 60},
	}
	s.Ports = map[string]schemas.Port{"grpc": {Port: 9000}, "dns": {Port: 53, Protocol: "UDP"}}
	s.SecurityContext = schemas.SecurityContext{
		RunAsUser: new(int64(10001)), RunAsGroup: new(int64(10002)), FSGroup: new(int64(10003)),
		AddCapabilities: []string{"NET_BIND_SERVICE"},
	}
	s.TerminationGracePeriod = new(int64(120))
	return s
}

func TestGoldenWorkloads(t *testing.T) {
	gate := &schemas.Gate{SuccessRate: new(99.9), P99: "500ms", NoData: "hold"}
	lenient := &schemas.Gate{SuccessRate: new(99.0), NoData: "pass"}
	for name, c := range map[string]struct {
		service   schemas.Service
		operators []string
	}{
		"service-rolling":           {web(), []string{"rollouts"}},
		"service-canary":            {released(web(), schemas.Release{Strategy: "canary", Weights: []int32{10, 50}}), []string{"rollouts"}},
		"service-canary-manual":     {released(web(), schemas.Release{Strategy: "canary", Weights: []int32{20, 50}, Gate: gate, Approval: "manual"}), []string{"rollouts"}},
		"service-canary-measured":   {released(web(), schemas.Release{Strategy: "canary", Weights: []int32{10, 50}, Gate: gate}), []string{"rollouts", "prometheus"}},
		"service-canary-no-data":    {released(web(), schemas.Release{Strategy: "canary", Weights: []int32{50}, Gate: lenient}), []string{"rollouts", "prometheus"}},
		"service-bluegreen":         {released(web(), schemas.Release{Strategy: "blueGreen", Approval: "manual", KeepOld: "15m"}), []string{"rollouts"}},
		"service-bluegreen-measure": {released(web(), schemas.Release{Strategy: "blueGreen", Gate: gate}), []string{"rollouts", "prometheus"}},
		"service-full":              {full(), []string{"rollouts"}},
		"service-deployment":        {released(web(), schemas.Release{Strategy: "canary", Weights: []int32{50}, Gate: gate}), []string{"prometheus"}},
		"service-kubernetes-api":    {talking(web()), []string{"rollouts"}},
		"worker-rolling":            {worker(), []string{"rollouts"}},
		"worker-canary":             {released(worker(), schemas.Release{Strategy: "canary", Weights: []int32{50}, Gate: gate}), []string{"rollouts", "prometheus"}},
		"worker-deployment":         {worker(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			in := serving(map[string]schemas.Service{"web": c.service}, c.operators...)
			golden(t, "workload-"+name, render(in))
		})
	}
}

// The owner decides in which tree an object lands, the subject whose line a finding names.
func TestWorkloadsBelongToTheirService(t *testing.T) {
	for _, o := range render(serving(map[string]schemas.Service{"web-1": full()}, "rollouts")) {
		require.Equal(t, manifest.OwnerWorkload, o.Owner)
		require.Equal(t, "spec.services.web-1", o.Subject)
	}
}

func TestKindsWithoutAGeneratorMakeNothing(t *testing.T) {
	for _, kind := range []string{"statefulset"} {
		s := full()
		s.Kind = kind
		require.Empty(t, render(serving(map[string]schemas.Service{"web": s}, "rollouts")), kind)
	}
}

// The base of a tenant may lack whatever an environment adds.
func TestNothingIsRequired(t *testing.T) {
	in := serving(map[string]schemas.Service{"web": {Kind: "service"}, "mail": {Kind: "worker", Release: schemas.Release{
		Strategy: "blueGreen", Gate: &schemas.Gate{},
	}}})
	in.env.Platform, in.env.Cluster, in.env.Tier = nil, nil, nil
	require.Len(t, render(in), 2)
	require.EqualValues(t, 2, peakPods(in.env.Spec.Services["web"], nil))
}

func TestFallsBackToRolling(t *testing.T) {
	cluster := &schemas.Cluster{Operators: []string{"rollouts"}}
	istio := &schemas.Cluster{Operators: []string{"rollouts"}, Router: schemas.Istio}
	long := byHeader("14d")
	long.Image = "example/web:2"
	withClaim := web()
	withClaim.Volumes = []schemas.Volume{{Mount: "/data", Claim: size("1Gi")}}
	release := func(s schemas.Service, way string) schemas.Service {
		return released(s, schemas.Release{Strategy: way})
	}
	for name, c := range map[string]struct {
		service schemas.Service
		cluster *schemas.Cluster
		want    string
	}{
		"canary":                {release(web(), "canary"), cluster, canary},
		"blue-green":            {release(web(), "blueGreen"), cluster, blueGreen},
		"no Rollouts":           {release(web(), "canary"), &schemas.Cluster{}, rolling},
		"canary with a claim":   {release(withClaim, "canary"), cluster, rolling},
		"nothing to switch":     {release(worker(), "blueGreen"), cluster, rolling},
		"A/B test, no router":   {release(web(), "abTest"), cluster, rolling},
		"canary by a router":    {shop(schemas.Release{Strategy: "canary"}), istio, canary},
		"A/B test":              {shop(byHeader("2h")), istio, abTest},
		"A/B test of what":      {shop(schemas.Release{Strategy: "abTest"}), istio, rolling},
		"A/B test, unexposed":   {released(web(), byHeader("2h")), istio, rolling},
		"A/B test, long":        {shop(long), istio, rolling},
		"no word about release": {schemas.Service{Kind: "service"}, cluster, rolling},
	} {
		require.Equal(t, c.want, strategy(c.service, c.cluster), name)
	}
}

func TestDeadlineLeavesTimeToStart(t *testing.T) {
	s := web()
	require.EqualValues(t, 900, deadline(s))
	s.Probes.Startup = &schemas.Probe{InitialDelay: 60, Period: 10, FailureThreshold: 60}
	require.EqualValues(t, 10+660+30+600, deadline(s))
	s.TerminationGracePeriod = new(int64(3600))
	require.EqualValues(t, 10+660+3600+600, deadline(s))
}
