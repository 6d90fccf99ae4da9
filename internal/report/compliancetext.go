package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// ComplianceFormats are those of the compliance report.
var ComplianceFormats = []string{"text", "json"}

// WriteCompliance writes the report in one of the ComplianceFormats.
func WriteCompliance(w io.Writer, format string, c *Compliance, o Options) error {
	if format == "json" {
		return writeComplianceJSON(w, c)
	}
	return writeComplianceText(w, c)
}

func writeComplianceJSON(w io.Writer, c *Compliance) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		*Compliance
	}{"tenantsmith.dev/v1alpha1", "ComplianceReport", c})
}

// MarshalJSON writes findings as check reports do.
func (c ControlCheck) MarshalJSON() ([]byte, error) {
	type plain ControlCheck
	found := []finding{}
	for _, p := range c.Findings {
		found = append(found, toFinding(p))
	}
	return json.Marshal(struct {
		plain
		Findings []finding `json:"findings"`
	}{plain(c), found})
}

func writeComplianceText(w io.Writer, c *Compliance) error {
	var b bytes.Buffer
	for i, f := range c.Frameworks {
		if i > 0 {
			b.WriteString("\n")
		}
		writeFramework(&b, f)
	}
	for _, a := range c.Attestations {
		if word := invalid(a); word != "" {
			fmt.Fprintf(&b, "%s:%d: attestation of %s by %s %s\n", a.File, a.Line, Clean(a.Control), Clean(a.By), word)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func invalid(a Attestation) string {
	switch {
	case a.Expired:
		return "held until " + a.Until
	case a.Future:
		return "is dated " + a.Date
	}
	return ""
}

func writeFramework(b *bytes.Buffer, f Framework) {
	fmt.Fprintf(b, "%s: %s, %s\n", f.ID, f.Name, f.Version)
	fmt.Fprintf(b, "  tenants: %s\n", strings.Join(f.names(), ", "))
	fmt.Fprintf(b, "  %s\n\n", f.Counts())
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  CONTROL\tSTATUS\tCHECKS\tTITLE")
	for _, control := range f.Controls {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", control.ID, control.Status, control.held(), control.Title)
	}
	t.Flush()
	for _, control := range f.Controls {
		writeReasons(b, control)
	}
}

// names are the tenants of a framework.
func (f Framework) names() []string {
	names := make([]string, len(f.Tenants))
	for i, t := range f.Tenants {
		names[i] = t.Tenant
	}
	return names
}

// Counts says how many controls have each status, those that occur.
func (f Framework) Counts() string {
	var parts []string
	for _, s := range Statuses {
		n := 0
		for _, c := range f.Controls {
			if c.Status == s {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s, n))
		}
	}
	return strings.Join(parts, ", ")
}

// held is how many of the checks that were asked hold.
func (c Control) held() string {
	held, asked := 0, 0
	for _, check := range c.Checks {
		if check.Result != NotAsked {
			asked++
		}
		if check.Result == Held || check.Result == NothingThere {
			held++
		}
	}
	if asked == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d", held, asked)
}

// writeReasons shows the lines behind a control that fails or rests on a waiver.
func writeReasons(b *bytes.Buffer, c Control) {
	if c.Status != Fail && c.Status != AcceptedRisk {
		return
	}
	fmt.Fprintf(b, "\n  %s %s: %s\n", c.ID, c.Title, c.Status)
	for _, check := range c.Checks {
		seen := []string{}
		for _, p := range check.Findings {
			line := fmt.Sprintf("    %s: %s: %s", p.Position, p.Check, Clean(p.Message))
			if p.Waiver != "" {
				line += " (waived by " + Clean(p.Waiver) + ")"
			}
			if !slices.Contains(seen, line) {
				seen = append(seen, line)
				fmt.Fprintln(b, line)
			}
		}
	}
}
