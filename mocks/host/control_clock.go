package host

import (
	"net/http"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// offsetMax bounds how far a clock can be set.
const offsetMax = 100 * 365 * 24 * time.Hour

// clockView is the clock as the control plane shows it.
type clockView struct {
	Now    time.Time `json:"now"`
	Offset span      `json:"offset"`
}

func (h *Host) showClock(w http.ResponseWriter, _ *http.Request) error {
	return reply(w, http.StatusOK, clockView{Now: h.clock.Now().UTC(), Offset: span(h.clock.Offset())})
}

// setClock puts the system's clock ahead of the machine's, or behind it. What
// the system will do by itself waits as long as before. PUT /v1/clock.
func (h *Host) setClock(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Offset *span `json:"offset"`
	}
	if err := read(r, &in); err != nil {
		return err
	}
	if in.Offset == nil || max(time.Duration(*in.Offset), -time.Duration(*in.Offset)) > offsetMax {
		return bad("offset", "offset is a duration of at most 100 years, such as -90s")
	}
	_ = h.do(func(_ time.Time, s mocks.System) error {
		s.ClockSet(h.clock.set(time.Duration(*in.Offset)))
		return nil
	})
	return h.showClock(w, r)
}

// status is GET /v1/status.
func (h *Host) status(w http.ResponseWriter, _ *http.Request) error {
	out := struct {
		Kind     string    `json:"kind"`
		Now      time.Time `json:"now"`
		Records  int       `json:"records"`
		Deleted  int       `json:"deleted"`
		Requests uint64    `json:"requests"`
		Journal  uint64    `json:"journal"` // the number of the last event
	}{Kind: h.options.Kind, Journal: h.log.Last()}
	_ = h.see(func(now time.Time, s mocks.System) error {
		out.Now, out.Requests = now.UTC(), h.calls
		s.Each(func(one mocks.Snapshot) bool {
			out.Records++
			if one.Deleted {
				out.Deleted++
			}
			return true
		})
		return nil
	})
	return reply(w, http.StatusOK, out)
}
