package gitops

import (
	"cmp"
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

// mend reports whether to try again without what can be wrong with a clone: that it does not hold what it should, or
// that the server leaves blobs out and then does not send them.
func (t *target) mend(err error) bool {
	if t.clone == nil || t.plain || !errors.As(err, new(*brokenError)) {
		return false
	}
	t.clone.discard()
	t.clone, t.plain, t.Cache = nil, true, ""
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
	req.Wants = wants
	if err := c.ask(req, refs.Capabilities, !t.plain); err != nil {
		return got, err
	}
	got.partial = req.Filter != ""
	got.staged, err = c.stage(ctx, s, req)
	return got, err
}

// ask makes a request as small as the server allows: no history, only what is not in a head that the clone has,
// and no blobs. All but the first can go wrong.
func (c *clone) ask(req *packp.UploadPackRequest, offered *capability.List, daring bool) error {
	if !offered.Supports(capability.Shallow) {
		return nil // a head is then its history, too, of which the clone may lack some
	}
	wish := []capability.Capability{capability.Shallow}
	if req.Depth = packp.DepthCommits(1); daring && len(c.heads) > 0 {
		req.Haves, req.Shallows = c.haves(), c.haves()
		wish = append(wish, capability.ThinPack)
	}
	if c.partial || daring && len(c.heads) == 0 && leavesBlobs(offered) {
		req.Filter = packp.FilterBlobNone()
		wish = append(wish, capability.Filter)
	}
	for _, w := range wish {
		if err := req.Capabilities.Set(w); err != nil {
			return err
		}
	}
	return nil
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

// stage writes the pack that a server sends, with its index, into a folder beside the clone's. What goes wrong with
// one that builds on the clone may be the clone's fault.
func (c *clone) stage(ctx context.Context, s transport.UploadPackSession, req *packp.UploadPackRequest) (folder string, err error) {
	if folder, err = c.stagingFolder(); err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(folder)
		}
		if err != nil && len(req.Haves) > 0 && ctx.Err() == nil && !cutShort(err) {
			err = &brokenError{err}
		}
	}()
	pack, err := s.UploadPack(ctx, req)
	if err != nil {
		return "", fmt.Errorf("fetch: %w", err)
	}
	defer pack.Close()
	limited := &limitedReader{r: demux(req.Capabilities, pack), left: maxFetch}
	if len(req.Haves) > 0 {
		err = c.complete(limited, folder)
	} else {
		objects := storage(folder, folder)
		err = cmp.Or(objects.Init(), packfile.UpdateObjectStorage(objects, limited), objects.Close())
	}
	if err != nil {
		return "", fmt.Errorf("fetch: %w", err)
	}
	return folder, ctx.Err()
}
