// Package trace is the journal: what the mocks, the network and the world saw
// happen, in one total order. Checkers and reports read nothing else.
//
// It is a leaf: it imports no other room. What an engine says of itself
// appears only under the kinds that begin with "claim"; every other kind is
// written by a mock, the network or the world, which no engine can forge.
package trace

// Kind names what an event reports.
type Kind uint8

// The kinds of event. The comment of each names the fields it fills beside
// Op, At and Cause.
const (
	KindNone Kind = iota

	// Exchanges. Call is the same number for all events of one HTTP exchange.
	Send    // a client put a request on the wire: On target, Actor client, Call, Attempt, Method, Path
	Arrive  // the request reached the system: On, Actor (by its credentials, or "?"), Call, Method, Path, Record if the path names one
	Read    // the system disclosed a record's current content: On, Actor, Call, Record, Version, Stamp
	Commit  // the system's stored state changed: On, Actor, Origin, Call (0 for users), Record, Verb, Version, Before, Stamp, External, Changes, Object
	Notify  // the system queued a notice about a record: On, Record, Notice, Cause is the commit
	Answer  // the system answered: On, Call, Status, Code, RetryAfter, Date
	Receive // the client got the whole answer: On target, Call, Status, RetryAfter, Date
	Lose    // the client will never get the answer, or the request was lost: On target, Call, Code is the reason (fault name)
	Feed    // the system disclosed a page of its change feed: On, Actor, Call, Record empty, Records lists native ids disclosed

	// Webhooks. Notice is the same number for all deliveries of one notice.
	Deliver // a webhook delivery reached the engine's endpoint: On source system, Record, Notice, Attempt, Code ("" | forged | replayed | repeated | pushed: over a connection of the engine's, which has no answer)
	Ack     // the engine answered a delivery: On source system, Record, Notice, Attempt, Status
	Missed  // a delivery was lost or timed out: On source system, Record, Notice, Attempt, Code

	// The world.
	FaultBegin // Code is the fault's name, On its target, Text its YAML
	FaultEnd
	Crash   // the engine's process died: Text says where
	Restart // the engine's process started
	Person  // a person's action: Verb review|restore|approve, Alias record, Text what
	Told    // the notification sink received a message: Verb the topic, Record (engine's key), Alias, Text message, External its identifier
	Gauge   // a measured size: Code what (working_set, in_flight.cc, in_flight.crm), Version the value, Before the limit
	Idle    // the world found nothing left to do
	End     // the run ended: Code idle | deadline | steps
	Output  // the engine wrote to a log or other output stream: Text

	// Claims: the engine's own words, judged but never believed.
	ClaimDecision // Record key, Alias, Code rule, Verb action, Text reason, Origin winner, Changes: one for each field decided or lost
	ClaimStatus   // Record key, Alias, Code status
	ClaimState    // Record key, Code state
	kindCount
)

var kindNames = [kindCount]string{
	"none", "send", "arrive", "read", "commit", "notify", "answer", "receive", "lose", "feed",
	"deliver", "ack", "missed",
	"fault-begin", "fault-end", "crash", "restart", "person", "told", "gauge", "idle", "end", "output",
	"claim-decision", "claim-status", "claim-state",
}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// System identifies who an event is about.
type System uint8

// The systems. CC and CRM are the pair that is kept in step.
const (
	World System = iota
	CC
	CRM
	Engine
)

var systemNames = [...]string{"world", "cc", "crm", "engine"}

func (s System) String() string {
	if int(s) < len(systemNames) {
		return systemNames[s]
	}
	return "unknown"
}

// Verbs of a Commit.
const (
	Create   = "create"
	Update   = "update"
	Delete   = "delete"
	Undelete = "undelete"
	Merge    = "merge" // Record was merged into External
	Touch    = "touch" // timestamps moved, no field did (a metadata save)
	Setup    = "setup" // the world's initial state, or state laid by the harness
)

// Actors with a fixed name. Users are "agent:NAME", "user:NAME" or "automation:NAME".
const (
	ActorEngine = "engine"
	ActorSetup  = "setup"
)

// Change is one field of a record before and after a commit, in the system's
// own names and formats. A cleared or absent value is the empty string, with
// Had or Has false.
type Change struct {
	Field         string
	Before, After string
	Had, Has      bool
}

// Event is one entry of the journal. Fields that a kind does not fill are zero.
type Event struct {
	Op    uint64 // operation number, dense from 1: the total order
	At    int64  // true instant, nanoseconds since the run's start; never a skewed clock
	Cause uint64 // Op of the event that led to this one, 0 if none is known
	Call  uint64 // exchange number, 0 if none

	Kind   Kind
	On     System
	Status int16 // HTTP status

	Attempt int32
	Notice  uint64

	Actor    string
	Origin   string // agent | user | system, of a Commit by a user; the winner side of a ClaimDecision
	Verb     string
	Code     string
	Method   string
	Path     string
	Record   string // native id in On; for claims and Told the engine's record key
	Object   string // of a Commit: what Record is, "" for a contact, else account
	Alias    string // the scenario's name of the record, where the harness knows it
	External string // external id the record carries (the other system's native id)
	Text     string

	Version int64 // stored sync_version after
	Before  int64 // stored sync_version before
	// Stamp is the instant the system reports for this change, by its own
	// clock: nanoseconds since the Unix epoch, already at its resolution.
	Stamp int64
	// Clock is what the system's (or engine's) own clock showed, in
	// nanoseconds since the Unix epoch, where it is not derivable from At.
	Clock int64

	// RetryAfter is the header as sent, "" if absent; Date likewise.
	RetryAfter string
	Date       string

	Changes []Change
	Records []string
}
