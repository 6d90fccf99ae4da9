package gitops

import (
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// reconcile finds what one update changes against the head. Problems, and a hold, mean that the tenant stays as
// it is.
func (t *target) reconcile(root *folder, u Update, from *source) (tenantPlan, []manifest.Problem, error) {
	if u.hold != nil {
		return t.rehold(root, u)
	}
	h := newHeadReader(t, root, u.Files)
	tp := tenantPlan{Change: Change{Tenant: u.Tenant}, update: u, hashes: h.hashes}
	hold, problem, err := h.hold(u.Tenant)
	if err != nil {
		return tp, nil, err
	}
	if hold.Active(t.When) {
		tp.held = hold
		return tp, nil, nil
	}
	var problems []manifest.Problem
	if problem != nil {
		problems = append(problems, *problem)
	} else if problems, err = tp.compare(t, h, from); err != nil {
		return tp, nil, err
	}
	if len(problems) > 0 {
		tp.Change, tp.bad = Change{Tenant: u.Tenant}, true
		return tp, t.blame(u.Tenant, problems), nil
	}
	if hold != nil && tp.files() > 0 {
		tp.Removed = append(slices.Clone(tp.Removed), HoldPath(u.Tenant))
		slices.Sort(tp.Removed)
	}
	return tp, nil, nil
}

// compare fills in what changes between the head and the update.
func (tp *tenantPlan) compare(t *target, h *headReader, from *source) ([]manifest.Problem, error) {
	record := manifest.RecordPath(tp.Tenant)
	old, problem, err := tp.record(h, from)
	if err != nil {
		return nil, err
	}
	if problem != nil {
		return []manifest.Problem{*problem}, nil
	}
	tp.old = old
	owned := old
	if tp.update.Overwrite && old != nil {
		if owned, tp.Overwritten, err = h.yielding(old); err != nil {
			return nil, err
		}
	}
	changes, problems, err := manifest.Reconcile(owned, h.next, h.read)
	if err != nil || len(problems) > 0 {
		return choices(tp.Tenant, len(tp.update.Files) == 0, problems), err
	}
	tp.Removed = changes.Remove
	if _, stays := h.next[record]; old != nil && !stays {
		tp.Removed = append(slices.Clone(tp.Removed), record)
		slices.Sort(tp.Removed)
	}
	blocked, err := h.blocked(tp.Removed)
	if err != nil || len(blocked) > 0 {
		return inTheWay(t.Path, blocked), err
	}
	if late, err := t.isLate(old, len(changes.Write)+len(tp.Removed), from); err != nil || late {
		return t.late(old), err
	}
	err = tp.sort(changes, h)
	tp.Overwritten = slices.DeleteFunc(tp.Overwritten, func(file string) bool {
		return !slices.Contains(tp.Modified, file) && !slices.Contains(tp.Removed, file)
	})
	return nil, err
}

// record reads the record at the head, and puts the source into that of the update.
func (tp *tenantPlan) record(h *headReader, from *source) (*manifest.Record, *manifest.Problem, error) {
	record := manifest.RecordPath(tp.Tenant)
	data, err := from.record(h, tp.update)
	if err != nil {
		return nil, nil, err
	}
	tp.update = from.stamp(tp.update, data)
	if h.next = tp.update.Files; h.next[record] != nil {
		h.hashes[record] = hashObject(plumbing.BlobObject, h.next[record])
	}
	old, problem := parseRecord(tp.Tenant, record, data)
	return old, problem, nil
}

// isLate reports whether an update that changes files comes from an older commit of the platform repository than
// the record at the head.
func (t *target) isLate(old *manifest.Record, changes int, from *source) (bool, error) {
	if old == nil {
		return false, nil
	}
	from.last = [2]string{old.Source, old.SourceTime}
	if changes == 0 || t.Rewind {
		return false, nil
	}
	return from.isYounger(old.Source, old.SourceTime)
}

// sort tells new files from modified ones and finds the environments they reach.
func (tp *tenantPlan) sort(changes manifest.Changes, h *headReader) error {
	for _, file := range changes.Paths() {
		_, exists, err := h.entry(file)
		if err != nil {
			return err
		}
		if exists {
			tp.Modified = append(tp.Modified, file)
		} else {
			tp.Added = append(tp.Added, file)
		}
	}
	tp.Environments = tp.reach()
	return nil
}

// parseRecord is the tenant's record at the head; nil if there is none. One that cannot be read is a
// problem of the repository, not an error: without it nobody knows which files are ours.
func parseRecord(tenant, file string, data []byte) (*manifest.Record, *manifest.Problem) {
	if data == nil {
		return nil, nil
	}
	record, err := manifest.ParseRecord(tenant, data)
	if err != nil {
		return nil, &manifest.Problem{
			Check: "output", Severity: manifest.Error, Position: manifest.Position{File: file},
			Message: "the record cannot be used: " + printable(err.Error()),
			Remedy:  "restore the file from the history of the repository",
		}
	}
	return record, nil
}

func inTheWay(prefix string, paths []string) []manifest.Problem {
	var problems []manifest.Problem
	for _, p := range paths {
		problems = append(problems, manifest.Problem{
			Check: "output", Severity: manifest.Error, Message: "stands where a file of the tenant must go",
			Position: manifest.Position{File: strings.TrimPrefix(p, prefix+"/")}, Remedy: "move or delete it",
		})
	}
	return problems
}

// blame completes problems: whose they are, and where in the repository.
func (t *target) blame(tenant string, problems []manifest.Problem) []manifest.Problem {
	for i := range problems {
		problems[i].Tenant = tenant
		problems[i].File = path.Join(t.Path, problems[i].File)
	}
	return problems
}

// reach lists the environments whose objects the change can alter: those of the overlays it touches,
// and all of the tenant's when it touches what overlays share. The record and the hold reach none.
func (tp *tenantPlan) reach() []string {
	var envs []string
	record := manifest.RecordPath(tp.Tenant)
	shared := false
	for _, file := range slices.Concat(tp.Added, tp.Modified, tp.Removed) {
		if env := manifest.EnvironmentOf(file); env != "" {
			envs = append(envs, env)
		} else if file != record && file != HoldPath(tp.Tenant) {
			shared = true
		}
	}
	if shared {
		for file := range tp.update.Files {
			if env := manifest.EnvironmentOf(file); env != "" {
				envs = append(envs, env)
			}
		}
	}
	slices.Sort(envs)
	return slices.Compact(envs)
}
