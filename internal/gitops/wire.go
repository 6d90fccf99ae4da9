package gitops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"
)

// wire is a connection to be made: https, ssh, or git's own programs on this machine.
type wire struct {
	transport.Transport
	endpoint *transport.Endpoint
	auth     transport.AuthMethod
}

func (w wire) advertised(ctx context.Context, s transport.Session) (*packp.AdvRefs, error) {
	refs, err := s.AdvertisedReferencesContext(ctx)
	switch {
	case errors.Is(err, transport.ErrEmptyRemoteRepository):
		return packp.NewAdvRefs(), nil
	case err != nil:
		return nil, sha1Only(err)
	case len(refs.Capabilities.Get("object-format")) > 0 && refs.Capabilities.Get("object-format")[0] != "sha1":
		return nil, errSHA256
	}
	return refs, nil
}

// sha1Only turns the complaint about longer object names into words about them.
func sha1Only(err error) error {
	if data := new(packp.ErrUnexpectedData); errors.As(err, &data) && strings.Contains(string(data.Data), "object-format=sha256") {
		return errSHA256
	}
	return err
}

// mostReads bounds how often a head is asked for.
const mostReads = 4

// readWire fetches the head, without its history, into a temporary store. A server that has sent everything and
// hung up before go-git closes its own half of the ssh channel makes go-git drop the answer. Reading changes
// nothing, so that server is asked again.
func (t *target) readWire(ctx context.Context, w wire) (*snapshot, error) {
	return await(ctx, func() (*snapshot, error) {
		for try := 1; ; try++ {
			snap, err := t.readOnce(ctx, w)
			if err == nil || try == mostReads || !strings.HasSuffix(err.Error(), "closing input: EOF") {
				return snap, err
			}
		}
	})
}

func (t *target) readOnce(ctx context.Context, w wire) (*snapshot, error) {
	s, err := greet(ctx, w, w.NewUploadPackSession)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	refs, err := w.advertised(ctx, s)
	if err != nil {
		return nil, err
	}
	head, ok := refs.References[t.branch.String()]
	if !ok {
		return &snapshot{store: store{close: func() {}}}, nil
	}
	return fetch(ctx, s, refs, head, t.depth)
}

func fetch(ctx context.Context, s transport.UploadPackSession, refs *packp.AdvRefs, head plumbing.Hash, depth packp.Depth) (_ *snapshot, err error) {
	req := packp.NewUploadPackRequestFromCapabilities(refs.Capabilities)
	req.Wants = []plumbing.Hash{head}
	if !depth.IsZero() && refs.Capabilities.Supports(capability.Shallow) {
		if err := req.Capabilities.Set(capability.Shallow); err != nil {
			return nil, err
		}
		req.Depth = depth
	}
	dir, err := os.MkdirTemp("", "tenantsmith-")
	if err != nil {
		return nil, err
	}
	objects := storage(dir, dir)
	remove := func() { objects.Close(); os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			remove()
		}
	}()
	if err := objects.Init(); err != nil {
		return nil, err
	}
	pack, err := s.UploadPack(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	defer pack.Close()
	limited := &limitedReader{r: demux(req.Capabilities, pack), left: maxFetch}
	if err := packfile.UpdateObjectStorage(objects, limited); err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return &snapshot{head: head, store: store{objects: objects, close: remove}}, nil
}

func demux(c *capability.List, r io.Reader) io.Reader {
	switch {
	case c.Supports(capability.Sideband64k):
		return sideband.NewDemuxer(sideband.Sideband64k, r)
	case c.Supports(capability.Sideband):
		return sideband.NewDemuxer(sideband.Sideband, r)
	}
	return r
}

// maxFetch bounds the pack of one commit that a server may send.
const maxFetch = 4 << 30

// limitedReader fails, rather than ends, when the limit is passed.
type limitedReader struct {
	r    io.Reader
	left int64
}

func (l *limitedReader) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if l.left -= int64(n); l.left < 0 {
		return n, fmt.Errorf("the commit is larger than %d GiB", maxFetch>>30)
	}
	return n, err
}

// pushWire sends the pack and one command that names the old head, so that the server refuses when the
// branch moved meanwhile.
func (t *target) pushWire(ctx context.Context, w wire, old, commit plumbing.Hash, p sealed) error {
	words := &wordsWriter{}
	_, err := await(ctx, func() (struct{}, error) { return struct{}{}, t.send(ctx, w, old, commit, p, words) })
	if err == nil || errors.Is(err, ErrMoved) || errors.As(err, new(*RefusedError)) || ctx.Err() != nil {
		return err
	}
	// The connection broke, or the server says nothing: only the branch itself can tell.
	if now, again := t.remoteHead(ctx, w); again == nil && now == commit {
		return nil
	}
	return err
}

func (t *target) send(ctx context.Context, w wire, old, commit plumbing.Hash, p sealed, words *wordsWriter) error {
	s, err := greet(ctx, w, w.NewReceivePackSession)
	if err != nil {
		return err
	}
	defer s.Close()
	refs, err := w.advertised(ctx, s)
	if err != nil {
		return err
	}
	if refs.References[t.branch.String()] != old {
		return ErrMoved
	}
	req := packp.NewReferenceUpdateRequestFromCapabilities(refs.Capabilities)
	if refs.Capabilities.Supports(capability.Sideband64k) {
		if err := req.Capabilities.Set(capability.Sideband64k); err != nil {
			return err
		}
		req.Progress = words
	}
	req.Commands = []*packp.Command{{Name: t.branch, Old: old, New: commit}}
	req.Packfile = io.NopCloser(p.reader())
	report, err := s.ReceivePack(ctx, req)
	if report == nil && err == nil {
		return errors.New("the server did not say whether it took the commit")
	}
	if report == nil {
		return fmt.Errorf("push: %w", err)
	}
	return t.verdict(report, words)
}

// verdict reads the server's report.
func (t *target) verdict(report *packp.ReportStatus, words *wordsWriter) error {
	if report.UnpackStatus != "ok" {
		return &RefusedError{Reason: "it could not store the objects: " + printable(report.UnpackStatus), Words: words.lines()}
	}
	for _, c := range report.CommandStatuses {
		switch {
		case c.ReferenceName != t.branch:
		case c.Status == "ok":
			return nil
		case lost(c.Status):
			return ErrMoved
		default:
			return &RefusedError{Reason: printable(c.Status), Words: words.lines()}
		}
	}
	return errors.New("the server did not say whether it took the commit")
}

// lost reports whether a server's reason means that somebody else was faster. These are the words of
// git, JGit and the big hosts.
func lost(reason string) bool {
	for _, words := range []string{
		"failed to update ref", "incorrect old value", "reference already exists", "cannot lock ref",
		"failed to lock", "lock failure", "lock_failure", "stale info", "non-fast-forward", "fetch first",
	} {
		if strings.Contains(strings.ToLower(reason), words) {
			return true
		}
	}
	return false
}

// remoteHead asks the server where the branch is.
func (t *target) remoteHead(ctx context.Context, w wire) (plumbing.Hash, error) {
	return await(ctx, func() (plumbing.Hash, error) {
		s, err := greet(ctx, w, w.NewReceivePackSession)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		defer s.Close()
		refs, err := w.advertised(ctx, s)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		return refs.References[t.branch.String()], nil
	})
}

// greet opens a session; ssh connects here, and a server that says nothing is given up.
func greet[S any](ctx context.Context, w wire, open func(*transport.Endpoint, transport.AuthMethod) (S, error)) (S, error) {
	limited, cancel := context.WithTimeout(ctx, greetTime)
	defer cancel()
	s, err := await(limited, func() (S, error) { return open(w.endpoint, w.auth) })
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		err = errors.New("the server does not answer")
	}
	return s, err
}

// await returns when the work is done or the context is. Connecting over ssh knows no context: work
// that was given up ends by itself when its connection does.
func await[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := work()
		done <- outcome{value, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// wordsWriter keeps the beginning of what a server's hooks print.
type wordsWriter struct{ text []byte }

const (
	maxWords = 8 << 10
	maxLines = 20
)

func (w *wordsWriter) Write(b []byte) (int, error) {
	w.text = append(w.text, b[:min(len(b), maxWords-len(w.text))]...)
	return len(b), nil
}

// lines returns what a person should read: a line that the server wrote over by carriage returns
// counts with its last state.
func (w *wordsWriter) lines() []string {
	var lines []string
	for line := range strings.SplitSeq(string(w.text), "\n") {
		line = strings.TrimRight(line, "\r")
		line = strings.TrimSpace(printable(line[strings.LastIndex(line, "\r")+1:]))
		if line != "" && len(lines) < maxLines {
			lines = append(lines, line)
		}
	}
	return lines
}
