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
