package schemas

import (
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const (
	platformFile = "tenantsmith.yaml"
	tenantsDir   = "tenants"
	overridesDir = "overrides"
	waiversDir   = "waivers"
	allPlaces    = "all" // the name of what holds in every environment
)

// folder is what belongs to one tenant, by name only.
type folder struct {
	name string
	// documents declare the tenant.
	documents []string
	// overrides are by environment; allPlaces for all of them.
	overrides map[string]string
	// extras carry file, sort, owner and environment; they were not read yet.
	extras   []manifest.Extra
	problems []manifest.Problem
}

// layout is what lies in a platform repository.
type layout struct {
	folders map[string]*folder
	waivers []string
	// problems are those that belong to no tenant.
	problems []manifest.Problem
}

func (l layout) names() []string { return slices.Sorted(maps.Keys(l.folders)) }

// discover looks at names only; environments are the platform's, in order.
func discover(fsys fs.FS, environments []string) (layout, error) {
	d := discovery{fsys: fsys, environments: environments, layout: layout{folders: map[string]*folder{}}}
	for _, step := range []func() error{d.tenants, d.overrides, d.waiverFiles} {
		if err := step(); err != nil {
			return layout{}, err
		}
	}
	for _, f := range d.layout.folders {
		slices.SortStableFunc(f.extras, compareExtras(environments))
	}
	return d.layout, nil
}

type discovery struct {
	fsys         fs.FS
	environments []string
	layout       layout
}

// open lists a directory at the top of the repository. The problem is that it is none.
func (d *discovery) open(dir string) (listing, []manifest.Problem, error) {
	mode, ok, err := modeOf(d.fsys, dir)
	if err != nil || !ok {
		return listing{}, nil, err
	}
	if !mode.IsDir() {
		what := "a file"
		if !mode.IsRegular() {
			what = irregular(mode)
		}
		return listing{}, []manifest.Problem{fault(manifest.Position{File: dir}, "", "is %s, and should be a folder", what)}, nil
	}
	in, err := list(d.fsys, dir)
	return in, nil, err
}

func (d *discovery) tenants() error {
	in, wrong, err := d.open(tenantsDir)
	if err != nil {
		return err
	}
	d.layout.problems = append(d.layout.problems, wrong...)
	for _, file := range in.files {
		if isYAML(file) {
			f := d.tenant(file, stem(file))
			f.documents = append(f.documents, file)
		}
	}
	for _, dir := range in.dirs {
		f := d.tenant(dir, path.Base(dir))
		if err := d.folder(f, dir); err != nil {
			return err
		}
	}
	for _, file := range in.files {
		if !isYAML(file) {
			d.slip(file)
		}
	}
	for _, p := range in.problems {
		d.held(p)
	}
	return nil
}

// tenant returns the folder of a name; the second claim to a name is a problem.
func (d *discovery) tenant(from, name string) *folder {
	f, ok := d.layout.folders[name]
	if !ok {
		f = &folder{name: name, overrides: map[string]string{}}
		d.layout.folders[name] = f
		if !isTenantName(name) {
			f.problems = append(f.problems, fault(manifest.Position{File: from}, "", "%s", badName(name)))
		}
		return f
	}
	first := from
	if len(f.documents) > 0 {
		first = f.documents[0]
	}
	p := fault(manifest.Position{File: first}, "", "tenant %s is declared twice, here and in %s", name, from)
	p.Remedy = "keep one of the two; a tenant with patches or several files is a folder"
	f.problems = append(f.problems, p)
	return f
}

func (d *discovery) folder(f *folder, dir string) error {
	in, err := list(d.fsys, dir)
	if err != nil {
		return err
	}
	f.problems = append(f.problems, in.problems...)
	found := len(f.documents)
	for _, file := range in.files {
		if isYAML(file) {
			f.documents = append(f.documents, file)
			continue
		}
		f.problems = append(f.problems, d.skipped(file))
	}
	if len(f.documents) == found {
		f.problems = append(f.problems, fault(manifest.Position{File: dir}, "", "holds no .yaml file that declares the tenant"))
	}
	return d.extraDirs(f, in.dirs, manifest.OwnerWorkload)
}

func (d *discovery) overrides() error {
	in, wrong, err := d.open(overridesDir)
	if err != nil {
		return err
	}
	// Any tenant may have an override there, so none is rendered without.
	for _, f := range d.layout.folders {
		f.problems = append(f.problems, wrong...)
	}
	for _, p := range in.problems {
		d.overridden(p)
	}
	for _, file := range in.files {
		d.stray(file)
	}
	for _, dir := range in.dirs {
		if err := d.override(dir); err != nil {
			return err
		}
	}
	return nil
}

// stray is a file directly under overrides/. One that bears a tenant's name was meant for it, so the
// tenant is not rendered without it.
func (d *discovery) stray(file string) {
	if d.layout.folders[path.Base(file)] != nil {
		d.overridden(noFolder(file))
		return
	}
	if !isYAML(file) {
		d.layout.problems = append(d.layout.problems, unread(file))
		return
	}
	p := fault(manifest.Position{File: file}, "", "overrides stand in a folder of their tenant: %s/%s/%s.yaml", overridesDir, stem(file), allPlaces)
	d.overridden(p)
}

// overridden gives a problem in overrides/ to the tenant that it is about, if there is one.
func (d *discovery) overridden(p manifest.Problem) {
	if f := d.layout.folders[wouldBe(p.File)]; f != nil {
		f.problems = append(f.problems, p)
		return
	}
	d.layout.problems = append(d.layout.problems, p)
}

func (d *discovery) override(dir string) error {
	in, err := list(d.fsys, dir)
	if err != nil {
		return err
	}
	f := d.layout.folders[path.Base(dir)]
	if f == nil {
		d.misspelt(dir, d.ownerless(dir, in))
		return nil
	}
	f.problems = append(f.problems, in.problems...)
	for _, file := range in.files {
		d.overrideFile(f, file)
	}
	return d.extraDirs(f, in.dirs, manifest.OwnerPlatform)
}

// misspelt gives the problems of an override without a tenant to the tenant that was probably meant,
// which is not rendered without it.
func (d *discovery) misspelt(dir string, problems []manifest.Problem) {
	if f := d.layout.folders[nearest(path.Base(dir), d.layout.names())]; f != nil {
		f.problems = append(f.problems, problems...)
		return
	}
	d.layout.problems = append(d.layout.problems, problems...)
}

func (d *discovery) overrideFile(f *folder, file string) {
	env := stem(file)
	switch other, twice := f.overrides[env]; {
	case !isYAML(file):
		f.problems = append(f.problems, d.skipped(file))
	case env != allPlaces && !slices.Contains(d.environments, env):
		f.problems = append(f.problems, d.unknownPlace(file, env))
	case twice:
		f.problems = append(f.problems, fault(manifest.Position{File: file}, "", "is a second override for the same place as %s", other))
	default:
		f.overrides[env] = file
	}
}

// ownerless are the problems of overrides whose tenant does not exist: at each file, or at the folder
// when it holds none.
func (d *discovery) ownerless(dir string, in listing) []manifest.Problem {
	files := in.files
	if len(files) == 0 {
		files = []string{dir}
	}
	name := path.Base(dir)
	var out []manifest.Problem
	for _, file := range files {
		out = append(out, fault(manifest.Position{File: file}, "", "there is no tenant %s%s", name, suggest(name, d.layout.names())))
	}
	return append(out, in.problems...)
}

func (d *discovery) unknownPlace(name, env string) manifest.Problem {
	return fault(manifest.Position{File: name}, "", "the platform has no environment %s%s", env,
		suggest(env, append([]string{allPlaces}, d.environments...)))
}

func (d *discovery) waiverFiles() error {
	in, wrong, err := d.open(waiversDir)
	if err != nil {
		return err
	}
	d.layout.problems = append(d.layout.problems, wrong...)
	d.layout.problems = append(d.layout.problems, in.problems...)
	for _, file := range in.files {
		if isYAML(file) {
			d.layout.waivers = append(d.layout.waivers, file)
			continue
		}
		d.layout.problems = append(d.layout.problems, unread(file))
	}
	for _, dir := range in.dirs {
		d.layout.problems = append(d.layout.problems, fault(manifest.Position{File: dir}, "", "is a folder too deep: waivers stand in %s/", waiversDir))
	}
	return nil
}
