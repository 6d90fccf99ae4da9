package main

import (
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// source tells the commit where the output comes from: the commit of the platform repository, and whether that is
// the whole truth. What differs from it is said.
func (w *workspace) source(target *gitops.Options, res *pipeline.Result) error {
	head, err := w.sourced(target)
	if err != nil || head == nil {
		return err
	}
	defer head.Close()
	work, release, err := w.platform()
	if err != nil {
		return err
	}
	defer release()
	others, err := uncommitted(head, work, res)
	if err != nil {
		return err
	}
	if target.SourceDirty = len(others) > 0; target.SourceDirty {
		w.say("not as in commit %s, which the GitOps repository will name as the source, with Source-Dirty: %s", short(target.SourceCommit), list(others))
	}
	return nil
}

// uncommitted are the files that made the output and are others, or none, in the commit.
func uncommitted(head *gitops.Commit, work fs.FS, res *pipeline.Result) ([]string, error) {
	files := map[string]bool{}
	platform, err := schemas.PlatformPaths(work)
	if err != nil {
		return nil, err
	}
	for _, file := range platform {
		files[file] = true
	}
	for _, r := range res.Tenants {
		if r.Files == nil {
			continue
		}
		for file := range r.Tenant.Inputs {
			files[file] = true
		}
		files[path.Join("tenants", r.Tenant.Name)] = true // what was deleted is no input
	}
	others, err := head.Differences(work, slices.Sorted(maps.Keys(files)))
	return slices.Compact(others), err
}

// sourced names the commit of the platform repository, and opens it; nil where nothing but its name is known.
func (w *workspace) sourced(target *gitops.Options) (*gitops.Commit, error) {
	var err error
	if target.SourceCommit, err = gitops.SourceCommit(w.dir); err != nil || target.SourceCommit == "" {
		return nil, err
	}
	head, err := gitops.OpenCommit(w.dir, target.SourceCommit)
	if err != nil {
		return nil, nil // such as a submodule: its commit has a name, and nothing else is known of it
	}
	target.SourceDir = w.dir
	return head, nil
}
