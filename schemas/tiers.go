package schemas

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// ground is what a tenant of a tier has in an environment before it says anything: schema default <
// tier < platform defaults < the environment's defaults.
type ground struct {
	spec *manifest.Node
	// services are the defaults of a service, by kind.
	services map[string]*manifest.Node
}

var serviceKinds = []string{"service", "worker", "job", "cronjob", "statefulset"}

// grounds are by tier, then by environment; "" is that of a tenant without its environments.
type grounds map[string]map[string]*ground

func (p *platform) grounds(defaults *manifest.Node) grounds {
	out := grounds{}
	for name := range p.facts.Tiers {
		base := p.ground(defaults, name, nil)
		out[name] = map[string]*ground{"": base}
		for i := range p.facts.Environments {
			env := &p.facts.Environments[i]
			own := p.environmentDefaults(env.Name)
			if env.SharePercent == 100 && own == nil {
				out[name][env.Name] = base
				continue
			}
			out[name][env.Name] = p.ground(defaults, name, env)
		}
	}
	return out
}

func (p *platform) environmentDefaults(name string) *manifest.Node {
	list := p.doc.Get("spec").Get("environments")
	if list == nil {
		return nil
	}
	for _, item := range list.Items {
		if n := item.Get("name"); n != nil && n.Value == name {
			return item.Get("defaults")
		}
	}
	return nil
}

func (p *platform) ground(defaults *manifest.Node, tier string, env *PlatformEnvironment) *ground {
	share := int64(100)
	layers := []*manifest.Node{p.doc.Get("spec").Get("defaults")}
	if env != nil {
		share = env.SharePercent
		layers = append(layers, p.environmentDefaults(env.Name))
	}
	t := p.tiers.Get(tier)
	var m merger
	g := &ground{services: map[string]*manifest.Node{}}
	g.spec = m.lay(defaults.Get("spec"), t.Get("defaults"), atSpec)
	g.spec = m.lay(g.spec, mapOf("resources", entitlement(t, share)), atSpec)
	for _, l := range layers {
		g.spec = m.lay(g.spec, l.Get("spec"), atSpec)
	}
	for _, kind := range serviceKinds {
		// What the schema says of a kind is narrower than what a tier says of every service: a job is
		// never released by a canary.
		s := m.lay(defaults.Get("service"), tierService(t, kind, share), service)
		s = m.lay(s, defaults.Get("kinds").Get(kind), service)
		for _, l := range layers {
			s = m.lay(s, l.Get("service"), service)
			s = m.lay(s, l.Get("kinds").Get(kind), service)
		}
		g.services[kind] = s
	}
	return g
}

// entitlement is what a tier gives by default, as spec.resources.
func entitlement(tier *manifest.Node, share int64) *manifest.Node {
	out := &manifest.Node{Position: tier.Position, Kind: manifest.Map}
	for _, name := range []string{"cpu", "memory", "storage"} {
		value := tier.Get(name).Get("default")
		if share != 100 {
			scaled := *value
			q := part(quantity(value), share, name)
			scaled.Value = q.String()
			value = &scaled
		}
		out.Fields = append(out.Fields, manifest.Field{Key: name, Position: value.Position, Value: value})
	}
	return out
}

func tierService(tier *manifest.Node, kind string, share int64) *manifest.Node {
	own := tier.Get("service")
	if slices.Contains([]string{"job", "cronjob"}, kind) {
		return own
	}
	value := *tier.Get("replicas").Get("default")
	if n, ok := value.Value.(int64); ok {
		value.Value = (n*share + 99) / 100
	}
	return merger{}.lay(mapOf("replicas", &value), own, service)
}

// part is a share of a quantity, in percent.
func part(q resource.Quantity, percent int64, what string) resource.Quantity {
	switch {
	case percent == 100:
		return q
	case what == "cpu":
		return *resource.NewMilliQuantity(q.MilliValue()*percent/100, resource.DecimalSI)
	}
	return *resource.NewQuantity(q.Value()/100*percent+q.Value()%100*percent/100, resource.BinarySI)
}

// quantity reads a quantity that a schema has judged.
func quantity(n *manifest.Node) resource.Quantity {
	if n == nil {
		return resource.Quantity{}
	}
	q, err := parseQuantity(n)
	if err != nil {
		return resource.Quantity{}
	}
	return q
}

func parseQuantity(n *manifest.Node) (resource.Quantity, error) {
	return resource.ParseQuantity(strings.TrimSpace(text(n.Value)))
}
