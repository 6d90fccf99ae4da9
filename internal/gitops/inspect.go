package gitops

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Standing is how a tenant stands at the head of the branch. Paths are relative to Options.Path and sorted.
type Standing struct {
	Tenant string
	// Record is nil for a tenant that was never published, and for one whose record cannot be used.
	Record *manifest.Record
	// Hold is the tenant's, over or not; nil if there is none.
	Hold *Hold
	// Edited are the tenant's own files that somebody changed by hand, Missing those that somebody removed, and
	// Foreign what stands where they do and is not its own.
	Edited, Missing, Foreign []string
	// Strange are those of Foreign that a GitOps engine applies all the same, because of where they stand.
	Strange []string
	// Stale are the other files that the update would write or remove, the record among them.
	Stale []string
	// Behind tells that the tenant was published from a younger commit of the platform repository, so that Publish
	// would leave what is stale as it is.
	Behind bool
	// Problems are a record or a hold that cannot be used.
	Problems []manifest.Problem
}

// Inspect compares the updates with the branch and writes nothing. Standings are those of the tenants that the
// updates name and of the tenants, all where none is named, that have a record or a hold at the head, sorted by
// name; the commit is the head's, empty for a branch that does not exist.
func Inspect(ctx context.Context, opts Options, tenants []string, updates ...Update) (standings []Standing, head string, err error) {
	t, err := newTarget(opts)
	if err != nil {
		return nil, "", err
	}
	if err := checkUpdates(updates); err != nil {
		return nil, "", err
	}
	standings, head, err = t.inspect(ctx, tenants, updates)
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", t.where, t.Auth.redact(err))
	}
	return standings, head, nil
}

func (t *target) inspect(ctx context.Context, tenants []string, updates []Update) ([]Standing, string, error) {
	snap, err := t.read(ctx)
	if err != nil {
		return nil, "", err
	}
	defer snap.close()
	root, err := snap.tree()
	if err != nil {
		return nil, "", err
	}
	others, err := t.others(snap, updates)
	if err != nil {
		return nil, "", err
	}
	history, err := t.openLineage()
	if err != nil {
		return nil, "", err
	}
	defer history.close()
	named := len(updates)
	updates = slices.Clone(updates)
	for _, tenant := range others {
		if len(tenants) == 0 || slices.Contains(tenants, tenant) {
			updates = append(updates, Update{Tenant: tenant})
		}
	}
	if err := t.foresee(root, updates); err != nil {
		return nil, "", err
	}
	var out []Standing
	for i, u := range updates {
		s, err := t.standing(root, u)
		if err != nil {
			return nil, "", fmt.Errorf("tenant %s: %w", u.Tenant, err)
		}
		if len(s.Stale) > 0 {
			if s.Behind, err = history.isYounger(s.Record.Source, s.Record.SourceTime); err != nil {
				return nil, "", err
			}
		}
		if s.Record != nil || s.Hold != nil || len(s.Problems) > 0 || i < named {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Standing) int { return strings.Compare(a.Tenant, b.Tenant) })
	head := ""
	if !snap.head.IsZero() {
		head = snap.head.String()
	}
	return out, head, nil
}

// standing looks at one tenant. An update without files says nothing about what they should be.
func (t *target) standing(root *folder, u Update) (Standing, error) {
	s := Standing{Tenant: u.Tenant}
	h := newHeadReader(t, root, u.Files)
	path := manifest.RecordPath(u.Tenant)
	data, _, err := h.read(path)
	if err != nil {
		return s, err
	}
	record, unrecorded := parseRecord(u.Tenant, path, data)
	hold, unheld, err := h.hold(u.Tenant)
	if err != nil {
		return s, err
	}
	for _, p := range []*manifest.Problem{unrecorded, unheld} {
		if p != nil {
			s.Problems = append(s.Problems, t.blame(u.Tenant, []manifest.Problem{*p})...)
		}
	}
	if s.Record, s.Hold = record, hold; record == nil {
		return s, nil
	}
	if err := s.drift(h); err != nil || len(u.Files) == 0 {
		return s, err
	}
	return s, s.stale(h)
}

// drift finds what people did in the tenant's folder.
func (s *Standing) drift(h *headReader) error {
	var err error
	if _, s.Edited, err = h.yielding(s.Record); err != nil {
		return err
	}
	for _, file := range slices.Sorted(maps.Keys(s.Record.Files)) {
		_, exists, err := h.entry(file)
		if err != nil {
			return err
		}
		if !exists {
			s.Missing = append(s.Missing, file)
		}
	}
	s.Foreign, err = h.t.foreign(h.root, s.Tenant, func(file string) bool { _, ours := s.Record.Files[file]; return ours })
	for _, file := range s.Foreign {
		if s.Record.Strange(file) {
			s.Strange = append(s.Strange, file)
		}
	}
	return err
}

// stale compares what the update would write, hand edits left aside.
func (s *Standing) stale(h *headReader) error {
	yielding, _, err := h.yielding(s.Record)
	if err != nil {
		return err
	}
	changes, _, err := manifest.Reconcile(yielding, h.next, h.read)
	if err != nil {
		return err
	}
	s.Stale = slices.DeleteFunc(append(changes.Paths(), changes.Remove...), func(file string) bool {
		return slices.Contains(s.Edited, file) || slices.Contains(s.Missing, file) || file == manifest.RecordPath(s.Tenant) && s.records(h.next[file])
	})
	slices.Sort(s.Stale)
	return nil
}

// records reports whether a new record says what the one at the head says: that the files came from another commit
// is no news.
func (s *Standing) records(data []byte) bool {
	return bytes.Equal(manifest.Unsourced(data), manifest.Unsourced(s.Record.Bytes()))
}
