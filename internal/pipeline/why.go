package pipeline

import (
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// WhyLine renders the tenant that a file of the output belongs to, in memory, and says where one of its lines
// comes from. The file is relative to the output folder. Policies are not asked. With problems there is no
// answer: they say why the tenant cannot be rendered. An error that is [ErrNotFound] names a line that no
// rendering has.
func WhyLine(fsys fs.FS, file string, line int) (*report.LineOrigin, []manifest.Problem, error) {
	tenant := tenantOf(file)
	switch {
	case manifest.Ownable(manifest.PlatformName, file):
		return whyOwn(fsys, file, line)
	case tenant == "":
		return nil, nil, notFound("tenantsmith renders no %s: files of tenants are tenants/<name>/…", file)
	}
	fleet, err := schemas.Load(fsys, schemas.Options{Tenants: []string{tenant}})
	if err != nil {
		return nil, nil, err
	}
	if len(fleet.Tenants) == 0 {
		return nil, fleet.Problems, nil
	}
	if strings.HasPrefix(file, "tenants/") {
		return whyTree(fleet.Tenants[0], file, line)
	}
	out, err := whyDelivery(fleet.Tenants[0], file, line)
	return out, nil, err
}

// tenantOf is the tenant whose file it would be; empty for none.
func tenantOf(file string) string {
	parts := strings.Split(file, "/")
	switch {
	case len(parts) > 2 && parts[0] == "tenants":
		return parts[1]
	case len(parts) == 3 && slices.Contains(manifest.Engines, parts[0]):
		return strings.TrimSuffix(parts[2], ".yaml")
	}
	return ""
}

// whyTree is about a file of the tenant's trees.
func whyTree(t *schemas.Tenant, file string, line int) (*report.LineOrigin, []manifest.Problem, error) {
	w, problems := newWhy(t)
	if w == nil {
		return nil, problems, nil
	}
	out, err := w.line(file, line)
	return out, nil, err
}

// why answers questions about the output of one tenant.
type why struct {
	tenant  *schemas.Tenant
	source  overlay.Source
	tree    *overlay.Tree
	tracers map[string]*tracer // by environment
	built   map[string]map[manifest.Key]overlay.Built
}

func newWhy(t *schemas.Tenant) (*why, []manifest.Problem) {
	w := &why{tenant: t, source: sourceOf(t), tracers: map[string]*tracer{}, built: map[string]map[manifest.Key]overlay.Built{}}
	tree, problems := overlay.New(w.source)
	if tree == nil {
		return nil, problems
	}
	w.tree = tree
	return w, nil
}

// tracer is that of an environment; "" is the base.
func (w *why) tracer(env string) *tracer {
	if t := w.tracers[env]; t != nil {
		return t
	}
	e, objects := &w.tenant.Base, w.source.Base
	for i := range w.tenant.Environments {
		if w.tenant.Environments[i].Name == env {
			e, objects = &w.tenant.Environments[i], w.source.Envs[i].Objects
		}
	}
	t := newTracer(w.tenant, e, objects, w.tenant.Causes(env))
	t.all, w.tracers[env] = true, t
	return t
}

func (w *why) line(file string, line int) (*report.LineOrigin, error) {
	data, ok := w.tree.Files()[file]
	if !ok {
		return nil, notFound("tenantsmith renders no file %s for %s%s", file, w.tenant.Name, schemas.Suggest(path.Base(file), w.files(path.Dir(file))))
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if line > len(lines) {
		return nil, notFound("%s has %d lines", file, len(lines))
	}
	spot, ok := w.tree.At(file, line)
	if !ok {
		out := w.origin(overlay.Spot{Position: manifest.Position{File: file, Line: line, Column: 1}}, report.OriginConstant)
		out.Notes = append(out.Notes, "the header of a file that tenantsmith owns; what it names is where its lines come from")
		out.Text = lines[line-1]
		return out, nil
	}
	out := w.spot(spot)
	if out.Line < line {
		out.Notes = append(out.Notes, fmt.Sprintf("a part of the text that begins at line %d", out.Line))
	}
	out.Line, out.Text = line, lines[line-1]
	return out, nil
}

// files are the names of those of a folder.
func (w *why) files(dir string) []string {
	var out []string
	for file := range w.tree.Files() {
		if path.Dir(file) == dir {
			out = append(out, path.Base(file))
		}
	}
	slices.Sort(out)
	return out
}

// origin is an answer without causes.
func (w *why) origin(s overlay.Spot, kind string) *report.LineOrigin {
	out := &report.LineOrigin{
		Spot: report.SpotOf(s.Position), Tenant: w.tenant.Name, Environment: s.Env, Field: s.Path.String(), Value: s.Value,
		Origin: kind, Causes: []report.Cause{}, NeededBy: []report.Cause{}, Patches: []report.Spot{}, Notes: []string{},
	}
	if s.Object != nil {
		out.SetObject(s.Object.APIVersion(), w.key(s))
	}
	return out
}

// key is the identity of the object as its environment has it.
func (w *why) key(s overlay.Spot) manifest.Key {
	key := s.Object.Key()
	if s.Env != "" && !s.Object.Outer {
		key.Namespace = w.tracer(s.Env).env.Namespace
	}
	return key
}

// spot says where what stands at a place of the output comes from.
func (w *why) spot(s overlay.Spot) *report.LineOrigin {
	switch {
	case s.Role == overlay.RolePersonal:
		return w.personal(s)
	case s.Role == overlay.RoleKustomization:
		return w.kustomization(s)
	case s.Role == overlay.RolePatch:
		return w.patch(s)
	}
	out := w.origin(s, "")
	t := w.tracer(s.Env)
	w.answer(out, t, w.read(s, s.Field), s.Object.Subject)
	w.patched(out, s)
	return out
}

// read is how the line of an object is found again in a variation: in its place, where it stands in one.
func (w *why) read(s overlay.Spot, field manifest.Path) reading {
	switch t := w.tracer(s.Env); {
	case !s.Placed || s.Object.Outer || s.Env == "":
	case slices.Equal(field, manifest.Path{"metadata", "namespace"}):
		return readNamespace
	case slices.Equal(field, manifest.Path{"metadata", "labels", overlay.EnvironmentLabel}):
		return readEnvironment
	default:
		return t.field(*s.Object, field)
	}
	return w.tracer(s.Env).field(*s.Object, field)
}

func readNamespace(v variation) (any, bool)   { return v.env.Namespace, true }
func readEnvironment(v variation) (any, bool) { return v.env.Name, true }

// answer asks for the causes of a value and writes them down.
func (w *why) answer(out *report.LineOrigin, t *tracer, read reading, subject string) {
	a := t.ask(read, subject)
	t.sort(a.follows, out.Value)
	for _, i := range a.follows {
		out.Causes = append(out.Causes, w.cause(t, t.causes[i]))
	}
	for _, i := range a.needs {
		out.NeededBy = append(out.NeededBy, w.cause(t, t.causes[i]))
	}
	out.Subject = w.subject(t, subject)
	switch {
	case len(a.follows) > 1:
		out.Origin = report.OriginSeveral
	case len(a.follows) == 1:
		out.Origin = string(t.causes[a.follows[0]].Layer)
	case len(a.untried) > 0:
		out.Origin = report.OriginUnknown
		out.Notes = append(out.Notes, "no other value could be tried for "+t.causes[a.untried[0]].Path.String())
	default:
		out.Origin = report.OriginConstant
	}
}

// sort puts causes first whose value is the one that stands there; the others stay in their order.
func (t *tracer) sort(causes []int, value any) {
	same := func(i int) int {
		if fmt.Sprint(t.causes[i].Value) == fmt.Sprint(value) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(causes, func(a, b int) int { return same(a) - same(b) })
}

// cause says a cause in the words of the file where it stands.
func (w *why) cause(t *tracer, c schemas.Cause) report.Cause {
	out := report.Cause{Layer: string(c.Layer), Field: c.Path.String(), Value: c.Value, Name: c.Name, Spot: report.SpotOf(c.Position)}
	switch {
	case c.Fact:
		out.Field = "platform " + out.Field
	case c.Path[0] == "spec":
		out.Field = w.tenant.Field(t.env.Name, c.Path)
	}
	if c.Layer == schemas.LayerTier && !c.Fact {
		out.Note = w.tierNote(t, c)
	}
	return out
}

// tierNote says whose tier a value is, and how much of it the environment has.
func (w *why) tierNote(t *tracer, c schemas.Cause) string {
	note := fmt.Sprintf("tier %s, which %s chooses", t.env.Spec.Tier, w.tenant.At(t.env.Name, manifest.Path{"spec", "tier"}))
	last := c.Path[len(c.Path)-1]
	figure := len(c.Path) == 3 && c.Path[1] == "resources" || last == "replicas"
	if percent, at := t.env.Platform.ShareOf(t.env.Name); figure && percent != 100 {
		note += fmt.Sprintf("; %d %% of it, by %s", percent, at)
	}
	return note
}

// subject is the field of the tenant that asked for an object.
func (w *why) subject(t *tracer, field string) *report.Cause {
	p := manifest.ParsePath(field)
	if len(p) == 0 {
		p = manifest.Path{"metadata", "name"}
	}
	at := w.tenant.At(t.env.Name, p)
	return &report.Cause{Layer: string(schemas.LayerTenant), Field: p.String(), Spot: report.SpotOf(at)}
}

// patched notes what changes the field after its file was read: in environments that differ from the base, and in
// patches of people.
func (w *why) patched(out *report.LineOrigin, s overlay.Spot) {
	var differ []string
	for i := range w.source.Envs {
		env := w.source.Envs[i].Name
		if isPlacing(s.Field) || s.Env != "" && s.Env != env {
			continue
		}
		generated := index(w.source.Envs[i].Objects)[identify(*s.Object)]
		shared, had := s.Field.Lookup(s.Object.Tree)
		own, has := aligned(s.Object.Tree, generated.Tree, s.Field)
		if had && (!has || !reflect.DeepEqual(shared, own)) {
			differ = append(differ, env)
		}
		if built, ok := w.build(env)[w.keyIn(s, env)]; ok && built.Extra != "" {
			if is, still := aligned(generated.Tree, built.Tree, s.Field); still != has || !reflect.DeepEqual(own, is) {
				out.Patches = append(out.Patches, report.SpotOf(placeIn(w.tenant, built.Extra, built.Object, s.Field)))
			}
		}
	}
	out.Patches = slices.Compact(out.Patches)
	if len(differ) > 0 {
		out.Notes = append(out.Notes, "not so in "+strings.Join(differ, ", ")+": the overlay says otherwise")
	}
}

// isPlacing reports whether a field is one of those that an environment writes into every object.
func isPlacing(p manifest.Path) bool {
	return len(p) > 1 && p[0] == "metadata" && (p[1] == "namespace" || p[1] == "labels")
}

func (w *why) keyIn(s overlay.Spot, env string) manifest.Key {
	s.Env = env
	return w.key(s)
}

// build are the objects of an environment with people's patches in them; none where nobody patches any.
func (w *why) build(env string) map[manifest.Key]overlay.Built {
	if !slices.ContainsFunc(w.source.Extras, func(x manifest.Extra) bool { return x.Patch }) {
		return nil
	}
	if b := w.built[env]; b != nil {
		return b
	}
	out := map[manifest.Key]overlay.Built{}
	built, _ := w.tree.Build(env)
	for _, b := range built {
		out[b.Key()] = b
	}
	w.built[env] = out
	return out
}
