package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// shrunkQuota tells of bounds that get tighter. That the new render fits its new quota is proven elsewhere; but while
// it is applied, the pods of the old one run, and they count in the new quota.
func shrunkQuota(c *comparison, p *pair) {
	if !isQuota(p.key) || p.new == nil || c.Old == nil || p.moved {
		return
	}
	var before quantities
	if p.old != nil {
		before = c.hard(p.old)
	}
	after := c.hard(p.new)
	tight := map[string][]string{} // by why nobody has to mind
	var first manifest.Path
	for _, name := range slices.Sorted(maps.Keys(after)) {
		bound := after[name]
		old, bounded := before[name]
		if bounded && bound.Cmp(old) >= 0 {
			continue
		}
		path := manifest.Path{"spec", "hard", name}
		severity, message := c.squeeze(p, name, bound)
		switch {
		case message != "":
			c.risk(QuotaShrink, severity, p, path, message, "shrink the workloads first, and the quota once they run that way")
		case bounded:
			why := "how much of that is in use is not known"
			if c.known(p, name) {
				why = "enough for what runs now and for a release"
			}
			if first == nil {
				first = path
			}
			tight[why] = append(tight[why], fmt.Sprintf("%s is bounded by %s instead of %s", name, &bound, &old))
		}
	}
	c.tighter(p, first, tight)
}

// tighter tells of all bounds of a quota that get tighter and hurt nothing that is known, at once.
func (c *comparison) tighter(p *pair, path manifest.Path, tight map[string][]string) {
	var parts []string
	for _, why := range slices.Sorted(maps.Keys(tight)) {
		parts = append(parts, strings.Join(tight[why], ", ")+": "+why)
	}
	if len(parts) > 0 {
		c.risk(QuotaShrink, manifest.Low, p, path, strings.Join(parts, "; "), "")
	}
}

// known reports whether the demand for what a quota bounds is known; that of the pods that a scoped one counts is not.
func (c *comparison) known(p *pair, name string) bool {
	_, ok := c.Old.Steady[name]
	return ok && !scoped(p.new)
}

// squeeze says what a bound does to what runs now; nothing where all has room.
func (c *comparison) squeeze(p *pair, name string, bound resource.Quantity) (manifest.Severity, string) {
	if !c.known(p, name) {
		return "", ""
	}
	runs := c.Old.Steady[name]
	if runs.Cmp(bound) > 0 {
		return c.graver(manifest.High, manifest.Critical), fmt.Sprintf(
			"what runs now asks for %s %s, and the quota allows %s: pods that stop cannot start again, and a release waits until enough of the old pods are gone", name, &runs, &bound)
	}
	during, headroom := runs.DeepCopy(), c.headroom(name)
	during.Add(headroom)
	if during.Cmp(bound) <= 0 {
		return "", ""
	}
	return manifest.High, fmt.Sprintf(
		"what runs now asks for %s %s, and a release of the new version for %s more, while the quota allows %s: the release may wait for the old pods", name, &runs, &headroom, &bound)
}

// headroom is what a release of the new version needs beside what runs.
func (c *comparison) headroom(name string) resource.Quantity {
	peak, ok := c.New.Peak[name]
	if !ok {
		return resource.Quantity{}
	}
	more := peak.DeepCopy()
	steady := c.New.Steady[name]
	more.Sub(steady)
	if more.Sign() < 0 {
		return resource.Quantity{}
	}
	return more
}
