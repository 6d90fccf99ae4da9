package manifest

import (
	"path"
	"slices"
	"strings"
)

// Loss is what a run takes away from an output: tenants that go whole, and objects of those that change.
type Loss struct {
	// Tenants go, sorted as they were counted.
	Tenants []string
	// Objects go, Of how many there were; one that stands in three environments counts three times.
	Objects, Of int
}

// Count adds what becomes of a tenant: old is its record before the run, nil if it had none; next are its
// files after it, none if the tenant goes.
func (l *Loss) Count(old *Record, next map[string][]byte) {
	if old == nil {
		return
	}
	before, after := objectsIn(old.Tenant, old.Files), objectsIn(old.Tenant, next)
	l.Of += len(before)
	if len(next) == 0 {
		l.Tenants = append(l.Tenants, old.Tenant)
	}
	for o := range before {
		if !after[o] {
			l.Objects++
		}
	}
}

// Keep adds a tenant of which nothing goes.
func (l *Loss) Keep(old *Record) {
	if old != nil {
		l.Of += len(objectsIn(old.Tenant, old.Files))
	}
}

// Add adds what goes elsewhere, such as on another branch. A tenant that goes on both is one.
func (l *Loss) Add(o Loss) {
	l.Tenants = slices.Compact(slices.Sorted(slices.Values(slices.Concat(l.Tenants, o.Tenants))))
	l.Objects, l.Of = l.Objects+o.Objects, l.Of+o.Of
}

// object is one in an environment, by the tree and the name of its file: the base of a tree is in all of them.
type object struct{ environment, tree, file string }

// objectsIn finds the objects that files of an owner hold, by the names of the files: one each, also where a GitOps
// engine gets several in one.
func objectsIn[V any](owner string, files map[string]V) map[object]bool {
	out, base, environments := map[object]bool{}, []object{}, map[string]bool{}
	for file := range files {
		rest, inside := strings.CutPrefix(file, Folder(owner)+"/")
		if !inside || owner == PlatformName {
			if name := path.Base(file); name != RecordName {
				out[object{EnvironmentOf(file), path.Dir(file), name}] = true
			}
			continue
		}
		parts := strings.Split(rest, "/")
		if len(parts) < 3 || strings.HasPrefix(parts[len(parts)-1], ".") {
			continue
		}
		if parts[1] == "overlays" {
			environments[parts[2]] = true
		}
		switch name := parts[len(parts)-1]; {
		case name == "kustomization.yaml":
		case parts[1] == "base" && len(parts) == 3:
			base = append(base, object{"", parts[0], name})
		case parts[1] == "overlays" && (len(parts) == 4 || len(parts) == 5 && parts[3] == "namespaced"):
			out[object{parts[2], parts[0], name}] = true
		}
	}
	for _, o := range base {
		for o.environment = range environments {
			out[o] = true
		}
	}
	return out
}
