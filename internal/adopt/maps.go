package adopt

import "strings"

// used reports whether a service names a ConfigMap: then its content may stand in the service's fields.
func (a *Adoption) used(i *Item) bool { return len(a.users(i)) > 0 }

// users are the services whose pods name a ConfigMap.
func (a *Adoption) users(i *Item) []string {
	var out []string
	for _, s := range a.services {
		if s.source.State != Left && mentions(mapAt(s.source.tree, templateAt(s.source.Kind()).Join("spec")...), i.Name()) {
			out = append(out, s.name)
		}
	}
	return out
}

// mentions reports whether a pod, or an object that holds one, refers to a ConfigMap.
func mentions(v any, name string) bool {
	switch v := v.(type) {
	case tree:
		for _, field := range []string{"configMap", "configMapRef", "configMapKeyRef"} {
			if ref := mapAt(v, field); ref != nil && textAt(ref, "name") == name {
				return true
			}
		}
		for _, x := range v {
			if mentions(x, name) {
				return true
			}
		}
	case []any:
		for _, x := range v {
			if mentions(x, name) {
				return true
			}
		}
	}
	return false
}

// keepMaps keeps the ConfigMaps that pods still refer to, and tells of the others whose fields hold them.
func (a *Adoption) keepMaps(is outcome) {
	for _, i := range a.Items {
		if i.Kind() != "ConfigMap" || i.Into.Kind != "" || i.State != "" && i.State != Fields {
			continue
		}
		still := false
		for _, t := range is {
			still = still || mentions(t, i.Name())
		}
		if i.Reason = ""; still {
			a.keep(i)
			continue
		}
		i.State, i.Reason = Fields, "its content stands in the fields of "+strings.Join(a.users(i), ", ")
	}
}
