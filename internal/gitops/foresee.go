package gitops

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// foresee fetches the blobs that comparing the updates will read, in one request: those of the tenants
// which are not the same in the update.
func (t *target) foresee(root *folder, updates []Update) error {
	c, ok := root.objects.(*clone)
	if !ok || !c.partial {
		return nil
	}
	var blobs []plumbing.Hash
	for _, u := range updates {
		known := make(map[plumbing.Hash]bool, len(u.Files))
		for _, data := range u.Files {
			known[hashObject(plumbing.BlobObject, data)] = true
		}
		if err := t.owned(root, u.Tenant, func(_ string, e entry) {
			if !known[e.hash] && e.mode != filemode.Submodule {
				blobs = append(blobs, e.hash)
			}
		}); err != nil {
			return err
		}
	}
	return c.prefetch(blobs)
}

// Prefetch reads files at once that will be opened one by one. What is no file does not matter.
func (c *Commit) Prefetch(paths []string) error {
	clone, ok := c.root.objects.(*clone)
	if !ok || !clone.partial {
		return nil
	}
	var blobs []plumbing.Hash
	for _, path := range paths {
		found, err := c.find(path)
		switch {
		case err == nil && fileMode(found.mode).IsRegular():
			blobs = append(blobs, found.hash)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return clone.prefetch(blobs)
}
