package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// departures are the tenants that have a tree in an output and no file among the inputs.
type departures struct {
	gone   []string    // may go
	kept   []departure // may not, by name
	doubts []string    // may, if their files are really gone
	others []string    // may go, by runs of other shards
}

// departure is a tenant that stays, why, and what to do.
type departure struct{ tenant, why, advice string }

const (
	adviceActive  = "bring the file back; to remove a tenant, let spec.lifecycle be offboarding until the day in spec.offboarding.after has passed, and remove its file then"
	adviceForeign = "platform repositories that share a branch need a --path each; where the history of this one was rewritten, --rewind goes by the rest of the record"
	adviceLate    = "publish from a commit that has it in its history: a run that comes late removes nobody"
)

// departed looks through an output, which holds the folder tenants/. Only a run over all tenants knows who has
// gone; and where the inputs themselves are in doubt, an absent file proves nothing. Rewind takes records of commits
// that are not in the platform repository for its own.
func (w *workspace) departed(output fs.FS, res *pipeline.Result, all, rewind bool) (departures, error) {
	var d departures
	if !all || res.Fleet.Platform == nil {
		return d, nil
	}
	stranger := func(source string) bool { return !rewind && w.stranger(source) }
	if err := d.tenants(output, res, w.day().Format(time.DateOnly), stranger); err != nil {
		return d, err
	}
	return d, d.own(output, res, stranger)
}

func (d *departures) tenants(output fs.FS, res *pipeline.Result, today string, stranger func(source string) bool) error {
	entries, err := fs.ReadDir(output, "tenants")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	names := append(known(res), res.Others...)
	for _, entry := range entries {
		if slices.Contains(names, entry.Name()) || !entry.IsDir() || entry.Name() == manifest.PlatformName {
			continue
		}
		data, err := gitops.RecordAt(output, entry.Name())
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody else's
		}
		if err != nil {
			return err
		}
		d.add(entry.Name(), data, today, res.Shard, stranger)
	}
	if doubtful(res, output) {
		for _, k := range d.kept {
			d.doubts = append(d.doubts, k.tenant)
		}
		d.doubts = append(d.doubts, d.gone...)
		slices.Sort(d.doubts)
		d.gone, d.kept, d.others = nil, nil, nil
	}
	return err
}

// own lets the platform's files go where there are none any more. No day has to pass for them: what they guard is
// judged by the platform file.
func (d *departures) own(output fs.FS, res *pipeline.Result, stranger func(source string) bool) error {
	if !res.Own.Due || len(res.Own.Files) > 0 {
		return nil
	}
	data, err := gitops.RecordAt(output, manifest.PlatformName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	r, broken := manifest.ParseRecord(manifest.PlatformName, data)
	switch {
	case err != nil:
		return err
	case broken != nil:
		d.kept = append(d.kept, departure{manifest.PlatformName, "its record cannot be used", adviceActive})
	case stranger(r.Source):
		d.kept = append(d.kept, departure{manifest.PlatformName, unknownSource(r), adviceForeign})
	default:
		d.gone = append(d.gone, manifest.PlatformName)
	}
	return nil
}

// unknownSource says that a record names a commit that is not here.
func unknownSource(r *manifest.Record) string {
	return fmt.Sprintf("it was published from commit %.12s, which this repository does not have", r.Source)
}

// late keeps all tenants without a file where the head has what a younger commit than the one at hand renders: they may
// have their files there.
func (d *departures) late(dir string, head *gitops.Commit) error {
	if len(d.gone)+len(d.kept) == 0 {
		return nil
	}
	young, err := gitops.Younger(dir, head)
	if young == "" || err != nil {
		return err
	}
	for _, name := range d.gone {
		d.kept = append(d.kept, departure{tenant: name})
	}
	d.gone, d.others = nil, nil
	for i, k := range d.kept {
		if k.advice != adviceForeign {
			d.kept[i].why, d.kept[i].advice = fmt.Sprintf("the branch has what commit %.12s renders, which is younger than the one at hand", young), adviceLate
		}
	}
	slices.SortFunc(d.kept, func(a, b departure) int { return strings.Compare(a.tenant, b.tenant) })
	return nil
}

// add judges by its record whether a tenant may go. A tenant that another platform repository has published into the
// same folder has its file there. Of those of other shards only that counts which may go.
func (d *departures) add(tenant string, record []byte, today string, shard pipeline.Shard, stranger func(source string) bool) {
	stays := departure{tenant, "its record cannot be used", adviceActive}
	if r, err := manifest.ParseRecord(tenant, record); err == nil {
		stays.why = r.Stays(today)
		if stranger(r.Source) {
			stays.why, stays.advice = unknownSource(r), adviceForeign
		}
	}
	switch mine := shard.Has(tenant); {
	case stays.why == "" && mine:
		d.gone = append(d.gone, tenant)
	case stays.why == "":
		d.others = append(d.others, tenant)
	case mine:
		d.kept = append(d.kept, stays)
	}
}

// stranger reports whether a commit is none of the platform repository at hand.
func (w *workspace) stranger(source string) bool { return source != "" && gitops.Lacks(w.dir, source) }

// doubtful reports whether a tenant that is gone may only be one that cannot be read: a file under
// tenants/ is wrong in a way that belongs to no tenant, or a tenant is held back that never had a tree
// and so may be the other by a new name.
func doubtful(res *pipeline.Result, output fs.FS) bool {
	fresh := func(n string) bool {
		_, err := fs.Stat(output, manifest.RecordPath(n))
		return err != nil
	}
	return slices.ContainsFunc(res.Held, fresh) || slices.ContainsFunc(res.Problems, func(p manifest.Problem) bool {
		return p.Tenant == "" && p.Severity == manifest.Error && strings.HasPrefix(p.File+"/", "tenants/")
	})
}

// tell names the tenants that stay, and says what to do about it.
func (d departures) tell(w *workspace) error {
	if len(d.doubts) > 0 {
		w.say("kept: the trees of %s, which have no file any more, until the problems of tenants/ are mended", list(d.doubts))
	}
	for _, k := range d.kept {
		w.say("%s is not removed, though it has no file here: %s", k.tenant, k.why)
	}
	for _, advice := range []string{adviceActive, adviceForeign, adviceLate} {
		if slices.ContainsFunc(d.kept, func(k departure) bool { return k.advice == advice }) {
			w.say("%s", advice)
		}
	}
	if d.stay() {
		return errProblems
	}
	return nil
}

// stay reports whether any tenant without a file stays.
func (d departures) stay() bool { return len(d.kept)+len(d.doubts) > 0 }

// staying are the tenants of a plan that publish would not remove.
func staying(planned *pipeline.Planned) departures {
	var d departures
	for _, t := range planned.Plan.Tenants {
		if t.Stays != "" {
			d.kept = append(d.kept, departure{t.Name, t.Stays, adviceActive})
		}
	}
	return d
}
