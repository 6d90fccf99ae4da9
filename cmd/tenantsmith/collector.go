package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
)

const (
	// heapFloor is how large the heap may grow before garbage is collected at all: a run over one tenant ends
	// within.
	heapFloor = 64 << 20
	// smallestHeap is where Go begins to collect at 100 percent.
	smallestHeap = 4 << 20
	// planMemory is what a plan may use before garbage is collected: it keeps the objects of many tenants until
	// its end, and marking them again and again takes a third of its CPU.
	planMemory = 3 << 29
)

// planning says that memory is bounded as a plan's.
var planning atomic.Bool

// setting is held while a goal is set, so that one from before a plan does not undo that of the plan.
var setting sync.Mutex

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

// giveRoomToPlan keeps it out of a plan until its memory is used, or twice of what lives where that is more. Somebody
// else's GOGC or GOMEMLIMIT holds here, too.
func giveRoomToPlan() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		planning.Store(true)
		setGoal(100)
	}
}

// afterCollection sets the goal of the next collection after each one.
func afterCollection(usual int) {
	runtime.AddCleanup(new([64]byte), func(usual int) {
		setGoal(usual)
		afterCollection(usual)
	}, usual)
}

func setGoal(usual int) {
	setting.Lock()
	defer setting.Unlock()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	live := sample[0].Value.Uint64()
	if planning.Load() {
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(int64(max(planMemory, 2*live)))
		return
	}
	debug.SetGCPercent(growth(live, usual))
}

// growth is by how many percent of what lives the heap may grow: up to the floor, and no less than usual.
func growth(live uint64, usual int) int {
	if live >= heapFloor {
		return usual
	}
	return max(usual, int(100*(heapFloor-live)/max(live, smallestHeap)))
}
