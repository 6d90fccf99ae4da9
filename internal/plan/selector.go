package plan

import (
	"fmt"
	"slices"
	"strings"
)

// selector is a label selector as the set of its requirements, each written as text: more of them select less. The
// texts are made neutral, so that a namespace that moved reads the same.
type selector struct {
	needs []string
	// equals are the labels of which exactly one value is asked.
	equals map[string]string
}

func newSelector(v any, n neutral) selector {
	s := selector{equals: map[string]string{}}
	for k, value := range child(v, "matchLabels") {
		s.equal(n.text(k), n.text(fmt.Sprint(value)))
	}
	for _, e := range list(at(v, "matchExpressions")) {
		key, op, values := n.text(text(e, "key")), text(e, "operator"), texts(at(e, "values"))
		for i := range values {
			values[i] = n.text(values[i])
		}
		if op == "In" && len(values) == 1 {
			s.equal(key, values[0])
			continue
		}
		slices.Sort(values)
		s.needs = append(s.needs, key+" "+op+" "+strings.Join(values, ","))
	}
	slices.Sort(s.needs)
	s.needs = slices.Compact(s.needs)
	return s
}

func (s *selector) equal(key, value string) {
	s.equals[key] = value
	s.needs = append(s.needs, key+"="+value)
}

// text identifies the selector.
func (s selector) text() string { return strings.Join(s.needs, ", ") }

// String is what messages say.
func (s selector) String() string {
	if len(s.needs) == 0 {
		return "all pods"
	}
	return "pods with " + s.text()
}

// covers reports whether s surely selects all that other selects.
func (s selector) covers(other selector) bool {
	return !slices.ContainsFunc(s.needs, func(n string) bool { return !slices.Contains(other.needs, n) })
}

// apart reports whether surely nothing is selected by both.
func (s selector) apart(other selector) bool {
	for k, v := range s.equals {
		if w, ok := other.equals[k]; ok && v != w {
			return true
		}
	}
	return false
}
