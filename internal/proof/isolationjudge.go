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

// between reports whether a pair is one to judge. Environments of one tenant on one cluster are.
func (j *judge) between(a, b int) bool {
	return a != b && (j.asked[a] || j.asked[b])
}

// cross counts the pairs to judge of one place of each list, in time linear in both, and returns the first.
func (j *judge) cross(from, to []int) (n, a, b int) {
	n = len(from)*len(to) - j.silent(from)*j.silent(to)
	there := map[int]bool{}
	for _, i := range to {
		there[i] = true
	}
	for _, i := range from {
		if j.asked[i] && there[i] {
			n--
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

// holder is a place that has something.
type holder struct {
	place int
	claimed
}

// claims finds what two places have that only one may have.
func (j *judge) claims() {
	held, below := map[string][]holder{}, map[string][]holder{} // by kind and value; below a wildcard
	for _, i := range j.here {
		for _, c := range j.all[i].claims {
			for k, value := range overlapping(c.kind, c.value) {
				of := held
				if k > 0 {
					of = below
				}
				of[c.kind+" "+value] = append(of[c.kind+" "+value], holder{i, c})
			}
		}
	}
	for _, i := range j.here {
		for _, c := range j.all[i].claims {
			for _, value := range overlapping(c.kind, c.value) {
				j.clash(holder{i, c}, held[c.kind+" "+value])
			}
			j.clash(holder{i, c}, below[c.kind+" "+c.value])
		}
	}
}

// clash tells that others have what a holder has. What people and secrets of one tenant have in its environments is its own.
func (j *judge) clash(h holder, others []holder) {
	var found []int
	var first *holder
	for k, o := range others {
		own := j.all[h.place].Tenant == j.all[o.place].Tenant && (h.channel == RBAC || h.channel == Secrets)
		if own || !j.between(h.place, o.place) {
			continue
		}
		if found = append(found, o.place); first == nil {
			first = &others[k]
		}
	}
	if first == nil || j.full(h.channel) {
		return
	}
	n, a, b := j.cross([]int{h.place}, slices.Compact(found))
	j.breach(Breach{Channel: h.channel, From: j.all[a].Place, To: j.all[b].Place, Pairs: n,
		Message: fmt.Sprintf("both have the %s %s", h.kind, named(h.claimed, first.value)), Causes: []Cause{h.cause, first.cause},
		Why: "nothing tells apart which of them it is meant for"})
}

func named(mine claimed, other string) string {
	switch {
	case mine.value == other:
		return mine.value
	case slices.Contains(overlapping(mine.kind, mine.value), other):
		return mine.value + ", which " + other + " covers"
	}
	return mine.value + ", which covers " + other
}

// overlapping are the values that one of a kind overlaps with: a host with wildcards above it, a folder with those that hold it.
func overlapping(kind, value string) []string {
	out := []string{value}
	if kind == "bucket" || kind == "share" {
		return append(out, folders(value)...)
	}
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

// folders are those above one, up to its server or bucket: s3://b/x has s3://b.
func folders(value string) []string {
	var out []string
	for {
		i := strings.LastIndexByte(value, '/')
		if i <= 0 || value[i-1] == '/' {
			return out
		}
		value = value[:i]
		out = append(out, value)
	}
}
