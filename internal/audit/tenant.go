package audit

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// walk follows the files of one tenant, or of the platform, from its first commit on.
type walk struct {
	*run
	name string
	out  *report.AuditTenant

	// files are those of the folder as it stands, by path in the output, and what each is to the history.
	files map[string]string
	// digests are those of contents that were read, by what they are to the history.
	digests map[string]string
	record  *manifest.Record
	broken  string // why there is no record, though there are files
	forged  bool   // the record is of a commit that does not say that tenantsmith made it
	hold    *gitops.Hold
	quota   quotas
	// open is the evidence that nothing has ended yet, by kind and file: where it stands in found.
	open  map[[2]string]int
	found []report.Evidence
	// states are what the folder was, from one change to the next.
	states []state
}

// tenant audits one.
func (r *run) tenant(name string, steps []step) (*report.AuditTenant, error) {
	w := &walk{
		run: r, name: name, files: map[string]string{}, digests: map[string]string{}, open: map[[2]string]int{},
		out: &report.AuditTenant{Tenant: name, Changes: []report.AuditChange{}, Evidence: []report.Evidence{}},
	}
	for _, s := range steps {
		if err := w.step(s); err != nil {
			return nil, err
		}
	}
	for _, e := range w.found {
		if w.touches(e) {
			w.out.Evidence = append(w.out.Evidence, e)
		}
	}
	w.count()
	return w.out, nil
}

// touches reports whether evidence is of the range: found in it, or still there when it began.
func (w *walk) touches(e report.Evidence) bool {
	lasts := slices.Contains([]string{report.DigestDiffers, report.FileMissing, report.FileStrange, report.RecordBroken}, e.Kind)
	return e.Time >= stamp(w.From) || lasts && (e.Ended == "" || e.Ended >= stamp(w.From))
}

// change is what a step did to the files.
type change struct {
	step
	by                       string
	added, modified, removed []string
	// recorded tells that the record changed, owned that a file did which the record before or after it names.
	recorded, owned, platform bool
	before                    *manifest.Record
	// announced is the hold that was in force before the commit: one that it brings itself announces nothing.
	announced *report.AuditHold
}

// onlyHold reports whether nothing but a hold changed.
func (c change) onlyHold() bool {
	files := slices.Concat(c.added, c.modified, c.removed)
	return len(files) == 1 && files[0] == gitops.HoldPath(path.Base(path.Dir(files[0])))
}

// step takes the walk over one commit.
func (w *walk) step(s step) error {
	c, before := change{step: s, before: w.record, announced: w.held(s.at)}, w.quota
	if err := w.follow(&c); err != nil {
		return err
	}
	if err := w.read(&c); err != nil {
		return err
	}
	by, merged, err := w.author(s)
	if err != nil {
		return err
	}
	if c.by = by; c.recorded {
		w.forged = by == byHand
	}
	w.suspect(c)
	if err := w.compare(c); err != nil {
		return err
	}
	if c.platform {
		w.quota = w.quotas()
	}
	source, err := w.source(c, merged)
	if err != nil {
		return err
	}
	if w.name != manifest.PlatformName { // whose objects no check of tenants was asked about
		w.states = append(w.states, w.state(s.at))
	}
	if w.within(s.at) {
		w.tell(c, source, merged, before)
	}
	return nil
}

// follow applies the difference to the files.
func (w *walk) follow(c *change) error {
	record, guarded := manifest.RecordPath(w.name), manifest.Folder(w.name)+"/platform/"
	return w.history.Differences(w.name, c.old, c.new, func(file, old, new string) {
		switch {
		case old == "":
			c.added = append(c.added, file)
		case new == "":
			c.removed = append(c.removed, file)
		default:
			c.modified = append(c.modified, file)
		}
		if new == "" {
			delete(w.files, file)
		} else {
			w.files[file] = new
		}
		c.recorded = c.recorded || file == record
		c.owned = c.owned || file == record || owns(w.record, file)
		c.platform = c.platform || strings.HasPrefix(file, guarded)
	})
}

func owns(r *manifest.Record, file string) bool {
	if r == nil {
		return false
	}
	_, ok := r.Files[file]
	return ok
}

// read reads the record and the hold where they changed.
func (w *walk) read(c *change) error {
	if c.recorded || c.before == nil {
		if err := w.readRecord(); err != nil {
			return err
		}
	}
	for _, file := range slices.Concat(c.added, c.modified) {
		c.owned = c.owned || owns(w.record, file)
	}
	return w.readHold()
}

func (w *walk) readRecord() error {
	w.record, w.broken = nil, ""
	id, there := w.files[manifest.RecordPath(w.name)]
	if !there {
		if w.there() {
			w.broken = "the folder has files and no record"
		}
		return nil
	}
	data, err := w.history.Read(id)
	if err != nil {
		return err
	}
	if w.record, err = manifest.ParseRecord(w.name, data); err != nil {
		w.broken = "the record cannot be used: " + err.Error()
	}
	return nil
}

// there reports whether the folder holds more than a hold.
func (w *walk) there() bool {
	for file := range w.files {
		if file != gitops.HoldPath(w.name) {
			return true
		}
	}
	return false
}

// author says who made a step, by the commit's own words, and which commits a merge brought for it: tenantsmith
// where all of them say so and one of them left the folder as it is now.
func (w *walk) author(s step) (by string, merged []*gitops.Past, err error) {
	if len(s.commit.Merged) == 0 {
		if s.commit.Publishes(w.name) {
			return byTenantsmith, nil, nil
		}
		return byHand, nil, nil
	}
	whole, ours := false, true
	last := s.old
	for _, p := range s.commit.Merged {
		trees, err := w.brought(p)
		if err != nil {
			return "", nil, err
		}
		if trees[w.name] == last {
			continue
		}
		last = trees[w.name]
		merged, whole, ours = append(merged, p), last == s.new, ours && p.Publishes(w.name)
	}
	if whole && ours {
		return byTenantsmith, merged, nil
	}
	return byHand, merged, nil
}

// brought are the folders of a commit that a merge brought, read once for all tenants.
func (r *run) brought(p *gitops.Past) (map[string]string, error) {
	if trees, known := r.trees[p.Hash]; known {
		return trees, nil
	}
	trees, err := r.history.Tenants(p)
	r.trees[p.Hash] = trees
	return trees, err
}

const (
	byTenantsmith = "tenantsmith"
	byHand        = "hand"
)

// tell notes the change.
func (w *walk) tell(c change, source report.AuditSource, merged []*gitops.Past, before quotas) {
	p := c.commit
	out := report.AuditChange{
		Commit: p.Hash, Time: stamp(c.at), Effect: c.effect(), By: c.by, Author: person(p.Author), Committer: person(p.Committer),
		Signature: w.signature(p), Subject: p.Subject, PullRequest: p.PullRequest, Reason: p.Reason, Merged: []report.AuditMerged{}, Source: source, Hold: w.held(c.at),
		Findings: []report.AuditFinding{}, Waivers: []string{}, Quota: differences(before, w.quota), QuotaUnknown: w.quota.doubt,
		Added: list(c.added), Modified: list(c.modified), Removed: list(c.removed),
	}
	for _, m := range merged {
		out.Merged = append(out.Merged, report.AuditMerged{
			Commit: m.Hash, Author: person(m.Author), Signature: w.signature(m), Subject: m.Subject, PullRequest: m.PullRequest,
		})
		out.PullRequest, out.Reason = cmp.Or(out.PullRequest, m.PullRequest), cmp.Or(out.Reason, m.Reason)
	}
	if r := w.record; r != nil {
		out.Version, out.Schemas, out.Policies, out.Checks = r.Version, r.Schemas, r.Policies, len(r.Checks)
		out.Lifecycle = strings.TrimSpace(r.Lifecycle + " " + r.Until)
		out.Rejudged = c.before != nil && c.before.Policies != r.Policies
		out.Waivers = append(out.Waivers, r.Waivers...)
		for _, f := range r.Findings {
			out.Findings = append(out.Findings, report.AuditFinding{
				Check: f.Check, Severity: string(f.Severity), Environment: f.Environment, Object: f.Object, Waiver: f.Waiver,
			})
		}
	}
	w.out.Changes = append(w.out.Changes, out)
}

func (c change) effect() string {
	switch {
	case c.onlyHold() && c.removed != nil:
		return "released"
	case c.onlyHold():
		return "held"
	case c.new == "":
		return "removed"
	case c.old == "":
		return "created"
	}
	return "changed"
}

func person(p gitops.Person) report.AuditPerson {
	return report.AuditPerson{Name: p.Name, Email: p.Email, Time: stamp(p.When)}
}

func list(files []string) []string {
	if files == nil {
		return []string{}
	}
	return files
}

// count adds up the days.
func (w *walk) count() {
	for i, s := range w.states {
		if ends := i+1 < len(w.states) && w.states[i+1].from.Before(w.From); s.verdicts == nil || ends {
			continue
		}
		if w.policies[s.policies] = true; s.old && s.policies != w.controls.Digest {
			w.silent++
		}
	}
	d := newDays(w.controls)
	next := 0
	for at := w.From; at.Before(w.end()); at = at.Add(day) {
		for next < len(w.states) && w.states[next].from.Before(at.Add(day)) {
			next++
		}
		d.day(at, w.during(at, next))
	}
	d.into(w.out)
}

// during are the states of which a day has a part; next is the first that comes after the day.
func (w *walk) during(at time.Time, next int) []*state {
	var out []*state
	for i := next - 1; i >= 0; i-- {
		out = append(out, &w.states[i])
		if !w.states[i].from.After(at) {
			break
		}
	}
	return out
}
