package gitops

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// revision is a name of a commit and the steps from it to its parents: v1, origin/main, 1f3a9c2, HEAD~1.
var revision = pattern.Of(`^([A-Za-z0-9_][A-Za-z0-9_./@+-]*)((?:[~^][0-9]{0,4})*)$`)

var shortHash = pattern.Of(`^[0-9a-f]{4,39}$`)

// errAbsent says that the clone does not hold a commit.
var errAbsent = errors.New("no such commit")

// resolve finds the commit that a revision names. References come before short hashes, so that nobody
// can take the place of a branch by making a commit.
func (r *localRepo) resolve(rev string) (*object.Commit, error) {
	parts := revision().FindStringSubmatch(rev)
	if parts == nil || strings.Contains(rev, "..") {
		return nil, fmt.Errorf("%q is no revision: use a commit, branch or tag, or one of its parents, such as origin/main or HEAD~1", printable(rev))
	}
	commit, err := r.named(parts[1])
	for steps := parts[2]; err == nil && steps != ""; {
		end := strings.IndexAny(steps[1:], "~^") + 1
		if end == 0 {
			end = len(steps)
		}
		commit, err = r.ancestor(commit, steps[:end])
		steps = steps[end:]
	}
	if errors.Is(err, errAbsent) || errors.Is(err, plumbing.ErrObjectNotFound) || errors.Is(err, object.ErrParentNotFound) {
		return nil, r.absent(rev)
	}
	return commit, err
}

// absent is the error about a commit that is not here, and says how it gets here.
func (r *localRepo) absent(rev string) error {
	if at, err := r.head(plumbing.HEAD); err == nil && at.IsZero() && strings.HasPrefix(rev, "HEAD") {
		return errors.New("the repository has no commit yet; git commit makes the first")
	}
	clone := "the repository"
	if cut, err := r.Shallow(); err == nil && len(cut) > 0 {
		clone = "the shallow clone"
	}
	return fmt.Errorf("%s holds no commit %q; fetch it first, by git fetch, or with actions/checkout by fetch-depth: 0", clone, rev)
}

// named finds the commit of a full hash, a reference or a short hash.
func (r *localRepo) named(name string) (*object.Commit, error) {
	if plumbing.IsHash(name) {
		return r.peeled(plumbing.NewHash(name))
	}
	for _, rule := range plumbing.RefRevParseRules {
		full := plumbing.ReferenceName(fmt.Sprintf(rule, name))
		if full != plumbing.HEAD && (!strings.HasPrefix(full.String(), "refs/") || full.Validate() != nil) {
			continue
		}
		ref, err := storer.ResolveReference(r.Storage, full)
		if err == nil {
			return r.peeled(ref.Hash())
		}
		if !errors.Is(err, plumbing.ErrReferenceNotFound) {
			return nil, fmt.Errorf("read %s: %w", full, err)
		}
	}
	if !shortHash().MatchString(name) {
		return nil, errAbsent
	}
	return r.abbreviated(name)
}

// abbreviated finds the only commit whose hash begins so.
func (r *localRepo) abbreviated(short string) (*object.Commit, error) {
	prefix, err := hex.DecodeString(short[:len(short)&^1])
	if err != nil {
		return nil, err
	}
	hashes, err := r.HashesWithPrefix(prefix)
	if err != nil {
		return nil, err
	}
	var found []*object.Commit
	for _, h := range hashes {
		if !strings.HasPrefix(h.String(), short) {
			continue
		}
		commit, err := object.GetCommit(r.Storage, h)
		if err == nil && !slices.ContainsFunc(found, func(c *object.Commit) bool { return c.Hash == h }) {
			found = append(found, commit)
		}
	}
	switch len(found) {
	case 0:
		return nil, errAbsent
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("%d commits begin with %s; write more of the hash", len(found), short)
}

// peeled is the commit of a hash, through the tags that stand before it.
func (r *localRepo) peeled(hash plumbing.Hash) (*object.Commit, error) {
	for range 10 {
		tag, err := object.GetTag(r.Storage, hash)
		if err != nil {
			break
		}
		hash = tag.Target
	}
	commit, err := object.GetCommit(r.Storage, hash)
	if errors.Is(err, plumbing.ErrObjectNotFound) && r.HasEncodedObject(hash) == nil {
		return nil, fmt.Errorf("%s is no commit", hash)
	}
	return commit, err
}

// ancestor follows one step: ~3 is the third first parent, ^2 the second of several parents.
func (r *localRepo) ancestor(commit *object.Commit, step string) (*object.Commit, error) {
	n := 1
	if len(step) > 1 {
		n, _ = strconv.Atoi(step[1:])
	}
	if step[0] == '^' {
		if n == 0 {
			return commit, nil
		}
		return commit.Parent(n - 1)
	}
	var err error
	for ; err == nil && n > 0; n-- {
		commit, err = commit.Parent(0)
	}
	return commit, err
}
