package gitops

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"
)

// fetched is what a server told and sent: heads, and a folder with the packs that a clone lacked for them.
type fetched struct {
	heads   map[plumbing.ReferenceName]plumbing.Hash
	staged  string
	partial bool
}

// readWire fetches the heads, without their history, into the clone.
func (t *target) readWire(ctx context.Context, w wire) (*snapshot, error) {
	c, err := t.opened()
	if err != nil {
		return nil, err
	}
	got, err := asked(ctx, func() (fetched, error) { return t.fetchHeads(ctx, w, c) })
	if err != nil {
		return nil, err
	}
	if got.staged != "" {
		if got.partial && len(c.heads) == 0 {
			c.leaveBlobs()
		}
		if err := c.take(got.staged); err != nil {
			return nil, err
		}
	}
	c.lack = func(blobs []plumbing.Hash) error { return t.fetchBlobs(ctx, w, c, blobs) }
	snap := &snapshot{head: got.heads[t.branch], notes: got.heads, store: store{objects: c, close: func() {}}}
	for ref, head := range got.heads {
		if !head.IsZero() && c.heads[ref] != head {
			c.remember(ref, head)
		}
	}
	return snap, nil
}

// opened is the clone of this publish: one for all attempts, which build on it.
func (t *target) opened() (*clone, error) {
	var err error
	if t.clone == nil {
		t.clone, err = t.openClone()
	}
	return t.clone, err
}

// close lets go of what attempts have kept open.
func (t *target) close() {
	if t.clone != nil {
		t.clone.close()
		t.clone = nil
	}
}

// mend reports whether to try again without what was wrong: a cache that does not hold what it should, or a server
// that leaves blobs out and then does not send them.
func (t *target) mend(err error) bool {
	if t.clone == nil || !errors.As(err, new(*brokenError)) || t.clone.temporary && !t.clone.partial {
		return false
	}
	t.whole = t.whole || t.clone.partial && t.clone.temporary
	if !t.clone.temporary {
		t.Cache = ""
	}
	t.clone.discard()
	t.clone = nil
	return true
}

// mostReads bounds how often a server is asked for the same.
const mostReads = 4

// asked asks a server. One that has sent everything and hung up before go-git closes its own half of the ssh
// channel makes go-git drop the answer. Reading changes nothing, so that server is asked again.
func asked(ctx context.Context, ask func() (fetched, error)) (fetched, error) {
	return await(ctx, func() (fetched, error) {
		for try := 1; ; try++ {
			got, err := ask()
			if err == nil || try == mostReads || !cutShort(err) {
				return got, err
			}
		}
	})
}

// fetchHeads asks where the references are, and fetches what the clone lacks.
func (t *target) fetchHeads(ctx context.Context, w wire, c *clone) (fetched, error) {
	s, err := greet(ctx, w, w.NewUploadPackSession)
	if err != nil {
		return fetched{}, err
	}
	defer s.Close()
	refs, err := w.advertised(ctx, s)
	if err != nil {
		return fetched{}, err
	}
	got := fetched{heads: map[plumbing.ReferenceName]plumbing.Hash{}}
	var wants []plumbing.Hash
	for _, ref := range t.refs() {
		head := refs.References[ref.String()]
		if got.heads[ref] = head; !head.IsZero() && !c.has(head) && !slices.Contains(wants, head) {
			wants = append(wants, head)
		}
	}
	if len(wants) == 0 {
		return got, nil
	}
	req := packp.NewUploadPackRequestFromCapabilities(refs.Capabilities)
	req.Wants, req.Haves = wants, c.haves()
	if refs.Capabilities.Supports(capability.Shallow) {
		if err := req.Capabilities.Set(capability.Shallow); err != nil {
			return got, err
		}
		req.Depth, req.Shallows = packp.DepthCommits(1), c.haves()
	} else {
		req.Haves = nil // a head is then its history, too, and the clone may lack that
	}
	if got.partial = c.partial || len(c.heads) == 0 && !t.whole && leavesBlobs(refs.Capabilities); got.partial {
		if err := req.Capabilities.Set(capability.Filter); err != nil {
			return got, err
		}
		req.Filter = packp.FilterBlobNone()
	}
	got.staged, err = c.stage(ctx, s, req)
	return got, err
}

// leavesBlobs reports whether a server leaves blobs out and sends them when they are asked for.
func leavesBlobs(c *capability.List) bool {
	return c.Supports(capability.Filter) && c.Supports(capability.AllowTipSHA1InWant) && c.Supports(capability.AllowReachableSHA1InWant)
}

// fetchBlobs fetches blobs into a partial clone, in one request.
func (t *target) fetchBlobs(ctx context.Context, w wire, c *clone, blobs []plumbing.Hash) error {
	got, err := asked(ctx, func() (fetched, error) {
		s, err := greet(ctx, w, w.NewUploadPackSession)
		if err != nil {
			return fetched{}, err
		}
		defer s.Close()
		refs, err := w.advertised(ctx, s)
		if err != nil {
			return fetched{}, err
		}
		req := packp.NewUploadPackRequestFromCapabilities(refs.Capabilities)
		req.Wants = blobs
		staged, err := c.stage(ctx, s, req)
		return fetched{staged: staged}, err
	})
	if err != nil {
		return &brokenError{t.explain(err)}
	}
	return c.take(got.staged)
}

// stage writes the pack that a server sends, with its index, into a folder beside the clone's.
func (c *clone) stage(ctx context.Context, s transport.UploadPackSession, req *packp.UploadPackRequest) (folder string, err error) {
	if folder, err = os.MkdirTemp(c.dir, staging); err != nil {
		return "", &brokenError{err}
	}
	objects := storage(folder, folder)
	defer func() {
		if err != nil {
			os.RemoveAll(folder)
		}
	}()
	defer objects.Close()
	if err := objects.Init(); err != nil {
		return "", err
	}
	pack, err := s.UploadPack(ctx, req)
	if err != nil {
		return "", fmt.Errorf("fetch: %w", err)
	}
	defer pack.Close()
	limited := &limitedReader{r: demux(req.Capabilities, pack), left: maxFetch}
	if err := packfile.UpdateObjectStorage(objects, limited); err != nil {
		return "", fmt.Errorf("fetch: %w", err)
	}
	return folder, ctx.Err()
}
