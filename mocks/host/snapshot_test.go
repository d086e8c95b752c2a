package host_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// lockedTime is a clock that a test sets.
type lockedTime struct {
	mu sync.Mutex
	at time.Time
}

func (l *lockedTime) get() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

func (l *lockedTime) set(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = at
}

// A snapshot holds everything that makes a difference: the fingerprint of the
// mock that takes it up is that of the one that was left.
func TestASnapshotIsTheWholeState(t *testing.T) {
	for kind, k := range kinds {
		t.Run(kind, func(t *testing.T) {
			now := &lockedTime{at: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}
			p := newPlane(t, kind, "http://127.0.0.1:9/", now.get)
			p.login()
			ada, bob := p.make(kind, "Ada"), p.make(kind, "Bob")
			p.want(http.StatusCreated, "POST", "/v1/edits", `{"object":"account","set":{"`+k.account+`":"Engines"}}`)
			p.want(http.StatusCreated, "POST", "/v1/edits", `{"object":"account","set":{"`+k.account+`":"Late"},"commit_after":"3h"}`)
			now.set(now.get().Add(time.Minute))
			p.want(http.StatusOK, "POST", "/v1/edits", `{"record":"`+ada+`","set":{"`+k.phone+`":"(415) 555-0123"},"commit_after":"1h"}`)
			p.want(http.StatusCreated, "POST", "/v1/edits", `{"set":{"`+k.name+`":"Late"},"commit_after":"2h"}`)
			p.want(http.StatusOK, "POST", "/v1/edits", `{"record":"`+ada+`","set":{"`+k.phone+`":"(415) 555-0199"}}`)
			p.want(http.StatusOK, "PUT", "/v1/faults", `{"mute_notices":true,"throttle":{"every":3,"retry_after":"7"}}`)
			p.want(http.StatusOK, "PUT", "/v1/clock", `{"offset":"90s"}`)
			p.want(http.StatusNoContent, "POST", "/v1/tokens/revoke", "")
			if status, _ := p.send("POST", "/v1/records/"+ada+"/merge", `{"loser":"`+bob+`"}`); status != http.StatusOK {
				p.want(http.StatusOK, "POST", "/v1/records/"+bob+"/delete", `{}`)
			}
			snapshot := p.want(http.StatusOK, "GET", "/v1/snapshot", "")
			before := fingerprint(t, p)

			p.want(http.StatusNoContent, "POST", "/v1/reset", "")
			if fingerprint(t, p) == before {
				t.Fatal("the fingerprint does not tell a reset mock from a used one")
			}
			p.want(http.StatusNoContent, "PUT", "/v1/snapshot", snapshot)
			if after := fingerprint(t, p); after != before {
				t.Errorf("the restored mock differs:\n%q\n%q", after, before)
			}
			if again := p.want(http.StatusOK, "GET", "/v1/snapshot", ""); again != snapshot {
				t.Errorf("a snapshot of the restored mock differs:\n%s\n%s", again, snapshot)
			}
		})
	}
}

func fingerprint(t *testing.T, p *plane) string {
	t.Helper()
	text := ""
	p.host.Inspect(func(now time.Time, s mocks.System) {
		text = string(s.(mocks.Direct).Fingerprint(now, nil))
	})
	return text
}
