package manifest

import "time"

// The stages of a tenant's life, in its file and in its record.
const (
	Active      = "active"
	Suspended   = "suspended"
	Offboarding = "offboarding"
)

// Stays says why the files of the record must not go on a day (2026-11-22), after "tenant acme is not
// removed: "; it is empty where they may.
func (r *Record) Stays(today string) string {
	switch r.Lifecycle {
	case Offboarding:
	case Suspended:
		return "its lifecycle is suspended, not offboarding"
	default:
		return "its lifecycle is active, not offboarding"
	}
	if _, err := time.Parse(time.DateOnly, r.Until); err != nil {
		return "its record has no day until which it is kept"
	}
	if today <= r.Until {
		return "it is kept until the end of " + r.Until
	}
	return ""
}
