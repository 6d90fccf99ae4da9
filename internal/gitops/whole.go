package gitops

import (
	"context"
	"fmt"
	"os"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/transport"
)

// whole reads the branch with all of its history: that of a local repository in place, that of a remote one by a
// fetch into a temporary folder.
func (t *target) whole(ctx context.Context) (plumbing.Hash, store, error) {
	if t.endpoint == nil {
		snap, err := t.readLocal()
		if err != nil {
			return plumbing.ZeroHash, store{}, err
		}
		return snap.head, snap.store, nil
	}
	w, err := t.wire(ctx)
	if err != nil {
		return plumbing.ZeroHash, store{}, err
	}
	type outcome struct {
		head plumbing.Hash
		store
	}
	got, err := await(ctx, func() (outcome, error) {
		for try := 1; ; try++ {
			head, objects, err := t.fetchWhole(ctx, w)
			// A server that hung up after it had sent everything is asked again, as for a head.
			if err == nil || try == mostReads || !cutShort(err) {
				return outcome{head, objects}, err
			}
		}
	})
	return got.head, got.store, t.explain(err)
}

func (t *target) fetchWhole(ctx context.Context, w wire) (plumbing.Hash, store, error) {
	s, err := greet(ctx, w, w.NewUploadPackSession)
	if err != nil {
		return plumbing.ZeroHash, store{}, err
	}
	defer s.Close()
	refs, err := w.advertised(ctx, s)
	if err != nil {
		return plumbing.ZeroHash, store{}, err
	}
	head := refs.References[t.branch.String()]
	if head.IsZero() {
		return head, store{close: func() {}}, nil
	}
	req := packp.NewUploadPackRequestFromCapabilities(refs.Capabilities)
	req.Wants = []plumbing.Hash{head}
	objects, err := unpacked(ctx, s, req)
	return head, objects, err
}

// unpacked stores what a server sends in a temporary folder.
func unpacked(ctx context.Context, s transport.UploadPackSession, req *packp.UploadPackRequest) (_ store, err error) {
	dir, err := os.MkdirTemp("", "tenantsmith-")
	if err != nil {
		return store{}, err
	}
	objects := storage(dir, dir)
	remove := func() { objects.Close(); os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			remove()
		}
	}()
	pack, err := s.UploadPack(ctx, req)
	if err != nil {
		return store{}, fmt.Errorf("fetch: %w", err)
	}
	defer pack.Close()
	if err := objects.Init(); err != nil {
		return store{}, err
	}
	limited := &limitedReader{r: demux(req.Capabilities, pack), left: maxFetch}
	if err := packfile.UpdateObjectStorage(objects, limited); err != nil {
		return store{}, fmt.Errorf("fetch: %w", err)
	}
	return store{objects: objects, close: remove}, ctx.Err()
}
