package proof

import (
	"slices"
	"strconv"
)

// Sample is one way in full: the labels of a pod that calls and of one that is called, and a port of the latter. Where a
// policy names ports, this one has every such name.
type Sample struct {
	Caller, Called map[string]string
	Protocol       string
	Port           int64
}

// sample makes pods of what was found: nil if the search ended before all was looked at.
func (w *way) sample() *Sample {
	if w.unsure {
		return nil
	}
	s := &Sample{Caller: w.found.labels(false), Called: w.found.labels(true), Protocol: "TCP", Port: 80}
	if w.port.protocol != "" {
		s.Protocol, s.Port = w.port.protocol, max(w.port.from, 1)
	}
	return s
}

// labels are some that meet a selector that is consistent, of the caller or of the called.
func (s selector) labels(called bool) map[string]string {
	out := map[string]string{}
	for i, r := range s {
		if r.called == called && r.op == in {
			k := slices.IndexFunc(r.values, func(value string) bool { return s.admits(i, value) })
			out[r.key] = r.values[k]
		}
	}
	for i, r := range s {
		if _, has := out[r.key]; r.called == called && r.op == exists && !has {
			out[r.key] = s.unheard(i)
		}
	}
	return out
}

// unheard is a value that nothing forbids for the label of requirement i. Only values can be forbidden, and they have an end.
func (s selector) unheard(i int) string {
	for n := 0; ; n++ {
		if value := "some" + strconv.Itoa(n); s.admits(i, value) {
			return value
		}
	}
}
