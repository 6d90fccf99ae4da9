package plan

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

type quantities map[string]resource.Quantity

// amounts lists what changes between two sets of quantities, sorted by name.
func amounts(old, new quantities) []Amount {
	var out []Amount
	names := slices.Concat(slices.Collect(maps.Keys(old)), slices.Collect(maps.Keys(new)))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		a := Amount{Name: name}
		if q, ok := old[name]; ok {
			a.Old = &q
		}
		if q, ok := new[name]; ok {
			a.New = &q
		}
		if a.Old == nil || a.New == nil || a.Old.Cmp(*a.New) != 0 {
			out = append(out, a)
		}
	}
	return out
}

// quotaChanges is what the quotas of an environment allow, where it changes.
func (c *comparison) quotaChanges() []Amount {
	if !slices.ContainsFunc(c.pairs, func(p pair) bool { return isQuota(p.key) }) {
		return nil
	}
	return amounts(c.quotas(c.Old), c.quotas(c.New))
}

// steady is what the workloads of a side ask for.
func steady(s *Side) quantities {
	if s == nil {
		return nil
	}
	return s.Steady
}

// quotas are what the ResourceQuotas of a side allow, by resource: the least where several bound the same. One for
// some pods only is told with its name.
func (c *comparison) quotas(s *Side) quantities {
	out := quantities{}
	if s == nil {
		return out
	}
	for i := range s.Objects {
		o := &s.Objects[i]
		if o.Kind() != "ResourceQuota" || !isQuota(o.Key()) {
			continue
		}
		for name, q := range c.hard(o) {
			if scoped(o) {
				name += " of " + o.Name()
			}
			if least, ok := out[name]; !ok || q.Cmp(least) < 0 {
				out[name] = q
			}
		}
	}
	return out
}

func isQuota(k manifest.Key) bool { return k.Group == "" && k.Kind == "ResourceQuota" }

// scoped quotas count some pods only.
func scoped(o *manifest.Object) bool {
	spec := child(o.Tree, "spec")
	return len(list(spec["scopes"])) > 0 || spec["scopeSelector"] != nil
}

// hard is what a quota allows; it is read once.
func (c *comparison) hard(o *manifest.Object) quantities {
	if q, ok := c.read[o]; ok {
		return q
	}
	if c.read == nil {
		c.read = map[*manifest.Object]quantities{}
	}
	c.read[o] = hard(o)
	return c.read[o]
}

// hard is what a quota allows. "cpu" is another word for "requests.cpu", and so on.
func hard(o *manifest.Object) quantities {
	bounds := child(o.Tree, "spec", "hard")
	out := make(quantities, len(bounds))
	for name, v := range bounds {
		q, ok := quantity(v)
		if !ok {
			continue
		}
		if name == "cpu" || name == "memory" || name == "ephemeral-storage" {
			name = "requests." + name
		}
		out[name] = q
	}
	return out
}

// longestQuantity is more than anybody writes, and little enough to be read fast.
const longestQuantity = 64

// quantity reads an amount the way Kubernetes does.
func quantity(v any) (resource.Quantity, bool) {
	var s string
	switch x := v.(type) {
	case string:
		s = strings.TrimSpace(x)
	case int64:
		return *resource.NewQuantity(x, resource.DecimalSI), true
	case float64:
		s = number(x)
	default:
		return resource.Quantity{}, false
	}
	if len(s) > longestQuantity {
		return resource.Quantity{}, false
	}
	q, err := resource.ParseQuantity(s)
	return q, err == nil
}
