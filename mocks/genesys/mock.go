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

// Mock is one object of a Genesys Cloud organisation, and leads to the others:
// what New returns holds the contacts and stands for the whole organisation. It
// is not safe for concurrent use.
type Mock struct {
	*tenant
	object *object
	cfg    *mocks.Config // of this object; never changed: clones share it

	base     *schema   // as configured, or as it was written last
	history  []*schema // base in each of its versions; clones share its entries
	schema   *schema   // after drift
	drift    []mocks.Drift
	schemaID string
	ref      string // JSON of the schema reference, of version refFor
	refFor   int

	store  store
	hidden []*record // from the feed
	late   mocks.Due[lateCommit]
}

// tenant is what the objects of an organisation share.
type tenant struct {
	parts  [2]*Mock // by object; nil for organisations that the tenant does not have
	rec    mocks.Recorder
	faults mocks.Faults

	ids         mocks.IDs // of records
	correlation mocks.IDs // of answers, apart from ids so that reads move no id
	secrets     mocks.IDs // of tokens
	channelIDs  mocks.IDs // of notification channels

	tokens  mocks.Tokens
	limiter mocks.Limiter

	division string   // JSON of the home division
	sources  []source // external sources, in the order of their creation
	phones   *phoneBook

	mac        hash.Hash // of webhook bodies
	notices    uint64
	deliveries mocks.Due[mocks.Delivery]

	channels    []*channel // in the order of their creation
	connections uint64     // how many there were

	doing   exchange // memory for Do, one call after another
	date    string   // the Date header for dateFor
	dateFor int64

	revised    string // the name of the schema's version revisedFor
	revisedFor int
}

// New makes an organisation without records.
func New(c mocks.Config) *Mock {
	t := &tenant{
		rec:         mocks.Recorder{Journal: c.Journal, On: c.On},
		ids:         *mocks.NewIDs(c.Seed),
		correlation: *mocks.NewIDs(c.Seed + 1),
		secrets:     *mocks.NewIDs(c.Seed + 2),
		channelIDs:  *mocks.NewIDs(c.Seed + 4),
		phones:      newPhoneBook(c.Region),
	}
	drawn := mocks.NewIDs(c.Seed + 3)
	t.hold(mocks.Contact, c.Of(mocks.Contact), drawn.UUID())
	id := drawn.UUID()
	t.division = `{"id":"` + id + `","name":"Home","selfUri":"/api/v2/authorization/divisions/` + id + `"}`
	if c.Account != nil {
		t.hold(mocks.Account, c.Of(mocks.Account), drawn.UUID())
	}
	return t.parts[mocks.Contact]
}

// hold adds the part of an object.
func (t *tenant) hold(o mocks.Object, c mocks.Config, schemaID string) {
	m := &Mock{tenant: t, object: objects[o], cfg: &c, store: newStore(externalSource(c.ExternalField)), schemaID: schemaID}
	t.parts[o] = m
	m.found()
}

// found gives the object the schema and the source of its configuration.
func (m *Mock) found() {
	m.base = newSchema(m.object, m.cfg)
	m.schema, m.history, m.drift = m.base, nil, nil
	if m.base.version > 0 {
		m.history = []*schema{m.base}
	}
	there := func(s source) bool { return s.id == m.store.source }
	if !m.cfg.Bare && !slices.ContainsFunc(m.sources, there) {
		m.sources = append(m.sources, source{id: m.store.source, name: m.store.source})
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

// drifts brings the schema in step with Faults.Drift.
func (m *Mock) drifts() {
	drift := m.faults.DriftsOf(m.object.is)
	if slices.EqualFunc(m.drift, drift, mocks.Drift.Equal) {
		return
	}
	m.drift = drift
	m.schema = m.base.drifted(m.drift)
}

// schemaRef is the reference to the custom-field schema in a record.
func (m *Mock) schemaRef() string {
	if m.refFor != m.schema.version {
		m.refFor = m.schema.version
		m.ref = `,"schema":{"id":"` + m.schemaID + `","name":` + string(mocks.AppendString(nil, m.schema.title)) + `,"version":` + strconv.Itoa(m.refFor) + `}`
	}
	return m.ref
}

func (m *Mock) snapshot(c *record) mocks.Snapshot {
	s := mocks.Snapshot{
		ID: c.id, Object: m.object.is, Alias: c.alias, External: c.from(m.store.source), Version: c.syncVersion(m.base),
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

var _ mocks.System = (*Mock)(nil)

// actorOf names who made a change in the journal; setup has no origin.
func actorOf(origin mocks.Origin, by string) string {
	if by == trace.ActorSetup {
		return by
	}
	return mocks.ActorOf(origin, by)
}
