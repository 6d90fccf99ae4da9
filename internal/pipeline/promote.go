package pipeline

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Promotable are the fields of a service that one environment may take over from another: what runs, not how much of
// it or how it is released.
var Promotable = []string{"image", "command", "args", "env", "files", "init", "sidecars"}

// Move is a field of a service that one environment has otherwise than the one it takes over from.
type Move struct {
	Service string
	// Path leads to the field, below the service: image, or env and a name.
	Path manifest.Path
	// Old and New are JSON trees; nil for nothing.
	Old, New any
}

// Promotion is what an environment takes over.
type Promotion struct {
	Tenant *schemas.Tenant
	Moves  []Move
	// Considered are the services that both have, as far as they were asked for, sorted.
	Considered []string
	// Alone are the services that only one of the two environments has, sorted.
	Alone []string
	// Beside are the services whose steps or sidecars differ, and were not asked for: web.init, sorted.
	Beside []string
}

// Promote finds what an environment has to take over so that it runs what another one runs: of some services, or all
// that both have, and of some fields. Nothing is changed. With problems there is no promotion: they say why the
// tenant cannot be resolved.
func Promote(fsys fs.FS, tenant, from, to string, services, fields []string) (*Promotion, []manifest.Problem, error) {
	fleet, err := schemas.Load(fsys, schemas.Options{Tenants: []string{tenant}, Layers: true})
	if err != nil {
		return nil, nil, err
	}
	if len(fleet.Tenants) != 1 {
		return nil, fleet.Problems, nil
	}
	t := fleet.Tenants[0]
	for _, name := range services {
		for _, env := range []string{from, to} {
			if err := knownService(t, name, env); err != nil {
				return nil, nil, err
			}
		}
	}
	p := &Promotion{Tenant: t}
	old, err := runningIn(t, to)
	if err != nil {
		return nil, nil, err
	}
	next, err := runningIn(t, from)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(laidOver(old, next))) {
		was, here := old[name].(map[string]any)
		will, there := next[name].(map[string]any)
		switch {
		case len(services) > 0 && !slices.Contains(services, name):
		case !here || !there:
			p.Alone = append(p.Alone, name)
		default:
			p.Considered = append(p.Considered, name)
			p.take(name, was, will, fields)
		}
	}
	return p, nil, nil
}

// runningIn are the services of the tenant in an environment, as they come out of all layers.
func runningIn(t *schemas.Tenant, env string) (map[string]any, error) {
	at := slices.IndexFunc(t.Environments, func(e schemas.Environment) bool { return e.Name == env })
	if at < 0 {
		names := environments(t)
		return nil, notFound("%s has no environment %s%s; it has %s", t.Name, env, schemas.Suggest(env, names), strings.Join(names, ", "))
	}
	services, _ := t.Environments[at].Document()["services"].(map[string]any)
	return services, nil
}

func laidOver(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]any{}
	}
	maps.Copy(out, b)
	return out
}

// take notes the fields of a service that differ, and what differs beside them.
func (p *Promotion) take(service string, was, will map[string]any, fields []string) {
	for _, field := range fields {
		p.differ(service, manifest.Path{field}, was[field], will[field])
	}
	for _, field := range []string{"init", "sidecars"} {
		if !slices.Contains(fields, field) && !manifest.Equal(was[field], will[field]) {
			p.Beside = append(p.Beside, service+"."+field)
		}
	}
}

// differ goes down maps, so that only what differs is said again.
func (p *Promotion) differ(service string, at manifest.Path, was, will any) {
	old, oldMap := was.(map[string]any)
	next, nextMap := will.(map[string]any)
	switch {
	case manifest.Equal(was, will):
	case oldMap && nextMap:
		for _, key := range slices.Sorted(maps.Keys(laidOver(old, next))) {
			p.differ(service, at.Join(key), old[key], next[key])
		}
	default:
		p.Moves = append(p.Moves, Move{Service: service, Path: at, Old: was, New: will})
	}
}

// SetIn edits the file of the tenant that says the most of a field of a service in an environment. It returns the file
// and its new content. A field that an override decides is refused: that is the platform team's word.
func (p *Promotion) SetIn(fsys fs.FS, env string, m Move) (file string, data []byte, err error) {
	resolved := append(manifest.Path{"spec", "services", m.Service}, m.Path...)
	if at := p.Tenant.At(env, resolved); strings.HasPrefix(at.File, "overrides/") {
		return "", nil, notFound("%s: an override decides about %s of %s in %s; change it there", at, m.Path, m.Service, env)
	}
	path := append(manifest.Path{"spec", "environments", env, "services", m.Service}, m.Path...)
	file = documentWith(fsys, p.Tenant, path)
	if data, err = fs.ReadFile(fsys, file); err != nil {
		return "", nil, err
	}
	data, err = manifest.SetField(file, data, path, m.New)
	return file, data, err
}

// Check holds an edited tenant against the promotion: the environment has what it was to take over, and nothing else
// is other than before, there or in any other environment. What fails here is a fault of ours.
func (p *Promotion) Check(after *schemas.Tenant, to string) error {
	for _, e := range p.Tenant.Environments {
		if e.Name != to && !p.Tenant.SameWord(after, e.Name) {
			return fmt.Errorf("the edit would change %s, too; edit the file by hand", e.Name)
		}
	}
	at := slices.IndexFunc(after.Environments, func(e schemas.Environment) bool { return e.Name == to })
	before := slices.IndexFunc(p.Tenant.Environments, func(e schemas.Environment) bool { return e.Name == to })
	if at < 0 {
		return fmt.Errorf("the edit would take %s away; edit the file by hand", to)
	}
	want := p.Tenant.Environments[before].Document()
	for _, m := range p.Moves {
		assign(want["services"], append(manifest.Path{m.Service}, m.Path...), m.New)
	}
	if got := after.Environments[at].Document(); !manifest.Equal(any(want), any(got)) {
		return fmt.Errorf("the edit would not bring %s to what was asked for; edit the file by hand", to)
	}
	return nil
}

// assign puts a value into a tree of maps; nil takes it out.
func assign(tree any, p manifest.Path, value any) {
	m, ok := tree.(map[string]any)
	key, text := p[0].(string)
	switch {
	case !ok || !text:
	case len(p) > 1:
		assign(m[key], p[1:], value)
	case value == nil:
		delete(m, key)
	default:
		m[key] = value
	}
}
