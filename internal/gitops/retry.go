package gitops

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
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
		switch {
		case !errors.Is(err, ErrMoved):
			return res, err
		case try >= t.retries:
			return Result{}, fmt.Errorf("each of %d attempts found that %w", try+1, ErrMoved)
		}
		if err := pause(ctx, wait(try)); err != nil {
			return Result{}, err
		}
	}
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
