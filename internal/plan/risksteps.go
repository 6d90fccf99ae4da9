package plan

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// pace is how fast a release goes to everybody.
type pace struct {
	first  int64 // per cent of the traffic that the first step sends to the new version
	leap   int64 // the most per cent that one step adds
	waits  time.Duration
	people int // pauses that only a person ends
}

// paceOf reads that of a canary, or of a blue-green release.
func paceOf(o *manifest.Object) pace {
	if b := child(o.Tree, "spec", "strategy", "blueGreen"); b != nil {
		out := pace{first: 100, leap: 100, waits: seconds(b["autoPromotionSeconds"])}
		if b["autoPromotionEnabled"] == false && out.waits == 0 {
			out.people = 1
		}
		return out
	}
	out, at := pace{first: -1}, int64(0)
	for _, s := range list(child(o.Tree, "spec", "strategy", "canary")["steps"]) {
		step, _ := s.(map[string]any)
		if weight, ok := step["setWeight"]; ok {
			to := min(count(weight, 0), 100)
			if out.first < 0 && to > 0 {
				out.first = to
			}
			out.leap, at = max(out.leap, to-at), to
		}
		if _, ok := step["pause"]; ok {
			if wait := seconds(child(step, "pause")["duration"]); wait > 0 {
				out.waits += min(wait, math.MaxInt64-out.waits)
			} else {
				out.people++
			}
		}
	}
	out.leap = max(out.leap, 100-at)
	return out
}

// seconds reads a duration as Argo Rollouts does: a number of seconds, or 10m; none is 0.
func seconds(v any) time.Duration {
	s, ok := v.(string)
	if !ok {
		return time.Duration(min(count(v, 0), 1<<32)) * time.Second
	}
	if n, err := strconv.ParseInt(s, 10, 32); err == nil {
		return time.Duration(max(n, 0)) * time.Second
	}
	d, _ := time.ParseDuration(s)
	return max(d, 0)
}

// weakerSteps tells of releases of the same strategy that go to everybody faster, or without a person's word.
func weakerSteps(c *comparison, p *pair) {
	if p.kind != rollout || p.old == nil || p.new == nil || p.moved || !p.touched(manifest.Path{"spec", "strategy"}) {
		return
	}
	if still(p.old) || still(p.new) {
		return
	}
	if was, is := strategyOf(p.old), strategyOf(p.new); was.name != is.name || !was.gradual() {
		return // told as another strategy
	}
	old, new := paceOf(p.old), paceOf(p.new)
	say := func(yes bool, s manifest.Severity, message string) {
		if yes {
			c.risk(RemovedGuard, s, p, manifest.Path{"spec", "strategy"}, message, "")
		}
	}
	say(new.people < old.people, c.graver(manifest.Medium, manifest.High), fmt.Sprintf("fewer steps of a release wait for a person: %d instead of %d", new.people, old.people))
	say(new.waits < old.waits, manifest.Medium, fmt.Sprintf("a release waits for less long before it goes on: %v in all instead of %v", new.waits, old.waits))
	say(new.first > old.first && old.first > 0, manifest.Medium, fmt.Sprintf("the first step sends %d %% of the traffic to the new version instead of %d %%", new.first, old.first))
	say(new.leap > old.leap, manifest.Medium, fmt.Sprintf("a step adds up to %d %% of the traffic at once instead of %d %%", new.leap, old.leap))
}
