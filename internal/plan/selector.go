package plan

import (
	"fmt"
	"slices"
	"strings"
)

// selector is a label selector: the more it needs, the less it selects. Its words are made neutral, so that a
// namespace that moved reads the same.
type selector []need

// need is one thing that a selector asks of labels. One value that a label must have is an In of one value.
type need struct {
	key, operator string // In, NotIn, Exists, DoesNotExist
	values        []string
}

func newSelector(v any, n neutral) selector {
	var s selector
	for k, value := range child(v, "matchLabels") {
		s = append(s, need{n.text(k), "In", []string{n.text(fmt.Sprint(value))}})
	}
	for _, e := range list(at(v, "matchExpressions")) {
		values := texts(at(e, "values"))
		for i := range values {
			values[i] = n.text(values[i])
		}
		slices.Sort(values)
		s = append(s, need{n.text(text(e, "key")), text(e, "operator"), values})
	}
	slices.SortFunc(s, func(a, b need) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(s, func(a, b need) bool { return a.String() == b.String() })
}

func (n need) String() string {
	switch {
	case n.operator == "In" && len(n.values) == 1:
		return n.key + "=" + n.values[0]
	case len(n.values) > 0:
		return n.key + " " + n.operator + " (" + strings.Join(n.values, ", ") + ")"
	}
	return n.key + " " + n.operator
}

// text identifies the selector.
func (s selector) text() string {
	parts := make([]string, len(s))
	for i, n := range s {
		parts[i] = n.String()
	}
	return strings.Join(parts, ", ")
}

// String is what messages say.
func (s selector) String() string {
	if len(s) == 0 {
		return "all pods"
	}
	return "pods with " + s.text()
}

// covers reports whether s surely selects all that other selects.
func (s selector) covers(other selector) bool {
	return !slices.ContainsFunc(s, func(n need) bool {
		return !slices.ContainsFunc(other, func(o need) bool { return o.implies(n) })
	})
}

// apart reports whether surely nothing is selected by both.
func (s selector) apart(other selector) bool {
	return slices.ContainsFunc(s, func(n need) bool { return slices.ContainsFunc(other, n.excludes) })
}

// implies reports whether labels that have n surely have other.
func (n need) implies(other need) bool {
	if n.key != other.key {
		return false
	}
	switch other.operator {
	case "In":
		return n.operator == "In" && within(n.values, other.values)
	case "Exists":
		return n.operator == "In" || n.operator == "Exists"
	case "NotIn":
		return n.operator == "In" && disjoint(n.values, other.values) || n.operator == "NotIn" && within(other.values, n.values) || n.operator == "DoesNotExist"
	case "DoesNotExist":
		return n.operator == other.operator
	}
	return n.String() == other.String()
}

// excludes reports whether surely no labels have both.
func (n need) excludes(other need) bool {
	if n.key != other.key {
		return false
	}
	if other.operator == "In" && n.operator != "In" {
		return other.excludes(n)
	}
	switch n.operator {
	case "In":
		return other.operator == "In" && disjoint(n.values, other.values) || other.operator == "NotIn" && within(n.values, other.values) || other.operator == "DoesNotExist"
	case "Exists":
		return other.operator == "DoesNotExist"
	case "DoesNotExist":
		return other.operator == "Exists"
	}
	return false
}

// within reports whether all of a are in b.
func within(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

func disjoint(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
