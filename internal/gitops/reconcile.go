package gitops

import (
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// reconcile finds what one update changes against the head. Problems mean that the tenant stays as it
// is.
func (t *target) reconcile(root *folder, u Update, from *source) (tenantPlan, []manifest.Problem, error) {
	tp := tenantPlan{Change: Change{Tenant: u.Tenant}}
	skip := func(problems []manifest.Problem) (tenantPlan, []manifest.Problem, error) {
		tp.Change, tp.bad = Change{Tenant: u.Tenant}, true
		return tp, t.blame(u.Tenant, problems), nil
	}
	record := manifest.RecordPath(u.Tenant)
	h := newHeadReader(t, root, u.Files)
	data, err := from.record(h, u)
	if err != nil {
		return tp, nil, err
	}
	u = from.stamp(u, data)
	if h.next = u.Files; u.Files[record] != nil {
		h.hashes[record] = hashObject(plumbing.BlobObject, u.Files[record])
	}
	tp.update, tp.hashes = u, h.hashes
	old, problem := parseRecord(u.Tenant, record, data)
	if problem != nil {
		return skip([]manifest.Problem{*problem})
	}
	changes, problems, err := manifest.Reconcile(old, u.Files, h.read)
	if err != nil {
		return tp, nil, err
	}
	if len(problems) > 0 {
		return skip(problems)
	}
	tp.Removed = changes.Remove
	if _, stays := u.Files[record]; old != nil && !stays {
		tp.Removed = append(slices.Clone(tp.Removed), record)
		slices.Sort(tp.Removed)
	}
	blocked, err := h.blocked(tp.Removed)
	if err != nil {
		return tp, nil, err
	}
	if len(blocked) > 0 {
		return skip(inTheWay(t.Path, blocked))
	}
	if old != nil {
		from.last = [2]string{old.Source, old.SourceTime}
	}
	if old != nil && len(changes.Write)+len(tp.Removed) > 0 && !t.Rewind {
		if younger, err := from.isYounger(old.Source, old.SourceTime); err != nil {
			return tp, nil, err
		} else if younger {
			return skip(t.late(old))
		}
	}
	return tp, nil, tp.sort(changes, h)
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
// and all of the tenant's when it touches what overlays share. The record alone reaches none.
func (tp *tenantPlan) reach() []string {
	var envs []string
	record := manifest.RecordPath(tp.Tenant)
	shared := false
	for _, file := range slices.Concat(tp.Added, tp.Modified, tp.Removed) {
		if env := environment(file); env != "" {
			envs = append(envs, env)
		} else if file != record {
			shared = true
		}
	}
	if shared {
		for file := range tp.update.Files {
			if env := environment(file); env != "" {
				envs = append(envs, env)
			}
		}
	}
	slices.Sort(envs)
	return slices.Compact(envs)
}

// environment is the one a path belongs to: tenants/<tenant>/<tree>/overlays/<env>/…,
// rendered/<env>/… and platform/<env>/….
func environment(file string) string {
	parts := strings.Split(file, "/")
	switch {
	case len(parts) > 5 && parts[0] == "tenants" && parts[3] == "overlays":
		return parts[4]
	case len(parts) > 2 && (parts[0] == "rendered" || parts[0] == "platform"):
		return parts[1]
	}
	return ""
}
