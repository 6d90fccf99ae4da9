package schemas

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Layers are laid on each other here, before CUE sees the result, so that every value keeps the place
// it was written at: maps are merged deep, lists replace, null removes. A map that is a choice is
// replaced where a merge would mix two answers: see reconcile.

// place says where in a tenant's spec a map stands, as far as it changes how it is merged.
type place uint8

const (
	inside   place = iota // anywhere else
	atSpec                // the spec itself
	services              // spec.services
	service               // one of them
	envMap                // its env
	choice                // a value that is replaced whole
	probes                // its probes
	probe                 // one of them
	release               // its release
	tags                  // spec.tags, and so on
	databases
	secrets
	ports // those of a service
	mounted
)

// child is the place of a field in a map at p.
func (p place) child(key string) place {
	switch {
	case p == atSpec && key == "services":
		return services
	case p == atSpec && key == "tags":
		return tags
	case p == atSpec && key == "databases":
		return databases
	case p == atSpec && key == "secrets":
		return secrets
	case p == services:
		return service
	case p == service && key == "env":
		return envMap
	case p == service && key == "ports":
		return ports
	case p == service && key == "files":
		return mounted
	case p == service && key == "probes":
		return probes
	case p == service && key == "release":
		return release
	case p == envMap:
		return choice
	case p == probes:
		return probe
	}
	return inside
}

// merger lays one layer on another.
type merger struct {
	// seed returns the defaults of a service that no lower layer knows.
	seed func(name string) *manifest.Node
	// log keeps what null did; nil where nobody asks.
	log *removals
}

// lay returns lower with upper on it. Neither is changed; the result shares their parts.
func (m merger) lay(lower, upper *manifest.Node, at place) *manifest.Node {
	if upper == nil {
		return lower
	}
	if upper.Kind != manifest.Map {
		return upper
	}
	if lower == nil || lower.Kind != manifest.Map || at == choice {
		if m.plain(upper, at) {
			return upper
		}
		lower = &manifest.Node{Position: upper.Position, Kind: manifest.Map}
	}
	lower = reconcile(lower, upper, at)
	out := &manifest.Node{Position: written(lower.Position, upper.Position), Kind: manifest.Map}
	out.Fields = make([]manifest.Field, len(lower.Fields), len(lower.Fields)+len(upper.Fields))
	copy(out.Fields, lower.Fields)
	index := indexOf(lower)
	for _, f := range upper.Fields {
		i, known := index(f.Key)
		switch {
		case isNull(f.Value) && known:
			out.Fields[i].Value = nil
			m.log.remove(f, at)
		case isNull(f.Value):
			m.log.miss(f, at, lower)
		case known:
			out.Fields[i] = m.field(lower.Fields[i], f, at)
		default:
			var under *manifest.Node
			if at == services && m.seed != nil {
				under = m.seed(f.Key)
			}
			f.Value = m.below(f.Key, under, f.Value, at)
			out.Fields = append(out.Fields, f)
		}
	}
	out.Fields = slices.DeleteFunc(out.Fields, func(f manifest.Field) bool { return f.Value == nil })
	return out
}

// below lays a field of the map at a place.
func (m merger) below(key string, lower, upper *manifest.Node, at place) *manifest.Node {
	m.log.enter(key)
	defer m.log.leave()
	return m.lay(lower, upper, at.child(key))
}

func (m merger) field(lower, upper manifest.Field, at place) manifest.Field {
	value := m.below(upper.Key, lower.Value, upper.Value, at)
	if value.Kind == manifest.Map && lower.Value.Kind == manifest.Map {
		upper.Position = written(lower.Position, upper.Position)
	}
	upper.Value = value
	return upper
}

// plain reports whether a map can be taken as it is: it removes nothing, and no service in it waits
// for its defaults.
func (m merger) plain(n *manifest.Node, at place) bool {
	if (at == atSpec || at == services) && m.seed != nil {
		return false
	}
	for i := range n.Fields {
		v := n.Fields[i].Value
		if isNull(v) || v.Kind == manifest.Map && !m.plain(v, at.child(n.Fields[i].Key)) {
			return false
		}
	}
	return true
}

// written chooses the place of a map that two layers have: that of the tenant's own file, where the
// author of a missing field would add it, or else the later one.
func written(lower, upper manifest.Position) manifest.Position {
	if strings.HasPrefix(lower.File, tenantsDir+"/") || upper.Line == 0 {
		return lower
	}
	return upper
}

// indexOf finds the fields of a map; large maps are not searched again for every key.
func indexOf(n *manifest.Node) func(string) (int, bool) {
	if len(n.Fields) <= 16 {
		return func(key string) (int, bool) {
			for i := range n.Fields {
				if n.Fields[i].Key == key {
					return i, true
				}
			}
			return 0, false
		}
	}
	known := make(map[string]int, len(n.Fields))
	for i := range n.Fields {
		known[n.Fields[i].Key] = i
	}
	return func(key string) (int, bool) { i, ok := known[key]; return i, ok }
}

func isNull(n *manifest.Node) bool { return n.Kind == manifest.Scalar && n.Value == nil }

// strategies are the release fields that only some strategies have.
var strategies = map[string][]string{
	"weights":    {"canary"},
	"steps":      {"canary"},
	"gate":       {"canary", "blueGreen", "abTest"},
	"approval":   {"canary", "blueGreen", "abTest"},
	"keepOldFor": {"blueGreen"},
	"smoke":      {"blueGreen"},
	"match":      {"abTest"},
	"duration":   {"abTest"},
	"replicas":   {"abTest"},
	"image":      {"abTest"},
}

// reconcile drops from lower what would contradict the choice that upper makes.
func reconcile(lower, upper *manifest.Node, at place) *manifest.Node {
	switch at {
	case atSpec:
		return reconcileStage(lower, upper)
	case service:
		return reconcileScale(lower, upper)
	case probe:
		return reconcileProbe(lower, upper)
	case release:
		return reconcileRelease(lower, upper)
	}
	return lower
}

// reconcileStage: what is said of leaving means nothing to an environment that does not leave with its tenant.
func reconcileStage(lower, upper *manifest.Node) *manifest.Node {
	stage := word(upper.Get("lifecycle"))
	if stage != "" && stage != manifest.Offboarding && word(lower.Get("lifecycle")) == manifest.Offboarding {
		return without(lower, "offboarding")
	}
	return lower
}

// reconcileScale: a service has a number of replicas or an autoscaler.
func reconcileScale(lower, upper *manifest.Node) *manifest.Node {
	fixed, auto := says(upper, "replicas"), says(upper, "autoscaling")
	switch {
	case fixed && !auto:
		return without(lower, "autoscaling")
	case auto && !fixed:
		return without(lower, "replicas")
	}
	return lower
}

// reconcileProbe: a probe is an HTTP request, a gRPC call, a command or a connection to a port.
func reconcileProbe(lower, upper *manifest.Node) *manifest.Node {
	switch {
	case says(upper, "exec"):
		return without(lower, "path", "port", "grpc")
	case says(upper, "grpc"):
		return without(lower, "path", "exec")
	case says(upper, "path"):
		return without(lower, "grpc", "exec")
	case says(upper, "port"):
		return without(lower, "exec")
	}
	return lower
}

// reconcileRelease: what belongs to one strategy means nothing to another.
func reconcileRelease(lower, upper *manifest.Node) *manifest.Node {
	next := upper.Get("strategy")
	if next == nil || next.Value == nil {
		return lower
	}
	if old := lower.Get("strategy"); old != nil && old.Value == next.Value {
		return lower
	}
	name, _ := next.Value.(string)
	var drop []string
	for _, f := range lower.Fields {
		if of, ok := strategies[f.Key]; ok && !slices.Contains(of, name) {
			drop = append(drop, f.Key)
		}
	}
	return without(lower, drop...)
}
