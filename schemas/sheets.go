package schemas

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// layerOf is one layer as a spec, with its name.
type layerOf struct {
	layer Layer
	name  string
	spec  *manifest.Node
}

// layerName names the layer that a value of the resolved tenant stands in.
func (r *resolver) layerName(s Step, env, tier string) string {
	for _, l := range slices.Backward(r.sheets(env)) {
		if l.layer != s.Layer {
			continue
		}
		if at, ok := mapped(l.spec).Find(s.Path); ok && at == s.Position {
			return l.name
		}
	}
	if s.Layer == LayerTier {
		return "tier " + tier
	}
	return string(s.Layer)
}

// sheets are the layers of the tenant in an environment, the weakest first, each as a spec of its own: what the
// grounds say of any service is said of each of the tenant's. Laid on each other they make the resolved tenant.
func (r *resolver) sheets(env string) []layerOf {
	tier := r.tier()
	t := r.tiers.Get(tier.Name)
	layers := r.layers(env)
	defaults, share, note := r.checker.defaults(), int64(100), ""
	own := []layerOf{{LayerPlatform, "platform defaults", r.platform.doc.Get("spec").Get("defaults")}}
	if i := r.facts.order(env); i >= 0 {
		if share = r.facts.Environments[i].SharePercent; share != 100 {
			note = fmt.Sprintf(" (%d %% of it in %s)", share, env)
		}
		own = append(own, layerOf{LayerPlatform, "platform defaults of " + env, r.environmentDefaults(env)})
	}
	services := r.serviceKinds(layers)
	each := func(of func(kind string) *manifest.Node) *manifest.Node { return servicesOf(services, of) }
	out := []layerOf{
		{LayerDefault, "schema default", joined(defaults.Get("spec"), each(func(string) *manifest.Node { return defaults.Get("service") }))},
		{LayerTier, "tier " + tier.Name, joined(t.Get("defaults"), nil)},
		{LayerTier, "tier " + tier.Name + note, joined(mapOf("resources", entitlement(t, share)), each(func(kind string) *manifest.Node { return tierService(t, kind, share) }))},
		{LayerDefault, "schema default of the kind", each(func(kind string) *manifest.Node { return defaults.Get("kinds").Get(kind) })},
	}
	for _, l := range own {
		out = append(out,
			layerOf{l.layer, l.name, joined(l.spec.Get("spec"), each(func(string) *manifest.Node { return l.spec.Get("service") }))},
			layerOf{l.layer, l.name, each(func(kind string) *manifest.Node { return l.spec.Get("kinds").Get(kind) })})
	}
	names := []string{"tenant", "override for all environments"}
	kinds := []Layer{LayerTenant, LayerOverride}
	if env != "" {
		names = []string{"tenant", "tenant in " + env, "override for all environments", "override for " + env}
		kinds = []Layer{LayerTenant, LayerTenant, LayerOverride, LayerOverride}
	}
	for i, l := range layers {
		out = append(out, layerOf{kinds[i], names[i], l})
	}
	return slices.DeleteFunc(out, func(l layerOf) bool { return l.spec == nil })
}

// serviceKinds are the kinds of the tenant's services, by name, in the order of the names.
func (r *resolver) serviceKinds(layers []*manifest.Node) map[string]string {
	out := map[string]string{}
	for _, l := range layers {
		for _, f := range fieldsOf(l.Get("services")) {
			out[f.Key] = kindOf(f.Key, layers)
		}
	}
	return out
}

// servicesOf is a spec that says the same of each service of a kind; nil where it says nothing.
func servicesOf(kinds map[string]string, of func(kind string) *manifest.Node) *manifest.Node {
	list := &manifest.Node{Kind: manifest.Map}
	for _, name := range sortedKeys(kinds) {
		if n := of(kinds[name]); n != nil {
			list.Fields = append(list.Fields, manifest.Field{Key: name, Position: n.Position, Value: n})
		}
	}
	if len(list.Fields) == 0 {
		return nil
	}
	return mapOf("services", list)
}

// joined is one spec of two that speak of different fields.
func joined(a, b *manifest.Node) *manifest.Node {
	if a == nil {
		return b
	}
	return merger{}.lay(a, b, atSpec)
}
