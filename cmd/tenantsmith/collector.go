package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// firstCollection is from how much memory on garbage is collected for the first time, in percent of the
// 4 MB from which Go does: 64 MB, within which a run over one tenant ends.
const firstCollection = 1600

// postponeCollection keeps the garbage collector out of short runs, which would spend a fifth of their time
// on it and end before what it freed is needed. After the first collection everything is as usual, and so
// it is from the start where somebody has set GOGC or GOMEMLIMIT.
func postponeCollection() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	usual := debug.SetGCPercent(firstCollection)
	runtime.AddCleanup(new([64]byte), func(percent int) { debug.SetGCPercent(percent) }, usual)
}
