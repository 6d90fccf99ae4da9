package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// everyWay is a tenant with every way to run, release and scale a service, at the stage that stands for the %s.
const everyWay = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  tier: enterprise
  owners: [{group: acme, role: admin}]
%s
  environments: {development: {services: {tested: {release: {strategy: rolling}}}%s}, production: {}}
  secrets: {queue: {path: acme/queue, refresh: 1h}}
  backup: {schedule: "0 2 * * *", retention: 14d, restoreTested: 2026-11-01}
  compliance: {dataClassification: internal, frameworks: [soc2]}
  services:
    gated: {image: ghcr.io/example/gated:1.0.0, ports: {http: 8080}, autoscaling: {min: 2, max: 3, cpuPercent: 70}, expose: [{host: gated.acme.apps.example.com, path: /, port: http}], release: {strategy: canary, weights: [10, 50], gate: {successRate: 99.5}}}
    switched: {image: ghcr.io/example/switched:1.0.0, ports: {http: 8080}, replicas: 2, release: {strategy: blueGreen, gate: {successRate: 99.5}, smoke: {path: /healthz}}}
    tested: {image: ghcr.io/example/tested:1.0.0, ports: {http: 8080}, replicas: 2, expose: [{host: tested.acme.apps.example.com, path: /, port: http}], release: {strategy: abTest, match: {header: x-cohort, value: b}, duration: 1h}}
    store: {image: ghcr.io/example/store:1.0.0, ports: {http: 8080}, replicas: 1, volumes: [{mount: /data, claim: 1Gi, class: fast}], files: {/etc/app/app.yaml: "log: info\n"}, release: {strategy: rolling}}
    queue: {kind: worker, image: ghcr.io/example/queue:1.0.0, autoscaling: {min: 0, max: 2, triggers: [{type: rabbitmq, metadata: {queueName: mail}, secrets: {host: {secret: queue, key: uri}}}]}}
    mailer: {kind: worker, image: ghcr.io/example/mailer:1.0.0, replicas: 2, verticalScaling: {mode: recommend}}
`

// stages are what a tenant says of its whole life, and of that in development.
var stages = map[string][2]string{
	"active":           {"", ""},
	"suspended":        {"  lifecycle: suspended", ""},
	"offboarding":      {"  lifecycle: offboarding\n  offboarding: {after: 2027-01-31, reason: contract ended}", ""},
	"partly suspended": {"", ", lifecycle: suspended"},
	"awake in part":    {"  lifecycle: suspended", ", lifecycle: active"},
}

// sleepers are platform repositories with the tenant at a stage, by the router of production.
func sleepers(t *testing.T, stage string) map[string]fstest.MapFS {
	platform, err := os.ReadFile("../../tenantsmith.yaml")
	require.NoError(t, err)
	text := strings.ReplaceAll(string(platform), "falco]", "falco, keda, prometheus-adapter, vpa]")
	text = strings.ReplaceAll(text, "falco, keda, prometheus-adapter, vpa], vpa]", "falco, keda, prometheus-adapter, vpa]")
	text = strings.ReplaceAll(text, "falco, vpa]", "falco, keda, prometheus-adapter, vpa]")
	out := map[string]fstest.MapFS{}
	for name, router := range map[string]string{"gateway": "router: gateway-api", "mesh": "router: istio\n      mesh: istio", "none": "router: none\n      ingressClass: shared"} {
		tenant := fmt.Sprintf(everyWay, stages[stage][0], stages[stage][1])
		if name == "none" {
			tenant = strings.ReplaceAll(tenant, "{strategy: abTest, match: {header: x-cohort, value: b}, duration: 1h}", "{strategy: canary}")
		}
		out[name] = repository(map[string]string{
			"tenants/acme.yaml": tenant, "tenantsmith.yaml": strings.ReplaceAll(text, "router: gateway-api\n", router+"\n"),
		})
	}
	return out
}

// TestSleepIsJudgedLikeLife: what a tenant that sleeps is rendered as is built by kustomize as it was made, fits its quota, and
// breaks no check that the tenant awake holds, whoever is trusted.
func TestSleepIsJudgedLikeLife(t *testing.T) {
	if testing.Short() {
		t.Skip("asks every check of every object, one run after the other")
	}
	o := Options{Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Verify: true, thorough: true, Certificates: true}
	lively := map[string]*Result{}
	for router, fsys := range sleepers(t, "active") {
		res, err := Run(context.Background(), fsys, o)
		require.NoError(t, err)
		lively[router] = res
	}
	for stage := range stages {
		for router, fsys := range sleepers(t, stage) {
			awake := lively[router]
			asleep, err := Run(context.Background(), fsys, o)
			require.NoError(t, err)
			require.Empty(t, asleep.Held, "%s %s: %v", stage, router, fresh(&Result{}, asleep))
			require.Empty(t, fresh(awake, asleep), "%s %s", stage, router)
			require.NotEmpty(t, asleep.Tenants[0].Certificates)
			law(t, asleep.Tenants[0].Tenant)
		}
	}
}

// fresh are the findings of the second run that the first one lacks.
func fresh(before, after *Result) []string {
	said := func(res *Result) (out []string) {
		for _, p := range res.Problems {
			out = append(out, fmt.Sprint(p.Check, " ", p.Environment, " ", p.Object, " ", p.Path, " ", p.Message))
		}
		return out
	}
	known := said(before)
	return slices.DeleteFunc(said(after), func(s string) bool { return slices.Contains(known, s) })
}

// TestNothingRunsAsleep looks for pods in what is rendered, and for the quota, which stays.
func TestNothingRunsAsleep(t *testing.T) {
	load := func(stage string) *schemas.Tenant {
		fleet, err := schemas.Load(sleepers(t, stage)["gateway"], schemas.Options{})
		require.NoError(t, err)
		require.Empty(t, fleet.Held, "%v", fleet.Problems)
		return fleet.Tenants[0]
	}
	awake := load("active")
	for _, stage := range []string{"suspended", "offboarding"} {
		tenant := load(stage)
		for i := range tenant.Environments {
			before := map[manifest.Key]manifest.Object{}
			for _, o := range generators.Generate(awake, &awake.Environments[i]) {
				before[o.Key()] = o
			}
			for _, o := range generators.Generate(tenant, &tenant.Environments[i]) {
				switch o.Kind() {
				case "Rollout", "Deployment":
					require.EqualValues(t, 0, o.Tree["spec"].(map[string]any)["replicas"], "%s", o.Key())
				case "HorizontalPodAutoscaler", "ScaledObject", "VerticalPodAutoscaler":
					require.Fail(t, "scales", "%s", o.Key())
				case "Backup":
					require.Equal(t, "offboarding", stage)
				default:
					require.Equal(t, before[o.Key()].Tree, o.Tree, "%s", o.Key())
				}
			}
		}
	}
}

// TestSleepAcrossRouters: environments on clusters that route otherwise, at stages of their own.
func TestSleepAcrossRouters(t *testing.T) {
	text, err := fs.ReadFile(os.DirFS("testdata/routers"), "tenants/acme.yaml")
	require.NoError(t, err)
	platform, err := fs.ReadFile(os.DirFS("testdata/routers"), "tenantsmith.yaml")
	require.NoError(t, err)
	for _, edit := range [][2]string{
		{"  tier: enterprise\n", "  tier: enterprise\n  lifecycle: suspended\n"},
		{"    staging: {}\n", "    staging: {lifecycle: suspended}\n"},
		{"    production: {}\n", "    production: {lifecycle: offboarding, offboarding: {after: 2027-01-31}}\n"},
	} {
		fleet, err := schemas.Load(repository(map[string]string{
			"tenantsmith.yaml": string(platform), "tenants/acme.yaml": strings.Replace(string(text), edit[0], edit[1], 1),
		}), schemas.Options{})
		require.NoError(t, err)
		require.Empty(t, fleet.Held, "%v", fleet.Problems)
		law(t, fleet.Tenants[0])
	}
}

// The record says at which stage the tenant was when its files were written, and until when they stay.
func TestRecordKnowsTheStage(t *testing.T) {
	for stage, want := range map[string][2]string{
		"active": {"active", ""}, "suspended": {"suspended", ""}, "offboarding": {"offboarding", "2027-01-31"}, "partly suspended": {"active", ""},
	} {
		res, err := Run(context.Background(), sleepers(t, stage)["gateway"], Options{})
		require.NoError(t, err)
		var rec manifest.Record
		require.NoError(t, json.Unmarshal(res.Tenants[0].Files[manifest.RecordPath("acme")], &rec))
		require.Equal(t, want, [2]string{rec.Lifecycle, rec.Until}, stage)
	}
}
