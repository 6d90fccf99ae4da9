package schemas

import (
	"cmp"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// listening is a port of a container of the pod, and the field that says so.
type listening struct {
	at   manifest.Path
	name string
	Port
}

// listens are all ports of the pod: its containers share one address.
func (s Service) listens(path manifest.Path) []listening {
	var out []listening
	add := func(at manifest.Path, ports map[string]Port) {
		for _, name := range sortedKeys(ports) {
			p := ports[name]
			p.Protocol = cmp.Or(p.Protocol, "TCP")
			out = append(out, listening{at.Join("ports", name), name, p})
		}
	}
	add(path, s.OwnPorts())
	for _, name := range sortedKeys(s.Sidecars) {
		add(path.Join("sidecars", name), s.Sidecars[name].Ports)
	}
	return out
}

// portNames are those of all ports of the pod.
func (s Service) portNames() []string {
	var out []string
	for _, p := range s.listens(nil) {
		out = append(out, p.name)
	}
	slices.Sort(out)
	return out
}

// numbers refuses two ports of a pod that are one, by name or by number and protocol, and two that the Service would
// answer at by one number.
func (e *resolved) numbers(path manifest.Path, s Service) {
	type number struct {
		n        int32
		protocol string
	}
	names, inside, outside := map[string]bool{}, map[number]string{}, map[number]string{}
	for _, p := range s.listens(path) {
		own, answers := number{p.Port.Port, p.Protocol}, number{p.Number(), p.Protocol}
		_, offered := s.Ports[p.name]
		switch {
		case names[p.name]:
			e.complain(p.at, "%s is the name of another port of the pod as well", p.name)
		case inside[own] != "":
			e.complain(p.at, "%d (%s) is the number of port %s as well", own.n, own.protocol, inside[own])
		case offered && outside[answers] != "":
			e.complain(p.at.Join("service"), "%d (%s) is what the Service answers at for port %s as well", answers.n, answers.protocol, outside[answers])
		case p.App != "" && p.Protocol == "UDP":
			e.complain(p.at.Join("app"), "is for ports of TCP, and this is one of UDP")
		}
		names[p.name], inside[own] = true, p.name
		if offered {
			outside[answers] = p.name
		}
	}
}
