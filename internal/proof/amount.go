package proof

import (
	"math"
	"strconv"
	"strings"

	"gopkg.in/inf.v0"
	"k8s.io/apimachinery/pkg/api/resource"
)

// nano is the scale of the smallest unit that quantities have.
const nano inf.Scale = 9

type quantity = resource.Quantity

// amount is a quantity of a resource.
type amount struct {
	name string
	q    quantity
}

// amounts are quantities by name, in no order. They are few, so a list is faster than a map. No two share state, as plain
// copies of quantities do.
type amounts []amount

func (a amounts) index(name string) int {
	for i := range a {
		if a[i].name == name {
			return i
		}
	}
	return -1
}

func (a amounts) get(name string) (quantity, bool) {
	if i := a.index(name); i >= 0 {
		return a[i].q, true
	}
	return quantity{}, false
}

// of is a quantity, nought where there is none.
func (a amounts) of(name string) quantity {
	q, _ := a.get(name)
	return q
}

func (a *amounts) set(name string, q quantity) {
	if i := a.index(name); i >= 0 {
		(*a)[i].q = q.DeepCopy()
		return
	}
	*a = append(*a, amount{name, q.DeepCopy()})
}

func (a *amounts) raise(name string, q quantity) {
	if i := a.index(name); i >= 0 {
		(*a)[i].q.Add(q)
		return
	}
	if *a == nil {
		*a = make(amounts, 0, 6)
	}
	*a = append(*a, amount{name, q.DeepCopy()})
}

func (a *amounts) add(more amounts) {
	for _, m := range more {
		a.raise(m.name, m.q)
	}
}

func (a *amounts) addTimes(one amounts, n int64) {
	for _, o := range one {
		a.raise(o.name, times(o.q, n))
	}
}

func (a *amounts) addCount(name string, n int64) {
	a.raise(name, *resource.NewQuantity(n, resource.DecimalSI))
}

// atLeast raises each resource to what other has.
func (a *amounts) atLeast(other amounts) {
	for _, o := range other {
		if have, ok := a.get(o.name); !ok || have.Cmp(o.q) < 0 {
			a.set(o.name, o.q)
		}
	}
}

// fill sets what a lacks.
func (a *amounts) fill(from amounts) {
	for _, f := range from {
		if a.index(f.name) < 0 {
			*a = append(*a, amount{f.name, f.q.DeepCopy()})
		}
	}
}

func (a *amounts) replace(with amounts) {
	for _, w := range with {
		a.set(w.name, w.q)
	}
}

func (a amounts) copy() amounts {
	out := make(amounts, 0, len(a)+2)
	out.fill(a)
	return out
}

// demand is the map that leaves the package.
func (a amounts) demand() Demand {
	d := make(Demand, len(a))
	for _, m := range a {
		d[m.name] = m.q.DeepCopy()
	}
	return d
}

// add raises one resource. Quantities share state when copied, so the sum is a copy of its own.
func (d Demand) add(name string, q quantity) {
	sum := d[name].DeepCopy()
	sum.Add(q)
	d[name] = sum
}

func (d Demand) addAll(more amounts) {
	for _, m := range more {
		d.add(m.name, m.q)
	}
}

func (d Demand) addTimes(one amounts, n int64) {
	for _, o := range one {
		d.add(o.name, times(o.q, n))
	}
}

// times multiplies exactly. The library multiplies fractions by big numbers, so whole thousandths go by themselves.
func times(q quantity, n int64) quantity {
	if milli := q.MilliValue(); n > 0 && milli <= math.MaxInt64/n {
		if whole := resource.NewMilliQuantity(milli, q.Format); whole.Cmp(q) == 0 {
			return *resource.NewMilliQuantity(milli*n, q.Format)
		}
	}
	q = q.DeepCopy()
	q.Mul(n)
	return q
}

// parse reads a quantity as it may stand in a tree; false if it is none, or negative. The largest exponents are refused, since
// the library would write the number out.
func parse(v any) (resource.Quantity, bool) {
	var text string
	switch x := v.(type) {
	case string:
		text = x
	case int64:
		return *resource.NewQuantity(x, resource.DecimalSI), x >= 0
	case float64:
		text = strconv.FormatFloat(x, 'g', -1, 64)
	default:
		return resource.Quantity{}, false
	}
	if len(text) > 40 {
		return resource.Quantity{}, false
	}
	if e := strings.IndexAny(text, "eE"); e >= 0 && len(strings.Trim(text[e+1:], "+-0")) > 2 {
		return resource.Quantity{}, false
	}
	q, err := resource.ParseQuantity(text)
	return q, err == nil && q.Sign() >= 0
}

// requested is the name under which a quota counts what a container requests.
func requested(name string) string {
	switch name {
	case "cpu":
		return "requests.cpu"
	case "memory":
		return "requests.memory"
	case "ephemeral-storage":
		return "requests.ephemeral-storage"
	}
	return "requests." + name
}

// limited is the name under which a quota counts a limit; empty if it counts none.
func limited(name string) string {
	switch name {
	case "cpu":
		return "limits.cpu"
	case "memory":
		return "limits.memory"
	case "ephemeral-storage":
		return "limits.ephemeral-storage"
	}
	return ""
}

// counted translates what a container requests and is limited to into what a quota counts.
func counted(requests, limits amounts) amounts {
	d := make(amounts, 0, len(requests)+len(limits)+1)
	for _, r := range requests {
		d.set(requested(r.name), r.q)
	}
	for _, l := range limits {
		if name := limited(l.name); name != "" {
			d.set(name, l.q)
		}
	}
	return d
}

// proportion is q*top/base, rounded up to the smallest unit that quantities have.
func proportion(q, top, base quantity) quantity {
	q, top, base = q.DeepCopy(), top.DeepCopy(), base.DeepCopy() // AsDec changes what it is called on
	product := new(inf.Dec).Mul(q.AsDec(), top.AsDec())
	format := q.Format
	return *resource.NewDecimalQuantity(*new(inf.Dec).QuoRound(product, base.AsDec(), nano, inf.RoundUp), format)
}
