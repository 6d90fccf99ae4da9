package schemas

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// What the firewall does with a request that its rules object to: nothing, log it, or refuse it.
const (
	WAFOff    = "off"
	WAFDetect = "detect"
	WAFBlock  = "block"

	coraza = "coraza"
	// mostBody is how much of a request Coraza reads at most, in bytes.
	mostBody = 1 << 30
)

// Coraza reports whether the cluster's gateway runs the firewall whose rules are rendered.
func (c *Cluster) Coraza() bool {
	return c != nil && c.WAF == coraza && (c.Router == Istio || c.Router == GatewayAPI)
}

// Gathers reports whether what belongs to no tenant depends on the tenants all the same: one firewall guards the hosts of
// all of them.
func (p *Platform) Gathers() bool {
	return p != nil && slices.ContainsFunc(p.Environments, func(e PlatformEnvironment) bool {
		c := p.Clusters[e.Cluster]
		return c.Coraza() && c.Router == Istio
	})
}

// WAF is what the firewall does for an exposure: what it says, otherwise what the tenant's tier does.
func (e *Environment) WAF(x Expose) string {
	mode := x.WAF
	if e.Tier != nil {
		mode = cmp.Or(mode, e.Tier.WAF)
	}
	return cmp.Or(mode, WAFBlock)
}

// waf judges what a service asks of the firewall, by the one that the cluster has.
func (e *resolved) waf(path manifest.Path, s Service) {
	if !e.cluster.Coraza() {
		for i, x := range s.Expose {
			if x.WAF == WAFDetect || x.WAF == WAFBlock {
				p := e.complain(path.Join("expose", i, "waf"), "%s: the gateway runs no firewall whose rules are rendered", NotRendered)
				p.Severity = manifest.Warning
			}
		}
		for _, field := range []string{"exclude", "maxBody"} {
			if at := path.Join("waf", field); s.WAF.says(field) {
				p := e.complain(at, "is for clusters whose gateway runs Coraza, and cluster %s has waf: %s", e.cluster.Name, cmp.Or(e.cluster.WAF, "none"))
				p.Remedy = fmt.Sprintf("remove %s, or have waf: coraza set for cluster %s", p.Field, e.cluster.Name)
			}
		}
		return
	}
	for i, id := range s.WAF.Exclude {
		if why := unremovable(id); why != "" {
			p := e.complain(path.Join("waf", "exclude", i), "rule %d cannot be left out: it %s", id, why)
			p.Remedy = "name the rule that objects, as the firewall's log has it, such as 942100"
		}
	}
	if most := s.WAF.MaxBody; most != nil && most.Value() >= mostBody {
		e.complain(path.Join("waf", "maxBody"), "%s is too much: the firewall reads less than 1Gi", most)
	}
	if e.cluster.Router == Istio {
		e.wildcards(path, s)
	}
}

func (w WAF) says(field string) bool {
	return field == "exclude" && len(w.Exclude) > 0 || field == "maxBody" && w.MaxBody != nil
}

// wildcards refuses what a firewall for all tenants could hold of one host, and not of a wildcard: it knows hosts by their
// whole names, and guards all others in full.
func (e *resolved) wildcards(path manifest.Path, s Service) {
	for i, x := range s.Expose {
		if x.Host[:1] != "*" || e.environment.WAF(x) == WAFBlock && !s.WAF.says("exclude") && !s.WAF.says("maxBody") {
			continue
		}
		p := e.complain(path.Join("expose", i, "host"), "the firewall of cluster %s knows hosts by their whole names, and blocks for all of a wildcard, with all rules", e.cluster.Name)
		p.Remedy = fmt.Sprintf("name the hosts one by one, or set %s to block and remove %s", e.field(path.Join("expose", i, "waf")), e.field(path.Join("waf")))
	}
}

// families are the rules of the Core Rule Set that are there for others, by thousands: without them all rules stop
// nothing, or the set does not start.
var families = map[int32]string{
	900: "sets the rules up", 901: "gives all rules their first values", 905: "lets requests of the server itself through, and stops none",
	949: "is the one that blocks what other rules object to", 959: "is the one that blocks what other rules object to",
	980: "only reports what other rules found",
}

// unremovable says why a rule cannot be left out; empty where it can.
func unremovable(id int32) string {
	if why := families[id/1000]; why != "" {
		return why
	}
	if id/1000 < 910 || id/1000 > 958 {
		return "is none of those that look at requests, which are 910000 to 958999"
	}
	return ""
}

// judgeWAF judges the firewall of a cluster.
func (p *platform) judgeWAF(cluster string) []manifest.Problem {
	c := p.facts.Clusters[cluster]
	if c.WAF != coraza {
		return nil
	}
	var problems []manifest.Problem
	at := manifest.Path{"spec", "clusters", cluster, "waf"}
	complain := func(remedy, format string, args ...any) {
		pos, _ := p.doc.Find(at)
		problem := fault(pos, at.String(), format, args...)
		problem.Remedy = remedy
		problems = append(problems, problem)
	}
	if !slices.Contains([]string{Istio, GatewayAPI}, c.Router) {
		complain(fmt.Sprintf("set %s to none, or to gateway where the ingress has a firewall of its own", at),
			"Coraza runs in gateways of Istio and Envoy Gateway, and cluster %s has router %s", cluster, cmp.Or(c.Router, NoRouter))
	} else if p.facts.Images.WAF == "" {
		complain("set spec.images.waf to an image of coraza-proxy-wasm", "there is no image of Coraza for the gateway")
	}
	return problems
}
