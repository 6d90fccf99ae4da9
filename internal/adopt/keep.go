package adopt

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// keepRest keeps what no field says.
func (a *Adoption) keepRest() {
	for _, i := range a.Items {
		if i.State != "" || i.Into.Kind != "" || i.Kind() == "ConfigMap" && a.used(i) {
			continue
		}
		if slices.Contains(guardRails, i.Kind()) {
			i.leave("a guard rail: the platform renders its own %s", i.Kind())
			continue
		}
		a.keep(i)
	}
}

func (a *Adoption) keep(i *Item) {
	i.State, i.Into, i.Service = Kept, manifest.Key{}, ""
	i.File = ""
	file := path.Join("tenants", a.Tenant, "resources", "all", stem(i.Kind(), i.Name()))
	for slices.ContainsFunc(a.Items, func(other *Item) bool { return other.File == file }) {
		file = strings.TrimSuffix(file, ".yaml") + "-" + orText(i.Key().Group, "core") + ".yaml" // another of the same kind and name
	}
	i.File = file
}

// stem is the name of a file for what is about an object.
func stem(kind, name string) string {
	return strings.ToLower(kind) + "-" + strings.NewReplacer(":", "-", "/", "-").Replace(name) + ".yaml"
}

// keptTree is an object as it is kept: without a namespace, which is the tenant's, and without labels that are
// tenantsmith's to set. Selectors of pods that are the tenant's services find them by the name they have now.
func (a *Adoption) keptTree(i *Item) tree {
	t := copied(i.tree).(tree)
	metadata := mapAt(t, "metadata")
	delete(metadata, "namespace")
	selector := mapAt(t, "spec", "selector")
	if i.Kind() == "PodDisruptionBudget" {
		selector = mapAt(selector, "matchLabels")
	}
	if s := a.selected(selector); s != nil && templateAt(i.Kind()) == nil {
		clear(selector)
		selector["app.kubernetes.io/name"] = s.name
		a.renumber(t, s)
	}
	a.monitor(i, t)
	for _, field := range []string{"scaleTargetRef", "targetRef"} {
		target := mapAt(t, "spec", field)
		if s := a.running(textAt(target, "kind"), textAt(target, "name")); s != nil {
			target["kind"], target["name"] = s.source.Into.Kind, s.source.Into.Name
			target["apiVersion"] = map[string]string{"argoproj.io": "argoproj.io/v1alpha1", "apps": "apps/v1", "batch": "batch/v1"}[s.source.Into.Group]
		}
	}
	unmark(t)
	return t
}

// monitor has what scrapes find Services and pods of the tenant by the label that they have now.
func (a *Adoption) monitor(i *Item, t tree) {
	labels := mapAt(t, "spec", "selector", "matchLabels")
	for _, s := range a.services {
		if len(labels) == 0 {
			return
		}
		found := i.Kind() == "PodMonitor" && s.selects(labels)
		if i.Kind() == "ServiceMonitor" && s.address != nil {
			lost, _ := compare(labels, mapAt(s.address.tree, "metadata", "labels"), nil)
			found = len(lost) == 0
		}
		if found {
			clear(labels)
			labels["app.kubernetes.io/name"] = s.name
			return
		}
	}
}

// renumber names the ports of a kept Service by their numbers: containers call theirs by the names of the fields.
func (a *Adoption) renumber(t tree, s *service) {
	if textAt(t, "kind") != "Service" {
		return
	}
	numbers := portNumbers(listAt(s.source.tree, templateAt(s.source.Kind()).Join("spec", "containers")...)[s.main])
	for _, p := range listAt(t, "spec", "ports") {
		if n := numbers[textAt(p, "targetPort")]; n != nil {
			p.(tree)["targetPort"] = n
		}
	}
}

// foreign reports whether a label is one by which the platform, or the tool that installed an object, tells objects apart.
func foreign(label string) bool {
	return label == "helm.sh/chart" || label == "app.kubernetes.io/managed-by" || strings.HasPrefix(label, "tenantsmith.dev/")
}

// unmark takes labels out that are not the tenant's to set.
func unmark(v any) {
	switch v := v.(type) {
	case tree:
		for k, x := range v {
			if m, ok := x.(tree); ok && slices.Contains([]string{"labels", "matchLabels", "selector"}, k) {
				maps.DeleteFunc(m, func(label string, _ any) bool { return foreign(label) })
				if k == "labels" && len(m) == 0 {
					delete(v, k)
					continue
				}
			}
			unmark(x)
		}
	case []any:
		for _, x := range v {
			unmark(x)
		}
	}
}
