package schemas

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// resolver turns the documents of one tenant into what the tenant is in each environment.
type resolver struct {
	*platform
	grounds grounds
	name    string
	// doc is what the tenant's own files say together; overrides are the documents of the platform
	// team by place.
	doc       *manifest.Node
	overrides map[string]*manifest.Node
	// docs are all documents by file, to say a field in the words of its file.
	docs map[string]*manifest.Node
	// pruned are the fields that were found wrong and taken out, so that one mistake is told once.
	pruned []manifest.Path
	// kindless are the services whose kind is none: what they may and must say depends on it.
	kindless []manifest.Path
	// lacking are the fields that all environments miss, told as one mistake of the tenant.
	lacking []manifest.Path
	// nulls are those that stand for an entry of a map, and what came of them in all environments.
	nulls map[manifest.Position]*null
}

// tier is the tenant's, and nil when it has none or an unknown one.
func (r *resolver) tier() *Tier {
	if n := r.doc.Get("spec").Get("tier"); n != nil {
		name, _ := n.Value.(string)
		return r.facts.Tiers[name]
	}
	return nil
}

// layers are what people say of the tenant in an environment, the weakest first; nil ones are empty.
func (r *resolver) layers(env string) []*manifest.Node {
	spec := r.doc.Get("spec")
	out := []*manifest.Node{without(spec, "environments")}
	if env != "" {
		out = append(out, r.environmentLayer(env))
	}
	out = append(out, r.overrides[allPlaces].Get("spec"))
	if env != "" {
		out = append(out, r.overrides[env].Get("spec"))
	}
	return out
}

// environmentLayer is what the tenant's own file changes in an environment; nil when that is nothing.
func (r *resolver) environmentLayer(env string) *manifest.Node {
	n := r.doc.Get("spec").Get("environments").Get(env)
	if n == nil || n.Kind != manifest.Map {
		return nil
	}
	if n = without(n, "namespace"); len(n.Fields) == 0 {
		return nil
	}
	return n
}

// sameAsBase reports whether an environment changes nothing.
func (r *resolver) sameAsBase(env string) bool {
	g := r.grounds[r.tier().Name]
	return g[env] == g[""] && r.environmentLayer(env) == nil && r.overrides[env] == nil && r.settlesLikeBase(env)
}

// resolve returns the tenant's document in an environment, and where the fields that null removed from
// it were removed; "" is the tenant without its environments.
func (r *resolver) resolve(env string) (*manifest.Node, map[string]manifest.Position) {
	g, layers := r.grounds[r.tier().Name][env], r.layers(env)
	m := merger{seed: func(name string) *manifest.Node { return g.services[kindOf(name, layers)] }, log: newRemovals()}
	spec := m.lay(nil, g.spec, atSpec)
	for _, l := range layers {
		spec = m.lay(spec, l, atSpec)
	}
	spec = r.settle(changedSources(spec), env)
	at := r.doc.Position
	for _, f := range r.doc.Fields {
		if f.Key == "spec" {
			at = f.Position
		}
	}
	if env != "" {
		r.note(m.log)
	}
	return with(r.doc, "spec", at, spec), m.log.removed
}

// kindOf is the kind that the strongest layer gives a service.
func kindOf(name string, layers []*manifest.Node) string {
	for _, l := range slices.Backward(layers) {
		if n := l.Get("services").Get(name).Get("kind"); n != nil {
			if kind, _ := n.Value.(string); slices.Contains(serviceKinds, kind) {
				return kind
			}
		}
	}
	return serviceKinds[0]
}

// environments are those of the tenant, in the order of the platform, and what is wrong with the
// others.
func (r *resolver) environments() ([]*PlatformEnvironment, []manifest.Problem) {
	var out []*PlatformEnvironment
	var problems []manifest.Problem
	known := r.environmentNames()
	own := r.doc.Get("spec").Get("environments")
	for i, name := range known {
		if own.Get(name) != nil {
			out = append(out, &r.facts.Environments[i])
		}
	}
	for _, f := range fieldsOf(own) {
		if !slices.Contains(known, f.Key) {
			path := manifest.Path{"spec", "environments", f.Key}
			problems = append(problems, fault(f.Position, path.String(), "the platform has no environment %s%s", f.Key, suggestOr(f.Key, known)))
		}
	}
	for env, doc := range r.overrides {
		if env != allPlaces && own != nil && own.Get(env) == nil {
			problems = append(problems, fault(doc.Position, "", "the tenant has no environment %s", env))
		}
	}
	return out, problems
}

// agree joins two documents of one tenant: they may say different things, or the same, but never two
// things about one field.
func agree(a, b *manifest.Node, at manifest.Path) (*manifest.Node, []manifest.Problem) {
	if a.Kind != manifest.Map || b.Kind != manifest.Map {
		if manifest.Equal(a.Tree(), b.Tree()) {
			return a, nil
		}
		if shown(a) == shown(b) {
			return a, []manifest.Problem{fault(b.Position, at.String(), "is another one here than at %s", a.Position)}
		}
		return a, []manifest.Problem{fault(b.Position, at.String(), "%s here, but %s at %s", shown(b), shown(a), a.Position)}
	}
	out := &manifest.Node{Position: a.Position, Kind: manifest.Map, Fields: slices.Clone(a.Fields)}
	index := indexOf(a)
	var problems []manifest.Problem
	for _, f := range b.Fields {
		i, both := index(f.Key)
		if !both {
			out.Fields = append(out.Fields, f)
			continue
		}
		joined, bad := agree(a.Fields[i].Value, f.Value, at.Join(f.Key))
		out.Fields[i].Value = joined
		problems = append(problems, bad...)
	}
	return out, problems
}
