package gitops

import (
	"container/heap"
	"errors"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// upstreams are the names under which clones know the branch that changes are merged to.
var upstreams = []string{"refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"}

// DefaultBase finds the commit from which what is checked out in the repository around a folder departs: where
// it left the branch that changes are merged to. Without such a branch it is what is checked out, so that what
// differs is not committed. It returns a full hash, and the name of the branch or HEAD.
func DefaultBase(dir string) (hash, of string, err error) {
	top, _, err := around(dir)
	if err != nil {
		return "", "", err
	}
	r, err := openLocal(top)
	if err != nil {
		return "", "", err
	}
	defer r.Close()
	head, err := r.resolve("HEAD")
	if err != nil {
		return "", "", err
	}
	for _, name := range upstreams {
		if _, err := r.Reference(plumbing.ReferenceName(name)); err != nil {
			continue
		}
		upstream, err := r.resolve(name)
		if err != nil {
			continue // origin/HEAD may lead to a branch that was not fetched
		}
		base, err := r.mergeBase(head, upstream)
		if err != nil {
			return "", "", fmt.Errorf("find where HEAD left %s: %w", plumbing.ReferenceName(name).Short(), err)
		}
		return base.Hash.String(), plumbing.ReferenceName(name).Short(), nil
	}
	if cut, err := r.Shallow(); err == nil && len(cut) > 0 {
		return "", "", errors.New("the shallow clone holds no branch of origin to compare with; fetch it, with actions/checkout by fetch-depth: 0, or name a revision")
	}
	return head.Hash.String(), "HEAD", nil
}

// Marks of a commit on the way to a merge base: reached from either side, and known to lie behind one.
const (
	fromOurs = 1 << iota
	fromTheirs
	behind
)

// mergeBase finds the youngest commit that both have among their ancestors. Where a shallow clone is cut, it
// looks no further.
func (r *localRepo) mergeBase(ours, theirs *object.Commit) (*object.Commit, error) {
	w := walk{repo: r, marks: map[plumbing.Hash]int{}}
	w.reach(ours, fromOurs)
	w.reach(theirs, fromTheirs)
	for w.open > 0 {
		c := w.next()
		mark := w.marks[c.Hash]
		if mark == fromOurs|fromTheirs {
			w.found = append(w.found, c)
			mark |= behind
		}
		for _, parent := range c.ParentHashes {
			if err := w.visit(parent, mark); err != nil {
				return nil, err
			}
		}
	}
	for _, c := range w.found {
		if w.marks[c.Hash]&behind == 0 {
			return c, nil
		}
	}
	if w.cut {
		return nil, errors.New("the shallow clone is cut before it; fetch more, by git fetch --unshallow, or with actions/checkout by fetch-depth: 0")
	}
	return nil, errors.New("they have no commit in common; name a revision")
}

// walk goes from young commits to old ones, from two sides at once.
type walk struct {
	repo  *localRepo
	marks map[plumbing.Hash]int
	queue youngest
	// open are the commits in the queue that may still lead to a merge base.
	open  int
	found []*object.Commit
	cut   bool
}

func (w *walk) reach(c *object.Commit, mark int) {
	old := w.marks[c.Hash]
	if old|mark == old {
		return
	}
	w.marks[c.Hash] = old | mark
	heap.Push(&w.queue, c)
	w.count()
}

// count says how many commits of the queue are not behind a merge base.
func (w *walk) count() {
	w.open = 0
	for _, c := range w.queue {
		if w.marks[c.Hash]&behind == 0 {
			w.open++
		}
	}
}

func (w *walk) next() *object.Commit {
	c := heap.Pop(&w.queue).(*object.Commit)
	w.count()
	return c
}

func (w *walk) visit(hash plumbing.Hash, mark int) error {
	c, err := object.GetCommit(w.repo.Storage, hash)
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		w.cut = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("read commit %s: %w", hash, err)
	}
	w.reach(c, mark)
	return nil
}

// youngest is a heap with the youngest commit on top.
type youngest []*object.Commit

func (q youngest) Len() int { return len(q) }
func (q youngest) Less(i, j int) bool {
	a, b := q[i].Committer.When, q[j].Committer.When
	return a.After(b) || a.Equal(b) && q[i].Hash.String() < q[j].Hash.String()
}
func (q youngest) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *youngest) Push(c any)   { *q = append(*q, c.(*object.Commit)) }

func (q *youngest) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
