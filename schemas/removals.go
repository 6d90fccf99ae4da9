package schemas

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// removals is what the nulls of one environment did while layers were laid on each other.
type removals struct {
	path manifest.Path
	// removed are the places of the nulls that removed something, by the field they removed.
	removed map[string]manifest.Position
	nulls   map[manifest.Position]*null
}

// null stands for an entry of a map.
type null struct {
	place place
	key   string
	// known are the entries that were there instead.
	known []string
	// works reports whether it removed the entry in any environment.
	works bool
}

// entries are the maps whose keys people choose, with what one entry is called: a null there may hold
// a slip of the pen that no schema can see.
var entries = map[place]string{
	services: "service", envMap: "environment variable", ports: "port", mounted: "file",
	tags: "tag", databases: "database", secrets: "secret",
}

func newRemovals() *removals {
	return &removals{path: manifest.Path{"spec"}, removed: map[string]manifest.Position{}, nulls: map[manifest.Position]*null{}}
}

func (l *removals) enter(key string) {
	if l != nil {
		l.path = append(l.path, key)
	}
}

func (l *removals) leave() {
	if l != nil {
		l.path = l.path[:len(l.path)-1]
	}
}

// remove notes a null that removed a field of the map at a place.
func (l *removals) remove(f manifest.Field, at place) {
	if l == nil {
		return
	}
	l.removed[l.path.Join(f.Key).String()] = f.Value.Position
	if entries[at] != "" {
		l.nulls[f.Value.Position] = &null{works: true}
	}
}

// miss notes a null that found nothing to remove in lower.
func (l *removals) miss(f manifest.Field, at place, lower *manifest.Node) {
	if l == nil || entries[at] == "" {
		return
	}
	n := &null{place: at, key: f.Key}
	for _, other := range lower.Fields {
		n.known = append(n.known, other.Key)
	}
	l.nulls[f.Value.Position] = n
}

// note adds what nulls did in one environment to what they did in the others.
func (r *resolver) note(l *removals) {
	for at, n := range l.nulls {
		if old := r.nulls[at]; old != nil {
			n.works = n.works || old.works
			n.known = slices.Concat(old.known, n.known)
		}
		r.nulls[at] = n
	}
}

// idleNulls warns of every null that removes nothing in any environment.
func (r *resolver) idleNulls() []manifest.Problem {
	var out []manifest.Problem
	for at, n := range r.nulls {
		path := pathOf(r.docs[at.File], at, n.key, nil)
		if n.works || r.isPruned(logical(path)) {
			continue
		}
		out = append(out, caution(at, path.String(), "removes nothing: there is no %s %s%s", entries[n.place], n.key, suggest(n.key, n.known)))
	}
	return manifest.SortProblems(out)
}
