package report

import (
	_ "embed"
	"io"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Schema is the JSON Schema of the JSON form, in the draft of 2020-12.
//
//go:embed checkreport.schema.json
var Schema []byte

// The JSON form is one for validate, check and prove; docs/reports.md describes it. Lists are never
// null, lines count from 1.
type document struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Findings   []finding `json:"findings"`
	Proofs     []Proof   `json:"proofs"`
	Summary    Summary   `json:"summary"`
}

type finding struct {
	Check       string             `json:"check"`
	Severity    manifest.Severity  `json:"severity"`
	Message     string             `json:"message"`
	Tenant      string             `json:"tenant"`
	Environment string             `json:"environment"`
	Object      *object            `json:"object"`
	Field       string             `json:"field"`
	File        string             `json:"file"`
	Line        int                `json:"line"`
	Column      int                `json:"column"`
	Remedy      string             `json:"remedy"`
	Controls    []manifest.Control `json:"controls"`
	Waiver      string             `json:"waiver"`
	Baseline    bool               `json:"baseline,omitempty"`
}

type object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

func writeJSON(w io.Writer, r Report) error {
	doc := document{APIVersion: "tenantsmith.dev/v1alpha1", Kind: "CheckReport", Findings: []finding{}, Proofs: append([]Proof{}, r.Proofs...), Summary: r.Summary}
	if doc.Summary.Held == nil {
		doc.Summary.Held = []string{}
	}
	if doc.Summary.Skipped == nil {
		doc.Summary.Skipped = []Skipped{}
	}
	for _, p := range r.Problems {
		doc.Findings = append(doc.Findings, toFinding(p))
	}
	return writeIndented(w, doc)
}

// writeIndented prints a document of JSON.
func writeIndented(w io.Writer, doc any) error { return indented.write(w, doc) }

func toFinding(p manifest.Problem) finding {
	f := finding{
		Check: p.Check, Severity: p.Severity, Message: p.Message, Tenant: p.Tenant, Environment: p.Environment,
		Field: p.Field, File: p.File, Line: p.Line, Column: p.Column, Remedy: p.Remedy,
		Controls: append([]manifest.Control{}, p.Controls...), Waiver: p.Waiver, Baseline: p.Baseline,
	}
	if len(p.Path) > 0 {
		f.Field = p.Path.String()
	}
	if p.Object.Kind != "" {
		f.Object = &object{APIVersion: p.APIVersion, Kind: p.Object.Kind, Namespace: p.Object.Namespace, Name: p.Object.Name}
	}
	return f
}
