package gitops

import (
	"errors"
	"fmt"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// SourceCommit returns the commit that is checked out in the repository around a folder; empty when
// the folder is in no repository, or in one without commits. It says nothing about changes that are
// not committed: finding those costs reading the whole work tree.
func SourceCommit(dir string) (string, error) {
	repo, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	if errors.Is(err, git.ErrRepositoryNotExists) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("open the repository around %s: %w", dir, err)
	}
	head, err := repo.Head()
	if errors.Is(err, plumbing.ErrReferenceNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the commit of %s: %w", dir, err)
	}
	return head.Hash().String(), nil
}

// Lacks reports whether the repository around a folder is known not to have a commit (hexadecimal): it is another
// one's, or the history was rewritten. A shallow clone and a folder without a repository know nothing.
func Lacks(dir, commit string) bool {
	if !plumbing.IsHash(commit) {
		return false
	}
	top, _, err := around(dir)
	if err != nil {
		return false
	}
	r, err := openLocal(top)
	if err != nil {
		return false
	}
	defer r.Close()
	_, err = r.resolve("HEAD")
	return err == nil && lacks(r, commit)
}

func lacks(r *localRepo, commit string) bool {
	if cut, err := r.Shallow(); err != nil || len(cut) > 0 {
		return false
	}
	_, err := object.GetCommit(r.Storage, plumbing.NewHash(commit))
	return errors.Is(err, plumbing.ErrObjectNotFound)
}

// Younger is a commit of the platform repository around a folder that some tenant at a head comes from, and that is
// younger than the one which is checked out; empty where there is none, or nothing is known. A run from there knows
// less than the branch: that a tenant has no file proves nothing.
func Younger(dir string, head *Commit) (string, error) {
	at, err := SourceCommit(dir)
	if err != nil || at == "" {
		return "", err
	}
	t := &target{Options: Options{SourceDir: dir, SourceCommit: at}}
	history, err := t.openLineage()
	if err != nil || history == nil {
		return "", err
	}
	defer history.close()
	var young string
	err = head.records(func(source, when string) error {
		if lacks(history.repo, source) {
			return nil
		}
		late, err := history.isYounger(source, when)
		if late {
			young = source
		}
		return err
	})
	return young, err
}
