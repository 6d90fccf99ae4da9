package gitops

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

var _ interface {
	fs.ReadDirFS
	fs.ReadFileFS
	fs.ReadLinkFS
} = (*Commit)(nil)

// find returns what stands at a path; links are not followed.
func (c *Commit) find(name string) (entry, error) {
	if !fs.ValidPath(name) {
		return entry{}, fs.ErrInvalid
	}
	if name == "." {
		return entry{mode: filemode.Dir, dir: c.root}, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	found, at, err := c.root.find(name)
	if err == nil && at != name {
		err = fs.ErrNotExist
	}
	return found, lacking(err)
}

// lacking explains an object that a partial clone left out.
func lacking(err error) error {
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return fmt.Errorf("%w; the clone leaves it out: fetch without a filter", err)
	}
	return err
}

// Open opens a file or folder. Links and submodules are neither.
func (c *Commit) Open(name string) (fs.File, error) {
	info, err := c.stat(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	switch {
	case info.IsDir():
		entries, err := c.ReadDir(name)
		return &openDir{info: info, entries: entries}, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("is no regular file")}
	}
	return &openFile{info: info, commit: c, path: name}, nil
}

// ReadFile returns the content of a file. It asks for no size: to find that, go-git lists all objects of the pack.
func (c *Commit) ReadFile(name string) ([]byte, error) {
	found, err := c.find(name)
	switch mode := fileMode(found.mode); {
	case err != nil:
	case mode.IsDir():
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("is a folder")}
	case !mode.IsRegular():
		err = errors.New("is no regular file")
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	data, err := c.blob(found.hash)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return data, nil
}

// ReadDir lists a folder in the order of names.
func (c *Commit) ReadDir(name string) ([]fs.DirEntry, error) {
	names, err := c.list(name)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	out := make([]fs.DirEntry, 0, len(names))
	for _, child := range slices.Sorted(maps.Keys(names)) {
		if child == "." || child == ".." || !fs.ValidPath(child) || strings.ContainsAny(child, `/\`) {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: fmt.Errorf("holds %q, which is no name of a file", printable(child))}
		}
		out = append(out, dirEntry{name: child, mode: fileMode(names[child].mode), commit: c, path: path.Join(name, child)})
	}
	return out, nil
}

func (c *Commit) list(name string) (map[string]entry, error) {
	found, err := c.find(name)
	if err != nil {
		return nil, err
	}
	if !found.isDir() {
		return nil, errors.New("is no folder")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	dir := found.dir
	if dir == nil {
		if dir, err = openFolder(c.root.objects, found.hash); err != nil {
			return nil, lacking(err)
		}
	}
	return maps.Clone(dir.entries), nil
}

// Lstat describes what stands at a path, without following it.
func (c *Commit) Lstat(name string) (fs.FileInfo, error) {
	info, err := c.stat(name)
	if err != nil {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: err}
	}
	return info, nil
}

// ReadLink returns where a link leads. Nothing here follows it.
func (c *Commit) ReadLink(name string) (string, error) {
	found, err := c.find(name)
	if err == nil && found.mode != filemode.Symlink {
		err = fs.ErrInvalid
	}
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	data, err := c.blob(found.hash)
	return string(data), err
}

func (c *Commit) stat(name string) (fileInfo, error) {
	found, err := c.find(name)
	if err != nil {
		return fileInfo{}, err
	}
	info := fileInfo{name: path.Base(name), mode: fileMode(found.mode)}
	if info.mode.IsRegular() {
		c.mu.Lock()
		defer c.mu.Unlock()
		info.size, err = c.size(found.hash)
	}
	return info, lacking(err)
}

// size is that of a blob in bytes. Of one in another repository, which a shared clone borrows its objects
// from, go-git tells it only with the content.
func (c *Commit) size(hash plumbing.Hash) (int64, error) {
	size, err := c.root.objects.EncodedObjectSize(hash)
	if !errors.Is(err, plumbing.ErrObjectNotFound) {
		return size, err
	}
	blob, err := c.root.objects.EncodedObject(plumbing.BlobObject, hash)
	if err != nil {
		return 0, err
	}
	return blob.Size(), nil
}

func (c *Commit) blob(hash plumbing.Hash) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	data, err := readObject(c.root.objects, plumbing.BlobObject, hash)
	return data, lacking(err)
}

// fileMode is the mode for those who read. A submodule is neither a file nor a folder.
func fileMode(m filemode.FileMode) fs.FileMode {
	switch m {
	case filemode.Dir:
		return fs.ModeDir | 0o555
	case filemode.Symlink:
		return fs.ModeSymlink | 0o777
	case filemode.Regular, filemode.Executable, filemode.Deprecated:
		return 0o444
	}
	return fs.ModeIrregular
}

type fileInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return i.size }
func (i fileInfo) Mode() fs.FileMode  { return i.mode }
func (i fileInfo) ModTime() time.Time { return time.Time{} } // trees keep none
func (i fileInfo) IsDir() bool        { return i.mode.IsDir() }
func (i fileInfo) Sys() any           { return nil }

// dirEntry is a line of a folder; its size is read when it is asked for.
type dirEntry struct {
	name   string
	mode   fs.FileMode
	commit *Commit
	path   string
}

func (e dirEntry) Name() string               { return e.name }
func (e dirEntry) IsDir() bool                { return e.mode.IsDir() }
func (e dirEntry) Type() fs.FileMode          { return e.mode.Type() }
func (e dirEntry) Info() (fs.FileInfo, error) { return e.commit.Lstat(e.path) }

// openFile reads its content with the first call of Read.
type openFile struct {
	info   fileInfo
	commit *Commit
	path   string
	data   *bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

func (f *openFile) Read(p []byte) (int, error) {
	if f.data == nil {
		found, err := f.commit.find(f.path)
		if err != nil {
			return 0, err
		}
		data, err := f.commit.blob(found.hash)
		if err != nil {
			return 0, &fs.PathError{Op: "read", Path: f.path, Err: err}
		}
		f.data = bytes.NewReader(data)
	}
	return f.data.Read(p)
}

// openDir is a folder that is being listed.
type openDir struct {
	info    fileInfo
	entries []fs.DirEntry
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.name, Err: errors.New("is a folder")}
}

// ReadDir returns the next n entries, or the rest of them when n is not positive.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.entries) {
		n = len(d.entries)
	}
	out := d.entries[:n:n]
	d.entries = d.entries[n:]
	return out, nil
}
