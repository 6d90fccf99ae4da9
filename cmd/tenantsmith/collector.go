package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// heapFloor is how large the heap may grow before garbage is collected at all: a run over one tenant ends
	// within.
	heapFloor = 64 << 20
	// smallestHeap is where Go begins to collect at 100 percent.
	smallestHeap = 4 << 20
)

// giveRoom keeps the garbage collector out of short runs, which would spend a fourth of their time on it
// and end before anybody needs what it freed. A heap of more than half the floor is collected as usual,
// and any is where somebody has set GOGC or GOMEMLIMIT.
func giveRoom() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	usual := debug.SetGCPercent(100 * heapFloor / smallestHeap)
	afterCollection(usual)
}

// afterCollection sets the goal of the next collection after each one.
func afterCollection(usual int) {
	runtime.AddCleanup(new([64]byte), func(usual int) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		debug.SetGCPercent(growth(live[0].Value.Uint64(), usual))
		afterCollection(usual)
	}, usual)
}

// growth is by how many percent of what lives the heap may grow: up to the floor, and no less than usual.
func growth(live uint64, usual int) int {
	if live >= heapFloor {
		return usual
	}
	return max(usual, int(100*(heapFloor-live)/max(live, smallestHeap)))
}
