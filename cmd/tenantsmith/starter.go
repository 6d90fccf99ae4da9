package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// starter holds what init and new write: starter/platform is a platform repository, starter/demo the
// tenant with a mistake, starter/tenant.yaml a new tenant.
//
//go:embed all:starter
var starter embed.FS

var released = pattern.Of(`^v[0-9]+\.[0-9]+\.[0-9]+$`)

// starterFiles are the files of a new platform repository, by path.
func starterFiles(demo bool) (map[string][]byte, error) {
	files := map[string][]byte{}
	dirs := []string{"starter/platform"}
	if demo {
		dirs = append(dirs, "starter/demo")
	}
	for _, dir := range dirs {
		err := fs.WalkDir(starter, dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			files[strings.TrimPrefix(name, dir+"/")], err = starter.ReadFile(name)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if v := version(); released().MatchString(v) {
		const hooks = ".pre-commit-config.yaml"
		files[hooks] = []byte(strings.Replace(string(files[hooks]), "rev: v0.1.0", "rev: "+v, 1))
	}
	for _, kind := range []string{"tenant", "platform", "override", "waiver"} {
		b, err := schemas.JSONSchema(kind, 2020)
		if err != nil {
			return nil, err
		}
		files["schemas/"+kind+".schema.json"] = b
	}
	return files, nil
}

// plant writes files into a folder, which is made if it is not there: all of them or, when one cannot
// be written or somebody interrupts, none.
func plant(ctx context.Context, dir string, files map[string][]byte) (err error) {
	made, err := makeDir(dir)
	defer func() {
		if err != nil {
			for _, d := range slices.Backward(made) {
				os.Remove(d)
			}
		}
	}()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return plain(err)
	}
	defer root.Close()
	if found := obstacles(root, files); len(found) > 0 {
		return fmt.Errorf("nothing is overwritten, and these are there already: %s; move them away, or name an empty folder", strings.Join(found, ", "))
	}
	return plantAll(ctx, root, files)
}

// makeDir makes a folder and those above it, and returns the ones that were not there.
func makeDir(dir string) (made []string, err error) {
	for d := filepath.Clean(dir); !exists(d); d = filepath.Dir(d) {
		made = append(made, d)
	}
	slices.Reverse(made)
	for i, d := range made {
		if err := os.Mkdir(d, 0o755); err != nil {
			return made[:i], plain(err)
		}
	}
	return made, nil
}

// obstacles are the paths that files cannot be written to. A repository that has tenants is one already.
func obstacles(root *os.Root, files map[string][]byte) []string {
	var found []string
	for _, dir := range []string{"tenants", "overrides", "waivers"} {
		if _, err := root.Lstat(dir); err == nil {
			found = append(found, dir)
		}
	}
	for name := range files {
		if p := obstacle(root, name); p != "" && !slices.Contains(found, path.Dir(p)) {
			found = append(found, p)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// obstacle is what stands at a path or, in place of a folder, above it; empty if nothing does.
func obstacle(root *os.Root, name string) string {
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			continue
		}
		info, err := root.Lstat(name[:i])
		if errors.Is(err, fs.ErrNotExist) {
			return ""
		}
		if err != nil || i == len(name) || !info.IsDir() {
			return name[:i]
		}
	}
	return ""
}

// plantAll takes away what it wrote when it cannot write everything.
func plantAll(ctx context.Context, root *os.Root, files map[string][]byte) (err error) {
	var made []string
	defer func() {
		if err != nil {
			for _, name := range slices.Backward(made) {
				root.Remove(name)
			}
		}
	}()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		dirs, err := makeDirs(root, path.Dir(name))
		made = append(made, dirs...)
		if err != nil {
			return fmt.Errorf("%s: %w", path.Dir(name), plain(err))
		}
		if err := create(root, name, files[name]); err != nil {
			return fmt.Errorf("%s: %w", name, plain(err))
		}
		made = append(made, name)
	}
	return nil
}

func makeDirs(root *os.Root, dir string) (made []string, err error) {
	for i := 0; i <= len(dir); i++ {
		if i < len(dir) && dir[i] != '/' {
			continue
		}
		switch err := root.Mkdir(dir[:i], 0o755); {
		case err == nil:
			made = append(made, dir[:i])
		case !errors.Is(err, fs.ErrExist):
			return made, err
		}
	}
	return made, nil
}

// create writes a file that must not be there yet; one that cannot be written whole is taken away.
func create(root *os.Root, name string, data []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		root.Remove(name)
	}
	return err
}
