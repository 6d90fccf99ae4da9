package pipeline

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/proof"
)

// beyond is the first of the objects that stand in files with which there is more than there may be; what tenantsmith
// renders counts before them. Where none is too much by itself, it is the last that counts.
func (s shortage) beyond(objects []manifest.Object, known proof.Facts) manifest.Key {
	var quota, own, brought []manifest.Object
	for _, o := range objects {
		if o.Key() == s.quota {
			quota = append(quota, o)
		}
		if o.Source == nil {
			own = append(own, o)
		} else {
			brought = append(brought, o)
		}
	}
	most, err := resource.ParseQuantity(s.has)
	if err != nil {
		return manifest.Key{}
	}
	none := s.counted(quota, known)
	sum := none.DeepCopy()
	var last manifest.Key
	for _, o := range append(own, brought...) {
		needed := s.counted(append(quota[:len(quota):len(quota)], o), known)
		if needed.Sub(none); needed.Sign() <= 0 {
			continue
		}
		sum.Add(needed)
		if o.Source == nil {
			continue
		}
		if last = o.Key(); sum.Cmp(most) > 0 {
			break
		}
	}
	return last
}

// counted is what objects count for in the quota among them, or without one in what a tenant may need between releases.
func (s shortage) counted(objects []manifest.Object, known proof.Facts) resource.Quantity {
	measured := proof.Measure(objects, known)
	if s.check == steadyFits {
		return measured.Steady[s.resource]
	}
	for _, line := range measured.Fit(objects) {
		if line.Resource == s.resource && line.Quota == s.quota {
			return line.Peak
		}
	}
	return resource.Quantity{}
}

// isBrought reports whether an object stands in a file.
func isBrought(objects []manifest.Object, key manifest.Key) bool {
	return slices.ContainsFunc(objects, func(o manifest.Object) bool { return o.Source != nil && o.Key() == key })
}
