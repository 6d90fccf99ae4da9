package schemas

import (
	"path"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// extraDirs looks at the folders beside the documents of a tenant, or beside its overrides: patches
// and resources, each with a folder an environment.
func (d *discovery) extraDirs(f *folder, dirs []string, owner manifest.Owner) error {
	for _, dir := range dirs {
		sort := path.Base(dir)
		if sort != "patches" && sort != "resources" {
			f.problems = append(f.problems, fault(manifest.Position{File: dir}, "", "is no folder that is read%s", suggest(sort, []string{"patches", "resources"})))
			continue
		}
		if err := d.extras(f, dir, owner); err != nil {
			return err
		}
	}
	return nil
}

func (d *discovery) extras(f *folder, dir string, owner manifest.Owner) error {
	in, err := list(d.fsys, dir)
	if err != nil {
		return err
	}
	f.problems = append(f.problems, in.problems...)
	for _, file := range in.files {
		f.problems = append(f.problems, d.misplaced(file, dir))
	}
	for _, place := range in.dirs {
		env := path.Base(place)
		if env != allPlaces && !slices.Contains(d.environments, env) {
			f.problems = append(f.problems, d.unknownPlace(place, env))
			continue
		}
		if err := d.extraFiles(f, place, owner); err != nil {
			return err
		}
	}
	return nil
}

func (d *discovery) extraFiles(f *folder, place string, owner manifest.Owner) error {
	in, err := list(d.fsys, place)
	if err != nil {
		return err
	}
	f.problems = append(f.problems, in.problems...)
	env := path.Base(place)
	if env == allPlaces {
		env = ""
	}
	for _, file := range in.files {
		if !isYAML(file) {
			f.problems = append(f.problems, d.skipped(file))
			continue
		}
		patch := path.Base(path.Dir(place)) == "patches"
		f.extras = append(f.extras, manifest.Extra{File: file, Patch: patch, Owner: owner, Environment: env})
	}
	for _, dir := range in.dirs {
		f.problems = append(f.problems, fault(manifest.Position{File: dir}, "", "is a folder too deep: files stand in %s/", place))
	}
	return nil
}

// misplaced is a file that has no environment to be for.
func (d *discovery) misplaced(file, dir string) manifest.Problem {
	if !isYAML(file) {
		return d.skipped(file)
	}
	return fault(manifest.Position{File: file}, "", "stands in no environment: move it to %s/%s/ or to %s/<environment>/", dir, allPlaces, dir)
}

// compareExtras orders what people add by the order of its application: objects before patches, the
// tenant's before the platform's, those of all environments before those of one.
func compareExtras(environments []string) func(a, b manifest.Extra) int {
	rank := func(e manifest.Extra) int {
		n := 1 + slices.Index(environments, e.Environment)
		if e.Owner == manifest.OwnerPlatform {
			n += 1 << 16
		}
		if e.Patch {
			n += 1 << 17
		}
		return n
	}
	return func(a, b manifest.Extra) int { return rank(a) - rank(b) }
}
