package overlay

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func TestGuardRailsAreThePlatforms(t *testing.T) {
	for _, c := range []struct{ apiVersion, kind string }{
		{"v1", "ResourceQuota"}, {"v1", "LimitRange"}, {"networking.k8s.io/v1", "NetworkPolicy"},
		{"rbac.authorization.k8s.io/v1", "Role"}, {"rbac.authorization.k8s.io/v1beta1", "RoleBinding"},
		{"security.istio.io/v1", "PeerAuthentication"}, {"security.istio.io/v1beta1", "AuthorizationPolicy"},
		{"networking.istio.io/v1", "Sidecar"}, {"cilium.io/v2", "CiliumNetworkPolicy"},
		{"argoproj.io/v1alpha1", "AppProject"}, {"argoproj.io/v1alpha1", "Application"}, {"argoproj.io/v1alpha1", "ApplicationSet"},
		{"kustomize.toolkit.fluxcd.io/v1", "Kustomization"}, {"source.toolkit.fluxcd.io/v1", "GitRepository"},
	} {
		t.Run(c.kind, func(t *testing.T) {
			text := fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: more}\n", c.apiVersion, c.kind)
			got, tree := findings(webSource(t, extra(t, "tenants/acme/resources/all/more.yaml", text)))
			require.Equal(t, []string{"tenants/acme/resources/all/more.yaml:2:7: kind: " + c.kind +
				" is a guard rail, which is the platform's; fix: ask the platform team to put it under overrides/acme/resources"}, got)
			require.Nil(t, tree)
			got, _ = findings(webSource(t, extra(t, "overrides/acme/resources/all/more.yaml", text)))
			require.Empty(t, got)
		})
	}
}

// One word is not one kind: what another group calls so is the tenant's.
func TestKindsThatOnlySoundLikeGuardRails(t *testing.T) {
	for _, head := range []string{"apiVersion: example.com/v1\nkind: Role\n", "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n"} {
		got, _ := findings(webSource(t, extra(t, "tenants/acme/resources/all/more.yaml", head+"metadata: {name: more}\n")))
		require.Empty(t, got)
	}
}

func TestClusterwidePolicyIsNoTenants(t *testing.T) {
	got, _ := findings(webSource(t, extra(t, "tenants/acme/resources/all/more.yaml",
		"apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: more}\n")))
	require.Len(t, got, 1)
	require.Contains(t, got[0], "CiliumClusterwideNetworkPolicy belongs to no namespace")
}

func TestMarkedLabelsOfResources(t *testing.T) {
	const head, message = "apiVersion: apps/v1\nkind: Deployment\n", "is a label that tenantsmith sets: the platform tells objects apart by it; fix: remove it"
	for _, label := range marked {
		for field, text := range map[string]string{
			"metadata.labels":                              "metadata: {name: x, labels: {LABEL: a}}\n",
			"spec.template.metadata.labels":                "metadata: {name: x}\nspec: {template: {metadata: {labels: {LABEL: a}}}}\n",
			"spec.selector.matchLabels":                    "metadata: {name: x}\nspec: {selector: {matchLabels: {LABEL: a}}}\n",
			"spec.selector":                                "metadata: {name: x}\nspec: {selector: {LABEL: a}}\n",
			"spec.volumeClaimTemplates[0].metadata.labels": "metadata: {name: x}\nspec: {volumeClaimTemplates: [{metadata: {labels: {LABEL: a}}}]}\n",
		} {
			text = head + strings.ReplaceAll(text, "LABEL", label)
			got, _ := findings(webSource(t, extra(t, "tenants/acme/resources/all/x.yaml", text)))
			require.Len(t, got, 1)
			require.Contains(t, got[0], fmt.Sprintf("%s[%q]: %s", field, label, message))
			got, _ = findings(webSource(t, extra(t, "overrides/acme/resources/all/x.yaml", text)))
			require.Empty(t, got, "the platform may")
		}
	}
}

// An affinity chooses among pods, and data are data.
func TestLabelsThatMarkNothing(t *testing.T) {
	for _, text := range []string{
		"apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: " +
			"[{topologyKey: a, labelSelector: {matchLabels: {tenantsmith.dev/tenant: acme}}}]}}}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, labels: {app.kubernetes.io/name: a}}\ndata: {labels: 'tenantsmith.dev/tenant'}\n",
	} {
		got, _ := findings(webSource(t, extra(t, "tenants/acme/resources/all/x.yaml", text)))
		require.Empty(t, got)
	}
}

const labelled = `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: web
  labels: {app.kubernetes.io/managed-by: tenantsmith, tenantsmith.dev/tenant: acme}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: web}}
  strategy: {canary: {canaryMetadata: {labels: {role: canary}}}}
  template: {metadata: {labels: {app.kubernetes.io/name: web, tenantsmith.dev/tenant: acme}}}
`

func labelledSource(t *testing.T, extras ...manifest.Extra) Source {
	objects := []manifest.Object{object(t, labelled)}
	return Source{Tenant: "acme", File: "tenants/acme.yaml", Base: objects, Extras: extras,
		Envs: []Env{{Name: "production", Namespace: "acme-production", Objects: objects}}}
}

func TestMarkedLabelsOfPatches(t *testing.T) {
	const merge, target = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n", "target: {kind: Rollout, name: web}\npatch:\n"
	const tenant, template = `metadata.labels["tenantsmith.dev/tenant"]`, `spec.template.metadata.labels["tenantsmith.dev/tenant"]`
	for _, c := range []struct{ name, text, at, path string }{
		{"merged", merge + "metadata: {name: web, labels: {tenantsmith.dev/tenant: other}}\n", "3:56: " + tenant, tenant},
		{"added", merge + "metadata: {name: web, labels: {tenantsmith.dev/tier: gold}}\n",
			`3:54: metadata.labels["tenantsmith.dev/tier"]`, `metadata.labels["tenantsmith.dev/tier"]`},
		{"of the environment", merge + "metadata: {name: web, labels: {tenantsmith.dev/environment: development}}\n",
			`3:61: metadata.labels["tenantsmith.dev/environment"]`, `metadata.labels["tenantsmith.dev/environment"]`},
		{"removed", target + "- {op: remove, path: /metadata/labels/app.kubernetes.io~1managed-by}\n", "3:22: patch[0].path",
			`metadata.labels["app.kubernetes.io/managed-by"]`},
		{"of pods", merge + "metadata: {name: web}\nspec: {template: {metadata: {labels: {tenantsmith.dev/tenant: other}}}}\n", "4:63: " + template, template},
		{"of some pods", merge + "metadata: {name: web}\nspec: {strategy: {canary: {canaryMetadata: {labels: {tenantsmith.dev/tenant: other}}}}}\n",
			`4:78: spec.strategy.canary.canaryMetadata.labels["tenantsmith.dev/tenant"]`, `spec.strategy.canary.canaryMetadata.labels["tenantsmith.dev/tenant"]`},
		{"of the selector", merge + "metadata: {name: web}\nspec: {selector: {matchLabels: {tenantsmith.dev/tenant: other}}}\n",
			`4:57: spec.selector.matchLabels["tenantsmith.dev/tenant"]`, `spec.selector.matchLabels["tenantsmith.dev/tenant"]`},
		{"by operation", target + "- {op: replace, path: /metadata/labels/tenantsmith.dev~1tenant, value: other}\n", "3:23: patch[0].path", tenant},
		{"in a map", target + "- {op: replace, path: /spec/template/metadata/labels, value: {tenantsmith.dev/tenant: other}}\n",
			`3:87: patch[0].value["tenantsmith.dev/tenant"]`, template},
		{"by what goes", target + "- {op: replace, path: /metadata/labels, value: {}}\n", "1:31", `metadata.labels["app.kubernetes.io/managed-by"]`},
		{"by a move", target + "- {op: test, path: /metadata/name, value: web}\n- {op: move, from: /metadata/labels/tenantsmith.dev~1tenant, path: /metadata/labels/x}\n",
			"4:20: patch[1].from", tenant},
		{"by a copy", target + "- {op: copy, from: /metadata/name, path: /metadata/labels/tenantsmith.dev~1tenant}\n", "3:42: patch[0].path", tenant},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, file := range []string{"tenants/acme/patches/all/web.yaml", "overrides/acme/patches/production/web.yaml"} {
				got, _ := findings(labelledSource(t, extra(t, file, c.text)))
				require.Equal(t, []string{file + ":" + c.at + ": a patch cannot change " + c.path +
					" of Rollout acme-production/web: the platform tells objects apart by it"}, got)
			}
		})
	}
	for _, text := range []string{
		merge + "metadata: {name: web, labels: {tenantsmith.dev/tenant: acme, team: a}}\n",
		target + "- {op: add, path: /metadata/labels/team, value: a}\n- {op: add, path: /spec/template/metadata/labels/team, value: a}\n",
	} {
		got, _ := findings(labelledSource(t, extra(t, "tenants/acme/patches/all/web.yaml", text)))
		require.Empty(t, got, "other labels are the tenant's, and saying what is so changes nothing")
	}
}

func TestNumbersThatToolsRound(t *testing.T) {
	const message = "is a number beyond 9007199254740991, and what reads JSON may round it; fix: write it in quotes if the field takes text, or a smaller number"
	for _, number := range []string{"9007199254740993", "-9007199254740992", "9223372036854775807", "1e19", "9007199254740993.0"} {
		for file, text := range map[string]string{
			"tenants/acme/resources/all/x.yaml:4:12: spec.a[0]":      "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x}\nspec: {a: [NUMBER]}\n",
			"overrides/acme/resources/all/x.yaml:4:11: spec.a":       "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x}\nspec: {a: NUMBER}\n",
			"tenants/acme/patches/all/x.yaml:4:18: spec.replicas":    "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\nspec: {replicas: NUMBER}\n",
			"overrides/acme/patches/all/x.yaml:2:52: patch[0].value": "target: {kind: Rollout, name: web}\npatch: [{op: replace, path: /spec/replicas, value: NUMBER}]\n",
			"tenants/acme/patches/all/x.yaml:2:8: patch[0].value":    "target: {kind: Rollout, name: web}\npatch: '[{op: replace, path: /spec/replicas, value: NUMBER}]'\n",
		} {
			name, _, _ := strings.Cut(file, ":")
			got, _ := findings(webSource(t, extra(t, name, strings.ReplaceAll(text, "NUMBER", number))))
			require.Equal(t, []string{file + ": " + message}, got)
		}
	}
	for _, number := range []string{"9007199254740991", "-9007199254740991", "'9007199254740993'", "0.5"} {
		got, tree := findings(webSource(t, extra(t, "tenants/acme/resources/all/x.yaml",
			"apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x}\nspec: {a: "+number+"}\n")))
		require.Empty(t, got)
		require.Contains(t, dump(tree), strings.Trim(number, "'"))
	}
}

func TestNothingIsNoLabel(t *testing.T) {
	for _, metadata := range []string{"labels: null", "annotations: null", "labels: {}", "annotations: {}", "annotations: , labels: ~"} {
		got, tree := findings(webSource(t, extra(t, "tenants/acme/resources/all/x.yaml",
			"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, "+metadata+"}\n")))
		require.Empty(t, got, metadata)
		built, _ := tree.Build("production")
		require.Equal(t, map[string]any{
			"name": "x", "namespace": "acme-production", "labels": map[string]any{EnvironmentLabel: "production"},
		}, built[slices.IndexFunc(built, func(b Built) bool { return b.Name() == "x" })].Tree["metadata"])
	}
}

// A tenant's objects neither outlive their namespace nor go with another object; the platform's may.
func TestTenantsDecideNotWhenObjectsGo(t *testing.T) {
	const why = "decides when the object goes, which is for the cluster to say; fix: remove it"
	for _, c := range []struct{ kind, text, at string }{
		{"resources", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, finalizers: [example.com/never]}\n", "3:21: metadata.finalizers"},
		{"resources", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, ownerReferences: []}\n", "3:21: metadata.ownerReferences"},
		{"patches", "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web, finalizers: [example.com/never]}\n", "3:23: metadata.finalizers"},
		{"patches", "target: {kind: Rollout, name: web}\npatch: [{op: add, path: /metadata/ownerReferences/-, value: {}}]\n", "2:25: patch[0].path"},
	} {
		t.Run(c.at, func(t *testing.T) {
			file := "tenants/acme/" + c.kind + "/all/x.yaml"
			got, tree := findings(webSource(t, extra(t, file, c.text)))
			require.Equal(t, []string{file + ":" + c.at + ": " + why}, got)
			require.Nil(t, tree)
			if !strings.Contains(c.text, "/-") {
				got, _ = findings(webSource(t, extra(t, "overrides/acme/"+c.kind+"/all/x.yaml", c.text)))
				require.Empty(t, got)
			}
		})
	}
}
