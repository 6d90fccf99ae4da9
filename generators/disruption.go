package generators

import (
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// disruptions let the platform drain nodes without taking a service away: one pod at a time. A
// service of one pod has no budget, since that would keep its node from ever being drained. The budget of a
// tenant that sleeps stays: it counts pods, and where there are none it refuses no eviction.
func disruptions(in input) []object {
	var out []object
	for name, s := range in.running() {
		if maxReplicas(s) > 1 {
			out = append(out, of(name, in.disruptionBudget(name)))
		}
	}
	return out
}

func (in input) disruptionBudget(name string) *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{
		TypeMeta:   kind("policy/v1", "PodDisruptionBudget"),
		ObjectMeta: in.meta(name, name),
		Spec: policyv1.PodDisruptionBudgetSpec{
			MaxUnavailable: new(intstr.FromInt32(1)),
			Selector:       &metav1.LabelSelector{MatchLabels: in.workloadSelector(name)},
			// A pod that does not work must not keep its node from being drained.
			UnhealthyPodEvictionPolicy: new(policyv1.AlwaysAllow),
		},
	}
}
