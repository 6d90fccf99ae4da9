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

// changedFS is a file system as a change will leave it. The files of the change are given by path: those with content
// are written, in folders that need not exist yet, and those whose content is nil are gone. List folders by ReadDir.
type changedFS struct {
	fs.FS
	files map[string][]byte
}

var _ interface {
	fs.ReadDirFS
	fs.ReadLinkFS
} = changedFS{}

// written is the new content of a file, and whether the change is about it.
func (c changedFS) written(op, name string) ([]byte, bool, error) {
	data, ok := c.files[name]
	if ok && data == nil {
		return nil, false, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return data, ok, nil
}

func (c changedFS) entry(name string) entry {
	return entry{path.Base(name), int64(len(c.files[name])), 0o644}
}

// Open opens a file.
func (c changedFS) Open(name string) (fs.File, error) {
	data, ok, err := c.written("open", name)
	if err != nil {
		return nil, err
	}
	if ok {
		return opened{bytes.NewReader(data), c.entry(name)}, nil
	}
	return c.FS.Open(name)
}

// ReadDir lists a folder in the order of names.
func (c changedFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(c.FS, name)
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		full := path.Join(name, e.Name())
		_, ok := c.files[full]
		return ok || e.IsDir() && c.emptied(full)
	})
	for file, data := range c.files {
		rest, below := strings.CutPrefix(file, name+"/")
		if name == "." {
			rest, below = file, true
		}
		first, _, deeper := strings.Cut(rest, "/")
		switch {
		case !below || data == nil || deeper && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == first }):
			continue
		case deeper:
			entries = append(entries, fs.FileInfoToDirEntry(entry{name: first, mode: fs.ModeDir | 0o755}))
		default:
			entries = append(entries, fs.FileInfoToDirEntry(c.entry(file)))
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	if errors.Is(err, fs.ErrNotExist) && len(entries) > 0 {
		err = nil
	}
	return entries, err
}

// emptied reports whether a folder is left without files by those that go: git has no empty folders.
func (c changedFS) emptied(name string) bool {
	for file, data := range c.files {
		if data == nil && below(file, name) {
			entries, err := c.ReadDir(name)
			return err == nil && len(entries) == 0
		}
	}
	return false
}

// Lstat describes what stands at a path, without following it.
func (c changedFS) Lstat(name string) (fs.FileInfo, error) {
	_, ok, err := c.written("lstat", name)
	if err != nil {
		return nil, err
	}
	if ok {
		return c.entry(name), nil
	}
	info, err := fs.Lstat(c.FS, name)
	if err == nil && info.IsDir() && c.emptied(name) {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
	}
	for file, data := range c.files {
		if data != nil && errors.Is(err, fs.ErrNotExist) && below(file, name) {
			return entry{name: path.Base(name), mode: fs.ModeDir | 0o755}, nil
		}
	}
	return info, err
}

// ReadLink returns where a link leads.
func (c changedFS) ReadLink(name string) (string, error) { return fs.ReadLink(c.FS, name) }

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
