package adopt

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// readCalls finds services that texts of others name as a host with a port: what nobody declares is closed.
func (a *Adoption) readCalls() {
	for _, s := range a.services {
		var said []string
		for _, c := range append(slices.Clone(s.pod.Containers), s.pod.InitContainers...) {
			said = append(append(said, c.Args...), c.Command...)
			for _, f := range a.envDoc(c) {
				if text, ok := f.value.(string); ok {
					said = append(said, text)
				}
			}
			files, _ := a.mountsDoc(s, c)
			for _, f := range files {
				said = append(said, f.value.(string))
			}
		}
		all := strings.Join(said, "\n")
		for _, other := range a.services {
			if other != s && other.address != nil && (other.called(a.namespace).MatchString(all) || slices.Contains(said, other.name)) {
				s.call(fields{{"service", other.name}})
			}
		}
	}
}

// called finds a service as the host of an address; of a StatefulSet each of its pods as well.
func (s *service) called(namespace string) *regexp.Regexp {
	host := regexp.QuoteMeta(s.name)
	if s.kind == "statefulset" {
		host = `([a-z0-9-]+-[0-9]+\.)?(` + host + `|` + host + `-headless|` + regexp.QuoteMeta(orText(textAt(s.source.tree, "spec", "serviceName"), s.name)) + `)`
	}
	host += `(\.` + regexp.QuoteMeta(orText(namespace, "default")) + `(\.svc(\.cluster\.local)?)?)?`
	return regexp.MustCompile(`(?m)(^|[\s/@,;="'(\[])` + host + `(:[0-9]{1,5}|:\$|/)|(//|@)` + host + `($|[\s"',;:/])`)
}

func (s *service) call(f fields) {
	for _, c := range s.calls {
		if slices.EqualFunc(c, f, func(x, y field) bool { return x == y }) {
			return
		}
	}
	s.calls = append(s.calls, f)
}

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
	said := len(subjects) > 0 || len(ingress) == 0 && !slices.ContainsFunc(egress, func(rule any) bool { return !resolves(rule) })
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
