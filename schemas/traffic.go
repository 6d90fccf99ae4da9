package schemas

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// What requests may be asked for, in milliseconds.
const (
	second        = 1000
	day           = 86_400_000
	longestKept   = 30 * day // by a cookie
	longestClient = day      // by an address, of which a Service says no more
)

// The versions of Kubernetes (1.n) since which a Service can say which pods it prefers, and since which that of the
// zone has its name of today.
const (
	sinceZone = 31
	sinceNode = 34
	sinceSame = 35
)

// traffic judges what a service asks of those who lead requests to it, by what the cluster's can do.
func (e *resolved) traffic(path manifest.Path, s Service) {
	for i, x := range s.Expose {
		at := path.Join("expose", i)
		if x.Timeout != "" {
			e.timeout(at.Join("timeout"), x.Timeout)
		}
		if x.Retries != nil {
			e.retries(at.Join("retries"), *x.Retries)
		}
	}
	if s.SessionAffinity != nil {
		e.affinity(path.Join("sessionAffinity"), s)
	}
	e.distribution(path.Join("trafficDistribution"), s)
}

// timeout refuses one that is too long or that nothing holds.
func (e *resolved) timeout(at manifest.Path, timeout string) {
	if !e.cluster.routes() {
		e.unheld(at, "an Ingress has no field for it", "have a router installed on cluster "+e.cluster.Name)
	} else if Milliseconds(timeout) > day {
		e.complain(at, "%s is above the maximum of 24h", timeout)
	}
}

func (e *resolved) retries(at manifest.Path, n int32) {
	switch {
	case !e.cluster.routes():
		e.unheld(at, "an Ingress has no field for it", "have a router installed on cluster "+e.cluster.Name)
	case e.cluster.Router == GatewayAPI && !e.cluster.experimental():
		e.unheld(at, "the standard channel of the Gateway API has no field for it", e.channel())
	case e.cluster.Router == GatewayAPI && n == 0:
		e.unheld(at, "an HTTPRoute cannot say that nothing is tried again", "set "+e.field(at)+" to 1 or more")
	}
}

// unheld refuses a field that nothing on the cluster acts on, and says what would change that.
func (e *resolved) unheld(at manifest.Path, why, mend string) {
	p := e.complain(at, "cannot be held on cluster %s: %s", e.cluster.Name, why)
	p.Remedy = fmt.Sprintf("remove %s, or %s", p.Field, mend)
}

// routes reports whether requests to hosts pass a router that can be told more than an Ingress can.
func (c *Cluster) routes() bool { return c.Router == Istio || c.Router == GatewayAPI }

// experimental reports whether the gateway knows the experimental channel of the Gateway API.
func (c *Cluster) experimental() bool { return c.GatewayChannel == "experimental" }

func (e *resolved) channel() string {
	return "have gatewayChannel: experimental set for cluster " + e.cluster.Name
}

// affinity judges how clients are kept on their pods: by a cookie of the router, or by their address where
// requests come straight from them.
func (e *resolved) affinity(at manifest.Path, s Service) {
	a, kept := s.SessionAffinity, Milliseconds(s.SessionAffinity.TTL)
	if a.TTL != "" && (kept < second || kept > longestKept) {
		e.complain(at.Join("ttl"), "%s is not between 1s and 30d", a.TTL)
		return
	}
	switch router := e.cluster.Router; {
	case router == GatewayAPI && len(s.Expose) > 0 && !e.cluster.experimental():
		e.unheld(at, "the standard channel of the Gateway API has no field for it", e.channel())
	case len(s.Expose) == 0 && e.cluster.Mesh == Istio && (router == GatewayAPI || s.Router(e.cluster) == NoRouter):
		e.unheld(at, "the mesh takes it from no Service, and the service is not exposed", e.exposing())
	case s.Router(e.cluster) != NoRouter:
	case len(s.Expose) > 0 && e.cluster.routes():
		e.unheld(at, "none of the ports that are exposed is one of HTTP", "expose one that is")
	case len(s.Expose) > 0:
		e.unheld(at, "an Ingress has no field for it", "have a router installed on cluster "+e.cluster.Name)
	case a.Cookie != "":
		e.unheld(at.Join("cookie"), "no router sets cookies in requests to the service", "leave clients to be told apart by their address")
	case kept > longestClient:
		e.complain(at.Join("ttl"), "%s is above 24h, the most for clients that are told apart by their address", a.TTL)
	}
}

// exposing is how requests of a service come to pass a router.
func (e *resolved) exposing() string {
	if e.cluster.routes() {
		return "expose the service"
	}
	return "have a router installed on cluster " + e.cluster.Name + " and expose the service"
}

// distribution refuses a preference that the cluster's Kubernetes does not know.
func (e *resolved) distribution(at manifest.Path, s Service) {
	if e.cluster.Distribution(s.TrafficDistribution) != "" || since(s.TrafficDistribution) == 0 {
		return
	}
	p := e.complain(at, "%s needs Kubernetes v1.%d, and cluster %s is at %s", s.TrafficDistribution, since(s.TrafficDistribution), e.cluster.Name, e.cluster.Version)
	p.Remedy = fmt.Sprintf("remove %s, or set it to any", p.Field)
	if e.cluster.Distribution("zone") != "" {
		p.Remedy = fmt.Sprintf("set %s to zone, or remove it", p.Field)
	}
}

// since is the version of Kubernetes (1.n) that a preference for pods came with.
func since(preference string) int {
	return map[string]int{"zone": sinceZone, "node": sinceNode}[preference]
}

// Distribution is what a Service says to prefer pods of the same zone or node, as the version of Kubernetes calls
// it; empty for no preference, and where the version knows none.
func (c *Cluster) Distribution(preference string) string {
	minor, known := c.minor()
	switch {
	case since(preference) == 0 || known && minor < since(preference):
		return ""
	case preference == "node":
		return "PreferSameNode"
	case known && minor < sinceSame:
		return "PreferClose"
	}
	return "PreferSameZone"
}

// minor is the second number of the cluster's version; false where the platform does not say.
func (c *Cluster) minor() (int, bool) {
	parts := strings.Split(c.Version, ".")
	if len(parts) < 2 {
		return 0, false
	}
	n, err := strconv.Atoi(parts[1])
	return n, err == nil
}

// Way is what tells the rules of a route to one service apart: exposures that have all of it in common share one.
type Way struct {
	Port, Timeout string
	Retries       int32 // -1 where the exposure leaves them to the router
}

// Way is that of the exposure.
func (x Expose) Way() Way {
	w := Way{x.Port, x.Timeout, -1}
	if x.Retries != nil {
		w.Retries = *x.Retries
	}
	return w
}
