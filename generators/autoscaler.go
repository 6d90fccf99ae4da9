package generators

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

const (
	defaultCPUPercent = int32(70)
	// calmSeconds is how long the load has to be lower before pods are stopped.
	calmSeconds = int32(300)
)

// autoscalers make a HorizontalPodAutoscaler for each service that is scaled by load. They look at
// the CPU only: during a release both versions count, which would blow up sums such as memory.
func autoscalers(in input) []object {
	var out []object
	for name, s := range in.running() {
		if s.Autoscaling != nil {
			out = append(out, of(name, in.autoscaler(name, s)))
		}
	}
	return out
}

func (in input) autoscaler(name string, s schemas.Service) *autoscalingv2.HorizontalPodAutoscaler {
	return &autoscalingv2.HorizontalPodAutoscaler{
		TypeMeta:   kind("autoscaling/v2", "HorizontalPodAutoscaler"),
		ObjectMeta: in.meta(name, name),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: in.scaleTarget(name),
			MinReplicas:    new(minReplicas(s)),
			MaxReplicas:    maxReplicas(s),
			Metrics: []autoscalingv2.MetricSpec{{
				Type: autoscalingv2.ResourceMetricSourceType,
				Resource: &autoscalingv2.ResourceMetricSource{
					Name: corev1.ResourceCPU,
					Target: autoscalingv2.MetricTarget{
						Type:               autoscalingv2.UtilizationMetricType,
						AverageUtilization: new(or(s.Autoscaling.CPUPercent, defaultCPUPercent)),
					},
				},
			}},
			Behavior: &autoscalingv2.HorizontalPodAutoscalerBehavior{
				ScaleDown: &autoscalingv2.HPAScalingRules{StabilizationWindowSeconds: new(calmSeconds)},
			},
		},
	}
}

// scaleTarget is the object that runs the service.
func (in input) scaleTarget(name string) autoscalingv2.CrossVersionObjectReference {
	if in.env.Cluster != nil && in.env.Cluster.Has(operatorRollouts) {
		return autoscalingv2.CrossVersionObjectReference{APIVersion: rolloutsAPI, Kind: "Rollout", Name: name}
	}
	return autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: name}
}
