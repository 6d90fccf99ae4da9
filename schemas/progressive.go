package schemas

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// An environment of the platform may demand that critical services are released step by step. What is
// in the way of that is told with the mend that works: rolling is none.

// isProgressive reports whether a strategy shows a new version to a part of the requests first.
func isProgressive(strategy string) bool {
	return strategy == "canary" || strategy == "blueGreen" || strategy == "abTest"
}

// isDemanded reports whether the environment demands that a service is released step by step.
func (e *resolved) isDemanded(s Service) bool {
	return e.stage.RequiresProgressive && s.Critical && (s.Kind == "service" || s.Kind == "worker")
}

// isDemandedAnywhere reports whether any environment of the tenant demands it: rolling mends nothing then,
// since one line may speak for all of them.
func (e *resolved) isDemandedAnywhere(s Service) bool {
	own := e.resolver.doc.Get("spec").Get("environments")
	return slices.ContainsFunc(e.facts.Environments, func(env PlatformEnvironment) bool {
		in := resolved{stage: &env}
		return own.Get(env.Name) != nil && in.isDemanded(s)
	})
}

// progressive refuses a release at once where steps are demanded: at the strategy of the tenant, or at
// its word that the service is critical.
func (e *resolved) progressive(path manifest.Path, n *manifest.Node, s Service) {
	if !e.isDemanded(s) || isProgressive(s.Release.Strategy) && !s.Release.isLong() {
		return
	}
	at := path.Join("release", "strategy")
	if !e.asked(n.Get("release"), "strategy") {
		at = path.Join("critical")
	}
	why := fmt.Sprintf("environment %s demands canary, blueGreen or abTest of critical services, and this one is released by rolling", e.env)
	if in := obstacles(n, "canary", e.cluster); len(in) > 0 {
		why += ": canary " + in[0].why
	}
	mend := e.mended(path, n, s)
	if s.Release.isLong() {
		at = path.Join("release", "duration")
		why = fmt.Sprintf("environment %s demands canary, blueGreen or abTest of critical services, and beside a test of more than %s each version is replaced pod by pod", e.env, longestStep)
		shorter := fmt.Sprintf("set %s to %s or less", e.field(at), longestStep)
		if s.Release.Image != "" {
			shorter += ", and remove " + e.field(path.Join("release", "image"))
		}
		mend = shorter + ", or " + mend
	}
	e.complain(at, "%s", why).Remedy = mend
}

// mended is what makes a service released step by step: a strategy that its tier allows, a tier that
// allows one, or an end to what is in the way.
func (e *resolved) mended(path manifest.Path, n *manifest.Node, s Service) string {
	if now := e.possible(n, s, e.tier.Allows.Strategies); len(now) > 0 {
		return e.switched(path, n, now)
	}
	var parts, tiers []string
	for _, o := range obstacles(n, "canary", e.cluster) {
		parts = append(parts, o.mend)
	}
	for _, f := range e.tiers.Fields {
		if slices.Contains(e.facts.Tiers[f.Key].Allows.Strategies, "canary") {
			tiers = append(tiers, f.Key)
		}
	}
	if len(tiers) > 0 && !slices.Contains(tiers, e.tier.Name) {
		parts = append(parts, "set spec.tier to "+choiceOf(tiers))
	}
	if s.Release.Strategy != "canary" || !e.asked(n.Get("release"), "strategy") {
		parts = append(parts, e.switched(path, n, []string{"canary"}))
	}
	return strings.Join(parts, ", and ")
}

// switched is how the tenant releases a service by another strategy: it says so itself, whoever said
// what it was, and takes back what it says of that one alone.
func (e *resolved) switched(path manifest.Path, n *manifest.Node, to []string) string {
	rel := n.Get("release")
	field := e.field(path) + ".release.strategy"
	if e.asked(rel, "strategy") {
		field = e.field(path.Join("release", "strategy"))
	}
	var gone []string
	for _, f := range fieldsOf(rel) {
		of, ok := strategies[f.Key]
		stays := !slices.ContainsFunc(to, func(strategy string) bool { return !slices.Contains(of, strategy) })
		if ok && !stays && e.asked(rel, f.Key) {
			gone = append(gone, e.field(path.Join("release", f.Key)))
		}
	}
	out := fmt.Sprintf("set %s to %s", field, choiceOf(to))
	if len(gone) > 0 {
		out += ", and remove " + listed(gone)
	}
	return out
}

// possible are the strategies that a service could have instead of its own: some tier's, with nothing
// in the way. abTest is none of them, since it needs to be told whom to test.
func (e *resolved) possible(n *manifest.Node, s Service, allowed []string) []string {
	var out []string
	for _, strategy := range allowed {
		other := strategy != s.Release.Strategy && strategy != "abTest"
		if other && (isProgressive(strategy) || !e.isDemandedAnywhere(s)) && len(obstacles(n, strategy, e.cluster)) == 0 {
			out = append(out, strategy)
		}
	}
	return out
}
