package schemas

import (
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// slip is a file in tenants/ that is not read. One that would declare a tenant under another name
// holds the tenant of that name: a file that was misnamed must not look like a tenant that is gone.
func (d *discovery) slip(file string) {
	name := wouldBe(file)
	f := d.layout.folders[name]
	if !isTenantName(name) || f != nil && len(f.documents) > 0 && !isMisnamed(file) {
		d.layout.problems = append(d.layout.problems, unread(file))
		return
	}
	p := misnamed(file)
	if f != nil {
		p.Remedy = "remove it: tenant " + name + " is declared beside it"
	}
	d.held(p)
}

// held gives a problem in tenants/ to the tenant that its file would be, were it a proper one.
func (d *discovery) held(p manifest.Problem) {
	name := wouldBe(p.File)
	f := d.layout.folders[name]
	if f == nil {
		f = &folder{name: name, overrides: map[string]string{}}
		d.layout.folders[name] = f
	}
	f.problems = append(f.problems, p)
}

// wouldBe is the name of the tenant that something in tenants/ would be: its own up to the first dot.
func wouldBe(file string) string {
	name, _, _ := strings.Cut(path.Base(file), ".")
	return name
}

// skipped is a file of a tenant that is not read. One whose extension alone is wrong was meant for the
// tenant, so the tenant is not rendered without it.
func (d *discovery) skipped(file string) manifest.Problem {
	switch {
	case isMisnamed(file):
		return misnamed(file)
	case d.namesFolder(path.Base(file)):
		return noFolder(file)
	}
	return unread(file)
}

// namesFolder reports whether folders below a tenant have this name.
func (d *discovery) namesFolder(name string) bool {
	return name == "patches" || name == "resources" || name == allPlaces || slices.Contains(d.environments, name)
}

// noFolder is a file that bears the name of a folder which is read: what was in it would be lost
// without a word.
func noFolder(file string) manifest.Problem {
	p := fault(manifest.Position{File: file}, "", "is a file, and a folder of this name is read")
	p.Remedy = "make it a folder, or remove it"
	return p
}

// isMisnamed reports whether a file holds what we read, under an extension that we do not.
func isMisnamed(file string) bool {
	ext := strings.ToLower(path.Ext(file))
	return !isYAML(file) && (ext == ".json" || isYAML("x"+ext))
}

func misnamed(file string) manifest.Problem {
	p := fault(manifest.Position{File: file}, "", "is not read: only .yaml files are")
	p.Remedy = "rename it to " + wouldBe(file) + ".yaml, or move it elsewhere"
	return p
}

func unread(file string) manifest.Problem {
	return caution(manifest.Position{File: file}, "", "is not read: only .yaml files are")
}
