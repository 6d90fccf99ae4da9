package generators

import (
	"math"
	"math/bits"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// quota makes two ResourceQuotas: compute holds what the tenant may request, objects how many
// objects it may keep. They are two because their figures change for different reasons.
//
// There is no ceiling on CPU limits: CPU that others leave idle may be used, and a quota on limits
// would oblige every container to have one.
func quota(in input) []object {
	return []object{
		in.resourceQuota("compute", "spec.resources", in.compute()),
		in.resourceQuota("objects", "spec.tier", in.objectCounts()),
	}
}

func (in input) resourceQuota(name, subject string, hard corev1.ResourceList) object {
	return object{owner: manifest.OwnerPlatform, subject: subject, typed: &corev1.ResourceQuota{
		TypeMeta:   kind("v1", "ResourceQuota"),
		ObjectMeta: in.meta(name, ""),
		Spec:       corev1.ResourceQuotaSpec{Hard: hard},
	}}
}

// compute is the entitlement and, above it, what the tenant's releases need at their peak, up to the
// platform's share of the entitlement. Storage gets nothing on top, since both versions of a release
// share the same claims.
func (in input) compute() corev1.ResourceList {
	r := in.env.Spec.Resources
	more := in.headroom()
	percent := in.env.Platform.ReleaseHeadroom
	return corev1.ResourceList{
		"requests.cpu":     raise(r.CPU, more.cpu, milliShare(r.CPU, percent)),
		"requests.memory":  raise(r.Memory, more.memory, share(r.Memory, percent)),
		"limits.memory":    raise(r.Memory, more.memoryLimit, share(r.Memory, percent)),
		"requests.storage": r.Storage.DeepCopy(),
	}
}

// demand is what containers count for in the quota.
type demand struct{ cpu, memory, memoryLimit resource.Quantity }

// headroom sums, over all services, what their pods need at the peak of a release above what they
// need between releases. One commit may release all services, so the peaks coincide.
func (in input) headroom() demand {
	var sum demand
	defaults := in.containerLimits()
	for _, name := range in.services() {
		s := in.env.Spec.Services[name]
		pods := int64(peakPods(s, in.env.Cluster) - maxReplicas(s))
		if pods <= 0 {
			continue
		}
		pod := demandOf(s.Resources, defaults)
		addTimes(&sum.cpu, pod.cpu, pods)
		addTimes(&sum.memory, pod.memory, pods)
		addTimes(&sum.memoryLimit, pod.memoryLimit, pods)
	}
	return sum
}

// demandOf is what a container counts for once the cluster has filled its gaps: a missing request is
// the limit, and the LimitRange gives what neither says.
func demandOf(r schemas.ContainerResources, defaults corev1.LimitRangeItem) demand {
	return demand{
		cpu:         firstSet(defaults.DefaultRequest["cpu"], r.Requests.CPU, r.Limits.CPU),
		memory:      firstSet(defaults.DefaultRequest["memory"], r.Requests.Memory, r.Limits.Memory),
		memoryLimit: firstSet(defaults.Default["memory"], r.Limits.Memory),
	}
}

func firstSet(fallback resource.Quantity, candidates ...*resource.Quantity) resource.Quantity {
	for _, q := range candidates {
		if q != nil {
			return *q
		}
	}
	return fallback
}

// raise adds more to q, but never above most.
func raise(q, more, most resource.Quantity) resource.Quantity {
	sum := q.DeepCopy()
	if more.Cmp(most) > 0 {
		more = most
	}
	sum.Add(more)
	return sum
}

func addTimes(sum *resource.Quantity, q resource.Quantity, times int64) {
	q = q.DeepCopy() // its decimal form is shared by plain copies
	q.Mul(times)
	sum.Add(q)
}

// share is percent of q, rounded down to whole units.
func share(q resource.Quantity, percent int64) resource.Quantity {
	return *resource.NewQuantity(portion(q.Value(), percent), q.Format)
}

// milliShare is percent of q, rounded down to thousandths.
func milliShare(q resource.Quantity, percent int64) resource.Quantity {
	return *resource.NewMilliQuantity(portion(q.MilliValue(), percent), q.Format)
}

// portion is the whole part of n times percent over 100; where that fits no int64, the largest.
func portion(n, percent int64) int64 {
	high, low := bits.Mul64(uint64(n), uint64(percent))
	if high >= 50 { // times 2^64 over 100 is beyond 2^63
		return math.MaxInt64
	}
	quotient, _ := bits.Div64(high, low, 100)
	return int64(quotient)
}
