package proof

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// part is what the arithmetic of a canary looks at in a ReplicaSet.
type part struct{ want, ready int64 }

// counts is how many pods a canary without a router gives to its stable and its new ReplicaSet in one pass, from the
// documented arithmetic: what is missing is started first within the surge, the stable version before the new one; what is too
// many is stopped afterwards, as far as enough pods stay ready, and never while older ReplicaSets have pods.
func counts(h, weight, surge, unavailable int64, stable, canary part, older int64) (int64, int64) {
	wantCanary, wantStable := approximate(h, weight, surge)
	room := max(h+surge-stable.want-canary.want-older, 0)
	s := stable.want + min(room, max(wantStable-stable.want, 0))
	c := canary.want + min(room-(s-stable.want), max(wantCanary-canary.want, 0))
	if older > 0 {
		return s, c
	}
	growing := wantCanary >= canary.want
	least := h - unavailable
	spare := countable(canary, !growing) + countable(stable, growing) - least
	if spare <= 0 {
		return s, c
	}
	if growing {
		s = drained(stable, wantStable, spare, s)
		return within(s, c, stable, canary, h+surge, least)
	}
	c = drained(canary, wantCanary, spare, c)
	c, s = within(c, s, canary, stable, h+surge, least)
	return s, c
}

// countable is how many pods of a ReplicaSet count as able to serve; all, where those that are not ready do not matter.
func countable(p part, all bool) int64 {
	if all {
		return p.want
	}
	return min(p.want, p.ready)
}

func drained(p part, want, spare, now int64) int64 {
	if p.want > want {
		return max(want, p.want-spare)
	}
	return now
}

// within takes what is above the surge from the ReplicaSet that grows, unless too few ready pods would be left: then from the
// other one.
func within(drain, grow int64, drainSet, growSet part, most, least int64) (int64, int64) {
	over := max(0, grow+drain-most)
	grow -= over
	ready := min(drainSet.ready, drain) + min(growSet.ready, grow)
	grow += min(max(0, growSet.ready-grow), max(0, least-ready))
	return drain - max(0, grow+drain-most), grow
}

// approximate divides h pods, or one more where there is a surge, so that the canary's share comes nearest to its weight.
func approximate(h, weight, surge int64) (canary, stable int64) {
	if h == 0 {
		return 0, 0
	}
	up, down := (h*weight+99)/100, h*weight/100
	zero := weight == 100 || weight == 0 || h == 1 && surge == 0
	var best part // ready holds the total
	consider := func(c, total int64) {
		delta := func(p part) int64 { return max(p.want*100-weight*p.ready, weight*p.ready-p.want*100) }
		o := part{c, total}
		if best.ready == 0 || delta(o)*best.ready < delta(best)*total {
			best = o
		}
	}
	for total := h; total <= h+min(surge, 1); total++ {
		if total > h || up < h || zero {
			consider(up, total)
		}
		if total*weight%100 != 50 && (down != 0 || zero) {
			consider(down, total)
		}
	}
	if best.ready == 0 {
		return 0, h
	}
	return best.want, best.ready - best.want
}

// TestCounts compares the simulator's arithmetic with the figures of upstream's TestCalculateReplicaCountsForCanary. A row is
// replicas, weight, surge, unavailable, promotion; wanted and ready of stable and canary, pods of older ones; the result.
func TestCounts(t *testing.T) {
	for row := range strings.Lines(`10 100 3 0 - 7 8 6 3 0 7 6
10 20 2 0 - 10 10 0 0 0 10 2
10 20 20% 0 - 10 10 0 0 0 10 2
10 20 20% 0 - 10 10 2 2 0 8 2
10 30 2 0 - 10 10 0 0 0 10 2
10 20 0 2 - 10 10 0 0 0 8 0
10 20 0 20% - 10 10 0 0 0 8 0
10 30 0 2 - 10 10 0 0 0 8 0
10 50 2 1 - 10 10 0 0 0 9 2
10 0 1 1 - 10 10 1 1 0 10 0
10 100 1 1 - 1 1 10 10 0 0 10
1 20 1 0 - 1 1 0 0 0 1 1
1 90 1 0 - 1 1 0 0 0 1 1
1 49 0 1 - 1 1 0 0 0 1 0
1 51 0 1 - 1 1 0 0 0 0 0
1 51 0 1 - 0 0 0 0 0 0 1
10 30 1 0 - 1 1 0 0 3 7 1
10 30 0 3 - 8 5 4 4 0 7 3
10 100 1 0 - 10 2 10 8 0 2 9
10 30 0 1 - 8 6 4 2 3 8 4
10 5 0 1 - 10 10 0 0 0 9 0
10 5 0 1 - 9 9 0 0 0 9 1
10 10 0% 0% - 10 10 0 0 0 9 0
10 20 20% 0 - 10 10 0 0 0 10 2
4 100 1 0 - 4 1 0 0 0 4 1
3 99 0 2 - 3 3 0 0 0 1 0
3 99 0 2 - 1 1 0 0 0 1 2
4 0 1 0 - 0 0 4 4 0 1 4
4 0 1 0 - 1 0 4 4 0 1 4
4 0 1 0 - 1 1 4 4 0 1 3
4 1 4 4 full 4 4 0 0 0 0 4
4 1 3 0 full 4 4 0 0 0 4 3
`) {
		var h, weight, sw, sr, cw, cr, older, stable, canary int64
		var surge, unavailable, full string
		_, err := fmt.Sscan(row, &h, &weight, &surge, &unavailable, &full, &sw, &sr, &cw, &cr, &older, &stable, &canary)
		require.NoError(t, err)
		if full == "full" {
			weight = 100
		}
		s, u := fences(surge, unavailable, h)
		gotStable, gotCanary := counts(h, weight, s, u, part{sw, sr}, part{cw, cr}, older)
		require.Equal(t, part{stable, canary}, part{gotStable, gotCanary}, row)
	}
}

// fences reads surge and unavailable, written as numbers or percentages.
func fences(surge, unavailable string, h int64) (s, u int64) {
	read := func(text string, round int64) (n int64) {
		digits, percent := strings.CutSuffix(text, "%")
		_, _ = fmt.Sscan(digits, &n)
		if percent {
			n = (h*n + round) / 100
		}
		return n
	}
	s, u = read(surge, 99), read(unavailable, 0)
	if s == 0 && u == 0 {
		u = 1
	}
	return s, min(u, h)
}
