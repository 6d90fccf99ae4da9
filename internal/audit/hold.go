package audit

import (
	"encoding/json"
	"path"
	"time"
)

// holdName is the name of a tenant's hold, in its folder of the output.
const holdName = ".hold.json"

// hold announces that somebody edits the files of a tenant by hand for a while.
type hold struct {
	Until  time.Time `json:"until"`
	Ticket string    `json:"ticket"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
}

func (h *hold) active(at time.Time) bool { return h != nil && at.Before(h.Until) }

// readHold reads the hold as it stands. One that cannot be read announces nothing.
func (w *walk) readHold() error {
	w.hold = nil
	id, there := w.files[path.Join("tenants", w.name, holdName)]
	if !there {
		return nil
	}
	data, err := w.history.Read(id)
	if err != nil {
		return err
	}
	h := &hold{}
	if json.Unmarshal(data, h) == nil {
		w.hold = h
	}
	return nil
}
