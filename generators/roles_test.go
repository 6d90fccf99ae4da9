package generators

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// reading are the verbs that change nothing; only they may meet what changing is not listed below.
var reading = []string{"get", "list", "watch"}

// changing is all that any role may do beyond reading, in an open environment.
var changing = map[string][]string{
	"pods/attach": {"create", "get"}, "pods/exec": {"create", "get"}, "pods/portforward": {"create", "get"},
	"pods/ephemeralcontainers": {"patch"}, "pods/eviction": {"create"}, "rollouts/status": {"patch"},
	"analysisruns": {"patch"},
	"pods":         change, "configmaps": change, "persistentvolumeclaims": change, "deployments": change,
	"statefulsets": change, "cronjobs": change, "jobs": change, "rollouts": change,
}

// changingProtected is the same where every change has to come from git.
var changingProtected = map[string][]string{"rollouts/status": {"patch"}, "pods/eviction": {"create"}}

func TestRolesGrantNothingElse(t *testing.T) {
	tenant := sample("enterprise")
	for _, env := range environments(tenant) {
		allowed := changing
		if env.Protected || env.Name == "" {
			allowed = changingProtected
		}
		for _, role := range everyone {
			for _, rule := range (input{tenant, env}).rules(role) {
				checkRule(t, rule, allowed)
			}
		}
	}
}

func checkRule(t *testing.T, rule rbacv1.PolicyRule, allowed map[string][]string) {
	t.Helper()
	require.Empty(t, rule.NonResourceURLs)
	require.NotContains(t, rule.APIGroups, "*")
	for _, resource := range rule.Resources {
		require.NotContains(t, resource, "*")
		require.NotContains(t, []string{"secrets", "serviceaccounts/token", "namespaces", "nodes"}, resource)
		for _, verb := range rule.Verbs {
			ok := slices.Contains(reading, verb) && resource != "pods/exec" || slices.Contains(allowed[resource], verb)
			require.True(t, ok, "%s on %s", verb, resource)
		}
	}
}

// Guard rails, roles and what draws the traffic of others are read at most.
func TestNobodyChangesGuardRails(t *testing.T) {
	guarded := []string{"resourcequotas", "limitranges", "networkpolicies", "roles", "rolebindings", "serviceaccounts",
		"services", "ingresses", "horizontalpodautoscalers", "poddisruptionbudgets", "analysistemplates"}
	for _, g := range grants {
		for _, resource := range g.resources {
			if slices.Contains(guarded, resource) {
				require.Equal(t, look, g.verbs, resource)
			}
		}
	}
}

func TestRolesByRole(t *testing.T) {
	tenant := sample("enterprise")
	open, protected := input{tenant, &tenant.Environments[0]}, input{tenant, &tenant.Environments[1]}
	can := func(in input, role, verb, resource string) bool {
		return slices.ContainsFunc(in.rules(role), func(r rbacv1.PolicyRule) bool {
			return slices.Contains(r.Resources, resource) && slices.Contains(r.Verbs, verb)
		})
	}
	for _, c := range []struct {
		verb, resource   string
		open, production []string
	}{
		{"get", "pods/log", everyone, everyone},
		{"create", "pods/exec", developers, nil},
		{"delete", "pods", developers, nil},
		{"patch", "rollouts/status", deployers, deployers},
		{"patch", "rollouts", deployers, nil},
		{"create", "deployments", admins, nil},
		{"create", "pods/eviction", admins, admins},
		{"get", "secrets", nil, nil},
	} {
		for _, role := range everyone {
			require.Equal(t, slices.Contains(c.open, role), can(open, role, c.verb, c.resource), "%s: %s %s", role, c.verb, c.resource)
			require.Equal(t, slices.Contains(c.production, role), can(protected, role, c.verb, c.resource),
				"%s in production: %s %s", role, c.verb, c.resource)
		}
	}
}

// An overlay adds rules at the end and takes none away.
func TestOpenRulesBeginWithProtectedOnes(t *testing.T) {
	tenant := sample("enterprise")
	for _, role := range everyone {
		base := input{tenant, &tenant.Base}.rules(role)
		require.Equal(t, base, input{tenant, &tenant.Environments[1]}.rules(role))
		require.Equal(t, base, input{tenant, &tenant.Environments[0]}.rules(role)[:len(base)])
	}
}

func TestWithoutRolloutsNoRuleNamesThem(t *testing.T) {
	tenant := sample("free")
	for _, role := range everyone {
		for _, rule := range (input{tenant, &tenant.Environments[0]}).rules(role) {
			require.NotContains(t, rule.APIGroups, "argoproj.io")
		}
	}
}

// A binding names all groups of its role, each once, in one order however the file lists them.
func TestBindings(t *testing.T) {
	tenant := sample("free")
	env := &tenant.Environments[0]
	env.Spec.Owners = []schemas.Owner{{Group: "b", Role: "admin"}, {Group: "a", Role: "admin"}, {Group: "b", Role: "admin"}}
	objects := roles(input{tenant, env})
	require.Len(t, objects, 2)
	binding := objects[1].typed.(*rbacv1.RoleBinding)
	require.Equal(t, "tenant-admin", binding.RoleRef.Name)
	require.Equal(t, []rbacv1.Subject{
		{APIGroup: "rbac.authorization.k8s.io", Kind: "Group", Name: "a"},
		{APIGroup: "rbac.authorization.k8s.io", Kind: "Group", Name: "b"},
	}, binding.Subjects)
}
