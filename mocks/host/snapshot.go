package host

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// The form of a snapshot, and its version: it grows when an older release
// could not read what a newer one writes.
const (
	snapshotForm    = "syncproof-mock"
	snapshotVersion = 1
)

// snapshotMax bounds a snapshot that is read, in bytes.
const snapshotMax = 4 << 30

// snapshot is a mock at one instant, faults and clock included. The journal is
// no part of it: what was seen was seen.
type snapshot struct {
	Form        string          `json:"form"`
	Version     int             `json:"version"`
	Kind        string          `json:"kind"`
	Taken       time.Time       `json:"taken"` // by the system's clock
	Offset      span            `json:"clock_offset"`
	Faults      faults          `json:"faults"`
	Revocations int             `json:"revocations"`
	State       json.RawMessage `json:"state"`
}

// Save is a snapshot of the mock, as JSON.
func (h *Host) Save() ([]byte, error) {
	var out snapshot
	err := h.see(func(now time.Time, s mocks.System) error {
		stateful, ok := s.(mocks.Stateful)
		if !ok {
			return fmt.Errorf("the %s mock takes no snapshots", h.options.Kind)
		}
		state, err := stateful.State()
		out = snapshot{
			Form: snapshotForm, Version: snapshotVersion, Kind: h.options.Kind, Taken: now.UTC(), Offset: span(h.clock.Offset()),
			Faults: board(s.Faults(), h.latency), Revocations: s.Faults().Revocations, State: state,
		}
		h.dirty = false
		return err
	})
	if err != nil {
		return nil, err
	}
	return json.Marshal(&out)
}

// Load brings the mock into the state of a snapshot. After an error it is as
// it was.
func (h *Host) Load(text []byte) error {
	var in snapshot
	if err := json.Unmarshal(text, &in); err != nil {
		return fmt.Errorf("this is no snapshot: %w", err)
	}
	switch {
	case in.Form != snapshotForm:
		return fmt.Errorf("this is no snapshot: its form is %q, not %q", in.Form, snapshotForm)
	case in.Version != snapshotVersion:
		return fmt.Errorf("the snapshot has version %d, this release reads version %d", in.Version, snapshotVersion)
	case in.Kind != h.options.Kind:
		return fmt.Errorf("the snapshot is of a %s mock, this is a %s mock", in.Kind, h.options.Kind)
	}
	if err := in.Faults.check(); err != nil {
		return err
	}
	zone, err := h.zone(in.Faults.LocalTimes)
	if err != nil {
		return err
	}
	fresh := h.options.New(h.log)
	stateful, ok := fresh.(mocks.Stateful)
	if !ok {
		return fmt.Errorf("the %s mock takes no snapshots", h.options.Kind)
	}
	if err := stateful.SetState(in.State); err != nil {
		return fmt.Errorf("the snapshot cannot be taken up: %w", err)
	}
	in.Faults.switches(fresh.Faults(), zone)
	fresh.Faults().Revocations = in.Revocations
	h.replace(fresh, time.Duration(in.Faults.Latency), time.Duration(in.Offset))
	return nil
}

// replace puts another mock in the place of the one that runs.
func (h *Host) replace(s mocks.System, latency, offset time.Duration) {
	h.mu.Lock()
	h.system, h.latency, h.dirty = s, latency, true
	h.clock.set(offset)
	h.move()
	h.mu.Unlock()
	h.stir()
}

// takeSnapshot is GET /v1/snapshot.
func (h *Host) takeSnapshot(w http.ResponseWriter, _ *http.Request) error {
	text, err := h.Save()
	if err != nil {
		return &problem{Status: http.StatusNotImplemented, Detail: err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // the client may be gone
	return nil
}

// restoreSnapshot is PUT /v1/snapshot.
func (h *Host) restoreSnapshot(w http.ResponseWriter, r *http.Request) error {
	text, err := io.ReadAll(io.LimitReader(r.Body, snapshotMax))
	if err != nil {
		return bad("", "the body could not be read: "+err.Error())
	}
	if err := h.Load(text); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// reset brings the mock back to where it began, faults lifted and clock right:
// POST /v1/reset.
func (h *Host) reset(w http.ResponseWriter, _ *http.Request) error {
	h.replace(h.options.New(h.log), 0, 0)
	w.WriteHeader(http.StatusNoContent)
	return nil
}
