package audit

import (
	"slices"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/policies"
)

// days adds up what checks and controls came to, day by day. A day counts with the worst of it.
type days struct {
	controls *pipeline.ControlMap
	// behind are the rules behind each control, by framework and control, and manual those that no manifest shows.
	behind [][][]link
	manual [][]bool

	n           int
	first, last string
	checks      []report.Days
	spans       [][]report.Span
	sums        [][]report.Days
	waivers     map[string]*report.AuditWaiver

	// The day before, and what it came to: most days are as it was.
	alone    *state
	verdicts []verdict
	results  [][]verdict
}

// link is a rule behind a control, by its index.
type link struct {
	rule   int
	direct bool
}

func newDays(c *pipeline.ControlMap) *days {
	d := &days{
		controls: c, checks: make([]report.Days, len(c.Rules)), spans: make([][]report.Span, len(c.Rules)), waivers: map[string]*report.AuditWaiver{},
	}
	for _, f := range c.Frameworks {
		var behind [][]link
		var manual []bool
		for _, control := range f.Controls {
			behind, manual = append(behind, links(c.Rules, f, control)), append(manual, control.Class == policies.Manual)
		}
		d.behind, d.manual = append(d.behind, behind), append(d.manual, manual)
		d.sums = append(d.sums, make([]report.Days, len(f.Controls)))
	}
	return d
}

func links(rules []pipeline.Rule, f policies.Framework, c policies.FrameworkControl) []link {
	var out []link
	for i, r := range rules {
		if id := f.Control(c); slices.Contains(r.Controls, id) {
			out = append(out, link{i, slices.Contains(r.Direct, id)})
		}
	}
	return out
}

// day counts a day of which the states have a part. One on which the tenant was not there does not count.
func (d *days) day(at time.Time, states []*state) {
	states = slices.DeleteFunc(states, func(s *state) bool { return !s.there })
	today, before := at.Format(time.DateOnly), at.Add(-day).Format(time.DateOnly)
	if len(states) == 0 {
		d.alone = nil
		return
	}
	if d.n++; d.first == "" {
		d.first = today
	}
	same := len(states) == 1 && states[0] == d.alone && !states[0].changes(before)
	if !same {
		d.judge(today, states)
	}
	d.alone = nil
	if len(states) == 1 {
		d.alone = states[0]
	}
	for i, v := range d.verdicts {
		d.checks[i].Add(v.outcome, v.partly)
		d.span(i, before, today, v.outcome)
	}
	for i, results := range d.results {
		for j, v := range results {
			d.sums[i][j].Add(v.outcome, v.partly)
		}
	}
	d.accept(today, states)
	d.last = today
}

// judge works out what the day came to.
func (d *days) judge(today string, states []*state) {
	d.verdicts = make([]verdict, len(d.controls.Rules))
	for i, rule := range d.controls.Rules {
		v := verdict{outcome: report.OutcomeNotShown}
		for n, s := range states {
			on := s.on(today, i, rule.ID)
			partly := n > 0 && (v.outcome == report.OutcomeNotShown) != (on.outcome == report.OutcomeNotShown)
			v = verdict{report.WorstOutcome(v.outcome, on.outcome), v.partly || on.partly || partly}
		}
		d.verdicts[i] = v
	}
	d.results = make([][]verdict, len(d.behind))
	for i, controls := range d.behind {
		for j, behind := range controls {
			v := d.control(behind)
			if d.manual[i][j] && (v.outcome == report.OutcomeHeld || v.outcome == report.OutcomeUnknown) {
				v = verdict{outcome: report.OutcomeNotShown} // its checks contribute; that they hold shows nothing of it
			}
			d.results[i] = append(d.results[i], v)
		}
	}
}

// control is the worst of its checks.
func (d *days) control(behind []link) verdict {
	v := verdict{outcome: report.OutcomeNotShown}
	for _, l := range behind {
		check := d.verdicts[l.rule]
		left := l.direct && check.outcome == report.OutcomeNotShown
		v = verdict{report.WorstOutcome(v.outcome, check.outcome), v.partly || check.partly || left}
	}
	return v
}

// span notes a day on which the check did not simply hold.
func (d *days) span(i int, before, today string, o report.Outcome) {
	if o == report.OutcomeHeld {
		return
	}
	spans := d.spans[i]
	if n := len(spans); n > 0 && spans[n-1].To == before && spans[n-1].Outcome == o {
		spans[n-1].To = today
		return
	}
	d.spans[i] = append(spans, report.Span{From: today, To: today, Outcome: o})
}

// accept counts the day for the waivers that records named and that held.
func (d *days) accept(today string, states []*state) {
	counted := map[string]bool{}
	for _, s := range states {
		for _, name := range s.named {
			w := d.waivers[name]
			if w == nil {
				w = &report.AuditWaiver{Name: name, Checks: []string{}}
				d.waivers[name] = w
			}
			for _, a := range s.waivers {
				if a.Name == name {
					w.Expires, w.Ticket, w.ApprovedBy = a.Expires, a.Ticket, a.ApprovedBy
				}
			}
			for check, found := range s.findings {
				for _, f := range found {
					if f.Waiver == name && !slices.Contains(w.Checks, check) {
						w.Checks = append(w.Checks, check)
					}
				}
			}
			if expires, known := s.expires(name); !counted[name] && known && today <= expires {
				counted[name] = true
				w.Days++
			}
		}
	}
}

// into writes the sums.
func (d *days) into(out *report.AuditTenant) {
	out.Days, out.First, out.Last = d.n, d.first, d.last
	out.Frameworks, out.Checks, out.Waivers = []report.AuditFramework{}, []report.AuditCheck{}, []report.AuditWaiver{}
	for i, r := range d.controls.Rules {
		out.Checks = append(out.Checks, report.AuditCheck{ID: r.ID, Title: r.Title, Days: d.checks[i], Spans: append([]report.Span{}, d.spans[i]...)})
	}
	for i, f := range d.controls.Frameworks {
		own := report.AuditFramework{ID: f.ID, Name: f.Name, Version: f.Version, Controls: []report.AuditControl{}}
		for j, c := range f.Controls {
			own.Controls = append(own.Controls, d.sum(c, i, j))
		}
		out.Frameworks = append(out.Frameworks, own)
	}
	for _, w := range d.waivers {
		slices.Sort(w.Checks)
		out.Waivers = append(out.Waivers, *w)
	}
	slices.SortFunc(out.Waivers, func(a, b report.AuditWaiver) int { return strings.Compare(a.Name, b.Name) })
}

func (d *days) sum(c policies.FrameworkControl, i, j int) report.AuditControl {
	out := report.AuditControl{ID: c.ID, Title: c.Title, Class: string(c.Class), NotShown: c.NotShown, Days: d.sums[i][j], Checks: []string{}}
	for _, l := range d.behind[i][j] {
		out.Checks = append(out.Checks, d.controls.Rules[l.rule].ID)
	}
	return out
}
