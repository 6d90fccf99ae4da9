package adopt

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// outcome are the objects that were rendered, by their keys without a namespace.
type outcome map[manifest.Key]tree

func newOutcome(objects []manifest.Object) outcome {
	out := outcome{}
	for _, o := range objects {
		out[plainKey(o.Key())] = o.Tree
	}
	return out
}

func plainKey(k manifest.Key) manifest.Key { k.Namespace = ""; return k }

// versioned is the rendered Job of a service: its name ends in a digest of what it runs.
func (o outcome) versioned(i *Item) (manifest.Key, bool) {
	for key, t := range o {
		if i.Kind() == "Job" && key.Kind == "Job" && key.Group == "batch" && textAt(t, "metadata", "labels", "app.kubernetes.io/name") == i.Service && strings.HasPrefix(key.Name, i.Service+"-") {
			return key, true
		}
	}
	return manifest.Key{}, false
}

// configMap are the texts of a rendered ConfigMap; nil for one that has bytes besides.
func (o outcome) configMap(name string) tree {
	t := o[manifest.Key{Kind: "ConfigMap", Name: name}]
	if !empty(t["binaryData"]) {
		return nil
	}
	return mapAt(t, "data")
}

// compare holds each object against what was rendered for it.
func (a *Adoption) compare(is outcome) {
	for _, i := range a.Items {
		switch {
		case i.State == Left || i.Into.Kind == "" && i.State != Kept:
		case isRoute(i.Kind()) && i.State != Kept:
			a.compareRoutes(i, is)
		case i.State == Kept:
			v, kept := view{}, a.keptTree(i)
			i.Lost, i.Added = compare(v.of(i.Kind(), kept), v.of(i.Kind(), is[plainKey(i.Key())]), nil)
			otherwise, _ := compare(mapAt(i.tree, "spec"), mapAt(kept, "spec"), manifest.Path{"spec"})
			i.Added = append(otherwise, i.Added...)
		case slices.Contains([]string{"Namespace", "NetworkPolicy"}, i.Kind()):
		default:
			a.comparePair(i, is)
		}
	}
}

// views are how an object was before, and how what is rendered for it is to be looked at.
func (a *Adoption) views(i *Item, is outcome) (was, now view) {
	was, now = view{files: a.configMap, auth: a.auth}, view{files: is.configMap, auth: is.auth}
	s := a.service(i.Service)
	if s == nil {
		return was, now
	}
	was.main, was.service, now.main, now.service = s.container().Name, s.name, s.name, s.name
	was.ports, now.ports = map[string]any{}, map[string]any{}
	for _, c := range listAt(s.source.tree, templateAt(s.source.Kind()).Join("spec", "containers")...) {
		for k, v := range portNumbers(c.(tree)) {
			was.ports[k] = v
		}
	}
	for _, c := range listAt(is[s.source.Into], templateAt(s.source.Into.Kind).Join("spec", "containers")...) {
		for k, v := range portNumbers(c.(tree)) {
			now.ports[k] = v
		}
	}
	return was, now
}

func (a *Adoption) comparePair(i *Item, is outcome) {
	v, w := a.views(i, is)
	was, now := v.of(i.Kind(), a.reselected(i.tree, is)), w.of(i.Into.Kind, is[i.Into])
	ignored := a.ignored(i, was, now)
	i.Lost, i.Added = compare(was, now, nil)
	i.Added = slices.Concat(identity(i.tree, is[i.Into], i.Kind(), i.Into.Kind, v), ignored, i.Added)
	if template := templateAt(i.Into.Kind); template != nil {
		i.Lost = append(i.Lost, weakened(was, now, template.Join("spec", "containers"))...)
		i.Lost = append(i.Lost, weakened(was, now, template.Join("spec", "initContainers"))...)
	}
}

// identity tells what tenantsmith calls otherwise: labels and selectors are its own, an account is the service's, and
// so is the name of the container.
func identity(was, now tree, kind, isKind string, v view) []Difference {
	paths := [][2]manifest.Path{{{"metadata", "labels"}, {"metadata", "labels"}}}
	if from := templateAt(kind); from != nil {
		to := templateAt(isKind)
		for _, p := range []manifest.Path{{"metadata", "labels"}, {"spec", "serviceAccountName"}} {
			paths = append(paths, [2]manifest.Path{from.Join(p...), to.Join(p...)})
		}
	}
	if kind != "CronJob" && kind != "Job" {
		paths = append(paths, [2]manifest.Path{{"spec", "selector"}, {"spec", "selector"}})
	}
	var out []Difference
	for _, p := range paths {
		before, after := at(was, p[0]...), at(now, p[1]...)
		if lost, _ := compare(before, after, nil); len(lost) > 0 && !empty(before) {
			out = append(out, Difference{p[0], before, after})
		}
	}
	if v.main != v.service && templateAt(kind) != nil {
		out = append(out, Difference{templateAt(kind).Join("spec", "containers", v.service, "name"), v.main, v.service})
	}
	return out
}

// ignored takes out of both views what tenantsmith decides, and tells where it decides otherwise.
func (a *Adoption) ignored(i *Item, was, now tree) []Difference {
	var out []Difference
	if s := a.service(i.Service); s != nil && s.scaler != nil && i == s.source {
		setAt(was, manifest.Path{"spec", "replicas"}, nil) // the autoscaler wrote it
	}
	for _, p := range decided[i.Kind()] {
		if before := at(was, p...); before != nil {
			lost, _ := compare(before, at(now, p...), p)
			out = append(out, lost...)
		}
		setAt(was, p, nil)
		setAt(now, p, nil)
	}
	return out
}

// decided are the fields in which a release, an account or an autoscaler has the last word.
var decided = map[string][]manifest.Path{
	"Deployment":     {{"spec", "strategy"}, {"spec", "paused"}, {"spec", "revisionHistoryLimit"}},
	"Rollout":        {{"spec", "strategy"}, {"spec", "workloadRef"}, {"spec", "paused"}, {"spec", "revisionHistoryLimit"}, {"spec", "analysis"}},
	"StatefulSet":    {{"spec", "serviceName"}, {"spec", "revisionHistoryLimit"}},
	"ServiceAccount": {{"automountServiceAccountToken"}, {"secrets"}},
}

// weakened finds what a container may no longer do and may have done before: one that may be root has the capabilities
// of the container runtime, and loses them. Who is not root has none to lose.
func weakened(was, now tree, containers manifest.Path) []Difference {
	var out []Difference
	for _, name := range sortedKeys(mapAt(was, containers...)) {
		before := mapAt(was, containers.Join(name, "securityContext")...)
		user, told := before["runAsUser"].(int64)
		harmless := before["runAsNonRoot"] == true || told && user != 0
		p := containers.Join(name, "securityContext", "capabilities", "drop")
		if after := at(now, p...); !harmless && at(was, p...) == nil && after != nil {
			out = append(out, Difference{p, nil, after})
		}
	}
	return out
}

// reselected is a tree in which selectors of a service's pods find them by the labels that they have now.
func (a *Adoption) reselected(t tree, is outcome) tree {
	out := copied(t).(tree)
	a.reselect(out)
	return out
}

func (a *Adoption) reselect(v any) {
	switch v := v.(type) {
	case tree:
		for k, x := range v {
			labels := mapAt(x, "matchLabels")
			if s := a.selected(labels); s != nil && k == "labelSelector" && at(x, "matchExpressions") == nil {
				v[k] = tree{"matchLabels": tree{"app.kubernetes.io/name": s.name, "tenantsmith.dev/tenant": a.Tenant}}
				continue
			}
			a.reselect(x)
		}
	case []any:
		for _, x := range v {
			a.reselect(x)
		}
	}
}

// compareRoutes holds hosts and paths of an Ingress against all routes that are rendered.
func (a *Adoption) compareRoutes(i *Item, is outcome) {
	routes := tree{}
	for key, t := range is {
		switch key.Kind {
		case "Ingress":
			for k, v := range ingressRoutes(t, nil) {
				routes[k] = v
			}
		case "HTTPRoute":
			for k, v := range gatewayRoutes(t) {
				routes[k] = v
			}
		case "VirtualService":
			maps.Copy(routes, istioRoutes(t))
		}
	}
	i.Lost, i.Added = compare(a.saidRoutes(i), routes, manifest.Path{"spec", "rules"})
	i.Added = nil
	for k, v := range mapAt(i.tree, "metadata", "annotations") {
		if now := mapAt(is[i.Into], "metadata", "annotations"); now[k] != v {
			i.Lost = append(i.Lost, Difference{manifest.Path{"metadata", "annotations", k}, v, now[k]})
		}
	}
	slices.SortFunc(i.Lost, func(x, y Difference) int { return strings.Compare(x.Path.String(), y.Path.String()) })
	for _, field := range []string{"ingressClassName", "tls", "parentRefs", "gateways"} {
		if before, after := at(i.tree, "spec", field), at(is[i.Into], "spec", field); before != nil && !manifest.Equal(before, after) {
			i.Added = append(i.Added, Difference{manifest.Path{"spec", field}, before, after})
		}
	}
}

// ingressRoutes are where hosts and paths lead: the name of the Service and the number of its port.
func ingressRoutes(t tree, a *Adoption) tree {
	out := tree{}
	for _, r := range listAt(t, "spec", "rules") {
		for _, p := range listAt(r, "http", "paths") {
			kind := textAt(p, "pathType")
			if kind == "" || kind == "ImplementationSpecific" {
				kind = "Prefix"
			}
			port := at(p, "backend", "service", "port", "number")
			service := textAt(p, "backend", "service", "name")
			if name := textAt(p, "backend", "service", "port", "name"); a != nil && name != "" {
				port = a.servicePort(service, name)
			}
			out[textAt(r, "host")+orText(textAt(p, "path"), "/")] = tree{"pathType": kind, "service": service, "port": port}
		}
	}
	return out
}

// servicePort is the number of a port of a Service by its name.
func (a *Adoption) servicePort(service, name string) any {
	i := a.item("", "Service", service)
	if i == nil {
		return nil
	}
	for _, p := range listAt(i.tree, "spec", "ports") {
		if textAt(p, "name") == name {
			return at(p, "port")
		}
	}
	return nil
}

func gatewayRoutes(t tree) tree {
	out := tree{}
	for _, host := range listAt(t, "spec", "hostnames") {
		for _, rule := range listAt(t, "spec", "rules") {
			for _, m := range listAt(rule, "matches") {
				for _, b := range listAt(rule, "backendRefs") {
					out[fmt.Sprint(host)+textAt(m, "path", "value")] = tree{"pathType": "Prefix", "service": textAt(b, "name"), "port": at(b, "port")}
					break
				}
			}
		}
	}
	return out
}
