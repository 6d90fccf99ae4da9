package schemas

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// waive notes in each environment what the tenant's waivers are about there.
func (t *Tenant) waive(waivers []*Waiver) {
	for i := range t.Environments {
		e := &t.Environments[i]
		e.Waived = nil
		for _, w := range waivers {
			if w.Tenant == t.Name && (len(w.Environments) == 0 || slices.Contains(w.Environments, e.Name)) {
				e.waive(w)
			}
		}
		for check := range e.Waived {
			slices.Sort(e.Waived[check])
			e.Waived[check] = slices.Compact(e.Waived[check])
		}
	}
}

func (e *Environment) waive(w *Waiver) {
	if e.Waived == nil {
		e.Waived = map[string][]string{}
	}
	for _, check := range w.Checks {
		e.Waived[check] = append(e.Waived[check], w.about()...)
	}
}

// about is what the waiver is about: the objects that it names, or else the services, or else those that its fields
// belong to.
func (w *Waiver) about() []string {
	var out []string
	for _, o := range w.Objects {
		out = append(out, o.Kind+"/"+o.Name)
	}
	for _, name := range w.Services {
		if len(w.Objects) == 0 {
			out = append(out, "service/"+name)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, field := range w.Fields {
		out = append(out, aboutField(manifest.ParsePath(field)))
	}
	return out
}

// aboutField is the service that a field of the tenant's file belongs to, and everything for another field.
func aboutField(field manifest.Path) string {
	if len(field) > 3 && field[0] == "spec" && field[1] == "environments" {
		field = append(manifest.Path{"spec"}, field[3:]...)
	}
	if len(field) < 3 || field[0] != "spec" || field[1] != "services" {
		return "*"
	}
	name, ok := field[2].(string)
	if !ok {
		return "*"
	}
	return "service/" + name
}
