package audit

import (
	"time"

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

// signatures counts those of all commits of the range. It notes each that does not fit and, where that is demanded,
// each commit of the branch that nobody trusted signed.
func (r *run) signatures() {
	for i, p := range r.history.Past {
		if !r.within(r.at[i]) {
			continue
		}
		for n, p := range append([]*gitops.Past{p}, p.Merged...) {
			s := r.signature(p)
			switch r.tally(s); {
			case s.State == string(gitops.BadSignature):
				r.doubt(report.BadSignature, p, r.at[i], s)
			case n == 0 && r.Signed && s.State != string(gitops.GoodSignature):
				r.doubt(report.NotSigned, p, r.at[i], s)
			}
		}
	}
}

func (r *run) tally(s report.AuditSignature) {
	switch gitops.SignatureState(s.State) {
	case gitops.GoodSignature:
		r.out.Signatures.Good++
	case gitops.BadSignature:
		r.out.Signatures.Bad++
	case gitops.UnknownKey:
		r.out.Signatures.UnknownKey++
	default:
		r.out.Signatures.Unsigned++
	}
}

func (r *run) doubt(kind string, p *gitops.Past, at time.Time, s report.AuditSignature) {
	r.out.Evidence = append(r.out.Evidence, report.Evidence{Kind: kind, Commit: p.Hash, Time: stamp(at), Message: "the commit " + s.Why})
}
