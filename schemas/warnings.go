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

// unrenderedService holds for every service, and for the platform's defaults of services.
var unrenderedService = []pending{
	{manifest.Path{"kind"}, []any{"service", "worker", "job", "cronjob"}},
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
		s.defaults(spec.Get("defaults"), at.Join("defaults"))
		for _, f := range fieldsOf(spec.Get("tiers")) {
			path := at.Join("tiers", f.Key)
			s.tenant(f.Value.Get("defaults"), path.Join("defaults"))
			s.fields(f.Value.Get("service"), path.Join("service"), unrenderedService)
		}
		for i, env := range itemsOf(spec.Get("environments")) {
			s.defaults(env.Get("defaults"), at.Join("environments", i, "defaults"))
		}
		return s.problems
	}
	s.tenant(spec, at)
	for _, f := range fieldsOf(spec.Get("environments")) {
		s.tenant(f.Value, at.Join("environments", f.Key))
	}
	return s.problems
}

// scan collects warnings.
type scan struct{ problems []manifest.Problem }

func (s *scan) tenant(spec *manifest.Node, at manifest.Path) {
	s.fields(spec, at, unrenderedTenant)
	for _, f := range fieldsOf(spec.Get("services")) {
		s.fields(f.Value, at.Join("services", f.Key), unrenderedService)
	}
}

// defaults are those of the platform or of one of its environments.
func (s *scan) defaults(n *manifest.Node, at manifest.Path) {
	s.tenant(n.Get("spec"), at.Join("spec"))
	s.fields(n.Get("service"), at.Join("service"), unrenderedService)
	for _, f := range fieldsOf(n.Get("kinds")) {
		s.fields(f.Value, at.Join("kinds", f.Key), unrenderedService)
	}
}

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
