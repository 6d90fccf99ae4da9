package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// platform returns what the commands read: the platform repository as it stands in the working tree or,
// with --trusted-from, the platform team's word as a commit has it and the tenants from the working tree.
// The caller lets go of it by release.
func (w *workspace) platform() (fsys fs.FS, release func(), err error) {
	tree, done, err := w.files()
	if err != nil || w.trusted == "" {
		return tree, done, err
	}
	commit, err := gitops.OpenCommit(w.dir, w.trusted)
	if err != nil {
		done()
		return nil, nil, fmt.Errorf("--trusted-from %s: %w", w.trusted, err)
	}
	release = func() { commit.Close(); done() }
	if fsys, err = w.layer(commit, tree); err != nil {
		release()
		return nil, nil, fmt.Errorf("--trusted-from %s: %w", w.trusted, err)
	}
	return fsys, release, nil
}

// files are those of the working tree or, where only what is committed counts, of the commit that is checked out.
func (w *workspace) files() (fsys fs.FS, release func(), err error) {
	if w.committed {
		commit, err := gitops.OpenCommit(w.dir, "HEAD")
		if err != nil {
			return nil, nil, fmt.Errorf("--require-signed: %w", err)
		}
		return commit, func() { commit.Close() }, nil
	}
	root, err := w.open()
	if err != nil {
		return nil, nil, err
	}
	return root.FS(), func() { root.Close() }, nil
}

// layer lays the commit's files over those of the working tree, and says which of these do not count.
func (w *workspace) layer(commit *gitops.Commit, work fs.FS) (fs.FS, error) {
	// An empty folder trusts whatever the working tree has in it.
	if !holds(commit, "tenantsmith.yaml") && !holds(commit, "tenants") {
		return nil, errors.New("the commit holds neither tenantsmith.yaml nor tenants/ in this folder, so nothing can be trusted yet")
	}
	paths, err := schemas.PlatformPaths(commit)
	if err != nil {
		return nil, err
	}
	l, err := newLayered(commit, work, paths)
	if err != nil {
		return nil, err
	}
	others, err := commit.Differences(work, paths)
	if others = slices.DeleteFunc(others, l.isGone); len(others) > 0 {
		w.say("not taken from the working tree but from %s (%s): %s; they count once they are merged", w.trusted, short(commit.Hash), list(others))
	}
	return l, err
}

func holds(fsys fs.FS, name string) bool {
	_, err := fs.Lstat(fsys, name)
	return err == nil
}
