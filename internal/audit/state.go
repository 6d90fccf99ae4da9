package audit

import (
	"slices"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// state is what the folder of a tenant shows from one change to the next.
type state struct {
	from time.Time
	// there tells that the tenant had files, sound that they were those of the record, and that nobody wrote it by hand.
	there, sound bool
	waivers      []manifest.RecordedWaiver
	named        []string // waivers
	findings     map[string][]manifest.RecordedFinding
	// verdicts are what each check came to, by the index of its rule, as long as waivers hold.
	verdicts []verdict
	// until are the last days of waivers, which change what there is.
	until []string
	// old tells that the record does not say which waiver accepts what.
	old bool
	// policies is the digest of those that judged.
	policies string
}

// verdict is what a check came to, and whether an environment was left out.
type verdict struct {
	outcome report.Outcome
	partly  bool
}

// state is what stands there after a commit.
func (w *walk) state(at time.Time) state {
	s := state{from: at, there: w.there(), sound: w.record != nil && len(w.open) == 0 && !w.forged}
	if !s.there || !s.sound {
		return s
	}
	r := w.record
	s.waivers, s.named, s.old, s.policies = r.Accepted, r.Waivers, len(r.Checks) == 0, r.Policies
	s.findings = map[string][]manifest.RecordedFinding{}
	for _, f := range r.Findings {
		s.findings[f.Check] = append(s.findings[f.Check], f)
	}
	for _, a := range r.Accepted {
		s.until = append(s.until, a.Expires)
	}
	environments := environmentsOf(r)
	for _, rule := range w.controls.Rules {
		s.verdicts = append(s.verdicts, w.asked(r, rule, environments))
	}
	return s
}

// asked says of a check that found nothing what that is worth.
func (w *walk) asked(r *manifest.Record, rule pipeline.Rule, environments []string) verdict {
	if len(r.Checks) == 0 {
		if r.Policies == w.controls.Digest {
			return verdict{outcome: report.OutcomeHeld}
		}
		return verdict{outcome: report.OutcomeUnknown}
	}
	if _, there := slices.BinarySearch(r.Checks, rule.ID); !there {
		return verdict{outcome: report.OutcomeNotShown}
	}
	out := 0
	for _, env := range environments {
		if slices.Contains(r.Unasked[env], rule.ID) {
			out++
		}
	}
	if out > 0 && out == len(environments) {
		return verdict{outcome: report.OutcomeNotShown}
	}
	return verdict{report.OutcomeHeld, out > 0}
}

// environmentsOf are those of which the record names overlays.
func environmentsOf(r *manifest.Record) []string {
	var out []string
	for file := range r.Files {
		if parts := strings.Split(file, "/"); len(parts) > 4 && parts[3] == "overlays" && !slices.Contains(out, parts[4]) {
			out = append(out, parts[4])
		}
	}
	slices.Sort(out)
	return out
}

// on is what a check came to on a day. A waiver counts up to its last day.
func (s *state) on(day string, i int, check string) verdict {
	if !s.sound {
		return verdict{outcome: report.OutcomeUnknown}
	}
	found := s.findings[check]
	if len(found) == 0 {
		return s.verdicts[i]
	}
	worst := report.OutcomeAccepted
	for _, f := range found {
		worst = report.WorstOutcome(worst, s.judge(day, f))
	}
	return verdict{outcome: worst}
}

func (s *state) judge(day string, f manifest.RecordedFinding) report.Outcome {
	if f.Waiver == "" {
		if s.old && len(s.named) > 0 {
			return report.OutcomeUnknown // it may be the finding that a waiver was used for
		}
		return report.OutcomeFailed
	}
	expires, known := s.expires(f.Waiver)
	switch {
	case !known:
		return report.OutcomeUnknown
	case day <= expires:
		return report.OutcomeAccepted
	}
	return report.OutcomeFailed
}

// expires is the last day of a waiver.
func (s *state) expires(name string) (string, bool) {
	i := slices.IndexFunc(s.waivers, func(w manifest.RecordedWaiver) bool { return w.Name == name })
	if i < 0 {
		return "", false
	}
	return s.waivers[i].Expires, true
}

// changes reports whether a day is not as the one before it: the first after the last day of a waiver.
func (s *state) changes(before string) bool { return slices.Contains(s.until, before) }
