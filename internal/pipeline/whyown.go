package pipeline

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// whyDelivery is about a file by which a GitOps engine applies the tenant.
func whyDelivery(t *schemas.Tenant, file string, line int) (*report.LineOrigin, error) {
	r := Rendered{Tenant: t, Delivery: deliveries(t, overlays(t).Envs)}
	files, env := r.delivered(), manifest.EnvironmentOf(file)
	i := slices.IndexFunc(t.Environments, func(e schemas.Environment) bool { return e.Name == env })
	if files[file] == nil || i < 0 {
		return nil, notFound("tenantsmith renders no %s: of %s it renders %s", file, t.Name, namesOf(files))
	}
	e, objects := &t.Environments[i], r.Delivery[env]
	trace := newTracer(t, e, objects, t.Causes(env))
	trace.made, trace.all = delivery, true
	w := &why{tenant: t, tracers: map[string]*tracer{env: trace}}
	text, err := lineOf(file, files[file], line)
	if err != nil {
		return nil, err
	}
	spot, ok := overlay.PlainAt(file, files[file], objects, line)
	if spot.Env = env; !ok {
		out := w.origin(overlay.Spot{Position: manifest.Position{File: file, Line: line, Column: 1}, Env: env}, report.OriginConstant)
		out.Notes, out.Text = append(out.Notes, "no part of an object"), text
		return out, nil
	}
	out := w.origin(spot, "")
	w.answer(out, trace, trace.field(*spot.Object, spot.Field), spot.Object.Subject)
	out.Line, out.Text = line, text
	return out, nil
}

// whyOwn is about a file of what belongs to no tenant. Which line of the platform file a value follows is not traced.
func whyOwn(fsys fs.FS, file string, line int) (*report.LineOrigin, []manifest.Problem, error) {
	p, problems, err := schemas.LoadPlatform(fsys)
	if p == nil || err != nil {
		return nil, problems, err
	}
	engine, err := compile(fsys, p, false)
	if faults, ok := errors.AsType[policies.Errors](err); ok {
		return nil, faults, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var tenants []*schemas.Tenant
	if p.Gathers() {
		fleet, err := schemas.Load(fsys, schemas.Options{})
		if err != nil {
			return nil, nil, err
		}
		tenants = fleet.Tenants
	}
	own, err := newOwn(p, engine, newKnown(p, ""), tenants)
	if err != nil {
		return nil, nil, err
	}
	files, objects := own.render(p), own.Root
	if env := manifest.EnvironmentOf(file); env != "" {
		objects = own.Objects[env]
	}
	if files[file] == nil {
		return nil, nil, notFound("tenantsmith renders no %s: of what belongs to no tenant it renders %s", file, namesOf(files))
	}
	text, err := lineOf(file, files[file], line)
	if err != nil {
		return nil, nil, err
	}
	out := &report.LineOrigin{
		Spot: report.Spot{File: file, Line: line, Column: 1}, Text: text, Tenant: manifest.PlatformName, Environment: manifest.EnvironmentOf(file),
		Origin: string(schemas.LayerPlatform), Causes: []report.Cause{}, NeededBy: []report.Cause{}, Patches: []report.Spot{},
		Notes: []string{"belongs to no tenant: " + platformSource(p) + " makes it, together with tenantsmith itself"},
	}
	if spot, ok := overlay.PlainAt(file, files[file], objects, line); ok {
		out.Field, out.Value = spot.Field.String(), spot.Value
		out.SetObject(spot.Object.APIVersion(), spot.Object.Key())
	}
	return out, nil, nil
}

// lineOf is the text of a line.
func lineOf(file string, data []byte, line int) (string, error) {
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if line > len(lines) {
		return "", notFound("%s has %d lines", file, len(lines))
	}
	return lines[line-1], nil
}

// namesOf are those of files for a message.
func namesOf(files map[string][]byte) string {
	if len(files) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(files)), ", ")
}
