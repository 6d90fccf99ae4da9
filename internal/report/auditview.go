package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// auditTexts are those of the audit for people.
type auditTexts struct {
	DaysOf                                                                                                   counted
	Headline, Lead, Skip, Contents, Summary, Repository, Branch, Folder                                      phrase
	Head, Range, To, Begins, Version, Policies, Commits, Signatures                                          phrase
	SignatureCounts, Tenant, Days, Never, Own, Changes, ByHand, Evidence                                     phrase
	Open, Control, Title, Check, Outcome, From, Until, Failed                                                phrase
	Unknown, Accepted, Held, NotShown, Partly, Shown, NoFrameworks, Unmapped, AllChecks                      phrase
	Spans, SpansLead, AllHeld, Waivers, Waiver, Checks, Ticket, ApprovedBy                                   phrase
	Expires, NoWaivers, NoChanges, Change, Made, Person, Commit, Files                                       phrase
	Author, Committer, Signature, PullRequest, Reason, Source, SourceIs, SourceWhy                           phrase
	Dirty, Merged, InForce, Findings, AcceptedBy, Hold, HoldIs, Quota                                        phrase
	QuotaIs, None, NoEvidence, Announced, Ended, Lasts, Unsure, AllKnown                                     phrase
	Lifecycle, Rejudged, Class, Outcomes, MeansFailed, MeansUnknown, MeansAccepted, MeansHeld, MeansNotShown phrase
}

// word is the outcome in the language of the reader.
func (o Outcome) word() string {
	t := words().Audit
	return string(map[Outcome]phrase{
		OutcomeFailed: t.Failed, OutcomeUnknown: t.Unknown, OutcomeAccepted: t.Accepted, OutcomeHeld: t.Held, OutcomeNotShown: t.NotShown,
	}[o])
}

// meaning says in half a sentence what the outcome stands for.
func (o Outcome) meaning() string {
	t := words().Audit
	return string(map[Outcome]phrase{
		OutcomeFailed: t.MeansFailed, OutcomeUnknown: t.MeansUnknown, OutcomeAccepted: t.MeansAccepted, OutcomeHeld: t.MeansHeld,
		OutcomeNotShown: t.MeansNotShown,
	}[o])
}

// status is what the style calls an outcome.
func (o Outcome) status() string {
	return map[Outcome]string{
		OutcomeFailed: "fail", OutcomeUnknown: "not-attested", OutcomeAccepted: "accepted-risk", OutcomeHeld: "pass", OutcomeNotShown: "not-attested",
	}[o]
}

// of is how many days had the outcome.
func (d Days) of(o Outcome) int {
	return map[Outcome]int{
		OutcomeFailed: d.Failed, OutcomeUnknown: d.Unknown, OutcomeAccepted: d.Accepted, OutcomeHeld: d.Held, OutcomeNotShown: d.NotShown,
	}[o]
}

// held are the days on which it held, and on how many of them only in part.
func (d Days) held() string {
	if d.Partly == 0 {
		return fmt.Sprint(d.Held)
	}
	return words().Audit.Partly.with("n", fmt.Sprint(d.Held), "partly", fmt.Sprint(d.Partly))
}

// mapped are the controls of which manifests show something, and others against which something was found.
func (f AuditFramework) mapped() []AuditControl {
	var out []AuditControl
	for _, c := range f.Controls {
		d := c.Days
		if c.Class != "manual" && len(c.Checks) > 0 || d.Failed+d.Unknown+d.Accepted > 0 {
			out = append(out, c)
		}
	}
	return out
}

// unmapped says how many controls have none.
func (f AuditFramework) unmapped() string {
	n := len(f.Controls) - len(f.mapped())
	if n == 0 {
		return ""
	}
	return words().Audit.Unmapped.with("n", fmt.Sprint(n), "all", fmt.Sprint(len(f.Controls)))
}

func (f AuditFramework) title() string {
	return words().Compliance.Name.with("name", f.Name, "version", f.Version)
}

// spans are the days on which a check failed, was accepted or is unknown. Those that all checks share, as where
// somebody edited by hand, stand there once and first.
func (t AuditTenant) spans() [][4]string {
	var all, out [][4]string
	share := map[Span]int{}
	for _, c := range t.Checks {
		for _, s := range c.Spans {
			share[s]++
		}
	}
	for _, c := range t.Checks {
		for _, s := range c.Spans {
			switch {
			case s.Outcome == OutcomeNotShown:
			case share[s] < len(t.Checks) || len(t.Checks) == 1:
				out = append(out, [4]string{c.ID, string(s.Outcome), s.From, s.To})
			case c.ID == t.Checks[0].ID:
				all = append(all, [4]string{words().Audit.AllChecks.with("n", fmt.Sprint(len(t.Checks))), string(s.Outcome), s.From, s.To})
			}
		}
	}
	return append(all, out...)
}

// byHand is how many changes do not say that tenantsmith made them.
func (t AuditTenant) byHand() int {
	n := 0
	for _, c := range t.Changes {
		if c.By != "tenantsmith" {
			n++
		}
	}
	return n
}

// alarms is how much evidence nothing announced.
func (t AuditTenant) alarms() int {
	n := 0
	for _, e := range t.Evidence {
		if e.Announced == "" {
			n++
		}
	}
	return n
}

// existed says on how many days of the range the tenant was there.
func (t AuditTenant) existed() string {
	if t.Tenant == manifest.PlatformName {
		return string(words().Audit.Own)
	}
	if t.Days == 0 {
		return string(words().Audit.Never)
	}
	return words().Audit.DaysOf.of(t.Days, "from", t.First, "to", t.Last)
}

// facts are what the audit was made of, as pairs.
func (a *Audit) facts() [][2]string {
	t := words().Audit
	all := [][2]string{
		{string(t.Repository), a.Repository}, {string(t.Branch), a.Branch}, {string(t.Folder), a.Path}, {string(t.Head), a.Head},
		{string(t.Range), t.To.with("from", a.From, "to", a.To)}, {string(t.Begins), a.Begins}, {string(t.Commits), fmt.Sprint(a.Commits)},
		{string(t.Signatures), t.SignatureCounts.with("good", fmt.Sprint(a.Signatures.Good), "bad", fmt.Sprint(a.Signatures.Bad),
			"unknown", fmt.Sprint(a.Signatures.UnknownKey), "unsigned", fmt.Sprint(a.Signatures.Unsigned))},
		{string(t.Version), a.Version}, {string(t.Policies), a.Policies},
	}
	var out [][2]string
	for _, f := range all {
		if f[1] != "" {
			out = append(out, f)
		}
	}
	return out
}

func (p AuditPerson) text() string {
	if p.Name == "" && p.Email == "" {
		return ""
	}
	return words().Audit.Person.with("name", p.Name, "email", p.Email)
}

// headline is the change in a line: what it did, and who by its own words.
func (c AuditChange) headline() string {
	return words().Audit.Made.with("effect", c.Effect, "by", strings.TrimSpace(c.By+" "+map[string]string{"tenantsmith": c.Version}[c.By]))
}

// counts says how many files changed.
func (c AuditChange) counts() string {
	return words().Audit.Files.with("added", fmt.Sprint(len(c.Added)), "modified", fmt.Sprint(len(c.Modified)), "removed", fmt.Sprint(len(c.Removed)))
}

func (s AuditSignature) text() string {
	return strings.Join(strings.Fields(strings.Join([]string{s.State, s.Format, cmp.Or(s.Signer, s.Key)}, " ")), " ")
}

// text says what was published, and whose it is.
func (s AuditSource) text() string {
	t := words().Audit
	hash := s.Commit[:min(len(s.Commit), 12)]
	if s.Dirty {
		hash = t.Dirty.with("commit", hash)
	}
	if !s.Examined {
		return t.SourceWhy.with("commit", cmp.Or(hash, string(t.None)), "why", s.Why)
	}
	pull := s.PullRequest
	if strings.Contains(s.Subject, pull) {
		pull = ""
	}
	return strings.Join(present(t.SourceIs.with("commit", hash, "author", s.Author.text(), "subject", s.Subject), pull, s.Reason, strings.Join(s.Approvals, "; ")), "; ")
}

func present(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

// details are what stands below a change, as pairs of a label and a text.
func (c AuditChange) details() [][2]string {
	t := words().Audit
	var out [][2]string
	add := func(label phrase, text string) {
		if text != "" {
			out = append(out, [2]string{string(label), text})
		}
	}
	add(t.Change, c.Subject)
	add(t.Author, c.Author.text())
	if c.Committer.text() != c.Author.text() {
		add(t.Committer, c.Committer.text())
	}
	add(t.Signature, c.Signature.text())
	add(t.PullRequest, c.PullRequest)
	add(t.Reason, c.Reason)
	for _, m := range c.Merged {
		add(t.Merged, strings.Join(present(m.Commit[:min(len(m.Commit), 12)], m.Author.text(), m.Signature.text(), m.Subject), "; "))
	}
	add(t.Source, c.Source.text())
	add(t.Lifecycle, c.Lifecycle)
	if c.Checks > 0 {
		add(t.Checks, t.InForce.with("n", fmt.Sprint(c.Checks)))
	}
	if c.Rejudged {
		add(t.Rejudged, c.Policies)
	}
	for _, f := range c.Findings {
		text := strings.Join(present(f.Check, f.Severity, f.Environment, f.Object), " ")
		if f.Waiver != "" {
			text += ", " + t.AcceptedBy.with("waiver", f.Waiver)
		}
		add(t.Findings, text)
	}
	add(t.Waivers, strings.Join(c.Waivers, ", "))
	if h := c.Hold; h != nil {
		add(t.Hold, t.HoldIs.with("by", h.By, "ticket", h.Ticket, "until", h.Until, "reason", h.Reason))
	}
	for i, q := range c.Quota {
		text := t.QuotaIs.with("resource", q.Resource, "before", cmp.Or(q.Before, string(t.None)), "after", cmp.Or(q.After, string(t.None)))
		if i > 0 && c.Quota[i-1].Environment == q.Environment && c.Quota[i-1].Quota == q.Quota {
			out[len(out)-1][1] += ", " + text
			continue
		}
		add(t.Quota, q.Environment+" "+q.Quota+": "+text)
	}
	add(t.Quota, c.QuotaUnknown)
	return out
}

// text is the evidence in a line.
func (e Evidence) text() string {
	t := words().Audit
	end := ""
	switch {
	case e.Ended != "":
		end = t.Ended.with("time", e.Ended)
	case e.Kind == DigestDiffers || e.Kind == FileMissing || e.Kind == FileStrange || e.Kind == RecordBroken:
		end = string(t.Lasts)
	}
	announced := ""
	if e.Announced != "" {
		announced = t.Announced.with("by", e.Announced)
	}
	what := e.Message
	if e.File != "" {
		what = e.File + ": " + what
	}
	return strings.Join(present(strings.Join(present(e.Time, e.Commit[:min(len(e.Commit), 12)]), " ")+": "+what, end, announced), "; ")
}
