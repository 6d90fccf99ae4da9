package generators

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// guards are one of each kind.
func guards() []manifest.Guard {
	some := manifest.Guard{
		Name: "ts-pod-004", Check: "TS-POD-004", Title: "No host port", Severity: manifest.High, Waivable: true, Changed: "true", Operations: []string{"CREATE"},
		Resources:   []manifest.GuardedResource{{Version: "v1", Resource: "pods"}, {Group: "apps", Version: "v1", Resource: "deployments"}, {Version: "v1", Resource: "pods/ephemeralcontainers"}},
		Variables:   []manifest.GuardVariable{{Name: "a", Expression: "1"}},
		Validations: []manifest.GuardValidation{{Expression: "variables.a == 1", Message: `"no"`}},
	}
	low, hands := some, some
	low.Name, low.Severity = "ts-pod-024", manifest.Low
	hands.Name, hands.Hands, hands.Resources = "ts-rbac-008-namespaces", true, []manifest.GuardedResource{{Version: "v1", Resource: "namespaces"}}
	return []manifest.Guard{some, low, hands}
}

func guardedPlatform(admission string) *schemas.Platform {
	return &schemas.Platform{
		Clusters:   map[string]*schemas.Cluster{"main": {Name: "main"}},
		Namespaces: schemas.Namespaces{GitOps: "argocd"},
		RBAC:       schemas.PlatformRBAC{PlatformAccounts: []schemas.RuleData{map[string]any{"namespace": "tools", "name": "janitor"}}},
		Policies:   schemas.PolicySettings{Admission: admission, FailOn: "high"},
	}
}

// bindings are those that a platform renders, by the guard, with the actions.
func actionsOf(p *schemas.Platform) map[string][]any {
	out := map[string][]any{}
	for _, o := range Platform(p, schemas.PlatformEnvironment{Name: "production", Cluster: "main"}, guards(), nil) {
		if o.Kind() == "ValidatingAdmissionPolicyBinding" {
			out[o.Name()], _ = o.Tree["spec"].(map[string]any)["validationActions"].([]any)
		}
	}
	return out
}

func TestAdmissionActions(t *testing.T) {
	grave, slight := "tenantsmith-production-ts-pod-004", "tenantsmith-production-ts-pod-024"
	for admission, want := range map[string][2][]any{
		"deny": {{"Deny", "Audit"}, {"Warn", "Audit"}}, "warn": {{"Warn", "Audit"}, {"Warn", "Audit"}}, "audit": {{"Audit"}, {"Audit"}},
	} {
		got := actionsOf(guardedPlatform(admission))
		require.Equal(t, want[0], got[grave], admission)
		require.Equal(t, want[1], got[slight], admission)
	}
	require.Empty(t, actionsOf(guardedPlatform("off")))
}

func TestAdmission(t *testing.T) {
	objects := Platform(guardedPlatform("deny"), schemas.PlatformEnvironment{Name: "production", Cluster: "main"}, guards(), nil)
	require.Len(t, objects, 7)
	specs := map[string]map[string]any{}
	for _, o := range objects {
		require.Equal(t, manifest.OwnerPlatform, o.Owner)
		require.Empty(t, o.Namespace())
		specs[o.Kind()+" "+o.Name()] = o.Tree["spec"].(map[string]any)
	}
	pods := specs["ValidatingAdmissionPolicy tenantsmith-production-ts-pod-004"]
	require.Equal(t, "Fail", pods["failurePolicy"])
	rules := pods["matchConstraints"].(map[string]any)["resourceRules"].([]any)
	require.Len(t, rules, 2, "resources of one group stand together")
	require.Equal(t, []any{"pods", "pods/ephemeralcontainers"}, rules[0].(map[string]any)["resources"])
	condition := func(spec map[string]any) string {
		return spec["matchConditions"].([]any)[1].(map[string]any)["expression"].(string)
	}
	require.Contains(t, condition(pods), `"system:serviceaccounts:argocd"`)
	hands := specs["ValidatingAdmissionPolicy tenantsmith-production-ts-rbac-008-namespaces"]
	require.Contains(t, condition(hands), `"system:serviceaccount:tools:janitor"`)
	require.Contains(t, condition(hands), `"system:masters"`)
	require.Contains(t, specs["ValidatingAdmissionPolicyBinding tenantsmith-production-ts-pod-004"]["matchResources"], "namespaceSelector")
	own := specs["ValidatingAdmissionPolicyBinding tenantsmith-production-ts-rbac-008-namespaces"]["matchResources"].(map[string]any)
	require.Contains(t, own, "objectSelector", "a Namespace that loses its label is still looked at")
	require.NotContains(t, own, "namespaceSelector")
}

// What waivers are about stands at the Namespace, where the API server looks.
func TestWaivedNamespace(t *testing.T) {
	in := serving(map[string]schemas.Service{"web": web()})
	in.env.Waived = map[string][]string{"TS-POD-004": {"Rollout/web", "service/api"}}
	for _, o := range namespace(in) {
		annotations := manifest.FromTyped(o.typed)["metadata"].(map[string]any)["annotations"].(map[string]any)
		require.Equal(t, "Rollout/web service/api", annotations["waived.tenantsmith.dev/TS-POD-004"])
	}
	require.Len(t, namespace(in), 1)
}

// Where the guard admission is in audit, the API server warns of what it refuses elsewhere; a Namespace that lacks labels
// because a guard is in audit is judged by who changes it, and not by what it lacks.
func TestAdmissionInAudit(t *testing.T) {
	objects := Platform(guardedPlatform("deny"), schemas.PlatformEnvironment{Name: "production", Cluster: "main"}, append(guards(), ofLabels()), nil)
	selects := func(name string) any {
		return at(t, one(t, objects, "ValidatingAdmissionPolicyBinding", name), "spec.matchResources.namespaceSelector.matchExpressions[1]")
	}
	audited := func(operator string) any {
		return map[string]any{"key": "guards.tenantsmith.dev/admission", "operator": operator, "values": []any{"audit"}}
	}
	require.Equal(t, audited("NotIn"), selects("tenantsmith-production-ts-pod-004"))
	require.Equal(t, audited("In"), selects("tenantsmith-production-ts-pod-004-audit"))
	require.Equal(t, []any{"Warn", "Audit"}, at(t, one(t, objects, "ValidatingAdmissionPolicyBinding", "tenantsmith-production-ts-pod-004-audit"), "spec.validationActions"))
	conditions := func(name string) any {
		return at(t, one(t, objects, "ValidatingAdmissionPolicy", name), "spec.matchConditions")
	}
	require.Len(t, conditions("tenantsmith-production-ts-pod-022"), 3)
	require.Len(t, conditions("tenantsmith-production-ts-rbac-008-namespaces"), 2, "nobody else changes the labels")
}

// ofLabels is a guard on what a Namespace says.
func ofLabels() manifest.Guard {
	g := guards()[0]
	g.Name, g.Check, g.Resources = "ts-pod-022", "TS-POD-022", []manifest.GuardedResource{{Version: "v1", Resource: "namespaces"}}
	return g
}
