package schemas

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// closedCalls are the clusters in which calls stay closed, by what is said of them at a line: it is said once for all.
type closedCalls map[closedCall][]string

type closedCall struct {
	manifest.Position
	field, message string
}

func callOf(p *manifest.Problem) closedCall { return closedCall{p.Position, p.Field, p.Message} }

// add notes a cluster; the last problem is about it.
func (c closedCalls) add(p *manifest.Problem, cluster string) {
	if key := callOf(p); !slices.Contains(c[key], cluster) {
		c[key] = append(c[key], cluster)
	}
}

// name says in the problems which clusters they are about.
func (c closedCalls) name(problems []manifest.Problem) {
	for i := range problems {
		p := &problems[i]
		clusters := slices.Sorted(slices.Values(c[callOf(p)]))
		if len(clusters) == 0 {
			continue
		}
		these := "cluster "
		network, plugin := "the network of cluster %s opens", "if that is its network plug-in"
		if len(clusters) > 1 {
			these, network, plugin = "clusters ", "the networks of clusters %s open", "where that is the network plug-in"
		}
		names := listed(clusters)
		p.Message += ": " + fmt.Sprintf(network, names) + " addresses, not names"
		p.Remedy = fmt.Sprintf("call its addresses by cidr as well, or have cni set to cilium for %s%s, %s", these, names, plugin)
	}
}
