package gitops

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"

	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
)

// firstWait and longestWait bound how long a writer that lost a race waits before it tries again.
const (
	firstWait   = 100 * time.Millisecond
	longestWait = 5 * time.Second
)

// publish tries until the commit is in, or others were faster too often.
func (t *target) publish(ctx context.Context, prepare Prepare) (Result, error) {
	for try := 0; ; try++ {
		res, err := t.attempt(ctx, prepare)
		busy := errors.As(err, new(*busyError))
		switch {
		case t.mend(err):
			try--
			continue
		case !busy && !errors.Is(err, ErrMoved), busy && try >= t.retries:
			return res, err
		case try >= t.retries:
			return Result{}, fmt.Errorf("each of %d attempts found that %w", try+1, ErrMoved)
		}
		if err := pause(ctx, wait(try)); err != nil {
			return Result{}, err
		}
	}
}

// busyError says that a server turned us away before it listened, as sshd does with many at once.
type busyError struct{ error }

func (e *busyError) Unwrap() error { return e.error }

// turnedAway reports whether an error is that of a server which would listen another time. It has done nothing.
func turnedAway(err error) bool {
	if status := (*githttp.Err)(nil); errors.As(err, &status) {
		return slices.Contains([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}, status.StatusCode())
	}
	text := err.Error()
	return strings.Contains(text, "ssh: handshake failed") && (errors.Is(err, syscall.ECONNRESET) || strings.HasSuffix(text, "EOF") || strings.HasSuffix(text, "reset by peer"))
}

// wait is how long to wait after a lost race: anything up to a bound that doubles, so that writers that lost
// together do not come back together.
func wait(try int) time.Duration {
	bound := longestWait
	if try < 6 {
		bound = min(firstWait<<try, longestWait)
	}
	return rand.N(bound)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
