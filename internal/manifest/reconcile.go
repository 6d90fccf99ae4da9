package manifest

import (
	"bytes"
	"fmt"
)

// Changes are what makes an output folder match the new files.
type Changes struct {
	// Write are the files whose bytes differ from what is there, by path.
	Write map[string][]byte
	// Remove are owned files that are no longer produced, sorted.
	Remove []string
}

// Paths returns the files to write, sorted.
func (c Changes) Paths() []string { return sortedKeys(c.Write) }

// Reconcile compares the new files of a tenant with those the last run left. old is the record of that run, nil if
// there was none; next has all new files, the record included; read returns the bytes of a file and whether it
// exists.
//
// Owned files (those in old) are written when they differ, and removed when they are no longer produced; one that
// vanished is written again. A file that somebody changed by hand, and one of somebody else's that stands in the
// way, is a problem; with problems there are no changes. Everything else stays untouched. An error is that of read,
// or a record that claims what it may not.
func Reconcile(old *Record, next map[string][]byte, read func(path string) ([]byte, bool, error)) (Changes, []Problem, error) {
	if old == nil {
		old = &Record{}
	} else if err := old.validate(); err != nil {
		return Changes{}, nil, fmt.Errorf("read record: %w", err)
	}
	r := reconciler{old: old, next: next, read: read, changes: Changes{Write: map[string][]byte{}}}
	for _, p := range sortedKeys(next) {
		if err := r.write(p); err != nil {
			return Changes{}, nil, err
		}
	}
	for _, p := range sortedKeys(old.Files) {
		if err := r.remove(p); err != nil {
			return Changes{}, nil, err
		}
	}
	if len(r.problems) > 0 {
		return Changes{}, SortProblems(r.problems), nil
	}
	return r.changes, nil, nil
}

// HandEdited is the message of the problem of a file that somebody changed.
const HandEdited = "changed by hand since tenantsmith wrote it"

// Move says where a change belongs that somebody made by hand in an owner's file.
func Move(owner, file string) string {
	switch {
	case owner == PlatformName:
		return "move the change into the platform file"
	case !Patchable(owner, file):
		return "what GitOps engines apply a tenant by takes no patches: move the change into the tenant's file or the platform file"
	}
	return fmt.Sprintf("move the change into the tenant's file or a patch under tenants/%s/patches", owner)
}

type reconciler struct {
	old      *Record
	next     map[string][]byte
	read     func(path string) ([]byte, bool, error)
	changes  Changes
	problems []Problem
}

func (r *reconciler) write(p string) error {
	current, exists, err := r.read(p)
	if err != nil {
		return fmt.Errorf("read %s: %w", p, err)
	}
	data := r.next[p]
	if exists && bytes.Equal(current, data) {
		return nil
	}
	digest, owned := r.old.Files[p]
	// The record does not list itself; where there was one, it is ours.
	record := r.old.Tenant != "" && p == RecordPath(r.old.Tenant)
	switch {
	case !exists || record:
	case !owned:
		r.problem(p, "a file that tenantsmith did not write is in the way", "move or delete it")
		return nil
	case Digest(current) != digest:
		r.edited(p)
		return nil
	}
	r.changes.Write[p] = data
	return nil
}

func (r *reconciler) remove(p string) error {
	if _, stays := r.next[p]; stays {
		return nil
	}
	current, exists, err := r.read(p)
	switch {
	case err != nil:
		return fmt.Errorf("read %s: %w", p, err)
	case !exists:
	case Digest(current) != r.old.Files[p]:
		r.edited(p)
	default:
		r.changes.Remove = append(r.changes.Remove, p)
	}
	return nil
}

func (r *reconciler) edited(p string) {
	r.problem(p, HandEdited, Move(r.old.Tenant, p)+", then delete this file")
}

func (r *reconciler) problem(p, message, remedy string) {
	r.problems = append(r.problems, Problem{
		Check: "output", Severity: Error, Tenant: r.old.Tenant, Position: Position{File: p}, Message: message, Remedy: remedy,
	})
}
