package schemas

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/format"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const sample = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata:
  name: enterprise-client
spec:
  displayName: Enterprise Client
  tier: enterprise
  lifecycle: active
  owners: [{group: enterprise-client-admins, role: admin}]
  tags: {team: platform, cost-center: engineering}
  resources: {cpu: "4", memory: 8Gi, storage: 50Gi}
  domains: [enterprise.dev.example.com]
  environments:
    development:
      services: {spotify-ai-backend: {autoscaling: {min: 1, max: 2}, release: {strategy: rolling}}}
    production: {}
  services:
    spotify-ai-backend:
      kind: service
      image: ghcr.io/example/backend:1.4.2
      command: [/app]
      args: [serve]
      ports: {http: 8080, metrics: 9090}
      env: {CACHE: "on", DB_URI: {secret: db, key: uri}}
      files: {/etc/app/app.yaml: "log: info\n"}
      volumes: [{mount: /tmp, emptyDir: 1Gi}]
      probes: {ready: {path: /ready, port: http}, live: {path: /live, port: http}}
      resources: {requests: {cpu: 200m, memory: 256Mi}, limits: {memory: 512Mi}}
      securityContext: {readOnlyRootFilesystem: true}
      critical: true
      autoscaling: {min: 5, max: 10, cpuPercent: 70}
      expose: [{host: enterprise.dev.example.com, path: /, port: http, waf: detect}]
      calls: [{service: api}, {tenant: billing, service: invoices}, {host: api.stripe.com, port: 443}, {cidr: 10.1.0.0/16, port: 5432}]
      release: {strategy: canary, weights: [10, 50], gate: {successRate: 99.5, p99: 500ms, noData: hold}, approval: auto}
  accepts: [{tenant: shop, service: api}]
  databases: {main: {engine: postgres, instances: 2, storage: 10Gi, backup: {schedule: "0 2 * * *", retention: 30d}}}
  secrets: {db: {path: enterprise-client/db, refresh: 1h}}
  backup: {schedule: "0 2 * * *", retention: 30d}
  monitoring: {level: advanced, logLevel: debug}
  notifications:
    slack: {channels: ["#dev-alerts", "#deployments"], urlFrom: {secret: slack, key: url}}
    pagerduty: {routingKeyFrom: {secret: pagerduty, key: routing-key}}
  security: {vulnerabilityScan: true, runtimeDetection: true}
  compliance: {frameworks: [gdpr, soc2, iso27001], dataClassification: personal, residency: [eu-central-1]}
  delivery:
    sources: [{name: shop, repository: https://git.example.com/shop/deploy.git, path: envs/development, revision: main}]
`

func TestSample(t *testing.T) {
	c := checked(t, nil)
	doc := parseNode(t, "tenants/enterprise-client.yaml", sample)
	s := c.session()
	require.Empty(t, lines(s.input("Tenant", doc)))
	require.Empty(t, lines(s.complete(doc)))
	require.Empty(t, lines(s.rules(doc)))
}

func TestSchemasAreFormatted(t *testing.T) {
	sources, err := embedded()
	require.NoError(t, err)
	for name, data := range sources {
		formatted, err := format.Source(data)
		require.NoError(t, err)
		require.Equal(t, string(formatted), string(data), "%s is not formatted as cue fmt does", name)
	}
}

// everyField calls f for each field of a kind once.
func everyField(s *shape, path string, f func(path string, s shapeField)) {
	for _, field := range s.fields {
		f(path+"."+field.name, field)
		everyField(field.shape, path+"."+field.name, f)
	}
	for _, b := range s.branches {
		everyField(b, path, f)
	}
	if s.values != nil {
		everyField(s.values, path+".<name>", f)
	}
	if s.item != nil {
		everyField(s.item, path+"[]", f)
	}
}

func TestEveryFieldIsDocumented(t *testing.T) {
	for kind, s := range documented() {
		fields := 0
		everyField(s, kind, func(path string, f shapeField) {
			fields++
			require.NotEmpty(t, f.doc, path)
			require.NotContains(t, f.doc, "TODO", path)
			require.True(t, strings.HasSuffix(strings.Split(strings.TrimSpace(f.doc), "\n\n")[0], "."), "%s: %s", path, f.doc)
		})
		require.NotZero(t, fields)
	}
}

func TestExamplesAreValid(t *testing.T) {
	examples, ctx := 0, cuecontext.New()
	for kind, s := range documented() {
		everyField(s, kind, func(path string, f shapeField) {
			_, example, ok := strings.Cut(strings.TrimSpace(f.doc), "\n\nExample: ")
			if !ok {
				return
			}
			examples++
			value := parseNode(t, path, "example: "+example).Get("example").Tree()
			require.False(t, refuses(ctx.Encode(value), f.value), "%s: %s", path, example)
		})
	}
	require.Greater(t, examples, 50)
}

// typed lists the fields of a Go type by their JSON names.
func typed(t reflect.Type) map[string]reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	out := map[string]reflect.Type{}
	if t.Kind() != reflect.Struct || t.PkgPath() != reflect.TypeFor[Spec]().PkgPath() {
		return out
	}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("json"); name != "" && name != "-" {
			out[name] = t.Field(i).Type
		}
	}
	return out
}

func compareTypes(t *testing.T, at string, s *shape, goType reflect.Type, only []string) {
	fields := typed(goType)
	if len(fields) == 0 {
		return
	}
	for _, b := range append([]*shape{s}, s.branches...) {
		for _, f := range b.fields {
			if slices.Contains(only, at+"."+f.name) {
				continue
			}
			require.Contains(t, fields, f.name, "%s.%s is in the schema and in no Go type", at, f.name)
			compareElems(t, at+"."+f.name, f.shape, fields[f.name], only)
		}
	}
	for name := range fields {
		_, ok := s.step(name)
		require.True(t, ok, "%s.%s is in a Go type and not in the schema", at, name)
	}
}

func compareElems(t *testing.T, at string, s *shape, goType reflect.Type, only []string) {
	for goType.Kind() == reflect.Pointer {
		goType = goType.Elem()
	}
	switch {
	case goType.Kind() == reflect.Map && s.values != nil:
		compareElems(t, at+".<name>", s.values, goType.Elem(), only)
	case goType.Kind() == reflect.Slice && s.item != nil:
		compareElems(t, at+"[]", s.item, goType.Elem(), only)
	default:
		compareTypes(t, at, s, goType, only)
	}
}

// The CUE fields are the JSON names of the Go types, in both directions.
func TestSchemaAndTypesAgree(t *testing.T) {
	tenant, _ := documented()["tenant"].step("spec")
	compareTypes(t, "spec", tenant.shape, reflect.TypeFor[Spec](), []string{"spec.environments"})
	platform, _ := documented()["platform"].step("spec")
	compareTypes(t, "spec", platform.shape, reflect.TypeFor[Platform](), []string{
		"spec.defaults", "spec.environments[].defaults", "spec.tiers.<name>.defaults", "spec.tiers.<name>.service", "spec.extensions",
	})
}

func TestTiers(t *testing.T) {
	c := checked(t, nil)
	want := map[string][4]string{
		"free": {"500m", "512Mi", "5Gi", "1"}, "basic": {"1", "1Gi", "10Gi", "2"},
		"premium": {"2", "4Gi", "25Gi", "3"}, "enterprise": {"4", "8Gi", "50Gi", "5"},
	}
	require.Len(t, c.tiers().Fields, len(want))
	for name, figures := range want {
		tier := c.tiers().Get(name)
		require.True(t, strings.HasPrefix(tier.File, "schemas/tiers.cue"))
		for i, figure := range []string{"cpu", "memory", "storage", "replicas"} {
			got := tier.Get(figure)
			require.Equal(t, figures[i], fmt.Sprint(got.Get("default").Value), name)
			if name != "enterprise" {
				require.Equal(t, got.Get("default").Value, got.Get("maximum").Value, name)
			}
		}
	}
}

// Three services that say nothing fit their tier.
func TestTierDefaultsFit(t *testing.T) {
	c := checked(t, nil)
	for _, f := range c.tiers().Fields {
		pods := 3 * f.Value.Get("replicas").Get("default").Value.(int64)
		requests := f.Value.Get("service").Get("resources").Get("requests")
		for _, figure := range []string{"cpu", "memory"} {
			each := resource.MustParse(requests.Get(figure).Value.(string))
			most := resource.MustParse(f.Value.Get(figure).Get("default").Value.(string))
			require.LessOrEqual(t, pods*each.MilliValue(), most.MilliValue(), "%s %s", f.Key, figure)
		}
	}
}

func TestDefaults(t *testing.T) {
	d := checked(t, nil).defaults()
	for path, want := range map[string]any{
		"spec.lifecycle": "active", "service.kind": "service", "platform.namespacePattern": "{tenant}-{env}",
		"platform.clusters.main.router": "none", "platform.clusters.main.operators[0]": "rollouts",
		"platform.environments[2].protected": true, "platform.releaseHeadroom": int64(100),
	} {
		value, ok := manifest.ParsePath(path).Lookup(d.Tree())
		require.True(t, ok, path)
		require.Equal(t, want, value, path)
	}
	for _, kind := range []string{"service", "worker", "job", "cronjob", "statefulset"} {
		require.NotNil(t, d.Get("kinds").Get(kind), kind)
	}
}

func TestDoc(t *testing.T) {
	for _, path := range []string{
		"spec.services.web.securityContext.runAsNonRoot", "spec.services.<name>.image", "spec.environments.production.services.web.replicas",
		"spec.services.<name>.ports.http.protocol", "spec.services.<name>.env.DB.secret", "spec.services.<name>.volumes[0].claim",
		"spec.owners[].role", "spec.tags.team", "spec.extensions.anything.goes", "metadata.name", `spec.services.web.files["/etc/app"]`,
	} {
		_, ok := Doc("tenant", path)
		require.True(t, ok, path)
	}
	for _, path := range []string{
		"spec.service", "spec.services.web.imge", "services.web", "spec.owners.role", "spec.environments.production.tier", "spec.tier.free",
	} {
		_, ok := Doc("tenant", path)
		require.False(t, ok, path)
	}
	f, ok := Doc("tenant", "spec.services.web.release.strategy")
	require.True(t, ok)
	require.Equal(t, "a string", f.Type)
	require.Equal(t, []string{"rolling", "canary", "blueGreen", "abTest"}, f.Choices)
	require.Contains(t, f.Doc, "canary gives a new version a growing share")
	f, ok = Doc("platform", "spec.environments")
	require.True(t, ok)
	require.Equal(t, "a list, each a map", f.Type)
	f, ok = Doc("waiver", "spec.expires")
	require.True(t, ok)
	require.True(t, f.Required)
	require.Equal(t, "year, month and day, such as 2030-12-31", f.Form)
	_, ok = Doc("pod", "spec")
	require.False(t, ok)
}
