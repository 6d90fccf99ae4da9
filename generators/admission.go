package generators

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// admission has the API server of the environment's cluster ask the guards of what is in namespaces of tenants, so
// that it takes from nobody what the checks refuse. Environments may share a cluster: each has policies of its own.
func admission(in platformInput) []object {
	if !in.platform.Guarded(in.env) {
		return nil
	}
	var out []object
	for _, g := range in.guards {
		name := fit("tenantsmith-" + in.env.Name + "-" + g.Name)
		meta := metav1.ObjectMeta{
			Name: name, Labels: map[string]string{labelManagedBy: managedBy, labelEnvironment: in.env.Name},
			Annotations: map[string]string{"tenantsmith.dev/check": g.Check, "tenantsmith.dev/title": g.Title},
		}
		for _, typed := range append([]any{in.policy(g, meta)}, in.bindings(g, meta)...) {
			out = append(out, object{owner: manifest.OwnerPlatform, subject: "spec.policies.admission", outer: true, typed: typed})
		}
	}
	return out
}

func (in platformInput) policy(g manifest.Guard, meta metav1.ObjectMeta) *krm.ValidatingAdmissionPolicy {
	// What cannot be evaluated is refused, as in the checks.
	spec := krm.ValidatingAdmissionPolicySpec{FailurePolicy: "Fail", MatchConditions: in.conditions(g)}
	spec.MatchConstraints.ResourceRules = rules(g)
	for _, v := range g.Variables {
		spec.Variables = append(spec.Variables, krm.AdmissionExpression{Name: v.Name, Expression: v.Expression})
	}
	for _, v := range g.Validations {
		spec.Validations = append(spec.Validations, krm.AdmissionValidation{Expression: v.Expression, MessageExpression: v.Message})
	}
	return &krm.ValidatingAdmissionPolicy{TypeMeta: kind(krm.AdmissionAPI, "ValidatingAdmissionPolicy"), ObjectMeta: meta, Spec: spec}
}

// rules are the resources of a guard, those of one group and version together.
func rules(g manifest.Guard) []krm.AdmissionRule {
	var out []krm.AdmissionRule
	for _, r := range g.Resources {
		i := slices.IndexFunc(out, func(rule krm.AdmissionRule) bool {
			return rule.APIGroups[0] == r.Group && rule.APIVersions[0] == r.Version
		})
		if i < 0 {
			i = len(out)
			out = append(out, krm.AdmissionRule{APIGroups: []string{r.Group}, APIVersions: []string{r.Version}, Operations: g.Operations})
		}
		out[i].Resources = append(out[i].Resources, r.Resource)
	}
	return out
}

// bindings are for the namespaces of the environment's tenants, by labels that the platform alone writes. That of a
// guard on Namespaces looks at what they were as well, so that none escapes by losing the label. What is refused
// elsewhere is warned about in namespaces where the guard admission is in audit.
func (in platformInput) bindings(g manifest.Guard, meta metav1.ObjectMeta) []any {
	bind := func(suffix string, actions []string, more ...metav1.LabelSelectorRequirement) any {
		tenants := tenants()
		tenants.MatchLabels = map[string]string{labelEnvironment: in.env.Name}
		tenants.MatchExpressions = append(tenants.MatchExpressions, more...)
		match := krm.AdmissionMatch{NamespaceSelector: tenants}
		if ofNamespaces(g) {
			match = krm.AdmissionMatch{ObjectSelector: tenants}
		}
		named := meta
		named.Name = fit(meta.Name + suffix)
		return &krm.ValidatingAdmissionPolicyBinding{
			TypeMeta: kind(krm.AdmissionAPI, "ValidatingAdmissionPolicyBinding"), ObjectMeta: named,
			Spec: krm.ValidatingAdmissionPolicyBindingSpec{PolicyName: meta.Name, MatchResources: match, ValidationActions: actions},
		}
	}
	actions := in.actions(g)
	if ofNamespaces(g) || !slices.Contains(actions, "Deny") {
		return []any{bind("", actions)}
	}
	audited := unaudited(schemas.GuardAdmission)
	audited.Operator = metav1.LabelSelectorOpIn
	return []any{bind("", actions, unaudited(schemas.GuardAdmission)), bind("-audit", []string{"Warn", "Audit"}, audited)}
}

// ofNamespaces reports whether a guard looks at Namespaces.
func ofNamespaces(g manifest.Guard) bool {
	return slices.ContainsFunc(g.Resources, func(r manifest.GuardedResource) bool { return r.Group == "" && r.Resource == "namespaces" })
}

// actions are what a guard that fails leads to: no more than a finding of its check does in a pull request.
func (in platformInput) actions(g manifest.Guard) []string {
	settings := in.platform.Policies
	fails := g.Severity.AtLeast(manifest.Severity(settings.FailOn))
	switch {
	case settings.Admission == "audit":
		return []string{"Audit"}
	case settings.Admission == "deny" && fails:
		return []string{"Deny", "Audit"}
	}
	return []string{"Warn", "Audit"}
}

// conditions leave out requests that change nothing of what is judged, those whose author is trusted, and Namespaces
// whose guards are phased in.
func (in platformInput) conditions(g manifest.Guard) []krm.AdmissionExpression {
	who := krm.AdmissionExpression{Name: "not-derived", Expression: in.written()}
	if g.Hands {
		who = krm.AdmissionExpression{Name: "not-by-the-platform", Expression: "!(" + in.byPlatform() + ")"}
	}
	out := []krm.AdmissionExpression{{Name: "changed", Expression: g.Changed}, who}
	if ofNamespaces(g) && !g.Hands {
		out = append(out, krm.AdmissionExpression{Name: "not-phased", Expression: notPhased})
	}
	return out
}

// notPhased leaves out Namespaces that lack labels because a guard is in audit. Only the platform's accounts make them so.
const notPhased = `!object.metadata.?labels.orValue({}).exists(key, key.startsWith("` + manifest.GuardLabel + `"))`

// byController holds for the controllers of Kubernetes itself.
const byController = `request.userInfo.username == "system:kube-controller-manager" || "system:serviceaccounts:kube-system" in request.userInfo.groups`

// written leaves out what a controller makes of objects that were judged: pods of a ReplicaSet, with what meshes add
// to them, the Job of a measurement, what solves the challenge of a certificate. Accounts of the tenant's own and of
// the GitOps engine are no such controllers.
func (in platformInput) written() string {
	return fmt.Sprintf(`!(%s || ("system:serviceaccounts" in request.userInfo.groups && !request.userInfo.groups.exists(group, group in [%s, "system:serviceaccounts:" + request.namespace]) && dyn(object).?metadata.?ownerReferences.orValue([]).exists(owner, owner.?controller.orValue(false))))`,
		byController, word("system:serviceaccounts:"+in.platform.Namespaces.GitOps))
}

// byPlatform holds for those who may change guard rails: the GitOps engine and the platform's other accounts, the
// controllers of Kubernetes, and who administers the cluster in an emergency.
func (in platformInput) byPlatform() string {
	var names []string
	for _, account := range in.platform.RBAC.PlatformAccounts {
		named, _ := account.(map[string]any)
		names = append(names, word(fmt.Sprintf("system:serviceaccount:%v:%v", named["namespace"], named["name"])))
	}
	return fmt.Sprintf(`%s || "system:masters" in request.userInfo.groups || %s in request.userInfo.groups || request.userInfo.username in [%s]`,
		byController, word("system:serviceaccounts:"+in.platform.Namespaces.GitOps), strings.Join(names, ", "))
}

// word is a text in CEL.
func word(text string) string {
	data, _ := json.Marshal(text) // a text can always be written
	return string(data)
}
