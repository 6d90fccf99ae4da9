package gitops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
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

// cutShort reports whether go-git dropped an answer that was whole.
func cutShort(err error) bool { return strings.HasSuffix(err.Error(), "closing input: EOF") }

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

// pushWire sends the pack and commands that name the old heads, so that the server refuses when one moved
// meanwhile. A server that cannot take several in one step gets the branch, and then the others: those that it
// does not take are returned.
func (t *target) pushWire(ctx context.Context, w wire, moves []move, p sealed) (lost []string, err error) {
	sent, err := t.deliver(ctx, w, moves, p)
	if err != nil || sent == len(moves) {
		return nil, err
	}
	for _, m := range moves[sent:] {
		if _, err := t.deliver(ctx, w, []move{m}, p); err != nil {
			lost = append(lost, strings.TrimPrefix(m.ref.String(), "refs/notes/"))
		}
	}
	return lost, nil
}

// deliver pushes as many of the moves as the server takes in one step, and returns how many.
func (t *target) deliver(ctx context.Context, w wire, moves []move, p sealed) (int, error) {
	words := &wordsWriter{}
	sent, err := await(ctx, func() (int, error) { return send(ctx, w, moves, p, words) })
	if err == nil || errors.Is(err, ErrMoved) || ctx.Err() != nil {
		return sent, err
	}
	refused := errors.As(err, new(*RefusedError))
	if refused && sent == 1 {
		return sent, err
	}
	// The connection broke, or the server says nothing, or not which reference moved: only they can tell.
	now, again := remoteHeads(ctx, w)
	switch {
	case again != nil:
		return sent, err
	case now[moves[0].ref.String()] == moves[0].new:
		return max(sent, 1), nil
	case refused && slices.ContainsFunc(moves[:sent], func(m move) bool { return now[m.ref.String()] != m.old }):
		return sent, ErrMoved
	}
	return sent, err
}

func send(ctx context.Context, w wire, moves []move, p sealed, words *wordsWriter) (int, error) {
	s, err := greet(ctx, w, w.NewReceivePackSession)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	refs, err := w.advertised(ctx, s)
	if err != nil {
		return 0, err
	}
	req := packp.NewReferenceUpdateRequestFromCapabilities(refs.Capabilities)
	if moves, err = together(req, refs, moves); err != nil {
		return 0, err
	}
	for _, m := range moves {
		if refs.References[m.ref.String()] != m.old {
			return 0, ErrMoved
		}
		req.Commands = append(req.Commands, &packp.Command{Name: m.ref, Old: m.old, New: m.new})
	}
	if refs.Capabilities.Supports(capability.Sideband64k) {
		if err := req.Capabilities.Set(capability.Sideband64k); err != nil {
			return 0, err
		}
		req.Progress = words
	}
	req.Packfile = io.NopCloser(p.reader())
	report, err := s.ReceivePack(ctx, req)
	if report == nil && err == nil {
		return len(moves), errors.New("the server did not say whether it took the commit")
	}
	if report == nil {
		return len(moves), fmt.Errorf("push: %w", err)
	}
	return len(moves), verdict(report, moves, words)
}

// together are the moves that the server takes in one step: all of them, if it can.
func together(req *packp.ReferenceUpdateRequest, refs *packp.AdvRefs, moves []move) ([]move, error) {
	if len(moves) == 1 || !refs.Capabilities.Supports(capability.Atomic) {
		return moves[:1], nil
	}
	return moves, req.Capabilities.Set(capability.Atomic)
}

// verdict reads the server's report.
func verdict(report *packp.ReportStatus, moves []move, words *wordsWriter) error {
	if report.UnpackStatus != "ok" {
		return &RefusedError{Reason: "it could not store the objects: " + printable(report.UnpackStatus), Words: words.lines()}
	}
	said := map[plumbing.ReferenceName]string{}
	for _, c := range report.CommandStatuses {
		said[c.ReferenceName] = c.Status
	}
	for _, m := range moves {
		switch status, ok := said[m.ref]; {
		case !ok:
			return errors.New("the server did not say whether it took the commit")
		case status == "ok":
		case lost(status):
			return ErrMoved
		default:
			return &RefusedError{Reason: printable(status), Words: words.lines()}
		}
	}
	return nil
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

// remoteHeads asks the server where its references are.
func remoteHeads(ctx context.Context, w wire) (map[string]plumbing.Hash, error) {
	return await(ctx, func() (map[string]plumbing.Hash, error) {
		s, err := greet(ctx, w, w.NewReceivePackSession)
		if err != nil {
			return nil, err
		}
		defer s.Close()
		refs, err := w.advertised(ctx, s)
		if err != nil {
			return nil, err
		}
		return refs.References, nil
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
