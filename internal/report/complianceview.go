package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// tally is how many controls have a status.
type tally struct {
	Status   Status
	Controls int
}

// tallies are the statuses that occur, from the worst to the best.
func tallies(controls []Control) []tally {
	var out []tally
	for _, s := range Statuses {
		if n := having(controls, s); n > 0 {
			out = append(out, tally{s, n})
		}
	}
	return out
}

func having(controls []Control, s Status) int {
	n := 0
	for _, c := range controls {
		if c.Status == s {
			n++
		}
	}
	return n
}

// counts says how many controls have each status.
func (f Framework) counts() string {
	var parts []string
	for _, t := range tallies(f.Controls) {
		parts = append(parts, words().Compliance.Count.with("status", t.Status.word(), "n", fmt.Sprint(t.Controls)))
	}
	return strings.Join(parts, ", ")
}

// names are the tenants of a framework.
func (f Framework) names() []string {
	names := make([]string, len(f.Tenants))
	for i, t := range f.Tenants {
		names[i] = t.Tenant
	}
	return names
}

// failing are the tenants that fail the control.
func (f Framework) failing(i int) []string {
	var names []string
	for _, t := range f.Tenants {
		if t.Controls[i].Status == Fail {
			names = append(names, t.Tenant)
		}
	}
	return names
}

// ids are the controls of the tenant that have the status.
func (t TenantFramework) ids(s Status) []string {
	var out []string
	for _, c := range t.Controls {
		if c.Status == s {
			out = append(out, c.ID)
		}
	}
	return out
}

// held is how many of the checks that were asked hold.
func (c Control) held() (held, asked int) {
	for _, check := range c.Checks {
		if check.Result != NotAsked {
			asked++
		}
		if check.Result == Held || check.Result == NothingThere {
			held++
		}
	}
	return held, asked
}

// ratio is the same, short; where no check had anything to look at it says so.
func (c Control) ratio() string {
	held, asked := c.held()
	switch {
	case asked == 0:
		return "-"
	case !slices.ContainsFunc(c.Checks, func(check ControlCheck) bool { return check.Result != NothingThere && check.Result != NotAsked }):
		return string(words().Result.NothingThere)
	}
	return fmt.Sprintf("%d/%d", held, asked)
}

// cause is a finding in all of its environments, with the controls that it stands against.
type cause struct {
	problems []manifest.Problem
	controls []string
}

// causes are the findings behind a framework, each once: those that are waived, or the others.
func (f Framework) causes(waived bool) []cause {
	var out []cause
	at := map[string]int{}
	for _, c := range f.Controls {
		for _, g := range c.findings(waived) {
			p := g[0]
			key := strings.Join([]string{p.Check, p.Position.String(), p.Message, p.Tenant, objects(g), p.Path.String()}, "\x00")
			i, ok := at[key]
			if !ok {
				i = len(out)
				at[key], out = i, append(out, cause{problems: g})
			}
			if !slices.Contains(out[i].controls, c.ID) {
				out[i].controls = append(out[i].controls, c.ID)
			}
		}
	}
	return out
}

// findings are those behind the control, grouped: those that are waived, or the others.
func (c Control) findings(waived bool) [][]manifest.Problem {
	var all []manifest.Problem
	for _, check := range c.Checks {
		for _, p := range check.Findings {
			if (p.Waiver != "") == waived {
				all = append(all, p)
			}
		}
	}
	return group(all)
}

// unasked are the checks of a framework that were not asked, each once with the reason and its controls.
func (f Framework) unasked() []gap {
	var out []gap
	for _, c := range f.Controls {
		for _, check := range c.Checks {
			if check.Result != NotAsked && len(check.NotAskedIn) == 0 {
				continue
			}
			text := words().Result.Check.with("check", check.ID, "result", check.said())
			i := slices.IndexFunc(out, func(g gap) bool { return g.text == text })
			if i < 0 {
				i, out = len(out), append(out, gap{text: text})
			}
			out[i].controls = append(out[i].controls, c.ID)
		}
	}
	return out
}

// gap is what no manifest shows of some controls, or a check that was not asked for them.
type gap struct {
	text     string
	controls []string
}

// gaps are those of a framework, each sentence once.
func (f Framework) gaps() []gap {
	var out []gap
	for _, c := range f.Controls {
		if c.NotShown == "" {
			continue
		}
		i := slices.IndexFunc(out, func(g gap) bool { return g.text == c.NotShown })
		if i < 0 {
			i, out = len(out), append(out, gap{text: c.NotShown})
		}
		out[i].controls = append(out[i].controls, c.ID)
	}
	return out
}

// Fails reports whether a finding behind a control of the report is as grave as the bound, and not waived.
// What stands against no control of it is for check to say.
func (c *Compliance) Fails(bound manifest.Severity) bool {
	if c == nil {
		return false
	}
	for _, f := range c.Frameworks {
		for _, control := range f.Controls {
			for _, check := range control.Checks {
				if (Report{Problems: check.Findings, FailOn: bound}).Failing() > 0 {
					return true
				}
			}
		}
	}
	return false
}

// waiver finds a waiver by its name; one that is not listed has its name only.
func (c *Compliance) waiver(name string) Waiver {
	for _, w := range c.Waivers {
		if w.Name == name {
			return w
		}
	}
	return Waiver{Name: name}
}

// facts are what the report was made of, as pairs.
func (c *Compliance) facts() [][2]string {
	t := words().Compliance
	all := [][2]string{
		{string(t.Platform), c.Platform}, {string(t.Day), c.Now}, {string(t.Version), c.Version},
		{string(t.Schemas), c.Schemas}, {string(t.Policies), c.Policies},
	}
	return slices.DeleteFunc(all, func(f [2]string) bool { return f[1] == "" })
}

// unexamined is what the report says nothing about.
func (c *Compliance) unexamined() []string {
	var out []string
	for _, name := range c.Held {
		out = append(out, words().Compliance.HeldTenant.with("tenant", name))
	}
	for _, s := range c.Skipped {
		out = append(out, s.What+": "+s.Reason)
	}
	return out
}

// inputs are the files with their digests, by name.
func (c *Compliance) inputs() [][2]string {
	var out [][2]string
	for _, name := range slices.Sorted(maps.Keys(c.Inputs)) {
		out = append(out, [2]string{name, c.Inputs[name]})
	}
	return out
}

// at is a place in a file as file:line.
func at(file string, line int) string { return manifest.Position{File: file, Line: line}.String() }

// spot is where a person mends the finding, as file:line.
func spot(p manifest.Problem) string { return at(p.File, p.Line) }

// statuses are those that any tenant has, from the worst to the best.
func (f Framework) statuses() []Status {
	var out []Status
	for _, s := range Statuses {
		if slices.ContainsFunc(f.Tenants, func(t TenantFramework) bool { return having(t.Controls, s) > 0 }) {
			out = append(out, s)
		}
	}
	return out
}
