package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// ErrNotFound ends a question about what is not there: a field, a line, an environment.
var ErrNotFound = errors.New("not found")

// missing is what people are told about it.
type missing struct{ text string }

func (m missing) Error() string        { return m.text }
func (m missing) Is(target error) bool { return target == ErrNotFound }

func notFound(format string, args ...any) error { return missing{fmt.Sprintf(format, args...)} }

// WhyField says which layers speak of a field of a tenant, and which of them wins: in one environment, or in all
// of them where env is empty. The field may leave out "spec.", and may name the environment as tenants' files do.
// With problems there is no answer: they say why the tenant cannot be resolved.
func WhyField(fsys fs.FS, tenant, field, env string) (*report.FieldOrigin, []manifest.Problem, error) {
	path, within := fieldPath(field)
	known, err := schemas.Known("tenant", path)
	if err != nil {
		return nil, nil, notFound("%s", err)
	}
	if within != "" && env != "" && within != env {
		return nil, nil, notFound("the field is one of %s, and --env names %s", within, env)
	}
	if within != "" {
		env = within
	}
	fleet, err := schemas.Load(fsys, schemas.Options{Tenants: []string{tenant}, Layers: true})
	if err != nil {
		return nil, nil, err
	}
	if len(fleet.Tenants) != 1 {
		return nil, fleet.Problems, nil
	}
	t := fleet.Tenants[0]
	out := &report.FieldOrigin{Tenant: t.Name, Field: path.String(), Doc: known.Doc, Type: known.Type, Histories: []report.History{}}
	names := environments(t)
	if env != "" && !slices.Contains(names, env) {
		return nil, nil, notFound("%s has no environment %s: it has %s", t.Name, env, strings.Join(names, ", "))
	}
	for _, name := range names {
		if env == "" || env == name {
			h, err := t.History(name, path)
			if err != nil {
				return nil, nil, err
			}
			out.Add(name, historyOf(t, name, h))
		}
	}
	return out, nil, unnamed(t, path, out)
}

func environments(t *schemas.Tenant) []string {
	var out []string
	for _, e := range t.Environments {
		out = append(out, e.Name)
	}
	return out
}

// fieldPath reads a field: with or without "spec.", and out of spec.environments the environment apart.
func fieldPath(field string) (path manifest.Path, env string) {
	path = manifest.ParsePath(field)
	if len(path) > 0 && !slices.Contains([]any{"spec", "metadata", "apiVersion", "kind"}, path[0]) {
		path = manifest.Path{"spec"}.Join(path...)
	}
	if len(path) > 3 && path[1] == "environments" && path[3] != "namespace" {
		env, _ = path[2].(string)
		path = manifest.Path{"spec"}.Join(path[3:]...)
	}
	return path, env
}

// unnamed refuses a name that nobody gave: a service, a port, a tag that the tenant does not have.
func unnamed(t *schemas.Tenant, path manifest.Path, out *report.FieldOrigin) error {
	if slices.ContainsFunc(out.Histories, func(h report.History) bool { return h.Set || len(h.Layers) > 0 }) {
		return nil
	}
	for i := range path {
		key, isName := path[i].(string)
		above, _ := schemas.Doc("tenant", path[:i].String())
		if !isName || len(above.Fields) > 0 {
			continue
		}
		var names []string
		for _, e := range t.Environments {
			at, _ := path[:i].Lookup(map[string]any{"spec": e.Document()})
			if m, ok := at.(map[string]any); ok {
				for name := range m {
					names = append(names, name)
				}
			}
		}
		slices.Sort(names)
		if len(names) > 0 && !slices.Contains(names, key) {
			return notFound("%s has no %s in %s%s", t.Name, key, path[:i], schemas.Suggest(key, slices.Compact(names)))
		}
	}
	return nil
}

// historyOf puts a history into the words of files.
func historyOf(t *schemas.Tenant, env string, h schemas.History) report.History {
	out := report.History{Set: h.Set, Value: h.Value, Layers: []report.Layer{}, Leaves: []report.Layer{}, Bounds: []report.Layer{}, Notes: []string{}}
	for _, s := range h.Steps {
		out.Layers = append(out.Layers, layerOf(s))
	}
	for _, s := range h.Leaves {
		out.Leaves = append(out.Leaves, layerOf(s))
	}
	for _, s := range h.Bounds {
		out.Bounds = append(out.Bounds, layerOf(s))
	}
	if requests, ok := memoryOf(t, env, h); ok {
		out.Notes = append(out.Notes, "a service that limits no memory is limited to what it requests, here "+requests)
	}
	return out
}

func layerOf(s schemas.Step) report.Layer {
	return report.Layer{
		Layer: string(s.Layer), Name: s.Name, Field: s.Path.String(), Value: s.Value, State: string(s.State), Note: s.Note,
		Spot: report.SpotOf(s.Position),
	}
}

// memoryOf is the limit of memory that a service has without asking for one.
func memoryOf(t *schemas.Tenant, env string, h schemas.History) (string, bool) {
	p := h.Path
	if h.Set || len(p) != 6 || !reflect.DeepEqual(p[3:], manifest.Path{"resources", "limits", "memory"}) {
		return "", false
	}
	name, _ := p[2].(string)
	for _, e := range t.Environments {
		if limit := e.Spec.Services[name].Resources.Limits.Memory; e.Name == env && limit != nil {
			return limit.String(), true
		}
	}
	return "", false
}
