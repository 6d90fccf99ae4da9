package proof

import (
	"fmt"
	"slices"
	"strings"
)

// Label selectors, and the question whether any labels satisfy several of them. Nothing is known of a pod's labels, so that
// a way is open if some labels open it.

type operator uint8

const (
	in operator = iota
	notIn
	exists
	absent
)

// requirement is one thing that a selector asks of the labels of a pod: of the caller or of the called.
type requirement struct {
	called bool
	key    string
	op     operator
	values []string
}

// selector is a conjunction: the more it needs, the less it selects.
type selector []requirement

var operators = map[string]operator{"In": in, "NotIn": notIn, "Exists": exists, "DoesNotExist": absent}

// newSelector reads a label selector; false if the API server would refuse it, and then it selects nothing surely.
func newSelector(tree any) (selector, bool) {
	var s selector
	labels, _ := get(tree, "matchLabels").(map[string]any)
	for key, value := range labels {
		word := fmt.Sprint(value)
		if !aLabel(key, word) {
			return nil, false
		}
		s = append(s, requirement{key: key, op: in, values: []string{word}})
	}
	for _, e := range list(tree, "matchExpressions") {
		op, ok := operators[text(e, "operator")]
		var values []string
		for _, v := range list(e, "values") {
			values = append(values, fmt.Sprint(v))
		}
		if !ok || (op == in || op == notIn) != (len(values) > 0) || !aLabel(text(e, "key"), values...) {
			return nil, false
		}
		slices.Sort(values)
		s = append(s, requirement{key: text(e, "key"), op: op, values: values})
	}
	slices.SortFunc(s, func(a, b requirement) int { return strings.Compare(a.String(), b.String()) })
	return s, true
}

func (r requirement) String() string {
	switch r.op {
	case in:
		if len(r.values) == 1 {
			return r.key + "=" + r.values[0]
		}
		return r.key + " in (" + strings.Join(r.values, ", ") + ")"
	case notIn:
		return r.key + " not in (" + strings.Join(r.values, ", ") + ")"
	case exists:
		return "label " + r.key
	}
	return "no label " + r.key
}

// not is what holds where r does not.
func (r requirement) not() requirement {
	r.op = map[operator]operator{in: notIn, notIn: in, exists: absent, absent: exists}[r.op]
	return r
}

func (r requirement) holds(labels map[string]string) bool {
	value, has := labels[r.key]
	switch r.op {
	case in:
		return has && slices.Contains(r.values, value)
	case notIn:
		return !has || !slices.Contains(r.values, value)
	case exists:
		return has
	}
	return !has
}

func (s selector) holds(labels map[string]string) bool {
	return !slices.ContainsFunc(s, func(r requirement) bool { return !r.holds(labels) })
}

// of says whose labels a selector is about.
func (s selector) of(called bool) selector {
	out := slices.Clone(s)
	for i := range out {
		out[i].called = called
	}
	return out
}

// not is the clause that holds where the selector does not.
func (s selector) not() selector {
	out := make(selector, len(s))
	for i, r := range s {
		out[i] = r.not()
	}
	return out
}

// String is what messages call pods of the selector.
func (s selector) String() string {
	if len(s) == 0 {
		return "any pod"
	}
	parts := make([]string, len(s))
	for i, r := range s {
		parts[i] = r.String()
	}
	slices.Sort(parts)
	return "a pod with " + strings.Join(slices.Compact(parts), ", ")
}

// plain leaves out what other requirements imply. What no labels meet stays as it is.
func (s selector) plain() selector {
	var out selector
	for i, r := range s {
		implied := false
		for k, other := range s {
			if i != k && r.called == other.called && r.key == other.key && other.implies(r) {
				implied = implied || k < i || !r.implies(other) // of two that say the same the first stays
			}
		}
		if !implied {
			out = append(out, r)
		}
	}
	return out
}

// implies reports whether labels that r asks for meet other, which is about the same label.
func (r requirement) implies(other requirement) bool {
	switch r.op {
	case in:
		return !slices.ContainsFunc(r.values, func(value string) bool { return !other.holds(map[string]string{r.key: value}) })
	case absent:
		return other.op == absent || other.op == notIn
	case exists:
		return other.op == exists
	}
	return other.op == notIn && !slices.ContainsFunc(other.values, func(value string) bool { return !slices.Contains(r.values, value) })
}

// search looks for labels that meet a conjunction and one requirement of each clause.
type search struct{ steps int }

// mostSteps ends a search that takes too long; its answer is then that there are such labels, perhaps.
const mostSteps = 10000

// find returns requirements that can hold together; false where there are none. An empty clause cannot hold.
func (s *search) find(all selector, clauses []selector) (selector, bool) {
	if !consistent(all) {
		return nil, false
	}
	if len(clauses) == 0 || s.steps > mostSteps {
		return all, true
	}
	s.steps++
	for _, r := range clauses[0] {
		if found, ok := s.find(append(slices.Clip(all), r), clauses[1:]); ok {
			return found, true
		}
	}
	return nil, false
}

// exhausted reports whether the last answer is only a perhaps.
func (s *search) exhausted() bool { return s.steps > mostSteps }

// consistent reports whether some labels meet all requirements. Values are without number, so that NotIn alone always can.
func consistent(all selector) bool {
	for i, r := range all {
		if r.op == notIn || r.op == absent && !slices.ContainsFunc(all, r.clashes) || r.op == exists {
			continue
		}
		if r.op == absent {
			return false
		}
		if !slices.ContainsFunc(r.values, func(value string) bool { return all.admits(i, value) }) {
			return false
		}
	}
	return true
}

// clashes reports whether other needs the label that r forbids.
func (r requirement) clashes(other requirement) bool {
	return r.key == other.key && r.called == other.called && (other.op == in || other.op == exists)
}

// admits reports whether all that is said of the label of requirement i lets it have the value.
func (s selector) admits(i int, value string) bool {
	labels := map[string]string{s[i].key: value}
	return !slices.ContainsFunc(s, func(r requirement) bool {
		return r.key == s[i].key && r.called == s[i].called && !r.holds(labels)
	})
}
