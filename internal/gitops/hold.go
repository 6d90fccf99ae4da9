package gitops

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// HoldName is the name of a tenant's hold, in its folder of the output.
const HoldName = ".hold.json"

const (
	holdVersion = "tenantsmith.dev/v1alpha1"
	holdKind    = "Hold"
)

// Hold keeps Publish away from a tenant's files for a while: somebody edits them by hand, in an emergency.
type Hold struct {
	Tenant string
	// Until is when it ends, whatever happens.
	Until time.Time
	// Ticket says where the emergency is written down, Reason what it is, By who holds.
	Ticket, Reason, By string
}

// heldFile is a hold as it is stored.
type heldFile struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Tenant     string    `json:"tenant"`
	Until      time.Time `json:"until"`
	Ticket     string    `json:"ticket"`
	Reason     string    `json:"reason,omitempty"`
	By         string    `json:"by"`
}

// HoldPath returns where the hold of a tenant stands in the output.
func HoldPath(tenant string) string { return path.Join(manifest.Folder(tenant), HoldName) }

// Active reports whether the hold is not over.
func (h *Hold) Active(now time.Time) bool { return h != nil && now.Before(h.Until) }

// Bytes writes the hold; its end in UTC, whole seconds.
func (h *Hold) Bytes() []byte {
	f := heldFile{holdVersion, holdKind, h.Tenant, h.Until.UTC().Truncate(time.Second), h.Ticket, h.Reason, h.By}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(f); err != nil {
		panic(fmt.Sprintf("gitops: write hold: %v", err)) // of a year beyond 9999, which callers bound
	}
	return b.Bytes()
}

// ParseHold reads the hold of a tenant, and refuses one that is another tenant's or has no end. Texts come back
// without control characters.
func ParseHold(tenant string, data []byte) (*Hold, error) {
	var f heldFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("read hold: %w", err)
	}
	switch {
	case f.APIVersion != holdVersion || f.Kind != holdKind:
		return nil, fmt.Errorf("read hold: %q %q is not %s %s", f.APIVersion, f.Kind, holdVersion, holdKind)
	case f.Tenant != tenant:
		return nil, fmt.Errorf("read hold: it is that of tenant %q", f.Tenant)
	case f.Until.IsZero():
		return nil, errors.New("read hold: it does not say until when")
	}
	return &Hold{f.Tenant, f.Until, printable(f.Ticket), printable(f.Reason), printable(f.By)}, nil
}

// holding is an update of nothing but a tenant's hold: next is the new one, nil for none, before the one that it
// takes the place of.
type holding struct{ next, before *Hold }

// ErrUnpublished says that the branch has no such tenant.
var ErrUnpublished = errors.New("there is no record of the tenant on the branch")

// SetHold commits a hold, in the place of the one that the tenant may have, which it returns. The error is
// ErrUnpublished for a tenant without a record.
func SetHold(ctx context.Context, opts Options, h Hold) (Result, *Hold, error) {
	return rehold(ctx, opts, h.Tenant, &h)
}

// EndHold takes the hold of a tenant away, and returns it: nil where there is none to end, and then nothing is
// committed.
func EndHold(ctx context.Context, opts Options, tenant string) (Result, *Hold, error) {
	return rehold(ctx, opts, tenant, nil)
}

func rehold(ctx context.Context, opts Options, tenant string, next *Hold) (Result, *Hold, error) {
	do := &holding{next: next}
	res, err := Publish(ctx, opts, Always(Update{Tenant: tenant, hold: do}))
	return res, do.before, err
}

// rehold plans a commit of a hold alone. One that cannot be read is replaced or removed like any other.
func (t *target) rehold(root *folder, u Update) (tenantPlan, []manifest.Problem, error) {
	file := HoldPath(u.Tenant)
	h := newHeadReader(t, root, nil)
	tp := tenantPlan{Change: Change{Tenant: u.Tenant}, update: Update{Tenant: u.Tenant, Files: map[string][]byte{}}}
	if _, exists, err := h.entry(manifest.RecordPath(u.Tenant)); err != nil || !exists && u.hold.next != nil {
		return tp, nil, cmp.Or(err, ErrUnpublished)
	}
	data, exists, err := h.read(file)
	if err != nil {
		return tp, nil, err
	}
	u.hold.before = nil
	if exists {
		u.hold.before, _ = ParseHold(u.Tenant, data)
	}
	switch {
	case u.hold.next == nil && exists:
		tp.Removed = []string{file}
		return tp, nil, nil
	case u.hold.next == nil:
		return tp, nil, nil
	}
	next := u.hold.next.Bytes()
	tp.update.Files[file], tp.hashes = next, map[string]plumbing.Hash{file: hashObject(plumbing.BlobObject, next)}
	switch {
	case exists && bytes.Equal(data, next):
	case exists:
		tp.Modified = []string{file}
	default:
		tp.Added = []string{file}
	}
	return tp, nil, nil
}

// hold reads the tenant's hold at the head; nil if there is none. One that cannot be read is a problem: somebody
// wanted the tenant left alone, and nobody knows until when.
func (h *headReader) hold(tenant string) (*Hold, *manifest.Problem, error) {
	file := HoldPath(tenant)
	data, exists, err := h.read(file)
	if err != nil || !exists {
		return nil, nil, err
	}
	hold, err := ParseHold(tenant, data)
	if err == nil {
		return hold, nil, nil
	}
	return nil, &manifest.Problem{
		Check: "output", Severity: manifest.Error, Position: manifest.Position{File: file},
		Message: "the hold cannot be used: " + printable(err.Error()), Remedy: fmt.Sprintf("end it with tenantsmith hold %s --end", tenant),
	}, nil
}
