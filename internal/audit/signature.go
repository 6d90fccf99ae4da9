package audit

import (
	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// signature says what the signature of a commit is worth to those who are trusted.
func (r *run) signature(p *gitops.Past) report.AuditSignature {
	s := gitops.VerifySignature(p.Raw, r.Trust)
	return report.AuditSignature{State: string(s.State), Format: s.Format, Signer: s.Signer, Key: s.Key, Why: s.Why}
}
