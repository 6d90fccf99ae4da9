package pipeline

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// The lines that are not simply those of an object: what people wrote, what an environment changes, and
// kustomizations.

// personal is the origin of a line of a patch or an object that people added.
func (w *why) personal(s overlay.Spot) *report.LineOrigin {
	kind := addition(s)
	out := w.origin(s, kind)
	if kind == report.OriginResource && s.Source.Line == 0 { // what the environment writes into it
		t := w.tracer(s.Env)
		w.answer(out, t, placing(s.Field), "")
		out.Notes = append(out.Notes, "written into the object that "+s.Source.File+" adds")
		return out
	}
	out.Causes = []report.Cause{{Layer: string(teamOf(s)), Field: s.Field.String(), Value: s.Value, Spot: report.SpotOf(s.Source)}}
	return out
}

// addition tells patches of people from their objects, which are their own source.
func addition(s overlay.Spot) string {
	if s.Object.Source != nil && s.Object.Source.File == s.Source.File {
		return report.OriginResource
	}
	return report.OriginPatch
}

// teamOf is whose file an addition stands in.
func teamOf(s overlay.Spot) schemas.Layer {
	if strings.HasPrefix(s.Source.File, "overrides/") {
		return schemas.LayerOverride
	}
	return schemas.LayerTenant
}

// taken is the origin of an entry of a kustomization for what people added.
func (w *why) taken(out *report.LineOrigin, s overlay.Spot) *report.LineOrigin {
	out.Origin = addition(s)
	out.Causes = []report.Cause{{Layer: string(teamOf(s)), Spot: report.SpotOf(s.Source)}}
	out.Notes = append(out.Notes, map[bool]string{true: "takes in an object that people added", false: "applies a patch of people"}[out.Origin == report.OriginResource])
	return out
}

func placing(field manifest.Path) reading {
	if slices.Equal(field, manifest.Path{"metadata", "namespace"}) {
		return readNamespace
	}
	return readEnvironment
}

// patch is the origin of a line of what an environment changes. The operation and its path stand there for the
// same reason as the value: the environment has another one than the base.
func (w *why) patch(s overlay.Spot) *report.LineOrigin {
	out := w.origin(s, "")
	out.Field = s.Field.String()
	t := w.tracer(s.Env)
	read := t.field(*s.Object, s.Field)
	if s.Op == "remove" {
		read = t.field(*s.Base, s.Field)
		out.Notes = append(out.Notes, "the base has "+out.Field+", and the environment does not")
	}
	if s.Op == "test" {
		out.Notes = append(out.Notes, "a guard: the build fails instead of patching another item")
		if _, has := s.Field.Lookup(s.Object.Tree); !has {
			t = w.tracer("")
			read = t.field(*s.Base, s.Field)
		}
	}
	w.answer(out, t, read, s.Object.Subject)
	if len(out.Causes) == 0 && s.Op != "test" {
		out.NeededBy = append(out.NeededBy, w.differing(s.Env)...)
		if len(out.NeededBy) == 0 {
			out.Origin = report.OriginUnknown
		}
	}
	return out
}

// differing are the causes that an environment has otherwise than the base.
func (w *why) differing(env string) []report.Cause {
	base := map[string]schemas.Cause{}
	name := func(c schemas.Cause) string {
		prefix := ""
		if c.Fact {
			prefix = "platform "
		}
		if c.Name {
			prefix += "name "
		}
		return prefix + c.Path.String()
	}
	for _, c := range w.tracer("").causes {
		base[name(c)] = c
	}
	t := w.tracer(env)
	var out []report.Cause
	for _, c := range t.causes {
		if other, ok := base[name(c)]; !ok || other.Value != c.Value || other.Position != c.Position {
			out = append(out, w.cause(t, c))
		}
	}
	return out
}

// kustomization is the origin of a line of a kustomization.
func (w *why) kustomization(s overlay.Spot) *report.LineOrigin {
	out := w.origin(s, report.OriginConstant)
	t := w.tracer(s.Env)
	note := func(text string) { out.Notes = append(out.Notes, text) }
	switch first, _ := s.Path[0].(string); {
	case s.Source.File != "":
		return w.taken(out, s)
	case s.Object != nil:
		w.answer(out, t, w.named(s), s.Object.Subject)
		note(map[bool]string{true: "applies what the environment changes in an object", false: "takes in the file of an object"}[first == "patches"])
	case first == "namespace":
		w.answer(out, t, readNamespace, "")
		note("puts the objects into the tenant's namespace")
	case first == "labels" && s.Value == t.env.Name:
		w.answer(out, t, readEnvironment, "")
		note("marks the objects with their environment")
	default:
		note("written into every kustomization of its kind")
	}
	return out
}

// named is how an entry of a kustomization about an object follows that object.
func (w *why) named(s overlay.Spot) reading {
	t := w.tracer(s.Env)
	field := manifest.Path{"metadata", "name"}
	switch last, _ := s.Path[len(s.Path)-1].(string); last {
	case "kind":
		field = manifest.Path{"kind"}
	case "group", "version":
		field = manifest.Path{"apiVersion"}
	case "namespace":
		return readNamespace
	}
	return t.field(*s.Object, field)
}
