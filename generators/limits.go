package generators

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// limits makes the LimitRange: what a container gets that asks for nothing (the quota refuses pods
// without a value), the least it must ask for, so that nothing runs unaccounted, and the most it may
// have, which is what the whole tenant is entitled to. It never refuses what a service declares;
// whether that fits is for the quota.
func limits(in input) []object {
	storage := in.env.Spec.Resources.Storage.DeepCopy()
	return []object{{owner: manifest.OwnerPlatform, subject: "spec.resources", typed: &corev1.LimitRange{
		TypeMeta:   kind("v1", "LimitRange"),
		ObjectMeta: in.meta("limits", ""),
		Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{
			in.containerLimits(),
			{Type: corev1.LimitTypePersistentVolumeClaim, Max: corev1.ResourceList{"storage": storage}},
		}},
	}}}
}

// containerLimits keeps min <= defaultRequest <= default <= max, which the API server demands, for
// entitlements of any size.
//
// CPU has no maximum and no default limit: idle CPU may be used, what is requested is bounded by the
// quota, and a limit that nobody wrote would be the ceiling of every vertical autoscaler. The memory
// limit is small, because memory limits count in the quota, yet not below what a service requests.
func (in input) containerLimits() corev1.LimitRangeItem {
	entitled := in.env.Spec.Resources
	leastCPU, mostCPU := resource.MustParse("1m"), entitled.CPU.DeepCopy()
	leastMemory, mostMemory := resource.MustParse("1Mi"), entitled.Memory.DeepCopy()
	memory := resource.MustParse("256Mi")
	for _, name := range in.services() {
		for _, r := range in.env.Spec.Services[name].Containers() {
			widen(&leastCPU, &mostCPU, r.Requests.CPU, r.Limits.CPU)
			widen(&leastMemory, &mostMemory, r.Requests.Memory, r.Limits.Memory)
			if r.Requests.Memory != nil && r.Limits.Memory == nil {
				memory = larger(memory, *r.Requests.Memory)
			}
		}
	}
	if in.env.Cluster.Sidecars() {
		sidecar := in.env.Cluster.Sidecar
		widen(&leastCPU, &mostCPU, sidecar.Requests.CPU, sidecar.Limits.CPU)
		widen(&leastMemory, &mostMemory, sidecar.Requests.Memory, sidecar.Limits.Memory)
	}
	memory = smaller(memory, mostMemory)
	leastCPU, leastMemory = smaller(leastCPU, mostCPU), smaller(leastMemory, mostMemory)
	return corev1.LimitRangeItem{
		Type:           corev1.LimitTypeContainer,
		Min:            corev1.ResourceList{"cpu": leastCPU, "memory": leastMemory},
		DefaultRequest: corev1.ResourceList{"cpu": smaller(resource.MustParse("50m"), mostCPU), "memory": smaller(resource.MustParse("64Mi"), memory)},
		Default:        corev1.ResourceList{"memory": memory},
		Max:            corev1.ResourceList{"memory": mostMemory},
	}
}

// widen makes room between least and most for what is declared.
func widen(least, most *resource.Quantity, declared ...*resource.Quantity) {
	for _, q := range declared {
		if q != nil {
			*least, *most = smaller(*least, *q), larger(*most, *q)
		}
	}
}

// smaller returns a or b, independent of both.
func smaller(a, b resource.Quantity) resource.Quantity {
	if b.Cmp(a) < 0 {
		a = b
	}
	return a.DeepCopy()
}

// larger returns a or b, independent of both.
func larger(a, b resource.Quantity) resource.Quantity {
	if b.Cmp(a) > 0 {
		a = b
	}
	return a.DeepCopy()
}
