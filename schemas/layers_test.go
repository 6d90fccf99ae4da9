package schemas

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// parsed is a document of a test.
func parsed(t testing.TB, file, text string) *manifest.Node {
	t.Helper()
	docs, problems := manifest.Parse(file, []byte(text), manifest.TenantLimits)
	require.Empty(t, told(problems))
	return docs[0]
}

func TestLay(t *testing.T) {
	tests := []struct{ name, lower, upper, want string }{
		{"maps are merged deep", "tags: {a: x, b: x}", "tags: {b: y, c: y}", "tags: {a: x, b: y, c: y}"},
		{"lists replace", "domains: [a.org, b.org]", "domains: [c.org]", "domains: [c.org]"},
		{"an empty list replaces", "domains: [a.org]", "domains: []", "domains: []"},
		{"null removes", "tags: {a: x, b: x}", "tags: {a: null}", "tags: {b: x}"},
		{"null removes what is not there", "tags: {a: x}", "backup: null", "tags: {a: x}"},
		{"null removes in a new map", "lifecycle: active", "tags: {a: x, b: null}", "{lifecycle: active, tags: {a: x}}"},
		{"a map replaces a scalar", "services: {w: {ports: {http: 80}}}", "services: {w: {ports: {http: {port: 81, protocol: UDP}}}}", "services: {w: {ports: {http: {port: 81, protocol: UDP}}}}"},
		{"a secret replaces a text", "services: {w: {env: {A: x}}}", "services: {w: {env: {A: {secret: s, key: k}}}}", "services: {w: {env: {A: {secret: s, key: k}}}}"},
		{"a field replaces a secret", "services: {w: {env: {A: {secret: s, key: k}}}}", "services: {w: {env: {A: {field: metadata.name}}}}", "services: {w: {env: {A: {field: metadata.name}}}}"},
		{"replicas replace an autoscaler", "services: {w: {autoscaling: {min: 1, max: 2}}}", "services: {w: {replicas: 3}}", "services: {w: {replicas: 3}}"},
		{"an autoscaler replaces replicas", "services: {w: {replicas: 3}}", "services: {w: {autoscaling: {min: 1, max: 2}}}", "services: {w: {autoscaling: {min: 1, max: 2}}}"},
		{"an autoscaler that is removed takes no replicas along", "services: {w: {replicas: 3}}", "services: {w: {autoscaling: null}}", "services: {w: {replicas: 3}}"},
		{"both said at once stay for the rules", "services: {w: {replicas: 3}}", "services: {w: {replicas: 1, autoscaling: {min: 1}}}", "services: {w: {replicas: 1, autoscaling: {min: 1}}}"},
		{"another strategy drops what was for the old one", "services: {w: {release: {strategy: canary, weights: [10], gate: {p99: 1s}}}}", "services: {w: {release: {strategy: blueGreen}}}", "services: {w: {release: {strategy: blueGreen, gate: {p99: 1s}}}}"},
		{"rolling drops all of it", "services: {w: {release: {strategy: canary, weights: [10], approval: auto, gate: {p99: 1s}}}}", "services: {w: {release: {strategy: rolling}}}", "services: {w: {release: {strategy: rolling}}}"},
		{"the same strategy drops nothing", "services: {w: {release: {strategy: canary, weights: [10]}}}", "services: {w: {release: {strategy: canary, approval: manual}}}", "services: {w: {release: {strategy: canary, weights: [10], approval: manual}}}"},
		{"a command replaces a request", "services: {w: {probes: {ready: {path: /, port: http, period: 5}}}}", "services: {w: {probes: {ready: {exec: [a]}}}}", "services: {w: {probes: {ready: {period: 5, exec: [a]}}}}"},
		{"another port keeps the path", "services: {w: {probes: {ready: {path: /, port: http}}}}", "services: {w: {probes: {ready: {port: admin}}}}", "services: {w: {probes: {ready: {path: /, port: admin}}}}"},
		{"a service that is removed is gone", "services: {w: {replicas: 1}, x: {replicas: 1}}", "services: {w: null}", "services: {x: {replicas: 1}}"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			lower, upper := parsed(t, "a.yaml", test.lower), parsed(t, "b.yaml", test.upper)
			before := manifest.Marshal(lower.Tree())
			got := merger{}.lay(lower, upper, atSpec)
			require.Equal(t, string(manifest.Marshal(parsed(t, "w.yaml", test.want).Tree())), string(manifest.Marshal(got.Tree())))
			require.Equal(t, string(before), string(manifest.Marshal(lower.Tree())), "layers are shared and must not change")
		})
	}
}

// Every layer beats the ones below it: the value is the number of the layer that has the last word.
func TestPrecedence(t *testing.T) {
	const header = "apiVersion: tenantsmith.dev/v1alpha1\n"
	grace := func(n int) string { return fmt.Sprintf("terminationGracePeriod: %d", n) }
	web := func(n int) string { return "services: {web: {" + grace(n) + "}}" }
	platform := func(n int) (all, env string) {
		if n >= 1 {
			all = "  defaults: {service: {" + grace(1) + "}}\n"
		}
		if n >= 2 {
			env = ", defaults: {service: {" + grace(2) + "}}"
		}
		return all, env
	}
	for top := range 7 {
		t.Run(fmt.Sprint(top), func(t *testing.T) {
			all, env := platform(top)
			tenant, production := "", ""
			if top >= 3 {
				tenant = ", " + grace(3)
			}
			if top >= 4 {
				production = web(4)
			}
			files := map[string]string{
				"tenantsmith.yaml": header + "kind: Platform\nmetadata: {name: p}\nspec:\n" + all + "  environments: [{name: production, cluster: main" + env + "}]\n",
				"tenants/acme.yaml": header + "kind: Tenant\nmetadata: {name: acme}\nspec:\n  tier: basic\n  owners: [{group: a, role: admin}]\n" +
					"  environments: {production: {" + production + "}}\n  services: {web: {image: \"a.io/a:1.0\", ports: {http: 80}" + tenant + "}}\n",
			}
			if top >= 5 {
				files["overrides/acme/all.yaml"] = header + "kind: Override\nspec: {" + web(5) + "}\n"
			}
			if top >= 6 {
				files["overrides/acme/production.yaml"] = header + "kind: Override\nspec: {" + web(6) + "}\n"
			}
			fleet := loaded(t, files)
			require.Empty(t, told(fleet.Problems))
			want := int64(top)
			if top == 0 {
				want = 30
			}
			require.Equal(t, want, *fleet.Tenants[0].Environments[0].Spec.Services["web"].TerminationGracePeriod)
		})
	}
}

// Tier values lie between the schema's and the platform's; a tier's own number is a share of it.
func TestTierLayer(t *testing.T) {
	files := map[string]string{
		"tenantsmith.yaml": platformWith("  environments: [{name: development, cluster: main, share: 50}, {name: production, cluster: main, defaults: {spec: {resources: {memory: 1Gi}}}}]\n"),
		"tenants/acme.yaml": tenantWith("acme", "premium", "{development: {}, production: {}}",
			"  services: {web: {image: \"a.io/a:1.0\", ports: {http: 80}}, batch: {kind: worker, image: \"a.io/a:1.0\", autoscaling: {min: 1, max: 2}}}\n"),
	}
	fleet := loaded(t, files)
	require.Empty(t, told(fleet.Problems))
	tenant := fleet.Tenants[0]
	development, production := tenant.Environments[0].Spec, tenant.Environments[1].Spec
	require.Equal(t, "1", development.Resources.CPU.String())
	require.Equal(t, "2Gi", development.Resources.Memory.String())
	require.Equal(t, "2", production.Resources.CPU.String())
	require.Equal(t, "1Gi", production.Resources.Memory.String())
	require.Equal(t, "4Gi", tenant.Base.Spec.Resources.Memory.String())
	require.Equal(t, int32(2), *development.Services["web"].Replicas)
	require.Equal(t, int32(3), *production.Services["web"].Replicas)
	require.Nil(t, production.Services["batch"].Replicas)
	require.Equal(t, "canary", production.Services["web"].Release.Strategy)
}

// A service that an upper layer brings back after one removed it starts from its defaults.
func TestServiceComesBack(t *testing.T) {
	fleet := loaded(t, map[string]string{
		"tenants/acme.yaml": tenantWith("acme", "premium", "{production: {services: {web: null}}}",
			"  services: {web: {image: \"a.io/a:1.0\", ports: {http: 80}, env: {A: b}}}\n"),
		"overrides/acme/production.yaml": "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nspec:\n  services: {web: {image: \"a.io/b:1.0\", ports: {http: 81}}}\n",
	})
	require.Empty(t, told(fleet.Problems))
	web := fleet.Tenants[0].Environments[0].Spec.Services["web"]
	require.Equal(t, "a.io/b:1.0", web.Image)
	require.Empty(t, web.Env)
	require.Equal(t, "canary", web.Release.Strategy)
}

func tenantWith(name, tier, environments, rest string) string {
	return "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: " + name + "}\nspec:\n  tier: " + tier +
		"\n  owners: [{group: a, role: admin}]\n  environments: " + environments + "\n" + rest
}

func platformWith(spec string) string {
	return "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec:\n" + spec
}

// Positions survive the merge, and what people did not write is told at what they did.
func TestPositions(t *testing.T) {
	fleet := loaded(t, map[string]string{
		"tenantsmith.yaml": platformWith("  defaults:\n    service: {terminationGracePeriod: 7}\n"),
		"tenants/acme.yaml": tenantWith("acme", "premium", "\n    development: {}\n    production:\n      services: {web: {image: \"a.io/a:2.0\"}}",
			"  services:\n    web:\n      image: a.io/a:1.0\n      ports: {http: 80}\n"),
		"overrides/acme/all.yaml": "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nspec:\n  services: {web: {env: {A: b}}}\n",
	})
	require.Empty(t, told(fleet.Problems))
	tenant := fleet.Tenants[0]
	for path, want := range map[string]string{
		"spec.services.web.image":                        "tenants/acme.yaml:10:31",
		"spec.services.web.ports.http":                   "tenants/acme.yaml:14:21",
		"spec.services.web.env.A":                        "overrides/acme/all.yaml:4:29",
		"spec.services.web.terminationGracePeriod":       "tenantsmith.yaml:6:39",
		"spec.services.web.release.strategy":             "tenants/acme.yaml:12:5",
		"spec.services.web.securityContext.runAsNonRoot": "tenants/acme.yaml:12:5",
		"spec.services.nope.image":                       "tenants/acme.yaml:11:3",
		"spec.resources.cpu":                             "tenants/acme.yaml:4:1",
	} {
		require.Equal(t, want, tenant.At("production", manifest.ParsePath(path)).String(), path)
	}
	require.Equal(t, "tenants/acme.yaml:13:14", tenant.At("", manifest.ParsePath("spec.services.web.image")).String())
	require.Equal(t, "a.io/a:1.0", tenant.Base.Spec.Services["web"].Image)
	require.Equal(t, "b", tenant.Base.Spec.Services["web"].Env["A"].Value)
	require.Equal(t, "a.io/a:2.0", tenant.Environments[1].Spec.Services["web"].Image)
	require.True(t, strings.HasPrefix(tenant.Files[0], "tenants/"))
	require.Equal(t, []string{"tenants/acme.yaml", "overrides/acme/all.yaml"}, tenant.Files)
}
