package serve

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/mocks"
)

// A backlog is drained through a CRM that answers 429 to everything beyond its
// quota. SYNCPROOF_BACKLOG_LIVE is
// how many records wait, SYNCPROOF_BACKLOG_QUOTA what the CRM allows a minute.
const (
	backlogEnv     = "SYNCPROOF_BACKLOG_LIVE"
	quotaEnv       = "SYNCPROOF_BACKLOG_QUOTA"
	backlogRecords = 160
	backlogQuota   = 200
	backlogWindow  = time.Minute
	// backlogSpeed is how much faster than the wall's the clock of the mocks and
	// the service is: a Retry-After has whole seconds, so that windows of a
	// real second or two would be lost to its rounding.
	backlogSpeed = 20
	// backlogSlack is how long the engine may take to hear an answer and to hold
	// what it was about to send: a request of that time was on its way.
	backlogSlack = backlogSpeed * 150 * time.Millisecond
	// In fewer than backlogWindows one that a busy machine lets stand still for
	// half a second of real time weighs too much to be judged: backlogStall less
	// will do.
	backlogWindows = 20
	backlogStall   = 0.15
)

// fast is a clock that runs ahead of the wall's.
type fast struct{ began time.Time }

func (c fast) Now() time.Time { return c.began.Add(backlogSpeed * time.Since(c.began)) }

func (c fast) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d/backlogSpeed, f).Stop
}

// storms notes what the CRM answers, at the engine's own side of the wire.
type storms struct {
	inner http.RoundTripper
	now   func() time.Time
	quota int

	mu      sync.Mutex
	answers int         // that were no 429
	marks   []time.Time // of the first answer, and of the first behind each quota of them
	pauses  []pause
	inside  []string // requests that were sent within a pause
}

// pause is from the first 429 of a storm to the end of its Retry-After.
type pause struct{ from, until time.Time }

// RoundTrip implements http.RoundTripper.
func (s *storms) RoundTrip(req *http.Request) (*http.Response, error) {
	s.sent(req)
	res, err := s.inner.RoundTrip(req)
	if err != nil || strings.HasSuffix(req.URL.Path, "/token") {
		return res, err
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if res.StatusCode != http.StatusTooManyRequests {
		if s.answers%s.quota == 0 {
			s.marks = append(s.marks, now)
		}
		s.answers++
		return res, err
	}
	seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if err != nil {
		return nil, fmt.Errorf("a 429 without a Retry-After in seconds: %w", err)
	}
	until := now.Add(time.Duration(seconds) * time.Second)
	if last := len(s.pauses) - 1; last >= 0 && now.Before(s.pauses[last].until) {
		return res, nil // of the same storm: it was on its way
	}
	s.pauses = append(s.pauses, pause{now, until})
	return res, nil
}

// sent checks a request against the last Retry-After.
func (s *storms) sent(req *http.Request) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if last := len(s.pauses) - 1; last >= 0 && now.After(s.pauses[last].from.Add(backlogSlack)) && now.Before(s.pauses[last].until) {
		s.inside = append(s.inside, fmt.Sprintf("%s %s, %s before its end", req.Method, req.URL.Path, s.pauses[last].until.Sub(now)))
	}
}

// share is how much of the quota was used in as many windows as were used up:
// so many requests cannot be answered sooner than these windows allow.
func (s *storms) share() (share float64, windows int) {
	windows = len(s.marks) - 1
	if windows < 1 {
		return 0, 0
	}
	return float64(windows) * float64(backlogWindow) / float64(s.marks[windows].Sub(s.marks[0])), windows
}

func number(t *testing.T, name string, standard int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q, expected a number", name, text)
	}
	return n
}

// TestRL3ABacklogIsDrainedAtTheQuota: at 95 % of it or more where headers tell
// it, at 90 % where only Retry-After does; without a request inside a
// Retry-After (RL-1), and with every record brought over.
func TestRL3ABacklogIsDrainedAtTheQuota(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute of real time")
	}
	t.Run("headers", func(t *testing.T) { drained(t, true, 0.95) })
	t.Run("Retry-After alone", func(t *testing.T) { drained(t, false, 0.90) })
}

func drained(t *testing.T, headers bool, least float64) {
	records, quota := number(t, backlogEnv, backlogRecords), number(t, quotaEnv, backlogQuota)
	clock := fast{time.Now()}
	wire := &storms{now: clock.Now, quota: quota}
	r := newRig(t, setup{
		store: openSQLite(t), quiet: true, poll: "90s", sides: "timeout: 20m, ", clock: clock, extra: "limits: {audit: off}\n",
		vary: func(o *service.Options) {
			o.Transport = func(side mapping.Side, inner http.RoundTripper) http.RoundTripper {
				if side == mapping.CC {
					return inner
				}
				wire.inner = inner
				return wire
			}
		},
	})
	crms := r.backlog(records, mocks.Quota{Requests: quota, Per: backlogWindow, RetryAfter: "reset", Headers: headers})
	r.patient(t, records, "every edit has travelled", r.everywhere(crms))
	r.service.Abort()
	if len(wire.inside) > 0 {
		t.Errorf("%d requests inside a Retry-After, the first: %s", len(wire.inside), wire.inside[0])
	}
	share, windows := wire.share()
	t.Logf("%d records, %d windows of %d requests, %d storms of 429: %.1f %% of the quota", records, windows, quota, len(wire.pauses), 100*share)
	if windows < backlogWindows {
		least -= backlogStall
	}
	switch {
	case windows < 3:
		t.Fatal("that says nothing: more records or a smaller quota")
	case !headers && len(wire.pauses) < windows:
		t.Errorf("%d windows were used up, and the CRM answered 429 in %d: it was no storm", windows, len(wire.pauses))
	case share < least:
		t.Errorf("it drains at %.1f %% of the quota, want %.0f %%", 100*share, 100*least)
	}
}

// backlog lays records on both sides, the contact center's newer, while the
// service is there and the CRM has a quota.
func (r *rig) backlog(records int, quota mocks.Quota) (crms []string) {
	r.crm.do(func(_ time.Time, m mocks.System) { m.Faults().Quota = &quota })
	for i := range records {
		cc, crm := r.pair(fmt.Sprintf("Name%d", i))
		r.edit(r.cc, cc, map[string]any{"title": "Countess"})
		crms = append(crms, crm)
	}
	return crms
}

// everywhere reports whether each record holds the edit in the CRM; it looks at
// one from the first on until it does.
func (r *rig) everywhere(crms []string) func() bool {
	n := 0
	return func() bool {
		for n < len(crms) && r.crm.peek(crms[n]).Fields["title"] == "Countess" {
			n++
		}
		return n == len(crms)
	}
}

// patient waits for a condition as long as so many records may take.
func (r *rig) patient(t *testing.T, records int, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute + time.Duration(records)*50*time.Millisecond)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s; the service: %+v", what, r.service.Status())
		}
		<-tick.C
	}
}
