package schemas

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Layer says whose word a value is.
type Layer string

// The layers that a value can come from, the weakest first.
const (
	LayerDefault  Layer = "default"  // the schema's
	LayerTier     Layer = "tier"     // of the schema, or of the platform file
	LayerPlatform Layer = "platform" // the platform file, or what stands for it without one
	LayerTenant   Layer = "tenant"
	LayerOverride Layer = "override"
)

// Cause is one thing that a tenant in an environment is made of: a scalar of the resolved tenant, whoever
// said it, a name that somebody chose, or a fact of the platform.
type Cause struct {
	// Path leads through the resolved tenant, or, for a fact, through the platform file.
	Path  manifest.Path
	Value any
	manifest.Position
	Layer Layer
	// Fact causes are the platform's, and no layer of the tenant.
	Fact bool
	// Name causes are the last key of the path, and not what stands there.
	Name bool
}

// Causes are all that the tenant in an environment is made of, in the order of the documents: first what
// the resolved tenant says, then the names of the tenant and its environment, then the facts. "" asks for
// the tenant without its environments.
func (t *Tenant) Causes(env string) []Cause {
	e := t.environment(env)
	if e == nil || e.layered == nil || e.Platform == nil {
		return nil
	}
	c := causes{platform: e.Platform}
	c.walk(e.layered.Get("spec"), manifest.Path{"spec"}, atSpec)
	c.add(Cause{Path: manifest.Path{"metadata", "name"}, Value: t.Name, Position: t.At(env, manifest.Path{"metadata", "name"}), Layer: LayerTenant})
	if named := t.named(env); named != nil {
		path := manifest.Path{"spec", "environments", named.Name}
		c.add(Cause{Path: path, Value: named.Name, Position: named.declared, Layer: LayerTenant, Name: true})
		if named.ownNamespace {
			c.add(Cause{Path: path.Join("namespace"), Value: named.Namespace, Position: named.placed, Layer: LayerTenant})
		}
	}
	c.facts(e)
	return slices.DeleteFunc(c.out, lives)
}

// lives finds the lifecycle of a tenant that is active: nothing is as it is because it does not sleep.
func lives(c Cause) bool {
	return len(c.Path) == 2 && c.Path[1] == "lifecycle" && c.Value == manifest.Active
}

// Words are the causes that people wrote of the tenant in an environment, or for all tenants as a layer of theirs:
// scalars at a line of a YAML file, in the order of the document.
func (t *Tenant) Words(env string) []Cause {
	var out []Cause
	for _, leaf := range t.Leaves(env) {
		out = append(out, Cause{Path: leaf.Path, Value: leaf.Value, Position: leaf.Position})
	}
	return out
}

// named is the environment whose name the output holds: for the base that of the first.
func (t *Tenant) named(env string) *Environment {
	if env == "" && len(t.Environments) > 0 {
		return &t.Environments[0]
	}
	return t.environment(env)
}

type causes struct {
	platform *Platform
	out      []Cause
}

func (c *causes) add(cause Cause) { c.out = append(c.out, cause) }

// walk collects the scalars of the resolved tenant and the names that people chose in it.
func (c *causes) walk(n *manifest.Node, at manifest.Path, p place) {
	if n == nil {
		return
	}
	for i, item := range n.Items {
		c.walk(item, at.Join(i), inside)
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		if entries[p] != "" {
			c.add(Cause{Path: at.Join(f.Key), Value: f.Key, Position: f.Position, Layer: c.layer(f.Position), Name: true})
		}
		c.walk(f.Value, at.Join(f.Key), p.child(f.Key))
	}
	if n.Kind == manifest.Scalar {
		c.add(Cause{Path: at, Value: n.Value, Position: n.Position, Layer: c.layer(n.Position)})
	}
}

// facts collects what the platform says to generators beside the layers: of the cluster, the environment
// and the tier only those of this one.
func (c *causes) facts(e *Environment) {
	spec := e.Platform.doc.Get("spec")
	for i := range fieldsOf(spec) {
		f := &spec.Fields[i]
		at := manifest.Path{"spec", f.Key}
		switch f.Key {
		case "clusters":
			if e.Cluster != nil {
				c.fact(f.Value.Get(e.Cluster.Name), at.Join(e.Cluster.Name))
			}
		case "tiers":
			c.tier(f.Value.Get(e.Spec.Tier), at.Join(e.Spec.Tier))
		case "environments":
			if i := e.Platform.order(e.Name); i >= 0 {
				item := without(f.Value.Items[i], "name", "cluster", "defaults", "share")
				c.fact(item, at.Join(i))
			}
		case "defaults": // a layer
		default:
			c.fact(f.Value, at)
		}
	}
}

// tier collects what a tier says beside the layers that it brings.
func (c *causes) tier(n *manifest.Node, at manifest.Path) {
	if n != nil {
		c.fact(without(n, "defaults", "service", "cpu", "memory", "storage"), at)
	}
}

func (c *causes) fact(n *manifest.Node, at manifest.Path) {
	if n == nil {
		return
	}
	for i, item := range n.Items {
		c.fact(item, at.Join(i))
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		if last, _ := lastKey(at); last == "labels" || last == "detection" || last == "storageClasses" || last == "pods" {
			c.add(Cause{Path: at.Join(f.Key), Value: f.Key, Position: f.Position, Layer: LayerPlatform, Fact: true, Name: true})
		}
		c.fact(f.Value, at.Join(f.Key))
	}
	if n.Kind == manifest.Scalar {
		layer := LayerPlatform
		if slices.Contains(at, any("tiers")) {
			layer = LayerTier
		}
		c.add(Cause{Path: at, Value: n.Value, Position: n.Position, Layer: layer, Fact: true})
	}
}

// layer tells whose word stands at a position of a resolved tenant.
func (c *causes) layer(at manifest.Position) Layer { return c.platform.layerAt(at) }

func (p *Platform) layerAt(at manifest.Position) Layer {
	switch {
	case strings.HasPrefix(at.File, overridesDir+"/"):
		return LayerOverride
	case strings.HasPrefix(at.File, tenantsDir+"/"):
		return LayerTenant
	case at.File == "schemas/defaults.cue":
		return LayerDefault
	case at.File == platformFile && !p.inTiers(at):
		return LayerPlatform
	}
	return LayerTier
}

// inTiers reports whether a line of the platform file is one of its tiers.
func (p *Platform) inTiers(at manifest.Position) bool {
	spec := p.doc.Get("spec")
	var holds func(n *manifest.Node) bool
	holds = func(n *manifest.Node) bool {
		return n.Position == at || slices.ContainsFunc(n.Items, holds) ||
			slices.ContainsFunc(n.Fields, func(f manifest.Field) bool { return f.Position == at || holds(f.Value) })
	}
	tiers := spec.Get("tiers")
	return tiers != nil && holds(tiers)
}

// order is the place of an environment in the platform's list, or -1.
func (p *Platform) order(env string) int {
	return slices.IndexFunc(p.Environments, func(e PlatformEnvironment) bool { return e.Name == env })
}

// ShareOf is how much of a tier an environment has, in percent, and where the platform says so.
func (p *Platform) ShareOf(env string) (int64, manifest.Position) {
	i := p.order(env)
	if i < 0 {
		return 100, manifest.Position{}
	}
	at, _ := p.doc.Find(manifest.Path{"spec", "environments", i, "share"})
	return p.Environments[i].SharePercent, at
}
