package mocks

import (
	"slices"
	"time"
)

// Faults is what the harness can switch on in a system while it runs. The
// zero value is a healthy system. The scenario's fault windows set and reset
// it; a mock only obeys.
type Faults struct {
	// Throttle, while not nil, answers matching requests with the vendor's
	// limit signal (429, or Salesforce's 403 REQUEST_LIMIT_EXCEEDED).
	Throttle *Throttle
	// Quota, while not nil, replaces the system's request quota.
	Quota *Quota
	// MaxConcurrent limits requests in progress, 0 for the vendor's own; the
	// network tells the mock how many are in progress by InProgress.
	MaxConcurrent int
	InProgress    int
	// LongRunning is how many of them have taken 20 s or more by now; it is the
	// network's to tell as well.
	LongRunning int
	// DailyRemaining, while not nil, is what is left of the daily limit.
	DailyRemaining *int
	// Error, while not nil, answers with a 5xx before or after the commit.
	Error *ServerError
	// Revocations counts how often all tokens issued so far were revoked. No
	// clock takes part: a clock that is set back must not undo or prolong it.
	Revocations int
	// TokenLife, when positive, is how long new tokens live.
	TokenLife time.Duration
	// AuthDown makes the token endpoint answer 503.
	AuthDown bool
	// Revoked lists permissions (Genesys) or CRUD verbs and fields
	// (the CRMs) that the engine's account has lost; account. marks those of
	// accounts, see RevokedOf.
	Revoked []string
	// Drift holds schema changes that happened while running.
	Drift []Drift
	// FeedHides hides the records' changes from the feed until lifted (a poll gap).
	FeedHides bool
	// MuteNotices stops the system from queueing notices at all.
	MuteNotices bool
	// ChangeEvents is what change events become: "" for themselves,
	// ChangesGap, or ChangesOverflow.
	ChangeEvents string
	// LocalTimes makes the system show instants in this zone, offset
	// included, where the vendor's format has one; nil is UTC.
	LocalTimes *time.Location
}

// What the vendor sends in the place of change events when something went wrong
// with it (Salesforce).
const (
	ChangesGap      = "gap"      // each says which record changed, and not how
	ChangesOverflow = "overflow" // one for a whole transaction says that something did
)

// Throttle is a limit signal that the system sends whatever the quota.
type Throttle struct {
	// Every n-th request is refused; 1 refuses all.
	Every int
	// Left, when positive, counts refusals down and then lifts the fault.
	Left int
	// RetryAfter says what the header holds: "" absent, a number of seconds,
	// "date+N" an HTTP date N seconds ahead of the response's Date, or any
	// other text sent as it stands (a lie, an absurdity).
	RetryAfter string
	seen       int
}

// Hit counts a request and reports whether it is refused.
func (t *Throttle) Hit() bool {
	if t == nil || t.Left < 0 {
		return false
	}
	t.seen++
	if t.Every > 1 && t.seen%t.Every != 0 {
		return false
	}
	if t.Left > 0 {
		t.Left--
		if t.Left == 0 {
			t.Left = -1
		}
	}
	return true
}

// Quota is a fixed window of requests.
type Quota struct {
	Requests int
	Per      time.Duration
	// RetryAfter as in Throttle, with "reset" for the seconds to the window's end.
	RetryAfter string
	// Headers says whether remaining-quota headers are sent.
	Headers bool
}

// ServerError is a 5xx.
type ServerError struct {
	Status      int
	AfterCommit bool // the state changes, and the answer is lost in the 5xx
	Left        int  // as in Throttle
	Methods     []string
}

// Drift is one change of the schema.
type Drift struct {
	Object Object
	Field  string
	Rename string // new native name
	Remove bool
	Retype string // string | number | boolean
	Length int    // new maximum length
	// Values are the native values that a picklist has left, nil for all.
	// Records keep what they hold; writes of another value are refused.
	Values []string
}

// Equal reports whether two are the same change.
func (d Drift) Equal(other Drift) bool {
	return d.Object == other.Object && d.Field == other.Field && d.Rename == other.Rename && d.Remove == other.Remove &&
		d.Retype == other.Retype && d.Length == other.Length && slices.Equal(d.Values, other.Values)
}
