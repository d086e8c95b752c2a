package dynamics

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// Mock is one table of an organisation, and leads to the others: what New
// returns holds the contacts and stands for the whole organisation. It
// implements mocks.System.
type Mock struct {
	*tenant
	object *object
	config *mocks.Config // of this table; never changed: clones share it

	made    *schema // as configured
	schema  *schema // as drift and revocation left it
	drift   []mocks.Drift
	revoked []string
	gap     int // number of the feed gap that is open, or was last
	gapOpen bool

	// The columns that mean something to the model.
	firstName, lastName, version, external *column

	store store
	late  mocks.Due[lateCommit]
}

// tenant is what the tables of an organisation share.
type tenant struct {
	parts   [2]*Mock // by object; nil for accounts that the engine's account does not see
	journal mocks.Recorder
	faults  mocks.Faults
	ids     mocks.IDs
	self    string // the engine's user id

	tokens     mocks.Tokens
	limits     mocks.Limiter
	execution  execution
	notices    uint64
	deliveries mocks.Due[mocks.Delivery]

	doing   exchange       // memory for Do, one call after another
	members []mocks.Member // scratch of one request
	second  int64          // the second that date renders
	date    []string
}

var _ mocks.System = (*Mock)(nil)

// vendorQuota is the limit on the number of requests of a user (S). The
// vendor's window slides; the model's is fixed, as the harness's quotas are.
var vendorQuota = mocks.Quota{Requests: 6000, Per: 300 * time.Second, RetryAfter: "reset", Headers: true}

// vendorConcurrent is how many requests of a user may be in progress (S).
const vendorConcurrent = 52

// vendorTokenLife is how long Entra's tokens live at least (2).
const vendorTokenLife = 3599 * time.Second

// pageMax is the most records of a page, and the default (S).
const pageMax = 5000

// idSalt keeps the ids apart from those of another system that has the same
// seed: an id in the wrong place must not be found.
const idSalt = 0x64617461766572

// firstNotice keeps the numbers of its notices apart from those of the other
// system, which one journal holds.
const firstNotice = 1 << 24

// New makes an organisation without records.
func New(c mocks.Config) *Mock {
	t := &tenant{
		journal:   mocks.Recorder{Journal: c.Journal, On: c.On},
		ids:       *mocks.NewIDs(c.Seed ^ idSalt),
		self:      UserID(c.ClientID),
		execution: execution{allowed: executionMax},
		notices:   firstNotice,
	}
	t.hold(mocks.Contact, c.Of(mocks.Contact))
	if c.Account != nil {
		t.hold(mocks.Account, c.Of(mocks.Account))
	}
	return t.parts[mocks.Contact]
}

// hold adds the part of a table.
func (t *tenant) hold(o mocks.Object, c mocks.Config) {
	made := newSchema(objects[o], &c)
	m := &Mock{
		tenant:    t,
		object:    objects[o],
		config:    &c,
		made:      made,
		schema:    made,
		firstName: made.byName["firstname"],
		lastName:  made.byName["lastname"],
		version:   made.byName[c.VersionField],
		store:     newStore(),
	}
	if !c.Bare {
		m.external = made.byName[c.ExternalField]
	}
	t.parts[o] = m
}

// Faults is the organisation's switchboard.
func (m *Mock) Faults() *mocks.Faults { return &m.faults }

// refresh follows what the harness switched since the last call.
func (m *Mock) refresh() {
	if m.faults.FeedHides != m.gapOpen {
		m.gapOpen = m.faults.FeedHides
		if m.gapOpen {
			m.gap++
		}
	}
	if slices.EqualFunc(m.drift, m.faults.Drift, mocks.Drift.Equal) && slices.Equal(m.revoked, m.faults.Revoked) {
		return
	}
	m.drift = slices.Clone(m.faults.Drift)
	m.revoked = slices.Clone(m.faults.Revoked)
	f := mocks.Faults{Drift: m.drift, Revoked: m.revoked}
	m.schema = m.made.drifted(f.DriftsOf(m.object.is), f.RevokedOf(m.object.is), m.schema.revision+1)
}

// assign is one column of a write with its native text, "" for null.
type assign struct {
	column *column
	text   string
}

// write is a change that passed its validation, and who makes it.
type write struct {
	set        []assign
	now        time.Time // when it commits
	stamp      time.Time
	actor      string
	origin     mocks.Origin // "" for the API
	by         string       // modifiedby
	call       uint64
	cause      uint64
	versionSet bool // the writer set the version, or bypasses the trigger
}

// lateCommit is an edit whose transaction is still open.
type lateCommit struct {
	record *record
	create bool
	write  write
}

// save stores a write to a new or stored record and journals it. A save that
// changes nothing still moves modifiedon, the row version and the feed.
func (m *Mock) save(c *record, create bool, w *write) uint64 {
	before := c.number(m.version)
	changes := make([]trace.Change, 0, len(w.set)+1)
	c.values = slices.Clone(c.values) // clones of the organisation share the old ones
	for _, a := range w.set {
		changes = m.put(c, a.column, a.text, changes)
	}
	if m.version != nil && m.config.TriggerFires(changes, w.versionSet) {
		changes = m.put(c, m.version, formatInt(c.number(m.version)+1), changes)
	}
	verb := trace.Update
	switch {
	case w.actor == trace.ActorSetup:
		verb = trace.Setup
	case create:
		verb = trace.Create
	case len(changes) == 0:
		verb = trace.Touch
	}
	if create {
		c.created = w.stamp.Unix()
		if m.store.byID[c.id] != c {
			m.store.add(c)
		}
	}
	return m.commit(c, w, verb, before, changes)
}

// commit ends a change: the audit columns, the feed, the journal, and the
// webhook.
func (m *Mock) commit(c *record, w *write, verb string, before int64, changes []trace.Change) uint64 {
	c.modified, c.modifiedBy = w.stamp.Unix(), w.by
	c.gap = 0
	if m.gapOpen {
		c.gap = m.gap
	}
	m.store.commit(c)
	external := m.keyOf(c)
	if verb == trace.Merge {
		external = c.master
	}
	op := m.journal.Commit(mocks.Committed{
		Call: w.call, Cause: w.cause, Actor: w.actor, Origin: w.origin, Verb: verb, Object: m.object.is,
		Record: c.id, Alias: c.alias, External: external,
		Version: c.number(m.version), Before: before, Stamp: time.Unix(c.modified, 0), Changes: changes,
	})
	if verb != trace.Setup {
		m.notify(c, w, verb, op)
	}
	return op
}

func (m *Mock) put(c *record, col *column, text string, changes []trace.Change) []trace.Change {
	before := c.values[col.slot]
	if before == text {
		return changes
	}
	keyed := m.external != nil && col.slot == m.external.slot
	if keyed {
		m.unfold(c)
		if m.store.byKey[before] == c {
			delete(m.store.byKey, before)
		}
		if text != "" {
			m.store.byKey[text] = c
		}
	}
	c.values[col.slot] = text
	if keyed {
		m.fold(c)
	}
	return append(changes, trace.Change{
		Field: col.base, Before: before, After: text, Had: before != "", Has: text != "",
	})
}

// remove deletes a record; its alternate key is free for others. What is left
// is what the recycle bin and change tracking need.
func (m *Mock) remove(c *record, w *write) uint64 {
	c.deleted = true
	if key := m.keyOf(c); m.store.byKey[key] == c {
		delete(m.store.byKey, key)
	}
	return m.commit(c, w, trace.Delete, c.number(m.version), nil)
}

// restore takes a record out of the recycle bin under its id, unless its
// alternate key has gone to another record.
func (m *Mock) restore(c *record, w *write) *apiError {
	if key := m.keyOf(c); key != "" {
		if m.store.byKey[key] != nil {
			return errKeyTaken(m.external.name)
		}
		m.store.byKey[key] = c
	}
	c.deleted = false
	m.commit(c, w, trace.Undelete, c.number(m.version), nil)
	return nil
}

// keyOf is the alternate key's value: the other system's id.
func (m *Mock) keyOf(c *record) string {
	if m.external == nil {
		return ""
	}
	return c.values[m.external.slot]
}

// taken refuses a value of the alternate key that another live record has.
func (m *Mock) taken(c *record, set []assign) *apiError {
	for _, a := range set {
		if m.external == nil || a.column.slot != m.external.slot || a.text == "" {
			continue
		}
		if other := m.store.byKey[a.text]; other != nil && other != c {
			return errKeyTaken(a.column.name)
		}
	}
	return nil
}

// fresh is an empty record under an id; one that was deleted is made anew.
func (m *Mock) fresh(id string) *record {
	c := m.store.byID[id]
	if c == nil {
		c = &record{id: id}
	}
	c.deleted, c.master, c.alias = false, "", ""
	c.values = make([]string, len(m.made.columns))
	return c
}

// dateHeader is the Date header's value, rendered once a second.
func (m *Mock) dateHeader(now time.Time) []string {
	if s := now.Unix(); s != m.second || m.date == nil {
		m.second, m.date = s, []string{mocks.HTTPDate(now)}
	}
	return m.date
}
