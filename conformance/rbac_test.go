package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/component-helpers/auth/rbac/validation"
	"sigs.k8s.io/yaml"
)

// power is something that a role must not give: each verb on each resource of each group.
type power struct{ groups, resources, verbs []string }

const rbacGroup = "rbac.authorization.k8s.io"

var (
	writes = []string{"create", "update", "patch", "delete", "deletecollection"}
	reads  = []string{"get", "list", "watch"}
)

// forbidden are the powers that each check of ours refuses, in the words of the API server.
var forbidden = map[string][]power{
	"TS-RBAC-002": {
		{[]string{rbacGroup}, []string{"roles", "clusterroles"}, []string{"bind", "escalate"}},
		{[]string{"", "authentication.k8s.io"}, []string{"users", "groups", "serviceaccounts", "uids", "userextras/scopes"}, []string{"impersonate"}},
		{[]string{"certificates.k8s.io"}, []string{"signers"}, []string{"approve", "sign", "attest"}},
	},
	"TS-RBAC-005": {{[]string{""}, []string{"secrets"}, append([]string{"patch", "update", "deletecollection"}, reads...)}},
	"TS-RBAC-006": {{[]string{""}, []string{"serviceaccounts/token"}, []string{"create"}}},
	"TS-RBAC-007": {
		{[]string{rbacGroup}, []string{"roles", "rolebindings"}, writes},
		{[]string{""}, []string{"serviceaccounts"}, writes},
	},
	"TS-RBAC-008": {
		{[]string{""}, []string{"limitranges", "namespaces", "namespaces/finalize", "resourcequotas", "resourcequotas/status"}, writes},
		{[]string{"networking.k8s.io"}, []string{"networkpolicies"}, writes},
		{[]string{"security.istio.io"}, []string{"authorizationpolicies", "peerauthentications"}, writes},
		{[]string{"external-secrets.io"}, []string{"externalsecrets", "secretstores"}, writes},
	},
}

// measuring are powers that the engine has and no person: what releases and services are measured by.
var measuring = []power{
	{[]string{"argoproj.io"}, []string{"analysistemplates"}, writes},
	{[]string{"monitoring.coreos.com"}, []string{"podmonitors", "prometheusrules", "servicemonitors"}, writes},
}

// interactive are the ways into pods, and past the address of a node or Service.
var interactive = []power{
	{[]string{""}, []string{"pods/exec", "pods/attach", "pods/portforward"}, []string{"create", "get"}},
	{[]string{""}, []string{"pods/ephemeralcontainers"}, []string{"update", "patch"}},
}

// nobodys are powers that no role has in any environment, beside those that checks of ours name.
var nobodys = []power{
	{[]string{""}, []string{"pods/proxy", "services/proxy", "nodes/proxy"}, []string{"create", "get", "update", "patch", "delete"}},
	{[]string{""}, []string{"nodes", "persistentvolumes"}, append(slices.Clone(writes), reads...)},
	{[]string{""}, []string{"secrets"}, append(slices.Clone(writes), reads...)},
	{[]string{"", "discovery.k8s.io"}, []string{"endpoints", "endpointslices", "services/status"}, writes},
	{[]string{"argoproj.io"}, []string{"applications", "appprojects"}, writes},
	{[]string{"kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io"}, []string{"kustomizations", "gitrepositories"}, writes},
	{[]string{"networking.istio.io"}, []string{"serviceentries", "sidecars", "envoyfilters", "gateways"}, writes},
	{[]string{"gateway.networking.k8s.io"}, []string{"gateways", "referencegrants"}, writes},
}

// atoms are the single rights of powers. Of a rule that names objects they name the first.
func atoms(powers []power, names []string) []rbacv1.PolicyRule {
	var out []rbacv1.PolicyRule
	for _, p := range powers {
		out = append(out, validation.BreakdownRule(rbacv1.PolicyRule{
			APIGroups: p.groups, Resources: p.resources, Verbs: p.verbs, ResourceNames: names[:min(len(names), 1)],
		})...)
	}
	return out
}

// holds reports whether rules give any of the powers.
func holds(rules []rbacv1.PolicyRule, powers []power, names []string) bool {
	return slices.ContainsFunc(atoms(powers, names), func(a rbacv1.PolicyRule) bool {
		covered, _ := validation.Covers(rules, []rbacv1.PolicyRule{a})
		return covered
	})
}

// write puts files into a new folder.
func write(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

const roledPlatform = `apiVersion: tenantsmith.dev/v1alpha1
kind: Platform
metadata: {name: p}
spec:
  clusters: {main: {operators: [%s], router: %s, mesh: istio, ingressClass: nginx}}
  gitops: {engine: flux, repository: https://git.example.com/platform/gitops.git}
  environments: [{name: development, cluster: main}, {name: production, cluster: main, protected: true}]
`

const roledTenant = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: %s}
spec:
  tier: premium
  owners: [{group: v, role: viewer}, {group: d, role: developer}, {group: o, role: deployer}, {group: a, role: admin}]
  environments: {development: {}, production: {}}
`

// roles are the rules of each Role that is rendered for an environment.
func roles(t *testing.T, dir, env string) map[string][]rbacv1.PolicyRule {
	out, said, clean := tenantsmith(t, "-C", dir, "render", "-o", "-", "--env", env)
	require.True(t, clean, said)
	found := map[string][]rbacv1.PolicyRule{}
	for _, o := range parse(t, []byte(out)) {
		if o.GetKind() != "Role" {
			continue
		}
		var role rbacv1.Role
		require.NoError(t, decode(o, &role))
		found[role.Name] = role.Rules
	}
	return found
}

// TestRolesDoNotEscalate has upstream's coverage of rules judge all roles on clusters with and without everything:
// who may more covers who may less, an open environment covers a protected one, and nobody has what nobody should.
func TestRolesDoNotEscalate(t *testing.T) {
	for _, c := range [][]any{{"", "none"}, {"rollouts, keda, vpa, prometheus, cert-manager, cloudnative-pg, external-secrets", "gateway-api"}} {
		dir := write(t, map[string]string{
			"tenantsmith.yaml":  fmt.Sprintf(roledPlatform, c...),
			"tenants/acme.yaml": fmt.Sprintf(roledTenant, "acme"),
		})
		open, protected := roles(t, dir, "development"), roles(t, dir, "production")
		for name, all := range map[string]map[string][]rbacv1.PolicyRule{"development": open, "production": protected} {
			require.Len(t, all, 5)
			for _, pair := range [][2]string{{"developer", "viewer"}, {"deployer", "viewer"}, {"admin", "developer"}, {"admin", "deployer"}} {
				covered, missing := validation.Covers(all["tenant-"+pair[0]], all["tenant-"+pair[1]])
				require.True(t, covered, "%s: %s lacks what %s has: %v", name, pair[0], pair[1], missing)
			}
			for role, rules := range all {
				for _, id := range slices.Sorted(maps.Keys(forbidden)) {
					require.False(t, holds(rules, forbidden[id], nil), "%s: %s: %s", name, role, id)
				}
				require.False(t, holds(rules, nobodys, nil), "%s: %s", name, role)
				person := role != "tenant-delivery"
				require.Equal(t, !person && c[0] != "", holds(rules, measuring, nil), "%s: %s measures", name, role)
				reaches := name == "development" && (role == "tenant-developer" || role == "tenant-admin")
				require.Equal(t, reaches, holds(rules, interactive, nil), "%s: %s reaches into pods", name, role)
				count(t, "roles", 1)
			}
		}
		for role := range open {
			covered, missing := validation.Covers(open[role], protected[role])
			require.True(t, covered, "%s lacks in an open environment: %v", role, missing)
		}
	}
	counted(t, 20, "roles")
}

const (
	randomRules = 1000
	rulesAtOnce = 125 // a proof lists no more than 200 counterexamples
)

// randomRole has one rule that nobody thought of.
func randomRole(r *rand.Rand, name string) rbacv1.Role {
	some := func(words ...string) []string {
		out := []string{words[r.IntN(len(words))]}
		if r.IntN(2) == 0 {
			out = append(out, words[r.IntN(len(words))])
		}
		return out
	}
	rule := rbacv1.PolicyRule{
		Verbs: some("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "bind", "escalate", "impersonate", "approve", "*"),
		APIGroups: some("", "", rbacGroup, rbacGroup, "networking.k8s.io", "security.istio.io", "external-secrets.io",
			"authentication.k8s.io", "certificates.k8s.io", "apps", "*"),
		Resources: some("pods", "secrets", "serviceaccounts", "serviceaccounts/token", "roles", "rolebindings", "clusterroles", "networkpolicies",
			"resourcequotas", "resourcequotas/status", "limitranges", "namespaces", "namespaces/finalize", "authorizationpolicies",
			"externalsecrets", "users", "groups", "uids", "userextras/scopes", "signers", "deployments", "*", "*/token", "*/finalize", "serviceaccounts/*", "*/*"),
	}
	if r.IntN(8) == 0 {
		rule.ResourceNames = []string{"one"}
	}
	return rbacv1.Role{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacGroup + "/v1", Kind: "Role"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "a"}, Rules: []rbacv1.PolicyRule{rule},
	}
}

// odd reports whether a rule has names that the API server matches in few cases or none, and that our checks refuse
// for what their author wants: wildcards for parts, and for mighty verbs parts of what those are about.
func odd(id string, rule rbacv1.PolicyRule) bool {
	return slices.ContainsFunc(rule.Resources, func(s string) bool {
		return strings.Contains(s, "/*") || strings.HasPrefix(s, "*/") || id == "TS-RBAC-002" && strings.Contains(s, "/")
	})
}

// TestRandomRules holds our own coverage of rules, that of the checks and that of the proof, against upstream's.
func TestRandomRules(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for from := 0; from < randomRules; from += rulesAtOnce {
		all := map[string]rbacv1.Role{}
		var stream strings.Builder
		for i := range rulesAtOnce {
			name := fmt.Sprintf("r-%d", from+i)
			all[name] = randomRole(r, name)
			text, err := yaml.Marshal(all[name])
			require.NoError(t, err)
			fmt.Fprintf(&stream, "---\n%s", text)
		}
		dir := write(t, map[string]string{
			"roles.yaml":                          stream.String(),
			"overrides/acme/resources/all/r.yaml": strings.ReplaceAll(stream.String(), "  namespace: a\n", ""),
			"tenantsmith.yaml":                    fmt.Sprintf(roledPlatform, "", "none"),
			"tenants/acme.yaml":                   strings.Replace(fmt.Sprintf(roledTenant, "acme"), "development: {}, ", "", 1),
			"tenants/shop.yaml":                   strings.NewReplacer("development: {}, ", "", "group: ", "group: shop-").Replace(fmt.Sprintf(roledTenant, "shop")),
		})
		checked, proven := refusedRoles(t, dir), brokenRoles(t, dir)
		for name, role := range all {
			judgeRule(t, role.Rules[0], checked[name], proven[name])
		}
	}
	counted(t, 10, slices.Collect(maps.Keys(forbidden))...)
	counted(t, 50, "rules of the proof")
}

// judgeRule compares what checks and the proof say of a rule with upstream: nothing may be missed, and of what the
// API server reads as it is written nothing refused without reason.
func judgeRule(t *testing.T, rule rbacv1.PolicyRule, checked map[string]bool, proven bool) {
	rules := []rbacv1.PolicyRule{rule}
	for id, powers := range forbidden {
		names := rule.ResourceNames
		if id == "TS-RBAC-005" {
			names = nil // Secrets that a role names may be read
		}
		want := holds(rules, powers, names)
		if want {
			count(t, id, 1)
		}
		require.True(t, checked[id] || !want, "%s misses %+v", id, rule)
		require.True(t, want || !checked[id] || odd(id, rule), "%s refuses %+v", id, rule)
	}
	unguarded := []power{
		forbidden["TS-RBAC-002"][0], forbidden["TS-RBAC-002"][1],
		{[]string{"networking.k8s.io"}, []string{"networkpolicies"}, writes},
	}
	if holds(rules, unguarded, rule.ResourceNames) {
		count(t, "rules of the proof", 1)
		require.True(t, proven, "the proof misses %+v", rule)
	}
}

// refusedRoles are the checks that refuse each role.
func refusedRoles(t *testing.T, dir string) map[string]map[string]bool {
	out, said, _ := tenantsmith(t, "-C", dir, "check", "--manifests", "roles.yaml", "--checks", "TS-RBAC", "--format", "json")
	var report struct {
		Findings []struct {
			Check  string
			Object struct{ Name string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &report), said)
	found := map[string]map[string]bool{}
	for _, f := range report.Findings {
		if found[f.Object.Name] == nil {
			found[f.Object.Name] = map[string]bool{}
		}
		found[f.Object.Name][f.Check] = true
	}
	return found
}

// brokenRoles are the roles that counterexamples name.
func brokenRoles(t *testing.T, dir string) map[string]bool {
	out, said, _ := tenantsmith(t, "-C", dir, "prove", "isolation", "--format", "json")
	var proof struct {
		Channels []struct {
			Name string
			Cut  bool
		}
		Counterexamples []struct {
			Channel string
			Causes  []struct{ Object string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &proof), said)
	for _, c := range proof.Channels {
		require.False(t, c.Cut, c.Name)
	}
	found := map[string]bool{}
	for _, c := range proof.Counterexamples {
		for _, cause := range c.Causes {
			if c.Channel == "rbac" {
				found[cause.Object[strings.LastIndex(cause.Object, "/")+1:]] = true
			}
		}
	}
	return found
}
