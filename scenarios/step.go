package scenarios

// Step is one line of the timeline. Exactly one of its verbs is set: the key
// that names the verb holds its main argument, the others qualify it.
type Step struct {
	At   Duration
	Line int
	Verb Verb

	// Args, filled as the verb asks.
	Object   string     // create, drift, permission: "" is a contact, else account
	Record   string     // edit, save, delete, undelete, create, merge (the winner), review, restore
	Other    string     // merge (the loser)
	On       string     // cc | crm | engine
	Between  [2]string  // network faults: two of engine, cc, crm
	As       string     // agent | user | automation
	By       string     // the user's name, default by As
	Set      []FieldSet // a value may hold {n}: Schedule puts the repetition's number there
	Version  *int64     // edit: store this version with it (a data loader)
	Bypass   bool       // edit: skip the trigger
	Late     Duration   // edit: stamped now, committed this much later
	Every    Duration   // edit, save: repeat at this interval ...
	Times    int        // ... this many times in all (default 1)
	All      bool       // edit, delete: all records that exist then (record is "*")
	Choose   string     // review: cc | crm | merge
	Fields   []string   // review, restore: only these
	For      Duration   // faults: how long; 0 is until the end of the timeline (see ForGood)
	Way      string     // both (default) | request | response | webhook
	Flap     Duration   // partition: down and up alternate at this interval
	Amount   Duration   // latency, jitter, skew, step, delay: how much
	Rate     int        // loss, duplicate, reorder, truncate ...: percent of messages, default 100
	Count    int        // how many messages or answers, 0 for all in the window
	Status   int        // error: 5xx
	When     string     // error, reset: before (default) | after the commit. crash: see Crash
	Retry    string     // throttle: retry_after
	Requests int        // quota: requests; concurrency: max; daily_limit: left
	Per      Duration   // quota: window
	What     string     // revoke: the permission or field; drift: the native field; forge_webhook: how
	To       string     // zone: the new zone
	Drift    SchemaChange
	Crash    Crash
	PPM      PPM
}

// SchemaChange is what a drift does to the field that Step.What names; exactly
// one of its parts is set.
type SchemaChange struct {
	Rename string // the new native name
	Remove bool
	Retype string   // string | number | boolean
	Length int      // the new maximum length
	Values []string // the native values that a picklist has left
}

// ForGood reports whether the step changes the world and nothing changes it
// back: a new quota or schema that is not said to last a while.
func (s *Step) ForGood() bool {
	return s.For == 0 && (s.Verb == QuotaChange || s.Verb == Drift || s.Verb == MuteWebhooks)
}

// Verb is what a step does.
type Verb string

// What people do.
const (
	Edit      Verb = "edit"       // {at, edit: ada, on: crm, as: user, set: {notes: VIP, phone: null}}
	Create    Verb = "create"     // {at, create: bob, on: cc, as: agent, set: {...}}
	Save      Verb = "save"       // {at, save: ada, on: crm}: a save without a change
	Delete    Verb = "delete"     // {at, delete: ada, on: crm}
	Undelete  Verb = "undelete"   // {at, undelete: ada, on: crm}
	Merge     Verb = "merge"      // {at, merge: ada, with: bob, on: cc}: bob becomes part of ada
	Review    Verb = "review"     // {at, review: ada, choose: cc | crm | merge, set: {...}}; `review: mass-delete, choose: approve`
	Restore   Verb = "restore"    // {at, restore: ada, fields: [notes]}: give back what the last decision overwrote
	LoseStore Verb = "lose_store" // {at, lose_store: true, down: 10s}: a crash after which the engine's disk is empty
)

// Network faults: `{at, partition: [engine, crm], for: 30m, way: request}`.
const (
	Partition Verb = "partition" // way, flap
	Latency   Verb = "latency"   // add: 2s
	Jitter    Verb = "jitter"    // add: 500ms
	Loss      Verb = "loss"      // rate: 20 (percent), way
	Duplicate Verb = "duplicate" // rate; a request is delivered twice
	Reorder   Verb = "reorder"   // rate; messages overtake each other
	Truncate  Verb = "truncate"  // rate; the response body is cut
	Reset     Verb = "reset"     // rate, when: before | after the system handled it
	SlowBody  Verb = "slow_body" // add: 10s
)

// Vendor faults: `{at, throttle: crm, for: 5m, retry_after: 30}`.
const (
	Throttle     Verb = "throttle"      // retry_after: seconds | none | date | any text, count, rate
	QuotaChange  Verb = "quota"         // requests, per
	Concurrency  Verb = "concurrency"   // max
	DailyLimit   Verb = "daily_limit"   // left
	ServerError  Verb = "error"         // status, when: before | after, count
	TokenExpiry  Verb = "token_expiry"  // every token ends now
	TokenRevoke  Verb = "token_revoke"  // for: the token endpoint refuses as well
	Permission   Verb = "revoke"        // what: externalContacts:contact:edit | update | a field, for
	Drift        Verb = "drift"         // field, rename | remove | retype | length | values
	PollGap      Verb = "poll_gap"      // the feed hides what changes
	RestartEmpty Verb = "restart_empty" // every record and token is gone, and nobody is told
)

// Clock faults: `{at, skew: crm, by: 3h}`.
const (
	ClockStep  Verb = "clock_step"  // by: -2s, once and for good
	ClockSkew  Verb = "skew"        // by: 3h, for a while
	ClockDrift Verb = "clock_drift" // ppm
	ClockZone  Verb = "zone"        // to: America/New_York, a system that shows local times
)

// Webhook faults, on cc: `{at, lose_webhooks: cc, for: 1m}`.
const (
	LoseWebhooks    Verb = "lose_webhooks"    // rate
	DelayWebhooks   Verb = "delay_webhooks"   // add
	RepeatWebhooks  Verb = "repeat_webhooks"  // count: deliveries in all
	ReorderWebhooks Verb = "reorder_webhooks" // rate
	ForgeWebhook    Verb = "forge_webhook"    // what: wrong-key | no-signature | altered; record
	ReplayWebhook   Verb = "replay_webhook"   // a genuine one again, as an attacker would
	MuteWebhooks    Verb = "mute_webhooks"    // the vendor sends none, by default for good
)

// Engine faults: `{at, crash: engine, down: 10s}` or `{at, crash: engine, before: persist, nth: 2, of: ada}`.
const (
	CrashEngine Verb = "crash"
	DiskFull    Verb = "disk_full" // for: the engine's disk takes no write
	Redeliver   Verb = "redeliver" // the broker delivers what was already done again
)

// Crash says when and how the engine dies.
type Crash struct {
	// Effect is "" for a death at the step's instant, else what the engine is
	// just about to do: persist (write a batch to its disk), persisted (learn
	// that one is durable), read, write (call a system), written (learn how a
	// write ended), ack (answer a webhook), gate (admit a request).
	Effect string
	Nth    int      // the n-th such effect after At, default 1
	Record string   // only effects of this record
	Down   Duration // how long it stays down, default 1s
	Torn   bool     // the last unsynced disk write is cut in the middle
	Lost   bool     // unsynced writes vanish (always the case for what was not yet acknowledged as durable)
	Wipe   bool     // the disk is empty afterwards (a lost store)
}
