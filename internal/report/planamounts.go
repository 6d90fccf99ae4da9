package report

import (
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
		out[a.Name] = quantity(a.Old) + " → " + quantity(a.New)
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
