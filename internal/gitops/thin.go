package gitops

import (
	"io"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// thin takes in a pack whose objects may be differences to objects that the clone has. Only with such packs does
// git leave out what stands in a head that is not an ancestor, as no head is of one without history.
type thin struct {
	storer.EncodedObjectStorer
	arrived map[plumbing.Hash]plumbing.EncodedObject
	whole   *pack
}

// complete writes the pack with whole objects into a folder, as objects/pack of a repository.
func (c *clone) complete(r io.Reader, folder string) error {
	t := &thin{EncodedObjectStorer: c, arrived: map[plumbing.Hash]plumbing.EncodedObject{}, whole: newPack()}
	parser, err := packfile.NewParserWithStorage(packfile.NewScanner(r), t)
	if err != nil {
		return err
	}
	if _, err := parser.Parse(); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	p := t.whole.seal()
	return p.writeTo(filepath.Join(folder, "objects", "pack", "pack-"+p.checksum.String()))
}

func (t *thin) NewEncodedObject() plumbing.EncodedObject { return &plumbing.MemoryObject{} }

func (t *thin) SetEncodedObject(o plumbing.EncodedObject) (plumbing.Hash, error) {
	hash := o.Hash()
	t.arrived[hash] = o
	r, err := o.Reader()
	if err != nil {
		return hash, err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return hash, err
	}
	return hash, t.whole.put(o.Type(), hash, data)
}

func (t *thin) EncodedObject(kind plumbing.ObjectType, hash plumbing.Hash) (plumbing.EncodedObject, error) {
	if o, ok := t.arrived[hash]; ok {
		return o, nil
	}
	return t.EncodedObjectStorer.EncodedObject(kind, hash)
}

func (t *thin) HasEncodedObject(hash plumbing.Hash) error {
	if _, ok := t.arrived[hash]; ok {
		return nil
	}
	return t.EncodedObjectStorer.HasEncodedObject(hash)
}

// stagingFolder makes a folder with a place for packs beside those of the clone.
func (c *clone) stagingFolder() (string, error) {
	folder, err := os.MkdirTemp(c.dir, staging)
	if err == nil {
		err = os.MkdirAll(filepath.Join(folder, "objects", "pack"), 0o700)
	}
	if err != nil {
		return "", &brokenError{err}
	}
	return folder, nil
}
