package policies

import "slices"

// mixed are the hosts, buckets and identities of the cloud that one tenant has both in a protected environment and in another
// one. Of hosts those on one cluster count: elsewhere the records of DNS keep them apart. Secrets are
// not among them: whether a store has paths by environment is the platform's to say.
func mixed(in []Member) []any {
	type name struct{ tenant, cluster, kind, value string }
	claimed := map[name][]holding{}
	for i, m := range in {
		for _, c := range m.Claims {
			at := name{tenant: m.Tenant, kind: c.Kind, value: root(c)}
			switch c.Kind {
			case "host":
				at.cluster = m.Cluster
			case "bucket", UsedIdentity:
			default:
				continue
			}
			claimed[at] = append(claimed[at], holding{i, c})
		}
	}
	var all []any
	for at, own := range claimed {
		protected := func(h holding) bool { return in[h.member].Protected }
		if first := protected(own[0]); !slices.ContainsFunc(own, func(h holding) bool { return protected(h) != first }) {
			continue
		}
		all = append(all, map[string]any{"kind": at.kind, "value": at.value, "holders": holders(in, own)})
	}
	return all
}
