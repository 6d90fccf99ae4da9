package schemas

import (
	"maps"
	"slices"
)

// The minor versions of Kubernetes that first know sidecars among init containers, and a sleep before a stop.
const (
	OldestSidecar = 29
	OldestSleep   = 30
)

// metricsPort is the name of the port that the platform reads metrics from.
const metricsPort = "metrics"

// offerSidecars adds the ports of sidecars that are the service's to others: those that it exposes, and that of
// metrics. The other ones are for the pod alone.
func (s *Service) offerSidecars() {
	if len(s.Sidecars) == 0 {
		return
	}
	all := map[string]Port{}
	for _, sidecar := range slices.Sorted(maps.Keys(s.Sidecars)) {
		for name, p := range s.Sidecars[sidecar].Ports {
			if _, own := s.Ports[name]; !own && (name == metricsPort || s.exposes(name)) {
				p.Sidecar = sidecar
				all[name] = p
			}
		}
	}
	maps.Copy(all, s.Ports)
	s.Ports = all
}

func (s *Service) exposes(port string) bool {
	return slices.ContainsFunc(s.Expose, func(e Expose) bool { return e.Port == port })
}

// OwnPorts are those of the service's own container.
func (s Service) OwnPorts() map[string]Port {
	if len(s.Sidecars) == 0 {
		return s.Ports
	}
	own := maps.Clone(s.Ports)
	maps.DeleteFunc(own, func(_ string, p Port) bool { return p.Sidecar != "" })
	return own
}

// Containers are what the containers of the service ask for: its own, its sidecars', its steps'.
func (s Service) Containers() []ContainerResources {
	out := []ContainerResources{s.Resources}
	for _, name := range slices.Sorted(maps.Keys(s.Sidecars)) {
		out = append(out, s.Sidecars[name].Resources)
	}
	for _, step := range s.Init {
		out = append(out, step.Resources)
	}
	return out
}
