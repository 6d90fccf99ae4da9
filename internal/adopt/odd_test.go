package adopt

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

// TestOdd adopts what is rare: none of it may be lost, nor stop the rest.
func TestOdd(t *testing.T) {
	const platform = "-- tenantsmith.yaml --\napiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\nspec: {}\n-- a.yaml --\n"
	const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "ghcr.io/example/web:1", volumeMounts: [{name: c, mountPath: /c}]}]
      volumes: [{name: c, configMap: {name: c}}]
`
	for about, test := range map[string]struct {
		objects string
		want    map[string]State // by kind and name
		reason  string
	}{
		"bytes of a ConfigMap are kept": {
			web + "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: x}, binaryData: {b: AAEC}}\n",
			map[string]State{"Deployment web": Patched, "ConfigMap c": Kept}, "",
		},
		"kinds of other groups with names of workloads": {
			"{apiVersion: batch.volcano.sh/v1alpha1, kind: Job, metadata: {name: train}, spec: {minAvailable: 3}}\n",
			map[string]State{"Job train": Kept}, "",
		},
		"a Rollout that refers to a Deployment": {
			web + "---\n{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: other}, spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}}\n",
			map[string]State{"Deployment web": Patched, "Rollout other": Kept}, "",
		},
		"two kinds with one name": {
			"{apiVersion: example.com/v1, kind: Backup, metadata: {name: a}, spec: {x: 1}}\n---\n{apiVersion: example.org/v1, kind: Backup, metadata: {name: a}, spec: {x: 2}}\n",
			map[string]State{"Backup a": Kept}, "",
		},
		"what is no pod": {
			strings.Replace(web, "/c}", "/c}], env: [{name: A, value: 4711}", 1),
			map[string]State{"Deployment web": Left}, "cannot be read: containers.env.value cannot be a number",
		},
		"a number that is a text": {
			strings.Replace(web, "spec:\n  selector", "spec:\n  replicas: \"3\"\n  selector", 1),
			map[string]State{"Deployment web": Left}, "cannot be read: replicas cannot be a string",
		},
		"what kubectl prints twice": {
			web + "---\n" + web, map[string]State{"Deployment web": Patched}, "",
		},
		"versions that are gone": {
			strings.Replace(web, "apps/v1\n", "extensions/v1beta1\n", 1) +
				"---\n{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: web}, spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}}\n" +
				"---\n{apiVersion: autoscaling/v2beta1, kind: HorizontalPodAutoscaler, metadata: {name: web}, spec: {minReplicas: 2, maxReplicas: 3, scaleTargetRef: {kind: Deployment, name: web}, metrics: [{type: Resource, resource: {name: cpu, targetAverageUtilization: 60}}]}}\n" +
				"---\n{apiVersion: extensions/v1beta1, kind: Ingress, metadata: {name: web}, spec: {rules: [{host: web.example.com, http: {paths: [{backend: {serviceName: web, servicePort: http}}]}}]}}\n",
			map[string]State{"Deployment web": Patched, "PodDisruptionBudget web": Fields, "HorizontalPodAutoscaler web": Fields, "Ingress web": Kept}, "",
		},
		"a label of Helm on what is kept": {
			"{apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {helm.sh/chart: web-1.0.0, team: a}}, data: {a: b}}\n",
			map[string]State{"ConfigMap c": Kept}, "",
		},
	} {
		t.Run(about, func(t *testing.T) {
			a, is := settled(t, "odd", txtar.Parse([]byte(platform+test.objects)))
			files := map[string]bool{}
			for _, i := range a.Items {
				require.Equal(t, test.want[i.Kind()+" "+i.Name()], i.State, "%s: %s", i.Key(), i.Reason)
				if test.reason != "" {
					require.Equal(t, test.reason, i.Reason)
				}
				require.NotContains(t, i.APIVersion(), "beta")
				if i.State == Kept {
					require.NotContains(t, string(a.Files()[i.File]), "helm.sh/")
					require.NotContains(t, string(a.Files()[i.File]), "serviceName")
					require.NotNil(t, is[plainKey(i.Key())])
					require.False(t, files[i.File], i.File)
					files[i.File] = true
				}
			}
		})
	}
}

// TestGuards: guards begin in audit where pods run, save one that cannot; Pod Security is what pods need.
func TestGuards(t *testing.T) {
	const objects = `-- tenantsmith.yaml --
apiVersion: tenantsmith.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec: {}
-- a.yaml --
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: privileged}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, uid: a}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "ghcr.io/example/web:1"}]}
`
	a, is := settled(t, "shop", txtar.Parse([]byte(objects)))
	require.True(t, Live(a.Objects, ""))
	require.Equal(t, "audit", at(is[a.Items[1].Into], "metadata", "labels", "guards.tenantsmith.dev/quota"))
	text := string(a.Files()["overrides/shop/development.yaml"])
	require.Contains(t, text, "    network: audit\n")
	require.Contains(t, text, "  podSecurity: baseline\n")
	require.Contains(t, strings.Join(a.Notes, "\n"), "enforces Pod Security level privileged, and what was read needs no more than baseline")
}

// TestRoutes: routes that say hosts, paths and Services become fields; one that says more is kept.
func TestRoutes(t *testing.T) {
	const app = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "ghcr.io/example/web:1", ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
`
	const http = `{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: shop}, spec: {parentRefs: [{name: edge}], hostnames: [shop.example.com], rules: [{matches: [{path: {value: /}}, {path: {type: PathPrefix, value: /api}}], backendRefs: [{name: web, port: 80}]}]}}`
	const istio = `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: shop}, spec: {hosts: [shop.example.com], gateways: [edge], http: [{route: [{destination: {host: web.default.svc.cluster.local, port: {number: 80}}}]}]}}`
	for about, test := range map[string]struct {
		router, object, was, now string
		want                     State
	}{
		"gateway-api":            {"gateway-api", http, "", "", Fields},
		"istio":                  {"istio", istio, "", "", Fields},
		"another router":         {"istio", http, "", "", Kept},
		"headers":                {"gateway-api", http, "backendRefs:", "filters: [{type: RequestMirror}], backendRefs:", Kept},
		"an exact path":          {"gateway-api", http, "PathPrefix", "Exact", Kept},
		"a port that nobody has": {"gateway-api", http, "port: 80", "port: 81", Kept},
		"a wildcard":             {"istio", istio, "[shop.example.com]", "['*.example.com']", Kept},
		"a fault":                {"istio", istio, "{route:", "{fault: {}, route:", Kept},
		"the mesh":               {"istio", istio, "[edge]", "[edge, mesh]", Kept},
	} {
		t.Run(about, func(t *testing.T) {
			platform := "-- tenantsmith.yaml --\napiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\nspec: {clusters: {main: {router: " + test.router + ", operators: [rollouts]}}, environments: [{name: production, cluster: main}]}\n-- a.yaml --\n"
			a, is := settled(t, "shop", txtar.Parse([]byte(platform+app+strings.Replace(test.object, test.was, test.now, 1)+"\n")))
			for _, i := range a.Items {
				if !isRoute(i.Kind()) {
					continue
				}
				require.Equal(t, test.want, i.State, "%s\n%s", i.Reason, a.Files()[a.File()])
				if test.want == Fields {
					require.Contains(t, string(a.Files()[a.File()]), "host: shop.example.com")
					require.NotEqual(t, "web", i.Into.Name, "the rendered route was not found")
					require.False(t, i.differs(a, is))
					i.tree = copied(i.tree).(tree)
					put(i.tree, []any{"other.example.com"}, "spec", map[string]string{"HTTPRoute": "hostnames", "VirtualService": "hosts"}[i.Kind()])
					require.True(t, i.differs(a, is))
				}
			}
		})
	}
}

// TestVertical: a VerticalPodAutoscaler of one container becomes fields, and its bounds are compared.
func TestVertical(t *testing.T) {
	const app = `-- tenantsmith.yaml --
apiVersion: tenantsmith.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec: {clusters: {main: {operators: [OPERATOR]}}, environments: [{name: production, cluster: main}]}
-- a.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: "ghcr.io/example/web:1", resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}}]}
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: web-vpa}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  updatePolicy: {updateMode: Auto}
  resourcePolicy: {containerPolicies: [{containerName: main, minAllowed: {cpu: 0.05}, maxAllowed: {cpu: 200m, memory: 128Mi}}]}
`
	for about, test := range map[string]struct {
		was, now string
		want     State
	}{
		"bounds":             {"", "", Fields},
		"without":            {"  resourcePolicy: {containerPolicies: [{containerName: main, minAllowed: {cpu: 0.05}, maxAllowed: {cpu: 200m, memory: 128Mi}}]}\n", "", Patched},
		"off":                {"updateMode: Auto", "updateMode: \"Off\"", Fields},
		"more than the tier": {"cpu: 200m", "cpu: 900", Left},
		"another container":  {"containerName: main", "containerName: proxy", Kept},
		"no autoscaler":      {"OPERATOR", "rollouts", Kept},
	} {
		t.Run(about, func(t *testing.T) {
			text := strings.Replace(strings.Replace(app, test.was, test.now, 1), "OPERATOR", "rollouts, vpa", 1)
			a, is := settled(t, "shop", txtar.Parse([]byte(text)))
			i := a.Items[1]
			require.Equal(t, test.want, i.State, "%s\n%s", i.Reason, a.Files()[a.File()])
			if i.State == Kept {
				require.Equal(t, a.Items[0].Into.Kind, textAt(is[plainKey(i.Key())], "spec", "targetRef", "kind"))
			}
			if i.State == Fields {
				i.tree = copied(i.tree).(tree)
				put(listAt(i.tree, "spec", "resourcePolicy", "containerPolicies")[0].(tree), "201m", "maxAllowed", "cpu")
				require.True(t, i.differs(a, is))
			}
		})
	}
}

// TestMesh: what a mesh put into a pod is not the tenant's; a pod that has nothing else stays as it is.
func TestMesh(t *testing.T) {
	const objects = `-- tenantsmith.yaml --
apiVersion: tenantsmith.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec: {clusters: {main: {operators: [external-secrets]}}, environments: [{name: production, cluster: main}]}
-- a.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web, security.istio.io/tlsMode: istio}
      annotations:
        prometheus.io/port: "15020"
        sidecar.istio.io/status: '{"initContainers":["istio-init"],"containers":["istio-proxy"],"volumes":["istio-envoy"],"imagePullSecrets":null,"revision":"default"}'
    spec:
      initContainers: [{name: istio-init, image: "istio/proxyv2:1"}, {name: wait, image: "ghcr.io/example/wait:1"}]
      containers:
      - {name: istio-proxy, image: "istio/proxyv2:1", volumeMounts: [{name: istio-envoy, mountPath: /etc/istio/proxy}]}
      - {name: web, image: "ghcr.io/example/web:1", livenessProbe: {httpGet: {path: /app-health/web/livez, port: 15020}}}
      volumes: [{name: istio-envoy, emptyDir: {}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge}
spec:
  selector: {matchLabels: {app: edge}}
  template:
    metadata: {labels: {app: edge}, annotations: {sidecar.istio.io/status: '{"containers":["istio-proxy"]}'}}
    spec: {containers: [{name: istio-proxy, image: "istio/proxyv2:1"}]}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: keys}
spec: {data: [{secretKey: a, remoteRef: {key: team/a}}, {secretKey: b, remoteRef: {key: team/a}}, {secretKey: c, remoteRef: {key: team/c}}]}
`
	a, _ := settled(t, "mesh", txtar.Parse([]byte(objects)))
	for file, text := range a.Files() {
		require.NotContains(t, string(text), "istio-init", file)
		require.NotContains(t, string(text), "istio-envoy", file)
		require.NotContains(t, string(text), "tlsMode", file)
	}
	require.Contains(t, string(a.Files()[a.File()]), "ghcr.io/example/wait:1")
	require.Equal(t, 1, strings.Count(string(a.Files()[a.File()]), "istio/proxyv2:1"))
	require.Subset(t, a.Notes, []string{
		"Deployment web: left out what a mesh put into its pods (istio-init, istio-proxy); it does so again where the cluster has one. Its probes ask the proxy, at /app-health/: say what they should ask",
		"ExternalSecret keys reads team/a, team/c, and spec.secrets.keys can name one path: put all that it reads at team/a",
	})
}
