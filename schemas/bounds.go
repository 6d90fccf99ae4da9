package schemas

import (
	"fmt"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Bounds are no layer: they judge what came out of all of them.

// bounds judges the tenant against what its tier allows in this environment.
func (e *resolved) bounds() {
	spec := &e.environment.Spec
	for _, figure := range []string{"cpu", "memory", "storage"} {
		e.entitlement(figure)
	}
	for _, name := range sortedKeys(spec.Services) {
		e.replicas(name, spec.Services[name])
		e.strategy(name, spec.Services[name])
	}
	e.entitledDevices()
	e.features()
	e.leaving()
	e.phased()
	e.backups()
}

func (e *resolved) entitlement(figure string) {
	path := manifest.Path{"spec", "resources", figure}
	n, _ := e.value(path)
	most := e.tiers.Get(e.tier.Name).Get(figure).Get("maximum")
	limit := part(quantity(most), e.stage.SharePercent, figure)
	if n == nil {
		return
	}
	if asked := quantity(n); asked.Cmp(limit) > 0 {
		e.tooMuch(path, text(n.Value), limit.String(), most)
	}
}

func (e *resolved) replicas(name string, s Service) {
	path := manifest.Path{"spec", "services", name}
	most := e.tiers.Get(e.tier.Name).Get("replicas").Get("maximum")
	limit := e.mostPods()
	if s.Replicas != nil && int64(*s.Replicas) > limit {
		e.tooMuch(path.Join("replicas"), fmt.Sprint(*s.Replicas), fmt.Sprint(limit), most)
	}
	if s.Autoscaling != nil && int64(s.Autoscaling.Max) > limit {
		e.tooMuch(path.Join("autoscaling", "max"), fmt.Sprint(s.Autoscaling.Max), fmt.Sprint(limit), most)
	}
}

// mostPods is how many pods of a service the tier allows in the environment.
func (e *resolved) mostPods() int64 {
	return (int64(e.tier.Replicas.Maximum)*e.stage.SharePercent + 99) / 100
}

// tooMuch reports a number beyond the maximum of the tier.
func (e *resolved) tooMuch(path manifest.Path, asked, limit string, most *manifest.Node) {
	share := ""
	if e.stage.SharePercent != 100 {
		share = fmt.Sprintf(" in %s, which has %d%% of it", e.env, e.stage.SharePercent)
	}
	p := e.complain(path, "%s is above the %s maximum of %s%s", asked, e.tier.Name, limit, share)
	p.Rule = most.Position
	p.Remedy = fmt.Sprintf("set %s to %s or less, or spec.tier to a higher tier", p.Field, limit)
}

func (e *resolved) strategy(name string, s Service) {
	path := manifest.Path{"spec", "services", name, "release", "strategy"}
	allowed := e.tier.Allows.Strategies
	if s.Release.Strategy == "" || slices.Contains(allowed, s.Release.Strategy) {
		return
	}
	p := e.complain(path, "tier %s does not release by %s", e.tier.Name, s.Release.Strategy)
	p.Rule = e.allows("strategies")
	switch n, _ := e.value(path[:3]); {
	case e.isDemandedAnywhere(s):
		p.Remedy = e.mended(path[:3], n, s)
	case len(allowed) > 0:
		p.Remedy = fmt.Sprintf("set %s to %s, or spec.tier to a higher tier", p.Field, choiceOf(allowed))
	}
}

// features refuses what the tier does not come with.
func (e *resolved) features() {
	spec, allows := &e.environment.Spec, e.tier.Allows
	refuse := func(has, allowed bool, feature string, path manifest.Path) {
		if has && !allowed {
			p := e.complain(path, "tier %s has no %s", e.tier.Name, feature)
			p.Rule = e.allows(feature)
			p.Remedy = fmt.Sprintf("remove %s, or set spec.tier to a higher tier", p.Field)
		}
	}
	refuse(len(spec.Domains) > 0, allows.Domains, "domains", manifest.Path{"spec", "domains"})
	refuse(spec.Backup != nil, allows.Backup, "backup", manifest.Path{"spec", "backup"})
	refuse(len(spec.Databases) > 0, allows.Databases, "databases", manifest.Path{"spec", "databases"})
}

func (e *resolved) allows(feature string) manifest.Position {
	path := manifest.Path{e.tier.Name, "allows", feature}
	if n := e.tiers.Get(e.tier.Name).Get("allows").Get(feature); n != nil && len(n.Items) > 0 {
		path = path.Join(0)
	}
	at, _ := e.tiers.Find(path)
	return at
}

// choiceOf says a choice in words.
func choiceOf(names []string) string {
	out := ""
	for i, name := range names {
		switch {
		case i == 0:
		case i == len(names)-1:
			out += " or "
		default:
			out += ", "
		}
		out += name
	}
	return out
}

// operators refuses fields that a person wrote and that nothing on the cluster acts on.
func (e *resolved) operators() {
	spec := &e.environment.Spec
	e.needs("cloudnative-pg", len(spec.Databases) > 0, "spec", "databases")
	e.needs("external-secrets", len(spec.Secrets) > 0, "spec", "secrets")
	e.needs("velero", spec.Backup != nil, "spec", "backup")
	e.needs("prometheus", spec.Monitoring.Level != "" && spec.Monitoring.Level != "none", "spec", "monitoring", "level")
	e.needs("trivy", spec.Security.VulnerabilityScan, "spec", "security", "vulnerabilityScan")
	e.needs("falco", spec.Security.RuntimeDetection, "spec", "security", "runtimeDetection")
	for i, s := range spec.Delivery.Sources {
		e.needs("helm-controller", s.IsHelm() && e.facts.GitOps.Engine == flux, "spec", "delivery", "sources", i)
	}
	for _, name := range sortedKeys(spec.Services) {
		s := spec.Services[name]
		e.needs("prometheus", s.Release.Gate != nil, "spec", "services", name, "release", "gate")
		if path := (manifest.Path{"spec", "services", name, "expose"}); len(s.Expose) > 0 && e.cluster.Router == "none" && e.cluster.IngressClass == "" {
			p := e.complain(path, "cluster %s has no router and no ingress class", e.cluster.Name)
			p.Remedy = fmt.Sprintf("remove %s, or have an ingressClass set for cluster %s", p.Field, e.cluster.Name)
		}
	}
}

func (e *resolved) needs(operator string, used bool, path ...any) {
	if !used || e.cluster.Has(operator) {
		return
	}
	if _, own := e.value(path); own {
		p := e.complain(path, "needs %s, which cluster %s does not have", operator, e.cluster.Name)
		p.Remedy = fmt.Sprintf("remove %s, or have %s installed on cluster %s", p.Field, operator, e.cluster.Name)
	}
}
