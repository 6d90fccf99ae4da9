package gitops

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/file"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// store is where a snapshot's objects are read from.
type store struct {
	objects storer.EncodedObjectStorer
	close   func()
}

// localRepo is a repository on this machine.
type localRepo struct {
	*filesystem.Storage
	// dir is its git folder: the repository itself when it is bare. common is where references and
	// objects are; another folder only for a linked work tree.
	dir, common string
	config      *config.Config
}

func openLocal(path string) (*localRepo, error) {
	dir, err := gitFolder(path)
	if err != nil {
		return nil, err
	}
	r := &localRepo{dir: dir, common: commonFolder(dir)}
	r.Storage = storage(r.dir, r.common)
	if r.config, err = r.Storage.Config(); err != nil {
		return nil, fmt.Errorf("read the repository's configuration: %w", err)
	}
	return r, r.supported()
}

// storage opens the object and reference files. Descriptors are kept, since a publish reads many
// objects of one pack; alternates may lie anywhere.
func storage(dir, common string) *filesystem.Storage {
	fsys := osfs.New(dir, osfs.WithBoundOS())
	options := filesystem.Options{KeepDescriptors: true, AlternatesFS: osfs.New("/", osfs.WithBoundOS())}
	if dir == common {
		return filesystem.NewStorageWithOptions(fsys, cache.NewObjectLRU(objectCache), options)
	}
	shared := dotgit.NewRepositoryFilesystem(fsys, osfs.New(common, osfs.WithBoundOS()))
	return filesystem.NewStorageWithOptions(shared, cache.NewObjectLRU(objectCache), options)
}

// objectCache bounds what delta bases may take in memory.
const objectCache = 16 * cache.MiByte

// gitFolder finds the git folder of a bare repository or of a work tree.
func gitFolder(path string) (string, error) {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("no repository: there is no such folder")
	} else if err != nil {
		return "", fmt.Errorf("no repository: %w", err)
	} else if !info.IsDir() {
		return "", errors.New("no repository: it is a file")
	}
	dot := filepath.Join(path, ".git")
	info, err := os.Stat(dot)
	switch {
	case err == nil && info.IsDir():
		return dot, nil
	case err == nil:
		data, err := os.ReadFile(dot)
		if err != nil {
			return "", err
		}
		link, ok := strings.CutPrefix(strings.TrimSpace(string(data)), "gitdir: ")
		if !ok {
			return "", errors.New("no repository: its .git file names no folder")
		}
		return absolute(link, path), nil
	case isFile(filepath.Join(path, "HEAD")) && isDir(filepath.Join(path, "objects")):
		return path, nil
	}
	return "", errors.New("no repository: the folder holds neither .git nor a bare repository")
}

func commonFolder(dir string) string {
	data, err := os.ReadFile(filepath.Join(dir, "commondir"))
	if err != nil {
		return dir
	}
	return absolute(strings.TrimSpace(string(data)), dir)
}

func absolute(path, base string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(base, path)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// supported refuses formats that would be read wrongly.
func (r *localRepo) supported() error {
	extensions := r.config.Raw.Section("extensions")
	for _, o := range extensions.Options {
		switch key, value := strings.ToLower(o.Key), strings.ToLower(o.Value); {
		case key == "objectformat" && value != "sha1":
			return errSHA256
		case key == "refstorage" && value != "files":
			return fmt.Errorf("the repository keeps its references as %s, which tenantsmith cannot read", printable(value))
		}
	}
	return nil
}

var errSHA256 = errors.New("the repository uses SHA-256 object names, which tenantsmith cannot write; use a SHA-1 repository")

// readLocal opens the head in place, without a copy.
func (t *target) readLocal() (*snapshot, error) {
	r, err := openLocal(t.local)
	if err != nil {
		return nil, err
	}
	snap := &snapshot{notes: map[plumbing.ReferenceName]plumbing.Hash{}, store: store{objects: patient{r.Storage}, close: func() { r.Close() }}}
	if snap.head, err = r.head(t.branch); err != nil {
		r.Close()
		return nil, err
	}
	for _, n := range t.Notes {
		if snap.notes[n.ref()], err = r.head(n.ref()); err != nil {
			r.Close()
			return nil, err
		}
	}
	return snap, nil
}

// patient looks again for an object that others may be moving: git writes a pack in front of its index
// and deletes packs that it has put together.
type patient struct{ *filesystem.Storage }

func (p patient) EncodedObject(kind plumbing.ObjectType, hash plumbing.Hash) (plumbing.EncodedObject, error) {
	for wait := 5 * time.Millisecond; ; wait *= 2 {
		obj, err := p.Storage.EncodedObject(kind, hash)
		if err == nil || wait > 100*time.Millisecond {
			return obj, err
		}
		time.Sleep(wait)
		p.Reindex()
	}
}

// head returns the commit the branch points to; zero if there is no such branch.
func (r *localRepo) head(branch plumbing.ReferenceName) (plumbing.Hash, error) {
	ref, err := storer.ResolveReference(r.Storage, branch)
	if errors.Is(err, plumbing.ErrReferenceNotFound) {
		return plumbing.ZeroHash, nil
	}
	if err != nil {
		return plumbing.ZeroHash, fmt.Errorf("read %s: %w", branch, err)
	}
	return ref.Hash(), nil
}

// pushLocal writes into a plain bare repository itself. Whatever has rules of its own (hooks, receive
// settings, a checked-out branch) gets the pack through git, which applies them; so do several references, which
// git moves in one step.
func (t *target) pushLocal(ctx context.Context, moves []move, p sealed) ([]string, error) {
	r, err := openLocal(t.local)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	why, err := r.rules(t.branch)
	if err != nil {
		return nil, err
	}
	if why == "" && len(moves) > 1 {
		why = "notes to take with the commit"
	}
	if why == "" {
		return nil, r.write(ctx, moves[0].ref, moves[0].old, moves[0].new, p)
	}
	if _, err := exec.LookPath("git"); err != nil {
		return nil, fmt.Errorf("the repository has %s, so that git must receive the push, and git is not installed", why)
	}
	endpoint := &transport.Endpoint{Protocol: "file", Path: t.local}
	return t.pushWire(ctx, wire{Transport: file.DefaultClient, endpoint: endpoint}, moves, p)
}

// packLimit is how many packs git keeps before it collects them; its own receive-pack does so.
const packLimit = 50

// rules names what makes git the judge of a push; empty for nothing.
func (r *localRepo) rules(branch plumbing.ReferenceName) (string, error) {
	switch ref, err := r.Reference(branch); {
	case err == nil && ref.Type() == plumbing.SymbolicReference:
		return "a symbolic branch", nil
	case !r.config.Core.IsBare || r.dir != r.common || isDir(filepath.Join(r.common, "worktrees")):
		return "a work tree", nil
	case r.config.Raw.Section("core").Option("sharedRepository") != "":
		return "shared permissions", nil
	case r.config.Raw.HasSection("include") || r.config.Raw.HasSection("includeIf"):
		return "included settings", nil
	case r.config.Raw.Section("core").Option("logAllRefUpdates") != "",
		isFile(filepath.Join(r.common, "logs", branch.String())):
		return "a reflog", nil
	}
	for _, section := range []string{"receive", "transfer", "fsck"} {
		if r.config.Raw.HasSection(section) {
			return section + " settings", nil
		}
	}
	if hook := r.hook(); hook != "" {
		return "a " + hook + " hook", nil
	}
	packs, err := r.ObjectPacks()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read packs: %w", err)
	}
	if _, err := exec.LookPath("git"); err == nil && len(packs) > packLimit {
		return "many packs", nil
	}
	return "", nil
}

// hook names a server hook that would run. Settings of the user and the system count too: core.hooksPath
// is often there.
func (r *localRepo) hook() string {
	dir := filepath.Join(r.common, "hooks")
	if path := r.hooksPath(); path != "" {
		dir = absolute(path, r.common)
	}
	for _, name := range []string{"pre-receive", "update", "proc-receive", "post-receive", "post-update", "reference-transaction"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return name
		}
	}
	return ""
}

func (r *localRepo) hooksPath() string {
	configs := []*config.Config{r.config}
	for _, scope := range []config.Scope{config.GlobalScope, config.SystemScope} {
		if c, err := config.LoadConfig(scope); err == nil {
			configs = append(configs, c)
		}
	}
	for _, c := range configs {
		path := c.Raw.Section("core").Option("hooksPath")
		if rest, home := strings.CutPrefix(path, "~/"); home {
			if dir, err := os.UserHomeDir(); err == nil {
				path = filepath.Join(dir, rest)
			}
		}
		if path != "" {
			return path
		}
	}
	return ""
}
