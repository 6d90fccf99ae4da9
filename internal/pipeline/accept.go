package pipeline

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// accept marks the findings, of its tenant, that the waiver is about. services name the service that an
// object was made for. What was marked before stays so: one waiver is enough.
func (w *waiver) accept(problems []manifest.Problem, services map[manifest.Key]string) {
	if !w.holds() {
		return
	}
	for i := range problems {
		if p := &problems[i]; w.fits(p, services[p.Object]) && p.Waiver == "" {
			p.Waiver = w.Name
		}
	}
}

// fits reports whether the waiver is about a finding: it meets one entry of every list that is there.
func (w *waiver) fits(p *manifest.Problem, service string) bool {
	if service == "" {
		service = serviceOf(manifest.ParsePath(p.Field))
	}
	var met []string
	meets := func(list string, n int, is func(i int) bool) bool {
		known := len(met)
		for i := range n {
			if is(i) {
				met = append(met, manifest.Path{"spec", list, i}.String())
			}
		}
		return n == 0 || len(met) > known
	}
	fits := meets("checks", len(w.Checks), func(i int) bool { return w.Checks[i] == p.Check }) &&
		meets("environments", len(w.Environments), func(i int) bool { return w.Environments[i] == p.Environment }) &&
		meets("services", len(w.Services), func(i int) bool { return w.Services[i] == service }) &&
		meets("objects", len(w.Objects), func(i int) bool { return isObject(w.Objects[i], p.Object) }) &&
		meets("fields", len(w.Fields), func(i int) bool {
			field := manifest.ParsePath(w.Fields[i])
			return begin(p.Path, field) || begin(resolved(p.Field, p.Environment), resolved(w.Fields[i], p.Environment))
		})
	for _, entry := range met {
		if fits {
			w.met[entry] = true
		}
	}
	return fits
}

// resolved is a field of the tenant's file as the environment has it, whether it was said for that environment alone or not.
func resolved(field, environment string) manifest.Path {
	p := manifest.ParsePath(field)
	if len(p) > 3 && p[0] == "spec" && p[1] == "environments" && p[2] == environment {
		p = append(manifest.Path{"spec"}, p[3:]...)
	}
	return p
}

func isObject(o schemas.WaivedObject, k manifest.Key) bool {
	return o.Kind == k.Kind && o.Name == k.Name && (o.Group == "" || o.Group == k.Group)
}

// begin reports whether a path is the field or below it.
func begin(path, field manifest.Path) bool {
	return len(path) >= len(field) && slices.Equal(path[:len(field)], field)
}

// serviceOf is the service that a field of the tenant's file belongs to, if any.
func serviceOf(p manifest.Path) string {
	if len(p) > 3 && p[0] == "spec" && p[1] == "environments" {
		p = append(manifest.Path{"spec"}, p[3:]...)
	}
	if len(p) < 3 || p[0] != "spec" || p[1] != "services" {
		return ""
	}
	name, _ := p[2].(string)
	return name
}

// idle notes what of the waiver no finding met, after all that it is about was examined.
func (w *waiver) idle() {
	if !w.holds() {
		return
	}
	if len(w.met) == 0 {
		w.say(manifest.Warning, manifest.Path{"metadata", "name"}, "remove the file", "waives nothing: no finding fits it")
		return
	}
	lists := []struct {
		key     string
		entries []string
	}{
		{"checks", w.Checks}, {"environments", w.Environments}, {"services", w.Services}, {"objects", objectNames(w.Objects)}, {"fields", w.Fields},
	}
	for _, list := range lists {
		for i, entry := range list.entries {
			if at := (manifest.Path{"spec", list.key, i}); !w.met[at.String()] {
				w.say(manifest.Warning, at, "remove it", "waives nothing: no finding fits %s", entry)
			}
		}
	}
}

func objectNames(objects []schemas.WaivedObject) []string {
	var out []string
	for _, o := range objects {
		out = append(out, o.Kind+" "+o.Name)
	}
	return out
}

// examined reports whether a run looked at everything that a waiver of its tenant can be about: all of
// its checks, all tenants where one looks across them, all of its environments.
func (c chain) examined(w *waiver) bool {
	if slices.ContainsFunc(w.Checks, func(id string) bool { return !c.asked(id) }) {
		return false
	}
	if w.across && (len(c.options.Tenants) > 0 || len(c.fleet.Held) > 0) {
		return false
	}
	only := c.options.Environment
	return only == "" || slices.Equal(w.Environments, []string{only})
}

// tells reports whether a run says what is wrong with a waiver: one that chose other checks does not.
func (s selection) tells(w *waiver) bool {
	return s.asked(narrow) || slices.ContainsFunc(w.Checks, s.asked)
}

// waive marks the tenant's findings that are waived, and adds what is wrong with its waivers.
func (c chain) waive(r *Rendered) {
	var wrong []manifest.Problem
	for _, w := range c.waivers {
		if w.Tenant != r.Tenant.Name {
			continue
		}
		w.accept(r.problems, r.services)
		if len(r.members) > 0 && c.examined(w) {
			w.idle()
		}
		if c.tells(w) {
			wrong = append(wrong, w.problems...)
		}
	}
	r.problems = append(r.problems, wrong...)
}

// unrendered is what is wrong with waivers of tenants that were not rendered.
func (c chain) unrendered(rendered []Rendered) []manifest.Problem {
	var out []manifest.Problem
	known := map[string]bool{}
	for _, r := range rendered {
		known[r.Tenant.Name] = true
	}
	for _, w := range c.waivers {
		if c.tells(w) && !known[w.Tenant] {
			out = append(out, w.problems...)
		}
	}
	return out
}

// servicesOf names the service that each object was made for.
func servicesOf(objects []manifest.Object, out map[manifest.Key]string) {
	for _, o := range objects {
		if name := serviceOf(manifest.ParsePath(o.Subject)); name != "" {
			out[o.Key()] = name
		}
	}
}

// used are the names of the waivers that accept a problem, each once.
func used(problems []manifest.Problem) []string {
	var out []string
	for _, p := range problems {
		if p.Waiver != "" && !slices.Contains(out, p.Waiver) {
			out = append(out, p.Waiver)
		}
	}
	return out
}
