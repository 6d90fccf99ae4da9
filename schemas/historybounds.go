package schemas

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// bounds are what judges a field, whoever set it.
func (t *Tenant) bounds(env string, p manifest.Path) []Step {
	r, e := t.resolver, t.environment(env)
	tier := r.tiers.Get(e.Spec.Tier)
	if tier == nil {
		return nil
	}
	share, _ := e.Platform.ShareOf(env)
	bound := func(figure string, n *manifest.Node, value any) []Step {
		if n == nil {
			return nil
		}
		at, _ := tier.Find(manifest.Path{figure})
		if n.Position.Line > 0 {
			at = n.Position
		}
		return []Step{{Layer: LayerTier, Name: "maximum of tier " + e.Spec.Tier, Path: p, Value: value, Position: at}}
	}
	last, _ := p[len(p)-1].(string)
	switch {
	case len(p) == 3 && p[1] == "resources":
		most := tier.Get(last).Get("maximum")
		if most == nil {
			return nil
		}
		q := part(quantity(most), share, last)
		return bound(last, most, q.String())
	case len(p) == 4 && p[1] == "services" && last == "replicas", len(p) == 5 && p[1] == "services" && p[3] == "autoscaling" && (last == "max" || last == "min"):
		return bound("replicas", tier.Get("replicas").Get("maximum"), (int64(e.Tier.Replicas.Maximum)*share+99)/100)
	case len(p) == 5 && p[1] == "services" && p[3] == "release" && last == "strategy":
		list := tier.Get("allows").Get("strategies")
		if list == nil {
			return nil
		}
		out := bound("allows", list, list.Tree())
		out[0].Name = "allowed by tier " + e.Spec.Tier
		return out
	case len(p) == 2 && slices.Contains([]string{"domains", "backup", "databases"}, last):
		n := tier.Get("allows").Get(last)
		out := bound("allows", n, nil)
		if n != nil {
			out[0].Name, out[0].Value = "allowed by tier "+e.Spec.Tier, n.Value
		}
		return out
	}
	return nil
}
