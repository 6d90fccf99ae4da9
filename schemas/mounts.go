package schemas

import (
	"path"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// mounts refuses two things at one place of the container, and things at places that cannot be made.
func (e *resolved) mounts(at manifest.Path, s Service) {
	taken, secrets := map[string]bool{}, map[string]bool{}
	for file := range s.Files {
		taken[file] = true
	}
	for _, file := range sortedKeys(s.Files) {
		if above := parent(file, s.Files); above != "" {
			e.complain(at.Join("files", file), "cannot lie in %s, which is a file", above)
		}
	}
	for _, v := range s.Volumes {
		secrets[v.Mount] = v.Secret != ""
	}
	classes := e.cluster.StorageClasses
	for i, v := range s.Volumes {
		field := at.Join("volumes", i, "mount")
		if taken[v.Mount] {
			e.complain(field, "%s is mounted twice", v.Mount)
		}
		taken[v.Mount] = true
		if above := parent(v.Mount, s.Files); above != "" {
			e.complain(field, "%s cannot lie in %s, which is a file", v.Mount, above)
		}
		if above := parent(v.Mount, secrets); above != "" && secrets[above] {
			e.complain(field, "%s cannot lie in %s, where a secret is mounted", v.Mount, above)
		}
		if s.Kind == "statefulset" && v.Claim != nil && v.Name != "" {
			e.template(at.Join("volumes", i, "name"), v.Name, s.Volumes)
		}
		if _, ok := classes[v.Class]; v.Class != "" && !ok {
			e.missing(at.Join("volumes", i, "class"), "storage class", v.Class, sortedKeys(classes))
		}
	}
}

// template refuses a name for the claims of a statefulset that is made for another volume of its pods, which has none.
func (e *resolved) template(at manifest.Path, name string, volumes []Volume) {
	for _, other := range volumes {
		if other.Claim != nil && other.Name == "" && strings.Trim(other.Mount, "/") == name {
			e.complain(at, "%s is the name of the claims at %s as well", name, other.Mount).Remedy = "choose another name"
			return
		}
	}
	if name == "files" || strings.HasPrefix(name, "mount-") {
		e.complain(at, "%s is a name that volumes without a claim have", name).Remedy = "choose another name, such as data"
	}
}

// parent is the nearest of some paths that a path lies in, or nothing.
func parent[V any](name string, among map[string]V) string {
	for dir := path.Dir(name); dir != "/" && dir != "."; dir = path.Dir(dir) {
		if _, ok := among[dir]; ok {
			return dir
		}
	}
	return ""
}
