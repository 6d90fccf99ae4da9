package adopt

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// compareRoutes holds hosts and paths of an Ingress against all routes that are rendered.
func (a *Adoption) compareRoutes(i *Item, is outcome) {
	routes := tree{}
	for key, t := range is {
		switch key.Kind {
		case "Ingress":
			maps.Copy(routes, ingressRoutes(t, nil))
		case "HTTPRoute":
			maps.Copy(routes, gatewayRoutes(t))
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

// routed finds the object that is rendered for the first host of a route.
func (a *Adoption) routed(i *Item, is outcome) {
	field := map[string]string{"HTTPRoute": "hostnames", "VirtualService": "hosts"}[i.Kind()]
	hosts := listAt(i.tree, "spec", field)
	for key, t := range is {
		if key.Kind == i.Kind() && len(hosts) > 0 && slices.Contains(listAt(t, "spec", field), hosts[0]) && textAt(t, "metadata", "labels", "app.kubernetes.io/name") == i.Service {
			i.Into = key
		}
	}
}

// istioRoutes are where the hosts of a rendered VirtualService lead.
func istioRoutes(t tree) tree {
	out := tree{}
	for _, host := range listAt(t, "spec", "hosts") {
		for _, rule := range listAt(t, "spec", "http") {
			to := listAt(rule, "route")
			if len(to) == 0 {
				continue
			}
			matches := listAt(rule, "match")
			whole := len(matches) == 0 || slices.ContainsFunc(matches, func(m any) bool { return only(m, "uri") && textAt(m, "uri", "prefix") == "/" })
			service, _, _ := strings.Cut(textAt(to[0], "destination", "host"), ".")
			if name, ok := host.(string); ok && whole {
				out[name+"/"] = tree{"pathType": "Prefix", "service": service, "port": at(to[0], "destination", "port", "number")}
			}
		}
	}
	return out
}

// saidRoutes are the routes of an object that was read, as those of rendered ones.
func (a *Adoption) saidRoutes(i *Item) tree {
	if i.Kind() == "Ingress" {
		return ingressRoutes(i.tree, a)
	}
	out := tree{}
	for _, r := range routesOf(i.Kind(), mapAt(i.tree, "spec")) {
		out[r.host+r.path] = tree{"pathType": "Prefix", "service": r.service, "port": r.port}
	}
	return out
}
