package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// ControlFormats are those of the proof of controls.
var ControlFormats = []string{"text", "json"}

// What became of a mutation.
const (
	Caught        = "caught"
	MutantMissed  = "missed"
	NotApplicable = "not applicable" // no tenant has what it changes
)

// What mutations show of a check.
const (
	// Proven: it objects to every mutation that could be applied, and one could.
	Proven = "proven"
	// CheckMissed: it objects to some of them only.
	CheckMissed = "missed"
	// Vacuous: it objects to none of them, or there is none.
	Vacuous = "vacuous"
)

// ControlProofs say which checks object to what is broken on purpose. docs/reports.md describes the JSON
// form.
type ControlProofs struct {
	Summary ControlSummary `json:"summary"`
	// Checks are sorted by id.
	Checks []ControlProof `json:"checks"`
}

// ControlSummary counts checks by their verdict; mutations are those of all of them.
type ControlSummary struct {
	Checks     int `json:"checks"`
	Proven     int `json:"proven"`
	Missed     int `json:"missed"`
	Vacuous    int `json:"vacuous"`
	Mutations  int `json:"mutations"`
	Applicable int `json:"applicable"`
	Caught     int `json:"caught"`
}

// ControlProof is that of one check.
type ControlProof struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Severity manifest.Severity `json:"severity"`
	// Source is "tenantsmith", or the file of a check of the platform; File is where its mutations are, or
	// would be.
	Source     string   `json:"source"`
	File       string   `json:"file"`
	Verdict    string   `json:"verdict"`
	Applicable int      `json:"applicable"`
	Caught     int      `json:"caught"`
	Mutations  []Mutant `json:"mutations"`
}

// Mutant is a mutation that was tried.
type Mutant struct {
	Name    string `json:"name"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Verdict string `json:"verdict"`
	// Why says why it was not applicable.
	Why string `json:"why"`
	// Tried is how many mutants were made of it until the check objected, or all that there are.
	Tried int `json:"tried"`
	// Tenant and Environment are where the check objected, or where it was applied first; Object is what it
	// changed there, and Finding is what the check said.
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	Object      string `json:"object"`
	Finding     string `json:"finding"`
	// Alone tells of one that was missed that the check says the same of its context, without the rest.
	Alone bool `json:"contextAlone"`
}

// Add counts the mutations of a check and gives the verdict.
func (c *ControlProofs) Add(p ControlProof) {
	for _, m := range p.Mutations {
		if m.Verdict != NotApplicable {
			p.Applicable++
		}
		if m.Verdict == Caught {
			p.Caught++
		}
	}
	s := &c.Summary
	switch {
	case p.Caught == 0:
		p.Verdict = Vacuous
		s.Vacuous++
	case p.Caught < p.Applicable:
		p.Verdict = CheckMissed
		s.Missed++
	default:
		p.Verdict = Proven
		s.Proven++
	}
	s.Checks, s.Mutations = s.Checks+1, s.Mutations+len(p.Mutations)
	s.Applicable, s.Caught = s.Applicable+p.Applicable, s.Caught+p.Caught
	c.Checks = append(c.Checks, p)
}

// Failed reports whether a check is not proven.
func (c *ControlProofs) Failed() bool { return c.Summary.Proven < c.Summary.Checks }

// WriteControls writes the proofs in one of the ControlFormats.
func WriteControls(w io.Writer, format string, c *ControlProofs, o Options) error {
	if format == "json" {
		return writeIndented(w, struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			*ControlProofs
		}{"tenantsmith.dev/v1alpha1", "ControlProof", c})
	}
	h := words().Mutation
	rows := [][]string{heads(h.Check, h.Caught, h.Verdict, h.Reason)}
	for _, p := range c.Checks {
		row := []string{Clean(p.ID), fmt.Sprintf("%d/%d", p.Caught, p.Applicable), p.verdict()}
		for _, reason := range p.reasons() {
			rows, row = append(rows, append(row, Clean(reason))), []string{"", "", ""}
		}
		if len(p.reasons()) == 0 {
			rows = append(rows, row)
		}
	}
	return writeTable(w, rows, 2, o.Width)
}

func (p ControlProof) verdict() string {
	h := words().Mutation
	return string(map[string]phrase{Proven: h.Proven, CheckMissed: h.Missed, Vacuous: h.Vacuous}[p.Verdict])
}

// reasons are what keeps the check from being proven: what it missed, and what could not be applied
// where that is all there is.
func (p ControlProof) reasons() []string {
	h := words().Mutation
	var out []string
	for _, m := range p.Mutations {
		switch {
		case m.Verdict == MutantMissed && m.Alone:
			out = append(out, h.Alone.with("mutation", m.Name, "tenant", m.Tenant, "environment", m.Environment))
		case m.Verdict == MutantMissed:
			out = append(out, h.At.with("mutation", m.Name, "tenant", m.Tenant, "environment", m.Environment))
		case m.Verdict == NotApplicable && p.Applicable == 0:
			out = append(out, h.NotApplied.with("mutation", m.Name, "why", m.Why))
		}
	}
	if len(p.Mutations) == 0 {
		out = append(out, h.None.with("file", p.File))
	}
	return out
}

// Sentence counts the checks by verdict, for people.
func (c *ControlProofs) Sentence() string {
	s, h := c.Summary, words().Mutation
	var parts []string
	for _, part := range []struct {
		n    int
		text counted
	}{{s.Proven, h.ProvenCount}, {s.Missed, h.MissedCount}, {s.Vacuous, h.VacuousCount}} {
		parts = append(parts, some(part.text, part.n)...)
	}
	return words().Counts.Sentence.with(
		"examined", h.Mutations.of(s.Mutations)+", "+words().Counts.Checks.of(s.Checks),
		"found", cmp.Or(strings.Join(parts, ", "), string(words().Counts.Clean)))
}
