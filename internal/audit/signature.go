package audit

import (
	"bytes"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// signature says what the signature of a commit is worth.
func (r *run) signature(p *gitops.Past) report.AuditSignature {
	head, _, _ := bytes.Cut(p.Raw, []byte("\n\n"))
	if !bytes.Contains(head, []byte("\ngpgsig")) {
		return report.AuditSignature{State: "unsigned", Why: "is not signed"}
	}
	return report.AuditSignature{State: "unknown key", Why: "was not verified"}
}
