package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// percent is that of the collector, read without setting it: what a cleanup sets meanwhile stays.
func percent() int {
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(sample)
	return int(sample[0].Value.Uint64())
}

func TestGrowth(t *testing.T) {
	for live, want := range map[uint64]int{0: 1600, 4 << 20: 1500, 16 << 20: 300, 32 << 20: 100, 40 << 20: 100, 1 << 40: 100} {
		require.Equal(t, want, growth(live, 100), "%d bytes", live)
	}
}

func TestRoom(t *testing.T) {
	planning.Store(false) // another test may have planned
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	// What an earlier test left to do after a collection may be done in between.
	require.Eventually(t, func() bool {
		debug.SetGCPercent(100)
		giveRoom()
		return percent() == 1600
	}, 5*time.Minute, time.Millisecond)
	held := make([]byte, heapFloor)
	for range 2 { // after each collection, and not after the first only
		debug.SetGCPercent(1600)
		require.Eventually(t, func() bool {
			runtime.GC() // the one before may have come before there was anything to do after it
			return percent() == 100
		}, 5*time.Minute, time.Millisecond)
	}
	runtime.KeepAlive(held)
}

func TestRoomAsSomebodySaid(t *testing.T) {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOGC", "")
			t.Setenv("GOMEMLIMIT", "")
			t.Setenv(name, "80")
			debug.SetGCPercent(100)
			giveRoom()
			require.NotEqual(t, 1600, percent())
		})
	}
}

// TestRoomToPlan: a plan may use its memory before anything is collected, and says so to the collector in time.
func TestRoomToPlan(t *testing.T) {
	planning.Store(false) // another test may have planned
	limit := debug.SetMemoryLimit(-1)
	t.Cleanup(func() {
		planning.Store(false)
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(100)
	})
	t.Setenv("GOMEMLIMIT", "")
	t.Setenv("GOGC", "80")
	giveRoomToPlan()
	require.Equal(t, limit, debug.SetMemoryLimit(-1), "somebody set GOGC")
	t.Setenv("GOGC", "")
	giveRoomToPlan()
	require.Equal(t, -1, percent())
	require.Equal(t, int64(planMemory), debug.SetMemoryLimit(-1))
}
