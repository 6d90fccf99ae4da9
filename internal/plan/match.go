package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// pair is one object before and after; one of the two may be missing.
type pair struct {
	old, new *manifest.Object
	// key is that of the new object, or of the old one where it is removed.
	key    manifest.Key
	kind   string // group and kind as one word: "apps/Deployment", "Service" for the core group
	action Action
	// hashed objects carry a digest of their content in their name: another content is another object.
	hashed bool
	// moved objects have another namespace or, for it, another name.
	moved bool
	// replaced workloads go, and one of another kind takes their place.
	replaced bool
	fields   []field
}

// field is a change in an object.
type field struct {
	manifest.Change
	recreates, restarts bool
}

// object is the newer of the two.
func (p *pair) object() *manifest.Object {
	if p.new != nil {
		return p.new
	}
	return p.old
}

// kindOf returns group and kind as one word.
func kindOf(k manifest.Key) string {
	if k.Group == "" {
		return k.Kind
	}
	return k.Group + "/" + k.Kind
}

// match pairs the objects of two sides, sorted by key: by their keys, then those with a digest in their name by what
// is before it, then, where the namespace of the tenant moved, by what they are called beside it. Pairs without a
// difference are left out.
func match(old, new *Side) []pair {
	m := matcher{old: side(old), new: side(new)}
	m.byKey()
	m.by(hashed, hashed, func(p *pair) { p.hashed = true })
	if from, to := namespace(old), namespace(new); from != to && from != "" && to != "" {
		m.by(without(from), without(to), func(p *pair) { p.moved = true })
	}
	m.rest()
	slices.SortStableFunc(m.pairs, func(a, b pair) int { return compareKeys(a.key, b.key) })
	return m.pairs
}

func namespace(s *Side) string {
	if s == nil {
		return ""
	}
	return s.Namespace
}

// entry is an object that may still find its match.
type entry struct {
	object *manifest.Object
	key    manifest.Key
	taken  bool
}

// side lists the objects in the order of their keys. Two of one key are ordered by their content, so that the order
// they come in means nothing.
func side(s *Side) []entry {
	if s == nil {
		return nil
	}
	out := make([]entry, len(s.Objects))
	for i := range s.Objects {
		out[i] = entry{object: &s.Objects[i], key: s.Objects[i].Key()}
	}
	slices.SortFunc(out, func(a, b entry) int {
		if c := compareKeys(a.key, b.key); c != 0 {
			return c
		}
		return cmp.Compare(string(plain(a.object.Tree)), string(plain(b.object.Tree)))
	})
	return out
}

// without identifies objects by their keys without the name of a namespace.
func without(namespace string) func(entry) any {
	n := newNeutral(namespace)
	return func(e entry) any {
		k := e.key
		k.Namespace, k.Name = n.text(k.Namespace), n.text(k.Name)
		return k
	}
}

type matcher struct {
	old, new []entry
	pairs    []pair
}

// byKey pairs objects of the same key; both sides stand in the order of their keys.
func (m *matcher) byKey() {
	for i, j := 0, 0; i < len(m.old) && j < len(m.new); {
		o, n := &m.old[i], &m.new[j]
		c := compareKeys(o.key, n.key)
		if c == 0 {
			m.add(o, n, func(*pair) {})
		}
		if c <= 0 {
			i++
		}
		if c >= 0 {
			j++
		}
	}
}

// by pairs the objects whose identities before and after are the same; nil is no identity.
func (m *matcher) by(before, after func(entry) any, mark func(*pair)) {
	free := map[any][]int{}
	for i, o := range m.old {
		if o.taken {
			continue
		}
		if id := before(o); id != nil {
			free[id] = append(free[id], i)
		}
	}
	if len(free) == 0 {
		return
	}
	for j := range m.new {
		n := &m.new[j]
		if n.taken {
			continue
		}
		id := after(*n)
		if id == nil || len(free[id]) == 0 {
			continue
		}
		o := &m.old[free[id][0]]
		free[id] = free[id][1:]
		m.add(o, n, mark)
	}
}

// add keeps a pair whose objects differ.
func (m *matcher) add(old, new *entry, mark func(*pair)) {
	old.taken, new.taken = true, true
	changes := manifest.Diff(old.object.Tree, new.object.Tree)
	if len(changes) == 0 {
		return
	}
	p := pair{old: old.object, new: new.object, key: new.key, kind: kindOf(new.key), action: Changed}
	mark(&p)
	for _, c := range changes {
		p.fields = append(p.fields, field{Change: c})
	}
	m.pairs = append(m.pairs, p)
}

// rest takes what found no match: it came or went.
func (m *matcher) rest() {
	for _, o := range m.old {
		if !o.taken {
			m.pairs = append(m.pairs, pair{old: o.object, key: o.key, kind: kindOf(o.key), action: Removed})
		}
	}
	for _, n := range m.new {
		if !n.taken {
			m.pairs = append(m.pairs, pair{new: n.object, key: n.key, kind: kindOf(n.key), action: Added})
		}
	}
}

// digestTail is a digest at the end of a name: ours and most tools' is hexadecimal, that of kustomize has letters of
// its own.
var digestTail = pattern.Of(`-(?:[0-9a-f]{8,64}|[2456789bcdfghkmt]{10})$`)

// stem returns the name without the digest in it; false if there is none. What cannot be changed has one, so that
// another content is another object.
func stem(k manifest.Key) (string, bool) {
	switch kindOf(k) {
	case "ConfigMap", "Secret", "batch/Job":
	default:
		return "", false
	}
	at := digestTail().FindStringIndex(k.Name)
	if at == nil {
		return "", false
	}
	return k.Name[:at[0]], true
}

// hashed identifies an object by what its name says beside a digest.
func hashed(e entry) any {
	s, ok := stem(e.key)
	if !ok {
		return nil
	}
	return [4]string{e.object.Subject, e.key.Kind, e.key.Namespace, s}
}

func compareKeys(a, b manifest.Key) int {
	switch {
	case a.Namespace != b.Namespace:
		return strings.Compare(a.Namespace, b.Namespace)
	case a.Group != b.Group:
		return strings.Compare(a.Group, b.Group)
	case a.Kind != b.Kind:
		return strings.Compare(a.Kind, b.Kind)
	}
	return strings.Compare(a.Name, b.Name)
}
