package gitops

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// Rendering is the state of a tenant on a branch of a GitOps repository.
type Rendering struct {
	// Commit is that of the GitOps repository, Source that of the platform repository which it came from.
	Commit, Source string
	// Inputs are the digests of the files that it was made of, by name; none where the record does not say. With edits
	// that were not committed Source does not have them.
	Inputs map[string]string
}

var publishedHash = pattern.Of(`^[0-9a-f]{4,40}$`)

// FindPublished finds the commit of the platform repository from which a tenant was rendered, as a commit of the GitOps
// repository has it: the one whose hash begins so.
func FindPublished(ctx context.Context, opts Options, tenant, hash string) (Rendering, error) {
	if !publishedHash().MatchString(hash) {
		return Rendering{}, fmt.Errorf("%q is no hash of a commit: with --repo, name a commit of the GitOps repository by its hash", printable(hash))
	}
	h, err := OpenHistory(ctx, opts)
	if err != nil {
		return Rendering{}, err
	}
	defer h.Close()
	i := len(h.Past) - 1
	for i >= 0 && !strings.HasPrefix(h.Past[i].Hash, hash) {
		i--
	}
	if i < 0 {
		return Rendering{}, fmt.Errorf("branch %s holds no commit %s", opts.Branch, hash)
	}
	found, err := h.rendering(i, tenant)
	switch {
	case err != nil:
	case found.Commit == "":
		err = fmt.Errorf("commit %s holds no tenant %s", h.Past[i].Hash[:12], tenant)
	case found.Source == "":
		err = fmt.Errorf("commit %s does not say which commit of the platform repository %s came from", found.Commit[:12], tenant)
	}
	return found, err
}

// Renderings are the states of a tenant that the branch held, youngest first, each with the youngest commit that holds
// it; one after the other came from different files, or commits of the platform repository. The first is that of the head: empty
// where the tenant is not there. Others that do not say where they came from are left out.
func Renderings(ctx context.Context, opts Options, tenant string) ([]Rendering, error) {
	h, err := OpenHistory(ctx, opts)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	var found []Rendering
	last := ""
	for i, p := range slices.Backward(h.Past) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		tenants, err := h.Tenants(p)
		if err != nil {
			return nil, err
		}
		if found != nil && tenants[tenant] == last {
			continue
		}
		last = tenants[tenant]
		r, err := h.rendering(i, tenant)
		if err != nil {
			return nil, err
		}
		if found == nil || r.Source != "" && !r.same(found[len(found)-1]) {
			found = append(found, r)
		}
	}
	return found, nil
}

// same reports whether two came from the same files, as far as that is known.
func (r Rendering) same(o Rendering) bool {
	return r.Source == o.Source && maps.Equal(r.Inputs, o.Inputs)
}

// rendering is what the commit at an index has of a tenant; empty for nothing. The source is the one that the record
// names. Older records name none: then the commit that brought the state does, by its trailer.
func (h *History) rendering(i int, tenant string) (Rendering, error) {
	tenants, err := h.Tenants(h.Past[i])
	tree := tenants[tenant]
	if err != nil || tree == "" {
		return Rendering{}, err
	}
	r := Rendering{Commit: h.Past[i].Hash}
	record, err := h.record(tree, tenant)
	if err != nil {
		return r, err
	}
	if record != nil {
		r.Source, r.Inputs = record.Source, record.Inputs
	}
	if plumbing.IsHash(r.Source) {
		return r, nil
	}
	r.Source = ""
	for ; i > 0; i-- {
		if tenants, err = h.Tenants(h.Past[i-1]); err != nil {
			return r, err
		}
		if tenants[tenant] != tree {
			break
		}
	}
	if source := h.Past[i].Trailer("Source-Commit"); plumbing.IsHash(source) {
		r.Source = source
	}
	return r, nil
}

// record is that of a tenant as Tenants says what it is; nil for one that cannot be used.
func (h *History) record(tree, tenant string) (*manifest.Record, error) {
	folder, _ := stateOf(tree)
	at, err := openFolder(h.objects, folder)
	if err != nil {
		return nil, lacking(err)
	}
	e := at.entries[path.Base(manifest.RecordPath(tenant))]
	if id := e.id(); id == "" || id != e.hash.String() {
		return nil, nil
	}
	data, err := h.Read(e.id())
	if err != nil {
		return nil, err
	}
	record, err := manifest.ParseRecord(tenant, data)
	if err != nil {
		return nil, nil
	}
	return record, nil
}
