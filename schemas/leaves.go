package schemas

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Leaf is a scalar that a person wrote: in a tenant's file, an override, or the platform's defaults.
type Leaf struct {
	// Path leads through the resolved tenant: spec.services.web.image.
	Path  manifest.Path
	Value any
	manifest.Position
}

// Leaves returns every scalar that people wrote and that reaches an environment, items of lists among
// them, in the order of the layers; "" asks for the tenant without its environments. An environment
// that the tenant does not have has none.
func (t *Tenant) Leaves(env string) []Leaf {
	e := t.environment(env)
	if e == nil || e.layered == nil {
		return nil
	}
	return collect(nil, e.layered.Get("spec"), manifest.Path{"spec"})
}

// At returns where to write about a field of the resolved tenant: the field where a person wrote it,
// or else the nearest one above it that a person wrote.
func (t *Tenant) At(env string, p manifest.Path) manifest.Position {
	e := t.environment(env)
	if e == nil {
		e = &t.Base
	}
	if e.layered == nil {
		return manifest.Position{}
	}
	at, _ := lowest(e.layered, p)
	return at
}

// Field says a field of the resolved tenant in the words of the file where it has to be written about:
// spec.environments.production.replicas where the tenant says it of that environment only.
func (t *Tenant) Field(env string, p manifest.Path) string {
	e := t.environment(env)
	if e == nil || e.layered == nil || len(p) < 2 || len(t.Files) == 0 {
		return p.String()
	}
	at, written := e.layered.Find(p)
	shared, everywhere := manifest.Position{}, false
	if t.Base.layered != nil {
		shared, everywhere = t.Base.layered.Find(p)
	}
	own := written && slices.Contains(t.Files, at.File) && !strings.HasPrefix(at.File, overridesDir+"/")
	if own && (!everywhere || shared != at) {
		return manifest.Path{"spec", "environments", env}.Join(p[1:]...).String()
	}
	return p.String()
}

// With returns the environment with another value of the scalar at the path, wherever it came from. It
// reports false for a path that leads to no scalar and for a value that cannot stand there. Nothing
// judges the value against the tier.
func (t *Tenant) With(env string, p manifest.Path, value any) (*Environment, bool) {
	e := t.environment(env)
	if e == nil || e.layered == nil {
		return nil, false
	}
	doc, ok := replace(e.layered, p, func(n *manifest.Node) *manifest.Node {
		changed := *n
		changed.Value = value
		return &changed
	})
	if !ok {
		return nil, false
	}
	return e.decoded(doc)
}

func (t *Tenant) environment(name string) *Environment {
	if name == "" {
		return &t.Base
	}
	i := slices.IndexFunc(t.Environments, func(e Environment) bool { return e.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Environments[i]
}

// decoded is the environment with another document.
func (e *Environment) decoded(doc *manifest.Node) (*Environment, bool) {
	out := *e
	out.Spec, out.layered = Spec{}, doc
	if problems := decodeSpec(doc.Get("spec"), &out.Spec); len(problems) > 0 {
		return nil, false
	}
	if tier := e.Platform.Tiers[out.Spec.Tier]; tier != nil {
		out.Tier = tier
	}
	return &out, true
}

func collect(out []Leaf, n *manifest.Node, at manifest.Path) []Leaf {
	switch {
	case n == nil:
	case n.Kind == manifest.Scalar:
		if isYAML(n.File) {
			out = append(out, Leaf{Path: slices.Clone(at), Value: n.Value, Position: n.Position})
		}
	case n.Kind == manifest.List:
		for i, item := range n.Items {
			out = collect(out, item, append(at, i))
		}
	default:
		for i := range n.Fields {
			out = collect(out, n.Fields[i].Value, append(at, n.Fields[i].Key))
		}
	}
	return out
}

// replace returns the document with the scalar at the path changed by f, or without it when f returns
// nil. Only the maps and lists on the way are copied.
func replace(n *manifest.Node, p manifest.Path, f func(*manifest.Node) *manifest.Node) (*manifest.Node, bool) {
	if len(p) == 0 {
		if n.Kind != manifest.Scalar {
			return nil, false
		}
		return f(n), true
	}
	out := *n
	switch step := p[0].(type) {
	case string:
		i := slices.IndexFunc(n.Fields, func(f manifest.Field) bool { return f.Key == step })
		if i < 0 {
			return nil, false
		}
		child, ok := replace(n.Fields[i].Value, p[1:], f)
		out.Fields = slices.Clone(n.Fields)
		if child == nil {
			out.Fields = slices.Delete(out.Fields, i, i+1)
		} else {
			out.Fields[i].Value = child
		}
		return &out, ok
	case int:
		if step < 0 || step >= len(n.Items) {
			return nil, false
		}
		child, ok := replace(n.Items[step], p[1:], f)
		out.Items = slices.Clone(n.Items)
		if child == nil {
			out.Items = slices.Delete(out.Items, step, step+1)
		} else {
			out.Items[step] = child
		}
		return &out, ok
	}
	return nil, false
}
