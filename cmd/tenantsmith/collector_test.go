package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// percent is that of the collector.
func percent() int {
	now := debug.SetGCPercent(100)
	debug.SetGCPercent(now)
	return now
}

func TestPostponedCollection(t *testing.T) {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Setenv(name, "")
	}
	usual := debug.SetGCPercent(90)
	defer debug.SetGCPercent(usual)
	postponeCollection()
	require.Equal(t, firstCollection, percent())
	runtime.GC()
	require.Eventually(t, func() bool { return percent() == 90 }, time.Minute, time.Millisecond, "after the first collection")
}

func TestCollectionAsSomebodySaid(t *testing.T) {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOGC", "")
			t.Setenv("GOMEMLIMIT", "")
			t.Setenv(name, "80")
			before := percent()
			postponeCollection()
			require.Equal(t, before, percent())
		})
	}
}
