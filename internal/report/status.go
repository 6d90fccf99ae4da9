package report

import (
	_ "embed"
	"io"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// StatusFormats are those of the status.
var StatusFormats = []string{"text", "json"}

// StatusSchema is the JSON Schema of the JSON form, in the draft of 2020-12.
//
//go:embed status.schema.json
var StatusSchema []byte

// What a tenant's state is made of. A tenant is current, or has one or more of the others.
const (
	Current     = "current"     // the branch holds what its files here render
	Unpublished = "unpublished" // it has a file here, and nothing on the branch
	Outdated    = "stale"       // publish would change files
	Behind      = "behind"      // what is there came from a younger commit of the platform repository; publish leaves it alone
	Edited      = "hand-edited" // somebody changed files of its own on the branch; publish leaves it alone
	Strange     = "hand-added"  // somebody added files that the GitOps engine applies, and that are nobody's
	OnHold      = "held"        // somebody keeps publish away for a while
	Broken      = "held-back"   // its files here have a problem; publish keeps what is there
	Orphaned    = "orphaned"    // it is on the branch, and has no file here
	Unreadable  = "unreadable"  // its record or its hold on the branch cannot be used
)

// FleetStatus says how the tenants stand on a branch of the GitOps repository, compared with a platform repository.
type FleetStatus struct {
	Branch string `json:"branch"`
	// Head is the commit of the branch; empty for one that is not there.
	Head string `json:"head"`
	// Tenants are sorted by name.
	Tenants []TenantStatus `json:"tenants"`
}

// TenantStatus is that of one tenant. What its file says is empty where there is none that can be read.
type TenantStatus struct {
	Tenant    string   `json:"tenant"`
	States    []string `json:"states"`
	Lifecycle string   `json:"lifecycle"`
	// Until is the last day on which an offboarding tenant is kept. Of a tenant without a file both are what the branch
	// says of it.
	Until        string   `json:"until"`
	Tier         string   `json:"tier"`
	Environments []string `json:"environments"`
	Services     []string `json:"services"`
	// Published says what the files on the branch came from; nil where there are none.
	Published *Published `json:"published"`
	// Edited are its own files that somebody changed by hand, Missing those that somebody removed, Foreign what
	// stands in its folder and is not its own, Stale the other files that publish would write or remove.
	Edited  []string `json:"edited"`
	Missing []string `json:"missing"`
	Foreign []string `json:"foreign"`
	// Strange are those of Foreign that the GitOps engine applies all the same, with what it does with them.
	Strange []StrangeFile `json:"strange"`
	Stale   []string      `json:"stale"`
	// Hold is there until the tenant's next commit, over or not.
	Hold *StatusHold `json:"hold"`
	// Problems are what is wrong with its record or its hold.
	Problems []string `json:"problems"`
}

// StrangeFile is a file that is nobody's and that the GitOps engine applies.
type StrangeFile struct {
	File  string `json:"file"`
	Means string `json:"means"`
}

// Published is what the record on the branch says.
type Published struct {
	// Source is the commit of the platform repository; empty where it was rendered from none.
	Source  string `json:"source"`
	Version string `json:"version"`
	// FailedChecks failed when the files were written, and did not hold the tenant back.
	FailedChecks []manifest.RecordedFinding `json:"failedChecks"`
	Waivers      []string                   `json:"waivers"`
}

// StatusHold is a hold.
type StatusHold struct {
	Until  time.Time `json:"until"`
	Active bool      `json:"active"`
	Ticket string    `json:"ticket"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
}

// Has reports whether a state is among those of the tenant.
func (t *TenantStatus) Has(state string) bool {
	for _, s := range t.States {
		if s == state {
			return true
		}
	}
	return false
}

// WriteStatus prints the status in one of the StatusFormats; with details each tenant has a paragraph of its own
// in the text. The error is that of the writer.
func WriteStatus(w io.Writer, format string, s FleetStatus, details bool, o Options) error {
	switch {
	case format == "json":
		return writeStatusJSON(w, s)
	case details:
		return writeStatusDetails(w, s, o)
	}
	return writeStatusTable(w, s, o)
}

func writeStatusJSON(w io.Writer, s FleetStatus) error {
	tenants := make([]TenantStatus, len(s.Tenants))
	for i, t := range s.Tenants {
		for _, list := range []*[]string{&t.States, &t.Environments, &t.Services, &t.Edited, &t.Missing, &t.Foreign, &t.Stale, &t.Problems} {
			*list = append([]string{}, *list...)
		}
		t.Strange = append([]StrangeFile{}, t.Strange...)
		if t.Published != nil {
			p := *t.Published
			p.FailedChecks, p.Waivers = append([]manifest.RecordedFinding{}, p.FailedChecks...), append([]string{}, p.Waivers...)
			t.Published = &p
		}
		tenants[i] = t
	}
	s.Tenants = []TenantStatus{}
	return indented.write(w, struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		FleetStatus
	}{"tenantsmith.dev/v1alpha1", "Status", s}, long{"tenants", 2, each(tenants)})
}
