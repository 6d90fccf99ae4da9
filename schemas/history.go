package schemas

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// History is what all layers say of a field of a tenant in one environment.
type History struct {
	Path manifest.Path
	// Value is what came of it, as a JSON tree; Set reports whether anything did.
	Value any
	Set   bool
	// Steps are the layers that speak of the field, the strongest first.
	Steps []Step
	// Leaves are, of a map or a list, the scalars in it with what gave each.
	Leaves []Step
	// Bounds judge the field, whoever set it.
	Bounds []Step
}

// Step is what one layer says of a field.
type Step struct {
	// Layer is one of those of [Cause]; Name says which: "tier premium", "override for production".
	Layer Layer
	Name  string
	Path  manifest.Path
	Value any
	manifest.Position
	State State
	// Note says why a value is not what the layer wrote, or why it does not count.
	Note string
}

// State is what became of what a layer says.
type State string

// The states of a step.
const (
	Wins     State = "wins"
	Shadowed State = "shadowed" // a stronger layer says something else, or the same
	Merged   State = "merged"   // into a map, with what other layers say
	Removes  State = "removes"  // null took away what weaker layers say
	Unfit    State = "unfit"    // a stronger layer chose what this does not go with
)

// History returns what every layer says of a field in an environment, or in the tenant without its environments
// for "". The fleet must have been loaded with [Options.Layers].
func (t *Tenant) History(env string, p manifest.Path) (History, error) {
	if t.resolver == nil {
		return History{}, fmt.Errorf("the layers of %s were not kept", t.Name)
	}
	r, h := t.resolver, History{Path: p}
	if len(p) == 0 || p[0] != "spec" || len(p) > 1 && p[1] == "environments" {
		h.own(r.doc)
		h.namespace(t)
		return h, nil
	}
	var spec *manifest.Node
	before := (*manifest.Node)(nil)
	for _, l := range r.sheets(env) {
		spec = merger{}.lay(spec, l.spec, atSpec)
		now := find(mapped(spec), p)
		h.step(l, before, now)
		before = now
	}
	spec = r.settle(spec, env)
	h.settled(before, find(mapped(spec), p))
	h.finish(t, env, find(mapped(spec), p))
	h.Bounds = t.bounds(env, p)
	return h, nil
}

func mapped(spec *manifest.Node) *manifest.Node {
	if spec == nil {
		return nil
	}
	return mapOf("spec", spec)
}

// own is the history of what only the tenant's file says.
func (h *History) own(doc *manifest.Node) {
	if n := find(doc, h.Path); n != nil {
		at, _ := doc.Find(h.Path)
		h.Value, h.Set = n.Tree(), true
		h.Steps = []Step{{Layer: LayerTenant, Name: "tenant", Path: h.Path, Value: h.Value, Position: at, State: Wins}}
	}
}

// namespace adds what the platform makes of the name of an environment.
func (h *History) namespace(t *Tenant) {
	if len(h.Path) != 4 || h.Path[3] != "namespace" {
		return
	}
	name, _ := h.Path[2].(string)
	e := t.environment(name)
	if e == nil {
		return
	}
	at, _ := e.Platform.doc.Find(manifest.Path{"spec", "namespacePattern"})
	step := Step{
		Layer: LayerPlatform, Name: "platform's pattern", Path: manifest.Path{"spec", "namespacePattern"},
		Value: e.Platform.NamespacePattern, Position: at, State: Shadowed,
	}
	if !h.Set {
		h.Value, h.Set, step.State = e.Namespace, true, Wins
	}
	h.Steps = append(h.Steps, step)
}

// find is the node at a path, or nil.
func find(n *manifest.Node, p manifest.Path) *manifest.Node {
	for _, step := range p {
		if n == nil {
			return nil
		}
		switch s := step.(type) {
		case string:
			n = n.Get(s)
		case int:
			if s < 0 || s >= len(n.Items) {
				return nil
			}
			n = n.Items[s]
		}
	}
	return n
}

// step adds what a layer says of the field: before and now are what was there without it and with it.
func (h *History) step(l layerOf, before, now *manifest.Node) {
	doc := mapped(l.spec)
	said := find(doc, h.Path)
	switch {
	case said != nil && !isNull(said):
		at, _ := doc.Find(h.Path)
		h.outdo(said.Kind == manifest.Map && before != nil && before.Kind == manifest.Map)
		h.Steps = append(h.Steps, Step{Layer: l.layer, Name: l.name, Path: h.Path, Value: said.Tree(), Position: at, State: Wins})
	case before != nil && now == nil:
		if at, ok := nullAt(doc, h.Path); ok {
			h.outdo(false)
			h.Steps = append(h.Steps, Step{Layer: l.layer, Name: l.name, Path: h.Path, Position: at, State: Removes})
			return
		}
		for i := range h.Steps {
			if h.Steps[i].State == Wins || h.Steps[i].State == Merged {
				h.Steps[i].State, h.Steps[i].Note = Unfit, "does not go with what "+l.name+" chooses"
			}
		}
	}
}

// outdo marks what weaker layers say.
func (h *History) outdo(merges bool) {
	for i := range h.Steps {
		switch {
		case h.Steps[i].State != Wins && h.Steps[i].State != Merged:
		case merges:
			h.Steps[i].State = Merged
		default:
			h.Steps[i].State = Shadowed
		}
	}
}

// nullAt is where a layer removes a field or what it is part of.
func nullAt(doc *manifest.Node, p manifest.Path) (manifest.Position, bool) {
	for i := range p {
		if n := find(doc, p[:i+1]); n != nil && isNull(n) {
			return n.Position, true
		}
	}
	return manifest.Position{}, false
}

// settled adds what releases had to become where the tier's word cannot be kept.
func (h *History) settled(before, now *manifest.Node) {
	if before == nil || now != nil && manifest.Equal(before.Tree(), now.Tree()) {
		return
	}
	h.outdo(false)
	step := Step{Layer: LayerDefault, Name: "rule", Path: h.Path, State: Removes, Note: "the tier's release does not go with this service on its cluster"}
	if now != nil {
		step.Value, step.State = now.Tree(), Wins
	}
	h.Steps = append(h.Steps, step)
}

// finish puts the strongest layer first, and gives maps and lists their leaves.
func (h *History) finish(t *Tenant, env string, n *manifest.Node) {
	slices.Reverse(h.Steps)
	if n == nil {
		return
	}
	h.Value, h.Set = n.Tree(), true
	if n.Kind == manifest.Scalar {
		return
	}
	e := t.environment(env)
	leaves(n, h.Path, func(p manifest.Path, leaf *manifest.Node) {
		h.Leaves = append(h.Leaves, Step{
			Layer: e.Platform.layerAt(leaf.Position), Path: p, Value: leaf.Value, Position: leaf.Position, State: Wins,
		})
	})
	for i := range h.Leaves {
		h.Leaves[i].Name = t.resolver.layerName(h.Leaves[i], env, e.Spec.Tier)
	}
}

func leaves(n *manifest.Node, p manifest.Path, visit func(manifest.Path, *manifest.Node)) {
	if n.Kind == manifest.Scalar {
		visit(p, n)
	}
	for i := range n.Fields {
		leaves(n.Fields[i].Value, p.Join(n.Fields[i].Key), visit)
	}
	for i, item := range n.Items {
		leaves(item, p.Join(i), visit)
	}
}
