package gitops

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// plan is what the updates do to the tree of the head.
type plan struct {
	root     *folder
	tenants  []tenantPlan
	problems []manifest.Problem
}

// tenantPlan is one tenant's part. Paths are those of the update, relative to Options.Path.
type tenantPlan struct {
	Change
	update Update
	hashes map[string]plumbing.Hash
	bad    bool
	held   *Hold
	old    *manifest.Record
}

// compare reconciles every tenant with its record at the head and changes the tree in memory.
func (t *target) compare(snap *snapshot, updates []Update, from *source) (*plan, error) {
	root, err := snap.tree()
	if err != nil {
		return nil, err
	}
	if err := t.foresee(root, updates); err != nil {
		return nil, err
	}
	p := &plan{root: root}
	for _, u := range slices.SortedFunc(slices.Values(updates), func(a, b Update) int {
		return strings.Compare(a.Tenant, b.Tenant)
	}) {
		tp, problems, err := t.reconcile(root, u, from)
		if err != nil {
			return nil, fmt.Errorf("tenant %s: %w", u.Tenant, err)
		}
		p.problems = append(p.problems, problems...)
		p.tenants = append(p.tenants, tp)
	}
	return p, t.apply(p)
}

// changing are the updates of the tenants that change, as a commit holds them.
func (p *plan) changing() []Update {
	var out []Update
	for _, tp := range p.tenants {
		if !tp.bad && tp.files() > 0 {
			out = append(out, tp.update)
		}
	}
	return out
}

// drop notes the tenants that were left out because they clash with what stays at the head.
func (p *plan) drop(clashes []manifest.Problem) {
	p.problems = append(p.problems, clashes...)
	for _, c := range clashes {
		if !slices.ContainsFunc(p.tenants, func(tp tenantPlan) bool { return tp.Tenant == c.Tenant }) {
			p.tenants = append(p.tenants, tenantPlan{Change: Change{Tenant: c.Tenant}, bad: true})
		}
	}
	slices.SortStableFunc(p.tenants, func(a, b tenantPlan) int { return strings.Compare(a.Tenant, b.Tenant) })
}

// apply edits the tree. Removals come first, so that a file can take the place of a folder.
func (t *target) apply(p *plan) error {
	for _, tp := range p.tenants {
		for _, file := range tp.Removed {
			if err := p.root.remove(t.inRepo(file)); err != nil {
				return err
			}
		}
	}
	for _, tp := range p.tenants {
		for _, file := range slices.Concat(tp.Added, tp.Modified) {
			if err := p.root.write(t.inRepo(file), tp.hashes[file]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *target) inRepo(file string) string { return path.Join(t.Path, file) }

// others lists the folders below tenants/, and the platform where it has a record, that no update names; none of them
// is read.
func (t *target) others(snap *snapshot, updates []Update) ([]string, error) {
	root, err := snap.tree()
	if err != nil {
		return nil, err
	}
	dir, err := root.below(t.inRepo("tenants"))
	if err != nil {
		return nil, err
	}
	record := t.inRepo(manifest.RecordPath(manifest.PlatformName))
	_, at, err := root.find(record)
	if err != nil {
		return nil, err
	}
	named := make(map[string]bool, len(updates))
	for _, u := range updates {
		named[u.Tenant] = true
	}
	var out []string
	if at == record && !named[manifest.PlatformName] {
		out = append(out, manifest.PlatformName)
	}
	if dir != nil {
		for name, e := range dir.entries {
			if e.isDir() && !named[name] && name != manifest.PlatformName {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

func (p *plan) result(head plumbing.Hash) Result {
	res := Result{Problems: manifest.SortProblems(p.problems)}
	if !head.IsZero() {
		res.Head = head.String()
	}
	for _, tp := range p.tenants {
		switch {
		case tp.held != nil:
			res.Held = append(res.Held, *tp.held)
		case tp.bad:
			res.Skipped = append(res.Skipped, tp.Tenant)
		case tp.files() > 0:
			res.Changed = append(res.Changed, tp.Change)
		}
	}
	return res
}

func (c Change) files() int { return len(c.Added) + len(c.Modified) + len(c.Removed) }

// commit writes the new blobs, trees and the commit into the pack. It returns the zero hash when the
// tree comes out as it was.
func (t *target) commit(snap *snapshot, p *plan, into *pack) (plumbing.Hash, error) {
	for _, tp := range p.tenants {
		for _, file := range slices.Sorted(slices.Values(slices.Concat(tp.Added, tp.Modified))) {
			if err := into.put(plumbing.BlobObject, tp.hashes[file], tp.update.Files[file]); err != nil {
				return plumbing.ZeroHash, err
			}
		}
	}
	tree, err := p.root.store(into)
	if err != nil || tree == p.root.hash {
		return plumbing.ZeroHash, err
	}
	if tree.IsZero() {
		if tree, err = into.add(plumbing.TreeObject, nil); err != nil {
			return plumbing.ZeroHash, err
		}
	}
	object, err := t.commitObject(tree, snap.head, t.message(p.result(snap.head).Changed))
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return into.add(plumbing.CommitObject, object)
}

// headReader gives Reconcile the files at the head. A file whose new content has the hash that stands
// at the head is not read from the repository.
type headReader struct {
	t      *target
	root   *folder
	next   map[string][]byte
	hashes map[string]plumbing.Hash
}

func newHeadReader(t *target, root *folder, next map[string][]byte) *headReader {
	h := &headReader{t: t, root: root, next: next, hashes: make(map[string]plumbing.Hash, len(next))}
	for file, data := range next {
		h.hashes[file] = hashObject(plumbing.BlobObject, data)
	}
	return h
}

func (h *headReader) entry(file string) (entry, bool, error) {
	full := h.t.inRepo(file)
	e, at, err := h.root.find(full)
	return e, err == nil && at == full && !e.isDir(), err
}

// read returns the content at the head, and whether there is any.
func (h *headReader) read(file string) ([]byte, bool, error) {
	e, ok, err := h.entry(file)
	if err != nil || !ok {
		return nil, false, err
	}
	switch {
	case e.mode == filemode.Submodule:
		return []byte("Subproject commit " + e.hash.String() + "\n"), true, nil
	case e.mode == filemode.Symlink:
		data, err := readObject(h.root.objects, plumbing.BlobObject, e.hash)
		return append([]byte("link to "), data...), true, err
	case e.hash == h.hashes[file]:
		return h.next[file], true, nil
	}
	data, err := readObject(h.root.objects, plumbing.BlobObject, e.hash)
	return data, true, err
}

// blocked lists what somebody else put where the tenant's files must go: a file, link or submodule in
// place of a folder, or a folder in place of a file.
func (h *headReader) blocked(removed []string) ([]string, error) {
	gone := make(map[string]bool, len(removed))
	for _, file := range removed {
		gone[h.t.inRepo(file)] = true
	}
	found := make(map[string]bool)
	for _, file := range slices.Sorted(maps.Keys(h.next)) {
		full := h.t.inRepo(file)
		e, at, err := h.root.find(full)
		if err != nil {
			return nil, err
		}
		if at != "" && at != full && !gone[at] {
			found[at] = true
		}
		if at == full && e.isDir() {
			if err := h.foreign(full, gone, found); err != nil {
				return nil, err
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// foreign adds what stays in a folder that has to make room for a file.
func (h *headReader) foreign(full string, gone, found map[string]bool) error {
	dir, err := h.root.below(full)
	if err != nil {
		return err
	}
	return dir.files(full+"/", func(p string, _ entry) {
		if !gone[p] {
			found[p] = true
		}
	})
}

// snapshot is the head of the branch, ready to be read.
type snapshot struct {
	store
	head plumbing.Hash
	// notes are the commits of the references that hold notes, as far as there are any.
	notes map[plumbing.ReferenceName]plumbing.Hash
	// tip is where the branch to move is, and own its snapshot where head is that of another one. start says that
	// this other one has to be made first.
	tip   plumbing.Hash
	own   *snapshot
	start bool
}

// tree opens the root folder of the head.
func (s *snapshot) tree() (*folder, error) { return s.treeOf(s.head) }

// treeOf opens the root folder of a commit; the zero hash gives an empty one.
func (s *snapshot) treeOf(commit plumbing.Hash) (*folder, error) {
	if commit.IsZero() {
		return openFolder(nil, plumbing.ZeroHash)
	}
	data, err := readObject(s.objects, plumbing.CommitObject, commit)
	if err != nil {
		return nil, err
	}
	line, _, _ := strings.Cut(string(data), "\n")
	tree, ok := strings.CutPrefix(line, "tree ")
	if !ok || !plumbing.IsHash(tree) {
		return nil, fmt.Errorf("commit %s is damaged", commit)
	}
	if tree == emptyTree {
		// Git does not always store this one.
		return &folder{objects: s.objects, entries: make(map[string]entry), hash: plumbing.NewHash(tree)}, nil
	}
	return openFolder(s.objects, plumbing.NewHash(tree))
}

const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
