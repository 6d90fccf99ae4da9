package gitops

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// entry is one line of a tree object; a folder that was opened also holds what is in it.
type entry struct {
	mode filemode.FileMode
	hash plumbing.Hash
	dir  *folder
}

func (e entry) isDir() bool { return e.mode == filemode.Dir }

// folder is a tree object that can be changed. Folders below it are read when a path leads there, so
// that work grows with what changes.
type folder struct {
	objects storer.EncodedObjectStorer
	entries map[string]entry
	// hash is the tree as stored at the head; zero for a folder that is not there.
	hash plumbing.Hash
	// dirty marks folders with changes in or below them.
	dirty bool
}

// openFolder reads one tree object; the zero hash gives an empty folder.
func openFolder(objects storer.EncodedObjectStorer, hash plumbing.Hash) (*folder, error) {
	f := &folder{objects: objects, hash: hash, entries: make(map[string]entry)}
	if hash.IsZero() {
		return f, nil
	}
	data, err := readObject(objects, plumbing.TreeObject, hash)
	if err != nil {
		return nil, err
	}
	for len(data) > 0 {
		mode, rest, ok := bytes.Cut(data, []byte{' '})
		name, rest, ok2 := bytes.Cut(rest, []byte{0})
		if !ok || !ok2 || len(rest) < 20 {
			return nil, fmt.Errorf("tree %s is damaged", hash)
		}
		m, err := filemode.New(string(mode))
		if err != nil {
			return nil, fmt.Errorf("tree %s is damaged", hash)
		}
		f.entries[string(name)] = entry{mode: m, hash: plumbing.Hash(rest[:20])}
		data = rest[20:]
	}
	return f, nil
}

// open returns the folder below f, or nil if there is none of that name.
func (f *folder) open(name string) (*folder, error) {
	e, ok := f.entries[name]
	if !ok || !e.isDir() || e.dir != nil {
		return e.dir, nil
	}
	dir, err := openFolder(f.objects, e.hash)
	if err != nil {
		return nil, err
	}
	e.dir = dir
	f.entries[name] = e
	return dir, nil
}

// below returns the folder at a path, or nil if there is none.
func (f *folder) below(path string) (*folder, error) {
	for name := range strings.SplitSeq(path, "/") {
		next, err := f.open(name)
		if next == nil || err != nil {
			return nil, err
		}
		f = next
	}
	return f, nil
}

// find follows a path. Found is what stands at the path or, when something that is no folder stands in
// its way, that thing and where.
func (f *folder) find(path string) (found entry, at string, err error) {
	from := 0
	for {
		name, _, deeper := strings.Cut(path[from:], "/")
		at = path[:from+len(name)]
		e, ok := f.entries[name]
		if !ok {
			return entry{}, "", nil
		}
		if !deeper || !e.isDir() {
			return e, at, nil
		}
		if f, err = f.open(name); err != nil {
			return entry{}, "", err
		}
		from += len(name) + 1
	}
}

// write puts a file at the path, in the place of whatever stands there; a file that stands where a
// folder is needed makes room.
func (f *folder) write(path string, hash plumbing.Hash) error {
	f.dirty = true
	name, rest, deeper := strings.Cut(path, "/")
	if !deeper {
		f.entries[name] = entry{mode: filemode.Regular, hash: hash}
		return nil
	}
	dir, err := f.open(name)
	if err != nil {
		return err
	}
	if dir == nil {
		dir = &folder{objects: f.objects, entries: make(map[string]entry)}
		f.entries[name] = entry{mode: filemode.Dir, dir: dir}
	}
	return dir.write(rest, hash)
}

// remove takes the file at the path away, if it is there.
func (f *folder) remove(path string) error {
	name, rest, deeper := strings.Cut(path, "/")
	if !deeper {
		delete(f.entries, name)
		f.dirty = true
		return nil
	}
	dir, err := f.open(name)
	if err != nil || dir == nil {
		return err
	}
	f.dirty = true
	return dir.remove(rest)
}

// files calls visit with the path of everything below the folder that is no folder.
func (f *folder) files(prefix string, visit func(path string, e entry)) error {
	for name, e := range f.entries {
		if !e.isDir() {
			visit(prefix+name, e)
			continue
		}
		dir, err := f.open(name)
		if err != nil {
			return err
		}
		if err := dir.files(prefix+name+"/", visit); err != nil {
			return err
		}
	}
	return nil
}

// store adds the tree objects of changed folders to the pack and returns the hash of the folder; the
// zero hash when nothing is left in it.
func (f *folder) store(p *pack) (plumbing.Hash, error) {
	if !f.dirty {
		return f.hash, nil
	}
	for _, name := range f.changed() {
		e := f.entries[name]
		hash, err := e.dir.store(p)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		if e.hash = hash; hash.IsZero() {
			delete(f.entries, name)
		} else {
			f.entries[name] = e
		}
	}
	if len(f.entries) == 0 {
		return plumbing.ZeroHash, nil
	}
	content := f.encode()
	if hash := hashObject(plumbing.TreeObject, content); hash == f.hash {
		return hash, nil
	}
	return p.add(plumbing.TreeObject, content)
}

// changed names the folders with changes, sorted, so that one publish always makes the same pack.
func (f *folder) changed() []string {
	var names []string
	for name, e := range f.entries {
		if e.dir != nil && e.dir.dirty {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// encode writes the entries in git's order, in which a folder's name ends with a slash.
func (f *folder) encode() []byte {
	order := make([]string, 0, len(f.entries))
	size := 0
	for name, e := range f.entries {
		size += len(name) + 28
		if e.isDir() {
			name += "/"
		}
		order = append(order, name)
	}
	slices.Sort(order)
	buf := make([]byte, 0, size)
	for _, name := range order {
		name = strings.TrimSuffix(name, "/")
		e := f.entries[name]
		buf = fmt.Appendf(buf, "%o %s\x00", uint32(e.mode), name)
		buf = append(buf, e.hash[:]...)
	}
	return buf
}

// readObject returns the content of one object. That of a clone is compared with its name: who could write there
// could otherwise tell us what the server has.
func readObject(objects storer.EncodedObjectStorer, kind plumbing.ObjectType, hash plumbing.Hash) ([]byte, error) {
	data, err := readAll(objects, kind, hash)
	if err != nil {
		err = fmt.Errorf("read %s %s: %w", kind, hash, err)
	}
	if _, ok := objects.(*clone); ok && (err != nil || hashObject(kind, data) != hash) {
		return nil, &brokenError{cmp.Or(err, fmt.Errorf("%s %s is damaged", kind, hash))}
	}
	return data, err
}

func readAll(objects storer.EncodedObjectStorer, kind plumbing.ObjectType, hash plumbing.Hash) ([]byte, error) {
	obj, err := objects.EncodedObject(kind, hash)
	if err != nil {
		return nil, err
	}
	if obj.Size() > maxObject {
		return nil, fmt.Errorf("larger than %d MiB", maxObject>>20)
	}
	r, err := obj.Reader()
	if err != nil {
		return nil, err
	}
	data := make([]byte, obj.Size())
	_, err = io.ReadFull(r, data)
	return data, errors.Join(err, r.Close())
}

// maxObject bounds what one object of a repository may take in memory.
const maxObject = 64 << 20
