package salesforce

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// Mock is one object of a Salesforce organisation, and leads to the others: what
// New returns holds the contacts and stands for the whole organisation. It
// implements mocks.System.
type Mock struct {
	*tenant
	object *object
	config *mocks.Config // of this object; never changed: clones share it

	made    *schema // as configured
	schema  *schema // as drift and revocation left it
	drift   []mocks.Drift
	revoked []string
	gap     int // number of the feed gap that is open, or was last
	gapOpen bool

	// The columns that mean something to the model, by their slots.
	firstName, lastName                *column
	version, status, external, baseVer *column
	// guarded: the configuration installs the validation rule.
	guarded bool

	store store
	late  mocks.Due[lateCommit]
}

// tenant is what the objects of an organisation share.
type tenant struct {
	parts   [2]*Mock // by object; nil for accounts that the engine's account does not see
	journal mocks.Recorder
	faults  mocks.Faults
	ids     mocks.IDs
	org     string
	self    string // the engine's user id

	pageSize int
	setup    setup
	tokens   mocks.Tokens
	limits   mocks.Limiter
	cursors  cursors
	clients  map[string]string // record id -> change origin of the last API write

	pending []change // of the transaction that is open
	bus     bus
	streams []*stream // in the order of their handshakes
	polls   []poll    // in the order in which they came
	held    uint64    // number of the last poll

	doing   exchange       // memory for Do, one call after another
	members []mocks.Member // scratch of one request
	second  int64          // the second that date renders
	date    []string
	shown   shown
}

// vendorQuota is the daily limit of an Enterprise organisation (M). The vendor
// sends Sforce-Limit-Info (S) and no Retry-After (M).
var vendorQuota = mocks.Quota{Requests: 100_000, Per: 24 * time.Hour, Headers: true}

// vendorTokenLife is the default session timeout (M).
const vendorTokenLife = 2 * time.Hour

// batchMax is the largest batch of a query, and the default (S).
const batchMax = 2000

// New makes an organisation without contacts.
func New(c mocks.Config) *Mock {
	t := &tenant{
		journal:  mocks.Recorder{Journal: c.Journal, On: c.On},
		ids:      *mocks.NewIDs(c.Seed),
		clients:  make(map[string]string),
		self:     UserID(c.ClientID),
		org:      numbered(prefixOrg, c.Seed*0x9e3779b97f4a7c15),
		pageSize: batchMax,
		bus:      newBus(c.Seed),
	}
	if c.PageSize > 0 {
		t.pageSize = min(c.PageSize, batchMax)
	}
	t.hold(mocks.Contact, c.Of(mocks.Contact))
	if c.Account != nil {
		t.hold(mocks.Account, c.Of(mocks.Account))
	}
	return t.parts[mocks.Contact]
}

// hold adds the part of an object.
func (t *tenant) hold(o mocks.Object, c mocks.Config) {
	m := &Mock{tenant: t, object: objects[o], config: &c, made: newSchema(objects[o], &c), store: newStore()}
	t.parts[o] = m
	m.schema = m.made
	m.firstName, m.lastName = m.made.find("FirstName"), m.made.find("LastName")
	m.guarded = c.Conditional && !c.Bare
	m.resolve()
}

// resolve finds the columns that the configuration names.
func (m *Mock) resolve() {
	m.version = m.made.named(m.config.VersionField)
	m.status = m.made.named(m.config.StatusField)
	m.external = m.made.named(m.config.ExternalField)
	if m.config.Conditional || m.config.Bare {
		m.baseVer = m.made.named(m.config.BaseVersionField)
	}
}

// Faults is the organisation's switchboard.
func (m *Mock) Faults() *mocks.Faults { return &m.faults }

// Deliveries is empty: the vendor's events do not come as webhooks.
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
	m.schema = m.drifted(m.made)
}

// drifted is a schema with what the settings and the harness have switched of
// this object's.
func (m *Mock) drifted(made *schema) *schema {
	f := mocks.Faults{Drift: m.drift, Revoked: m.revoked}
	return m.narrowed(made.drifted(f.DriftsOf(m.object.is), f.RevokedOf(m.object.is)))
}

// hiddenByGap: the open gap hides the record's last change from every feed.
func (m *Mock) hiddenByGap(r *record) bool { return m.gapOpen && r.gap == m.gap }

// currentGap marks a change that commits now.
func (m *Mock) currentGap() int {
	if m.gapOpen {
		return m.gap
	}
	return 0
}

// ChangeOrigin is how the change data capture header would name the origin of
// the last API write to a record: com/salesforce/api/rest/60.0;client=x, the
// client being that of Sforce-Call-Options (S, R). It is "" where there was none.
func (m *Mock) ChangeOrigin(id string) string { return m.clients[id] }

// dateHeader is the Date header's value, rendered once a second.
func (m *Mock) dateHeader(now time.Time) []string {
	if s := now.Unix(); s != m.second || m.date == nil {
		m.second, m.date = s, []string{mocks.HTTPDate(now)}
	}
	return m.date
}
