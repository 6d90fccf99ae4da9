package report

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Status is what manifests, waivers and attestations together say of a control. None of them says that
// anybody complies with anything.
type Status string

// From the worst to the best.
const (
	// Fail: a check of the control has a finding that nobody has accepted.
	Fail Status = "fail"
	// NotAttested: no manifest can show it, or no check of it could be asked, and nobody vouches for it.
	NotAttested Status = "not attested"
	// AcceptedRisk: a check of it has findings, all of them waived.
	AcceptedRisk Status = "accepted risk"
	// Attested: no manifest can show it all, and somebody vouches for it.
	Attested Status = "attested"
	// EvidenceFound: all its checks that were asked hold, and manifests show a part of it only, or hold nothing
	// that it is about.
	EvidenceFound Status = "evidence found"
	// Pass: all its checks were asked everywhere, looked at something and hold, and manifests show it whole.
	Pass Status = "pass"
)

// Statuses are all of them, from the worst to the best.
var Statuses = []Status{Fail, NotAttested, AcceptedRisk, Attested, EvidenceFound, Pass}

// Worst is the worse of two.
func Worst(a, b Status) Status {
	if slices.Index(Statuses, a) <= slices.Index(Statuses, b) {
		return a
	}
	return b
}

// What a check of a control came to.
const (
	Failed = "failed"
	Waived = "waived"
	// NotAsked: the platform or the tenant lacks what the check needs, see Why.
	NotAsked = "not asked"
	// NothingThere: there is no object of the kinds that the check looks at.
	NothingThere = "nothing to look at"
	Held         = "held"
)

var results = []string{Failed, Waived, NotAsked, Held, NothingThere}

// WorstResult is the worse of two.
func WorstResult(a, b string) string {
	if slices.Index(results, a) <= slices.Index(results, b) {
		return a
	}
	return b
}

// Compliance is what the manifests of tenants show of frameworks. Its JSON form is documented in
// docs/compliance.md.
type Compliance struct {
	// Now is the day it holds for, 2026-11-22.
	Now string `json:"now"`
	// Version is that of tenantsmith; Schemas and Policies are the digests of what judged.
	Version  string `json:"version"`
	Schemas  string `json:"schemas"`
	Policies string `json:"policies"`
	Platform string `json:"platform"`
	// Inputs are the digests of the files that people wrote, by path.
	Inputs map[string]string `json:"inputs"`
	// Frameworks are those asked for, each with all tenants.
	Frameworks []Framework `json:"frameworks"`
	// Waivers are those that were used, Attestations those that were found, expired ones among them.
	Waivers      []Waiver      `json:"waivers"`
	Attestations []Attestation `json:"attestations"`
	// Held are tenants with problems that keep them from being examined.
	Held []string `json:"held"`
	// Skipped is what was not examined.
	Skipped []Skipped `json:"skipped"`
}

// Framework is one framework over all tenants.
type Framework struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"`
	// Scope says which part of the framework is here and what is not.
	Scope string `json:"scope"`
	// Controls are over all tenants: the worst status of any of them.
	Controls []Control `json:"controls"`
	// Tenants are those that have to hold the framework, by name.
	Tenants []TenantFramework `json:"tenants"`
}

// TenantFramework is one framework for one tenant, all its environments together.
type TenantFramework struct {
	Tenant       string    `json:"tenant"`
	Environments []string  `json:"environments"`
	Controls     []Control `json:"controls"`
}

// Control is one control with what stands behind its status.
type Control struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Class is automated, partial or manual: how much of it manifests can show.
	Class  string `json:"class"`
	Status Status `json:"status"`
	// NotShown is what no manifest shows.
	NotShown string         `json:"notShown"`
	Checks   []ControlCheck `json:"checks"`
	// Attestations are those that hold on the day of the report.
	Attestations []Attestation `json:"attestations"`
}

// ControlCheck is one check behind a control.
type ControlCheck struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Direct checks test the control itself; others contribute to it.
	Direct bool `json:"direct"`
	// Result is one of Failed, Waived, NotAsked, NothingThere, Held.
	Result string `json:"result"`
	// Why is what it needs and was not there, where it was asked nowhere: parts of the platform file or of
	// the tenant's, or "change" for a check of changes.
	Why string `json:"why"`
	// NotAskedIn are the environments in which it was not asked though it was elsewhere.
	NotAskedIn []Unasked `json:"notAskedIn"`
	// Objects is how many objects it looked at.
	Objects int `json:"objects"`
	// Findings are what it found, waived ones among them.
	Findings []manifest.Problem `json:"-"`
}

// Unasked is an environment in which a check was not asked, and what it needs that is not there.
type Unasked struct {
	Environment string `json:"environment"`
	Why         string `json:"why"`
}

// Waiver is a waiver that was used.
type Waiver struct {
	Name       string   `json:"name"`
	File       string   `json:"file"`
	Line       int      `json:"line"`
	Checks     []string `json:"checks"`
	Tenant     string   `json:"tenant"`
	Reason     string   `json:"reason"`
	ApprovedBy string   `json:"approvedBy"`
	Ticket     string   `json:"ticket"`
	Expires    string   `json:"expires"`
	// Findings is how many findings it accepts.
	Findings int `json:"findings"`
}

// Attestation is what somebody vouches for; Tenant is empty for one that holds for all.
type Attestation struct {
	Control   string `json:"control"`
	Tenant    string `json:"tenant"`
	Statement string `json:"statement"`
	Evidence  string `json:"evidence"`
	By        string `json:"by"`
	Role      string `json:"role"`
	Date      string `json:"date"`
	Until     string `json:"until"`
	// Expired and Future tell why it does not hold on the day of the report; Unknown, that no framework has
	// the control.
	Expired bool   `json:"expired"`
	Future  bool   `json:"future"`
	Unknown bool   `json:"unknown"`
	File    string `json:"file"`
	Line    int    `json:"line"`
}
