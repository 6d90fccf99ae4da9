package gitops

import (
	"bytes"
	"fmt"
	"maps"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// source is where updates come from, as one comparison needs it.
type source struct {
	commit string
	// lineage is nil where the history is not known.
	*lineage
	// last are commit and time of the record that was read last. Most tenants share them.
	last [2]string
}

// record reads the tenant's record at the head; nil if there is none. The one that is to be expected is not read
// from the repository.
func (s *source) record(h *headReader, u Update) ([]byte, error) {
	path := manifest.RecordPath(u.Tenant)
	e, exists, err := h.entry(path)
	if next, ok := u.Files[path]; ok && exists && e.mode.IsFile() && e.mode != filemode.Symlink {
		guess := manifest.Sourced(next, s.last[0], s.last[1])
		if hashObject(plumbing.BlobObject, guess) == e.hash {
			return guess, nil
		}
	}
	if err != nil || !exists {
		return nil, err
	}
	data, _, err := h.read(path)
	return data, err
}

// stamp puts into the record of an update which commit of the platform repository it comes from, or leaves the
// one that stands at the head when nothing else changes. The update of the caller stays as it is.
func (s *source) stamp(u Update, head []byte) Update {
	path := manifest.RecordPath(u.Tenant)
	next, ok := u.Files[path]
	if !ok {
		return u
	}
	if head == nil || !bytes.Equal(manifest.Unsourced(head), next) {
		head = manifest.Sourced(next, s.commit, s.time())
	}
	u.Files = maps.Clone(u.Files)
	u.Files[path] = head
	return u
}

// late says that a younger commit of the platform repository has been published for the tenant.
func (t *target) late(old *manifest.Record) []manifest.Problem {
	return []manifest.Problem{{
		Check: "output", Severity: manifest.Error, Position: manifest.Position{File: manifest.RecordPath(old.Tenant)},
		Message: fmt.Sprintf("comes from commit %.12s of the platform repository, which is younger than %.12s at hand", printable(old.Source), t.SourceCommit),
		Remedy:  "publish from a commit that has it in its history; --rewind puts back what the older one renders",
	}}
}
