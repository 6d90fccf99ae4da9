package pipeline

import (
	"io/fs"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Podded is an object whose pods come of a template, in one environment.
type Podded struct {
	Environment string
	manifest.Key
}

// Templates are the pod templates of a tenant as they are applied, written as YAML: of all of its environments,
// whatever checks say of them.
func Templates(fsys fs.FS, tenant string) (map[Podded]string, error) {
	fleet, err := schemas.Load(fsys, schemas.Options{Tenants: []string{tenant}})
	if err != nil || len(fleet.Tenants) != 1 {
		return nil, err
	}
	return templates(fleet.Tenants[0]), nil
}

// templates renders a tenant and reads what its pods are made of.
func templates(t *schemas.Tenant) map[Podded]string {
	out := map[Podded]string{}
	tree, _ := overlay.New(sourceOf(t))
	for i := range t.Environments {
		if tree == nil {
			break
		}
		env := t.Environments[i].Name
		built, _ := tree.Build(env)
		for _, b := range built {
			template, ok := manifest.Path{"spec", "template"}.Lookup(b.Tree)
			if _, pods := (manifest.Path{"spec", "containers"}).Lookup(template); ok && pods {
				out[Podded{env, b.Key()}] = string(manifest.Marshal(template))
			}
		}
	}
	return out
}
