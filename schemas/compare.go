package schemas

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Names returns the names of the tenants that a platform repository has, sorted, without reading any.
func Names(fsys fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(fsys, tenantsDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", tenantsDir, err)
	}
	var out []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && (e.IsDir() || isYAML(e.Name())) {
			out = append(out, TenantOf(path.Join(tenantsDir, e.Name())))
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// Written returns where the tenant's own files have a field, such as spec.environments.production, and
// whether they have it.
func (t *Tenant) Written(p manifest.Path) (manifest.Position, bool) {
	if t.doc == nil {
		return manifest.Position{}, false
	}
	return t.doc.Find(p)
}

// Leaves returns every scalar that people wrote in the platform file, by its path there.
func (p *Platform) Leaves() []Leaf {
	return collect(nil, p.doc.Get("spec"), manifest.Path{"spec"})
}

// Leaves returns every scalar of documents that people wrote, by its path there.
func Leaves(doc *manifest.Node) []Leaf { return collect(nil, doc, nil) }

// SameWord reports whether two revisions of a tenant say the same in an environment, wherever they say it;
// "" asks for the tenant without its environments.
func (t *Tenant) SameWord(other *Tenant, env string) bool {
	a, b := t.environment(env), other.environment(env)
	if a == nil || b == nil || a.layered == nil || b.layered == nil {
		return a == nil && b == nil
	}
	return verdictOf("", env, a.layered.Get("spec")) == verdictOf("", env, b.layered.Get("spec")) ||
		manifest.Equal(a.layered.Get("spec").Tree(), b.layered.Get("spec").Tree())
}
