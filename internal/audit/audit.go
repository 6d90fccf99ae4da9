// Package audit reads what the history of a GitOps repository shows of tenants: who changed what and why, by which
// checks it was judged, how long each control held, and what nobody but tenantsmith should have written.
//
// It judges what records say, and renders nothing again. It reads no clock: the day is given. What the past does
// not tell is unknown, never assumed.
package audit

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// Options say what to audit.
type Options struct {
	// Tenants are their names; all that the branch had in the range where there are none.
	Tenants []string
	// From and To are the first and the last day, at midnight UTC. A zero From stands for the day of the first
	// commit.
	From, To time.Time
	// Now is the time of the audit: no commit can be younger.
	Now time.Time
	// Since is a commit that the branch held before, as a whole hash: history without it was rewritten. Empty for none.
	Since string
	// Origin is the platform repository, nil with a reason in NoOrigin where it is not at hand.
	Origin   *gitops.Origin
	NoOrigin string
	// Trust is whose signatures count; nil for nobody's. Signed demands one of them on every commit of the branch.
	Trust  *gitops.Trust
	Signed bool

	Repository, Branch, Path, Version string
}

// Run reads the history. The error is about the repository or the names of tenants.
func Run(ctx context.Context, h *gitops.History, controls *pipeline.ControlMap, o Options) (*report.Audit, error) {
	r := run{Options: o, history: h, controls: controls, out: &report.Audit{
		Repository: o.Repository, Branch: o.Branch, Path: o.Path, Version: o.Version, Policies: controls.Digest,
		Tenants: []report.AuditTenant{}, Evidence: []report.Evidence{}, Unknown: []string{},
	}, sources: map[string]int{}, policies: map[string]bool{}, verified: map[string]report.AuditSignature{}, trees: map[string]map[string]string{}}
	r.times()
	r.frame()
	r.signatures()
	steps, err := r.steps(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.known(steps); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(steps)) {
		if len(o.Tenants) > 0 && !slices.Contains(o.Tenants, name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t, err := r.tenant(name, steps[name])
		if err != nil {
			return nil, fmt.Errorf("tenant %s: %w", name, err)
		}
		if t.Days > 0 || len(t.Changes) > 0 || len(o.Tenants) > 0 {
			r.out.Tenants = append(r.out.Tenants, *t)
		}
	}
	r.unknown()
	return r.out, nil
}

// run is one audit.
type run struct {
	Options
	history  *gitops.History
	controls *pipeline.ControlMap
	out      *report.Audit
	// at are the times of the commits, none before that of the one that it follows.
	at []time.Time
	// sources count why commits of the platform repository were not examined; silent are states whose records do not
	// say which checks were in force; policies are the digests that judged in the range.
	sources  map[string]int
	silent   int
	policies map[string]bool
	// verified are the signatures of commits, by hash.
	verified map[string]report.AuditSignature
	// trees are the folders of commits that merges brought, by hash.
	trees map[string]map[string]string
}

// skew is by how much the clocks of honest machines may differ, and how long a push may be tried again.
const skew = time.Hour

// times gives each commit a time. One that is older than the commit which it follows, or younger than the audit, is
// taken to be as old as that, and told.
func (r *run) times() {
	var last time.Time
	for _, p := range r.history.Past {
		when := p.Committer.When.UTC()
		switch {
		case when.After(r.Now.Add(skew)):
			r.clock(p, "has not come yet")
			when = last
		case when.Before(last.Add(-skew)):
			r.clock(p, "is before that of the commit which it follows, "+stamp(last))
			when = last
		case when.Before(last):
			when = last
		}
		last = when
		r.at = append(r.at, last)
	}
}

func (r *run) clock(p *gitops.Past, why string) {
	r.out.Evidence = append(r.out.Evidence, report.Evidence{
		Kind: report.ClockBack, Commit: p.Hash, Time: stamp(p.Committer.When), Message: "the time of the commit " + why,
	})
}

// frame completes the range, and says what there is of the branch in it.
func (r *run) frame() {
	past := r.history.Past
	if r.From.IsZero() {
		r.From = r.To
		if len(r.at) > 0 && r.at[0].Before(r.To) {
			r.From = r.at[0].Truncate(day)
		}
	}
	r.out.From, r.out.To, r.out.Cut = r.From.Format(time.DateOnly), r.To.Format(time.DateOnly), r.history.Cut
	if len(past) > 0 {
		r.out.Begins, r.out.Head = stamp(r.at[0]), past[len(past)-1].Hash
	}
	for _, at := range r.at {
		if r.within(at) {
			r.out.Commits++
		}
	}
	if r.Since != "" && !r.history.Holds(r.Since) {
		r.out.Evidence = append(r.out.Evidence, report.Evidence{
			Kind: report.HistoryRewritten, Commit: r.Since, Message: "the branch does not hold this commit any more: its history was rewritten",
		})
	}
}

const day = 24 * time.Hour

// end is when the range ends.
func (r *run) end() time.Time { return r.To.Add(day) }

func (r *run) within(at time.Time) bool { return !at.Before(r.From) && at.Before(r.end()) }

// step is a commit that changed the files of a tenant: what it was, and what it is, as the history says it; empty for
// nothing.
type step struct {
	commit   *gitops.Past
	at       time.Time
	old, new string
}

// steps are those of every tenant up to the end of the range, in their order.
func (r *run) steps(ctx context.Context) (map[string][]step, error) {
	out := map[string][]step{}
	before := map[string]string{}
	for i, p := range r.history.Past {
		if !r.at[i].Before(r.end()) {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		after, err := r.history.Tenants(p)
		if err != nil {
			return nil, fmt.Errorf("commit %s: %w", p.Hash, err)
		}
		for name, tree := range after {
			if before[name] != tree {
				out[name] = append(out[name], step{p, r.at[i], before[name], tree})
			}
		}
		for name, tree := range before {
			if _, stays := after[name]; !stays {
				out[name] = append(out[name], step{p, r.at[i], tree, ""})
			}
		}
		before = after
	}
	return out, nil
}

// known refuses names that the branch never had.
func (r *run) known(steps map[string][]step) error {
	for _, name := range r.Tenants {
		if steps[name] == nil {
			all := slices.Sorted(maps.Keys(steps))
			return fmt.Errorf("up to %s the branch never held a tenant %s; it held: %s", r.out.To, name, cmp.Or(strings.Join(all, ", "), "none"))
		}
	}
	return nil
}

// unknown says what the audit could not know.
func (r *run) unknown() {
	say := func(format string, args ...any) { r.out.Unknown = append(r.out.Unknown, fmt.Sprintf(format, args...)) }
	if r.out.Cut {
		say("what was before %s: the clone is shallow", r.out.Begins)
	}
	if r.silent > 0 {
		say("which checks were in force after %s: records of older versions do not say", report.Plural(r.silent, "change"))
	}
	delete(r.policies, r.controls.Digest)
	if len(r.policies) > 0 {
		say("whether checks meant the same then: %s other than today's judged in this range, and which check serves which control is today's",
			report.Plural(len(r.policies), "version")+" of the policies")
	}
	for _, why := range slices.Sorted(maps.Keys(r.sources)) {
		say("who wrote the input of %s: %s", report.Plural(r.sources[why], "change"), why)
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
