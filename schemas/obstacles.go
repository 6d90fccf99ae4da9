package schemas

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// obstacle says why a service cannot be released by a strategy, what would change that, and whether it
// is about the requests of the service.
type obstacle struct {
	why, mend string
	requests  bool
}

// obstacles are all that keeps a service from being released by a strategy on a cluster.
func obstacles(s *manifest.Node, strategy string, c *Cluster) []obstacle {
	if strategy == "" || strategy == "rolling" {
		return nil
	}
	var out []obstacle
	if !c.Has("rollouts") {
		out = append(out, obstacle{
			why:  fmt.Sprintf("needs rollouts, which cluster %s does not have", c.Name),
			mend: fmt.Sprintf("have rollouts installed on cluster %s", c.Name),
		})
	}
	if len(claimed(s)) > 0 {
		out = append(out, obstacle{
			why:  "needs a volume-free service: a claim is mounted by one pod at a time",
			mend: "use emptyDir instead of the claim",
		})
	}
	switch switches := strategy == "blueGreen" || strategy == "abTest"; {
	case switches && ungated(s):
		out = append(out, obstacle{"needs a service with ports: " + strategy + " switches requests", "give the service ports", true})
	case strategy == "abTest":
		if o := unrouted(s, c); o.why != "" {
			out = append(out, o)
		}
	}
	return out
}

// claimed are the numbers of the volumes that are claims which one node or pod alone may mount.
func claimed(s *manifest.Node) []int {
	var out []int
	for i, v := range itemsOf(s.Get("volumes")) {
		if says(v, "claim") && word(v.Get("accessMode")) != "ReadWriteMany" {
			out = append(out, i)
		}
	}
	return out
}

// ungated reports whether a service has no requests that a release could measure or switch.
func ungated(s *manifest.Node) bool {
	ports := s.Get("ports")
	return ports == nil || len(ports.Fields) == 0
}

// isObstructed reports whether a service cannot be released as it says.
func isObstructed(s *manifest.Node, strategy string, c *Cluster) bool {
	if strategy == "canary" && askRouter(s.Get("release").Get("steps")) && unrouted(s, c).why != "" {
		return true
	}
	return len(obstacles(s, strategy, c)) > 0
}

// obstructed tells what is in the way of a strategy, each with what the service could have instead.
func (e *resolved) obstructed(path manifest.Path, n *manifest.Node, s Service) {
	unknown := e.isPruned(path.Join("ports")) || e.isPruned(path.Join("expose"))
	for _, o := range obstacles(n, s.Release.Strategy, e.cluster) {
		if unknown && o.requests {
			continue
		}
		p := e.complain(path.Join("release", "strategy"), "%s", o.why)
		p.Remedy = o.mend
		if instead := e.possible(n, s, e.tier.Allows.Strategies); len(instead) > 0 {
			p.Remedy = fmt.Sprintf("set %s to %s, or %s", p.Field, choiceOf(instead), o.mend)
		}
	}
}
