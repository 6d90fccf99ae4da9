package report

import (
	_ "embed"
	"io"
)

// AuditFormats are those of the audit.
var AuditFormats = []string{"text", "json", "html"}

// AuditSchema is the JSON Schema of the JSON form, in the draft of 2020-12.
//
//go:embed auditreport.schema.json
var AuditSchema []byte

// WriteAudit writes the audit in one of the AuditFormats; the error is that of the writer.
func WriteAudit(w io.Writer, format string, a *Audit, o Options) error {
	switch format {
	case "json":
		return writeAuditJSON(w, a)
	case "html":
		return writeAuditHTML(w, a)
	}
	return writeAuditText(w, a, o)
}

func writeAuditJSON(w io.Writer, a *Audit) error {
	short := *a
	short.Tenants = a.Tenants[:0]
	return indented.write(w, struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		*Audit
	}{"tenantsmith.dev/v1alpha1", "AuditReport", &short}, long{"tenants", 2, each(a.Tenants)})
}
