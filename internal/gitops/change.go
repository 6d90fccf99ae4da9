package gitops

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"
)

// WorkTree is the repository around a folder, on whose current branch single files are committed. Nothing else of
// the work tree is looked at: the cost is that of the files.
type WorkTree struct {
	repo        *localRepo
	top, prefix string
	branch      plumbing.ReferenceName
	head        plumbing.Hash
	root        *folder
}

// OpenWorkTree opens the repository around a folder at what is checked out. It refuses what a commit would not go
// well with: no branch, no commit yet, a merge or rebase that is not finished.
func OpenWorkTree(dir string) (*WorkTree, error) {
	top, prefix, err := around(dir)
	if err != nil {
		return nil, err
	}
	repo, err := openLocal(top)
	if err != nil {
		return nil, err
	}
	w := &WorkTree{repo: repo, top: top, prefix: prefix}
	if err := w.open(); err != nil {
		repo.Close()
		return nil, err
	}
	return w, nil
}

func (w *WorkTree) open() error {
	ref, err := w.repo.Reference(plumbing.HEAD)
	switch {
	case err != nil:
		return fmt.Errorf("read HEAD: %w", err)
	case ref.Type() != plumbing.SymbolicReference || !ref.Target().IsBranch():
		return errors.New("no branch is checked out; check one out first, by git switch")
	case w.repo.isSubmodule():
		return errors.New("the folder is a submodule; use a clone of its repository")
	}
	// A rebase comes first: while it waits, git may have the marks of another beside its own.
	for _, m := range [][2]string{{"rebase-merge", "rebase"}, {"rebase-apply", "rebase"}, {"MERGE_HEAD", "merge"}, {"CHERRY_PICK_HEAD", "cherry-pick"}, {"REVERT_HEAD", "revert"}} {
		if _, err := os.Lstat(filepath.Join(w.repo.dir, m[0])); err == nil {
			return fmt.Errorf("a %s is not finished; finish or abort it first", m[1])
		}
	}
	commit, err := w.repo.resolve("HEAD")
	if err != nil {
		return err
	}
	w.branch, w.head = ref.Target(), commit.Hash
	w.root, err = openFolder(patient{w.repo.Storage}, commit.TreeHash)
	return err
}

// Close lets go of the repository's files.
func (w *WorkTree) Close() error { return w.repo.Close() }

// Branch is the name of the branch that is checked out.
func (w *WorkTree) Branch() string { return w.branch.Short() }

// Uncommitted lists those of the files, named from the folder, that are others in the work tree or in git's index
// than at the head.
func (w *WorkTree) Uncommitted(files []string) ([]string, error) {
	idx, err := w.index()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, file := range files {
		e, at, err := w.root.find(w.inRepo(file))
		if err != nil {
			return nil, err
		}
		if at != w.inRepo(file) {
			e = entry{}
		}
		if staged := indexed(idx, w.inRepo(file)); staged != e.hash || w.onDisk(file) != e.hash {
			out = append(out, file)
		}
	}
	return out, nil
}

func (w *WorkTree) inRepo(file string) string { return path.Join(w.prefix, file) }

// onDisk is the hash of a file of the work tree; zero where there is none, or no regular one.
func (w *WorkTree) onDisk(file string) plumbing.Hash {
	work := os.DirFS(w.top)
	info, err := os.Lstat(filepath.Join(w.top, filepath.FromSlash(w.inRepo(file))))
	if err != nil {
		return plumbing.ZeroHash
	}
	return hashFile(work, w.inRepo(file), info.Mode())
}

// index is git's. One in a form that cannot be written again without loss is refused.
func (w *WorkTree) index() (*index.Index, error) {
	idx, err := w.repo.Index()
	if err != nil {
		return nil, fmt.Errorf("the index of git has a form that tenantsmith cannot write (%w); commit by git", err)
	}
	return idx, nil
}

// settled is the stage of entries of the index without a conflict.
const settled index.Stage = 0

// indexed is what the index holds of a file: zero for nothing, and for a conflict what is no hash of anything.
func indexed(idx *index.Index, file string) plumbing.Hash {
	var hash plumbing.Hash
	for _, e := range idx.Entries {
		if e.Name != file {
			continue
		}
		if e.Stage != settled {
			return plumbing.Hash{0xff}
		}
		hash = e.Hash
	}
	return hash
}

// Message is what a commit of the platform repository says, by whom and when. Sign, if not nil, signs it.
type Message struct {
	Text     string
	Trailers []Trailer
	Author   Author
	When     time.Time
	Sign     func(commit []byte) (signature string, err error)
}

// Commit makes a commit of files that are written already, on top of the branch; of a file that is not there any
// more it takes the entry away. The index follows for these files, and keeps what it holds of others. The error is
// ErrMoved when somebody else committed in between. It returns the hash.
func (w *WorkTree) Commit(ctx context.Context, files []string, m Message) (string, error) {
	if err := checkTrailers(m.Trailers); err != nil {
		return "", err
	}
	lock, err := lockFile(ctx, filepath.Join(w.repo.dir, "index"), "the index of git", ".git/index")
	if err != nil {
		return "", err
	}
	defer lock.release()
	idx, err := w.index()
	if err != nil {
		return "", err
	}
	into := newPack()
	for _, file := range slices.Sorted(slices.Values(files)) {
		if err := w.stage(idx, file, into); err != nil {
			return "", err
		}
	}
	commit, err := w.write(into, m)
	if err != nil {
		return "", err
	}
	if err := w.repo.write(ctx, w.branch, w.head, commit, into.seal()); err != nil {
		return "", err
	}
	w.log(commit, m)
	if err := index.NewEncoder(lock.file).Encode(idx); err != nil {
		return "", fmt.Errorf("commit %s is made, but the index of git could not be written: %w; git reset mends it", commit, err)
	}
	return commit.String(), lock.rename()
}

// stage puts a file of the work tree into the tree, the index and the pack.
func (w *WorkTree) stage(idx *index.Index, file string, into *pack) error {
	name := w.inRepo(file)
	full := filepath.Join(w.top, filepath.FromSlash(name))
	info, err := os.Lstat(full)
	if errors.Is(err, os.ErrNotExist) {
		idx.Entries = slices.DeleteFunc(idx.Entries, func(e *index.Entry) bool { return e.Name == name })
		return w.root.remove(name)
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", name)
	}
	data, err := os.ReadFile(full)
	if err != nil {
		return err
	}
	hash, err := into.add(plumbing.BlobObject, data)
	if err != nil {
		return err
	}
	mode, err := w.put(name, hash)
	if err != nil {
		return err
	}
	e := entryOf(idx, name)
	e.Hash, e.Mode, e.Size = hash, mode, uint32(info.Size())
	e.ModifiedAt, e.CreatedAt = info.ModTime(), info.ModTime()
	return nil
}

// put writes an entry of the tree that keeps its mode.
func (w *WorkTree) put(name string, hash plumbing.Hash) (filemode.FileMode, error) {
	old, at, err := w.root.find(name)
	if err != nil {
		return 0, err
	}
	if err := w.root.write(name, hash); err != nil {
		return 0, err
	}
	if at != name || old.mode != filemode.Executable {
		return filemode.Regular, nil
	}
	dir := w.root
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		if part != "." {
			dir = dir.entries[part].dir
		}
	}
	dir.entries[path.Base(name)] = entry{mode: old.mode, hash: hash}
	return old.mode, nil
}

func entryOf(idx *index.Index, name string) *index.Entry {
	for _, e := range idx.Entries {
		if e.Name == name && e.Stage == settled {
			return e
		}
	}
	return idx.Add(name)
}

// write adds the trees and the commit.
func (w *WorkTree) write(into *pack, m Message) (plumbing.Hash, error) {
	tree, err := w.root.store(into)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	t := target{Options: Options{Author: m.Author, When: m.When, Sign: m.Sign}}
	text := paragraphs(m.Text) + "\n"
	if len(m.Trailers) > 0 {
		text += "\n"
	}
	for _, tr := range m.Trailers {
		text += tr.Key + ": " + printable(tr.Value) + "\n"
	}
	content, err := t.commitObject(tree, w.head, text)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return into.add(plumbing.CommitObject, content)
}

// log adds the commit to the logs of HEAD and the branch where git keeps them, so that git reflog knows it. What goes
// wrong there is no reason to fail: the commit is made.
func (w *WorkTree) log(commit plumbing.Hash, m Message) {
	subject, _, _ := strings.Cut(m.Text, "\n")
	line := fmt.Sprintf("%s %s %s <%s> %d %s\tcommit: %s\n", w.head, commit, ident(m.Author.Name, "tenantsmith"),
		ident(m.Author.Email, "tenantsmith@localhost"), m.When.Unix(), m.When.Format("-0700"), printable(subject))
	for _, file := range []string{filepath.Join(w.repo.dir, "logs", "HEAD"), filepath.Join(w.repo.common, "logs", filepath.FromSlash(w.branch.String()))} {
		if f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0); err == nil {
			f.WriteString(line)
			f.Close()
		}
	}
}
