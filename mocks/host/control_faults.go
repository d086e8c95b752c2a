package host

import (
	"net/http"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// faults is the switchboard as the control plane shows and takes it: the whole
// of it, so that a PUT switches off what it does not name.
type faults struct {
	// Latency is added to every answer; the system handles the request at once.
	Latency        span         `json:"latency,omitzero"`
	Throttle       *throttle    `json:"throttle,omitempty"`
	Quota          *quota       `json:"quota,omitempty"`
	MaxConcurrent  int          `json:"max_concurrent,omitempty"`
	DailyRemaining *int         `json:"daily_remaining,omitempty"`
	Error          *serverError `json:"error,omitempty"`
	TokenLife      span         `json:"token_life,omitzero"`
	AuthDown       bool         `json:"auth_down,omitempty"`
	Revoked        []string     `json:"revoked,omitempty"`
	Drift          []drift      `json:"drift,omitempty"`
	FeedHides      bool         `json:"feed_hides,omitempty"`
	MuteNotices    bool         `json:"mute_notices,omitempty"`
	ChangeEvents   string       `json:"change_events,omitempty"`
	LocalTimes     string       `json:"local_times,omitempty"`
}

type throttle struct {
	Every      int    `json:"every"`
	Left       int    `json:"left,omitempty"`
	RetryAfter string `json:"retry_after,omitempty"`
}

type quota struct {
	Requests   int    `json:"requests"`
	Per        span   `json:"per"`
	RetryAfter string `json:"retry_after,omitempty"`
	Headers    bool   `json:"headers,omitempty"`
}

type serverError struct {
	Status      int      `json:"status"`
	AfterCommit bool     `json:"after_commit,omitempty"`
	Left        int      `json:"left,omitempty"`
	Methods     []string `json:"methods,omitempty"`
}

type drift struct {
	Object mocks.Object `json:"object,omitzero"`
	Field  string       `json:"field"`
	Rename string       `json:"rename,omitempty"`
	Remove bool         `json:"remove,omitempty"`
	Retype string       `json:"retype,omitempty"`
	Length int          `json:"length,omitempty"`
	Values []string     `json:"values,omitempty"`
}

// board is what is switched on in a mock.
func board(f *mocks.Faults, latency time.Duration) faults {
	out := faults{
		Latency: span(latency), MaxConcurrent: f.MaxConcurrent, DailyRemaining: f.DailyRemaining, TokenLife: span(f.TokenLife),
		AuthDown: f.AuthDown, Revoked: f.Revoked, FeedHides: f.FeedHides, MuteNotices: f.MuteNotices,
		ChangeEvents: f.ChangeEvents,
	}
	if t := f.Throttle; t != nil {
		out.Throttle = &throttle{Every: t.Every, Left: t.Left, RetryAfter: t.RetryAfter}
	}
	if q := f.Quota; q != nil {
		out.Quota = &quota{Requests: q.Requests, Per: span(q.Per), RetryAfter: q.RetryAfter, Headers: q.Headers}
	}
	if e := f.Error; e != nil {
		out.Error = &serverError{Status: e.Status, AfterCommit: e.AfterCommit, Left: e.Left, Methods: e.Methods}
	}
	for _, d := range f.Drift {
		out.Drift = append(out.Drift, drift(d))
	}
	if f.LocalTimes != nil {
		out.LocalTimes = f.LocalTimes.String()
	}
	return out
}

// check refuses what no system could do.
func (f *faults) check() error {
	switch {
	case f.Latency < 0 || time.Duration(f.Latency) > time.Minute:
		return bad("latency", "latency is from 0s to 1m")
	case f.TokenLife < 0:
		return bad("token_life", "token_life is not negative")
	case f.MaxConcurrent < 0:
		return bad("max_concurrent", "max_concurrent is not negative")
	case f.DailyRemaining != nil && *f.DailyRemaining < 0:
		return bad("daily_remaining", "daily_remaining is not negative")
	case f.ChangeEvents != "" && f.ChangeEvents != mocks.ChangesGap && f.ChangeEvents != mocks.ChangesOverflow:
		return bad("change_events", "change_events is gap or overflow, not "+f.ChangeEvents)
	case f.Throttle != nil && (f.Throttle.Every < 1 || f.Throttle.Left < 0):
		return bad("throttle", "every is 1 or more, and left, if there is one, positive")
	case f.Quota != nil && (f.Quota.Requests < 1 || f.Quota.Per <= 0):
		return bad("quota", "requests and per are positive")
	case f.Error != nil && (f.Error.Status < 500 || f.Error.Status > 599 || f.Error.Left < 0):
		return bad("error", "status is from 500 to 599, and left, if there is one, positive")
	}
	for _, d := range f.Drift {
		if d.Field == "" {
			return bad("drift", "field says which field changes")
		}
	}
	return nil
}

// switches brings a mock's switchboard into this state. What the host or the
// mock counts itself stays.
func (f *faults) switches(on *mocks.Faults, zone *time.Location) {
	next := mocks.Faults{
		MaxConcurrent: f.MaxConcurrent, DailyRemaining: f.DailyRemaining, TokenLife: time.Duration(f.TokenLife),
		AuthDown: f.AuthDown, Revoked: f.Revoked, FeedHides: f.FeedHides, MuteNotices: f.MuteNotices, LocalTimes: zone,
		ChangeEvents: f.ChangeEvents, Revocations: on.Revocations, InProgress: on.InProgress, LongRunning: on.LongRunning,
	}
	if t := f.Throttle; t != nil {
		next.Throttle = &mocks.Throttle{Every: t.Every, Left: t.Left, RetryAfter: t.RetryAfter}
	}
	if q := f.Quota; q != nil {
		next.Quota = &mocks.Quota{Requests: q.Requests, Per: time.Duration(q.Per), RetryAfter: q.RetryAfter, Headers: q.Headers}
	}
	if e := f.Error; e != nil {
		next.Error = &mocks.ServerError{Status: e.Status, AfterCommit: e.AfterCommit, Left: e.Left, Methods: e.Methods}
	}
	for _, d := range f.Drift {
		next.Drift = append(next.Drift, mocks.Drift(d))
	}
	*on = next
}

func (h *Host) showFaults(w http.ResponseWriter, _ *http.Request) error {
	var out faults
	_ = h.see(func(_ time.Time, s mocks.System) error {
		out = board(s.Faults(), h.latency)
		return nil
	})
	return reply(w, http.StatusOK, out)
}

// setFaults is PUT /v1/faults.
func (h *Host) setFaults(w http.ResponseWriter, r *http.Request) error {
	var in faults
	if err := read(r, &in); err != nil {
		return err
	}
	if err := h.apply(&in); err != nil {
		return err
	}
	return h.showFaults(w, r)
}

// liftFaults is DELETE /v1/faults.
func (h *Host) liftFaults(w http.ResponseWriter, r *http.Request) error {
	if err := h.apply(&faults{}); err != nil {
		return err
	}
	return h.showFaults(w, r)
}

func (h *Host) apply(f *faults) error {
	if err := f.check(); err != nil {
		return err
	}
	zone, err := h.zone(f.LocalTimes)
	if err != nil {
		return err
	}
	return h.do(func(_ time.Time, s mocks.System) error {
		h.latency = time.Duration(f.Latency)
		f.switches(s.Faults(), zone)
		return nil
	})
}

// zone is the time zone of a name, nil for UTC.
func (h *Host) zone(name string) (*time.Location, error) {
	switch {
	case name == "" || name == "UTC":
		return nil, nil
	case h.options.Zone == nil:
		return nil, bad("local_times", "this host knows no time zones")
	}
	zone, err := h.options.Zone(name)
	if err != nil {
		return nil, bad("local_times", err.Error())
	}
	return zone, nil
}

// revokeTokens ends every token issued so far: POST /v1/tokens/revoke.
func (h *Host) revokeTokens(w http.ResponseWriter, _ *http.Request) error {
	_ = h.do(func(_ time.Time, s mocks.System) error {
		s.Faults().Revocations++
		return nil
	})
	w.WriteHeader(http.StatusNoContent)
	return nil
}
