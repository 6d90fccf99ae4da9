package main

import (
	"fmt"
	"sync"
	"time"
)

// progress is one line on a terminal that is overwritten: nothing for runs shorter than a second.
type progress struct {
	w     *workspace
	start time.Time

	mu    sync.Mutex
	last  time.Time
	shown bool
}

func (p *progress) show(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.start) < time.Second || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.shown = now, true
	fmt.Fprintf(p.w.err, "\rtenantsmith: %d of %d tenants", done, total)
}

// clear leaves the line to what is printed next.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.w.err, "\r\x1b[K")
	}
}
