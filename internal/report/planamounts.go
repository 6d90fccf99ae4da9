package report

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/plan"
)

func quantity(q *resource.Quantity) string {
	if q == nil {
		return string(words().Plan.None)
	}
	return q.String()
}

// amountText is a quantity before and after, both in one unit: 1927 → 1934.93, and not 1934930m.
func amountText(a plan.Amount) string {
	old, new := quantity(a.Old), quantity(a.New)
	if x, y, ok := sameUnit(a.Old, a.New); ok {
		old, new = x, y
	}
	return old + " → " + new
}

// units are those that a quantity is written in.
var units = map[string]*big.Rat{
	"n": big.NewRat(1, 1e9), "u": big.NewRat(1, 1e6), "m": big.NewRat(1, 1e3), "": big.NewRat(1, 1),
	"k": big.NewRat(1e3, 1), "M": big.NewRat(1e6, 1), "G": big.NewRat(1e9, 1), "T": big.NewRat(1e12, 1), "P": big.NewRat(1e15, 1), "E": big.NewRat(1e18, 1),
	"Ki": big.NewRat(1<<10, 1), "Mi": big.NewRat(1<<20, 1), "Gi": big.NewRat(1<<30, 1), "Ti": big.NewRat(1<<40, 1), "Pi": big.NewRat(1<<50, 1), "Ei": big.NewRat(1<<60, 1),
}

// sameUnit writes two quantities in the larger unit of the two where three digits after the point suffice for both, and
// else in the smaller one. It is false for what has one unit already, and for what cannot be written so.
func sameUnit(a, b *resource.Quantity) (string, string, bool) {
	if a == nil || b == nil || a.IsZero() || b.IsZero() {
		return "", "", false
	}
	of, other := unitOf(a), unitOf(b)
	if of == other || units[of] == nil || units[other] == nil {
		return "", "", false
	}
	if units[of].Cmp(units[other]) < 0 {
		of, other = other, of
	}
	for _, unit := range []string{of, other} {
		x, exact := inUnit(a, unit)
		y, alsoExact := inUnit(b, unit)
		if exact && alsoExact {
			return x, y, true
		}
	}
	return "", "", false
}

func unitOf(q *resource.Quantity) string { return strings.TrimLeft(q.String(), "+-.0123456789") }

// inUnit writes a quantity with as few digits as it takes; false if three after the point do not suffice.
func inUnit(q *resource.Quantity, unit string) (string, bool) {
	whole := q.DeepCopy()
	value, ok := new(big.Rat).SetString(whole.AsDec().String())
	if !ok {
		return "", false
	}
	value.Quo(value, units[unit])
	text := value.FloatString(3)
	back, _ := new(big.Rat).SetString(text)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + unit, back.Cmp(value) == 0
}

// money is a sum with two digits; -0.00 is none.
func money(sum float64) string {
	text := strconv.FormatFloat(sum, 'f', 2, 64)
	if text == "-0.00" {
		return "0.00"
	}
	return text
}

func signedMoney(sum float64) string {
	text := money(sum)
	if !strings.HasPrefix(text, "-") {
		text = "+" + text
	}
	return text
}

// costText is a cost before and after with its parts: 12.00 → 15.00 EUR a month (+3.00): compute +3.00.
func costText(c *plan.Cost) string {
	if len(c.Parts) == 0 {
		return string(words().Plan.CostSame)
	}
	text := words().Plan.Cost.with("old", money(c.Old), "new", money(c.New), "currency", c.Currency, "difference", signedMoney(c.New-c.Old))
	var parts []string
	for _, p := range c.Parts {
		parts = append(parts, partWord(p.Name)+" "+signedMoney(p.New-p.Old))
	}
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return Clean(text)
}

func partWord(name string) string {
	t := words().Cost
	switch name {
	case "compute":
		return string(t.Compute)
	case "memory":
		return string(t.Memory)
	case "storage":
		return string(t.Storage)
	case "databases":
		return string(t.Databases)
	case "load balancers":
		return string(t.LoadBalancers)
	}
	return name
}

// principal are the amounts that people plan with, and that are told first; most is how many are told.
var principal = []string{
	"requests.cpu", "requests.memory", "requests.storage", "limits.memory", "limits.cpu", "pods", "persistentvolumeclaims", "services.loadbalancers",
}

const mostAmounts = 4

// amountsText is what becomes of quotas, and of what the workloads ask for of the principal amounts, these first:
// requests.cpu 2 → 4 (asked 1 → 3).
func amountsText(e plan.Effect) []string {
	t := words().Plan
	quotas, asked := byName(e.Quota), byName(e.Steady)
	var names []string
	for _, name := range principal {
		if quotas[name] != "" || asked[name] != "" {
			names = append(names, name)
		}
	}
	for _, a := range e.Quota {
		if !slices.Contains(names, a.Name) {
			names = append(names, a.Name)
		}
	}
	var out []string
	for i, name := range names {
		if i == mostAmounts && len(names) > mostAmounts+1 {
			return append(out, t.MoreAmounts.of(len(names)-i))
		}
		text := name
		if quotas[name] != "" {
			text += " " + quotas[name]
		}
		switch {
		case asked[name] != "" && quotas[name] != "":
			text += " (" + t.Asked.with("amount", asked[name]) + ")"
		case asked[name] != "":
			text += " " + t.Asked.with("amount", asked[name])
		}
		out = append(out, Clean(text))
	}
	return out
}

// byName are amounts before and after.
func byName(amounts []plan.Amount) map[string]string {
	out := map[string]string{}
	for _, a := range amounts {
		out[a.Name] = amountText(a)
	}
	return out
}

// total adds up what quotas allow of the principal amounts over all tenants, where it changes.
func total(p plan.Plan) []plan.Amount {
	sums := map[string]plan.Amount{}
	for _, t := range p.Tenants {
		for _, e := range t.Environments {
			for _, q := range e.Quota {
				sum, ok := sums[q.Name]
				if !ok {
					sum = plan.Amount{Name: q.Name, Old: &resource.Quantity{}, New: &resource.Quantity{}}
					sums[q.Name] = sum
				}
				add(sum.Old, q.Old)
				add(sum.New, q.New)
			}
		}
	}
	var out []plan.Amount
	for _, name := range principal {
		if sum, ok := sums[name]; ok && sum.Old.Cmp(*sum.New) != 0 {
			out = append(out, sum)
		}
	}
	return out
}

func add(sum, q *resource.Quantity) {
	if q != nil {
		sum.Add(*q)
	}
}
