package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// RecordName is the name of an owner's record, in its folder of the output.
const RecordName = ".tenantsmith.json"

const (
	recordVersion = "tenantsmith.dev/v1alpha1"
	recordKind    = "TenantRecord"
)

// Record says what tenantsmith wrote for a tenant, or as the platform's own, and from what, so that a later run knows which files are its
// own, and an audit what they were judged by. Digests are SHA-256 in hexadecimal, as [Digest] returns them.
type Record struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Tenant     string `json:"tenant"`
	// Version is that of tenantsmith.
	Version string `json:"version"`
	// Source is the commit of the platform repository at which the files or the record last changed, and
	// SourceTime when it was made (RFC 3339, UTC). See [Sourced].
	Source     string `json:"source,omitempty"`
	SourceTime string `json:"sourceTime,omitempty"`
	// Inputs are the files people wrote, by path.
	Inputs map[string]string `json:"inputs"`
	// Schemas and Policies are the digests of what judged them.
	Schemas  string `json:"schemas"`
	Policies string `json:"policies"`
	// Files are the output files, by path; all but the record itself.
	Files map[string]string `json:"files"`
	// Findings are the checks that failed when the files were written.
	Findings []RecordedFinding `json:"findings"`
	// Waivers names the waivers that were used.
	Waivers []string `json:"waivers"`
	// Claims are what no other tenant may have, such as host:shop.example.com, sorted.
	Claims []string `json:"claims,omitempty"`
	// Checks are those in force when the files were written, and Unasked those of them that an environment was
	// not asked for want of what they need; records of older versions have neither.
	Checks  CheckIDs            `json:"checks,omitempty"`
	Unasked map[string]CheckIDs `json:"unasked,omitempty"`
	// Accepted says of the waivers that were used until when they hold; those of older versions are only named.
	Accepted []RecordedWaiver `json:"accepted,omitempty"`
	// Lifecycle is the stage of the tenant, that of its liveliest environment; Until, of one that is
	// offboarding, the last day (2026-11-22) on which its files must stay.
	Lifecycle string `json:"lifecycle,omitempty"`
	Until     string `json:"until,omitempty"`
}

// RecordedFinding is a check that failed and did not hold the tenant back.
type RecordedFinding struct {
	Check       string   `json:"check"`
	Severity    Severity `json:"severity"`
	Environment string   `json:"environment"`
	Object      string   `json:"object"`
	// Waiver is the one that accepts it, if any.
	Waiver string `json:"waiver,omitempty"`
}

// RecordedWaiver is a waiver that accepted a finding when the files were written. Expires is its last day, 2030-12-31.
type RecordedWaiver struct {
	Name       string `json:"name"`
	Expires    string `json:"expires"`
	Ticket     string `json:"ticket"`
	ApprovedBy string `json:"approvedBy"`
}

// Digest returns the SHA-256 of data in hexadecimal.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// ParseRecord reads the record of an owner: a tenant, or the platform. It refuses one that is another's, or that
// claims files which [Ownable] does not grant: what a record claims, we may remove.
func ParseRecord(tenant string, data []byte) (*Record, error) {
	r := &Record{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	if r.APIVersion != recordVersion || r.Kind != recordKind {
		return nil, fmt.Errorf("read record: %q %q is not %s %s", r.APIVersion, r.Kind, recordVersion, recordKind)
	}
	if err := r.validate(); err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	if r.Tenant != tenant {
		return nil, fmt.Errorf("read record: it is that of tenant %s", r.Tenant)
	}
	return r, nil
}

func (r *Record) validate() error {
	if !isLabel(r.Tenant) {
		return fmt.Errorf("tenant %q is not a name", r.Tenant)
	}
	for _, p := range sortedKeys(r.Files) {
		if !Ownable(r.Tenant, p) {
			return fmt.Errorf("file %q does not belong to tenant %s", p, r.Tenant)
		}
	}
	return nil
}

// isLabel reports whether s is a DNS label: a-z, 0-9 and inner dashes, at most 63.
func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// Bytes writes the record: JSON, keys sorted, lists never null, one line end at the end. Findings and waivers are
// written in order of their content, whatever theirs was.
func (r *Record) Bytes() []byte {
	c := *r
	c.APIVersion, c.Kind = recordVersion, recordKind
	if c.Inputs == nil {
		c.Inputs = map[string]string{}
	}
	if c.Files == nil {
		c.Files = map[string]string{}
	}
	c.Findings = append([]RecordedFinding{}, r.Findings...)
	slices.SortFunc(c.Findings, func(a, b RecordedFinding) int {
		return strings.Compare(a.order(), b.order())
	})
	c.Waivers = append([]string{}, r.Waivers...)
	slices.Sort(c.Waivers)
	c.Claims = slices.Compact(slices.Sorted(slices.Values(r.Claims)))
	c.Accepted = slices.Clone(r.Accepted)
	slices.SortFunc(c.Accepted, func(a, b RecordedWaiver) int { return strings.Compare(a.Name, b.Name) })
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(c); err != nil {
		panic(fmt.Sprintf("manifest: write record: %v", err))
	}
	return b.Bytes()
}

func (f RecordedFinding) order() string {
	return strings.Join([]string{f.Check, f.Environment, f.Object, string(f.Severity), f.Waiver}, "\x00")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
