package pipeline

import (
	"cmp"
	"maps"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Own is what belongs to no tenant. The platform file alone decides about it, so that every run makes the same; only
// where the platform gathers what all tenants ask for does a run for some of them make less, which it does not write.
type Own struct {
	// Objects are those of each environment of the platform, by its name, as its cluster gets them; Root are those
	// of the cluster in which the GitOps engine runs.
	Objects map[string][]manifest.Object
	Root    []manifest.Object
	// Files are they and their record; none where there is nothing to write.
	Files map[string][]byte
	// Due says that the run brings the output to them. One for chosen tenants does not: guard rails of whole
	// clusters would change under the name of one tenant.
	Due bool
}

// own renders what belongs to no tenant.
func (c chain) own(held bool) (Own, error) {
	p := c.fleet.Platform
	if p == nil {
		return Own{}, nil
	}
	o, err := newOwn(p, c.engine, c.known, c.everyone)
	if err != nil {
		return o, err
	}
	o.Due = !held && (len(c.options.Tenants) == 0 || c.options.Own) && c.options.Shard.Has(manifest.PlatformName)
	if files := o.render(p); len(files) > 0 {
		o.Files = recordedIn(c.ownRecord(p), files)
	}
	return o, nil
}

// newOwn generates what a platform has; the engine's guards are among it, as they hold by what is known.
func newOwn(p *schemas.Platform, engine *policies.Engine, k known, tenants []*schemas.Tenant) (Own, error) {
	o := Own{Objects: map[string][]manifest.Object{}, Root: generators.Root(p)}
	for _, env := range p.Environments {
		guards, err := guardsOf(p, env, engine, k)
		if err != nil {
			return Own{}, err
		}
		if objects := generators.Platform(p, env, guards, tenants); len(objects) > 0 {
			o.Objects[env.Name] = objects
		}
	}
	return o, nil
}

// guardsOf are what the API server of an environment is asked to ask; nobody reads guards for one that is not.
func guardsOf(p *schemas.Platform, env schemas.PlatformEnvironment, engine *policies.Engine, k known) ([]manifest.Guard, error) {
	if !p.Guarded(env) {
		return nil, nil
	}
	return engine.Guards(k.facts("", &schemas.Environment{Name: env.Name, Protected: env.Protected, Platform: p, Cluster: p.Clusters[env.Cluster]}))
}

// render writes it, without a record.
func (o Own) render(p *schemas.Platform) map[string][]byte {
	files := map[string][]byte{}
	for env, objects := range o.Objects {
		maps.Copy(files, overlay.Folder(platformSource(p), manifest.Folder(manifest.PlatformName)+"/"+env, objects))
	}
	if len(o.Root) > 0 {
		files[manifest.RootPath(p.GitOps.Engine)] = overlay.Stream(platformSource(p), o.Root)
	}
	return files
}

// platformSource is what generated files name as theirs.
func platformSource(p *schemas.Platform) string { return cmp.Or(p.File, "its default platform") }

// ownRecord is that of the platform, without its files. Its objects are judged where tenants are: by what the
// platform file says.
func (c chain) ownRecord(p *schemas.Platform) manifest.Record {
	r := manifest.Record{Tenant: manifest.PlatformName, Version: c.options.Version, Schemas: c.fleet.Digest, Policies: c.engine.Digest()}
	if p.File != "" {
		r.Inputs = map[string]string{p.File: p.Sum}
	}
	return r
}

// recordedIn are the files together with the record that lists them.
func recordedIn(rec manifest.Record, made ...map[string][]byte) map[string][]byte {
	rec.Files = map[string]string{}
	files := map[string][]byte{}
	for _, some := range made {
		for p, b := range some {
			files[p], rec.Files[p] = b, manifest.Digest(b)
		}
	}
	files[manifest.RecordPath(rec.Tenant)] = rec.Bytes()
	return files
}

// deliveries are what the platform's GitOps engine applies a tenant by, in the environments that have any. Rendered are
// the tenant's environments, in its order.
func deliveries(t *schemas.Tenant, rendered []overlay.Env) map[string][]manifest.Object {
	var out map[string][]manifest.Object
	for i := range t.Environments {
		e := &t.Environments[i]
		objects := generators.Delivery(t, e, rendered[i].Objects)
		if len(objects) == 0 {
			continue
		}
		if out == nil {
			out = map[string][]manifest.Object{}
		}
		out[e.Name] = objects
	}
	return out
}

// delivery is that of one environment, of which nothing is rendered yet.
func delivery(t *schemas.Tenant, e *schemas.Environment) []manifest.Object {
	return generators.Delivery(t, e, generators.Generate(t, e))
}

// delivered are the files of that, one an environment.
func (r *Rendered) delivered() map[string][]byte {
	out := make(map[string][]byte, len(r.Delivery))
	for i := range r.Tenant.Environments {
		e := &r.Tenant.Environments[i]
		if objects := r.Delivery[e.Name]; len(objects) > 0 {
			out[manifest.DeliveryPath(e.Platform.GitOps.Engine, e.Name, r.Tenant.Name)] = overlay.Stream(source(r.Tenant), objects)
		}
	}
	return out
}
