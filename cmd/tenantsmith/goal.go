package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// goal is the commit of the platform repository to go back to.
func (w *workspace) goal(ctx context.Context, tree *gitops.WorkTree, root *os.Root, tenant string, o rollbackOptions) (gitops.Revision, error) {
	switch {
	case o.repo != "" && o.to != "":
		return w.renderedFrom(ctx, tree, tenant, o)
	case o.repo != "":
		return w.publishedBefore(ctx, tree, root, tenant, o)
	case o.to != "":
		rev, err := tree.Revision(o.to)
		if err != nil {
			err = fmt.Errorf("--to %s: %w; a commit of the GitOps repository goes with --repo", o.to, err)
		}
		return rev, err
	}
	rev, err := tree.Earlier(ctx, tenant, o.service, pipeline.InputPaths(tenant), func(hash string) (bool, error) {
		return w.differs(root, hash, tenant, o.service)
	})
	if errors.Is(err, gitops.ErrNoEarlier) {
		w.say("nothing to go back to: the history of %s holds no earlier state of %s", tree.Branch(), what(tenant, o.service))
		err = errProblems
	}
	return rev, err
}

// renderedFrom is what a commit of the GitOps repository came from.
func (w *workspace) renderedFrom(ctx context.Context, tree *gitops.WorkTree, tenant string, o rollbackOptions) (gitops.Revision, error) {
	target, err := w.remote(o.target)
	if err != nil {
		return gitops.Revision{}, err
	}
	found, err := gitops.FindPublished(ctx, target, tenant, o.to)
	if err != nil {
		return gitops.Revision{}, err
	}
	w.cameFrom(found, o)
	rev, err := w.madeFrom(ctx, tree, tenant, found)
	if err == nil && rev.Hash == "" {
		w.say("nothing written: it was rendered with edits that no commit of %s has; --to without --repo names a commit of the platform repository", tree.Branch())
		err = errProblems
	}
	if err == nil && rev.Hash != found.Source {
		w.say("with edits that were not committed then; %s has them", short(rev.Hash))
	}
	return rev, err
}

// madeFrom is the commit of the platform repository that has the files which a state was rendered from: the one that it
// names or, where those had edits that were not committed yet, a later one of the branch; none where there is none.
func (w *workspace) madeFrom(ctx context.Context, tree *gitops.WorkTree, tenant string, r gitops.Rendering) (gitops.Revision, error) {
	has := func(hash string) (bool, error) {
		at, err := gitops.OpenCommit(w.dir, hash)
		if err != nil {
			return false, err
		}
		defer at.Close()
		return pipeline.MadeOf(at, tenant, r.Inputs)
	}
	for _, name := range []string{r.Source, "HEAD"} {
		rev, err := tree.Revision(name)
		if err != nil {
			return rev, err
		}
		if len(r.Inputs) == 0 {
			return rev, nil // nothing but the name is known
		}
		if ok, err := has(rev.Hash); ok || err != nil {
			return rev, err
		}
	}
	rev, err := tree.Earlier(ctx, tenant, "", pipeline.InputPaths(tenant), has)
	if errors.Is(err, gitops.ErrNoEarlier) {
		return gitops.Revision{}, nil
	}
	return rev, err
}

func (w *workspace) cameFrom(found gitops.Rendering, o rollbackOptions) {
	w.say("%s of %s came from %s of the platform repository", short(found.Commit), o.repo, short(found.Source))
}

// publishedBefore is the youngest earlier state that was published, and is another one than what is published now and than
// what stands here. States that somebody has rolled back are none: they were published, and were bad.
func (w *workspace) publishedBefore(ctx context.Context, tree *gitops.WorkTree, root *os.Root, tenant string, o rollbackOptions) (gitops.Revision, error) {
	states, now, err := w.states(ctx, tree, tenant, o)
	if err != nil {
		return gitops.Revision{}, err
	}
	paths := pipeline.InputPaths(tenant)
	var found gitops.Rendering
	rev, err := tree.Earlier(ctx, tenant, o.service, paths, func(hash string) (bool, error) {
		state, err := tree.State(hash, paths)
		if err != nil {
			return false, err
		}
		var known bool
		if found, known = states[state]; !known {
			return false, nil
		}
		for _, source := range []string{"", now} {
			if differs, err := w.differsFrom(root, source, hash, tenant, o.service); err != nil || !differs {
				return false, err
			}
		}
		return true, nil
	})
	if errors.Is(err, gitops.ErrNoEarlier) {
		w.say("nothing to go back to: the history of %s holds no earlier state of %s that was published to %s", tree.Branch(), what(tenant, o.service), o.repo)
		return rev, errProblems
	}
	if err == nil {
		w.cameFrom(found, o)
	}
	return rev, err
}

// states are what was published of a tenant, by what the files of people about it were, and the commit of the
// platform repository that has those which are published now; empty where nothing is, or none has them.
func (w *workspace) states(ctx context.Context, tree *gitops.WorkTree, tenant string, o rollbackOptions) (map[string]gitops.Rendering, string, error) {
	target, err := w.remote(o.target)
	if err != nil {
		return nil, "", err
	}
	all, err := gitops.Renderings(ctx, target, tenant)
	if err != nil {
		return nil, "", err
	}
	if len(all) == 0 {
		return nil, "", fmt.Errorf("%s: there is no branch %s", o.repo, o.branch)
	}
	if _, err := tree.Revision(all[0].Source); all[0].Source != "" && err != nil {
		return nil, "", fmt.Errorf("%s is published from a commit that is not here: %w", tenant, err)
	}
	states, now := map[string]gitops.Rendering{}, ""
	for i, r := range all {
		if _, err := tree.Revision(r.Source); r.Source == "" || err != nil {
			continue // a commit that is not here cannot be gone back to
		}
		rev, err := w.madeFrom(ctx, tree, tenant, r)
		if err != nil {
			return nil, "", err
		}
		if i == 0 {
			now = rev.Hash
		}
		if rev.Hash == "" {
			continue
		}
		state, err := tree.State(rev.Hash, pipeline.InputPaths(tenant))
		if err != nil {
			return nil, "", err
		}
		if _, known := states[state]; !known {
			states[state] = r
		}
	}
	return states, now, nil
}

// differs reports whether the files here have to be changed to be what they were at a commit.
func (w *workspace) differs(root *os.Root, hash, tenant, service string) (bool, error) {
	return w.differsFrom(root, "", hash, tenant, service)
}

// differsFrom reports whether a tenant, or a service of it, was something else at a commit than at another one, or
// than it is here. It was nothing where it was not there, which is no state to go back to.
func (w *workspace) differsFrom(root *os.Root, from, hash, tenant, service string) (bool, error) {
	past, err := gitops.OpenCommit(w.dir, hash)
	if err != nil {
		return false, err
	}
	defer past.Close()
	now := root.FS()
	if from != "" {
		at, err := gitops.OpenCommit(w.dir, from)
		if err != nil {
			return false, err
		}
		defer at.Close()
		now = at
	}
	files, err := pipeline.Restore(now, past, tenant, service)
	if errors.Is(err, pipeline.ErrNotFound) && !errors.Is(err, pipeline.ErrUnreadable) {
		return false, nil
	}
	return len(files) > 0, err
}
