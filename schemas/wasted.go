package schemas

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// wasted warns of fields that a person wrote of a service and that change nothing of what is rendered for it.
func (e *resolved) wasted(path manifest.Path, s Service) {
	ends := s.Kind == "job" || s.Kind == "cronjob"
	switch why := fmt.Sprintf("no Service is made for a service of kind %s", s.Kind); {
	case ends:
		e.unserved(path, s.Ports, why)
		e.unasked(path, s, why)
		e.unspread(path.Join("placement", "spread"), s)
		e.without(path.Join("release", "strategy"), s.Release.Strategy == "rolling", fmt.Sprintf("nothing of kind %s is released", s.Kind))
	case len(s.Ports) == 0:
		e.unasked(path, s, "the service has no ports")
	}
	for i, v := range s.Volumes {
		at := path.Join("volumes", i, "readOnly")
		n, _ := e.value(at)
		e.without(at, v.Secret != "" && n != nil && n.Value == false, "a secret can only be read")
	}
	for _, name := range sortedKeys(s.Sidecars) {
		hidden := map[string]Port{}
		for port, p := range s.Sidecars[name].Ports {
			if _, offered := s.Ports[port]; ends || !offered {
				hidden[port] = p
			}
		}
		e.unserved(path.Join("sidecars", name), hidden, "the port is for its own pod alone")
	}
}

// without is for a field that stands where what it is about is missing.
func (e *resolved) without(at manifest.Path, said bool, why string) {
	if _, own := e.value(at); !said || !own {
		return
	}
	p := e.complain(at, "has no effect: %s", why)
	p.Severity, p.Remedy = manifest.Warning, "remove "+p.Field
}

// unserved are what a Service would say of ports.
func (e *resolved) unserved(path manifest.Path, ports map[string]Port, why string) {
	for _, name := range sortedKeys(ports) {
		at := path.Join("ports", name)
		e.without(at.Join("service"), ports[name].Service != 0, why)
		e.without(at.Join("app"), ports[name].App != "", why)
	}
}

// unasked is how requests would be led to a service that gets none.
func (e *resolved) unasked(path manifest.Path, s Service, why string) {
	e.without(path.Join("sessionAffinity"), s.SessionAffinity != nil, why)
	e.without(path.Join("trafficDistribution"), s.TrafficDistribution != "", why)
}

// unspread is where several pods would be kept apart, of a run that has one.
func (e *resolved) unspread(at manifest.Path, s Service) {
	if s.Parallelism != nil && *s.Parallelism > 1 {
		return
	}
	e.without(at.Join("node"), s.Placement.Spread.Node != "", "a run has one pod at a time")
	e.without(at.Join("zone"), s.Placement.Spread.Zone != "", "a run has one pod at a time")
}
