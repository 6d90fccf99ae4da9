package pipeline

import (
	"io/fs"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Unjudged renders one tenant in one environment as a cluster gets it, and asks no policy: for what tries a tenant's
// file until it fits. Problems are those that keep it from being rendered, and the warnings.
func Unjudged(fsys fs.FS, tenant, env string) ([]manifest.Object, []manifest.Problem, error) {
	fleet, err := schemas.Load(fsys, schemas.Options{Tenants: []string{tenant}})
	if err != nil {
		return nil, nil, err
	}
	for _, t := range fleet.Tenants {
		if t.Name != tenant {
			continue
		}
		src := overlays(t)
		src.Base = generators.Generate(t, &t.Base)
		tree, problems := overlay.New(src)
		if tree == nil || len(problems) > 0 {
			return nil, append(fleet.Problems, problems...), nil
		}
		built, problems := tree.Build(env)
		out := make([]manifest.Object, len(built))
		for i, b := range built {
			out[i] = b.Object
		}
		return out, append(fleet.Problems, problems...), nil
	}
	return nil, fleet.Problems, nil
}
