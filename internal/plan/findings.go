package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
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
// stay. A problem whose line moved is the same, and so is one that moved in its list, or that says of the same field the
// same in other words, with another image, say. One that a waiver accepts now is neither; one whose waiver is gone, or that is graver, is new.
func CompareFindings(before, after []manifest.Problem) Findings {
	return compareFindings(before, after, nil).waived(before, after, nil)
}

func compareFindings(before, after []manifest.Problem, names []renamed) Findings {
	l := ledger{after: sorted(after)}
	for _, p := range sorted(before) {
		l.before = append(l.before, rename(p, names))
	}
	var out Findings
	unchanged := func(_, _ manifest.Problem) { out.Unchanged++ }
	l.match(keyOf, unmoved, unchanged)
	l.match(keyOf, stays, unchanged)
	l.match(looseKey, stays, unchanged)
	l.match(shiftedKey, stays, unchanged)
	for _, key := range []identity{keyOf, looseKey, shiftedKey} {
		l.match(key, func(_, _ manifest.Problem) bool { return true }, func(old, new manifest.Problem) {
			if old.Waiver == "" && new.Waiver != "" {
				out.Fixed = append(out.Fixed, old)
			} else {
				out.New = append(out.New, new)
			}
		})
	}
	out.New = manifest.SortProblems(sorted(append(out.New, l.after...)))
	out.Fixed = manifest.SortProblems(sorted(append(out.Fixed, l.before...)))
	return out
}

// ledger holds the problems of both revisions that found no match yet.
type ledger struct{ before, after []manifest.Problem }

// identity tells what problems of two revisions share to be one.
type identity func(manifest.Problem) findingKey

// match takes out, one by one, the pairs that have the same key and are the same, and keeps an account of them.
func (l *ledger) match(key identity, same func(old, new manifest.Problem) bool, account func(old, new manifest.Problem)) {
	free := map[findingKey][]int{}
	for i, p := range l.before {
		free[key(p)] = append(free[key(p)], i)
	}
	taken := map[int]bool{}
	l.after = slices.DeleteFunc(l.after, func(p manifest.Problem) bool {
		k := key(p)
		n := slices.IndexFunc(free[k], func(i int) bool { return same(l.before[i], p) })
		if n < 0 {
			return false
		}
		i := free[k][n]
		free[k], taken[i] = slices.Delete(free[k], n, n+1), true
		account(l.before[i], p)
		return true
	})
	rest := l.before[:0]
	for i, p := range l.before {
		if !taken[i] {
			rest = append(rest, p)
		}
	}
	l.before = rest
}

// stays reports whether a problem is accepted or not as it was, and no graver.
func stays(old, new manifest.Problem) bool {
	return (old.Waiver == "") == (new.Waiver == "") && gravity(new.Severity) <= gravity(old.Severity)
}

// unmoved reports whether it also stands where it stood.
func unmoved(old, new manifest.Problem) bool {
	return stays(old, new) && old.Waiver == new.Waiver && old.Position == new.Position
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

// looseKey leaves out the message where something else tells the problem, as the fingerprints of SARIF do: a value that
// changes stands in it.
func looseKey(p manifest.Problem) findingKey {
	k := keyOf(p)
	k.message = p.Alone()
	return k
}

// shiftedKey leaves out where in its lists a problem stands: an item that goes or comes before it moves it.
func shiftedKey(p manifest.Problem) findingKey {
	k := keyOf(p)
	k.path, k.field = place().ReplaceAllString(k.path, "[]"), place().ReplaceAllString(k.field, "[]")
	return k
}

var place = pattern.Of(`\[[0-9]+\]`)

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
