package adopt

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// readPolicy takes over what a NetworkPolicy opens as calls, where fields can say it: between services, and to
// addresses. One that closes the namespace is what every tenant has.
func (a *Adoption) readPolicy(i *Item) {
	spec := mapAt(i.tree, "spec")
	ingress, egress := listAt(spec, "ingress"), listAt(spec, "egress")
	if len(mapAt(spec, "podSelector")) == 0 && len(ingress) == 0 && len(egress) == 0 {
		i.Into = manifest.Key{Group: "networking.k8s.io", Kind: "NetworkPolicy", Name: "default-deny"}
		return
	}
	subjects := a.subjects(mapAt(spec, "podSelector"))
	said := len(subjects) > 0
	for _, s := range subjects {
		for _, rule := range ingress {
			for _, peer := range listAt(rule, "from") {
				said = a.calledBy(s, peer) && said
			}
			said = said && len(listAt(rule, "from")) > 0
		}
		for _, rule := range egress {
			said = a.callsOf(s, rule) && said
		}
	}
	if said {
		i.leave("a guard rail: spec.services.<name>.calls say what it opens, and the platform renders policies of its own")
	} else {
		i.leave("a guard rail, and it opens what no call says: compare it with the policies that are rendered")
	}
}

// subjects are the services whose pods a selector finds; an empty one finds all.
func (a *Adoption) subjects(selector tree) []*service {
	var out []*service
	for _, s := range a.services {
		if len(selector) == 0 || s.selects(mapAt(selector, "matchLabels")) && selector["matchExpressions"] == nil {
			out = append(out, s)
		}
	}
	return out
}

func (a *Adoption) calledBy(s *service, peer any) bool {
	selector := mapAt(peer, "podSelector", "matchLabels")
	if at(peer, "namespaceSelector") != nil || at(peer, "ipBlock") != nil || len(selector) == 0 || s.address == nil {
		return false
	}
	callers := a.subjects(tree{"matchLabels": selector})
	for _, caller := range callers {
		caller.call(fields{{"service", s.name}})
	}
	return len(callers) > 0
}

func (a *Adoption) callsOf(s *service, rule any) bool {
	if resolves(rule) {
		return true
	}
	said := len(listAt(rule, "to")) > 0
	for _, peer := range listAt(rule, "to") {
		if block := textAt(peer, "ipBlock", "cidr"); block != "" && at(peer, "ipBlock", "except") == nil {
			ports := listAt(rule, "ports")
			for _, p := range ports {
				number, ok := at(p, "port").(int64)
				if said = said && ok && at(p, "endPort") == nil && textAt(p, "protocol") != "UDP"; ok {
					s.call(fields{{"cidr", block}, {"port", number}})
				}
			}
			said = said && len(ports) > 0
			continue
		}
		called := a.subjects(tree{"matchLabels": mapAt(peer, "podSelector", "matchLabels")})
		if at(peer, "namespaceSelector") != nil || len(mapAt(peer, "podSelector", "matchLabels")) == 0 || len(called) == 0 {
			said = false
			continue
		}
		for _, other := range called {
			if other.address == nil {
				said = false
				continue
			}
			s.call(fields{{"service", other.name}})
		}
	}
	return said
}

// resolves reports whether a rule opens the resolver alone, which every tenant may ask.
func resolves(rule any) bool {
	ports := listAt(rule, "ports")
	return len(ports) > 0 && !slices.ContainsFunc(ports, func(p any) bool { n := fmt.Sprint(at(p, "port")); return n != "53" && n != "5353" })
}
