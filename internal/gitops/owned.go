package gitops

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// owned calls visit with every file at the head that stands where those of an owner do, whoever wrote it, by path
// relative to Options.Path.
func (t *target) owned(root *folder, owner string, visit func(file string, e entry)) error {
	dir, err := root.below(t.inRepo(manifest.Folder(owner)))
	if err != nil {
		return err
	}
	if dir != nil {
		if err := dir.files(manifest.Folder(owner)+"/", visit); err != nil {
			return err
		}
	}
	return t.delivered(root, owner, visit)
}

// delivered calls visit with the files by which GitOps engines apply the owner, in order.
func (t *target) delivered(root *folder, owner string, visit func(file string, e entry)) error {
	for _, engine := range manifest.Engines {
		dir, err := root.below(t.inRepo(engine))
		if err != nil {
			return err
		}
		if dir == nil {
			continue
		}
		for _, file := range deliveryPaths(dir, engine, owner) {
			found, at, err := root.find(t.inRepo(file))
			if err != nil {
				return err
			}
			if at == t.inRepo(file) && !found.isDir() {
				visit(file, found)
			}
		}
	}
	return nil
}

// deliveryPaths are where those files may stand.
func deliveryPaths(dir *folder, engine, owner string) []string {
	if owner == manifest.PlatformName {
		return []string{manifest.RootPath(engine)}
	}
	var out []string
	for env, e := range dir.entries {
		if e.isDir() {
			out = append(out, manifest.DeliveryPath(engine, env, owner))
		}
	}
	slices.Sort(out)
	return out
}

// Owners are those that may have a record in an output: the folders below tenants/, and the platform where it has
// one; sorted.
func Owners(output fs.FS) ([]string, error) {
	folders, err := fs.ReadDir(output, "tenants")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, f := range folders {
		if f.IsDir() && f.Name() != manifest.PlatformName {
			out = append(out, f.Name())
		}
	}
	if _, err := fs.Stat(output, manifest.RecordPath(manifest.PlatformName)); err == nil {
		out = append(out, manifest.PlatformName)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	slices.Sort(out)
	return out, nil
}
