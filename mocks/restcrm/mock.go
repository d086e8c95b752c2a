package restcrm

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// Mock is one object of a tenant of the REST CRM, and leads to the other one:
// what New returns holds the contacts and stands for the whole tenant. It
// implements mocks.System.
type Mock struct {
	*tenant
	object  *object
	account *Mock         // nil if the tenant has no accounts, and in the accounts' own
	config  *mocks.Config // of this object; never changed: clones share it

	made    *schema // as configured
	schema  *schema // as drift and revocation left it
	drift   []mocks.Drift
	revoked []string
	gap     int // number of the feed gap that is open, or was last
	gapOpen bool

	version, external *property

	store store
	late  mocks.Due[lateCommit]
}

// tenant is what the objects of a tenant share.
type tenant struct {
	journal mocks.Recorder
	faults  mocks.Faults
	ids     mocks.IDs
	tokens  mocks.Tokens
	limits  mocks.Limiter

	doing   exchange       // memory for Do, one call after another
	members []mocks.Member // scratch of one request
	second  int64          // the second that date renders
	date    []string
}

var _ mocks.System = (*Mock)(nil)

// The document's defaults.
var vendorQuota = mocks.Quota{Requests: 600, Per: time.Minute, RetryAfter: "reset", Headers: true}

const vendorTokenLife = time.Hour

// idSalt keeps the ids apart from those of another system that has the same
// seed: an id in the wrong place must not be found.
const idSalt = 0x726573742d63726d

// New makes a tenant without records. It panics if a field's pattern is no
// regular expression: the configuration is the program's own.
func New(c mocks.Config) *Mock {
	t := &tenant{
		journal: mocks.Recorder{Journal: c.Journal, On: c.On},
		ids:     *mocks.NewIDs(c.Seed ^ idSalt),
	}
	m := t.holding(mocks.Contact, c.Of(mocks.Contact))
	if c.Account != nil {
		m.account = t.holding(mocks.Account, c.Of(mocks.Account))
	}
	return m
}

// holding is a tenant's part for one object.
func (t *tenant) holding(o mocks.Object, c mocks.Config) *Mock {
	made, err := newSchema(objects[o], &c)
	if err != nil {
		panic("restcrm: " + err.Error())
	}
	return &Mock{
		tenant:   t,
		object:   objects[o],
		config:   &c,
		made:     made,
		schema:   made,
		version:  made.byName[c.VersionField],
		external: made.byName[c.ExternalField],
		store:    newStore(),
	}
}

// Faults is the tenant's switchboard.
func (m *Mock) Faults() *mocks.Faults { return &m.faults }

// Deliveries is empty: the document has no webhooks.
func (m *Mock) Deliveries(time.Time) []mocks.Delivery { return nil }

// Answered does nothing: there are no deliveries.
func (m *Mock) Answered(time.Time, mocks.Delivery, int) {}

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
	m.schema = m.drifted(m.made, m.schema.revision+1)
}

// drifted is a schema with what the harness has switched of this object's.
func (m *Mock) drifted(made *schema, revision int) *schema {
	f := mocks.Faults{Drift: m.drift, Revoked: m.revoked}
	return made.drifted(f.DriftsOf(m.object.is), f.RevokedOf(m.object.is), revision)
}

// assign is one property of a write with its native text, "" for null.
type assign struct {
	property *property
	text     string
}

// write is a change that passed its validation, and who makes it.
type write struct {
	set        []assign
	stamp      time.Time
	actor      string
	origin     mocks.Origin // "" for the API
	by         string       // updated_by
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
// changes nothing still moves updated_at, the entity tag and the feed.
func (m *Mock) save(c *record, create bool, w *write) uint64 {
	before := c.number(m.version)
	changes := make([]trace.Change, 0, len(w.set)+1)
	c.values = grown(c.values, len(m.made.properties)) // clones of the tenant share the old ones
	for _, a := range w.set {
		changes = m.put(c, a.property, a.text, changes)
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
		c.created = w.stamp.UnixMilli()
		m.store.add(c)
	}
	return m.stamp(c, w, verb, before, changes)
}

// stamp ends a commit: the audit properties, the feed and the journal.
func (m *Mock) stamp(c *record, w *write, verb string, before int64, changes []trace.Change) uint64 {
	c.updated, c.updatedBy = w.stamp.UnixMilli(), w.by
	c.gap = 0
	if m.gapOpen {
		c.gap = m.gap
	}
	m.store.commit(c)
	return m.journal.Commit(mocks.Committed{
		Call: w.call, Cause: w.cause, Actor: w.actor, Origin: w.origin, Verb: verb, Object: m.object.is,
		Record: c.id, Alias: c.alias, External: m.externalOf(c),
		Version: c.number(m.version), Before: before, Stamp: time.UnixMilli(c.updated), Changes: changes,
	})
}

func (m *Mock) put(c *record, p *property, text string, changes []trace.Change) []trace.Change {
	before := c.values[p.slot]
	if before == text {
		return changes
	}
	if m.external != nil && p.slot == m.external.slot {
		if m.store.byExternal[before] == c {
			delete(m.store.byExternal, before)
		}
		if text != "" {
			m.store.byExternal[text] = c
		}
	}
	c.values[p.slot] = text
	return append(changes, trace.Change{
		Field: p.base, Before: before, After: text, Had: before != "", Has: text != "",
	})
}

// remove leaves a tombstone; its external id is free for others.
func (m *Mock) remove(c *record, w *write) uint64 {
	c.deleted = true
	if external := m.externalOf(c); m.store.byExternal[external] == c {
		delete(m.store.byExternal, external)
	}
	return m.stamp(c, w, trace.Delete, c.number(m.version), nil)
}

// restore brings a tombstone back under its id, unless its external id has
// gone to another record.
func (m *Mock) restore(c *record, w *write) *problem {
	external := m.externalOf(c)
	if external != "" {
		if m.store.byExternal[external] != nil {
			return m.object.errTaken(external)
		}
		m.store.byExternal[external] = c
	}
	c.deleted = false
	m.stamp(c, w, trace.Undelete, c.number(m.version), nil)
	return nil
}

func (m *Mock) externalOf(c *record) string {
	if m.external == nil {
		return ""
	}
	return c.values[m.external.slot]
}

// taken refuses an external id that another live record has.
func (m *Mock) taken(c *record, set []assign) *problem {
	for _, a := range set {
		if m.external == nil || a.property.slot != m.external.slot || a.text == "" {
			continue
		}
		if other := m.store.byExternal[a.text]; other != nil && other != c {
			return m.object.errTaken(a.text)
		}
	}
	return nil
}

// missing refuses a new record without a required property.
func (m *Mock) missing(set []assign) *problem {
	for _, p := range m.schema.properties {
		has := func(a assign) bool { return a.property.slot == p.slot && a.text != "" }
		if p.required && !p.gone && !slices.ContainsFunc(set, has) {
			_, err := p.check("")
			return err
		}
	}
	return nil
}

func (m *Mock) fresh(id string) *record {
	return &record{id: id, values: make([]string, len(m.made.properties))}
}
