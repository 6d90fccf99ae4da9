package generators

import (
	"reflect"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Whole renders the tenant in an environment as [Generate] does once all its guards are enforced.
func Whole(t *schemas.Tenant, e *schemas.Environment) []manifest.Object {
	return Generate(t, e.Enforced())
}

// Audit renders what the guards in audit would put into the environment, or change there: what [Whole] has and the
// objects given, which are those of [Generate], have not. It is empty where every guard is enforced.
func Audit(t *schemas.Tenant, e *schemas.Environment, enforced []manifest.Object) []manifest.Object {
	if len(e.Spec.Guards.Audited()) == 0 {
		return nil
	}
	return slices.DeleteFunc(Whole(t, e), func(o manifest.Object) bool {
		return slices.ContainsFunc(enforced, func(is manifest.Object) bool {
			return is.Owner == o.Owner && is.Key() == o.Key() && reflect.DeepEqual(is.Tree, o.Tree)
		})
	})
}

// guarded makes nothing while the guard is in audit.
func guarded(guard string, generate func(input) []object) func(input) []object {
	return func(in input) []object {
		if in.env.Spec.Guards.Audits(guard) {
			return nil
		}
		return generate(in)
	}
}

// unaudited leaves out the namespaces in which the guard is in audit.
func unaudited(guard string) metav1.LabelSelectorRequirement {
	return metav1.LabelSelectorRequirement{Key: manifest.GuardLabel + guard, Operator: metav1.LabelSelectorOpNotIn, Values: []string{schemas.Audit}}
}
