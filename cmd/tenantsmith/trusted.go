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
	root, err := w.open()
	if err != nil {
		return nil, nil, err
	}
	if w.trusted == "" {
		return root.FS(), func() { root.Close() }, nil
	}
	commit, err := gitops.OpenCommit(w.dir, w.trusted)
	if err != nil {
		root.Close()
		return nil, nil, fmt.Errorf("--trusted-from %s: %w", w.trusted, err)
	}
	release = func() { commit.Close(); root.Close() }
	if fsys, err = w.layer(commit, root.FS()); err != nil {
		release()
		return nil, nil, fmt.Errorf("--trusted-from %s: %w", w.trusted, err)
	}
	return fsys, release, nil
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
