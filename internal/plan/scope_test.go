package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// objectOf is one object named n of the tenant's namespace, by its kind and the rest of its YAML.
func objectOf(t *testing.T, apiVersion, kind, rest string) []manifest.Object {
	text := "apiVersion: " + apiVersion + "\nkind: " + kind + "\n" + rest + "\n"
	docs, problems := manifest.Parse("v.yaml", []byte(text), manifest.ManifestLimits)
	require.Empty(t, problems, text)
	tree, _ := docs[0].Tree().(map[string]any)
	meta, _ := tree["metadata"].(map[string]any)
	if meta == nil {
		meta = map[string]any{}
		tree["metadata"] = meta
	}
	meta["name"], meta["namespace"] = "n", "acme-production"
	return []manifest.Object{{Tree: tree}}
}

// Each weakens something in a place that has no rule of comparison of its own; the way back is told where it may
// weaken as well, and not where it surely does not.
func TestWeakerScope(t *testing.T) {
	pod := func(more string) string {
		return "spec: {template: {spec: {containers: [{name: c, securityContext: {runAsNonRoot: true}}], " + more + "}}}"
	}
	const admission, rollouts, mesh = "admissionregistration.k8s.io/v1", "argoproj.io/v1alpha1", "security.istio.io/v1"
	for name, c := range map[string]struct {
		apiVersion, kind, old, new, want string
		both                             bool
	}{
		"policy narrower":  {admission, "ValidatingAdmissionPolicy", "spec: {matchConstraints: {a: [x, y]}}", "spec: {matchConstraints: {a: [x]}}", "may refuse less", true},
		"policy condition": {admission, "ValidatingAdmissionPolicy", "spec: {}", "spec: {matchConditions: [{name: a, expression: \"false\"}]}", "may refuse less", true},
		"binding narrower": {admission, "ValidatingAdmissionPolicyBinding", "spec: {policyName: a}", "spec: {policyName: a, matchResources: {b: c}}", "may refuse less", true},
		"binding other":    {admission, "ValidatingAdmissionPolicyBinding", "spec: {policyName: a}", "spec: {policyName: b}", "another policy holds here", true},
		"tokens":           {mesh, "RequestAuthentication", "spec: {jwtRules: [{issuer: a}]}", "spec: {}", "tokens are checked otherwise", true},
		"backup":           {"velero.io/v1", "Schedule", "spec: {template: {snapshotVolumes: true}}", "spec: {template: {snapshotVolumes: false}}", "backups hold other things", true},
		"tls of ingress": {"networking.k8s.io/v1", "Ingress", "spec: {tls: [{hosts: [a, b]}], rules: [{host: a}, {host: b}]}",
			"spec: {tls: [{hosts: [b]}], rules: [{host: a}, {host: b}]}", "requests to a are no longer encrypted", false},
		"tls of gateway": {"networking.istio.io/v1", "Gateway", "spec: {servers: [{hosts: [a], tls: {mode: SIMPLE}}]}", "spec: {servers: [{hosts: [a]}]}", "requests to a are no longer encrypted", false},
		"cloud": {"v1", "ServiceAccount", "metadata: {annotations: {eks.amazonaws.com/role-arn: a}}", "metadata: {annotations: {eks.amazonaws.com/role-arn: b}}",
			"now act in the cloud as b", false},
		"account":         {rollouts, "Rollout", pod(""), pod("serviceAccountName: admin"), "now act as ServiceAccount admin instead of default", false},
		"project roles":   {rollouts, "AppProject", "spec: {roles: []}", "spec: {roles: [{name: a, groups: [g]}]}", "role a of the project", false},
		"project windows": {rollouts, "AppProject", "spec: {syncWindows: [{kind: deny, schedule: a}]}", "spec: {}", "no longer names kind deny schedule a", false},
		"source":          {rollouts, "Application", "spec: {source: {path: a}}", "spec: {source: {path: b}}", "brought other objects", true},
		"target":          {"kustomize.toolkit.fluxcd.io/v1", "Kustomization", "spec: {path: a}", "spec: {path: a, serviceAccountName: b}", "with other rights", true},
		"branch":          {"source.toolkit.fluxcd.io/v1", "GitRepository", "spec: {ref: {branch: a}}", "spec: {ref: {branch: b}}", "brought other objects", true},
		"dry run":         {rollouts, "AnalysisTemplate", "spec: {metrics: [{name: a}]}", "spec: {metrics: [{name: a}], dryRun: [{metricName: a}]}", "is only tried", false},
		"processes":       {rollouts, "Rollout", pod(""), pod("shareProcessNamespace: true"), "each other's processes", false},
		"kernel":          {rollouts, "Rollout", pod(""), pod("securityContext: {sysctls: [{name: kernel.x, value: \"1\"}]}"), "kernel parameter kernel.x", false},
		"armor":           {rollouts, "Rollout", pod("securityContext: {appArmorProfile: {type: RuntimeDefault}}"), pod("securityContext: {appArmorProfile: {type: Unconfined}}"), "AppArmor", false},
		"selinux":         {rollouts, "Rollout", pod("securityContext: {seLinuxOptions: {type: container_t}}"), pod("securityContext: {seLinuxOptions: {type: spc_t}}"), "SELinux type spc_t", false},
		"host process":    {rollouts, "Rollout", pod(""), pod("securityContext: {windowsOptions: {hostProcess: true}}"), "as the node's own processes do", false},
	} {
		old, new := objectOf(t, c.apiVersion, c.kind, c.old), objectOf(t, c.apiVersion, c.kind, c.new)
		require.Contains(t, told(change(old, new).Tenants[0].Environments[0].Risks), c.want, name)
		back := told(change(new, old).Tenants[0].Environments[0].Risks)
		require.Equal(t, c.both, strings.Contains(back, c.want), name+" back:\n"+back)
		require.Empty(t, change(old, old).Tenants, name)
	}
}

// TestNewProject: what a project is made for is no risk; kinds of the whole cluster are.
func TestNewProject(t *testing.T) {
	const project = "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: acme, namespace: argocd}\nspec: {sourceRepos: [a], destinations: [{namespace: acme-production}], clusterResourceWhitelist: %s}\n"
	risks := func(kinds string) map[Class]int {
		return New(Input{Environments: []Environment{env(t, "acme", "production", "", fmt.Sprintf(project, kinds))}}).Summary.Risks
	}
	require.Empty(t, risks("[]"))
	require.Equal(t, map[Class]int{OpenedPath: 1}, risks("[{group: '', kind: Namespace}]"))
}
