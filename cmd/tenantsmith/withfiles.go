package main

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// withFiles is a file system with some files more, by path, in folders that may not be there yet. One that is there
// is replaced.
type withFiles struct {
	fs.FS
	files map[string][]byte
}

var _ interface {
	fs.ReadDirFS
	fs.ReadLinkFS
} = withFiles{}

// Open opens a file or folder.
func (f withFiles) Open(name string) (fs.File, error) {
	if data, ok := f.files[name]; ok {
		return opened{bytes.NewReader(data), f.file(name)}, nil
	}
	return f.FS.Open(name)
}

// ReadDir lists a folder in the order of names.
func (f withFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.FS, name)
	more := f.children(name)
	if len(more) == 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return entries, err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		more[e.Name()] = more[e.Name()] && !e.IsDir()
		return more[e.Name()]
	})
	for child, added := range more {
		if info, err := f.Lstat(path.Join(name, child)); added && err == nil {
			entries = append(entries, fs.FileInfoToDirEntry(info))
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// children are the names in a folder that the files add.
func (f withFiles) children(dir string) map[string]bool {
	out := map[string]bool{}
	for name := range f.files {
		rest, below := strings.CutPrefix(name, dir+"/")
		if dir == "." {
			rest, below = name, true
		}
		if below {
			first, _, _ := strings.Cut(rest, "/")
			out[first] = true
		}
	}
	return out
}

// Lstat describes what stands at a path, without following it.
func (f withFiles) Lstat(name string) (fs.FileInfo, error) {
	if _, ok := f.files[name]; ok {
		return f.file(name), nil
	}
	info, err := fs.Lstat(f.FS, name)
	if errors.Is(err, fs.ErrNotExist) && len(f.children(name)) > 0 {
		return entry{name: path.Base(name), mode: fs.ModeDir | 0o755}, nil
	}
	return info, err
}

// ReadLink returns where a link leads.
func (f withFiles) ReadLink(name string) (string, error) { return fs.ReadLink(f.FS, name) }

func (f withFiles) file(name string) entry {
	return entry{path.Base(name), int64(len(f.files[name])), 0o644}
}

// entry describes what is in memory.
type entry struct {
	name string
	size int64
	mode fs.FileMode
}

func (e entry) Name() string       { return e.name }
func (e entry) Size() int64        { return e.size }
func (e entry) Mode() fs.FileMode  { return e.mode }
func (e entry) ModTime() time.Time { return time.Time{} }
func (e entry) IsDir() bool        { return e.mode.IsDir() }
func (e entry) Sys() any           { return nil }

// opened is the file, open.
type opened struct {
	*bytes.Reader
	info entry
}

func (o opened) Stat() (fs.FileInfo, error) { return o.info, nil }
func (o opened) Close() error               { return nil }
