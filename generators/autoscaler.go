package generators

import (
	"cmp"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/schemas"
)

const (
	operatorAdapter = "prometheus-adapter"

	defaultCPUPercent = int32(70)
	// calmSeconds is how long the load has to be lower before pods are stopped.
	calmSeconds = int32(300)
)

// autoscalers make what scales each service by load: a HorizontalPodAutoscaler, or a ScaledObject
// for what only KEDA can. They look at the CPU and at requests only: during a release both versions
// count, which blows up what each pod has whatever its load, such as memory.
//
// A tenant that sleeps has none. KEDA would start pods as soon as a trigger asks for them.
func autoscalers(in input) []object {
	var out []object
	if in.sleeps() {
		return nil
	}
	for name, s := range in.running() {
		switch {
		case s.Autoscaling == nil:
		case in.eventDriven(s):
			out = append(out, of(name, in.scaledObject(name, s)))
			out = append(out, in.triggerSecrets(name, *s.Autoscaling)...)
		default:
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
			ScaleTargetRef: in.scaleTarget(name, s),
			MinReplicas:    new(minReplicas(s)),
			MaxReplicas:    maxReplicas(s),
			Metrics:        in.scalingMetrics(s),
			Behavior: &autoscalingv2.HorizontalPodAutoscalerBehavior{
				ScaleDown: &autoscalingv2.HPAScalingRules{StabilizationWindowSeconds: new(calmSeconds)},
			},
		},
	}
}

// scalingMetrics end with the CPU, which is where the API server puts it.
func (in input) scalingMetrics(s schemas.Service) []autoscalingv2.MetricSpec {
	var out []autoscalingv2.MetricSpec
	if in.countsRequests(s) {
		out = append(out, autoscalingv2.MetricSpec{
			Type: autoscalingv2.PodsMetricSourceType,
			Pods: &autoscalingv2.PodsMetricSource{
				Metric: autoscalingv2.MetricIdentifier{Name: cmp.Or(in.env.Cluster.Metrics.RequestsPerSecond, "http_requests_per_second")},
				Target: autoscalingv2.MetricTarget{
					Type:         autoscalingv2.AverageValueMetricType,
					AverageValue: resource.NewQuantity(int64(*s.Autoscaling.RequestsPerSecond), resource.DecimalSI),
				},
			},
		})
	}
	if percent := in.cpuPercent(s); percent != nil {
		out = append(out, autoscalingv2.MetricSpec{
			Type: autoscalingv2.ResourceMetricSourceType,
			Resource: &autoscalingv2.ResourceMetricSource{
				Name: corev1.ResourceCPU,
				Target: autoscalingv2.MetricTarget{
					Type: autoscalingv2.UtilizationMetricType, AverageUtilization: percent,
				},
			},
		})
	}
	return out
}

// cpuPercent is the load of the CPU that is aimed at; nil where the service is scaled by other things
// alone.
func (in input) cpuPercent(s schemas.Service) *int32 {
	a := s.Autoscaling
	switch {
	case a.CPUPercent != nil:
		return a.CPUPercent
	case in.countsRequests(s), in.eventDriven(s) && len(a.Triggers) > 0:
		return nil
	}
	return new(defaultCPUPercent)
}

// countsRequests reports whether the service is scaled by its requests, and whoever scales it can
// count them: KEDA asks Prometheus itself, a HorizontalPodAutoscaler an adapter.
func (in input) countsRequests(s schemas.Service) bool {
	if in.env.Cluster == nil || s.Autoscaling.RequestsPerSecond == nil {
		return false
	}
	if in.eventDriven(s) {
		return in.env.Cluster.Has(operatorPrometheus)
	}
	return in.env.Cluster.Has(operatorAdapter)
}

// scaleTarget is the object that runs the service.
func (in input) scaleTarget(name string, s schemas.Service) autoscalingv2.CrossVersionObjectReference {
	switch {
	case isSet(s):
		return autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "StatefulSet", Name: name}
	case in.env.Cluster != nil && in.env.Cluster.Has(operatorRollouts):
		return autoscalingv2.CrossVersionObjectReference{APIVersion: rolloutsAPI, Kind: "Rollout", Name: name}
	}
	return autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: name}
}
