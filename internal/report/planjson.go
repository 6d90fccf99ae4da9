package report

import (
	_ "embed"
	"io"
	"iter"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// PlanSchema is the JSON Schema of the JSON form of a plan, in the draft of 2020-12.
//
//go:embed plan.schema.json
var PlanSchema []byte

// The JSON form of a plan; docs/plan.md describes it. Lists are never null. Counts come first and the longest
// list last, so that a reader may stop early.
type (
	jsonPlan struct {
		APIVersion string          `json:"apiVersion"`
		Kind       string          `json:"kind"`
		Base       string          `json:"base"`
		Head       string          `json:"head"`
		Digest     string          `json:"digest"`
		Summary    jsonPlanSummary `json:"summary"`
		Cost       *jsonCost       `json:"cost"`
		Skipped    []any           `json:"skipped"`
		Findings   jsonFindings    `json:"findings"`
		Groups     []any           `json:"groups"`
		Tenants    []any           `json:"tenants"`
	}
	jsonPlanSummary struct {
		Tenants           int                `json:"tenants"`
		Environments      int                `json:"environments"`
		Unchanged         int                `json:"unchanged"`
		Held              int                `json:"held"`
		Groups            int                `json:"groups"`
		Objects           jsonCounts         `json:"objects"`
		Restarts          int                `json:"restarts"`
		ProtectedRestarts int                `json:"protectedRestarts"`
		Risks             map[plan.Class]int `json:"risks"`
		Findings          jsonFound          `json:"findings"`
	}
	jsonCounts struct {
		Added     int `json:"added"`
		Changed   int `json:"changed"`
		Removed   int `json:"removed"`
		Recreated int `json:"recreated"`
	}
	jsonFound struct {
		New       int `json:"new"`
		Fixed     int `json:"fixed"`
		Unchanged int `json:"unchanged"`
		Waived    int `json:"waived"`
	}
	jsonCost struct {
		Currency string         `json:"currency"`
		Old      float64        `json:"old"`
		New      float64        `json:"new"`
		Parts    []jsonCostPart `json:"parts"`
	}
	jsonCostPart struct {
		Name string  `json:"name"`
		Old  float64 `json:"old"`
		New  float64 `json:"new"`
	}
	jsonFindings struct {
		New       []finding `json:"new"`
		Fixed     []finding `json:"fixed"`
		Unchanged int       `json:"unchanged"`
		Waived    int       `json:"waived"`
	}
	jsonGroup struct {
		Causes  []jsonCause        `json:"causes"`
		Places  []plan.Place       `json:"places"`
		Varies  bool               `json:"varies"`
		Risks   []jsonRisk         `json:"risks"`
		Objects []jsonObjectChange `json:"objects"`
	}
	jsonCause struct {
		File   string `json:"file"`
		Line   int    `json:"line"`
		Column int    `json:"column"`
		Field  string `json:"field"`
		Old    any    `json:"old"`
		New    any    `json:"new"`
	}
	jsonObjectChange struct {
		Action   plan.Action `json:"action"`
		Object   jsonKey     `json:"object"`
		Subject  string      `json:"subject"`
		Restarts bool        `json:"restarts"`
		Fields   []jsonField `json:"fields"`
	}
	jsonKey struct {
		Group     string `json:"group"`
		Kind      string `json:"kind"`
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	}
	jsonField struct {
		Action plan.Action `json:"action"`
		Path   string      `json:"path"`
		Named  string      `json:"named"`
		Old    any         `json:"old"`
		New    any         `json:"new"`
		Hidden bool        `json:"hidden"`
	}
	jsonRisk struct {
		Class    plan.Class        `json:"class"`
		Severity manifest.Severity `json:"severity"`
		plan.Place
		Places  int      `json:"places"`
		Object  *jsonKey `json:"object"`
		Path    string   `json:"path"`
		Message string   `json:"message"`
		Remedy  string   `json:"remedy"`
		File    string   `json:"file"`
		Line    int      `json:"line"`
		Column  int      `json:"column"`
	}
	jsonTenant struct {
		Name         string       `json:"name"`
		Action       plan.Action  `json:"action"`
		Held         bool         `json:"held"`
		Stays        string       `json:"stays"`
		Environments []jsonEffect `json:"environments"`
	}
	jsonEffect struct {
		Environment string       `json:"environment"`
		Protected   bool         `json:"protected"`
		Action      plan.Action  `json:"action"`
		Objects     jsonCounts   `json:"objects"`
		Restarts    []string     `json:"restarts"`
		OldTier     string       `json:"oldTier"`
		NewTier     string       `json:"newTier"`
		Loses       []string     `json:"loses"`
		Quota       []jsonAmount `json:"quota"`
		Steady      []jsonAmount `json:"steady"`
		Cost        *jsonCost    `json:"cost"`
		Findings    jsonFound    `json:"findings"`
		Risks       []jsonRisk   `json:"risks"`
	}
	jsonAmount struct {
		Name string             `json:"name"`
		Old  *resource.Quantity `json:"old"`
		New  *resource.Quantity `json:"new"`
	}
)

func writePlanJSON(w io.Writer, p plan.Plan) error {
	return indented.write(w, jsonPlan{
		APIVersion: "tenantsmith.dev/v1alpha1", Kind: "Plan", Base: p.Base, Head: p.Head, Digest: p.Digest,
		Summary: toSummary(p), Cost: toCost(p.Cost), Skipped: []any{},
		Findings: jsonFindings{New: toFindings(p.Findings.New), Fixed: toFindings(p.Findings.Fixed), Unchanged: p.Findings.Unchanged, Waived: p.Findings.Waived},
		Groups:   []any{}, Tenants: []any{},
	},
		long{"skipped", 2, inForm(p.Skipped, func(s plan.Skipped) plan.Skipped { return plan.Skipped{What: s.What, Reason: redacted(s.Reason)} })},
		long{"groups", 2, inForm(p.Groups, toGroup)},
		long{"tenants", 2, inForm(p.Tenants, toTenant)},
	)
}

// inForm are the elements of a list in another form, each made when it is written.
func inForm[A, B any](list []A, to func(A) B) iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, v := range list {
			if !yield(to(v)) {
				return
			}
		}
	}
}

// mapped turns a list into another one, which is never null.
func mapped[A, B any](list []A, to func(A) B) []B {
	out := make([]B, len(list))
	for i, v := range list {
		out[i] = to(v)
	}
	return out
}

func toSummary(p plan.Plan) jsonPlanSummary {
	s := p.Summary
	out := jsonPlanSummary{
		Tenants: s.Tenants, Environments: s.Environments, Unchanged: s.Unchanged, Held: len(heldTenants(p)), Groups: s.Groups,
		Objects:  jsonCounts{s.Added, s.Changed, s.Removed, s.Recreated},
		Restarts: s.Restarts, ProtectedRestarts: s.ProtectedRestarts, Risks: map[plan.Class]int{},
		Findings: jsonFound{len(p.Findings.New), len(p.Findings.Fixed), p.Findings.Unchanged, p.Findings.Waived},
	}
	for _, class := range riskClasses {
		out.Risks[class] = s.Risks[class]
	}
	return out
}

func toCost(c *plan.Cost) *jsonCost {
	if c == nil {
		return nil
	}
	return &jsonCost{c.Currency, c.Old, c.New, mapped(c.Parts, func(p plan.CostPart) jsonCostPart { return jsonCostPart(p) })}
}

func toFindings(ps []manifest.Problem) []finding { return mapped(redactedProblems(ps), toFinding) }

func toGroup(g plan.Group) jsonGroup {
	return jsonGroup{
		Causes: mapped(g.Causes, toCause), Places: append([]plan.Place{}, g.Places...), Varies: g.Varies,
		Risks: mapped(g.Risks, toRisk), Objects: mapped(g.Objects, toObjectChange),
	}
}

func toCause(c plan.Cause) jsonCause {
	c = shownCause(c)
	return jsonCause{c.File, c.Line, c.Column, c.Field, c.Old, c.New}
}

func toObjectChange(o plan.ObjectChange) jsonObjectChange {
	return jsonObjectChange{
		Action: o.Action, Object: jsonKey(o.Object), Subject: o.Subject, Restarts: o.Restarts, Fields: mapped(shownFields(o), toField),
	}
}

func toField(f shownField) jsonField {
	action := plan.Changed
	switch {
	case f.Added:
		action = plan.Added
	case f.Removed:
		action = plan.Removed
	}
	return jsonField{action, f.Path.String(), f.Named, f.Old, f.New, f.Hidden}
}

func toRisk(r plan.Risk) jsonRisk {
	out := jsonRisk{
		Class: r.Class, Severity: r.Severity, Place: r.Place, Places: max(r.Places, 1), Path: r.Path.String(),
		Message: redacted(r.Message), Remedy: redacted(r.Remedy), File: r.Cause.File, Line: r.Cause.Line, Column: r.Cause.Column,
	}
	if r.Object != (manifest.Key{}) {
		key := jsonKey(r.Object)
		out.Object = &key
	}
	return out
}

func toTenant(t plan.Tenant) jsonTenant {
	return jsonTenant{Name: t.Name, Action: t.Action, Held: t.Held, Stays: t.Stays, Environments: mapped(t.Environments, toEffect)}
}

func toEffect(e plan.Effect) jsonEffect {
	return jsonEffect{
		Environment: e.Environment, Protected: e.Protected, Action: e.Action,
		Objects:  jsonCounts{e.Added, e.Changed, e.Removed, e.Recreated},
		Restarts: append([]string{}, e.Restarts...), OldTier: e.OldTier, NewTier: e.NewTier, Loses: append([]string{}, e.Loses...),
		Quota: mapped(e.Quota, toAmount), Steady: mapped(e.Steady, toAmount), Cost: toCost(e.Cost),
		Findings: jsonFound{e.New, e.Fixed, e.Unchanged, e.Waived}, Risks: mapped(e.Risks, toRisk),
	}
}

func toAmount(a plan.Amount) jsonAmount { return jsonAmount(a) }
