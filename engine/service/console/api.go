package console

import "time"

// Page is one page of records.
type Page struct {
	Records []Summary `json:"records"`
	// Next is the cursor of the following page, "" on the last one.
	Next string `json:"next,omitempty"`
}

// Summary is what a list shows of a record.
type Summary struct {
	Key    string `json:"key"`
	Status string `json:"status"` // as in Sync_Status
	CCID   string `json:"cc_id,omitempty"`
	CRMID  string `json:"crm_id,omitempty"`
	// State names what is shown to the engine: a decision gives it back.
	State   string   `json:"state,omitempty"`
	Flag    *Flag    `json:"flag,omitempty"`
	Failure *Failure `json:"failure,omitempty"`
}

// Flag is why a record waits for a person.
type Flag struct {
	Rule  string    `json:"rule"`
	Why   string    `json:"why"`
	Since time.Time `json:"since"`
	// MassDelete numbers the paused mass delete that the record belongs to.
	MassDelete uint32 `json:"mass_delete,omitempty"`
}

// Failure is why a record is a dead letter.
type Failure struct {
	Side  string    `json:"side"`            // the system that cannot take or give the value
	Field string    `json:"field,omitempty"` // as that system calls it
	Rule  string    `json:"rule"`
	Shape string    `json:"shape,omitempty"` // of the value, never the value
	Since time.Time `json:"since"`
	// Discarded is when a person took the letter off the list.
	Discarded *time.Time `json:"discarded,omitempty"`
}

// Record is everything that a person needs to decide.
type Record struct {
	Summary
	CC     Side    `json:"cc"`
	CRM    Side    `json:"crm"`
	Fields []Field `json:"fields"` // in the mapping's order
	// Writing says which decision is being carried out, "" if none is.
	Writing string `json:"writing,omitempty"`
	// Ledger holds the newest entries, the oldest of them first; Older says
	// that there are more.
	Ledger []Entry `json:"ledger"`
	Older  bool    `json:"older_entries,omitempty"`
}

// Side is one system's record as it was last read, or as its base says where
// no reading is kept.
type Side struct {
	ID      string     `json:"id,omitempty"`
	Known   bool       `json:"known"`
	Present bool       `json:"present"`
	Version int64      `json:"version"`
	Edited  *time.Time `json:"edited,omitempty"` // its last change that was not the engine's
}

// Field is one mapped field on both sides, as canonical values. null is a side
// that is absent or was not read.
type Field struct {
	Name      string  `json:"name"`
	Direction string  `json:"direction"`
	CC        *string `json:"cc"`
	CRM       *string `json:"crm"`
	CCBase    *string `json:"cc_base"`
	CRMBase   *string `json:"crm_base"`
	Differs   bool    `json:"differs"`
}

// Entry is one decision of the ledger.
type Entry struct {
	Number  uint32    `json:"number"`
	At      time.Time `json:"at"`
	Rule    string    `json:"rule"`
	Why     string    `json:"why"`
	Winner  string    `json:"winner,omitempty"` // cc, crm or none
	Status  string    `json:"status"`
	Version int64     `json:"version"`
	Lost    []Loss    `json:"lost,omitempty"`
}

// Loss is one overwritten value.
type Loss struct {
	Field   string     `json:"field"`
	Side    string     `json:"side"`
	Value   string     `json:"value"`
	Version int64      `json:"version"`
	Edited  *time.Time `json:"edited,omitempty"`
	Origin  string     `json:"origin"`
	Rule    string     `json:"rule"`
}

// Decision is a person's decision on a flagged record.
type Decision struct {
	By string `json:"by"`
	// State is the record's state that the person looked at.
	State string `json:"state"`
	// Choose is the side whose values to take: cc, crm, or "" for Set alone.
	Choose string `json:"choose,omitempty"`
	// Set gives values by field; nil clears the field.
	Set map[string]*string `json:"set,omitempty"`
}

// Restore asks for values back that a decision overwrote.
type Restore struct {
	By    string `json:"by"`
	Entry uint32 `json:"entry"`
	// Fields are those to restore, nil for all that the entry lost.
	Fields []string `json:"fields,omitempty"`
	// Side is whose values to restore, where the entry lost values of both.
	Side string `json:"side,omitempty"`
}

// Letters asks for something to be done with dead letters: those of Keys, or
// those that Filter matches.
type Letters struct {
	By   string   `json:"by"`
	Keys []string `json:"keys,omitempty"`
	// State is the letter that the person looked at, where Keys names one.
	State  string  `json:"state,omitempty"`
	Filter *Filter `json:"filter,omitempty"`
	// DryRun lists what would be done.
	DryRun bool `json:"dry_run,omitempty"`
	// After continues behind an earlier answer's Next; Limit bounds the letters
	// of one answer.
	After string `json:"after,omitempty"`
	Limit int    `json:"limit,omitempty"`
}

// Filter chooses dead letters; what is empty matches all. All must be set
// where neither side, field nor rule is.
type Filter struct {
	All   bool   `json:"all,omitempty"`
	Side  string `json:"side,omitempty"`
	Field string `json:"field,omitempty"`
	Rule  string `json:"rule,omitempty"`
	// Discarded chooses among the letters off the list, instead of those on it.
	Discarded bool `json:"discarded,omitempty"`
}

// Approval lets a paused mass delete go on.
type Approval struct {
	By string `json:"by"`
}

// Accepted says that a person's word was taken.
type Accepted struct {
	Key string `json:"key,omitempty"`
	// Accepted is always true: a refusal is a Problem.
	Accepted bool `json:"accepted"`
}

// Outcomes says what became of each dead letter.
type Outcomes struct {
	DryRun  bool      `json:"dry_run"`
	Letters []Outcome `json:"letters"`
	Next    string    `json:"next,omitempty"`
}

// Outcome is what became of one dead letter.
type Outcome struct {
	Key     string   `json:"key"`
	Failure *Failure `json:"failure,omitempty"`
	Result  string   `json:"result"` // one of the results below
	Why     string   `json:"why,omitempty"`
}

// The results of an Outcome.
const (
	Done      = "done"
	WouldDo   = "would"
	Refused   = "refused"
	Undecided = "undecided" // the engine did not answer in time
)

// Status counts what waits.
type Status struct {
	Flagged   int `json:"flagged"`
	Failed    int `json:"failed"` // dead letters on the list
	Discarded int `json:"discarded"`
	// MassDelete counts the deletions that wait for an approval.
	MassDelete int `json:"mass_delete"`
	// More says that there are more records than were counted.
	More  bool  `json:"more,omitempty"`
	Queue Queue `json:"queue"`
}

// Queue counts queue entries: each waits in one of these.
type Queue struct {
	Fresh   int        `json:"fresh"`
	Backlog int        `json:"backlog"`
	Delayed int        `json:"delayed"`
	Leased  int        `json:"leased"`
	Oldest  *time.Time `json:"oldest,omitempty"` // when the entry that waits longest became due
}

// Problem is an error, as RFC 9457 describes it.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
	// Field is the part of the request that was wrong, "" if none was.
	Field     string `json:"field,omitempty"`
	RequestID string `json:"request_id"`
}

func (p *Problem) Error() string { return p.Detail }
