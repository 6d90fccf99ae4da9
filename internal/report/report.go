// Package report writes problems for people and for machines: text, JSON, GitHub annotations, SARIF,
// JUnit. One file a format; every format prints the same [Report]. Sentences of its own stand in
// texts/, apart from the code.
package report

import (
	"io"
	"path"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/secrets"
)

// Report is what a run found, and what it looked at.
type Report struct {
	Problems []manifest.Problem
	// Proofs are certificates, where they were asked for.
	Proofs  []Proof
	Summary Summary
	// FailOn is the severity from which a finding fails the run.
	FailOn manifest.Severity
	// Rules are the checks that were chosen, and Examined is whom they were asked of.
	Rules    []Rule
	Examined []Place
	// Manifests says that the objects are of any origin, and nobody's where a place names no tenant.
	Manifests bool
	// Base names the revision that the problems are compared with, if there is one.
	Base string
	// Unasked are the checks that were not asked at a place, by id.
	Unasked map[Place][]string
}

// Place is a tenant in an environment. Without an environment it is the tenant's files, without both
// what belongs to nobody.
type Place struct{ Tenant, Environment string }

// Summary counts what was examined. What was not is named, never silent.
type Summary struct {
	Tenants      int `json:"tenants"`
	Environments int `json:"environments"`
	Objects      int `json:"objects"`
	Checks       int `json:"checks"`
	Findings     int `json:"findings"`
	Warnings     int `json:"warnings"`
	Waived       int `json:"waived"`
	// Unchanged are the findings that the base has, too; they are in no other number.
	Unchanged int       `json:"unchanged,omitempty"`
	Held      []string  `json:"held"`
	Skipped   []Skipped `json:"skipped"`
}

// Failing are the problems at or above the bound.
func (r Report) Failing() int {
	n := 0
	for _, p := range r.Problems {
		if r.fails(p) {
			n++
		}
	}
	return n
}

func (r Report) fails(p manifest.Problem) bool {
	return p.Waiver == "" && !p.Baseline && p.Severity.AtLeast(r.FailOn)
}

// Options are those of a format. Prefix leads from the workspace to the platform repository; Color
// is for terminals; Version is that of the tool, empty if unknown; Width is how many characters fit in
// a line of a table, 0 if that is unknown.
type Options struct {
	Prefix  string
	Color   bool
	Version string
	Width   int
}

// file is a file of the platform repository, seen from the workspace.
func (o Options) file(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(o.Prefix, name)
}

// Formats are the names that Write knows, in the order help lists them.
var Formats = []string{"text", "json", "github", "sarif", "junit"}

// Write prints the report in a format; the error is that of the writer. No message tells a secret that it quotes.
func Write(w io.Writer, format string, r Report, o Options) error {
	r.Problems = slices.Clone(r.Problems)
	for i := range r.Problems {
		r.Problems[i].Message = secrets.Redact(r.Problems[i].Message)
	}
	r.Summary.Findings, r.Summary.Warnings, r.Summary.Waived, r.Summary.Unchanged = count(r.Problems)
	switch format {
	case "json":
		return writeJSON(w, r)
	case "github":
		return writeGitHub(w, r, o)
	case "sarif":
		return writeSARIF(w, r, o)
	case "junit":
		return writeJUnit(w, r)
	}
	return writeText(w, r, o)
}

func count(ps []manifest.Problem) (findings, warnings, waived, unchanged int) {
	for _, p := range ps {
		switch {
		case p.Baseline:
			unchanged++
		case p.Waiver != "":
			waived++
		case p.Severity == manifest.Warning:
			warnings++
		default:
			findings++
		}
	}
	return findings, warnings, waived, unchanged
}
