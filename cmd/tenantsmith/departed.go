package main

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

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

// departure is a tenant that stays, and why.
type departure struct{ tenant, why string }

// departed looks through an output, which holds the folder tenants/. Only a run over all tenants knows who has
// gone; and where the inputs themselves are in doubt, an absent file proves nothing.
func (w *workspace) departed(output fs.FS, res *pipeline.Result, all bool) (departures, error) {
	var d departures
	if !all || res.Fleet.Platform == nil {
		return d, nil
	}
	entries, err := fs.ReadDir(output, "tenants")
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	names := append(known(res), res.Others...)
	for _, entry := range entries {
		if slices.Contains(names, entry.Name()) || !entry.IsDir() {
			continue
		}
		data, err := fs.ReadFile(output, manifest.RecordPath(entry.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody else's
		}
		if err != nil {
			return d, err
		}
		d.add(entry.Name(), data, w.day().Format(time.DateOnly), res.Shard)
	}
	if doubtful(res, output) {
		for _, k := range d.kept {
			d.doubts = append(d.doubts, k.tenant)
		}
		d.doubts = append(d.doubts, d.gone...)
		slices.Sort(d.doubts)
		d.gone, d.kept, d.others = nil, nil, nil
	}
	return d, err
}

// add judges by its record whether a tenant may go. Of those of other shards only that counts.
func (d *departures) add(tenant string, record []byte, today string, shard pipeline.Shard) {
	why := "its record cannot be used"
	if r, err := manifest.ParseRecord(tenant, record); err == nil {
		why = r.Stays(today)
	}
	switch mine := shard.Has(tenant); {
	case why == "" && mine:
		d.gone = append(d.gone, tenant)
	case why == "":
		d.others = append(d.others, tenant)
	case mine:
		d.kept = append(d.kept, departure{tenant, why})
	}
}

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
	if len(d.kept) > 0 {
		w.say("bring the file back; to remove a tenant, let spec.lifecycle be offboarding until the day in spec.offboarding.after has passed, and remove its file then")
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
			d.kept = append(d.kept, departure{t.Name, t.Stays})
		}
	}
	return d
}
