package gitops

import (
	"container/heap"
	"errors"
	"fmt"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// lineage is the history of the platform repository, as far as the clone has it, seen from the commit that is
// published.
type lineage struct {
	repo *localRepo
	ours *object.Commit
	// back goes from ours to its ancestors; those that it met are in its marks.
	back    walk
	younger map[plumbing.Hash]bool
}

// openLineage returns nil where nothing is known about the source.
func (t *target) openLineage() (*lineage, error) {
	if t.SourceDir == "" || !plumbing.IsHash(t.SourceCommit) {
		return nil, nil
	}
	top, _, err := around(t.SourceDir)
	if err != nil {
		return nil, fmt.Errorf("the platform repository: %w", err)
	}
	repo, err := openLocal(top)
	if err != nil {
		return nil, fmt.Errorf("the platform repository: %w", err)
	}
	l := &lineage{repo: repo, younger: map[plumbing.Hash]bool{}}
	if l.ours, err = object.GetCommit(repo.Storage, plumbing.NewHash(t.SourceCommit)); err != nil {
		repo.Close()
		return nil, fmt.Errorf("the platform repository: read commit %s: %w", t.SourceCommit, err)
	}
	l.back = walk{repo: repo, marks: map[plumbing.Hash]int{}}
	l.back.reach(l.ours, fromOurs)
	return l, nil
}

func (l *lineage) close() {
	if l != nil {
		l.repo.Close()
	}
}

// time is when the source was committed (RFC 3339, UTC); empty where that is not known.
func (l *lineage) time() string {
	if l == nil {
		return ""
	}
	return l.ours.Committer.When.UTC().Format(time.RFC3339)
}

// isYounger reports whether a source is younger than ours: whether it has ours among its ancestors or, where the
// clone cannot tell, was committed later.
func (l *lineage) isYounger(source, when string) (bool, error) {
	if l == nil || !plumbing.IsHash(source) || source == l.ours.Hash.String() {
		return false, nil
	}
	hash := plumbing.NewHash(source)
	if known, ok := l.younger[hash]; ok {
		return known, nil
	}
	theirs, err := object.GetCommit(l.repo.Storage, hash)
	switch {
	case errors.Is(err, plumbing.ErrObjectNotFound):
		l.younger[hash] = l.later(when)
	case err != nil:
		return false, fmt.Errorf("the platform repository: read commit %s: %w", source, err)
	case l.isBehind(theirs):
		l.younger[hash] = false
	default:
		base, err := l.repo.mergeBase(l.ours, theirs)
		l.younger[hash] = err == nil && base.Hash == l.ours.Hash || err != nil && l.later(when)
	}
	return l.younger[hash], nil
}

// isBehind reports whether a commit is an ancestor of ours. It looks no further back than that commit is old, so
// that a clock that was wrong can hide one.
func (l *lineage) isBehind(c *object.Commit) bool {
	for len(l.back.queue) > 0 && l.back.marks[c.Hash] == 0 && !l.back.queue[0].Committer.When.Before(c.Committer.When) {
		next := heap.Pop(&l.back.queue).(*object.Commit)
		for _, parent := range next.ParentHashes {
			if l.back.visit(parent, fromOurs) != nil {
				return false
			}
		}
	}
	return l.back.marks[c.Hash] != 0
}

// later reports whether a time is after that of our commit. A time that cannot be read is not.
func (l *lineage) later(when string) bool {
	at, err := time.Parse(time.RFC3339, when)
	return err == nil && at.After(l.ours.Committer.When)
}
