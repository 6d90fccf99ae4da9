package proof

// class is what scoped quotas tell pods apart by, and whether a mesh adds its sidecar.
type class struct {
	deadline, bestEffort, injected bool
	priority                       string
}

// pod is what one pod counts for.
type pod struct {
	class
	demand amounts
}

// load is pods of one class, and what they count for together.
type load struct {
	class
	pods   int64
	demand amounts
}

// usage is the pods of a workload, one load a class.
type usage []load

func (u *usage) of(c class) *load {
	for i := range *u {
		if (*u)[i].class == c {
			return &(*u)[i]
		}
	}
	*u = append(*u, load{class: c})
	return &(*u)[len(*u)-1]
}

// add puts n pods more beside those there are.
func (u *usage) add(p pod, n int64) {
	if n <= 0 {
		return
	}
	l := u.of(p.class)
	l.pods += n
	l.demand.addTimes(p.demand, n)
}

func (u *usage) addAll(more usage) {
	for _, l := range more {
		mine := u.of(l.class)
		mine.pods += l.pods
		mine.demand.add(l.demand)
	}
}

// atLeast makes u enough for itself or for other, whichever runs.
func (u *usage) atLeast(other usage) {
	for _, l := range other {
		mine := u.of(l.class)
		mine.pods = max(mine.pods, l.pods)
		mine.demand.atLeast(l.demand)
	}
}

func (u usage) pods() int64 {
	var n int64
	for _, l := range u {
		n += l.pods
	}
	return n
}

func (u usage) injected() int64 {
	var n int64
	for _, l := range u {
		if l.injected {
			n += l.pods
		}
	}
	return n
}

// demand is what all pods count for, and the claims beside them.
func (u usage) demand(claims amounts) amounts {
	d := make(amounts, 0, 8)
	for _, l := range u {
		d.add(l.demand)
		d.addCount("pods", l.pods)
	}
	d.add(claims)
	return d
}
