package plan

import (
	"cmp"
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
	return compareFindings(before, after, nil).waived(before, after, nil)
}

func compareFindings(before, after []manifest.Problem, names []renamed) Findings {
	m := ledger{old: map[findingKey][]manifest.Problem{}}
	for _, p := range sorted(before) {
		k := keyOf(rename(p, names))
		m.old[k] = append(m.old[k], p)
	}
	var out Findings
	unchanged := func(same func(old, new manifest.Problem) bool) {
		after = slices.DeleteFunc(after, func(p manifest.Problem) bool {
			_, ok := m.take(p, same)
			if ok {
				out.Unchanged++
			}
			return ok
		})
	}
	after = sorted(after)
	unchanged(func(old, new manifest.Problem) bool { return old.Waiver == new.Waiver && old.Position == new.Position })
	unchanged(func(old, new manifest.Problem) bool { return (old.Waiver == "") == (new.Waiver == "") })
	for _, p := range after {
		old, known := m.take(p, func(_, _ manifest.Problem) bool { return true })
		if known && p.Waiver != "" {
			out.Fixed = append(out.Fixed, old)
		} else {
			out.New = append(out.New, p)
		}
	}
	for _, left := range m.old {
		out.Fixed = append(out.Fixed, left...)
	}
	out.New, out.Fixed = manifest.SortProblems(out.New), manifest.SortProblems(sorted(out.Fixed))
	return out
}

// ledger holds the problems of before that found no match yet.
type ledger struct {
	old map[findingKey][]manifest.Problem
}

// take removes the first problem that is the same as p.
func (l *ledger) take(p manifest.Problem, same func(old, new manifest.Problem) bool) (manifest.Problem, bool) {
	k := keyOf(p)
	for i, old := range l.old[k] {
		if same(old, p) {
			l.old[k] = slices.Delete(l.old[k], i, i+1)
			return old, true
		}
	}
	return manifest.Problem{}, false
}

// sorted is a copy in the order of positions and all else by which problems differ.
func sorted(ps []manifest.Problem) []manifest.Problem {
	ps = slices.Clone(ps)
	slices.SortStableFunc(ps, func(a, b manifest.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Check, b.Check), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Environment, b.Environment),
			compareKeys(a.Object, b.Object), cmp.Compare(a.Path.String(), b.Path.String()), cmp.Compare(a.Message, b.Message),
			cmp.Compare(a.Field, b.Field), cmp.Compare(a.Waiver, b.Waiver), cmp.Compare(a.Output.String(), b.Output.String()))
	})
	return ps
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
