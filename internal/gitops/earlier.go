package gitops

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Trailers of a commit that brought a tenant, or one service of it, back to what it was at a commit.
const (
	RollbackTrailer = "Rollback-To"
	TenantTrailer   = "Tenantsmith-Tenant"
	ServiceTrailer  = "Tenantsmith-Service"
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
// the service where one is named, it goes on where that one went: going back twice goes back two states.
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
		if c, err = w.before(c, tenant, service); err != nil {
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

// before is the first parent, or the commit that a rollback went back to.
func (w *WorkTree) before(c *object.Commit, tenant, service string) (*object.Commit, error) {
	message := []byte(c.Message)
	to, of := trailer(message, RollbackTrailer), trailer(message, ServiceTrailer)
	if plumbing.IsHash(to) && trailer(message, TenantTrailer) == tenant && (of == "" || of == service) {
		if back, err := w.repo.peeled(plumbing.NewHash(to)); err == nil && !back.Committer.When.After(c.Committer.When) {
			return back, nil
		}
	}
	return c.Parent(0)
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

// Rendering is the state of a tenant on a branch of a GitOps repository.
type Rendering struct {
	// Commit is that of the GitOps repository, Source that of the platform repository which it came from.
	Commit, Source string
}

var publishedHash = regexp.MustCompile(`^[0-9a-f]{4,40}$`)

// FindPublished finds the commit of the platform repository from which a tenant was rendered, as a commit of the GitOps
// repository has it: the one whose hash begins so, or with none the last state before the one at the head of the
// branch.
func FindPublished(ctx context.Context, opts Options, tenant, hash string) (Rendering, error) {
	t, err := newTarget(opts)
	if err != nil {
		return Rendering{}, err
	}
	if hash != "" && !publishedHash.MatchString(hash) {
		return Rendering{}, fmt.Errorf("%q is no hash of a commit: with --repo, name a commit of the GitOps repository by its hash", printable(hash))
	}
	head, objects, err := t.whole(ctx)
	if err != nil {
		return Rendering{}, fmt.Errorf("read the history of %s: %w", t.where, t.Auth.redact(err))
	}
	defer objects.close()
	found, err := t.published(ctx, &snapshot{head: head, store: objects}, tenant, hash)
	if err != nil {
		return Rendering{}, fmt.Errorf("%s: %w", t.where, t.Auth.redact(err))
	}
	return found, nil
}

func (t *target) published(ctx context.Context, snap *snapshot, tenant, hash string) (Rendering, error) {
	if snap.head.IsZero() {
		return Rendering{}, fmt.Errorf("there is no branch %s", t.Branch)
	}
	c, err := object.GetCommit(snap.objects, snap.head)
	first := ""
	for err == nil {
		if err := ctx.Err(); err != nil {
			return Rendering{}, err
		}
		var tree, source string
		if tree, source, err = t.rendered(snap.objects, c, tenant); err != nil {
			break
		}
		if first == "" {
			first = tree
		}
		if hash != "" && strings.HasPrefix(c.Hash.String(), hash) || hash == "" && tree != first && tree != "" {
			return t.sourceOf(snap.objects, c, tenant, tree, source)
		}
		c, err = c.Parent(0)
	}
	if !errors.Is(err, object.ErrParentNotFound) && !errors.Is(err, plumbing.ErrObjectNotFound) {
		return Rendering{}, err
	}
	if hash != "" {
		return Rendering{}, fmt.Errorf("branch %s holds no commit %s", t.Branch, hash)
	}
	return Rendering{}, fmt.Errorf("branch %s holds no earlier state of %s", t.Branch, tenant)
}

// rendered is the tree of a tenant at a commit, and what its record names as source; both empty where there is none.
func (t *target) rendered(objects storer.EncodedObjectStorer, c *object.Commit, tenant string) (tree, source string, err error) {
	root, err := openFolder(objects, c.TreeHash)
	if err != nil {
		return "", "", lacking(err)
	}
	at := t.inRepo(path.Dir(manifest.RecordPath(tenant)))
	e, where, err := root.find(at)
	if err != nil || where != at || !e.isDir() {
		return "", "", lacking(err)
	}
	record := t.inRepo(manifest.RecordPath(tenant))
	r, where, err := root.find(record)
	if err != nil || where != record {
		return e.hash.String(), "", lacking(err)
	}
	data, err := readObject(objects, plumbing.BlobObject, r.hash)
	if err != nil {
		return "", "", lacking(err)
	}
	if read, err := manifest.ParseRecord(tenant, data); err == nil {
		source = read.Source
	}
	return e.hash.String(), source, nil
}

// sourceOf is the source that the record names. Older records name none: then the commit that brought the state does,
// by its trailer.
func (t *target) sourceOf(objects storer.EncodedObjectStorer, c *object.Commit, tenant, tree, source string) (Rendering, error) {
	out := Rendering{Commit: c.Hash.String(), Source: source}
	if tree == "" {
		return out, fmt.Errorf("commit %s holds no tenant %s", c.Hash.String()[:12], tenant)
	}
	for out.Source == "" {
		parent, err := c.Parent(0)
		var before string
		if err == nil {
			before, _, err = t.rendered(objects, parent, tenant)
		}
		if err != nil || before != tree {
			out.Source = trailer([]byte(c.Message), "Source-Commit")
			break
		}
		c = parent
	}
	if !plumbing.IsHash(out.Source) {
		return out, fmt.Errorf("commit %s does not say which commit of the platform repository %s came from", out.Commit[:12], tenant)
	}
	return out, nil
}
