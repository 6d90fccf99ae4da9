package main

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// layered takes the platform team's paths, and what is below them, from one file system and everything
// else from another. Folders are to be listed by ReadDir.
type layered struct {
	trusted, work fs.FS
	paths         []string
	// gone are paths of the trusted ones that are not there all the same.
	gone []string
}

var _ interface {
	fs.ReadDirFS
	fs.ReadLinkFS
} = layered{}

// newLayered leaves out what the working tree rightly takes away: a waiver, since one less only makes
// the checks stricter, and the overrides of a tenant that goes with them.
func newLayered(trusted, work fs.FS, paths []string) (layered, error) {
	l := layered{trusted: trusted, work: work, paths: paths}
	for _, dir := range []string{"waivers", "overrides"} {
		entries, err := fs.ReadDir(trusted, dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return l, err
		}
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			tenant := path.Join("tenants", e.Name())
			if l.lacks(name) && (dir == "waivers" || l.lacks(tenant) && l.lacks(tenant+".yaml") && l.lacks(tenant+".yml")) {
				l.gone = append(l.gone, name)
			}
		}
	}
	return l, nil
}

// lacks reports whether the working tree has nothing at a path.
func (l layered) lacks(name string) bool {
	_, err := fs.Lstat(l.work, name)
	return errors.Is(err, fs.ErrNotExist)
}

// of is the file system that a path is taken from. The folders above a trusted path are those of the
// commit, too: the working tree must not take them away.
func (l layered) of(name string) fs.FS {
	for _, p := range l.paths {
		if below(name, p) || name != "." && below(p, name) {
			return l.trusted
		}
	}
	return l.work
}

func (l layered) isGone(name string) bool {
	return slices.ContainsFunc(l.gone, func(p string) bool { return below(name, p) })
}

func below(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }

func (l layered) check(op, name string) error {
	if l.isGone(name) {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return nil
}

// Open opens a file or folder.
func (l layered) Open(name string) (fs.File, error) {
	if err := l.check("open", name); err != nil {
		return nil, err
	}
	return l.of(name).Open(name)
}

// ReadDir lists a folder.
func (l layered) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := l.check("readdir", name); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(l.of(name), name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return l.isGone(path.Join(name, e.Name())) }), err
}

// Lstat describes what stands at a path, without following it.
func (l layered) Lstat(name string) (fs.FileInfo, error) {
	if err := l.check("lstat", name); err != nil {
		return nil, err
	}
	return fs.Lstat(l.of(name), name)
}

// ReadLink returns where a link leads.
func (l layered) ReadLink(name string) (string, error) {
	if err := l.check("readlink", name); err != nil {
		return "", err
	}
	return fs.ReadLink(l.of(name), name)
}
