package plan

import (
	"fmt"
	"strconv"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// backups are the kinds that make backups, and the field that says how long they are kept.
var backups = map[string]manifest.Path{
	"velero.io/Schedule":                 manifest.ParsePath("spec.template.ttl"),
	"postgresql.cnpg.io/ScheduledBackup": nil,
}

// lostBackup tells of backups that are no longer made, or kept for less long.
func lostBackup(c *comparison, p *pair) {
	keeps, ok := backups[p.kind]
	if !ok || p.old == nil {
		return
	}
	old, new := p.trees()
	if p.new == nil {
		c.risk(DataLoss, c.graver(manifest.Medium, manifest.High), p, nil, "no more backups are made; those that exist expire in their time", "")
		return
	}
	for _, stop := range []string{"paused", "suspend"} {
		if at(old, "spec", stop) != true && at(new, "spec", stop) == true {
			c.risk(DataLoss, c.graver(manifest.Medium, manifest.High), p, manifest.Path{"spec", stop}, "no more backups are made while the schedule is stopped", "")
		}
	}
	if p.touched(manifest.Path{"spec", "schedule"}) && !p.moved {
		c.risk(DataLoss, manifest.Low, p, manifest.Path{"spec", "schedule"},
			fmt.Sprintf("backups are made at %q instead of %q: what happens between two of them is lost with the data", text(new, "spec", "schedule"), text(old, "spec", "schedule")), "")
	}
	c.shorter(p, keeps)
}

// shorter tells of a time for which backups are kept that gets less.
func (c *comparison) shorter(p *pair, path manifest.Path) {
	if len(path) == 0 || p.new == nil || !p.touched(path) {
		return
	}
	old, _ := path.Lookup(p.old.Tree)
	new, _ := path.Lookup(p.new.Tree)
	before, had := period(old, p.kind)
	after, has := period(new, p.kind)
	if had && has && after < before {
		c.risk(DataLoss, c.graver(manifest.Medium, manifest.High), p, path, fmt.Sprintf("backups are kept for %v instead of %v; older ones go", new, old), "")
	}
}

// period reads a length of time: 720h0m0s as Velero writes it, or 30d, 4w, 6m (months) as CloudNativePG does.
func period(v any, kind string) (time.Duration, bool) {
	s, _ := v.(string)
	if kind == "velero.io/Schedule" {
		d, err := time.ParseDuration(s)
		return d, err == nil
	}
	if s == "" {
		return 0, false
	}
	days, known := map[byte]int{'d': 1, 'w': 7, 'm': 30}[s[len(s)-1]]
	n, err := strconv.Atoi(s[:len(s)-1])
	if err != nil || !known || n < 0 || n > 1<<16 {
		return 0, false
	}
	return time.Duration(n*days) * 24 * time.Hour, true
}
