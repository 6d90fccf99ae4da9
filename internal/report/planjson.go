package report

import (
	_ "embed"
	"io"

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
	s := newJSONStream(w)
	s.field("apiVersion", "tenantsmith.dev/v1alpha1")
	s.field("kind", "Plan")
	s.field("base", p.Base)
	s.field("head", p.Head)
	s.field("digest", p.Digest)
	s.field("summary", toSummary(p))
	s.field("cost", toCost(p.Cost))
	s.list("skipped", len(p.Skipped), func(i int) any {
		return plan.Skipped{What: p.Skipped[i].What, Reason: redacted(p.Skipped[i].Reason)}
	})
	s.field("findings", jsonFindings{New: toFindings(p.Findings.New), Fixed: toFindings(p.Findings.Fixed), Unchanged: p.Findings.Unchanged})
	s.list("groups", len(p.Groups), func(i int) any { return toGroup(p.Groups[i]) })
	s.list("tenants", len(p.Tenants), func(i int) any { return toTenant(p.Tenants[i]) })
	return s.end()
}

// each turns a list into another one, which is never null.
func each[A, B any](list []A, to func(A) B) []B {
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
		Findings: jsonFound{len(p.Findings.New), len(p.Findings.Fixed), p.Findings.Unchanged},
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
	return &jsonCost{c.Currency, c.Old, c.New, each(c.Parts, func(p plan.CostPart) jsonCostPart { return jsonCostPart(p) })}
}

func toFindings(ps []manifest.Problem) []finding { return each(redactedProblems(ps), toFinding) }

func toGroup(g plan.Group) jsonGroup {
	return jsonGroup{
		Causes: each(g.Causes, toCause), Places: append([]plan.Place{}, g.Places...), Varies: g.Varies,
		Risks: each(g.Risks, toRisk), Objects: each(g.Objects, toObjectChange),
	}
}

func toCause(c plan.Cause) jsonCause {
	c = shownCause(c)
	return jsonCause{c.File, c.Line, c.Column, c.Field, c.Old, c.New}
}

func toObjectChange(o plan.ObjectChange) jsonObjectChange {
	return jsonObjectChange{
		Action: o.Action, Object: jsonKey(o.Object), Subject: o.Subject, Restarts: o.Restarts, Fields: each(shownFields(o), toField),
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
	return jsonTenant{Name: t.Name, Action: t.Action, Held: t.Held, Environments: each(t.Environments, toEffect)}
}

func toEffect(e plan.Effect) jsonEffect {
	return jsonEffect{
		Environment: e.Environment, Protected: e.Protected, Action: e.Action,
		Objects:  jsonCounts{e.Added, e.Changed, e.Removed, e.Recreated},
		Restarts: append([]string{}, e.Restarts...), OldTier: e.OldTier, NewTier: e.NewTier, Loses: append([]string{}, e.Loses...),
		Quota: each(e.Quota, toAmount), Steady: each(e.Steady, toAmount), Cost: toCost(e.Cost),
		Findings: jsonFound{e.New, e.Fixed, e.Unchanged}, Risks: each(e.Risks, toRisk),
	}
}

func toAmount(a plan.Amount) jsonAmount { return jsonAmount(a) }
