package generators

import (
	"math"
	"math/bits"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// quota makes two ResourceQuotas: compute holds what the tenant may request, objects how many
// objects it may keep. They are two because their figures change for different reasons. What the
// tenant needs is measured on the objects that the other generators made of it, by the arithmetic of
// the proof, so that the quota and the proof cannot differ.
//
// There is no ceiling on CPU limits: CPU that others leave idle may be used, and a quota on limits
// would oblige every container to have one.
func quota(in input, objects []manifest.Object) []object {
	m := proof.Measure(objects, Facts(in.env))
	return []object{
		in.resourceQuota("compute", "spec.resources", in.compute(m)),
		in.resourceQuota("objects", "spec.tier", in.objectCounts(m)),
	}
}

// Facts are what the quota proof has to know of the cluster: what its mesh adds to every pod.
func Facts(e *schemas.Environment) proof.Facts {
	if !e.Cluster.Sidecars() {
		return proof.Facts{}
	}
	return proof.Facts{Sidecar: &proof.Resources{
		Requests: quantities(e.Cluster.Sidecar.Requests), Limits: quantities(e.Cluster.Sidecar.Limits),
	}}
}

func quantities(r schemas.ComputeResources) map[string]resource.Quantity {
	out := map[string]resource.Quantity{}
	if r.CPU != nil {
		out["cpu"] = *r.CPU
	}
	if r.Memory != nil {
		out["memory"] = *r.Memory
	}
	return out
}

func (in input) resourceQuota(name, subject string, hard corev1.ResourceList) object {
	return object{owner: manifest.OwnerPlatform, subject: subject, typed: &corev1.ResourceQuota{
		TypeMeta:   kind("v1", "ResourceQuota"),
		ObjectMeta: in.meta(name, ""),
		Spec:       corev1.ResourceQuotaSpec{Hard: hard},
	}}
}

// compute is the entitlement and, above it, what the tenant's releases need at their peak, up to the
// platform's share of the entitlement; and what the mesh adds to its pods, which the platform wants
// and pays for. Storage gets nothing on top, since both versions of a release share the same claims, nor do devices,
// which are dear: a tenant has as many as its releases need. Every device of the cluster is named, or pods could have
// any number of it.
func (in input) compute(m proof.Measurement) corev1.ResourceList {
	r := in.env.Spec.Resources
	percent := in.env.Platform.ReleaseHeadroom
	hard := func(name string, entitled, most resource.Quantity) resource.Quantity {
		q := raise(entitled, m.Headroom(name), most)
		q.Add(m.Sidecars[name])
		return q
	}
	memory := share(r.Memory, percent)
	out := corev1.ResourceList{
		"requests.cpu":     hard("requests.cpu", r.CPU, milliShare(r.CPU, percent)),
		"requests.memory":  hard("requests.memory", r.Memory, memory),
		"limits.memory":    hard("limits.memory", r.Memory, memory),
		"requests.storage": r.Storage.DeepCopy(),
	}
	if in.env.Cluster != nil {
		for _, device := range in.env.Cluster.Devices {
			out[corev1.ResourceName("requests."+device)] = *resource.NewQuantity(r.Devices[device], resource.DecimalSI)
		}
	}
	return out
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
