package schemas

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// scaling judges what a service scales by against itself and the cluster.
func (e *resolved) scaling(path manifest.Path, s Service) {
	if a := s.Autoscaling; a != nil {
		at := path.Join("autoscaling")
		if a.Max > 0 && a.Min > a.Max {
			p := e.complain(at.Join("min"), "%d is above the maximum of %d", a.Min, a.Max)
			p.Remedy = fmt.Sprintf("set %s to %d or less", p.Field, a.Max)
		}
		e.needs("keda", len(a.Triggers) > 0, at.Join("triggers")...)
		e.counted(at, s)
		for i, t := range a.Triggers {
			e.trigger(at.Join("triggers", i), t, a.Max)
		}
	}
	if s.VerticalScaling != nil && s.Kind != "job" && s.Kind != "cronjob" {
		at := path.Join("verticalScaling")
		e.needs("vpa", true, at...)
		e.verticalRange(at, *s.VerticalScaling)
		e.verticalMost(at, s)
		e.verticalCPU(at, s)
	}
}

// counted judges scaling by requests: something has to count them.
func (e *resolved) counted(at manifest.Path, s Service) {
	a := s.Autoscaling
	if a.RequestsPerSecond == nil || s.Kind != "service" {
		return
	}
	at = at.Join("requestsPerSecond")
	byKEDA := e.cluster.Has("keda") && e.cluster.Has("prometheus")
	why, mend := "", ""
	switch {
	case len(s.HTTPPorts()) == 0:
		why, mend = "needs a port that speaks HTTP, and the service has none", "name its HTTP port http"
	case byKEDA || len(a.Triggers) == 0 && e.cluster.Has("prometheus-adapter"):
		return
	case len(a.Triggers) > 0 && e.cluster.Has("keda"):
		why = fmt.Sprintf("needs prometheus beside triggers, which cluster %s does not have", e.cluster.Name)
		mend = fmt.Sprintf("have prometheus installed on cluster %s", e.cluster.Name)
	default:
		why = fmt.Sprintf("needs prometheus-adapter, or keda and prometheus, which cluster %s does not have", e.cluster.Name)
		mend = fmt.Sprintf("have them installed on cluster %s", e.cluster.Name)
	}
	p := e.complain(at, "%s", why)
	p.Remedy = "remove " + p.Field + ", or " + mend
}

// trigger judges what KEDA scales by, as far as it is known here.
func (e *resolved) trigger(at manifest.Path, t Trigger, most int32) {
	for _, name := range sortedKeys(t.Secrets) {
		e.secret(at.Join("secrets", name, "secret"), t.Secrets[name].Secret)
	}
	if t.Type != "cron" {
		if len(t.Metadata) == 0 {
			p := e.complain(at, "needs metadata: what KEDA asks of type %s", t.Type)
			p.Remedy = fmt.Sprintf("set %s.metadata to the settings of %s", p.Field, t.Type)
		}
		return
	}
	e.cronTrigger(at, t, most)
}

// cronTrigger judges a trigger that runs a number of pods at certain times.
func (e *resolved) cronTrigger(at manifest.Path, t Trigger, most int32) {
	var lacks []string
	for _, key := range []string{"timezone", "start", "end", "desiredReplicas"} {
		if t.Metadata[key] == "" {
			lacks = append(lacks, key)
		}
	}
	if len(lacks) > 0 {
		p := e.complain(at.Join("metadata"), "a cron trigger needs timezone, start, end and desiredReplicas")
		p.Remedy = "add " + strings.Join(lacks, ", ")
		return
	}
	e.cronTimes(at.Join("metadata"), t.Metadata)
	pods, err := strconv.ParseInt(t.Metadata["desiredReplicas"], 10, 32)
	here := at.Join("metadata", "desiredReplicas")
	switch {
	case err != nil || pods < 0:
		p := e.complain(here, "%q is no number of pods", short(t.Metadata["desiredReplicas"]))
		p.Remedy = fmt.Sprintf("set %s to a whole number up to %d, in quotes", p.Field, most)
	case pods > int64(most):
		p := e.complain(here, "%d is above the maximum of %d", pods, most)
		p.Remedy = fmt.Sprintf("set %s to %d or less, or %s to %d", p.Field, most, e.field(at[:4].Join("max")), pods)
	}
}

// verticalRange judges what requests may become: no more than the tenant is entitled to, and no less
// than the least.
func (e *resolved) verticalRange(at manifest.Path, v VerticalScaling) {
	limits := e.environment.Spec.Resources
	check := func(figure string, least, most *resource.Quantity, entitled resource.Quantity) {
		switch {
		case most != nil && most.Cmp(entitled) > 0:
			p := e.complain(at.Join("max", figure), "%s is above the tenant's entitlement of %s", most, &entitled)
			p.Remedy = fmt.Sprintf("set %s to %s or less, or raise %s", p.Field, &entitled, e.field(manifest.Path{"spec", "resources", figure}))
		case least != nil && most != nil && least.Cmp(*most) > 0:
			p := e.complain(at.Join("min", figure), "%s is above the maximum of %s", least, most)
			p.Remedy = fmt.Sprintf("set %s to %s or less", p.Field, most)
		case least != nil && least.Cmp(entitled) > 0:
			p := e.complain(at.Join("min", figure), "%s is above the tenant's entitlement of %s", least, &entitled)
			p.Remedy = fmt.Sprintf("set %s to %s or less, or raise %s", p.Field, &entitled, e.field(manifest.Path{"spec", "resources", figure}))
		}
	}
	check("cpu", v.Min.CPU, v.Max.CPU, limits.CPU)
	check("memory", v.Min.Memory, v.Max.Memory, limits.Memory)
}

// verticalMost demands a ceiling of modes that change pods: what a pod may grow to counts in the quota,
// and without one that is the whole entitlement for each pod.
func (e *resolved) verticalMost(at manifest.Path, s Service) {
	v := s.VerticalScaling
	if v.Mode == "" || v.Mode == "recommend" {
		return
	}
	demand := func(figure string, most *resource.Quantity) {
		if here := at.Join("max", figure); most == nil && !e.isPruned(here) {
			p := e.complain(here, "is required of mode %s: what a pod may grow to counts in the quota", v.Mode)
			p.Remedy = fmt.Sprintf("set %s, or %s to recommend", p.Field, e.field(at.Join("mode")))
		}
	}
	demand("memory", v.Max.Memory)
	if !s.Autoscaling.byCPU() {
		demand("cpu", v.Max.CPU)
	}
}

// verticalCPU refuses bounds of CPU where the number of pods follows it: two that act on one figure
// drive each other, so only memory is then changed.
func (e *resolved) verticalCPU(at manifest.Path, s Service) {
	v := s.VerticalScaling
	if v.Mode == "" || v.Mode == "recommend" || !s.Autoscaling.byCPU() {
		return
	}
	for _, bound := range []string{"min", "max"} {
		here := at.Join(bound, "cpu")
		if e.lacks(here) {
			continue
		}
		p := e.complain(here, "has no effect: autoscaling follows CPU, so only memory is changed")
		p.Remedy = fmt.Sprintf("remove %s, or set %s to recommend", p.Field, e.field(at.Join("mode")))
	}
}

// byCPU reports whether the number of pods follows their CPU; nothing else said, it does.
func (a *Autoscaling) byCPU() bool {
	return a != nil && (a.CPUPercent != nil || a.RequestsPerSecond == nil && len(a.Triggers) == 0)
}
