package gitops

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Commit is what a commit holds in the folder that it was opened for: a read-only file system, which
// reads an object when it is asked for. It is safe for concurrent use until it is closed.
type Commit struct {
	// Hash names the commit (hexadecimal).
	Hash string

	repo *localRepo
	mu   sync.Mutex
	root *folder
}

// OpenCommit opens the commit that a revision names, in the repository around a folder and as that
// folder stands there. A folder that the commit does not have is empty in it.
func OpenCommit(dir, rev string) (*Commit, error) {
	top, prefix, err := around(dir)
	if err != nil {
		return nil, err
	}
	repo, err := openLocal(top)
	if err != nil {
		return nil, err
	}
	c := &Commit{repo: repo}
	if err = c.open(rev, prefix); repo.isSubmodule() {
		err = errors.New("the folder is a submodule; use a clone of its repository")
	}
	if err != nil {
		repo.Close()
		return nil, err
	}
	return c, nil
}

func (c *Commit) open(rev, prefix string) error {
	commit, err := c.repo.resolve(rev)
	if err != nil {
		return err
	}
	c.Hash = commit.Hash.String()
	if c.root, err = openFolder(patient{c.repo.Storage}, commit.TreeHash); err != nil || prefix == "." {
		return err
	}
	return c.enter(prefix)
}

// enter makes a folder of the commit its root.
func (c *Commit) enter(prefix string) error {
	objects := c.root.objects
	found, _, err := c.root.find(prefix)
	switch {
	case err != nil:
		return err
	case found.mode == filemode.Dir:
		c.root, err = openFolder(objects, found.hash)
	case found.mode == 0:
		c.root, err = openFolder(objects, plumbing.ZeroHash)
	default:
		err = fmt.Errorf("%s is no folder in %s", prefix, c.Hash[:12])
	}
	return err
}

// view is the head as Prepare sees it.
func (t *target) view(snap *snapshot) (*Commit, error) {
	c := &Commit{}
	if !snap.head.IsZero() {
		c.Hash = snap.head.String()
	}
	var err error
	if c.root, err = snap.tree(); err != nil || t.Path == "" {
		return c, err
	}
	return c, c.enter(t.Path)
}

// Close lets go of the repository's files.
func (c *Commit) Close() error {
	if c.repo == nil {
		return nil
	}
	return c.repo.Close()
}

// around finds the work tree that holds a folder, and the folder's path in it. A link on the way would
// let the work tree choose the folder of the commit, so it is refused.
func around(dir string) (top, prefix string, err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	var linked string
	for top = abs; ; top = filepath.Dir(top) {
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			break
		}
		if filepath.Dir(top) == top {
			return "", "", errors.New("the folder is in no git repository")
		}
		info, err := os.Lstat(top)
		if err != nil {
			return "", "", err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			linked = top
		}
	}
	if linked != "" {
		return "", "", fmt.Errorf("%s is a symbolic link; name the folder itself", filepath.Base(linked))
	}
	rel, err := filepath.Rel(top, abs)
	return top, filepath.ToSlash(rel), err
}

// isSubmodule reports whether another repository brought this one into its work tree, and with it
// branches of whoever it likes.
func (r *localRepo) isSubmodule() bool {
	return strings.Contains(filepath.ToSlash(r.common), "/.git/modules/")
}

// Differences lists the files that are others in the folder than in the commit, missing ones among
// them: those at or below the paths, sorted, hidden ones left out. What of the folder cannot be read
// is another thing than the commit holds.
func (c *Commit) Differences(work fs.FS, paths []string) ([]string, error) {
	have, want := map[string]plumbing.Hash{}, map[string]plumbing.Hash{}
	for _, p := range paths {
		visible(work, p, func(name string, mode fs.FileMode) error {
			have[name] = hashFile(work, name, mode)
			return nil
		})
		if err := visible(c, p, func(name string, _ fs.FileMode) error {
			found, err := c.find(name)
			want[name] = found.hash
			return err
		}); err != nil {
			return nil, err
		}
	}
	var out []string
	for name, hash := range have {
		if there, ok := want[name]; !ok || there != hash || hash.IsZero() {
			out = append(out, name)
		}
	}
	for name := range want {
		if _, ok := have[name]; !ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// visible visits whatever is no folder at or below a path, until a visit fails; nothing where the path
// leads to nothing. No link is followed.
func visible(fsys fs.FS, root string, visit func(name string, mode fs.FileMode) error) error {
	mode, err := modeOf(fsys, root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !mode.IsDir():
		return visit(root, mode)
	}
	return fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != root && strings.HasPrefix(d.Name(), ".") && d.IsDir():
			return fs.SkipDir
		case d.IsDir() || strings.HasPrefix(d.Name(), "."):
			return nil
		}
		return visit(name, d.Type())
	})
}

// modeOf is the mode of what stands at a path, which of a commit its folders know: only the pack knows a size.
func modeOf(fsys fs.FS, name string) (fs.FileMode, error) {
	if c, ok := fsys.(*Commit); ok {
		found, err := c.find(name)
		return fileMode(found.mode), err
	}
	info, err := fs.Lstat(fsys, name)
	if err != nil {
		return 0, err
	}
	return info.Mode(), nil
}

// hashFile is the name that git gives the content of a file; the zero hash for one that is no regular
// file, is larger than git objects are read, or cannot be read.
func hashFile(fsys fs.FS, name string, mode fs.FileMode) plumbing.Hash {
	if !mode.IsRegular() {
		return plumbing.ZeroHash
	}
	info, err := fs.Lstat(fsys, name)
	if err != nil || info.Size() > maxObject {
		return plumbing.ZeroHash
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return plumbing.ZeroHash
	}
	return hashObject(plumbing.BlobObject, data)
}
