package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// widerProject tells of what an AppProject newly lets its applications do.
func widerProject(c *comparison, p *pair) {
	if p.kind != "argoproj.io/AppProject" || p.new == nil || p.moved {
		return
	}
	old, new := p.trees()
	for _, w := range []struct{ field, says string }{
		{"destinations", "applications may now go to %s"}, {"sourceRepos", "applications may now come from %s"},
		{"sourceNamespaces", "applications may now be made in namespace %s"},
		{"clusterResourceWhitelist", "applications may now hold %s outside of namespaces"}, {"namespaceResourceWhitelist", "applications may now hold %s"},
	} {
		before := list(at(old, "spec", w.field))
		for _, v := range more(before, at(new, "spec", w.field)) {
			if p.old == nil && w.field != "clusterResourceWhitelist" && wildness(v) == manifest.Medium && (w.field != "destinations" || text(v, "namespace") == c.New.Namespace) {
				continue // what a project is made for
			}
			c.risk(OpenedPath, wildness(v), p, manifest.Path{"spec", w.field}, fmt.Sprintf(w.says, entryText(v)), "")
		}
		if after := list(at(new, "spec", w.field)); w.field == "namespaceResourceWhitelist" && len(after) == 0 && len(before) > 0 {
			c.risk(OpenedPath, manifest.High, p, manifest.Path{"spec", w.field}, "applications may now hold every kind of a namespace", "")
		}
	}
	for _, field := range []string{"clusterResourceBlacklist", "namespaceResourceBlacklist", "destinationServiceAccounts", "syncWindows"} {
		for _, v := range more(at(new, "spec", field), at(old, "spec", field)) {
			c.risk(OpenedPath, manifest.Medium, p, manifest.Path{"spec", field}, fmt.Sprintf("%s of the project no longer names %s", field, entryText(v)), "")
		}
	}
}

// wildness grades an entry by whether it stands for everything.
func wildness(v any) manifest.Severity {
	all := func(s string) bool { return s == "*" }
	m, _ := v.(map[string]any)
	for _, key := range []string{"namespace", "server", "name", "group", "kind"} {
		if s, ok := m[key].(string); ok && all(s) {
			return manifest.High
		}
	}
	if s, _ := v.(string); all(s) {
		return manifest.High
	}
	return manifest.Medium
}

// entryText writes an entry of a list for people: its fields in a fixed order.
func entryText(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprint(v)
	}
	s := ""
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if value, ok := m[key].(string); ok && value != "" {
			s += " " + key + " " + value
		}
	}
	return s[min(1, len(s)):]
}
