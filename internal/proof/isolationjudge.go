package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// judge compares enclosures. Places are known by their index.
type judge struct {
	all    []Enclosure
	asked  []bool // pairs with none of these are left out
	agreed map[int][]Agreed
	byName map[[2]string][]int // cluster and namespace
	here   []int               // the places of the cluster that is judged, ascending
	told   map[string]int      // counterexamples by channel
	out    Isolation
}

func newJudge(all []Enclosure, agreed []Agreed, about func(Place) bool) *judge {
	j := &judge{all: all, asked: make([]bool, len(all)), agreed: map[int][]Agreed{}, byName: map[[2]string][]int{}, told: map[string]int{}}
	for i, e := range all {
		j.asked[i] = about == nil || about(e.Place)
		at := [2]string{e.Cluster, e.Namespace}
		j.byName[at] = append(j.byName[at], i)
	}
	for _, a := range agreed {
		j.agreed[a.From] = append(j.agreed[a.From], a)
	}
	return j
}

// clusters are the places of each, by its name.
func (j *judge) clusters() [][]int {
	by := map[string][]int{}
	for i, e := range j.all {
		by[e.Cluster] = append(by[e.Cluster], i)
	}
	var out [][]int
	for _, name := range slices.Sorted(maps.Keys(by)) {
		out = append(out, by[name])
	}
	return out
}

func (j *judge) count() { n, _, _ := j.cross(j.here, j.here); j.out.Pairs += n }

// between reports whether a pair is one to judge.
func (j *judge) between(a, b int) bool {
	return j.all[a].Tenant != j.all[b].Tenant && (j.asked[a] || j.asked[b])
}

// cross counts the pairs to judge of one place of each list, in time linear in both, and returns the first.
func (j *judge) cross(from, to []int) (n, a, b int) {
	n = len(from)*len(to) - j.silent(from)*j.silent(to)
	tenants := map[string]int{}
	for _, i := range to {
		if j.asked[i] {
			tenants[j.all[i].Tenant]++
		}
	}
	for _, i := range from {
		if j.asked[i] {
			n -= tenants[j.all[i].Tenant]
		}
	}
	if n <= 0 {
		return 0, 0, 0
	}
	loud := slices.DeleteFunc(slices.Clone(to), func(i int) bool { return !j.asked[i] })
	for _, a := range from {
		others := to
		if !j.asked[a] {
			others = loud
		}
		for _, b := range others {
			if j.between(a, b) {
				return n, a, b
			}
		}
	}
	return 0, 0, 0
}

// silent counts the places that were not asked about.
func (j *judge) silent(list []int) int {
	n := 0
	for _, i := range list {
		if !j.asked[i] {
			n++
		}
	}
	return n
}

// breach tells a counterexample, unless its channel has enough.
func (j *judge) breach(b Breach) {
	if j.told[b.Channel]++; j.told[b.Channel] > mostBreaches {
		j.out.Cut = append(j.out.Cut, b.Channel)
		return
	}
	j.out.Breaches = append(j.out.Breaches, b)
}

func (j *judge) full(channel string) bool { return j.told[channel] > mostBreaches }

// openings tells of each object that opens a way by itself whom it lets where.
func (j *judge) openings() {
	for _, i := range j.here {
		for _, o := range j.all[i].openings {
			others := j.here
			if o.namespace != "" {
				others = j.byName[[2]string{j.all[i].Cluster, o.namespace}]
			}
			from, to := []int{i}, others
			if o.inward {
				from, to = others, []int{i}
			}
			if n, a, b := j.cross(from, to); n > 0 {
				j.breach(Breach{Channel: o.channel, From: j.all[a].Place, To: j.all[b].Place, Pairs: n,
					Message: o.message, Causes: []Cause{o.cause}, Why: o.why})
			}
		}
	}
}

// claims finds what two tenants have that only one may have.
func (j *judge) claims() {
	type holder struct {
		place int
		claimed
	}
	held := map[string][]holder{}
	for _, i := range j.here {
		for _, c := range j.all[i].claims {
			held[c.kind+" "+c.value] = append(held[c.kind+" "+c.value], holder{i, c})
		}
	}
	for _, i := range j.here {
		for _, c := range j.all[i].claims {
			for _, value := range overlapping(c.kind, c.value) {
				found, same := []int{}, held[c.kind+" "+value]
				var first *holder
				for k := range same {
					if j.between(i, same[k].place) && !j.full(c.channel) {
						found = append(found, same[k].place)
						if first == nil {
							first = &same[k]
						}
					}
				}
				if first == nil {
					continue
				}
				n, a, b := j.cross([]int{i}, slices.Compact(found))
				j.breach(Breach{Channel: c.channel, From: j.all[a].Place, To: j.all[b].Place, Pairs: n,
					Message: fmt.Sprintf("both have the %s %s", c.kind, named(c.value, value)), Causes: []Cause{c.cause, first.cause},
					Why: "nothing tells apart which of them it is meant for"})
			}
		}
	}
}

func named(mine, other string) string {
	if mine == other {
		return mine
	}
	return mine + ", which " + other + " covers"
}

// overlapping are the values that one of a kind overlaps with: a host with wildcards above it.
func overlapping(kind, value string) []string {
	out := []string{value}
	if kind != "host" || value == everyHost {
		return out
	}
	rest := strings.TrimPrefix(value, "*.")
	if rest == value {
		rest = value
	}
	for {
		_, above, ok := strings.Cut(rest, ".")
		if !ok {
			return append(out, everyHost)
		}
		out, rest = append(out, "*."+above), above
	}
}
