package gitops

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Gone reports whether the tenant goes whole, its record too.
func (c Change) Gone() bool { return slices.Contains(c.Removed, manifest.RecordPath(c.Tenant)) }

// loss is what the plan takes away. The records of other tenants, and of those that are left alone, are read only where
// something goes: then it counts how much there is besides.
func (t *target) loss(snap *snapshot, p *plan, others []string) (manifest.Loss, error) {
	var l manifest.Loss
	others = slices.Clone(others)
	for i := range p.tenants {
		switch tp := &p.tenants[i]; {
		case !tp.bad && tp.held == nil:
			l.Count(tp.old, tp.update.Files)
		case tp.old == nil:
			others = append(others, tp.Tenant)
		default:
			l.Keep(tp.old)
		}
	}
	if l.Objects == 0 {
		return l, nil
	}
	root, err := snap.tree()
	if err != nil {
		return l, err
	}
	h := newHeadReader(t, root, nil)
	for _, name := range others {
		if t.Share != nil && !t.Share(name) {
			continue
		}
		data, _, err := h.read(manifest.RecordPath(name))
		if err != nil {
			return l, err
		}
		old, _ := parseRecord(name, manifest.RecordPath(name), data)
		l.Keep(old)
	}
	return l, nil
}
