package gitops

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// clone keeps objects of a remote repository in a bare repository of ours: in the cache, from one run to the next,
// or in a temporary folder.
//
// No process waits for another: packs and heads come into their place by renaming, whole, the pack before the
// head that needs it. Whatever is wrong with a clone costs a fetch and nothing else, see [brokenError].
type clone struct {
	*filesystem.Storage
	dir       string
	temporary bool
	// partial clones leave blobs at the server until lack fetches them.
	partial bool
	lack    func(blobs []plumbing.Hash) error
	// heads are the commits whose trees the clone has, and whose blobs unless it is partial, by reference.
	heads map[plumbing.ReferenceName]plumbing.Hash
}

// brokenError says that a clone does not give what it should have. The server has it.
type brokenError struct{ error }

func (e *brokenError) Unwrap() error { return e.error }

const (
	// clonePacks bounds the packs of a cache. Every fetch and every publish adds one, and nobody puts them together.
	clonePacks = 50
	// staleAfter is how old a folder is that a process which was killed has left.
	staleAfter = time.Hour
	// Files and folders of a clone.
	headsFolder, partialMark, staging = "heads", "partial", "tmp-"
)

// openClone opens the clone of the repository: that of the cache, if there is one, or a new temporary one.
func (t *target) openClone() (*clone, error) {
	if t.Cache != "" {
		sum := sha256.Sum256([]byte(t.where))
		if c, err := cached(filepath.Join(t.Cache, hex.EncodeToString(sum[:]))); err == nil {
			return c, nil
		}
	}
	dir, err := os.MkdirTemp("", "tenantsmith-")
	if err != nil {
		return nil, err
	}
	c, err := newClone(dir)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	c.temporary = true
	return c, nil
}

// cached opens a clone in the cache, and begins anew what has grown too large.
func cached(dir string) (*clone, error) {
	if err := os.MkdirAll(filepath.Join(dir, headsFolder), 0o700); err != nil {
		return nil, err
	}
	sweep(dir)
	c, err := newClone(dir)
	if err != nil {
		return nil, err
	}
	if packs, err := c.ObjectPacks(); err == nil && len(packs) <= clonePacks {
		if err := c.recall(); err != nil {
			c.close()
			return nil, err
		}
		return c, nil
	}
	c.discard()
	if err := os.MkdirAll(filepath.Join(dir, headsFolder), 0o700); err != nil {
		return nil, err
	}
	return newClone(dir)
}

func newClone(dir string) (*clone, error) {
	c := &clone{Storage: storage(dir, dir), dir: dir, heads: map[plumbing.ReferenceName]plumbing.Hash{}}
	if err := c.Init(); err != nil {
		return nil, err
	}
	if !isFile(filepath.Join(dir, "HEAD")) {
		if err := c.SetReference(plumbing.NewSymbolicReference(plumbing.HEAD, plumbing.Main)); err != nil {
			return nil, err
		}
	}
	return c, os.MkdirAll(filepath.Join(dir, "objects", "pack"), 0o700)
}

// sweep removes what processes that were killed have left.
func sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, staging+"*"))
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > staleAfter {
			os.RemoveAll(path)
		}
	}
}

// recall reads which heads the clone has.
func (c *clone) recall() error {
	c.partial = isFile(filepath.Join(c.dir, partialMark))
	files, err := os.ReadDir(filepath.Join(c.dir, headsFolder))
	for _, f := range files {
		data, _ := os.ReadFile(filepath.Join(c.dir, headsFolder, f.Name()))
		hash, ref, _ := strings.Cut(strings.TrimSpace(string(data)), " ")
		if plumbing.IsHash(hash) && c.HasEncodedObject(plumbing.NewHash(hash)) == nil {
			c.heads[plumbing.ReferenceName(ref)] = plumbing.NewHash(hash)
		}
	}
	return err
}

// remember notes that the clone has a head. What cannot be noted is fetched again.
func (c *clone) remember(ref plumbing.ReferenceName, head plumbing.Hash) {
	c.heads[ref] = head
	if c.temporary {
		return
	}
	f, err := os.CreateTemp(c.dir, staging)
	if err != nil {
		return
	}
	sum := sha256.Sum256([]byte(ref))
	_, err = f.WriteString(head.String() + " " + ref.String() + "\n")
	if errors.Join(err, f.Close()) != nil || os.Rename(f.Name(), filepath.Join(c.dir, headsFolder, hex.EncodeToString(sum[:]))) != nil {
		os.Remove(f.Name())
	}
}

// has reports whether the clone has all that is needed of a commit.
func (c *clone) has(head plumbing.Hash) bool {
	for _, h := range c.heads {
		if h == head {
			return true
		}
	}
	return false
}

// mostHaves bounds how many heads a fetch builds on.
const mostHaves = 16

// haves are the heads that a fetch builds on, in a fixed order.
func (c *clone) haves() []plumbing.Hash {
	var out []plumbing.Hash
	for _, h := range c.heads {
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b plumbing.Hash) int { return strings.Compare(a.String(), b.String()) })
	out = slices.Compact(out)
	return out[:min(len(out), mostHaves)]
}

// leaveBlobs makes an empty clone a partial one.
func (c *clone) leaveBlobs() {
	if c.temporary || os.WriteFile(filepath.Join(c.dir, partialMark), nil, 0o600) == nil {
		c.partial = true
	}
}

// take moves the packs of a staging folder into the clone.
func (c *clone) take(folder string) error {
	defer os.RemoveAll(folder)
	for _, ending := range []string{"*.pack", "*.idx"} { // the index makes the pack visible
		files, _ := filepath.Glob(filepath.Join(folder, "objects", "pack", ending))
		for _, file := range files {
			if err := os.Rename(file, filepath.Join(c.dir, "objects", "pack", filepath.Base(file))); err != nil {
				return &brokenError{err}
			}
		}
	}
	c.Reindex()
	return nil
}

// keep stores a pack that the server has taken, and the heads that it brings.
func (c *clone) keep(moves []move, p sealed) {
	folder, err := c.stagingFolder()
	if err != nil {
		return
	}
	defer os.RemoveAll(folder)
	if p.writeTo(filepath.Join(folder, "objects", "pack", "pack-"+p.checksum.String())) != nil || c.take(folder) != nil {
		return
	}
	for _, m := range moves {
		c.remember(m.ref, m.new)
	}
}

// EncodedObject fetches a blob that a partial clone left at the server.
func (c *clone) EncodedObject(kind plumbing.ObjectType, hash plumbing.Hash) (plumbing.EncodedObject, error) {
	obj, err := c.Storage.EncodedObject(kind, hash)
	if errors.Is(err, plumbing.ErrObjectNotFound) && c.partial && c.lack != nil && kind == plumbing.BlobObject {
		if err := c.lack([]plumbing.Hash{hash}); err != nil {
			return nil, err
		}
		obj, err = c.Storage.EncodedObject(kind, hash)
	}
	if err != nil {
		return nil, &brokenError{err}
	}
	return obj, nil
}

// EncodedObjectSize is that of an object in bytes, a blob at the server among them.
func (c *clone) EncodedObjectSize(hash plumbing.Hash) (int64, error) {
	size, err := c.Storage.EncodedObjectSize(hash)
	if err == nil {
		return size, nil
	}
	obj, err := c.EncodedObject(plumbing.BlobObject, hash)
	if err != nil {
		return 0, err
	}
	return obj.Size(), nil
}

// prefetch fetches the blobs that are not here, in one request.
func (c *clone) prefetch(blobs []plumbing.Hash) error {
	if !c.partial || c.lack == nil {
		return nil
	}
	blobs = slices.DeleteFunc(blobs, func(h plumbing.Hash) bool { return c.HasEncodedObject(h) == nil })
	if len(blobs) == 0 {
		return nil
	}
	return c.lack(blobs)
}

// close lets go of the clone, and removes a temporary one.
func (c *clone) close() {
	c.Storage.Close()
	if c.temporary {
		os.RemoveAll(c.dir)
	}
}

// discard removes the clone. It goes out of the way first, so that nobody takes half of it for a clone.
func (c *clone) discard() {
	c.Storage.Close()
	away := c.dir + "-" + staging + time.Now().Format("150405.000000000")
	if err := os.Rename(c.dir, away); err == nil || errors.Is(err, fs.ErrNotExist) {
		os.RemoveAll(away)
		return
	}
	os.RemoveAll(c.dir)
}
