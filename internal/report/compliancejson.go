package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"io"
)

// ComplianceSchema is the JSON Schema of the JSON form, in the draft of 2020-12.
//
//go:embed compliancereport.schema.json
var ComplianceSchema []byte

func writeComplianceJSON(w io.Writer, c *Compliance) error {
	return writeIndented(w, struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		*Compliance
	}{"tenantsmith.dev/v1alpha1", "ComplianceReport", c})
}

// MarshalJSON writes findings as check reports do.
func (c ControlCheck) MarshalJSON() ([]byte, error) {
	type plain ControlCheck
	found := []finding{}
	c.NotAskedIn = append([]Unasked{}, c.NotAskedIn...)
	for _, p := range c.Findings {
		found = append(found, toFinding(p))
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		plain
		Findings []finding `json:"findings"`
	}{plain(c), found})
	return b.Bytes(), err
}
