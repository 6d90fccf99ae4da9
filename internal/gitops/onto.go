package gitops

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Tip is the commit that a branch points to.
type Tip struct {
	Commit, Message string
	// Parents counts them: 2 for a merge.
	Parents int
}

// Subject is the first line of the message of a commit that makes these changes.
func Subject(changes []Change) string { return subject(changes) }

// checkBase judges the branches beside the one that is written.
func (t *target) checkBase() error {
	for _, other := range []string{t.From, t.Onto} {
		if other == "" {
			continue
		}
		if err := checkBranch(other); err != nil {
			return err
		}
		if other == t.Branch {
			return fmt.Errorf("branch %s cannot be made from itself", other)
		}
	}
	if t.From != "" && t.Onto != "" {
		return errors.New("a branch either begins at another one or proposes a change to it")
	}
	return nil
}

// at is the same repository at another branch.
func (t *target) at(branch string) *target {
	other := *t
	other.Branch, other.branch, other.Onto, other.From = branch, plumbing.NewBranchReferenceName(branch), "", ""
	return &other
}

// start reads the commit that the new one goes on top of: the head of the branch, or that of the one which it
// proposes a change to, or begins at.
func (t *target) start(ctx context.Context) (*snapshot, error) {
	own, err := t.read(ctx)
	if err != nil {
		return nil, err
	}
	own.tip = own.head
	from := cmp.Or(t.Onto, t.From)
	if from == "" || t.Onto == "" && !own.head.IsZero() {
		return own, nil
	}
	at := t.at(from)
	base, err := at.read(ctx)
	t.clone, t.plain, t.Cache = at.clone, at.plain, at.Cache // one clone for both
	if err != nil {
		own.close()
		return nil, err
	}
	base.own, base.tip, base.start = own, own.head, t.From != "" && base.head.IsZero()
	end := base.close
	base.close = func() { own.close(); end() }
	if t.Onto != "" && base.head.IsZero() {
		base.close()
		return nil, fmt.Errorf("there is no branch %s to propose a change to", t.Onto)
	}
	return base, nil
}

// plant makes the branch, with an empty commit. Two branches that begin apart can never be merged, so what others
// begin at has to be there first.
func (t *target) plant(ctx context.Context) error {
	into := newPack()
	tree, err := into.add(plumbing.TreeObject, nil)
	if err != nil {
		return err
	}
	object, err := t.commitObject(tree, plumbing.ZeroHash, "Begin "+t.Branch+"\n")
	if err != nil {
		return err
	}
	commit, err := into.add(plumbing.CommitObject, object)
	if err != nil {
		return err
	}
	_, err = t.push(ctx, []move{{t.branch, plumbing.ZeroHash, commit}}, into.seal())
	return err
}

// stays reports whether the branch of a proposal is left as it is: it holds what it should, made for what the base
// holds of these tenants today; or somebody edited there what is ours. Otherwise Replace has its say.
func (t *target) stays(snap *snapshot, updates []Update, res *Result) (bool, error) {
	if t.Onto == "" {
		return false, nil
	}
	changed := map[string]bool{}
	for _, c := range res.Changed {
		changed[c.Tenant] = true
	}
	updates = slices.DeleteFunc(slices.Clone(updates), func(u Update) bool { return !changed[u.Tenant] })
	var err error
	if t.base, err = t.baseOf(snap, updates); err != nil || snap.tip.IsZero() {
		return false, err
	}
	tip, err := snap.own.describe()
	if err != nil {
		return false, err
	}
	history, err := t.openLineage()
	if err != nil {
		return false, err
	}
	defer history.close()
	there, err := t.compare(snap.own, updates, &source{commit: t.SourceCommit, lineage: history})
	if err != nil {
		return false, err
	}
	switch found := there.result(snap.own.head); {
	case len(found.Skipped) > 0:
		res.Skipped, res.Problems, res.Changed = append(res.Skipped, found.Skipped...), append(res.Problems, found.Problems...), nil
		return true, nil
	case len(found.Changed) == 0 && strings.Contains(tip.Message, "\n"+baseTrailer+": "+t.base+"\n"):
		res.Head = tip.Commit
		return true, nil
	case t.Replace != nil:
		return false, t.Replace(tip)
	}
	return false, nil
}

// baseOf is a digest of what the base has of the tenants. While it is the same, a proposal for it can be
// merged as it is, whatever else moved.
func (t *target) baseOf(snap *snapshot, updates []Update) (string, error) {
	root, err := snap.tree()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, u := range slices.SortedFunc(slices.Values(updates), func(a, b Update) int { return strings.Compare(a.Tenant, b.Tenant) }) {
		found, _, err := root.find(t.inRepo(manifest.Folder(u.Tenant)))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %s\n", u.Tenant, found.hash)
		if err := t.delivered(root, u.Tenant, func(file string, e entry) { fmt.Fprintf(sum, "%s %s\n", file, e.hash) }); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:8]), nil
}

// describe reads the head of a snapshot.
func (s *snapshot) describe() (Tip, error) {
	data, err := readObject(s.objects, plumbing.CommitObject, s.head)
	if err != nil {
		return Tip{}, err
	}
	head, message, _ := strings.Cut(string(data), "\n\n")
	return Tip{Commit: s.head.String(), Message: message, Parents: strings.Count(head, "\nparent ")}, nil
}

// accompany adds the files that go along with the changes, to the tree and to the pack. One without content goes.
func (t *target) accompany(head *Commit, p *plan, changed []Change, into *pack) error {
	if t.Beside == nil {
		return nil
	}
	files, err := t.Beside(head, changed)
	if err != nil {
		return err
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		at := t.inRepo(file)
		found, where, err := p.root.find(at)
		switch {
		case err != nil:
			return err
		case found.isDir() || where != "" && where != at:
			return fmt.Errorf("%s stands where %s must go", printable(cmp.Or(where, at)), at)
		case files[file] == nil:
			err = p.root.remove(at)
		default:
			var blob plumbing.Hash
			if blob, err = into.add(plumbing.BlobObject, files[file]); err == nil {
				err = p.root.write(at, blob)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Annotate puts the notes on the head of the branch, where they say something else than those it has. It reports
// whether it pushed anything. A branch that does not exist gets none.
func Annotate(ctx context.Context, opts Options) (bool, error) {
	t, err := newTarget(opts)
	if err != nil {
		return false, err
	}
	defer t.close()
	if err := t.authenticate(ctx); err != nil {
		return false, fmt.Errorf("publish to %s: %w", t.where, err)
	}
	for try := 0; ; try++ {
		done, err := t.annotateHead(ctx)
		if t.mend(err) {
			continue
		}
		if err == nil || !errors.Is(err, ErrMoved) || try >= t.retries {
			if err != nil {
				err = fmt.Errorf("publish to %s: %w", t.where, t.Auth.redact(err))
			}
			return done, err
		}
		if err := pause(ctx, wait(try)); err != nil {
			return false, err
		}
	}
}

func (t *target) annotateHead(ctx context.Context) (bool, error) {
	snap, err := t.read(ctx)
	if err != nil {
		return false, err
	}
	defer snap.close()
	if snap.head.IsZero() {
		return false, nil
	}
	into := newPack()
	moves, err := t.annotate(snap, snap.head, into)
	if err != nil || len(moves) == 0 {
		return false, err
	}
	_, err = t.push(ctx, moves, into.seal())
	return err == nil, err
}
