package proof

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// limitRange is a LimitRange as the API server keeps it, its own defaults filled in.
type limitRange struct {
	name           string
	limit, request amounts // what a container gets that says nothing
	items          []limitItem
}

type limitItem struct {
	kind                string
	max, min, mostRatio amounts
}

func (w *work) limitRange() limitRange {
	r := limitRange{name: w.key.Name}
	for _, v := range list(w.object.Tree, "spec", "limits") {
		item := limitItem{
			kind: text(v, "type"), max: w.amounts(v, "max"), min: w.amounts(v, "min"), mostRatio: w.amounts(v, "maxLimitRequestRatio"),
		}
		if item.kind == "Container" {
			limit, request := w.amounts(v, "default"), w.amounts(v, "defaultRequest")
			limit.fill(item.max)
			request.fill(limit)
			request.fill(item.min)
			r.limit.replace(limit)
			r.request.replace(request)
		}
		r.items = append(r.items, item)
	}
	return r
}

// amounts reads a map of quantities. What is none is a problem, and left out.
func (w *work) amounts(tree any, keys ...string) amounts {
	m, _ := get(tree, keys...).(map[string]any)
	a := make(amounts, 0, len(m)+1)
	for name, v := range m {
		q, ok := parse(v)
		if !ok {
			w.unreadable(name, v)
			continue
		}
		a = append(a, amount{name, q})
	}
	return a
}

// defaults gives a container what the LimitRanges say where it says nothing.
func (w *work) defaults(c *container) {
	for _, r := range w.here().limits {
		c.limits.fill(r.limit)
		c.requests.fill(r.request)
	}
}

// bounds reports what the LimitRanges refuse of a subject of their kind: Container, Pod or PersistentVolumeClaim.
func (w *work) bounds(kind, subject string, requests, limits amounts, at manifest.Path) {
	for _, r := range w.here().limits {
		for _, item := range r.items {
			if item.kind != kind {
				continue
			}
			for _, fault := range item.faults(requests, limits, kind == "PersistentVolumeClaim") {
				w.refuse(fmt.Sprintf("%s%s of LimitRange %s", subject, fault, r.name), at)
			}
		}
	}
}

func (w *work) refuse(message string, at manifest.Path) {
	const remedy = "keep its requests and limits within the LimitRange"
	w.out.Refused = append(w.out.Refused, w.problem(manifest.High, CheckRefused, message, remedy, at))
}

// faults says which bounds are broken, in no order. A claim has no limits.
func (i limitItem) faults(requests, limits amounts, claim bool) []string {
	var out []string
	for _, least := range i.min {
		out = append(out, below("request", least, requests, true)...)
		out = append(out, below("limit", least, limits, false)...)
	}
	for _, most := range i.max {
		out = append(out, above("request", most, requests, claim)...)
		if !claim {
			out = append(out, above("limit", most, limits, true)...)
		}
	}
	for _, most := range i.mostRatio {
		out = append(out, ratio(most, requests, limits)...)
	}
	return out
}

func below(what string, least amount, have amounts, needed bool) []string {
	q, ok := have.get(least.name)
	switch {
	case !ok && needed:
		return []string{fmt.Sprintf("has no %s of %s, below the minimum %s", what, least.name, least.q.String())}
	case ok && q.Cmp(least.q) < 0:
		return []string{fmt.Sprintf("has a %s of %s %s, below the minimum %s", what, q.String(), least.name, least.q.String())}
	}
	return nil
}

func above(what string, most amount, have amounts, needed bool) []string {
	q, ok := have.get(most.name)
	switch {
	case !ok && needed:
		return []string{fmt.Sprintf("has no %s of %s, which the maximum %s demands", what, most.name, most.q.String())}
	case ok && q.Cmp(most.q) > 0:
		return []string{fmt.Sprintf("has a %s of %s %s, above the maximum %s", what, q.String(), most.name, most.q.String())}
	}
	return nil
}

// ratio compares limit/request with its maximum by multiplying, without rounding.
func ratio(most amount, requests, limits amounts) []string {
	request, limit := requests.of(most.name), limits.of(most.name)
	if request.IsZero() || limit.IsZero() {
		return []string{fmt.Sprintf("has no request and limit of %s, which the largest ratio %s demands", most.name, most.q.String())}
	}
	product, bound := request.DeepCopy(), most.q.DeepCopy() // AsDec changes what it is called on
	allowed := product.AsDec()
	allowed.Mul(allowed, bound.AsDec())
	have := limit.DeepCopy()
	if have.AsDec().Cmp(allowed) <= 0 {
		return nil
	}
	return []string{fmt.Sprintf("has a limit of %s %s for a request of %s, above the largest ratio %s",
		limit.String(), most.name, request.String(), most.q.String())}
}
