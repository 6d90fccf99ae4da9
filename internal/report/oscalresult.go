package report

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	oscal "github.com/defenseunicorns/go-oscal/src/types/oscal-1-1-3"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// attestor is the role of people who vouch for something.
const attestor = "attestor"

// result is what the manifests of a tenant show.
func (a assessment) result(t *assessed) oscal.Result {
	text := words().OSCAL
	r := oscal.Result{
		UUID: a.id("result", t.name), Title: text.Title.with("tenant", t.name), Description: string(text.Description), Start: a.day,
		Attestations: listed(a.attestations(t.name)),
	}
	var observations []oscal.Observation
	var risks []oscal.Risk
	var findings []oscal.Finding
	items := a.places(t)
	seen := map[string]bool{}
	for _, f := range t.frameworks {
		r.ReviewedControls.ControlSelections = append(r.ReviewedControls.ControlSelections, selected(f))
		for _, c := range f.Controls {
			findings = append(findings, a.finding(t, f, c))
			for _, check := range c.Checks {
				if check.Result == NotAsked || seen[check.ID] {
					continue
				}
				seen[check.ID] = true
				observations = append(observations, a.observation(t, check))
				risks = append(risks, a.risks(t, check)...)
				items = append(items, a.items(t, check)...)
			}
		}
	}
	slices.SortStableFunc(items, func(x, y oscal.InventoryItem) int { return strings.Compare(x.UUID, y.UUID) })
	items = slices.CompactFunc(items, func(x, y oscal.InventoryItem) bool { return x.UUID == y.UUID })
	r.Observations, r.Risks, r.Findings = listed(observations), listed(risks), listed(findings)
	r.LocalDefinitions = &oscal.LocalDefinitions{Components: &[]oscal.SystemComponent{a.tool()}, InventoryItems: listed(items)}
	return r
}

// selected are the controls of a framework.
func selected(f Framework) oscal.AssessedControls {
	var ids []oscal.AssessedControlsSelectControlById
	for _, c := range f.Controls {
		ids = append(ids, oscal.AssessedControlsSelectControlById{ControlId: anchor(f.ID, c.ID)})
	}
	return oscal.AssessedControls{Description: f.title() + ": " + f.Scope, IncludeControls: listed(ids)}
}

func (a assessment) tool() oscal.SystemComponent {
	return oscal.SystemComponent{
		UUID: a.lasting("tool"), Type: "software", Title: string(words().Compliance.Tool), Description: string(words().OSCAL.Tool),
		Status: oscal.SystemComponentStatus{State: "operational"}, Props: listed(properties("version", a.report.Version)),
	}
}

func (a assessment) origins() *[]oscal.Origin {
	return &[]oscal.Origin{{Actors: []oscal.OriginActor{{Type: "tool", ActorUuid: a.lasting("tool")}}}}
}

// finding is the status of a control. Manifests that show a part of it satisfy nothing, and neither does
// a word that nobody checked.
func (a assessment) finding(t *assessed, f Framework, c Control) oscal.Finding {
	out := oscal.Finding{
		UUID: a.id("finding", t.name, f.ID, c.ID), Title: c.ID + " " + c.Title, Origins: a.origins(),
		Description: words().OSCAL.Finding.with("status", c.Status.word(), "meaning", c.Status.meaning()),
		Target:      oscal.FindingTarget{Type: "objective-id", TargetId: anchor(f.ID, c.ID), Status: objective(c), Remarks: c.NotShown},
		Props:       listed(properties("framework", f.ID, "control", c.ID, "class", c.Class, "status", string(c.Status))),
	}
	var observed []oscal.RelatedObservation
	var risks []oscal.AssociatedRisk
	var unasked []string
	for _, check := range c.Checks {
		if check.Result == NotAsked {
			unasked = append(unasked, check.ID+": "+check.said())
			continue
		}
		if len(check.NotAskedIn) > 0 {
			unasked = append(unasked, check.ID+": "+check.said())
		}
		observed = append(observed, oscal.RelatedObservation{ObservationUuid: a.id("observation", t.name, check.ID)})
		for _, risk := range a.risks(t, check) {
			risks = append(risks, oscal.AssociatedRisk{RiskUuid: risk.UUID})
		}
	}
	out.RelatedObservations, out.RelatedRisks, out.Remarks = listed(observed), listed(risks), strings.Join(unasked, "\n")
	return out
}

// objective is the status in the two words that OSCAL has.
func objective(c Control) oscal.ObjectiveStatus {
	switch c.Status {
	case Pass:
		return oscal.ObjectiveStatus{State: "satisfied", Reason: "pass"}
	case Fail, AcceptedRisk:
		return oscal.ObjectiveStatus{State: "not-satisfied", Reason: "fail", Remarks: c.Status.meaning()}
	}
	return oscal.ObjectiveStatus{State: "not-satisfied", Reason: "other", Remarks: c.Status.meaning()}
}

// observation is what a check found out about a tenant.
func (a assessment) observation(t *assessed, c ControlCheck) oscal.Observation {
	o := oscal.Observation{
		UUID: a.id("observation", t.name, c.ID), Title: c.Title, Collected: a.day, Methods: []string{"TEST"}, Origins: a.origins(),
		Description: words().OSCAL.Checked.with("check", c.ID, "objects", words().Counts.Objects.of(c.Objects), "result", c.said()),
		Types:       &[]string{"control-objective"},
		Props:       listed(properties("check", c.ID, "result", c.Result, "objects", fmt.Sprint(c.Objects))),
	}
	var subjects []oscal.SubjectReference
	items := a.items(t, c)
	if len(items) == 0 {
		items = a.places(t, c.NotAskedIn...)
	} else {
		o.Types = &[]string{"control-objective", "finding"}
	}
	for _, item := range items {
		subjects = append(subjects, oscal.SubjectReference{SubjectUuid: item.UUID, Type: "inventory-item", Title: item.Description})
	}
	var evidence []oscal.RelevantEvidence
	for _, g := range group(c.Findings) {
		evidence = append(evidence, oscal.RelevantEvidence{
			Href: link(g[0].File, g[0].Line), Description: g[0].Position.String() + ": " + g[0].Message,
			Props: listed(properties("severity", string(g[0].Severity), "waiver", g[0].Waiver)),
		})
	}
	o.Subjects, o.RelevantEvidence = listed(subjects), listed(evidence)
	return o
}

// places are the tenant's environments, without those in which a check was not asked.
func (a assessment) places(t *assessed, without ...Unasked) []oscal.InventoryItem {
	var out []oscal.InventoryItem
	for _, env := range t.environments {
		if slices.ContainsFunc(without, func(u Unasked) bool { return u.Environment == env }) {
			continue
		}
		out = append(out, oscal.InventoryItem{
			UUID: a.lasting("environment", t.name, env), Description: words().OSCAL.Environment.with("tenant", t.name, "environment", env),
			Props: listed(properties("tenant", t.name, "environment", env)),
		})
	}
	return out
}

// items are the objects that a check complains of, each once.
func (a assessment) items(t *assessed, c ControlCheck) []oscal.InventoryItem {
	var out []oscal.InventoryItem
	seen := map[string]bool{}
	for _, p := range c.Findings {
		name := p.Object.String()
		key := a.lasting("object", t.name, p.Environment, name)
		if p.Object.Kind == "" || seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, oscal.InventoryItem{
			UUID: key, Description: words().OSCAL.Object.with("object", name, "environment", p.Environment),
			Props: listed(properties("tenant", t.name, "environment", p.Environment, "kind", p.Object.Kind, "namespace", p.Object.Namespace, "name", p.Object.Name)),
		})
	}
	return out
}

// risks are what a check found: one that is open, and one for each waiver.
func (a assessment) risks(t *assessed, c ControlCheck) []oscal.Risk {
	byWaiver := map[string][]manifest.Problem{}
	var names []string
	for _, g := range group(c.Findings) {
		name := g[0].Waiver
		if byWaiver[name] == nil {
			names = append(names, name)
		}
		byWaiver[name] = append(byWaiver[name], g[0])
	}
	var out []oscal.Risk
	for _, name := range names {
		out = append(out, a.risk(t, c, a.report.waiver(name), byWaiver[name]))
	}
	return out
}

func (a assessment) risk(t *assessed, c ControlCheck, w Waiver, found []manifest.Problem) oscal.Risk {
	var lines []string
	for _, p := range found {
		lines = append(lines, p.Position.String()+": "+p.Message)
	}
	r := oscal.Risk{
		UUID: a.lasting("risk", t.name, c.ID, w.Name), Title: c.ID + " " + c.Title, Origins: a.origins(), Status: "open",
		Description: strings.Join(lines, "\n"), Statement: string(words().Meaning.Fail),
		RelatedObservations: &[]oscal.RelatedObservation{{ObservationUuid: a.id("observation", t.name, c.ID)}},
	}
	if remedy := found[0].Remedy; remedy != "" {
		r.Remediations = &[]oscal.Response{{
			UUID: a.lasting("remedy", t.name, c.ID, w.Name), Lifecycle: "recommendation", Title: heading(words().Label.Fix), Description: remedy,
		}}
	}
	if w.Name != "" {
		a.accept(&r, w)
	}
	return r
}

// accept makes a risk one that a waiver accepts until its last day.
func (a assessment) accept(r *oscal.Risk, w Waiver) {
	r.Status = "deviation-approved"
	r.Statement = words().OSCAL.Deviation.with("waiver", w.Name, "ticket", w.Ticket, "approver", w.ApprovedBy, "until", w.Expires, "reason", w.Reason)
	r.Props = listed(properties("waiver", w.Name, "ticket", w.Ticket, "approved-by", w.ApprovedBy, "file", at(w.File, w.Line)))
	if until, err := time.Parse(time.DateOnly, w.Expires); err == nil {
		r.Deadline = &until
	}
}

// attestations are what people vouch for of a tenant, also where it does not hold on the day.
func (a assessment) attestations(tenant string) []oscal.AttestationStatements {
	var out []oscal.AttestationStatements
	for _, att := range a.report.Attestations {
		if att.Tenant != "" && att.Tenant != tenant {
			continue
		}
		out = append(out, oscal.AttestationStatements{
			Parts: []oscal.AssessmentPart{{
				Name: "attestation", Ns: oscalSpace, Title: att.Control, Prose: att.Statement,
				Props: listed(properties("evidence", att.Evidence, "date", att.Date, "until", att.Until, "state", att.state(), "file", at(att.File, att.Line))),
			}},
			ResponsibleParties: &[]oscal.ResponsibleParty{{RoleId: attestor, PartyUuids: []string{a.lasting("party", att.By, att.Role)}}},
		})
	}
	return out
}

// parties are the people who vouch.
func (a assessment) parties() []oscal.Party {
	var out []oscal.Party
	for _, att := range a.report.Attestations {
		p := oscal.Party{UUID: a.lasting("party", att.By, att.Role), Type: "person", Name: att.By, Remarks: att.Role}
		if !slices.ContainsFunc(out, func(q oscal.Party) bool { return q.UUID == p.UUID }) {
			out = append(out, p)
		}
	}
	return out
}

// link is a place in a file as a reference that is relative to the platform repository.
func link(file string, line int) string {
	u := url.URL{Path: file}
	if line > 0 {
		u.Fragment = fmt.Sprintf("L%d", line)
	}
	return u.String()
}
