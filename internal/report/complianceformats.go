package report

import "io"

// ComplianceFormats are those of the compliance report.
var ComplianceFormats = []string{"text", "json", "markdown", "html", "oscal"}

// WriteCompliance writes the report in one of the ComplianceFormats; the error is that of the writer.
func WriteCompliance(w io.Writer, format string, c *Compliance, o Options) error {
	switch format {
	case "json":
		return writeComplianceJSON(w, c)
	case "markdown":
		return writeComplianceMarkdown(w, c)
	case "html":
		return writeComplianceHTML(w, c)
	case "oscal":
		return writeOSCAL(w, c)
	}
	return writeComplianceText(w, c, o)
}
