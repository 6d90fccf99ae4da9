package pipeline

import (
	"path"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// whole is the tree of what was rendered. That of another revision lacks its base until a line of it is asked for:
// nobody writes it, and what is built of it is the same by the law of the overlay.
func (r *Rendered) whole() *overlay.Tree {
	if r.baseless != nil {
		r.baseless.Base = generators.Generate(r.Tenant, &r.Tenant.Base)
		r.Tree, _ = overlay.New(*r.baseless)
		r.baseless = nil
	}
	return r.Tree
}

// sourceOf renders a tenant in all its environments.
func sourceOf(t *schemas.Tenant) overlay.Source {
	src := overlays(t)
	src.Base = generators.Generate(t, &t.Base)
	return src
}

// overlays is the source of a tree without its base.
func overlays(t *schemas.Tenant) overlay.Source {
	src := overlay.Source{Tenant: t.Name, File: source(t), Extras: t.Extras}
	for i := range t.Environments {
		e := &t.Environments[i]
		objects := generators.Generate(t, e)
		src.Envs = append(src.Envs, overlay.Env{
			Name: e.Name, Namespace: e.Namespace, Objects: objects, Audit: generators.Audit(t, e, objects),
		})
	}
	return src
}

// source is what generated files name as theirs: the tenant's file, or its folder.
func source(t *schemas.Tenant) string {
	if dir := path.Dir(t.Files[0]); path.Base(dir) == t.Name {
		return dir
	}
	return t.Files[0]
}
