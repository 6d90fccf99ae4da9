package adopt

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Render renders files beside the platform's: the objects of the tenant in the environment, or the problems.
type Render func(files map[string][]byte) ([]manifest.Object, []manifest.Problem, error)

// attempts is how often the tenant is rendered at most: each attempt takes something out that did not fit.
const attempts = 400

// Settle renders the tenant until what is written is valid and says what was read as nearly as it can be said. The
// problems are those that no field less would mend.
func (a *Adoption) Settle(render Render) ([]manifest.Problem, error) {
	patched := false
	for range attempts {
		a.keepRest()
		objects, problems, err := render(a.Files())
		if err != nil {
			return nil, err
		}
		problems = slices.DeleteFunc(problems, func(p manifest.Problem) bool { return p.Severity != manifest.Error })
		if len(problems) > 0 {
			if !a.yield(problems) {
				return problems, nil
			}
			continue
		}
		is := newOutcome(objects)
		if a.missing(is) {
			continue
		}
		if a.keepMaps(is); patched {
			a.compare(is)
			a.conclude()
			a.leveled(is)
			return nil, nil
		}
		a.compare(is)
		a.patch(is)
		a.keepMaps(is)
		patched = true
	}
	return nil, fmt.Errorf("no tenant fits after %d attempts", attempts)
}

// missing makes objects kept whose counterpart is not rendered: a workload goes with all that is about it.
func (a *Adoption) missing(is outcome) bool {
	found := false
	for _, i := range a.Items {
		if i.State == Left || i.State == Kept || i.Into.Kind == "" {
			continue
		}
		if t := is[i.Into]; t != nil {
			if i.clash != "" {
				i.Service = textAt(t, "metadata", "labels", "app.kubernetes.io/name")
			}
			continue
		}
		if isRoute(i.Kind()) {
			a.routed(i, is)
			continue
		}
		if key, ok := is.versioned(i); ok {
			i.Into = key
			continue
		}
		found = true
		switch {
		case i.clash != "":
			i.leave("%s", i.clash)
		case templateAt(i.Kind()) != nil:
			a.abandon(i.Service)
		case i.Kind() == "Service":
			a.release(i)
		default:
			i.Into = manifest.Key{}
		}
	}
	return found
}

// release takes the Service from a service that does not render one.
func (a *Adoption) release(i *Item) {
	if s := a.service(i.Service); s != nil && s.address == i {
		s.address = nil
	}
	a.keep(i)
}

// abandon keeps a workload as it is, with what is about it.
func (a *Adoption) abandon(name string) {
	a.services = slices.DeleteFunc(a.services, func(s *service) bool { return s.name == name })
	for _, i := range a.Items {
		if i.Service == name && i.State != Left && !isRoute(i.Kind()) {
			i.Into, i.Service, i.State = manifest.Key{}, "", ""
		}
	}
	for _, s := range a.services {
		s.calls = slices.DeleteFunc(s.calls, func(c fields) bool { return c.get("service") == name })
	}
}

// yield takes out of what is written what the problems are about; false where that would not help.
func (a *Adoption) yield(problems []manifest.Problem) bool {
	p := problems[0]
	switch p.File {
	case a.File():
		return a.dropField(p)
	case a.overrideFile():
		return a.enforce(p)
	}
	for _, i := range a.Items {
		if i.File != p.File || i.File == "" {
			continue
		}
		if i.State == Kept {
			i.clash = "cannot stand beside the tenant's file: " + p.Message
			i.State, i.File, i.Into = "", "", plainKey(i.Key())
			return true
		}
		if a.patches[p.File] != nil {
			delete(a.patches, p.File)
			a.refused[p.File] = p.Message
			i.File = ""
			i.Reason = "the patch that would say it is refused: " + p.Message
			return true
		}
	}
	return false
}

// dropField leaves a field of a service out that cannot be said; one without which there is no service takes that out.
func (a *Adoption) dropField(p manifest.Problem) bool {
	at := manifest.ParsePath(p.Field)
	if len(at) < 2 || at[0] != "spec" {
		return false
	}
	at = at[1:]
	spec := any(a.spec())
	for _, d := range a.dropped {
		spec = without(spec, d)
	}
	for len(at) > 0 && !holds(spec, at) {
		at = at[:len(at)-1]
	}
	switch {
	case len(at) == 0 || slices.Contains([]any{"tier", "owners"}, at[0]) || at[0] == "environments" && len(at) < 3:
		return false
	case at[0] == "services" && len(at) < 2:
		return false
	case at[0] == "services" && (len(at) == 2 || slices.Contains([]any{"image", "kind"}, at[2]) || len(at) == 3 && at[2] == "ports"):
		name := at[1].(string)
		a.Notes = append(a.Notes, fmt.Sprintf("%s is kept as it was: %s %s", name, p.Field, p.Message))
		a.abandon(name)
		return true
	}
	if at[0] == "services" {
		at = a.dropWhole(at)
	}
	a.Notes = append(a.Notes, fmt.Sprintf("spec.%s is left out: %s", at, p.Message))
	a.dropped = append(a.dropped, at)
	return true
}

// dropWhole is the path of what is left out with a field of a service: all of what leads to it, of its release, and of
// what KEDA scales it by, none of which means the same with a part missing.
func (a *Adoption) dropWhole(at manifest.Path) manifest.Path {
	name := at[1].(string)
	switch s := a.service(name); {
	case at[2] == "expose":
		a.keepRoutes(name)
	case at[2] == "autoscaling" && s.scaler != nil && s.scaler.Kind() == "ScaledObject":
		a.rescale(s)
	case at[2] != "release":
		return at
	}
	return at[:3]
}

// keepRoutes keeps what leads to a service that fields cannot expose.
func (a *Adoption) keepRoutes(name string) {
	for _, i := range a.Items {
		if isRoute(i.Kind()) && i.Service == name && i.State == "" {
			i.Into, i.Service = manifest.Key{}, ""
		}
	}
}

// holds reports whether something stands at a path of a document.
func holds(v any, p manifest.Path) bool {
	if len(p) == 0 {
		return true
	}
	switch v := v.(type) {
	case fields:
		key, _ := p[0].(string)
		for _, x := range v {
			if x.key == key {
				return holds(x.value, p[1:])
			}
		}
	case []any:
		i, ok := p[0].(int)
		return ok && i < len(v) && holds(v[i], p[1:])
	}
	return false
}
