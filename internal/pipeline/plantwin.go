package pipeline

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
)

// judged is what the policies were asked of an environment, and what they said before its places were found.
type judged struct {
	facts   policies.Context
	brought []bool
	found   []manifest.Problem
}

// place keeps the objects of an environment.
func (r *Rendered) place(env string, objects []manifest.Object) {
	if r.placed == nil {
		r.placed = map[string][]manifest.Object{}
	}
	r.placed[env] = objects
}

// keep remembers what was asked, for the other revision.
func (r *Rendered) keep(env string, in policies.Input, found []manifest.Problem) {
	if r.judged == nil {
		r.judged = map[string]judged{}
	}
	r.judged[env] = judged{in.Context, in.Brought, slices.Clone(found)}
}

// twinOf is the environment at the other revision; nil where there is none. Objects that are equal become one
// in memory.
func (r *Rendered) twinOf(env string, in policies.Input) *policies.Twin {
	if r.twin == nil || r.twin.unbuilt {
		return nil
	}
	was, ok := r.twin.judged[env]
	if !ok {
		return nil
	}
	out := &policies.Twin{Context: was.facts, Same: make([]bool, len(in.Objects)), Found: was.found}
	at := once(r.twin.placed[env])
	for i := range in.Objects {
		o := &in.Objects[i]
		j, ok := at[o.Key()]
		if !ok || j < 0 {
			continue
		}
		other := r.twin.placed[env][j]
		if other.Owner == o.Owner && manifest.Equal(other.Tree, o.Tree) {
			o.Tree = other.Tree
			out.Same[i] = in.Brought != nil && !in.Brought[i] && was.brought != nil && !was.brought[j]
		}
	}
	mine := once(in.Objects)
	for i, o := range in.Objects {
		out.Same[i] = out.Same[i] && mine[o.Key()] >= 0 // of two with one key nobody knows which a finding is about
	}
	out.Aligned = samePlaces(in, was, r.twin.placed[env])
	return out
}

// samePlaces reports whether both revisions have objects of the same names in the same order, all generated.
func samePlaces(in policies.Input, was judged, others []manifest.Object) bool {
	return in.Brought != nil && was.brought != nil && !slices.Contains(in.Brought, true) && !slices.Contains(was.brought, true) &&
		slices.EqualFunc(in.Objects, others, func(a, b manifest.Object) bool {
			return a.Key() == b.Key() && a.Owner == b.Owner && a.APIVersion() == b.APIVersion()
		})
}

// once is the index of each object by its key, -1 for a key of several.
func once(objects []manifest.Object) map[manifest.Key]int {
	out := make(map[manifest.Key]int, len(objects))
	for i, o := range objects {
		k := o.Key()
		if _, twice := out[k]; twice {
			i = -1
		}
		out[k] = i
	}
	return out
}
