package pipeline

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// quotaPlatform is a platform with a router and this much headroom for releases.
func quotaPlatform(router, mesh string, headroom int) string {
	return fmt.Sprintf(`apiVersion: tenantsmith.dev/v1alpha1
kind: Platform
metadata: {name: example}
spec:
  baseDomain: apps.example.com
  releaseHeadroom: %d
  clusters: {main: {router: %s, mesh: %s, ingressClass: shared, operators: [rollouts, prometheus, trivy, falco, vpa]}}
  environments: [{name: production, cluster: main}]
`, headroom, router, mesh)
}

func quotaTenant(tier, services string) string {
	return fmt.Sprintf(`apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  tier: %s
  owners: [{group: acme, role: admin}]
  environments: {production: {}}
  services:
%s`, tier, services)
}

func ofQuota(problems []manifest.Problem) []manifest.Problem {
	var out []manifest.Problem
	for _, p := range problems {
		if strings.HasPrefix(p.Check, "TS-QUO-1") {
			out = append(out, p)
		}
	}
	return out
}

// TestTierDefaultsFit: what a tier gives a service that says nothing of itself fits its quota, with
// one service and with three, by every strategy of the tier and on every router.
func TestTierDefaultsFit(t *testing.T) {
	strategies := map[string][]string{
		"free": {"rolling"}, "basic": {"rolling", "canary"},
		"premium": {"rolling", "canary", "blueGreen", "abTest"}, "enterprise": {"rolling", "canary", "blueGreen", "abTest"},
	}
	proven := 0
	for _, cluster := range [][2]string{{"none", "none"}, {"istio", "istio"}, {"istio", "none"}, {"gateway-api", "none"}, {"gateway-api", "istio"}} {
		files := map[string]string{"tenantsmith.yaml": quotaPlatform(cluster[0], cluster[1], 100)}
		for tier, list := range strategies {
			for _, strategy := range append(list, "") {
				for _, count := range []int{1, 3} {
					if strategy == "abTest" && cluster[0] == "none" {
						continue
					}
					name := strings.ToLower(fmt.Sprintf("t-%s-%s-%d", tier, strategy, count))
					files["tenants/"+name+".yaml"] = strings.Replace(quotaTenant(tier, services(name, strategy, count)), "name: acme", "name: "+name, 1)
				}
			}
		}
		res := run(t, files, Options{Checks: []string{"TS-QUO-10"}, Certificates: true})
		require.Empty(t, res.Held, "%v: %v", cluster, res.Problems)
		require.Empty(t, ofQuota(res.Problems), "%v", cluster)
		for _, tenant := range res.Tenants {
			require.NotEmpty(t, tenant.Certificates[0].Lines)
			proven++
		}
	}
	require.Greater(t, proven, 100)
}

func services(tenant, strategy string, count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, "    web%d:\n      image: ghcr.io/example/web:1.0.0\n      ports: {http: 8080}\n", i)
		fmt.Fprintf(&b, "      expose: [{host: web%d.%s.apps.example.com, port: http}]\n", i, tenant)
		switch strategy {
		case "":
		case "abTest":
			b.WriteString("      release: {strategy: abTest, match: {header: x-cohort, value: b}, duration: 1h}\n")
		case "blueGreen":
			b.WriteString("      release: {strategy: blueGreen, smoke: {path: /healthz}}\n")
		default:
			fmt.Fprintf(&b, "      release: {strategy: %s}\n", strategy)
		}
	}
	return b.String()
}

// TestShortage: what does not fit is told at the line that mends it, with values that do.
func TestShortage(t *testing.T) {
	const web = `    web:
      image: ghcr.io/example/web:1.0.0
      ports: {http: 8080}
      resources: {requests: {cpu: 400m, memory: 64Mi}}
`
	for name, c := range map[string]struct {
		platform, tenant string
		want             []string
	}{
		"steady demand above the entitlement": {
			quotaPlatform("none", "none", 100), quotaTenant("enterprise", web+"      autoscaling: {min: 2, max: 12}\n      release: {strategy: rolling}\n"),
			[]string{"tenants/acme.yaml:13:34 spec.services.web.autoscaling.max TS-QUO-102 pods at their most need 4800m CPU, entitled to 4; web needs most | " +
				"set spec.services.web.autoscaling.max to 10, or spec.resources.cpu to 4800m"},
		},
		"a release above the headroom": {
			quotaPlatform("none", "none", 50), quotaTenant("enterprise", web+"      replicas: 8\n      release: {strategy: blueGreen}\n"),
			[]string{"tenants/acme.yaml:13:17 spec.services.web.replicas TS-QUO-101 release of web hangs: 6400m CPU needed, quota 6 | " +
				"set spec.services.web.replicas to 7, or spec.services.web.release.strategy to rolling, or spec.resources.cpu to 4300m"},
		},
		"a value of one environment": {
			quotaPlatform("none", "none", 100),
			strings.Replace(quotaTenant("enterprise", web+"      release: {strategy: rolling}\n"), "production: {}", "production: {services: {web: {replicas: 12}}}", 1),
			[]string{"tenants/acme.yaml:7:58 spec.environments.production.services.web.replicas TS-QUO-102 pods at their most need 4800m CPU, entitled to 4; web needs most | " +
				"set spec.environments.production.services.web.replicas to 10, or spec.resources.cpu to 4800m"},
		},
		"a release that says more than its strategy": {
			quotaPlatform("none", "none", 50), quotaTenant("enterprise", web+"      replicas: 8\n      release: {strategy: blueGreen, keepOldFor: 5m}\n"),
			[]string{"tenants/acme.yaml:13:17 spec.services.web.replicas TS-QUO-101 release of web hangs: 6400m CPU needed, quota 6 | " +
				"set spec.services.web.replicas to 7, or spec.resources.cpu to 4300m"},
		},
		"the second version of a long test": {
			quotaPlatform("gateway-api", "istio", 100), quotaTenant("enterprise", web+
				"      replicas: 2\n      release: {strategy: abTest, match: {header: x, value: b}, duration: 14d, image: ghcr.io/example/web:2.0.0, replicas: 12}\n"),
			[]string{"tenants/acme.yaml:14:124 spec.services.web.release.replicas TS-QUO-102 pods at their most need 5600m CPU, entitled to 4; web-b needs most | " +
				"set spec.services.web.release.replicas to 8, or spec.resources.cpu to 5600m"},
		},
	} {
		res := run(t, map[string]string{"tenantsmith.yaml": c.platform, "tenants/acme.yaml": c.tenant}, Options{Checks: []string{"TS-QUO-10"}})
		var got []string
		for _, p := range ofQuota(res.Problems) {
			got = append(got, fmt.Sprint(p.Position, " ", p.Field, " ", p.Check, " ", p.Message, " | ", p.Remedy))
		}
		require.Equal(t, c.want, got, name)
		require.Equal(t, []string{"acme"}, res.Held, name)
		for _, mend := range strings.Split(strings.TrimPrefix(ofQuota(res.Problems)[0].Remedy, "set "), ", or ") {
			require.Empty(t, ofQuota(run(t, mended(t, c.platform, c.tenant, mend), Options{Checks: []string{"TS-QUO-10"}}).Problems), "%s: %s", name, mend)
		}
	}
}

// mended writes a mend into the tenant's file, as its author would.
func mended(t *testing.T, platform, tenant, mend string) map[string]string {
	field, value, ok := strings.Cut(mend, " to ")
	require.True(t, ok, mend)
	layer := value
	path := manifest.ParsePath(strings.Replace(field, "spec.environments.production.", "spec.", 1))
	for i := len(path) - 1; i >= 0; i-- {
		layer = fmt.Sprintf("{%v: %s}", path[i], layer)
	}
	override := "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nmetadata: {name: acme}\n" + strings.TrimSuffix(strings.TrimPrefix(layer, "{"), "}") + "\n"
	return map[string]string{"tenantsmith.yaml": platform, "tenants/acme.yaml": tenant, "overrides/acme/all.yaml": override}
}

// TestMends: on many tenants of many shapes, every value that a finding proposes ends the shortage it
// was proposed for, written into the tenant as its author would.
func TestMends(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 7))
	platform := quotaPlatform("gateway-api", "istio", 60)
	files := map[string]string{"tenantsmith.yaml": platform}
	tenants := map[string]string{}
	for i := range 150 {
		name := fmt.Sprintf("t%d", i)
		tier := []string{"premium", "enterprise"}[random.IntN(2)]
		tenants[name] = strings.Replace(quotaTenant(tier, randomServices(random, name, tier)), "name: acme", "name: "+name, 1)
		files["tenants/"+name+".yaml"] = tenants[name]
	}
	o := Options{Checks: []string{"TS-QUO-10"}}
	found := ofQuota(run(t, files, o).Problems)
	require.Greater(t, len(found), 40, "too few shortages to learn from")

	again := map[string]string{"tenantsmith.yaml": platform}
	gone := map[string]string{} // what must not be short any more, by the name of the mended tenant
	for i, p := range found {
		if !strings.HasPrefix(p.Remedy, "set ") {
			continue
		}
		for j, mend := range strings.Split(strings.TrimPrefix(p.Remedy, "set "), ", or ") {
			name := fmt.Sprintf("m%d-%d", i, j)
			for file, text := range mended(t, platform, tenants[p.Tenant], mend) {
				text = strings.Replace(text, "name: acme}", "name: "+name+"}", 1)
				text = strings.Replace(text, "name: "+p.Tenant+"}", "name: "+name+"}", 1)
				again[strings.Replace(file, "acme", name, 1)] = strings.ReplaceAll(text, p.Tenant+".apps", name+".apps")
			}
			gone[name] = shortOf(p)
		}
	}
	require.Greater(t, len(gone), 40)
	res := run(t, again, o)
	require.Len(t, res.Tenants, len(gone), "%v", res.Problems)
	for _, p := range ofQuota(res.Problems) {
		require.NotEqual(t, gone[p.Tenant], shortOf(p), "%s: %s", p.Tenant, p.Message)
	}
}

// shortOf is the resource that a finding is about.
func shortOf(p manifest.Problem) string {
	for _, what := range []string{"CPU", "memory by limits", "memory"} {
		if strings.Contains(p.Message, " "+what) {
			return what
		}
	}
	return ""
}

func randomServices(r *rand.Rand, tenant, tier string) string {
	var b strings.Builder
	most := map[string]int{"premium": 3, "enterprise": 12}[tier]
	for i := range 1 + r.IntN(3) {
		fmt.Fprintf(&b, "    web%d:\n      image: ghcr.io/example/web:1.0.0\n      ports: {http: 8080}\n", i)
		fmt.Fprintf(&b, "      resources: {requests: {cpu: %dm, memory: %dMi}}\n", 50*(1+r.IntN(12)), 64*(1+r.IntN(10)))
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "      expose: [{host: web%d.%s.apps.example.com, port: http}]\n", i, tenant)
		}
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "      autoscaling: {min: 1, max: %d}\n", 1+r.IntN(most))
		} else {
			fmt.Fprintf(&b, "      replicas: %d\n", 1+r.IntN(most))
		}
		fmt.Fprintf(&b, "      release: {strategy: %s}\n", []string{"rolling", "canary", "blueGreen"}[r.IntN(3)])
	}
	return b.String()
}

// TestBroughtToTheProof: what people bring and patch counts, and what they bring is blamed at its file.
func TestBroughtToTheProof(t *testing.T) {
	tenant := quotaTenant("premium", "    web:\n      image: ghcr.io/example/web:1.0.0\n      ports: {http: 8080}\n      autoscaling: {min: 0, max: 2, triggers: [{type: cron, metadata: {timezone: Europe/Berlin, start: 0 6 * * *, end: 0 20 * * *, desiredReplicas: \"2\"}}]}\n")
	platform := strings.Replace(quotaPlatform("none", "istio", 100), "falco, vpa", "falco, vpa, keda", 1)
	for name, c := range map[string]struct{ file, text, want string }{
		"a balancer": {"resources/all/lb.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: lb}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n",
			"1 services.loadbalancers needed, quota 0"},
		"pods that KEDA holds": {"patches/all/p.yaml", "target: {kind: ScaledObject, name: web}\npatch:\n- {op: add, path: /metadata/annotations/autoscaling.keda.sh~1paused-replicas, value: \"200\"}\n",
			"entitled to 4Gi; web needs most"},
		"a sidecar of its own size": {"patches/all/p.yaml", "target: {kind: Rollout, name: web}\npatch:\n- {op: add, path: /spec/template/metadata/annotations, value: {sidecar.istio.io/proxyMemory: 60Gi}}\n",
			"sets the resources of its sidecar by annotation"},
		"a pod beyond its bounds": {"resources/all/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: c, image: ghcr.io/example/c:1, resources: {requests: {memory: 400Gi}}}]\n",
			"above the maximum 4Gi of LimitRange limits"},
	} {
		res := run(t, map[string]string{"tenantsmith.yaml": platform, "tenants/acme/tenant.yaml": tenant, "tenants/acme/" + c.file: c.text},
			Options{Checks: []string{"TS-QUO-10"}})
		found := ofQuota(res.Problems)
		require.NotEmpty(t, found, "%s: %v", name, res.Problems)
		require.True(t, slices.ContainsFunc(found, func(p manifest.Problem) bool { return strings.Contains(p.Message, c.want) }), "%s: %v", name, found)
		if strings.HasPrefix(c.file, "resources/all/pod") {
			require.Equal(t, "tenants/acme/"+c.file, found[0].File)
			require.NotEmpty(t, found[0].Remedy)
		}
	}
}
