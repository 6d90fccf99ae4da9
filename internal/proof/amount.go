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

// amounts are quantities by the resource names that containers use: cpu, memory.
type (
	quantity = resource.Quantity
	amounts  map[string]quantity
)

// add raises one resource. Quantities share state when copied, so the sum is a copy of its own.
func (d Demand) add(name string, q resource.Quantity) {
	sum := d[name].DeepCopy()
	sum.Add(q)
	d[name] = sum
}

func (d Demand) addAll(more Demand) {
	for name, q := range more {
		d.add(name, q)
	}
}

func (d Demand) addCount(name string, n int64) {
	d.add(name, *resource.NewQuantity(n, resource.DecimalSI))
}

func (d Demand) addTimes(one Demand, n int64) {
	if n == 0 {
		return
	}
	for name, q := range one {
		d.add(name, times(q, n))
	}
}

// atLeast raises each resource to what other has.
func (d Demand) atLeast(other Demand) {
	for name, q := range other {
		if have, ok := d[name]; !ok || have.Cmp(q) < 0 {
			d[name] = q.DeepCopy()
		}
	}
}

func (a amounts) add(more amounts) {
	for name, q := range more {
		sum := a[name].DeepCopy()
		sum.Add(q)
		a[name] = sum
	}
}

func (a amounts) atLeast(other amounts) { Demand(a).atLeast(Demand(other)) }

// fill sets what a lacks.
func (a amounts) fill(from amounts) {
	for name, q := range from {
		if _, ok := a[name]; !ok {
			a[name] = q.DeepCopy()
		}
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
func counted(requests, limits amounts) Demand {
	d := make(Demand, len(requests)+len(limits)+1)
	for name, q := range requests {
		d[requested(name)] = q.DeepCopy()
	}
	for name, q := range limits {
		if name = limited(name); name != "" {
			d[name] = q.DeepCopy()
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
