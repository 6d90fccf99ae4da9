package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"io"
	"slices"
)

// ComplianceSchema is the JSON Schema of the JSON form, in the draft of 2020-12.
//
//go:embed compliancereport.schema.json
var ComplianceSchema []byte

func writeComplianceJSON(w io.Writer, c *Compliance) error {
	short, lists := c.split()
	return indented.write(w, struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		*Compliance
	}{"tenantsmith.dev/v1alpha1", "ComplianceReport", short}, lists...)
}

// split takes the lists out of the report that grow with the fleet.
func (c *Compliance) split() (*Compliance, []long) {
	short := *c
	short.Frameworks = slices.Clone(c.Frameworks)
	var lists []long
	for i, f := range c.Frameworks {
		if f.Controls != nil {
			lists = append(lists, long{"controls", 4, each(f.Controls)})
		}
		if f.Tenants != nil {
			lists = append(lists, long{"tenants", 4, each(f.Tenants)})
		}
		short.Frameworks[i].Controls, short.Frameworks[i].Tenants = f.Controls[:0], f.Tenants[:0]
	}
	return &short, lists
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
