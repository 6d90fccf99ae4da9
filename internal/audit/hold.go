package audit

import (
	"time"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// readHold reads the hold as it stands. One that cannot be read announces nothing.
func (w *walk) readHold() error {
	w.hold = nil
	id, there := w.files[gitops.HoldPath(w.name)]
	if !there {
		return nil
	}
	data, err := w.history.Read(id)
	if err != nil {
		return err
	}
	if h, err := gitops.ParseHold(w.name, data); err == nil {
		w.hold = h
	}
	return nil
}

// held is the hold in force at a time, if any.
func (w *walk) held(at time.Time) *report.AuditHold {
	if !w.hold.Active(at) {
		return nil
	}
	return &report.AuditHold{Ticket: w.hold.Ticket, By: w.hold.By, Reason: w.hold.Reason, Until: stamp(w.hold.Until)}
}
