package host

import (
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// Inspect lets a test look at the mock itself.
func (h *Host) Inspect(f func(now time.Time, s mocks.System)) {
	_ = h.see(func(now time.Time, s mocks.System) error { f(now, s); return nil })
}

// Flying is how many requests are in progress.
func (h *Host) Flying() int {
	n, _ := h.flights.count()
	return n
}
