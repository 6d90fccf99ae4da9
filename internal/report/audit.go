package report

import "slices"

// Outcome is what a check or a control came to on a day: the worst of that day.
type Outcome string

// From the worst to the best.
const (
	// OutcomeFailed: a finding was recorded that no waiver accepted on that day.
	OutcomeFailed Outcome = "failed"
	// OutcomeUnknown: no record tells, or the files were not those that had been judged.
	OutcomeUnknown Outcome = "unknown"
	// OutcomeAccepted: findings were recorded, and waivers accepted all of them on that day.
	OutcomeAccepted Outcome = "accepted"
	// OutcomeHeld: the check was asked, and no finding was recorded. What there was nothing of holds, too.
	OutcomeHeld Outcome = "held"
	// OutcomeNotShown: the check was not asked in any environment, or not there yet; or no manifest shows the control.
	OutcomeNotShown Outcome = "not shown"
)

// Outcomes are all of them, from the worst to the best.
var Outcomes = []Outcome{OutcomeFailed, OutcomeUnknown, OutcomeAccepted, OutcomeHeld, OutcomeNotShown}

// WorstOutcome is the worse of two.
func WorstOutcome(a, b Outcome) Outcome {
	if slices.Index(Outcomes, a) <= slices.Index(Outcomes, b) {
		return a
	}
	return b
}

// Audit is what the history of a GitOps repository shows of tenants over a range of days. Its JSON form is
// documented in docs/audit.md. Days are those of UTC, as 2026-11-22, times RFC 3339 in UTC, and both ends of a
// range belong to it.
type Audit struct {
	Repository string `json:"repository"`
	Branch     string `json:"branch"`
	Path       string `json:"path"`
	// Head is the newest commit of the branch. An audit that comes later can be given it as what it has to find.
	Head string `json:"head"`
	From string `json:"from"`
	To   string `json:"to"`
	// Begins is the time of the oldest commit that is here; Cut tells that it is not the first of the branch.
	Begins string `json:"begins"`
	Cut    bool   `json:"cut"`
	// Commits is how many commits of the range the branch has.
	Commits int `json:"commits"`
	// Signatures are how many of those, and of what merges brought, are signed and how.
	Signatures Signatures `json:"signatures"`
	// Version is that of tenantsmith, Policies the digest of those that say which check serves which control.
	Version  string `json:"version"`
	Policies string `json:"policies"`
	// Tenants are those asked for, by name.
	Tenants []AuditTenant `json:"tenants"`
	// Evidence is what the branch itself shows of tampering; that of tenants stands with them.
	Evidence []Evidence `json:"evidence"`
	// Unknown is what cannot be known, one sentence each.
	Unknown []string `json:"unknown"`
}

// Signatures are how many commits have a signature of each worth.
type Signatures struct {
	Good       int `json:"good"`
	Bad        int `json:"bad"`
	UnknownKey int `json:"unknownKey"`
	Unsigned   int `json:"unsigned"`
}

// AuditTenant is one tenant over the range.
type AuditTenant struct {
	Tenant string `json:"tenant"`
	// Days is how many days of the range it was there, First and Last the first and the last of them.
	Days       int              `json:"days"`
	First      string           `json:"first"`
	Last       string           `json:"last"`
	Frameworks []AuditFramework `json:"frameworks"`
	Checks     []AuditCheck     `json:"checks"`
	Waivers    []AuditWaiver    `json:"waivers"`
	Changes    []AuditChange    `json:"changes"`
	Evidence   []Evidence       `json:"evidence"`
}

// Days are how many days had each outcome. Partly are those of Held on which an environment, or a check that tests
// the control itself, was left out.
type Days struct {
	Failed   int `json:"failed"`
	Unknown  int `json:"unknown"`
	Accepted int `json:"accepted"`
	Held     int `json:"held"`
	NotShown int `json:"notShown"`
	Partly   int `json:"partly"`
}

// Span are days in a row with one outcome.
type Span struct {
	From    string  `json:"from"`
	To      string  `json:"to"`
	Outcome Outcome `json:"outcome"`
}

// AuditFramework is a framework with the days that each of its controls held.
type AuditFramework struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Version  string         `json:"version"`
	Controls []AuditControl `json:"controls"`
}

// AuditControl is a control with its days. What people attest is not in records and does not count.
type AuditControl struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Class    string   `json:"class"`
	NotShown string   `json:"notShown"`
	Days     Days     `json:"days"`
	Checks   []string `json:"checks"`
}

// AuditCheck is a check with its days; Spans are those on which it did not simply hold.
type AuditCheck struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Days  Days   `json:"days"`
	Spans []Span `json:"spans"`
}

// AuditWaiver is a waiver that records name. Days are those of the range on which a record named it and it held;
// Expires is empty where no record says it.
type AuditWaiver struct {
	Name       string   `json:"name"`
	Checks     []string `json:"checks"`
	Ticket     string   `json:"ticket"`
	ApprovedBy string   `json:"approvedBy"`
	Expires    string   `json:"expires"`
	Days       int      `json:"days"`
}

// AuditChange is a commit of the branch that changed a tenant's folder.
type AuditChange struct {
	Commit string `json:"commit"`
	Time   string `json:"time"`
	// Effect is created, changed, removed, or held and released where nothing but a hold changed; By is tenantsmith where the commit says so, otherwise hand.
	Effect      string         `json:"effect"`
	By          string         `json:"by"`
	Author      AuditPerson    `json:"author"`
	Committer   AuditPerson    `json:"committer"`
	Signature   AuditSignature `json:"signature"`
	Subject     string         `json:"subject"`
	PullRequest string         `json:"pullRequest"`
	Reason      string         `json:"reason"`
	// Merged are the commits of a merge that changed the tenant, oldest first.
	Merged []AuditMerged `json:"merged"`
	Source AuditSource   `json:"source"`
	// Version, Schemas and Policies are those of the record after the change, as is all that follows.
	Version  string `json:"version"`
	Schemas  string `json:"schemas"`
	Policies string `json:"policies"`
	// Rejudged tells that other policies judged before.
	Rejudged bool `json:"rejudged"`
	// Lifecycle is the stage that the record names, with its day where one is set; empty where it names none.
	Lifecycle string `json:"lifecycle"`
	// Checks is how many were in force; 0 where the record does not say.
	Checks   int            `json:"checks"`
	Findings []AuditFinding `json:"findings"`
	Waivers  []string       `json:"waivers"`
	Hold     *AuditHold     `json:"hold"`
	Quota    []QuotaChange  `json:"quota"`
	// QuotaUnknown says why a quota cannot be told; empty where it can.
	QuotaUnknown string   `json:"quotaUnknown"`
	Added        []string `json:"added"`
	Modified     []string `json:"modified"`
	Removed      []string `json:"removed"`
}

// AuditPerson is whom a commit names, and the time by that person's clock.
type AuditPerson struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Time  string `json:"time"`
}

// AuditSignature is what the signature of a commit is worth: good, bad, unknown key or unsigned.
type AuditSignature struct {
	State  string `json:"state"`
	Format string `json:"format"`
	Signer string `json:"signer"`
	Key    string `json:"key"`
	Why    string `json:"why"`
}

// AuditMerged is a commit that a merge brought.
type AuditMerged struct {
	Commit      string         `json:"commit"`
	Author      AuditPerson    `json:"author"`
	Signature   AuditSignature `json:"signature"`
	Subject     string         `json:"subject"`
	PullRequest string         `json:"pullRequest"`
}

// AuditSource is the commit of the platform repository that was published. Where it was not examined, Why says why
// and the rest is empty.
type AuditSource struct {
	Commit      string      `json:"commit"`
	Dirty       bool        `json:"dirty"`
	Examined    bool        `json:"examined"`
	Why         string      `json:"why"`
	Author      AuditPerson `json:"author"`
	Subject     string      `json:"subject"`
	PullRequest string      `json:"pullRequest"`
	Reason      string      `json:"reason"`
	// Approvals are the trailers by which people say that they looked at it, such as Reviewed-by.
	Approvals []string `json:"approvals"`
}

// AuditFinding is a check that had failed when the files were written, and the waiver that accepted it.
type AuditFinding struct {
	Check       string `json:"check"`
	Severity    string `json:"severity"`
	Environment string `json:"environment"`
	Object      string `json:"object"`
	Waiver      string `json:"waiver"`
}

// AuditHold is a hold that was in force: somebody announced to edit by hand.
type AuditHold struct {
	Ticket string `json:"ticket"`
	By     string `json:"by"`
	Reason string `json:"reason"`
	Until  string `json:"until"`
}

// QuotaChange is a figure of a ResourceQuota before and after a change; empty where there was or is none.
type QuotaChange struct {
	Environment string `json:"environment"`
	Quota       string `json:"quota"`
	Resource    string `json:"resource"`
	Before      string `json:"before"`
	After       string `json:"after"`
}

// What evidence of tampering there can be.
const (
	// DigestDiffers: a file is not what the record beside it says.
	DigestDiffers = "digest"
	// FileMissing: a file that the record names is not there.
	FileMissing = "missing"
	// FileStrange: a GitOps engine applies a file that no record names.
	FileStrange = "foreign"
	// RecordBroken: the tenant has files and no record that can be read.
	RecordBroken = "record"
	// EditedByHand: a commit that does not say that tenantsmith made it touched what tenantsmith owns.
	EditedByHand = "hand"
	// SourceDiffers: the files of the platform repository are not those that the record names.
	SourceDiffers = "source"
	// BadSignature: the signature does not fit the commit.
	BadSignature = "signature"
	// NotSigned: a commit has no signature by a trusted key, and that was demanded.
	NotSigned = "unsigned"
	// ClockBack: a commit is older than the one that it follows.
	ClockBack = "clock"
	// HistoryRewritten: a commit that was on the branch is not any more.
	HistoryRewritten = "rewritten"
)

// Evidence is something that would not be so had nobody but tenantsmith written. Whether it is wrong, people have to
// find out.
type Evidence struct {
	Kind   string `json:"kind"`
	Commit string `json:"commit"`
	Time   string `json:"time"`
	// File is where, in the repository; empty for what is about a commit.
	File    string `json:"file"`
	Message string `json:"message"`
	// Announced says what told of it beforehand, such as the ticket of a hold; empty where nothing did.
	Announced string `json:"announced"`
	// Ended is when a later commit put it right; empty where none did up to the end of the range.
	Ended string `json:"ended"`
}

// Alarms reports whether there is evidence that nothing announced.
func (a *Audit) Alarms() bool {
	all := a.Evidence
	for _, t := range a.Tenants {
		all = append(all[:len(all):len(all)], t.Evidence...)
	}
	for _, e := range all {
		if e.Announced == "" {
			return true
		}
	}
	return false
}

// Add counts a day; partly tells that something was left out.
func (d *Days) Add(o Outcome, partly bool) {
	switch o {
	case OutcomeFailed:
		d.Failed++
	case OutcomeUnknown:
		d.Unknown++
	case OutcomeAccepted:
		d.Accepted++
	case OutcomeHeld:
		d.Held++
		if partly {
			d.Partly++
		}
	case OutcomeNotShown:
		d.NotShown++
	}
}
