package generators

import (
	"math/bits"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	vpav1 "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/apis/autoscaling.k8s.io/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

const (
	operatorVPA = "vpa"
	vpaAPI      = "autoscaling.k8s.io/v1"
)

// updateModes are what the modes of vertical scaling are in the words of the API; none recommends.
var updateModes = map[string]vpav1.UpdateMode{
	"initial":  vpav1.UpdateModeInitial,
	"recreate": vpav1.UpdateModeRecreate,
	"inPlace":  vpav1.UpdateModeInPlaceOrRecreate,
}

// verticals make a VerticalPodAutoscaler for each service, which says what would fit its containers.
// It changes them only where the tenant asks for it. Where the tenant sleeps there is nothing to watch.
func verticals(in input) []object {
	var out []object
	if in.sleeps() || in.env.Cluster == nil || !in.env.Cluster.Has(operatorVPA) {
		return nil
	}
	for name, s := range in.running() {
		out = append(out, of(name, in.verticalAutoscaler(name, s)))
	}
	return out
}

func (in input) verticalAutoscaler(name string, s schemas.Service) *vpav1.VerticalPodAutoscaler {
	target := in.scaleTarget(name, s)
	return &vpav1.VerticalPodAutoscaler{
		TypeMeta:   kind(vpaAPI, "VerticalPodAutoscaler"),
		ObjectMeta: in.meta(name, name),
		Spec: vpav1.VerticalPodAutoscalerSpec{
			TargetRef: &autoscalingv1.CrossVersionObjectReference{
				APIVersion: target.APIVersion, Kind: target.Kind, Name: target.Name,
			},
			UpdatePolicy: updatePolicy(s),
			ResourcePolicy: &vpav1.PodResourcePolicy{ContainerPolicies: []vpav1.ContainerResourcePolicy{
				in.containerPolicy(name, s),
				// What others put into the pod, such as the proxy of a mesh, is theirs.
				{ContainerName: vpav1.DefaultContainerResourcePolicy, Mode: new(vpav1.ContainerScalingModeOff)},
			}},
		},
	}
}

// updatePolicy says what is done with a recommendation. By default the autoscaler never touches a
// pod that runs alone; who asks for changes of running pods of such a service means that one.
func updatePolicy(s schemas.Service) *vpav1.PodUpdatePolicy {
	policy := &vpav1.PodUpdatePolicy{UpdateMode: new(vpav1.UpdateModeOff)}
	if s.VerticalScaling == nil {
		return policy
	}
	if mode, ok := updateModes[s.VerticalScaling.Mode]; ok {
		policy.UpdateMode = &mode
		if mode != vpav1.UpdateModeInitial && minReplicas(s) <= 1 {
			policy.MinReplicas = new(int32(1))
		}
	}
	return policy
}

// containerPolicy lets the autoscaler control what nothing else scales by: two controllers that
// answer to one figure would answer to each other. Requests and limits keep their proportion.
func (in input) containerPolicy(name string, s schemas.Service) vpav1.ContainerResourcePolicy {
	controlled := []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory}
	if s.Autoscaling != nil && in.cpuPercent(s) != nil {
		controlled = controlled[1:]
	}
	least, most := in.allowed(s)
	policy := vpav1.ContainerResourcePolicy{
		ContainerName:       name,
		Mode:                new(vpav1.ContainerScalingModeAuto),
		ControlledResources: &controlled,
		ControlledValues:    new(vpav1.ContainerControlledValuesRequestsAndLimits),
		MinAllowed:          corev1.ResourceList{},
		MaxAllowed:          corev1.ResourceList{},
	}
	for _, r := range controlled {
		policy.MinAllowed[r], policy.MaxAllowed[r] = least[r], most[r]
	}
	return policy
}

// allowed are the least and the most requests that the autoscaler may set: what the tenant says,
// within what the LimitRange admits for the request and for the limit that grows with it.
func (in input) allowed(s schemas.Service) (least, most corev1.ResourceList) {
	var asked schemas.VerticalScaling
	if s.VerticalScaling != nil {
		asked = *s.VerticalScaling
	}
	admitted, own := in.containerLimits(), resources(s.Resources)
	admitted.Max[corev1.ResourceCPU] = in.env.Spec.Resources.CPU // nobody needs more than all there is
	least, most = corev1.ResourceList{}, corev1.ResourceList{}
	for r, bounds := range map[corev1.ResourceName]struct {
		least     resource.Quantity
		low, high *resource.Quantity
	}{
		corev1.ResourceCPU:    {resource.MustParse("10m"), asked.Min.CPU, asked.Max.CPU},
		corev1.ResourceMemory: {resource.MustParse("32Mi"), asked.Min.Memory, asked.Max.Memory},
	} {
		ceiling := proportional(admitted.Max[r], own.Requests[r], own.Limits[r], r)
		most[r] = larger(smaller(or(bounds.high, ceiling), ceiling), admitted.Min[r])
		least[r] = smaller(larger(or(bounds.low, bounds.least), admitted.Min[r]), most[r])
	}
	return least, most
}

// proportional is the request whose limit is max, where limits keep their proportion to requests.
func proportional(max, request, limit resource.Quantity, of corev1.ResourceName) resource.Quantity {
	if request.IsZero() || limit.Cmp(request) <= 0 {
		return max.DeepCopy()
	}
	if of == corev1.ResourceCPU {
		return *resource.NewMilliQuantity(muldiv(max.MilliValue(), request.MilliValue(), limit.MilliValue()), resource.DecimalSI)
	}
	return *resource.NewQuantity(muldiv(max.Value(), request.Value(), limit.Value()), resource.BinarySI)
}

// muldiv is whole*part/of, rounded down, for part < of.
func muldiv(whole, part, of int64) int64 {
	high, low := bits.Mul64(uint64(whole), uint64(part))
	quotient, _ := bits.Div64(high, low, uint64(of))
	return int64(quotient)
}
