package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// ImageEdit is the edit of one file that gives a service another image.
type ImageEdit struct {
	Tenant string
	// File is what is edited, Field the field in its words, and Line where it stands; 0 where it is new.
	File, Field string
	Line        int
	// Old is the image until now, as far as this file or a weaker one says it.
	Old, New string
	// Data is the file with the edit; the same as before where it says so already.
	Data []byte
	// Why says why this file, where that is not plain.
	Why string
}

// SetImage finds the file that decides about the image of a service, or of one of its steps or sidecars, and edits it: in
// one environment, or without one in all that do not say otherwise. Nothing is written. With problems there is no edit: they say why the tenant
// cannot be resolved.
func SetImage(fsys fs.FS, tenant, service, container, env, image string) (*ImageEdit, []manifest.Problem, error) {
	fleet, err := schemas.Load(fsys, schemas.Options{Tenants: []string{tenant}, Layers: true})
	if err != nil {
		return nil, nil, err
	}
	if len(fleet.Tenants) != 1 {
		return nil, fleet.Problems, nil
	}
	t := fleet.Tenants[0]
	if err := knownService(t, service, env); err != nil {
		return nil, nil, err
	}
	at, err := imageOf(t, service, container, env)
	if err != nil {
		return nil, nil, err
	}
	h, err := t.History(env, at)
	if err != nil {
		return nil, nil, err
	}
	e := &ImageEdit{Tenant: t.Name, New: image}
	if err := e.place(fsys, t, at, env, h); err != nil {
		return nil, nil, err
	}
	e.Data, err = e.edited(fsys)
	return e, nil, err
}

// imageOf is the field of an image: that of a service, or with a container's name of one of its sidecars or steps.
func imageOf(t *schemas.Tenant, service, container, env string) (manifest.Path, error) {
	s := t.Base.Spec.Services[service]
	for _, e := range t.Environments {
		if env == e.Name {
			s = e.Spec.Services[service]
		}
	}
	at := ImagePath(s, service, container)
	_, there := s.Sidecars[container]
	if container == "" || there {
		return at, nil
	}
	have := slices.Sorted(maps.Keys(s.Sidecars))
	for _, step := range s.Init {
		have = append(have, step.Name)
	}
	if !slices.Contains(have, container) {
		return nil, notFound("service %s of %s has no step and no sidecar %s%s", service, t.Name, container, schemas.Suggest(container, have))
	}
	return at, ownList(t, env, at[:4])
}

// ownList refuses to write one item of a list for an environment that has the list of all: a list is replaced whole.
func ownList(t *schemas.Tenant, env string, at manifest.Path) error {
	if env == "" || t.Field(env, at) != at.String() {
		return nil
	}
	return notFound("%s has the steps of all environments, which are one list: leave --env out, or write %s", env, manifest.Path{"spec", "environments", env}.Join(at[1:]...))
}

// ImageIn is the image that a service has, or one of its steps or sidecars; empty where there is none of the name.
func ImageIn(s schemas.Service, container string) string {
	if container == "" {
		return s.Image
	}
	for _, step := range s.Init {
		if step.Name == container {
			return step.Image
		}
	}
	return s.Sidecars[container].Image
}

// ImagePath is the field of it.
func ImagePath(s schemas.Service, service, container string) manifest.Path {
	at := manifest.Path{"spec", "services", service}
	for i, step := range s.Init {
		if step.Name == container {
			return at.Join("init", i, "image")
		}
	}
	if container != "" {
		at = at.Join("sidecars", container)
	}
	return at.Join("image")
}

// knownService refuses names that the tenant does not have.
func knownService(t *schemas.Tenant, service, env string) error {
	known := map[string]bool{}
	names := environments(t)
	if env != "" && !slices.Contains(names, env) {
		return notFound("%s has no environment %s: it has %s", t.Name, env, strings.Join(names, ", "))
	}
	for _, e := range t.Environments {
		for name := range e.Spec.Services {
			known[name] = known[name] || env == "" || env == e.Name
		}
	}
	have := slices.Sorted(maps.Keys(known))
	switch here, there := known[service]; {
	case !there && len(have) == 0:
		return notFound("%s has no services", t.Name)
	case !there:
		return notFound("%s has no service %s%s; it has %s", t.Name, service, schemas.Suggest(service, have), strings.Join(have, ", "))
	case !here:
		return notFound("%s has no service %s in %s", t.Name, service, env)
	}
	return nil
}

// place chooses file and field by the layer that decides.
func (e *ImageEdit) place(fsys fs.FS, t *schemas.Tenant, p manifest.Path, env string, h schemas.History) error {
	wins, weaker := deciding(h)
	if h.Set {
		e.Old, _ = h.Value.(string)
	}
	inEnv := manifest.Path{"spec", "environments", env}.Join(p[1:]...)
	override := path.Join("overrides", t.Name)
	switch {
	case wins != nil && wins.Layer == schemas.LayerOverride && env != "" && path.Base(wins.File) != env+path.Ext(wins.File):
		e.File, e.Field = overrideFile(t, env), p.String()
		e.Why = fmt.Sprintf("%s decides for all environments, and only an override for %s is stronger", wins.Position, env)
	case wins != nil && wins.Layer == schemas.LayerOverride:
		e.File, e.Field, e.Line = wins.File, p.String(), wins.Line
		if e.Why = "files in " + override + " decide, whatever the tenant's say"; weaker != nil {
			e.Why = fmt.Sprintf("it wins over %s", weaker.Position)
		}
	case env == "" && wins == nil && !h.Set:
		return notFound("%s says the image of %s in each environment by itself; name one by --env", t.Name, p[2])
	case env == "":
		e.Field, e.File = p.String(), documentWith(fsys, t, p)
		if wins != nil {
			e.File, e.Line = wins.File, wins.Line
		}
	case wins != nil && t.Field(env, p) == inEnv.String():
		e.File, e.Field, e.Line = wins.File, inEnv.String(), wins.Line
	default:
		e.File, e.Field = documentWith(fsys, t, inEnv), inEnv.String()
	}
	return nil
}

// deciding is the step of people that wins, and the next one below it that says a value, too.
func deciding(h schemas.History) (wins, weaker *schemas.Step) {
	for i := range h.Steps {
		switch s := &h.Steps[i]; {
		case s.Layer != schemas.LayerTenant && s.Layer != schemas.LayerOverride, s.Line == 0:
		case s.State == schemas.Wins:
			wins = s
		case wins != nil && weaker == nil && s.State == schemas.Shadowed:
			weaker = s
		}
	}
	return wins, weaker
}

// overrideFile is the override for an environment that is there, or else would be.
func overrideFile(t *schemas.Tenant, env string) string {
	dir := path.Join("overrides", t.Name)
	for _, file := range t.Files {
		if path.Dir(file) == dir && strings.TrimSuffix(path.Base(file), path.Ext(file)) == env {
			return file
		}
	}
	return path.Join(dir, env+".yaml")
}

// documentsOf are the files that declare the tenant, without overrides and what people add.
func documentsOf(t *schemas.Tenant) []string {
	var out []string
	for _, file := range t.Files {
		if dir := path.Dir(file); dir == "tenants" || dir == path.Join("tenants", t.Name) {
			out = append(out, file)
		}
	}
	return out
}

// documentWith is the file of the tenant that has the most of a path.
func documentWith(fsys fs.FS, t *schemas.Tenant, p manifest.Path) string {
	best, most := "", -1
	for _, file := range documentsOf(t) {
		data, _ := fs.ReadFile(fsys, file) // it was loaded before
		n := depth(treeOfBytes(file, data), p)
		if n > most {
			best, most = file, n
		}
	}
	return best
}

// edited is the file with the image in it. An override that is not there yet begins with its header.
func (e *ImageEdit) edited(fsys fs.FS) ([]byte, error) {
	data, err := fs.ReadFile(fsys, e.File)
	if errors.Is(err, fs.ErrNotExist) {
		data = newOverride(e.Tenant)
		err = nil
	}
	if err != nil {
		return nil, err
	}
	if data, err = manifest.SetField(e.File, data, manifest.ParsePath(e.Field), e.New); err != nil {
		return nil, unreadable{err}
	}
	return data, nil
}

// newOverride is an override that says nothing yet.
func newOverride(tenant string) []byte {
	return fmt.Appendf(nil, "# yaml-language-server: $schema=../../schemas/override.schema.json\napiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nmetadata:\n  name: %s\nspec:\n", tenant)
}
