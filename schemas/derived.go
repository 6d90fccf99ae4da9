package schemas

import (
	"fmt"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// names refuses names that the objects of a service could not have beside others.
func (e *resolved) names(path manifest.Path, name string) {
	if name == "default" {
		e.complain(path, "a service cannot be named default: its service account would be that of the namespace")
	}
	e.deliveryAccount(path, name)
	for _, role := range []string{"-canary", "-preview", "-b", "-headless"} {
		main, ok := strings.CutSuffix(name, role)
		if !ok {
			continue
		}
		if how := e.environment.Spec.Services[main].beside(role, e.cluster); how != "" {
			p := e.complain(path, "%s is the name of the %s", name, fmt.Sprintf(how, main))
			p.Remedy = fmt.Sprintf("rename %s or %s", name, main)
		}
	}
}

// deliveryAccount refuses a name whose pods would run as the account of the delivery.
func (e *resolved) deliveryAccount(path manifest.Path, name string) {
	if name == DeliveryAccount {
		e.complain(path, "%s is the name of the service account that applies what the tenant delivers", name)
	}
}

// beside says in what role objects stand beside the service that are named after it and the role: those of a release,
// and those that give pods names.
func (s Service) beside(role string, c *Cluster) string {
	short := s.Release.Strategy == "canary" || s.Release.Strategy == "abTest" && !s.Release.isLong()
	switch {
	case role == "-preview" && s.Release.Strategy == "blueGreen":
		return "preview of %s, which is released by blueGreen"
	case role == "-canary" && short && s.Router(c) != NoRouter:
		return "new version of %s, which is released by " + s.Release.Strategy + " over router " + c.Router
	case role == "-headless" && s.Kind == "statefulset":
		return "Service by which the pods of %s, a statefulset, have names"
	case role == "-b" && s.Release.isLong():
		return "second version of %s, which is tested for more than " + longestStep
	}
	return ""
}

// routes refuses two services whose routes would have one name, which is that of service and host.
func (e *resolved) routes() {
	if e.cluster.Router != Istio && e.cluster.Router != GatewayAPI {
		return
	}
	services, of := e.environment.Spec.Services, map[string]string{}
	for name := range services {
		if e.cluster.Sidecars() {
			of[name] = name // what routes its requests from inside
		}
	}
	for _, name := range sortedKeys(services) {
		for i, x := range services[name].Expose {
			route := RouteName(name, x.Host)
			if other, ok := of[route]; ok && other != name {
				p := e.complain(manifest.Path{"spec", "services", name, "expose", i, "host"}, "its route would be named %s, as one of %s is", route, other)
				p.Remedy = fmt.Sprintf("rename %s or %s", name, other)
			}
			of[route] = name
		}
	}
}
