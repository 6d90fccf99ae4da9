package schemas

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// NotRendered is the message of the warning about a valid field that has no generator yet.
const NotRendered = "not rendered yet"

// pending is a field that is valid and that nothing renders yet. A generator that comes deletes its
// line here.
type pending struct {
	// field is the path below spec; * stands for any key or item.
	field manifest.Path
	// but are the values that ask for nothing to be rendered, or that are rendered.
	but []any
}

// unrenderedTenant holds for everything that may be said of a tenant: in its files, for one of its
// environments, in overrides and in the platform's defaults.
var unrenderedTenant = []pending{
	{manifest.Path{"databases"}, nil},
	{manifest.Path{"secrets"}, nil},
	{manifest.Path{"backup"}, nil},
	{manifest.Path{"monitoring", "level"}, []any{"none"}},
	{manifest.Path{"monitoring", "logLevel"}, nil},
	{manifest.Path{"notifications"}, nil},
	{manifest.Path{"security", "vulnerabilityScan"}, []any{false}},
	{manifest.Path{"security", "runtimeDetection"}, []any{false}},
}

var unrenderedPlatform = []pending{
	{manifest.Path{"gitops", "layout"}, []any{"kustomize"}},
	{manifest.Path{"secretStore"}, nil},
	{manifest.Path{"clusters", "*", "backupLocation"}, nil},
}

// unrendered warns of every field that a person wrote and that nothing renders yet, at its line.
func unrendered(doc *manifest.Node, kind string) []manifest.Problem {
	s := scan{}
	spec, at := doc.Get("spec"), manifest.Path{"spec"}
	if kind == "Platform" {
		s.fields(spec, at, unrenderedPlatform)
		s.fields(spec.Get("defaults").Get("spec"), at.Join("defaults", "spec"), unrenderedTenant)
		for _, f := range fieldsOf(spec.Get("tiers")) {
			s.fields(f.Value.Get("defaults"), at.Join("tiers", f.Key, "defaults"), unrenderedTenant)
		}
		for i, env := range itemsOf(spec.Get("environments")) {
			s.fields(env.Get("defaults").Get("spec"), at.Join("environments", i, "defaults", "spec"), unrenderedTenant)
		}
		return s.problems
	}
	s.fields(spec, at, unrenderedTenant)
	for _, f := range fieldsOf(spec.Get("environments")) {
		s.fields(f.Value, at.Join("environments", f.Key), unrenderedTenant)
	}
	return s.problems
}

// scan collects warnings.
type scan struct{ problems []manifest.Problem }

func (s *scan) fields(n *manifest.Node, at manifest.Path, table []pending) {
	for _, p := range table {
		s.follow(n, manifest.Position{}, at, p.field, p.but)
	}
}

func (s *scan) follow(n *manifest.Node, pos manifest.Position, at, rest manifest.Path, but []any) {
	if n == nil || isNull(n) {
		return
	}
	if len(rest) == 0 {
		empty := n.Kind != manifest.Scalar && len(n.Fields)+len(n.Items) == 0
		if !empty && !slices.Contains(but, n.Value) {
			s.problems = append(s.problems, caution(pos, at.String(), NotRendered))
		}
		return
	}
	if rest[0] == "*" {
		for i, item := range n.Items {
			s.follow(item, item.Position, at.Join(i), rest[1:], but)
		}
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		if rest[0] == "*" || rest[0] == f.Key {
			where := f.Position
			if f.Value.Kind == manifest.Scalar {
				where = f.Value.Position
			}
			s.follow(f.Value, where, at.Join(f.Key), rest[1:], but)
		}
	}
}
