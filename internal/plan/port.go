package plan

import "fmt"

// port is a range of ports of a protocol that a network policy lets through; the zero value is every port.
type port struct {
	protocol string // "" for every port of every protocol
	name     string // of a named port
	from, to int64
}

const lastPort = 65535

func newPort(v any) port {
	p := port{protocol: text(v, "protocol"), to: lastPort}
	if p.protocol == "" {
		p.protocol = "TCP"
	}
	switch x := at(v, "port").(type) {
	case string:
		p.name = x
	case nil:
	default:
		p.from = count(x, 0)
		p.to = count(at(v, "endPort"), p.from)
	}
	return p
}

func (p port) String() string {
	switch {
	case p.protocol == "":
		return "every port"
	case p.name != "":
		return "port " + p.name
	case p.from == 0 && p.to == lastPort:
		return "every port of " + p.protocol
	case p.from == p.to:
		return fmt.Sprintf("port %d/%s", p.from, p.protocol)
	}
	return fmt.Sprintf("ports %d to %d/%s", p.from, p.to, p.protocol)
}

func (p port) covers(other port) bool {
	switch {
	case p.protocol == "":
		return true
	case p.protocol != other.protocol:
		return false
	case p.name != "" || other.name != "":
		return p.name == other.name || p.name == "" && p.from <= 1 && p.to == lastPort
	}
	return p.from <= other.from && other.to <= p.to
}
