package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// narrow is the check that waivers are narrow and expire. Those of the platform repository are judged here,
// by whether findings meet them, too; its Rego judges those among manifests of any origin.
const narrow = "TS-AUD-005"

// How long a waiver may hold, and from when its end is announced, in days.
const (
	longest         = 90
	longestCritical = 14
	soon            = 14
)

// waiver is one of a run: what is wrong with it, and what of it findings have met.
type waiver struct {
	*schemas.Waiver
	problems []manifest.Problem
	met      map[string]bool // by field: spec.checks[0]
	across   bool            // some check looks across tenants
	controls []manifest.Control
}

// judgeWaivers judges each waiver of the fleet by the rules and by the day; the zero time is no day.
func judgeWaivers(fleet *schemas.Fleet, engine *policies.Engine, now time.Time) ([]*waiver, error) {
	if len(fleet.Waivers) == 0 {
		return nil, nil
	}
	rules, err := engine.Selected(nil)
	if err != nil {
		return nil, err
	}
	own, err := engine.Selected([]string{narrow})
	if err != nil {
		return nil, err
	}
	out := make([]*waiver, len(fleet.Waivers))
	for i, w := range fleet.Waivers {
		out[i] = &waiver{Waiver: w, met: map[string]bool{}, controls: own[0].Controls}
		out[i].judge(rules)
		out[i].date(now)
	}
	return out, nil
}

// holds reports whether nothing is wrong with the waiver. One that does not hold accepts nothing.
func (w *waiver) holds() bool {
	return !slices.ContainsFunc(w.problems, func(p manifest.Problem) bool { return p.Severity == manifest.Error })
}

// say notes a problem at a field of the waiver.
func (w *waiver) say(severity manifest.Severity, at manifest.Path, remedy, format string, args ...any) {
	w.problems = append(w.problems, manifest.Problem{
		Check: narrow, Severity: severity, Tenant: w.Tenant, Position: w.At(at), Field: at.String(),
		Message: fmt.Sprintf(format, args...), Remedy: remedy, Controls: w.controls,
	})
}

// judge asks whether the checks can be waived, by these people, for so long.
func (w *waiver) judge(rules []policies.Rule) {
	most, critical := longest, ""
	for i, id := range w.Checks {
		rule := w.check(manifest.Path{"spec", "checks", i}, id, rules)
		if rule.Waivable && rule.Severity == manifest.Critical && critical == "" {
			most, critical = longestCritical, " for the critical check "+id
		}
	}
	if strings.EqualFold(w.RequestedBy, w.ApprovedBy) {
		w.say(manifest.Error, manifest.Path{"spec", "approvedBy"}, "have somebody else approve it", "%s has asked for it, too", w.ApprovedBy)
	}
	expires := manifest.Path{"spec", "expires"}
	switch span := days(w.Created, w.Expires); {
	case span <= 0:
		w.say(manifest.Error, expires, "", "%s is not after spec.created, %s", w.Expires.Format(time.DateOnly), w.Created.Format(time.DateOnly))
	case span > most:
		w.say(manifest.Error, expires, "set spec.expires to "+w.Created.AddDate(0, 0, most).Format(time.DateOnly)+" or before",
			"%d days after spec.created; at most %d%s", span, most, critical)
	}
}

// check asks whether a check can be waived. It returns its rule, where one stands for it.
func (w *waiver) check(at manifest.Path, id string, rules []policies.Rule) policies.Rule {
	ids := slices.Clone(proofs)
	var rule policies.Rule
	for _, r := range rules {
		if ids = append(ids, r.ID); r.ID == id {
			rule = r
		}
	}
	w.across = w.across || slices.Contains(rule.Scopes, policies.FleetScope)
	switch {
	case id == "schema":
		w.say(manifest.Error, at, "mend the file that they refuse", "what the schemas refuse cannot be waived")
	case !slices.Contains(ids, id):
		w.say(manifest.Error, at, "", "there is no check %s%s", id, schemas.Suggest(id, ids))
	case !rule.Waivable:
		w.say(manifest.Error, at, "mend what it finds", "%s cannot be waived", id)
	}
	return rule
}

// date asks whether the waiver holds on a day, and for how much longer.
func (w *waiver) date(now time.Time) {
	created, expires := manifest.Path{"spec", "created"}, manifest.Path{"spec", "expires"}
	if now.IsZero() {
		w.say(manifest.Error, expires, "", "cannot be judged without knowing the day")
		return
	}
	year, month, day := now.Date()
	today := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if days(today, w.Created) > 0 {
		w.say(manifest.Error, created, "", "%s is yet to come", w.Created.Format(time.DateOnly))
	}
	switch left := days(today, w.Expires); {
	case left < 0:
		w.say(manifest.Error, expires, "mend what it waived and remove the file, or have it granted anew", "has expired: %s was its last day", w.Expires.Format(time.DateOnly))
	case left > soon || !w.holds():
	case left == 0:
		w.say(manifest.Warning, expires, "", "expires today")
	case left == 1:
		w.say(manifest.Warning, expires, "", "expires tomorrow")
	default:
		w.say(manifest.Warning, expires, "", "expires in %d days", left)
	}
}

func days(from, to time.Time) int { return int(to.Sub(from).Hours() / 24) }
