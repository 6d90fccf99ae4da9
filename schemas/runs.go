package schemas

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// How long something may take, in milliseconds. The controller of cron jobs looks every 10 seconds: what has to start
// sooner may never start. A step before a release keeps the GitOps engine waiting.
const (
	leastStart  = 10 * second
	longestRun  = 30 * day
	longestOnce = day / 4
)

// ending judges a service whose pods end.
func (e *resolved) ending(path manifest.Path, s Service) {
	if s.Kind != "job" && s.Kind != "cronjob" {
		return
	}
	if n, _ := e.value(path); s.Replicas != nil && e.asked(n, "replicas") {
		at := path.Join("replicas")
		p := e.complain(at, "is for services that go on running, and this one is of kind %s", s.Kind)
		p.Remedy = fmt.Sprintf("remove %s, or set parallelism and completions instead", p.Field)
	}
	e.lasts(path.Join("deadline"), s.Deadline, second, longestRun)
	if s.Completions != nil && s.Parallelism != nil && *s.Parallelism > *s.Completions {
		p := e.complain(path.Join("parallelism"), "%d is above the completions of %d: no more pods run than are left to succeed", *s.Parallelism, *s.Completions)
		p.Remedy = fmt.Sprintf("set %s to %d or less", p.Field, *s.Completions)
	}
	e.shared(path, s)
	if s.Kind == "cronjob" {
		e.due(path.Join("schedule"), s.Schedule)
		e.timeZone(path.Join("timeZone"), s.TimeZone)
		e.lasts(path.Join("startingDeadline"), s.StartingDeadline, leastStart, longestRun)
	}
}

// shared refuses claims of one node where several pods may run at once.
func (e *resolved) shared(path manifest.Path, s Service) {
	why := ""
	switch {
	case s.Parallelism != nil && *s.Parallelism > 1:
		why = fmt.Sprintf("the service runs up to %d at once", *s.Parallelism)
	case s.Concurrency == "allow" || s.Concurrency == "replace":
		why = fmt.Sprintf("with concurrency %s one run may meet the next", s.Concurrency)
	default:
		return
	}
	for i, v := range s.Volumes {
		if v.Claim != nil && !v.Shared() {
			p := e.complain(path.Join("volumes", i, "claim"), "cannot be mounted by several pods, and %s", why)
			p.Remedy = "set its accessMode to ReadWriteMany, or use emptyDir, or let one pod run at a time"
		}
	}
}

// lasts refuses a duration that is too short or too long.
func (e *resolved) lasts(at manifest.Path, text string, least, most int64) {
	long := Milliseconds(text)
	switch {
	case text == "":
	case long < least:
		e.complain(at, "%s is below the minimum of %s", text, spanOf(least)).Remedy = fmt.Sprintf("set %s to %s or more", e.field(at), spanOf(least))
	case long > most:
		e.complain(at, "%s is above the maximum of %s", text, spanOf(most)).Remedy = fmt.Sprintf("set %s to %s or less", e.field(at), spanOf(most))
	}
}

// spanOf writes a duration of whole seconds, hours or days.
func spanOf(milliseconds int64) string {
	switch {
	case milliseconds%day == 0:
		return fmt.Sprintf("%dd", milliseconds/day)
	case milliseconds%(60*60*second) == 0:
		return fmt.Sprintf("%dh", milliseconds/(60*60*second))
	}
	return fmt.Sprintf("%ds", milliseconds/second)
}

// due refuses a schedule that has the form of one and that Kubernetes cannot read: its week ends with day 6, and days
// and months begin with 1.
func (e *resolved) due(at manifest.Path, schedule string) {
	if schedule == "" || cronLine().MatchString(schedule) && !backwards(schedule) {
		return
	}
	p := e.complain(at, "%q is no schedule that Kubernetes reads", short(schedule))
	p.Remedy = fmt.Sprintf("write days as 1 to 31, months as 1 to 12 or JAN to DEC, weekdays as 0 to 6 or SUN to SAT, and ranges upwards: set %s to a schedule such as 0 2 * * 1-5", p.Field)
}

// cronWords are the names of months and weekdays by their numbers.
var cronWords = strings.Fields("jan feb mar apr may jun jul aug sep oct nov dec sun mon tue wed thu fri sat")

// backwards reports whether a range of a schedule ends before it begins.
func backwards(schedule string) bool {
	for part := range strings.FieldsFuncSeq(schedule, func(r rune) bool { return r == ' ' || r == ',' }) {
		span, _, _ := strings.Cut(part, "/")
		if first, last, ok := strings.Cut(span, "-"); ok && cronNumber(first) > cronNumber(last) {
			return true
		}
	}
	return false
}

// cronNumber is the number of a part of a schedule; names are in the order of their numbers.
func cronNumber(text string) int {
	if i := slices.Index(cronWords, strings.ToLower(text)); i >= 0 {
		return i
	}
	n := 0
	for _, digit := range text {
		n = n*10 + int(digit-'0')
	}
	return n
}

// onceSteps judges the steps that run once for each version.
func (e *resolved) onceSteps(path manifest.Path, s Service) {
	for i, step := range s.Init {
		if !step.Once {
			continue
		}
		at := path.Join("init", i)
		e.lasts(at.Join("deadline"), step.Deadline, second, longestOnce)
		e.mountedBefore(at, s, step)
	}
}

// mountedBefore refuses a claim in the pod of a step that cannot have it.
func (e *resolved) mountedBefore(at manifest.Path, s Service, step InitStep) {
	for i, mount := range step.Mounts {
		if why, mend := s.notBefore(mount); why != "" {
			p := e.complain(at.Join("mounts", i), "%s", why)
			p.Remedy = fmt.Sprintf("remove %s, or set once to false%s", p.Field, mend)
		}
	}
	for _, name := range sortedKeys(s.Sidecars) {
		for _, mount := range s.Sidecars[name].Mounts {
			if why, mend := s.notBefore(mount); why != "" {
				p := e.complain(at.Join("once"), "%s: sidecar %s mounts it", why, name)
				p.Remedy = fmt.Sprintf("set %s to false%s", p.Field, mend)
			}
		}
	}
}

// notBefore tells why a step that runs once cannot mount what the service has at the path, and how else to mend it;
// nothing where it can. Each pod of a statefulset has claims of its own. A claim of one node is kept by the pods of the
// version before: on any other node the step would wait for it.
func (s Service) notBefore(mount string) (why, mend string) {
	i := slices.IndexFunc(s.Volumes, func(v Volume) bool { return v.Mount == mount && v.Claim != nil })
	switch {
	case i < 0:
		return "", ""
	case s.Kind == "statefulset":
		return mount + " is a claim that each pod of the statefulset has for itself, and a step that runs once is none of them", ""
	case s.Volumes[i].Shared():
		return "", ""
	}
	return mount + " is a claim that the pods of the version before have on their node, and a step that runs once could wait for it for ever",
		", or the claim's accessMode to ReadWriteMany"
}
