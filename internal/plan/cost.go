package plan

import "github.com/tenantsmith/tenantsmith/internal/manifest"

const gibibyte = 1 << 30

// parts are what has a price, in the order in which it is told.
var parts = []struct {
	name   string
	amount func(*Side) float64
	price  func(*Prices) float64
}{
	{"compute", func(s *Side) float64 { return asked(s, "requests.cpu") }, func(p *Prices) float64 { return p.CPU }},
	{"memory", func(s *Side) float64 { return asked(s, "requests.memory") / gibibyte }, func(p *Prices) float64 { return p.MemoryGiB }},
	{"storage", func(s *Side) float64 { return asked(s, "requests.storage") / gibibyte }, func(p *Prices) float64 { return p.StorageGiB }},
	{"databases", func(s *Side) float64 { return counted(s, instances) }, func(p *Prices) float64 { return p.Database }},
	{"load balancers", func(s *Side) float64 { return counted(s, balancers) }, func(p *Prices) float64 { return p.LoadBalancer }},
}

// costOf is what a change costs; nil without prices, or where nothing changes.
func costOf(old, new *Side, p *Prices) *Cost {
	if p == nil {
		return nil
	}
	c := &Cost{Currency: p.Currency}
	for _, part := range parts {
		price := part.price(p)
		c.add(CostPart{Name: part.name, Old: price * part.amount(old), New: price * part.amount(new)})
	}
	if len(c.Parts) == 0 {
		return nil
	}
	return c
}

// add counts a part, and tells it if it changes.
func (c *Cost) add(p CostPart) {
	c.Old += p.Old
	c.New += p.New
	if p.Old != p.New {
		c.Parts = append(c.Parts, p)
	}
}

// sumParts adds up parts of the same name, in the order in which they are told.
func sumParts(all []CostPart) []CostPart {
	var out []CostPart
	for _, part := range parts {
		sum, found := CostPart{Name: part.name}, false
		for _, p := range all {
			if p.Name == part.name {
				sum.Old, sum.New, found = sum.Old+p.Old, sum.New+p.New, true
			}
		}
		if found {
			out = append(out, sum)
		}
	}
	return out
}

// asked is how much of a resource the workloads of a side ask for.
func asked(s *Side, name string) float64 {
	q, ok := steady(s)[name]
	if !ok {
		return 0
	}
	return q.AsApproximateFloat64()
}

func counted(s *Side, of func(*manifest.Object) int64) float64 {
	if s == nil {
		return 0
	}
	var n int64
	for i := range s.Objects {
		n += of(&s.Objects[i])
	}
	return float64(n)
}

// instances counts those of a database.
func instances(o *manifest.Object) int64 {
	if o.Kind() != "Cluster" || kindOf(o.Key()) != postgres {
		return 0
	}
	return count(at(o.Tree, "spec", "instances"), 1)
}

const postgres = "postgresql.cnpg.io/Cluster"

// balancers counts what a cloud gives an address of its own: Services that ask for it, and Gateways.
func balancers(o *manifest.Object) int64 {
	switch o.Kind() {
	case "Service":
		if o.APIVersion() == "v1" && text(o.Tree, "spec", "type") == "LoadBalancer" {
			return 1
		}
	case "Gateway":
		if kindOf(o.Key()) == "gateway.networking.k8s.io/Gateway" {
			return 1
		}
	}
	return 0
}
