package host

import (
	"math"
	"net/http"
	"strconv"
)

// pageMax is how many events are written at a time.
const pageMax = 1000

// readJournal writes events as NDJSON: GET /v1/journal?after=OP&limit=N. With
// follow=true it goes on with what happens, until the client has enough.
func (h *Host) readJournal(w http.ResponseWriter, r *http.Request) error {
	after, err := number(r, "after", 0, math.MaxUint64)
	if err != nil {
		return err
	}
	limit, err := number(r, "limit", math.MaxInt32, math.MaxInt32)
	if err != nil {
		return err
	}
	follow := false
	if text := r.URL.Query().Get("follow"); text != "" {
		if follow, err = strconv.ParseBool(text); err != nil {
			return bad("follow", "follow is true or false, not "+strconv.Quote(text))
		}
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(w)
	for limit > 0 {
		events, grown := h.log.After(after, int(min(limit, pageMax)))
		if len(events) == 0 {
			if !follow {
				return nil
			}
			select {
			case <-grown:
				continue
			case <-r.Context().Done():
				return nil
			}
		}
		if h.options.Lines(w, events) != nil || flush.Flush() != nil {
			return nil // the client has gone
		}
		after = events[len(events)-1].Op
		limit -= uint64(len(events))
	}
	return nil
}
