package audit

import (
	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// signature says what the signature of a commit is worth to those who are trusted.
func (r *run) signature(p *gitops.Past) report.AuditSignature {
	known, ok := r.verified[p.Hash]
	if !ok {
		s := gitops.VerifySignature(p.Raw, r.Trust)
		known = report.AuditSignature{State: string(s.State), Format: s.Format, Signer: s.Signer, Key: s.Key, Why: s.Why}
		r.verified[p.Hash] = known
	}
	return known
}

// signatures counts those of all commits of the range, and notes each that does not fit.
func (r *run) signatures() {
	for i, p := range r.history.Past {
		if !r.within(r.at[i]) {
			continue
		}
		for _, p := range append([]*gitops.Past{p}, p.Merged...) {
			s := r.signature(p)
			switch gitops.SignatureState(s.State) {
			case gitops.GoodSignature:
				r.out.Signatures.Good++
			case gitops.BadSignature:
				r.out.Signatures.Bad++
				r.out.Evidence = append(r.out.Evidence, report.Evidence{
					Kind: report.BadSignature, Commit: p.Hash, Time: stamp(r.at[i]), Message: "the commit " + s.Why,
				})
			case gitops.UnknownKey:
				r.out.Signatures.UnknownKey++
			default:
				r.out.Signatures.Unsigned++
			}
		}
	}
}
