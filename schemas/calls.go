package schemas

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// serviceCalls judges the calls to services of the tenant itself.
func (e *resolved) serviceCalls(path manifest.Path, s Service) {
	services := e.environment.Spec.Services
	for i, c := range s.Calls {
		if c.Service == "" || c.Tenant != "" && c.Tenant != e.name {
			continue
		}
		at := path.Join("calls", i, "service")
		if called, ok := services[c.Service]; !ok {
			e.missing(at, "service", c.Service, sortedKeys(services))
		} else if len(called.Ports) == 0 {
			e.portless(at, c.Service, "the call opens nothing")
		} else if called.Kind == "job" || called.Kind == "cronjob" {
			p := e.complain(at, "service %s is of kind %s: no Service answers for it, so there is no name to call", c.Service, called.Kind)
			p.Severity, p.Remedy = manifest.Warning, "remove "+e.field(path.Join("calls", i))
		}
	}
}

// portless warns of a service at which nothing can be opened.
func (e *resolved) portless(at manifest.Path, service, so string) {
	p := e.complain(at, "service %s has no ports, so %s", service, so)
	p.Severity = manifest.Warning
	p.Remedy = fmt.Sprintf("set spec.services.%s.ports, or remove %s", service, e.field(at[:len(at)-1]))
}

// accept judges a word for another tenant: the service and its ports.
func (e *resolved) accept(path manifest.Path, a Accept) {
	services := e.environment.Spec.Services
	s, ok := services[a.Service]
	if !ok {
		e.missing(path.Join("service"), "service", a.Service, sortedKeys(services))
		return
	}
	if len(s.Ports) == 0 {
		e.portless(path.Join("service"), a.Service, "nothing is let in")
		return
	}
	for i, port := range a.Ports {
		if _, ok := s.Ports[port]; !ok {
			e.missing(path.Join("ports", i), "port", port, sortedKeys(s.Ports))
		}
	}
}

// sharedCalls judges the calls to services of the platform.
func (e *resolved) sharedCalls(path manifest.Path, s Service) {
	shared := e.resolver.facts.SharedServices
	for i, c := range s.Calls {
		if c.Shared == "" {
			continue
		}
		at := path.Join("calls", i, "shared")
		if service, ok := shared[c.Shared]; !ok {
			e.missing(at, "shared service", c.Shared, sortedKeys(shared))
		} else if !service.Serves(e.name) {
			p := e.complain(at, "shared service %s is not for tenant %s", c.Shared, e.name)
			p.Remedy = fmt.Sprintf("remove %s, or have %s added to platform spec.sharedServices.%s.tenants", e.field(path.Join("calls", i)), e.name, c.Shared)
		}
	}
}

// Cilium is the network plug-in that knows names of DNS.
const Cilium = "cilium"

// hostCalls judges the calls to hosts. Where the network knows addresses only, they stay closed: opening the
// port to every address would be more than was declared.
func (e *resolved) hostCalls(path manifest.Path, s Service) {
	for i, c := range s.Calls {
		if c.Host == "" {
			continue
		}
		if c.Port == dnsPort {
			e.resolves(path.Join("calls", i))
		}
		if at := path.Join("calls", i, "host"); e.cluster.CNI != Cilium {
			p := e.complain(at, "%s stays closed: the network of cluster %s opens addresses, not names", c.Host, e.cluster.Name)
			p.Severity = manifest.Warning
			p.Remedy = fmt.Sprintf("call its addresses by cidr as well, or have cni set to cilium for cluster %s, if that is its network plug-in", e.cluster.Name)
		}
	}
}
