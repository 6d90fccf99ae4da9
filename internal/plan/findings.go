package plan

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// findingKey is what stays of a finding when its line moves.
type findingKey struct {
	tenant, environment, check, file, field, path, message string
	object                                                 manifest.Key
}

// renamed is an object that goes by another name than before, though it is the same for people.
type renamed struct{ from, to manifest.Key }

// renames are the objects whose names hold another digest, or that moved to another namespace.
func (c *comparison) renames() []renamed {
	var out []renamed
	for i := range c.pairs {
		if p := &c.pairs[i]; p.old != nil && p.new != nil && p.old.Key() != p.key {
			out = append(out, renamed{p.old.Key(), p.key})
		}
	}
	return out
}

// CompareFindings says which of the problems after a change are new, which of those before it are fixed, and how many
// stay. A problem whose line moved is the same. One that a waiver accepts now is fixed, one whose waiver is gone new.
func CompareFindings(before, after []manifest.Problem) Findings {
	return compareFindings(before, after, nil)
}

func compareFindings(before, after []manifest.Problem, names []renamed) Findings {
	was := map[findingKey][]manifest.Problem{}
	order := make([]findingKey, 0, len(before))
	for _, p := range before {
		k := keyOf(rename(p, names))
		was[k] = append(was[k], p)
		order = append(order, k)
	}
	var out Findings
	var later []manifest.Problem
	for _, p := range after { // those that are as they were, first
		if _, ok := take(was, p, p.Waiver != ""); ok {
			out.Unchanged++
		} else {
			later = append(later, p)
		}
	}
	for _, p := range later {
		old, known := take(was, p, p.Waiver == "")
		if known && p.Waiver != "" {
			out.Fixed = append(out.Fixed, old)
		} else {
			out.New = append(out.New, p)
		}
	}
	for _, k := range order {
		out.Fixed = append(out.Fixed, was[k]...)
		delete(was, k)
	}
	out.New, out.Fixed = manifest.SortProblems(out.New), manifest.SortProblems(out.Fixed)
	return out
}

// take removes an equal problem of before that is waived or not.
func take(was map[findingKey][]manifest.Problem, p manifest.Problem, waived bool) (manifest.Problem, bool) {
	k := keyOf(p)
	for i, old := range was[k] {
		if (old.Waiver != "") == waived {
			was[k] = slices.Delete(was[k], i, i+1)
			return old, true
		}
	}
	return manifest.Problem{}, false
}

// keyOf tells a problem by its object, or, where it has none, by the field in the file.
func keyOf(p manifest.Problem) findingKey {
	k := findingKey{tenant: p.Tenant, environment: p.Environment, check: p.Check, path: p.Path.String(), message: p.Message, object: p.Object}
	if p.Object == (manifest.Key{}) {
		k.file, k.field = p.File, p.Field
	}
	return k
}

// rename tells a problem with the names that objects have after the change.
func rename(p manifest.Problem, names []renamed) manifest.Problem {
	for _, n := range names {
		if n.from == p.Object {
			p.Object = n.to
		}
		if n.from.Name != n.to.Name {
			p.Message = strings.ReplaceAll(p.Message, n.from.Name, n.to.Name)
		}
	}
	return p
}
