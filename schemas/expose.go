package schemas

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// What an HTTPRoute has room for: rules, the matches of one rule, and those of all.
const (
	mostRules       = 16
	mostRuleMatches = 64
	mostMatches     = 128
)

// exposures judges the hosts and paths that lead to the services.
func (e *resolved) exposures() {
	taken := map[string]manifest.Path{}
	services := e.environment.Spec.Services
	for _, name := range sortedKeys(services) {
		path := manifest.Path{"spec", "services", name}
		e.exposedUDP(path, services[name])
		e.exposedOther(path, services[name])
		e.exposedTwice(path, services[name], taken)
		if e.cluster.Router == GatewayAPI {
			e.routeRoom(path, services[name])
		}
	}
}

// exposedUDP refuses ports that requests cannot go to.
func (e *resolved) exposedUDP(path manifest.Path, s Service) {
	var others []string
	for _, name := range sortedKeys(s.Ports) {
		if s.Ports[name].Protocol != "UDP" {
			others = append(others, name)
		}
	}
	for i, x := range s.Expose {
		if s.Ports[x.Port].Protocol != "UDP" {
			continue
		}
		p := e.complain(path.Join("expose", i, "port"), "port %s is one of UDP, and a host leads to HTTP, which is TCP", x.Port)
		p.Remedy = fmt.Sprintf("set %s to %s", p.Field, choiceOf(others))
		if len(others) == 0 {
			p.Remedy = fmt.Sprintf("set %s to TCP", e.field(path.Join("ports", x.Port, "protocol")))
		}
	}
}

// exposedOther refuses ports of which the tenant says that they speak something else.
func (e *resolved) exposedOther(path manifest.Path, s Service) {
	for i, x := range s.Expose {
		if app := s.Ports[x.Port].App; app == "tcp" || app == "tls" {
			e.complain(path.Join("expose", i, "port"), "port %s speaks %s, and a host leads to HTTP", x.Port, app)
		}
	}
}

// exposedTwice refuses a path of a host that leads to two places. taken are those so far.
func (e *resolved) exposedTwice(path manifest.Path, s Service, taken map[string]manifest.Path) {
	for i, x := range s.Expose {
		here := path.Join("expose", i)
		url := x.Host + "/" + strings.Trim(x.Path, "/")
		first, ok := taken[url]
		if !ok {
			taken[url] = here
			continue
		}
		at := here.Join("path")
		if e.lacks(at) {
			at = here.Join("host")
		}
		p := e.complain(at, "%s is exposed by %s already", url, e.field(first))
		p.Remedy = fmt.Sprintf("remove %s, or set %s to another path", e.field(here), e.field(here.Join("path")))
	}
}

// routeRoom refuses more paths and ports than the HTTPRoute of a host and a service has room for.
func (e *resolved) routeRoom(path manifest.Path, s Service) {
	byHost := map[string][]int{}
	for i, x := range s.Expose {
		if p, ok := s.Ports[x.Port]; ok && p.Protocol != "UDP" {
			byHost[x.Host] = append(byHost[x.Host], i)
		}
	}
	for _, host := range sortedKeys(byHost) {
		e.hostRoom(path.Join("expose"), s, byHost[host])
	}
}

// hostRoom judges the exposures of one host. There is a rule for each port, timeout and number of retries; a test adds
// a rule for its requests to each, and in the middle of a canary or a test the router's plugin may.
func (e *resolved) hostRoom(at manifest.Path, s Service, all []int) {
	rules, matches, while := mostRules, mostMatches, ""
	if s.Release.Strategy == "canary" || s.Release.Strategy == "abTest" {
		rules, matches = rules/2, matches/2
		while = ", since a release by " + s.Release.Strategy + " adds a copy of each rule"
	}
	var ways []Way
	paths, what := map[Way]int{}, "ports"
	told := map[string]bool{}
	tooMany := func(i int, what string, most int, why string) {
		if told[what] {
			return
		}
		told[what] = true
		p := e.complain(at.Join(i, "host"), "an HTTPRoute has room for %d %s of a host and service%s", most, what, why)
		p.Remedy = fmt.Sprintf("set %s, and that of those after it, to other hosts", p.Field)
	}
	for n, i := range all {
		way := s.Expose[i].Way()
		if !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
		if way.Timeout != "" || way.Retries >= 0 {
			what = "different ports, timeouts and retries"
		}
		paths[way]++
		switch {
		case len(ways) > rules:
			tooMany(i, what, rules, while)
		case n >= matches:
			tooMany(i, "paths", matches, while)
		case paths[way] > mostRuleMatches:
			tooMany(i, "paths to a port", mostRuleMatches, "")
		}
	}
}
