package proof

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Line is one resource of one quota, sidecars included.
type Line struct {
	Quota              manifest.Key
	Resource           string
	Steady, Peak, Hard resource.Quantity
	Fits               bool
}

// required is a resource that a quota obliges every container to state.
type required struct {
	name, quota string
	limit       bool
}

// must are the resources that a container has to state where a quota counts them. The API server asks for no others.
var must = map[string]required{
	"cpu": {name: "cpu"}, "requests.cpu": {name: "cpu"}, "limits.cpu": {name: "cpu", limit: true},
	"memory": {name: "memory"}, "requests.memory": {name: "memory"}, "limits.memory": {name: "memory", limit: true},
}

// require notes what a quota for all pods obliges containers to state, and what of it is not examined.
func (w *work) require() {
	hard, _ := get(w.object.Tree, "spec", "hard").(map[string]any)
	_, scoped, known := scopes(w.object.Tree)
	if !known {
		w.assumption("not examined: %s, for its scopes", w.key)
		return
	}
	s := w.here()
	for _, name := range slices.Sorted(maps.Keys(hard)) {
		if r, ok := must[name]; ok && !scoped {
			r.quota = w.key.Name
			s.required = append(s.required, r)
		}
		if _, ok := examined(name); !ok {
			w.assumption("not examined: %.300s", name)
		}
		if _, ok := parse(hard[name]); !ok {
			w.unreadable(name, hard[name])
		}
		s.byClass = s.byClass || strings.Contains(name, classPrefix)
	}
}

// Fit compares the measurement with every quota among the objects. Quotas whose scopes cannot be judged, and resources that
// cannot be counted, have no line; [Measure] lists them as assumptions.
func (m Measurement) Fit(objects []manifest.Object) []Line {
	var lines []Line
	for _, o := range objects {
		if k := o.Key(); k.Group == "" && k.Kind == "ResourceQuota" {
			lines = append(lines, m.fit(k, o.Tree)...)
		}
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return compareKeys(a.Quota, b.Quota) })
	return lines
}

func (m Measurement) fit(k manifest.Key, tree any) []Line {
	matches, scoped, known := scopes(tree)
	s := m.spaces[k.Namespace]
	if !known {
		return nil
	}
	if s == nil {
		s = &space{}
	}
	steady, peak := m.with(s.steady, s.injectedSteady), m.with(s.peak, s.injectedPeak)
	if scoped {
		steady, peak = m.of(s.loads.steady, matches), m.of(s.loads.peak, matches)
	}
	hard, _ := get(tree, "spec", "hard").(map[string]any)
	var lines []Line
	for _, name := range slices.Sorted(maps.Keys(hard)) {
		bound, readable := parse(hard[name])
		counted, ok := examined(name)
		if !ok || !readable {
			continue
		}
		need := peak(counted)
		lines = append(lines, Line{Quota: k, Resource: name, Steady: steady(counted), Peak: need, Hard: bound, Fits: need.Cmp(bound) <= 0})
	}
	return lines
}

// with looks up demand with the sidecars of n pods.
func (m Measurement) with(d amounts, n int64) func(string) quantity {
	return func(name string) quantity {
		q := d.of(name)
		sum := q.DeepCopy()
		if one, ok := m.sidecar.get(name); ok {
			sum.Add(times(one, n))
		}
		return sum
	}
}

// of looks up the demand of the pods that a scoped quota counts.
func (m Measurement) of(u usage, matches func(class) bool) func(string) quantity {
	u = slices.DeleteFunc(slices.Clone(u), func(l load) bool { return !matches(l.class) })
	return m.with(u.demand(nil), u.injected())
}

// scopes says which pods a quota counts; scoped is false if it counts all objects, known if we can tell.
func scopes(tree any) (matches func(class) bool, scoped, known bool) {
	var tests []func(class) bool
	for _, v := range list(tree, "spec", "scopes") {
		s, _ := v.(string)
		tests = append(tests, scope(s, "Exists", nil))
	}
	for _, v := range list(tree, "spec", "scopeSelector", "matchExpressions") {
		tests = append(tests, scope(text(v, "scopeName"), text(v, "operator"), list(v, "values")))
	}
	if slices.ContainsFunc(tests, func(t func(class) bool) bool { return t == nil }) {
		return nil, true, false
	}
	return func(c class) bool {
		return !slices.ContainsFunc(tests, func(t func(class) bool) bool { return !t(c) })
	}, len(tests) > 0, true
}

// scope is the test of one scope; nil if we cannot tell.
func scope(name, operator string, values []any) func(class) bool {
	if name == "PriorityClass" {
		return priority(operator, values)
	}
	if operator != "Exists" {
		return nil
	}
	switch name {
	case "Terminating":
		return func(c class) bool { return c.deadline }
	case "NotTerminating":
		return func(c class) bool { return !c.deadline }
	case "BestEffort":
		return func(c class) bool { return c.bestEffort }
	case "NotBestEffort":
		return func(c class) bool { return !c.bestEffort }
	}
	return nil
}

func priority(operator string, values []any) func(class) bool {
	named := func(c class) bool { return slices.Contains(values, any(c.priority)) }
	switch operator {
	case "In":
		return func(c class) bool { return c.priority != "" && named(c) }
	case "NotIn":
		return func(c class) bool { return !named(c) }
	case "Exists":
		return func(c class) bool { return c.priority != "" }
	case "DoesNotExist":
		return func(c class) bool { return c.priority == "" }
	}
	return nil
}
