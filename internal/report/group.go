package report

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// group collects what differs in nothing but the environment.
func group(ps []manifest.Problem) [][]manifest.Problem {
	type key struct {
		manifest.Position
		check, field, message, tenant, namespace, kind, name, path, waiver string
		baseline                                                           bool
	}
	var out [][]manifest.Problem
	at := map[key]int{}
	for _, p := range ps {
		k := key{p.Position, p.Check, p.Field, p.Message, p.Tenant, "", p.Object.Kind, p.Object.Name, p.Path.String(), p.Waiver, p.Baseline}
		if p.Environment == "" {
			k.namespace = p.Object.Namespace
		}
		i, ok := at[k]
		if !ok {
			at[k], out = len(out), append(out, []manifest.Problem{p})
			continue
		}
		out[i] = append(out[i], p)
	}
	return out
}

// fresh are the groups of what the base does not have.
func fresh(groups [][]manifest.Problem) [][]manifest.Problem {
	return slices.DeleteFunc(groups, func(g []manifest.Problem) bool { return g[0].Baseline })
}

// gravest sorts groups by severity, the gravest first; equals keep their order.
func gravest(groups [][]manifest.Problem) [][]manifest.Problem {
	slices.SortStableFunc(groups, func(a, b []manifest.Problem) int {
		switch a, b := a[0].Severity, b[0].Severity; {
		case a == b:
			return 0
		case a.AtLeast(b):
			return -1
		}
		return 1
	})
	return groups
}
