package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// effectRows are what becomes of the tenants, equal rows once: the tenants, their environments, then the other
// columns. Columns that say nothing are left out. The last column is the one that may be long.
func effectRows(p plan.Plan, width int) (heads []phrase, rows [][]string) {
	t := words().Plan
	heads = []phrase{t.Tenant, t.Environment, t.Objects, t.Restarted, t.Found, t.Costs, t.Quota}
	var list []effectRow
	for _, tenant := range p.Tenants {
		for _, e := range tenant.Environments {
			list = append(list, effectRow{[]string{Clean(tenant.Name)}, []string{Clean(e.Environment)}, effectCells(e)})
		}
	}
	list = merge(list, func(r effectRow) []string { return slices.Concat(r.environments, r.cells) }, func(r *effectRow, o effectRow) { r.tenants = append(r.tenants, o.tenants...) })
	list = merge(list, func(r effectRow) []string { return slices.Concat(r.tenants, r.cells) }, func(r *effectRow, o effectRow) { r.environments = append(r.environments, o.environments...) })
	for _, r := range list {
		rows = append(rows, append([]string{naming(r.tenants, width), naming(r.environments, width)}, r.cells...))
	}
	for column := len(heads) - 1; column > 2; column-- {
		if !slices.ContainsFunc(rows, func(row []string) bool { return row[column] != "" }) {
			heads = slices.Delete(heads, column, column+1)
			for i := range rows {
				rows[i] = slices.Delete(rows[i], column, column+1)
			}
		}
	}
	return heads, rows
}

type effectRow struct{ tenants, environments, cells []string }

// merge joins rows of one key into the first of them.
func merge(rows []effectRow, key func(effectRow) []string, join func(*effectRow, effectRow)) []effectRow {
	var out []effectRow
	at := map[string]int{}
	for _, r := range rows {
		k := strings.Join(key(r), "\x00")
		if i, ok := at[k]; ok {
			join(&out[i], r)
			continue
		}
		at[k], out = len(out), append(out, r)
	}
	return out
}

func effectCells(e plan.Effect) []string {
	t := words().Plan
	objects := countsText(e.Added, e.Changed, e.Recreated, e.Removed)
	switch e.Action {
	case plan.Added:
		objects += " (" + string(t.Comes) + ")"
	case plan.Removed:
		objects += " (" + string(t.Goes) + ")"
	}
	cost := ""
	if e.Cost != nil {
		cost = signedMoney(e.Cost.New-e.Cost.Old) + " " + Clean(e.Cost.Currency)
	}
	return []string{strings.TrimSpace(objects), counts("", len(e.Restarts)), foundText(e), cost, strings.Join(amountsText(e), ", ")}
}

// foundText counts findings that come and go: +1 -2.
func foundText(e plan.Effect) string {
	return strings.TrimSpace(counts("+", e.New) + " " + counts("-", e.Fixed))
}

// counts is a number, empty for none.
func counts(sign string, n int) string {
	if n == 0 {
		return ""
	}
	return sign + strconv.Itoa(n)
}

// tierLines say who gets another tier, and what that takes away; equal ones once.
func tierLines(p plan.Plan, width int) []string {
	t := words().Plan
	var order []string
	places := map[string][]plan.Place{}
	of := map[string]plan.Effect{}
	for _, tenant := range p.Tenants {
		for _, e := range tenant.Environments {
			if e.OldTier == "" || e.NewTier == "" || e.OldTier == e.NewTier && len(e.Loses) == 0 {
				continue
			}
			key := strings.Join(append([]string{e.OldTier, e.NewTier}, e.Loses...), "\x00")
			if places[key] == nil {
				order = append(order, key)
			}
			places[key], of[key] = append(places[key], plan.Place{Tenant: tenant.Name, Environment: e.Environment}), e
		}
	}
	var lines []string
	for _, key := range order {
		e := of[key]
		text := t.Tier.with("places", placesText(places[key], width), "old", e.OldTier, "new", e.NewTier)
		if len(e.Loses) > 0 {
			text = t.Loses.with("text", text, "loses", strings.Join(e.Loses, ", "))
		}
		lines = append(lines, Clean(text))
	}
	return lines
}
