package gitops

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Revision is a commit as people see it.
type Revision struct {
	Hash, Subject string
	When          time.Time
}

func revisionOf(c *object.Commit) Revision {
	subject, _, _ := strings.Cut(strings.TrimSpace(c.Message), "\n")
	return Revision{Hash: c.Hash.String(), Subject: printable(subject), When: c.Committer.When}
}

// Revision describes the commit that a name stands for.
func (w *WorkTree) Revision(name string) (Revision, error) {
	c, err := w.repo.resolve(name)
	if err != nil {
		return Revision{}, err
	}
	return revisionOf(c), nil
}

// Earlier goes from the head along first parents to the youngest commit at which the paths, named from the folder,
// hold something else than at the one after it, and which wanted takes. Behind a commit that rolled back the tenant, or
// the service where one is named, it goes on where that one went: going back twice goes back two states. For the whole
// tenant that holds of the rollback of one service, too: what was bad of it is no state to go back to.
func (w *WorkTree) Earlier(ctx context.Context, tenant, service string, paths []string, wanted func(hash string) (bool, error)) (Revision, error) {
	c, err := w.repo.peeled(w.head)
	if err != nil {
		return Revision{}, err
	}
	state, err := w.state(c, paths)
	for err == nil {
		if err := ctx.Err(); err != nil {
			return Revision{}, err
		}
		if c, err = w.before(c, tenant, service, paths); err != nil {
			break
		}
		var next string
		if next, err = w.state(c, paths); err != nil || next == state {
			continue
		}
		state = next
		ok, err := wanted(c.Hash.String())
		if ok || err != nil {
			return revisionOf(c), err
		}
	}
	if errors.Is(err, object.ErrParentNotFound) || errors.Is(err, plumbing.ErrObjectNotFound) {
		if cut, _ := w.repo.Shallow(); len(cut) > 0 {
			return Revision{}, errors.New("the shallow clone holds no earlier state of it; fetch more, by git fetch --unshallow, or with actions/checkout by fetch-depth: 0")
		}
		return Revision{}, ErrNoEarlier
	}
	return Revision{}, err
}

// ErrNoEarlier says that the history of the branch ends before another state.
var ErrNoEarlier = errors.New("the history of the branch holds no earlier state of it")

// before is the first parent, or the commit that a rollback went back to. That one is older, since its hash is in the
// message; clocks have no say.
func (w *WorkTree) before(c *object.Commit, tenant, service string, paths []string) (*object.Commit, error) {
	said, err := w.rolledBack(c, paths)
	if err != nil {
		return nil, err
	}
	to, of := said.Trailer(RollbackTrailer), said.Trailer(ServiceTrailer)
	if plumbing.IsHash(to) && said.Trailer(TenantTrailer) == tenant && (of == "" || service == "" || of == service) {
		if back, err := w.repo.peeled(plumbing.NewHash(to)); err == nil {
			return back, nil
		}
	}
	return c.Parent(0)
}

// rolledBack is what the commit says, or of a merge that took over what it merged, what that says.
func (w *WorkTree) rolledBack(c *object.Commit, paths []string) (Said, error) {
	said := ParseMessage(c.Message)
	if len(c.ParentHashes) < 2 || said.Trailer(RollbackTrailer) != "" {
		return said, nil
	}
	merged, err := c.Parent(len(c.ParentHashes) - 1)
	if errors.Is(err, object.ErrParentNotFound) || errors.Is(err, plumbing.ErrObjectNotFound) {
		return said, nil
	}
	if err != nil {
		return said, err
	}
	ours, err := w.state(c, paths)
	if err != nil {
		return said, err
	}
	theirs, err := w.state(merged, paths)
	if err == nil && ours == theirs {
		said = ParseMessage(merged.Message)
	}
	return said, err
}

// State identifies what the paths, named from the folder, hold at a commit: it is the same where they hold the same.
func (w *WorkTree) State(name string, paths []string) (string, error) {
	c, err := w.repo.resolve(name)
	if err != nil {
		return "", err
	}
	return w.state(c, paths)
}

// state identifies what the paths hold at a commit.
func (w *WorkTree) state(c *object.Commit, paths []string) (string, error) {
	root, err := openFolder(patient{w.repo.Storage}, c.TreeHash)
	if err != nil {
		return "", lacking(err)
	}
	var b strings.Builder
	for _, p := range paths {
		e, at, err := root.find(w.inRepo(p))
		if err != nil {
			return "", lacking(err)
		}
		if at == w.inRepo(p) {
			fmt.Fprintf(&b, "%s %s\n", p, e.hash)
		}
	}
	return b.String(), nil
}
