package policies

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Subject is what mutations are tried on: a tenant in an environment as it is rendered, in its fleet.
type Subject struct {
	Context Context
	Objects []manifest.Object
	// Fleet are all members, of which the subject is that at the index Self. Its keys are those of the
	// objects.
	Fleet []Member
	Self  int
}

// mutant is what a mutation makes of a subject.
type mutant struct {
	Subject
	change *Change
	// object is the one that was changed, removed or added first; index is that of the changed one.
	object manifest.Key
	index  int
}

// placeholders stand in mutations for what the subject is called.
var placeholders = []string{"{tenant}", "{environment}", "{namespace}", "{cluster}"}

func (s Subject) names() *strings.Replacer {
	values := []string{s.Context.Tenant, s.Context.Environment, s.Context.Namespace, s.Fleet[s.Self].Cluster}
	var pairs []string
	for i, place := range placeholders {
		pairs = append(pairs, place, values[i])
	}
	return strings.NewReplacer(pairs...)
}

// mutator applies one mutation to one subject.
type mutator struct {
	Mutation
	words *strings.Replacer
	kinds kinds
	mutant
}

// mutate applies the mutation; what it patches is the first object from the index on that the patch fits.
// Where the subject has nothing to apply it to, why says what is missing.
func (e *Engine) mutate(m Mutation, s Subject, from int) (out mutant, why string, err error) {
	w := mutator{Mutation: m, words: s.names(), kinds: e.kinds, mutant: mutant{Subject: s, index: from}}
	if m.change != nil {
		w.Context = Context{Now: s.Context.Now, Platform: s.Context.Platform} // all that judges of changes know
	}
	w.Objects, w.Fleet = slices.Clone(s.Objects), slices.Clone(s.Fleet)
	if w.Context, err = w.Context.patched(w.filled(m.context)); err != nil {
		return w.mutant, "the patch does not fit the context: " + err.Error(), nil
	}
	for _, step := range []func() string{w.alter, w.drop} {
		if why := step(); why != "" {
			return w.mutant, why, nil
		}
	}
	w.bring()
	return w.mutant, "", w.facts()
}

func (w *mutator) fault(err error) error {
	return Errors{{Check: "policy", Severity: manifest.Error, Position: w.Position, Message: fmt.Sprintf("mutation %q: %s", w.Name, err)}}
}

// called is the target with the names of the subject in it.
func (w *mutator) called(t target) target { return target{t.kind, w.words.Replace(t.name)} }

// matches reports whether the target names the object.
func (w *mutator) matches(t target, o manifest.Object) bool {
	kind := o.Kind() == t.kind || t.kind == "pods" && slices.Contains(PodKinds, o.Kind())
	return kind && (t.name == "" || o.Name() == t.name)
}

// alter patches the next object of the target that the patch fits.
func (w *mutator) alter() (why string) {
	if w.Mutation.object == nil {
		return ""
	}
	t := w.called(*w.Mutation.object)
	why = "there is no " + t.String()
	for i, o := range w.Objects {
		if i < w.index || !w.matches(t, o) {
			continue
		}
		tree, err := apply(w.filled(w.patch), any(o.Tree))
		if err != nil {
			why = fmt.Sprintf("the patch fits no %s: %s", t, err)
			continue
		}
		w.mutant.object, w.index = o.Key(), i
		w.Objects[i].Tree, w.Objects[i].Source = tree.(map[string]any), nil
		if keys := w.self().Keys; i < len(keys) {
			keys[i].Key = w.Objects[i].Key()
		}
		return ""
	}
	return why
}

// drop removes all objects of the targets. Their keys stay: what a fleet has in common is no less for it.
func (w *mutator) drop() (why string) {
	for _, t := range w.remove {
		t = w.called(t)
		n := len(w.Objects)
		w.Objects = slices.DeleteFunc(w.Objects, func(o manifest.Object) bool {
			if w.matches(t, o) {
				w.mutant.object = cmp.Or(w.mutant.object, o.Key())
			}
			return w.matches(t, o)
		})
		if len(w.Objects) == n {
			return "there is no " + t.String()
		}
	}
	return ""
}

// bring adds objects, in the namespace of the subject where they name none.
func (w *mutator) bring() {
	for _, added := range w.add {
		tree, _ := w.fill(added).(map[string]any)
		w.place(tree)
		o := manifest.Object{Owner: w.owner, Tree: tree}
		w.mutant.object = cmp.Or(w.mutant.object, o.Key())
		w.Objects = append(w.Objects, o)
		w.self().Keys = append(w.self().Keys, OwnedKey{o.Key(), w.owner})
	}
}

func (w *mutator) place(tree map[string]any) {
	o := manifest.Object{Tree: tree}
	if items, ok := tree["items"].([]any); ok && strings.HasSuffix(o.Kind(), "List") {
		for _, item := range items {
			if tree, ok := item.(map[string]any); ok {
				w.place(tree)
			}
		}
		return
	}
	if w.kinds.scope(o.APIVersion(), o.Kind(), w.Context.Platform.AllowedKinds) == "Cluster" {
		return
	}
	if m, ok := tree["metadata"].(map[string]any); ok && m["namespace"] == nil {
		m["namespace"] = w.Context.Namespace
	}
}

// facts adds the members and the change.
func (w *mutator) facts() error {
	for _, m := range w.members {
		var f memberFile
		if err := strictly(w.fill(m).(map[string]any), &f); err != nil {
			return w.fault(err)
		}
		w.Fleet = append(w.Fleet, f.member(*w.self()))
	}
	if w.Mutation.change == nil {
		return nil
	}
	w.mutant.change = &Change{}
	if err := strictly(w.fill(w.Mutation.change).(map[string]any), w.mutant.change); err != nil {
		return w.fault(err)
	}
	return nil
}

// self is the member that the subject is, ready to be changed.
func (w *mutator) self() *Member {
	m := &w.Fleet[w.Self]
	m.Keys = slices.Clone(m.Keys)
	return m
}

// filled is the patch with the names of the subject in it.
func (w *mutator) filled(patch []operation) []operation {
	out := slices.Clone(patch)
	for i, o := range out {
		out[i].value, out[i].path = w.fill(o.value), slices.Clone(o.path)
		for j, step := range o.path {
			out[i].path[j] = w.words.Replace(step)
		}
	}
	return out
}

// fill is a copy of the tree with the names of the subject in its texts and keys.
func (w *mutator) fill(tree any) any {
	switch v := tree.(type) {
	case string:
		return w.words.Replace(v)
	case []any:
		l := make([]any, len(v))
		for i, item := range v {
			l[i] = w.fill(item)
		}
		return l
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, item := range v {
			m[w.words.Replace(key)] = w.fill(item)
		}
		return m
	}
	return tree
}

func (t target) String() string {
	if t.kind == "pods" {
		t.kind = "object with pods"
	}
	return strings.TrimSpace(t.kind + " " + t.name)
}

// memberFile is a member as mutations write it.
type memberFile struct {
	Tenant, Environment, Cluster string
	Namespaces                   []string
	Keys                         []struct{ Group, Kind, Namespace, Name, Owner string }
	Claims                       []struct{ Kind, Value string }
}

// member is the one of the file; what it leaves out is as that of another tenant beside like.
func (f memberFile) member(like Member) Member {
	m := Member{
		Tenant: cmp.Or(f.Tenant, "another"), Environment: cmp.Or(f.Environment, like.Environment),
		Cluster: cmp.Or(f.Cluster, like.Cluster), Namespaces: f.Namespaces,
	}
	for _, k := range f.Keys {
		key := manifest.Key{Group: k.Group, Kind: k.Kind, Namespace: k.Namespace, Name: k.Name}
		m.Keys = append(m.Keys, OwnedKey{key, manifest.Owner(cmp.Or(k.Owner, string(manifest.OwnerWorkload)))})
	}
	for _, c := range f.Claims {
		m.Claims = append(m.Claims, Claim{Kind: c.Kind, Value: c.Value, Object: -1})
	}
	return m
}
