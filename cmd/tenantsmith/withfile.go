package main

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"time"
)

// withFile is a file system with one file more, in a folder at its top that may not be there yet.
type withFile struct {
	fs.FS
	name string
	data []byte
}

var _ interface {
	fs.ReadDirFS
	fs.ReadLinkFS
} = withFile{}

// Open opens a file or folder.
func (f withFile) Open(name string) (fs.File, error) {
	if name == f.name {
		return opened{bytes.NewReader(f.data), f.file()}, nil
	}
	return f.FS.Open(name)
}

// ReadDir lists a folder.
func (f withFile) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.FS, name)
	if name != path.Dir(f.name) || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return entries, err
	}
	return append(entries, fs.FileInfoToDirEntry(f.file())), nil
}

// Lstat describes what stands at a path, without following it.
func (f withFile) Lstat(name string) (fs.FileInfo, error) {
	if name == f.name {
		return f.file(), nil
	}
	info, err := fs.Lstat(f.FS, name)
	if name == path.Dir(f.name) && errors.Is(err, fs.ErrNotExist) {
		return entry{name: name, mode: fs.ModeDir | 0o755}, nil
	}
	return info, err
}

// ReadLink returns where a link leads.
func (f withFile) ReadLink(name string) (string, error) { return fs.ReadLink(f.FS, name) }

func (f withFile) file() entry { return entry{path.Base(f.name), int64(len(f.data)), 0o644} }

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
