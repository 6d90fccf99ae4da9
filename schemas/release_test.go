package schemas

import (
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"github.com/stretchr/testify/require"
)

// What a tier alone says of releases gives way, each environment by its own cluster; nothing that a
// person says does.
func TestSettle(t *testing.T) {
	const platform = `  clusters: {bare: {}, full: {operators: [rollouts, prometheus]}}
  environments: [{name: development, cluster: bare}, {name: staging, cluster: full}, {name: production, cluster: full}]
  tiers:
    gold:
      cpu: {default: 1, maximum: 1}
      memory: {default: 1Gi, maximum: 1Gi}
      storage: {default: 1Gi, maximum: 1Gi}
      replicas: {default: 1, maximum: 1}
      allows: {strategies: [rolling, canary, blueGreen]}
      service: {resources: {requests: {cpu: 10m, memory: 64Mi}}, release: {strategy: STRATEGY, keepOldFor: 5m, gate: {successRate: 99}}}
`
	const web = "  services: {web: {image: \"a.io/a:1.0\", kind: KIND, PORTS, volumes: [VOLUMES], RELEASE}}\n"
	tests := []struct {
		name, kind, ports, volumes, strategy, release string
		bare, full                                    string
	}{
		{"all it needs", "service", "ports: {http: 80}", "", "blueGreen", "", "rolling", "blueGreen gate 5m"},
		{"no ports", "worker", "", "", "blueGreen", "", "rolling", "rolling"},
		{"a claim", "service", "ports: {http: 80}", "{mount: /a, claim: 1Gi}", "blueGreen", "", "rolling", "rolling"},
		{"a volume that is no claim", "service", "ports: {http: 80}", "{mount: /a, emptyDir: 1Gi}", "blueGreen", "", "rolling", "blueGreen gate 5m"},
		{"no requests to measure", "worker", "", "", "canary", "", "rolling", "canary"},
		{"said by the tenant", "service", "ports: {http: 80}", "", "blueGreen", "release: {strategy: rolling}", "rolling", "rolling"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tier := strings.ReplaceAll(platform, "STRATEGY", test.strategy)
			if test.strategy == "canary" {
				tier = strings.ReplaceAll(tier, "keepOldFor: 5m, ", "")
			}
			service := strings.NewReplacer("KIND", test.kind, "PORTS", test.ports, "VOLUMES", test.volumes, "RELEASE", test.release).Replace(web)
			fleet := loaded(t, map[string]string{
				"tenantsmith.yaml": platformWith(tier),
				"tenants/acme.yaml": tenantWith("acme", "gold", "{development: {}, staging: {}, production: {tags: {a: b}}}",
					strings.NewReplacer(", ,", ",", ", }", "}").Replace(service)),
			})
			require.Empty(t, told(fleet.Problems))
			tenant := fleet.Tenants[0]
			require.Equal(t, test.bare, releaseOf(&tenant.Base), "the base is on the cluster of the first environment")
			require.Equal(t, test.bare, releaseOf(&tenant.Environments[0]))
			require.Equal(t, test.full, releaseOf(&tenant.Environments[1]))
			require.Equal(t, test.full, releaseOf(&tenant.Environments[2]))
		})
	}
}

// Clusters that differ in what requests pass settle apart: a tier's own test, or steps of its own that
// only a router can do, give way where no router is passed.
func TestSettleByRouter(t *testing.T) {
	const platform = `  baseDomain: example.com
  clusters:
    bare: {operators: [rollouts], ingressClass: nginx}
    gate: {operators: [rollouts], router: gateway-api}
    mesh: {operators: [rollouts], router: gateway-api, mesh: istio}
  environments: [{name: bare, cluster: bare}, {name: gate, cluster: gate}, {name: mesh, cluster: mesh}]
  tiers:
    gold:
      cpu: {default: 1, maximum: 1}
      memory: {default: 1Gi, maximum: 1Gi}
      storage: {default: 1Gi, maximum: 1Gi}
      replicas: {default: 1, maximum: 1}
      allows: {strategies: [rolling, canary, abTest]}
      service: {resources: {requests: {cpu: 10m, memory: 64Mi}}, release: {RELEASE}}
`
	const (
		abTest = "strategy: abTest, match: {header: x, value: b}, duration: 1h"
		scale  = "strategy: canary, steps: [{setCanaryScale: {replicas: 1}}]"
		pause  = "strategy: canary, steps: [{setWeight: 10}, {pause: {}}]"
		shown  = ", expose: [{host: a.example.com, port: http}]"
	)
	for _, test := range []struct{ release, ports, more, want string }{
		{abTest, "{http: 80}", "", "rolling rolling abTest"},
		{abTest, "{http: 80}", shown, "rolling abTest abTest"},
		{abTest, "{sql: 80}", "", "rolling rolling rolling"},
		{abTest, "{http: {port: 80, protocol: UDP}}", "", "rolling rolling rolling"},
		{scale, "{http: 80}", "", "rolling rolling canary"},
		{scale, "{http: 80}", shown, "rolling canary canary"},
		{pause, "{http: 80}", "", "canary canary canary"},
	} {
		fleet := loaded(t, map[string]string{
			"tenantsmith.yaml": platformWith(strings.ReplaceAll(platform, "RELEASE", test.release)),
			"tenants/acme.yaml": tenantWith("acme", "gold", "{bare: {}, gate: {}, mesh: {}}",
				"  services: {web: {image: \"a.io/a:1.0\", ports: "+test.ports+test.more+"}}\n"),
		})
		tenant := fleet.Tenants[0]
		var got []string
		for i := range tenant.Environments {
			got = append(got, releaseOf(&tenant.Environments[i]))
		}
		require.Equal(t, test.want, strings.Join(got, " "))
		require.Equal(t, got[0], releaseOf(&tenant.Base))
	}
}

func TestSpan(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "5": 0, "500ms": 500, "30s": 30_000, "2h": 7_200_000, "999999999d": 86_399_999_913_600_000} {
		require.Equal(t, want, Milliseconds(text), text)
	}
}

func releaseOf(e *Environment) string {
	r := e.Spec.Services["web"].Release
	out := r.Strategy
	if r.Gate != nil {
		out += " gate"
	}
	return strings.TrimSpace(out + " " + r.KeepOld)
}

// A platform's default is a person's word, and its own tier is not.
func TestSettleKeepsDefaults(t *testing.T) {
	fleet := loaded(t, map[string]string{
		"tenantsmith.yaml": platformWith("  defaults: {service: {release: {strategy: canary}}}\n"),
		"tenants/acme.yaml": tenantWith("acme", "premium", "{production: {}}",
			"  services: {web: {image: \"a.io/a:1.0\", replicas: 1, ports: {http: 80}, volumes: [{mount: /a, claim: 1Gi}]}}\n"),
	})
	require.Equal(t, "tenantsmith.yaml:5:44: spec.defaults.service.release.strategy: needs a volume-free service: a claim is mounted by one pod at a time\n"+
		"    fix: set spec.defaults.service.release.strategy to rolling, or use emptyDir instead of the claim\n", told(fleet.Problems))
}

// The layers drop on a change of strategy what the rules refuse beside it.
func TestStrategies(t *testing.T) {
	sources, err := embedded()
	require.NoError(t, err)
	root, err := compile(sources)
	require.NoError(t, err)
	rules := root.LookupPath(cue.MakePath(cue.Hid("_strategies", ":tenantsmith")))
	require.NoError(t, rules.Err())
	table, err := rules.Fields()
	require.NoError(t, err)
	got := map[string][]string{}
	for table.Next() {
		of, err := table.Value().Fields()
		require.NoError(t, err)
		for of.Next() {
			if name := of.Selector().Unquoted(); name != "words" {
				got[table.Selector().Unquoted()] = append(got[table.Selector().Unquoted()], name)
			}
		}
		words, err := table.Value().LookupPath(cue.ParsePath("words")).String()
		require.NoError(t, err)
		require.Equal(t, choiceOf(got[table.Selector().Unquoted()]), words)
	}
	require.Equal(t, strategies, got)
}

// Whoever adds a field to a table of the rules adds it to the names that are looked for.
func TestRulesLookForTheFieldsOfTheirTables(t *testing.T) {
	sources, err := embedded()
	require.NoError(t, err)
	root, err := compile(sources)
	require.NoError(t, err)
	for table, names := range map[string]string{"_ofKinds": "_someKinds", "_strategies": "_someStrategies"} {
		fields, err := root.LookupPath(cue.MakePath(cue.Hid(table, ":tenantsmith"))).Fields()
		require.NoError(t, err)
		var want []string
		for fields.Next() {
			want = append(want, fields.Selector().Unquoted())
		}
		got, err := root.LookupPath(cue.MakePath(cue.Hid(names, ":tenantsmith"))).String()
		require.NoError(t, err)
		require.Equal(t, "^("+strings.Join(want, "|")+")$", got)
	}
}

func TestDNSNamespaces(t *testing.T) {
	for _, test := range []struct{ dns, namespaces, want string }{
		{"coredns", "{}", "kube-system"},
		{"nodelocal", "{dns: names}", "names"},
		{"openshift", "{dns: names}", "openshift-dns"},
	} {
		fleet := loaded(t, map[string]string{
			"tenantsmith.yaml":  platformWith("  clusters: {main: {dns: " + test.dns + "}}\n  namespaces: " + test.namespaces + "\n"),
			"tenants/acme.yaml": tenantWith("acme", "free", "{production: {}}", ""),
		})
		require.Equal(t, []string{test.want}, fleet.Tenants[0].Environments[0].DNSNamespaces())
	}
	require.Equal(t, []string{"kube-system"}, (&Environment{}).DNSNamespaces())
}
