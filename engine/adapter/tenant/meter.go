package tenant

import (
	"net/http"
	"sync"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
)

// Meter is a transport that notes what the headers of answers tell: how far the
// system's clock is off, and what is left of its limits.
type Meter struct {
	base    http.RoundTripper
	now     func() time.Time
	signals adapter.Signals

	mu    sync.Mutex // guards what follows
	clock Offset
	last  adapter.Signal
	heard bool
}

// Offset is how far a system's clock is ahead of ours, known to within the
// error on either side.
type Offset struct {
	Ahead, Error time.Duration
	Known        bool
}

// NewMeter measures the exchanges of base; now is our own clock.
func NewMeter(base http.RoundTripper, signals adapter.Signals, now func() time.Time) *Meter {
	return &Meter{base: base, now: now, signals: signals}
}

// RoundTrip implements http.RoundTripper.
func (m *Meter) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := m.now()
	res, err := m.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	received := m.now()
	signal := m.signals(res)
	m.mu.Lock()
	defer m.mu.Unlock()
	if o := measure(res.Header.Get("Date"), sent, received); o.Known && (!m.clock.Known || o.Error < m.clock.Error) {
		m.clock = o
	}
	if signal.Allowed >= 0 || !m.heard {
		m.last, m.heard = signal, true
	}
	return res, nil
}

// measure compares a Date header, which was written between two of our own
// instants and has whole seconds, cut off.
func measure(date string, sent, received time.Time) Offset {
	theirs, err := http.ParseTime(date)
	trip := received.Sub(sent)
	if err != nil || trip < 0 {
		return Offset{}
	}
	const half = time.Second / 2
	return Offset{
		Ahead: theirs.Add(half).Sub(sent.Add(trip / 2)),
		Error: half + trip/2,
		Known: true,
	}
}

// Clock is the best measurement so far.
func (m *Meter) Clock() Offset {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.clock
}

// Limits are the last that an answer told; ok is false before any answer.
func (m *Meter) Limits() (s adapter.Signal, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last, m.heard
}
