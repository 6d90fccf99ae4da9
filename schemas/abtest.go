package schemas

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Two hours is how long a release may stand in the middle: the controller is made for minutes to two
// hours. A longer test is a second version of its own.
const longestStep = "2h"

// isLong reports whether a test runs beside the release, as a second version.
func (r Release) isLong() bool {
	return r.Strategy == "abTest" && Milliseconds(r.Duration) > Milliseconds(longestStep)
}

// test judges what the fields of an abTest demand of each other; at is the release, n the
// service.
func (e *resolved) test(at manifest.Path, n *manifest.Node, s Service) {
	r := s.Release
	if r.Strategy != "abTest" || r.Duration == "" {
		return
	}
	switch duration := at.Join("duration"); {
	case Milliseconds(r.Duration) < 1000:
		p := e.complain(duration, "a test cannot be shorter than 1s")
		p.Remedy = fmt.Sprintf("set %s to 30m", p.Field)
	case r.isLong() && r.Image == "":
		p := e.complain(duration, "a test of more than %s is of a second version, which has no image", longestStep)
		p.Remedy = fmt.Sprintf("set %s to that of the second version, or %s to %s or less", e.field(at.Join("image")), p.Field, longestStep)
	case r.isLong() && r.Image == s.Image:
		p := e.complain(at.Join("image"), "is that of the service: there is nothing to test")
		p.Remedy = fmt.Sprintf("set %s to the image of the second version", p.Field)
	case !r.isLong() && r.Image != "":
		p := e.complain(at.Join("image"), "is for tests of more than %s: a test of up to %s tests the service's own new image", longestStep, longestStep)
		p.Remedy = fmt.Sprintf("remove %s, or set %s to more than %s", p.Field, e.field(duration), longestStep)
	}
	if r.isLong() {
		e.idle(at, n, "gate", r.Gate != nil)
		e.idle(at, n, "approval", r.Approval == "manual")
	}
	e.testers(at.Join("replicas"), s)
}

// idle warns of what the tenant wrote beside a long test, which nothing measures and nobody ends but
// its author.
func (e *resolved) idle(at manifest.Path, n *manifest.Node, key string, given bool) {
	if given && e.asked(n.Get("release"), key) {
		p := e.complain(at.Join(key), "has no effect on a test of more than %s: both versions run until it is taken out of this file", longestStep)
		p.Severity, p.Remedy = manifest.Warning, fmt.Sprintf("remove %s", p.Field)
	}
}

// testers bounds the pods of the new version.
func (e *resolved) testers(at manifest.Path, s Service) {
	n := s.Release.Replicas
	if n == nil {
		return
	}
	_, most := s.pods()
	if limit := e.mostPods(); s.Release.isLong() && int64(*n) > limit {
		e.tooMuch(at, fmt.Sprint(*n), fmt.Sprint(limit), e.tiers.Get(e.tier.Name).Get("replicas").Get("maximum"))
		return
	}
	if !s.Release.isLong() && *n > most {
		p := e.complain(at, "%d is above the %s that the service has", *n, podsOf(most))
		p.Remedy = fmt.Sprintf("set %s to %d or less", p.Field, most)
	}
}

// kept bounds how long blueGreen keeps the old version: the controller needs time to switch, and two
// versions for more than a day are no release.
func (e *resolved) kept(at manifest.Path, s Service) {
	r := s.Release
	if r.Strategy != "blueGreen" || r.KeepOld == "" {
		return
	}
	limit, words := "", ""
	switch {
	case Milliseconds(r.KeepOld) < Milliseconds("30s"):
		limit, words = "30s", "at least"
	case Milliseconds(r.KeepOld) > Milliseconds("24h"):
		limit, words = "24h", "at most"
	default:
		return
	}
	p := e.complain(at.Join("keepOldFor"), "must be %s %s, not %s", words, limit, r.KeepOld)
	p.Remedy = fmt.Sprintf("set %s to %s", p.Field, limit)
}

// smoke demands a port that the request can go to.
func (e *resolved) smoke(at manifest.Path, s Service) {
	if s.Release.Smoke == nil || len(s.Ports) == 0 || len(s.HTTPPorts()) > 0 {
		return
	}
	p := e.complain(at.Join("smoke"), "needs a port that speaks HTTP, and the service has none")
	p.Remedy = fmt.Sprintf("name its HTTP port http, or remove %s", p.Field)
}
