package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
)

// name gives each patch a file that is not there yet. Their number keeps those of several adoptions in order.
func (a *adoption) name(tenant string, patches []overlay.AdoptedPatch) error {
	root, err := a.w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	next := map[string]int{}
	for _, p := range patches {
		dir := path.Join("overrides", tenant, "patches", p.Place)
		if next[dir] == 0 {
			if next[dir], err = number(root.FS(), dir); err != nil {
				return err
			}
		}
		stem := path.Join(dir, fmt.Sprintf("adopted-%03d-%s", next[dir], p.Name))
		file := stem + ".yaml"
		for n := 2; a.files[file] != nil; n++ {
			file = fmt.Sprintf("%s-%d.yaml", stem, n)
		}
		a.files[file] = p.Content
	}
	return nil
}

// number is one more than the highest of the adopted patches in a folder.
func number(fsys fs.FS, dir string) (int, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	highest := 0
	for _, e := range entries {
		var n int
		if _, err := fmt.Sscanf(e.Name(), "adopted-%d-", &n); err == nil {
			highest = max(highest, n)
		}
	}
	return highest + 1, nil
}

// write puts the patches into the platform repository, before what they render is published.
func (a *adoption) write() error {
	root, err := a.w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	for _, file := range slices.Sorted(maps.Keys(a.files)) {
		if err := root.MkdirAll(path.Dir(file), 0o755); err != nil {
			return a.w.unusable("--adopt", file, err)
		}
		if err := create(root, file, a.files[file]); err != nil {
			return a.w.unusable("--adopt", file, err)
		}
		a.written = append(a.written, file)
	}
	return nil
}

// undo takes patches away again that were written for a commit that was not made, or that left their tenant alone.
func (a *adoption) undo(done gitops.Result) {
	root, err := a.w.open()
	if err != nil {
		return
	}
	defer root.Close()
	for _, file := range a.written {
		published := slices.ContainsFunc(done.Changed, func(c gitops.Change) bool { return strings.HasPrefix(file, "overrides/"+c.Tenant+"/") })
		if done.Commit != "" && published {
			continue
		}
		if err := root.Remove(file); err != nil {
			a.w.say("%s stays, and what it does is not published: %s", file, plain(err))
		}
		for dir := path.Dir(file); dir != "." && root.Remove(dir) == nil; dir = path.Dir(dir) {
			continue // of the folders that were made for it, those with nothing else in them
		}
	}
	a.written = nil
}
