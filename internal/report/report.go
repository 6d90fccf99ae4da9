// Package report writes problems for people and for machines: text, JSON, GitHub annotations. One
// file a format; every format prints the same [Report].
package report

import (
	"io"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Report is what a run found, and what it looked at.
type Report struct {
	Problems []manifest.Problem
	// Proofs are certificates, where they were asked for.
	Proofs  []Proof
	Summary Summary
	// FailOn is the severity from which a finding fails the run.
	FailOn manifest.Severity
}

// Summary counts what was examined. What was not is named, never silent.
type Summary struct {
	Tenants      int       `json:"tenants"`
	Environments int       `json:"environments"`
	Objects      int       `json:"objects"`
	Checks       int       `json:"checks"`
	Findings     int       `json:"findings"`
	Warnings     int       `json:"warnings"`
	Waived       int       `json:"waived"`
	Held         []string  `json:"held"`
	Skipped      []Skipped `json:"skipped"`
}

// Skipped is something that was not examined, and why.
type Skipped struct {
	What   string `json:"what"`
	Reason string `json:"reason"`
}

// Failing are the problems at or above the bound.
func (r Report) Failing() int {
	n := 0
	for _, p := range r.Problems {
		if p.Waiver == "" && p.Severity.AtLeast(r.FailOn) {
			n++
		}
	}
	return n
}

// Options are those of a format. Prefix leads from the workspace to the platform repository; Color
// is for terminals.
type Options struct {
	Prefix string
	Color  bool
}

// Formats are the names that Write knows, in the order help lists them.
var Formats = []string{"text", "json", "github"}

// Write prints the report in a format; the error is that of the writer.
func Write(w io.Writer, format string, r Report, o Options) error {
	r.Summary.Findings, r.Summary.Warnings, r.Summary.Waived = count(r.Problems)
	switch format {
	case "json":
		return writeJSON(w, r)
	case "github":
		return writeGitHub(w, r, o)
	}
	return writeText(w, r, o)
}

func count(ps []manifest.Problem) (findings, warnings, waived int) {
	for _, p := range ps {
		switch {
		case p.Waiver != "":
			waived++
		case p.Severity == manifest.Warning:
			warnings++
		default:
			findings++
		}
	}
	return findings, warnings, waived
}
