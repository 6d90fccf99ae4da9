package schemas

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// PlatformPaths are the paths of a platform repository that hold the platform team's word: its file,
// waivers, overrides, and the folders with schemas and policies that the file names. The error is about
// reading, or about a folder that tenants lie in, too; what else is wrong with the file, [Load] tells.
func PlatformPaths(fsys fs.FS) ([]string, error) {
	p := &platform{}
	if _, err := p.read(fsys); err != nil {
		return nil, err
	}
	paths := []string{platformFile, overridesDir, waiversDir}
	for _, sort := range []string{"schemas", "policies"} {
		at := manifest.Path{"spec", "extend", sort}
		for i, item := range itemsOf(p.written.Get("spec").Get("extend").Get(sort)) {
			dir, _ := item.Value.(string)
			switch {
			case !fs.ValidPath(dir):
				continue
			case dir == "." || isBelow(dir, tenantsDir) || isBelow(tenantsDir, dir):
				return nil, fmt.Errorf("%s: %s: %s shares a folder with the tenants; give it one of its own", item.Position, at.Join(i), dir)
			}
			paths = append(paths, dir)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// isBelow reports whether a path is the folder or below it.
func isBelow(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }
