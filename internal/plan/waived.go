package plan

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// waived takes out of the fixed problems those that are still there, and that a waiver accepts now: nobody mended them.
func (f Findings) waived(before, after []manifest.Problem, names []renamed) Findings {
	more := map[findingKey]int{} // how many more are waived after than before
	for _, p := range after {
		if p.Waiver != "" {
			more[looseKey(p)]++
		}
	}
	if len(more) == 0 {
		return f
	}
	for _, p := range before {
		if p.Waiver != "" {
			more[looseKey(rename(p, names))]--
		}
	}
	fixed := f.Fixed
	f.Fixed = nil
	for _, p := range fixed {
		k := looseKey(rename(p, names))
		if p.Waiver != "" || more[k] <= 0 {
			f.Fixed = append(f.Fixed, p)
			continue
		}
		more[k]--
		f.Waived++
	}
	return f
}
