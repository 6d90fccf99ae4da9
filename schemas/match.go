package schemas

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// value judges what a part of a request is matched with: one of three, and an expression as routers
// read it, in the syntax of RE2.
func (j *stepped) value(at manifest.Path, n *manifest.Node) {
	if !j.one(at, n, "exact", "prefix", "regex") || !says(n, "regex") {
		return
	}
	_, err := regexp.Compile(word(n.Get("regex")))
	if bad := (*syntax.Error)(nil); errors.As(err, &bad) {
		p := j.complain(at.Join("regex"), "%q is no regular expression of RE2: %s in %q", short(word(n.Get("regex"))), bad.Code, short(bad.Expr))
		p.Remedy = fmt.Sprintf("set %s to one of RE2, such as b.*", p.Field)
	}
}

// alone refuses a route that is matched by no path where a host is that of other services, too: in
// Istio it comes before all routes of the host, whichever service they lead to.
func (j *stepped) alone(at manifest.Path) {
	if j.cluster.Router != Istio || j.others {
		return
	}
	services := j.environment.Spec.Services
	for _, x := range services[j.service].Expose {
		for _, other := range sortedKeys(services) {
			shares := slices.ContainsFunc(services[other].Expose, func(y Expose) bool { return y.Host == x.Host })
			if other == j.service || !shares {
				continue
			}
			j.others = true
			p := j.complain(at, "would take the requests of service %s on host %s, too", other, x.Host)
			p.Remedy = "give the services hosts of their own, or release by abTest instead of steps: it matches the path, too"
			return
		}
	}
}

// analysis judges a step that measures: our own template exists only where the gate measures.
func (j *stepped) analysis(at manifest.Path, n *manifest.Node) {
	at = at.Join("templates")
	templates := itemsOf(n.Get("templates"))
	if len(templates) == 0 {
		j.complain(at, "must not be empty").Remedy = "name an AnalysisTemplate"
	}
	ours := j.service + "-release"
	for i, t := range templates {
		if word(t.Get("templateName")) != ours || j.hasGate() {
			continue
		}
		p := j.complain(at.Join(i, "templateName"), "there is no %s: the release has no gate", ours)
		p.Remedy = "remove the step, or name an AnalysisTemplate of your own"
		if j.cluster.Has("prometheus") && !ungated(j.node) {
			p.Remedy = fmt.Sprintf("set %s.release.gate.successRate to 99, or remove the step", j.field(manifest.Path{"spec", "services", j.service}))
		}
	}
}

// hasGate reports whether the release is measured, or why not is told or settled elsewhere: by a gate
// that is wrong, and by one of the tier where nothing measures.
func (j *stepped) hasGate() bool {
	own := j.environment.Spec.Services[j.service].Release.Gate
	told := j.asked(j.node.Get("release"), "gate") || j.isTorn(manifest.Path{"spec", "services", j.service, "release", "gate"})
	ofTier := j.tiers.Get(j.tier.Name).Get("service").Get("release").Get("gate") != nil
	return own.measures() || told || ofTier && !j.cluster.Has("prometheus")
}
