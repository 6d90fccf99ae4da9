package gitops

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// History is what a branch held from its first commit to its head: the states that somebody who followed the
// branch saw, which are the first parents. Trees are read when they are asked for. It is not safe for concurrent
// use.
type History struct {
	// Past are the commits, oldest first; none of a branch that does not exist.
	Past []*Past
	// Cut tells that the clone is shallow, so that what was before the first of them is not here.
	Cut bool

	store
	path string
	// applied are the folders of GitOps engines as they were seen last, by path: most commits change none of them.
	applied map[string]*folder
	// seen are all commits that the head has among its ancestors.
	seen map[plumbing.Hash]bool
}

// OpenHistory reads the commits of the branch. That of a remote repository is fetched whole, into a temporary
// folder that Close removes.
func OpenHistory(ctx context.Context, opts Options) (*History, error) {
	t, err := newTarget(opts)
	if err != nil {
		return nil, err
	}
	h, err := t.history(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", t.where, t.Auth.redact(err))
	}
	return h, nil
}

func (t *target) history(ctx context.Context) (*History, error) {
	head, objects, err := t.whole(ctx)
	if err != nil {
		return nil, err
	}
	h := &History{store: objects, path: t.Path, seen: map[plumbing.Hash]bool{}, applied: map[string]*folder{}}
	cut := t.shallow()
	if err = h.line(ctx, head, cut); err == nil {
		err = h.merges(cut)
	}
	if err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

// Close lets go of the files.
func (h *History) Close() error {
	h.close()
	return nil
}

// shallow are the commits at which a local clone is cut.
func (t *target) shallow() map[plumbing.Hash]bool {
	cut := map[plumbing.Hash]bool{}
	if t.endpoint != nil {
		return cut
	}
	if r, err := openLocal(t.local); err == nil {
		defer r.Close()
		hashes, _ := r.Shallow() // what cannot be read shows as a parent that is missing
		for _, hash := range hashes {
			cut[hash] = true
		}
	}
	return cut
}

// line follows the first parents.
func (h *History) line(ctx context.Context, head plumbing.Hash, cut map[plumbing.Hash]bool) error {
	for hash := head; !hash.IsZero(); {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := readPast(h.objects, hash)
		if err != nil {
			return lacking(err)
		}
		h.Past = append(h.Past, p)
		switch {
		case len(p.parents) == 0:
			hash = plumbing.ZeroHash
		case cut[hash]:
			h.Cut, hash = true, plumbing.ZeroHash
		default:
			hash = p.parents[0]
		}
	}
	slices.Reverse(h.Past)
	return nil
}

// merges finds what each merge brought: the commits behind its other parents that were not on the branch yet.
func (h *History) merges(cut map[plumbing.Hash]bool) error {
	for _, p := range h.Past {
		h.seen[p.hash] = true
		for _, parent := range p.parents[min(1, len(p.parents)):] {
			if err := h.bring(p, parent, cut); err != nil {
				return err
			}
		}
		slices.SortStableFunc(p.Merged, func(a, b *Past) int { return a.Committer.When.Compare(b.Committer.When) })
	}
	return nil
}

func (h *History) bring(merge *Past, from plumbing.Hash, cut map[plumbing.Hash]bool) error {
	for open := []plumbing.Hash{from}; len(open) > 0; {
		hash := open[len(open)-1]
		open = open[:len(open)-1]
		if h.seen[hash] {
			continue
		}
		h.seen[hash] = true
		p, err := readPast(h.objects, hash)
		if errors.Is(err, plumbing.ErrObjectNotFound) && h.Cut {
			continue
		}
		if err != nil {
			return lacking(err)
		}
		merge.Merged = append(merge.Merged, p)
		if !cut[hash] {
			open = append(open, p.parents...)
		}
	}
	return nil
}

// Holds reports whether the head has the commit among its ancestors, or is it.
func (h *History) Holds(hash string) bool { return h.seen[plumbing.NewHash(hash)] }

func (h *History) differ(prefix string, old, new plumbing.Hash, visit func(name, old, new string)) error {
	if old == new {
		return nil
	}
	before, err := openFolder(h.objects, old)
	if err != nil {
		return lacking(err)
	}
	after, err := openFolder(h.objects, new)
	if err != nil {
		return lacking(err)
	}
	for _, name := range names(before, after) {
		a, b := before.entries[name], after.entries[name]
		if a.id() != b.id() {
			visit(prefix+name, a.id(), b.id())
		}
		if err := h.differ(path.Join(prefix, name)+"/", a.below(), b.below(), visit); err != nil {
			return err
		}
	}
	return nil
}

// names are those of the entries of two folders, sorted.
func names(a, b *folder) []string {
	var all []string
	for name := range a.entries {
		all = append(all, name)
	}
	for name := range b.entries {
		if _, both := a.entries[name]; !both {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// below is the tree of an entry that is a folder.
func (e entry) below() plumbing.Hash {
	if !e.isDir() {
		return plumbing.ZeroHash
	}
	return e.hash
}

// id is what an entry that is no folder holds, as Read takes it.
func (e entry) id() string {
	switch e.mode {
	case 0, filemode.Dir:
		return ""
	case filemode.Symlink:
		return "link " + e.hash.String()
	case filemode.Submodule:
		return "submodule " + e.hash.String()
	}
	return e.hash.String()
}

// Read returns the content of a file. Of a link or a submodule it is a text that says so, and no content that
// tenantsmith writes.
func (h *History) Read(id string) ([]byte, error) {
	kind, hash, special := strings.Cut(id, " ")
	switch {
	case kind == "submodule":
		return []byte("Subproject commit " + hash + "\n"), nil
	case !special:
		hash = id
	}
	data, err := readObject(h.objects, plumbing.BlobObject, plumbing.NewHash(hash))
	if special {
		data = append([]byte("link to "), data...)
	}
	return data, lacking(err)
}
