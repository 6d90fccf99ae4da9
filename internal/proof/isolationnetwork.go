package proof

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// family is the places of a cluster whose policies are the same in one direction. Families are judged against each other
// instead of places, which are many more.
type family struct {
	*side
	members []int
	reach   []reach // of each rule
	others  reach   // of all rules together
}

// reach is the places whose Namespaces a rule selects, ascending.
type reach struct {
	all    bool
	places []int
}

// index finds places by a label of their Namespace.
type index struct {
	judge   *judge
	byLabel map[[2]string][]int
	unknown []int // places whose Namespace is not rendered
}

const nameLabel = "kubernetes.io/metadata.name"

func (j *judge) index() index {
	x := index{judge: j, byLabel: map[[2]string][]int{}}
	for _, i := range j.here {
		if j.all[i].labels == nil {
			x.unknown = append(x.unknown, i)
		}
		for key, value := range j.all[i].labels {
			at := [2]string{key, value}
			x.byLabel[at] = append(x.byLabel[at], i)
		}
	}
	return x
}

// reach looks at the fewest places that can match.
func (x index) reach(namespaces *selector) reach {
	if namespaces == nil {
		return reach{all: true}
	}
	candidates := x.judge.here
	for _, r := range *namespaces {
		if r.op == in {
			var some []int
			for _, value := range r.values {
				some = append(some, x.byLabel[[2]string{r.key, value}]...)
			}
			if len(some) < len(candidates) {
				candidates = some
			}
		}
	}
	var out []int
	for _, i := range candidates {
		if x.judge.all[i].labels != nil && namespaces.holds(x.judge.all[i].labels) {
			out = append(out, i)
		}
	}
	for _, i := range x.unknown {
		own := requirement{key: nameLabel, op: in, values: []string{x.judge.all[i].Namespace}}
		if consistent(append(slices.Clip(*namespaces), own)) {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return reach{places: slices.Compact(out)}
}

// families groups the places of the cluster, in the order of their first members.
func (j *judge) families(x index, of func(*Enclosure) *side) []*family {
	var out []*family
	byText, reaches := map[string]*family{}, map[string]reach{}
	for _, i := range j.here {
		s := of(&j.all[i])
		f := byText[s.text]
		if f == nil {
			f = &family{side: s}
			for _, r := range s.rules {
				f.add(x, r, reaches)
			}
			slices.Sort(f.others.places)
			f.others.places = slices.Compact(f.others.places)
			byText[s.text], out = f, append(out, f)
		}
		f.members = append(f.members, i)
	}
	return out
}

// add finds whom a rule reaches; known are the answers so far.
func (f *family) add(x index, r rule, known map[string]reach) {
	id := "-"
	if r.namespaces != nil {
		id = r.namespaces.String()
	}
	there, ok := known[id]
	if !ok {
		there = x.reach(r.namespaces)
		known[id] = there
	}
	f.reach = append(f.reach, there)
	f.others.all = f.others.all || there.all
	f.others.places = append(f.others.places, there.places...)
}

// network looks at every two families of which one lets pods out to members of the other, and the other lets pods of
// members of the first in.
func (j *judge) network() {
	x := j.index()
	out := j.families(x, func(e *Enclosure) *side { return &e.egress })
	into := j.families(x, func(e *Enclosure) *side { return &e.ingress })
	home := map[int]int{} // the family of each place for what comes in
	guests := map[int][]int{}
	var hosts []int // families that let everybody in
	for n, f := range into {
		for _, i := range f.members {
			home[i] = n
		}
		if f.others.all {
			hosts = append(hosts, n)
			continue
		}
		for _, i := range f.others.places {
			guests[i] = append(guests[i], n)
		}
	}
	for _, f := range out {
		var candidates []int
		if !f.others.all {
			for _, i := range f.others.places {
				candidates = append(candidates, home[i])
			}
		} else {
			candidates = slices.Clone(hosts)
			for _, i := range f.members {
				candidates = append(candidates, guests[i]...)
			}
		}
		slices.Sort(candidates)
		for _, n := range slices.Compact(candidates) {
			if !j.full(Network) {
				j.meet(f, into[n])
			}
		}
	}
}

// meet judges each rule that lets out against each that lets in.
func (j *judge) meet(out, into *family) {
	for a, o := range out.rules {
		to := among(into.members, out.reach[a])
		if len(to) == 0 {
			continue
		}
		for b, i := range into.rules {
			from := among(out.members, into.reach[b])
			if len(from) == 0 {
				continue
			}
			w := way{out: out.side, into: into.side, leave: o, enter: i, ports: shared(o.ports, i.ports)}
			if w.open(nil) {
				j.through(w, from, to)
			}
		}
	}
}

// among are the members that a rule of the others reaches.
func among(members []int, r reach) []int {
	if r.all {
		return members
	}
	var out []int
	for _, i := range r.places {
		if _, ok := slices.BinarySearch(members, i); ok {
			out = append(out, i)
		}
	}
	return out
}

// way is two rules that together let pods through, at the ports that both let through.
type way struct {
	out, into    *side
	leave, enter rule
	ports        []ports
	port         ports // where it was found to be open
	found        selector
	unsure       bool
}

// open reports whether some pods can take the way beside those of agreed calls, and notes their labels and the port. Of the
// ports that the same calls are about, one is asked for all.
func (w *way) open(agreed []Agreed) bool {
	for _, all := range w.ports {
		for _, p := range all.split(agreed) {
			if w.port = p; w.openAt(agreed) {
				return true
			}
		}
	}
	return false
}

// openAt is open for one range of ports, of which a call is about all or none.
func (w *way) openAt(agreed []Agreed) bool {
	caller, clauses := w.out.own(w.leave, false)
	called, more := w.into.own(w.enter, true)
	all := slices.Concat(caller, called, w.leave.peer.of(true), w.enter.peer.of(false))
	clauses = slices.Concat(clauses, more)
	for _, a := range agreed {
		if !a.covers(w.port) {
			continue
		}
		clauses = append(clauses, selector{
			{key: serviceLabel, op: notIn, values: a.Callers},
			{called: true, key: serviceLabel, op: notIn, values: a.Callees},
		})
	}
	// Clauses of few words decide first.
	slices.SortStableFunc(clauses, func(a, b selector) int { return cmp.Compare(len(a), len(b)) })
	var s search
	found, ok := s.find(all, clauses)
	w.found, w.unsure = found, s.exhausted()
	return ok
}

// serviceLabel is what agreed calls tell pods apart by.
const serviceLabel = "app.kubernetes.io/name"

// through tells of the pairs that can take the way. Those with agreed calls are asked one by one.
func (j *judge) through(w way, from, to []int) {
	n, a, b := j.cross(from, to)
	if n == 0 {
		return
	}
	for _, x := range from {
		agreed := map[int][]Agreed{}
		for _, call := range j.agreed[x] {
			agreed[call.To] = append(agreed[call.To], call)
		}
		for y, calls := range agreed {
			if _, reached := slices.BinarySearch(to, y); reached && j.between(x, y) && !w.open(calls) {
				n--
				if x == a && y == b {
					a, b = -1, -1
				}
			}
		}
	}
	if n <= 0 {
		return
	}
	if a < 0 {
		a, b = j.unagreed(&w, from, to)
	}
	w.open(j.calls(a, b))
	j.breach(j.breachOf(w, n, a, b))
}

// calls are those that two places agree on.
func (j *judge) calls(a, b int) []Agreed {
	return slices.DeleteFunc(slices.Clone(j.agreed[a]), func(c Agreed) bool { return c.To != b })
}

// unagreed is the first pair that can take the way beside its agreed calls. There is one.
func (j *judge) unagreed(w *way, from, to []int) (int, int) {
	for _, a := range from {
		for _, b := range to {
			if !j.between(a, b) {
				continue
			}
			if calls := j.calls(a, b); len(calls) == 0 || w.open(calls) {
				return a, b
			}
		}
	}
	return from[0], to[0]
}

func (j *judge) breachOf(w way, n, a, b int) Breach {
	caller, called := selector{}, selector{}
	for _, r := range w.found.plain() {
		if r.called {
			called = append(called, r)
		} else {
			caller = append(caller, r)
		}
	}
	doubt := ""
	if w.unsure {
		doubt = ", as far as could be decided"
	}
	out := Breach{Channel: Network, From: j.all[a].Place, To: j.all[b].Place, Pairs: n,
		Message: fmt.Sprintf("%s reaches %s at %s%s", caller, called, w.port, doubt), Sample: w.sample()}
	var why []string
	for _, end := range []struct {
		side  *side
		rule  rule
		place Place
		verb  string
	}{{w.out, w.leave, out.From, "leave"}, {w.into, w.enter, out.To, "enter"}} {
		why = append(why, end.side.why(end.rule, end.place, end.verb))
		if !end.rule.free {
			out.Causes = append(out.Causes, Cause{
				Tenant: end.place.Tenant, Environment: end.place.Environment, APIVersion: networkVersion, Path: end.rule.path,
				Object: manifest.Key{Group: "networking.k8s.io", Kind: "NetworkPolicy", Namespace: end.place.Namespace, Name: end.rule.policy},
			})
		}
	}
	out.Why = strings.Join(why, "; ")
	return out
}

const networkVersion = "networking.k8s.io/v1"

// why says why the other policies of a place do not stop a rule.
func (s *side) why(r rule, at Place, verb string) string {
	if r.free {
		return fmt.Sprintf("no policy of %s selects a pod that would %s", at.Namespace, verb)
	}
	var others []string
	for i, sel := range s.selects {
		if s.policies[i] != r.policy && consistent(slices.Concat(r.pods, sel)) && len(others) < 3 {
			others = append(others, s.policies[i])
		}
	}
	if len(others) == 0 {
		return fmt.Sprintf("no other policy of %s selects the pod", at.Namespace)
	}
	return fmt.Sprintf("in %s %s may select the same pod, but policies add up: none closes what %s opens", at.Namespace, strings.Join(others, ", "), r.policy)
}
