package gitops

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// write stores the pack and moves the branch from old to commit, as git does it: under the lock file
// of the reference, so that git and tenantsmith see each other. Until the branch is known to be at
// old there are only temporary files.
func (r *localRepo) write(ctx context.Context, branch plumbing.ReferenceName, old, commit plumbing.Hash, p sealed) (err error) {
	dir := filepath.Join(r.common, "objects", "pack")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	packFile, err := temporary(dir, "tmp_pack_*", func(w io.Writer) error {
		_, err := io.Copy(w, p.reader())
		return err
	})
	if err != nil {
		return fmt.Errorf("write the pack: %w", err)
	}
	defer os.Remove(packFile)
	indexFile, err := temporary(dir, "tmp_idx_*", p.writeIndex)
	if err != nil {
		return fmt.Errorf("write the pack's index: %w", err)
	}
	defer os.Remove(indexFile)

	lock, err := r.lock(ctx, branch)
	if err != nil {
		return err
	}
	defer lock.release()
	now, err := r.head(branch)
	if err != nil {
		return err
	}
	if now != old {
		return ErrMoved
	}
	if old.IsZero() {
		if err := r.free(branch); err != nil {
			return err
		}
	}
	// The index goes last: it is what makes the pack visible.
	final := filepath.Join(dir, "pack-"+p.checksum.String())
	if err := os.Rename(packFile, final+".pack"); err != nil {
		return err
	}
	if err := os.Rename(indexFile, final+".idx"); err != nil {
		return err
	}
	return lock.commit(commit)
}

// temporary writes a read-only file to the disk and returns its path.
func temporary(dir, pattern string, fill func(io.Writer) error) (string, error) {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return "", err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	err = errors.Join(fill(w), w.Flush(), f.Chmod(0o444), f.Sync(), f.Close())
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// free reports a branch that cannot be created beside another: main/a beside main.
func (r *localRepo) free(branch plumbing.ReferenceName) error {
	clash := func(other string) error {
		return fmt.Errorf("branch %s cannot stand beside branch %s", branch.Short(), strings.TrimPrefix(other, "refs/heads/"))
	}
	for above := path.Dir(branch.String()); above != "refs/heads"; above = path.Dir(above) {
		if _, err := r.Reference(plumbing.ReferenceName(above)); err == nil {
			return clash(above)
		}
	}
	if folder := filepath.Join(r.common, filepath.FromSlash(branch.String())); isDir(folder) {
		// Git leaves empty folders behind.
		if err := os.Remove(folder); err != nil {
			return clash(branch.String() + "/…")
		}
	}
	packed, err := os.ReadFile(filepath.Join(r.common, "packed-refs"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for line := range strings.Lines(string(packed)) {
		if _, name, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(name, branch.String()+"/") {
			return clash(name)
		}
	}
	return nil
}

// refLock is git's lock of one reference: a file beside it that only one process can create.
type refLock struct {
	file *os.File
	path string
}

// lockTries times 25 ms is how long another writer may hold the lock.
const lockTries = 40

func (r *localRepo) lock(ctx context.Context, branch plumbing.ReferenceName) (*refLock, error) {
	file := filepath.Join(r.common, filepath.FromSlash(branch.String()))
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return nil, fmt.Errorf("branch %s cannot be created: %w", branch.Short(), err)
	}
	return lockFile(ctx, file, "branch "+branch.Short(), branch.String())
}

// lockFile waits for the lock of a file of git. People know it under a name, and find it at shown.
func lockFile(ctx context.Context, file, name, shown string) (*refLock, error) {
	for try := 0; ; try++ {
		f, err := os.OpenFile(file+".lock", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		switch {
		case err == nil:
			return &refLock{file: f, path: file}, nil
		case !errors.Is(err, fs.ErrExist):
			return nil, fmt.Errorf("lock %s: %w", name, err)
		case try >= lockTries:
			return nil, fmt.Errorf("%s is locked by another process; if none runs, delete %s.lock", name, shown)
		}
		if err := pause(ctx, 25*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// commit lets the branch point to the hash, in one step, and releases the lock.
func (l *refLock) commit(hash plumbing.Hash) error {
	if _, err := l.file.WriteString(hash.String() + "\n"); err != nil {
		return fmt.Errorf("write the branch: %w", err)
	}
	if err := l.rename(); err != nil {
		return fmt.Errorf("write the branch: %w", err)
	}
	return nil
}

// rename puts what was written in the place of the file that is locked, and releases the lock.
func (l *refLock) rename() error {
	if err := errors.Join(l.file.Sync(), l.file.Close()); err != nil {
		return err
	}
	if err := os.Rename(l.path+".lock", l.path); err != nil {
		return err
	}
	l.file = nil
	return nil
}

func (l *refLock) release() {
	if l.file != nil {
		l.file.Close()
		os.Remove(l.path + ".lock")
	}
}
