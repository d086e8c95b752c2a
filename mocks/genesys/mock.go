package genesys

import (
	"hash"
	"slices"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// Defaults of the vendor.
const (
	// tokenLife is how long a token lives (S).
	tokenLife = 24 * time.Hour
	// resolution of createDate and modifyDate (S).
	resolution = time.Millisecond
)

// vendorQuota is the limit of a client-credentials token (2).
var vendorQuota = mocks.Quota{Requests: 300, Per: time.Minute, RetryAfter: "reset", Headers: true}

// Mock is one Genesys Cloud organisation. It is not safe for concurrent use.
type Mock struct {
	cfg    *mocks.Config // never changed: clones share it
	rec    mocks.Recorder
	faults mocks.Faults

	ids         mocks.IDs // of contacts
	correlation mocks.IDs // of answers, apart from ids so that reads move no id
	secrets     mocks.IDs // of tokens
	channelIDs  mocks.IDs // of notification channels

	tokens  mocks.Tokens
	limiter mocks.Limiter

	base     *schema   // as configured, or as it was written last
	history  []*schema // base in each of its versions; clones share its entries
	schema   *schema   // after drift
	drift    []mocks.Drift
	schemaID string
	division string // JSON of the home division
	ref      string // JSON of the schema reference, of version refFor
	refFor   int

	sources []source // external sources, in the order of their creation
	store   store
	phones  *phoneBook
	hidden  []*contact // from the feed

	mac        hash.Hash // of webhook bodies
	notices    uint64
	deliveries mocks.Due[mocks.Delivery]
	late       mocks.Due[lateCommit]

	channels    []*channel // in the order of their creation
	connections uint64     // how many there were

	doing   exchange // memory for Do, one call after another
	date    string   // the Date header for dateFor
	dateFor int64

	revised    string // the name of the schema's version revisedFor
	revisedFor int
}

// New makes an organisation without contacts.
func New(c mocks.Config) *Mock {
	m := &Mock{
		cfg:         &c,
		rec:         mocks.Recorder{Journal: c.Journal, On: c.On},
		ids:         *mocks.NewIDs(c.Seed),
		correlation: *mocks.NewIDs(c.Seed + 1),
		secrets:     *mocks.NewIDs(c.Seed + 2),
		channelIDs:  *mocks.NewIDs(c.Seed + 4),
		store:       newStore(externalSource(c.ExternalField)),
		phones:      newPhoneBook(c.Region),
	}
	m.found()
	tenant := mocks.NewIDs(c.Seed + 3)
	m.schemaID = tenant.UUID()
	id := tenant.UUID()
	m.division = `{"id":"` + id + `","name":"Home","selfUri":"/api/v2/authorization/divisions/` + id + `"}`
	return m
}

// found gives the tenant the schema and the source of its configuration.
func (m *Mock) found() {
	m.base = newSchema(m.cfg)
	m.schema, m.history, m.sources, m.drift = m.base, nil, nil, nil
	if m.base.version > 0 {
		m.history = []*schema{m.base}
	}
	if !m.cfg.Bare {
		m.sources = []source{{id: m.store.source, name: m.store.source}}
	}
}

// externalSource is the id of the external source that carries the other
// system's native ids: "crm", unless the configuration names another.
func externalSource(field string) string {
	if field == "" || field == "externalIds" {
		return "crm"
	}
	return field
}

// Faults is the system's switchboard.
func (m *Mock) Faults() *mocks.Faults { return &m.faults }

// follow brings the schema in step with Faults.Drift.
func (m *Mock) follow() {
	if slices.EqualFunc(m.drift, m.faults.Drift, mocks.Drift.Equal) {
		return
	}
	m.drift = slices.Clone(m.faults.Drift)
	m.schema = m.base.drifted(m.drift)
}

// schemaRef is the reference to the custom-field schema in a contact.
func (m *Mock) schemaRef() string {
	if m.refFor != m.schema.version {
		m.refFor = m.schema.version
		m.ref = `,"schema":{"id":"` + m.schemaID + `","name":` + string(mocks.AppendString(nil, m.schema.title)) + `,"version":` + strconv.Itoa(m.refFor) + `}`
	}
	return m.ref
}

// Peek returns a contact's stored state. Fields leaves the version field out,
// which Version holds.
func (m *Mock) Peek(id string) (mocks.Snapshot, bool) {
	c := m.store.byID[id]
	if c == nil {
		return mocks.Snapshot{}, false
	}
	return m.snapshot(c), true
}

// Each calls f for every contact in the order of creation, deleted and merged
// ones included, until f returns false.
func (m *Mock) Each(f func(mocks.Snapshot) bool) {
	for _, c := range m.store.order {
		if !f(m.snapshot(c)) {
			return
		}
	}
}

func (m *Mock) snapshot(c *contact) mocks.Snapshot {
	s := mocks.Snapshot{
		ID: c.id, Alias: c.alias, External: c.from(m.store.source), Version: c.syncVersion(m.base),
		Deleted: c.deleted, Modified: c.modified, Fields: make(map[string]string, len(c.cells)),
	}
	if c.mergedTo != nil {
		s.MergedTo = c.mergedTo.id
	}
	for i := range c.cells {
		if int(c.cells[i].slot) != m.base.versionSlot {
			s.Fields[m.base.slots[c.cells[i].slot].base] = c.cells[i].text
		}
	}
	return s
}

// NextDue is the next instant at which something happens by itself.
func (m *Mock) NextDue() (at time.Time, ok bool) {
	at, ok = m.late.Next()
	if next, waits := m.deliveries.Next(); waits && (!ok || next.Before(at)) {
		at, ok = next, true
	}
	if next, waits := m.channelDue(); waits && (!ok || next.Before(at)) {
		at, ok = next, true
	}
	return at, ok
}

// ClockSet lets what waits wait as long as before. Tokens and channels end at
// the instant that their holders were told.
func (m *Mock) ClockSet(by time.Duration) {
	m.late.Shift(by)
	m.deliveries.Shift(by)
}

// Advance commits the late edits that are due by now, and ends channels.
func (m *Mock) Advance(now time.Time) {
	m.sweep(now)
	for {
		due, _ := m.late.Next()
		l, ok := m.late.Take(now)
		if !ok {
			return
		}
		m.commitLate(l, due)
	}
}

var _ mocks.System = (*Mock)(nil)

// actorOf names who made a change in the journal; setup has no origin.
func actorOf(origin mocks.Origin, by string) string {
	if by == trace.ActorSetup {
		return by
	}
	return mocks.ActorOf(origin, by)
}
