package genesys

import (
	"fmt"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// object is what differs between contacts and organisations, which are what
// the vendor calls accounts.
type object struct {
	is         mocks.Object
	noun       string
	set        string // in paths
	uri        string // where its records are, with a slash
	permission string // begins the permissions on its records
	appliesTo  string // of its custom-field schema
	topic      string // and the id are what a notice is published under
	standard   []slot
	names      map[string]uint8 // of standard
	// shown are attributes that the server sets and shows: a client that writes
	// back what it read sends them, and they are ignored (M).
	shown map[string]bool
	// searched and sorted are the attributes of a listing's q, beside numbers and
	// addresses, and of its sortOrder.
	searched, sorted []string
	// external: it is found by external ids alone.
	external bool
	given    string // the member of an enrichment that holds its data
}

var objects = [...]*object{
	mocks.Contact: {
		is: mocks.Contact, noun: "contact", set: "contacts", uri: apiPrefix + "contacts/", permission: "externalContacts:contact:", appliesTo: "CONTACT",
		topic: "v2.externalcontacts.contacts.", standard: standardContact, names: namesOf(standardContact),
		shown: map[string]bool{
			"division": true, "type": true, "modifyDate": true, "createDate": true, "selfUri": true,
			"canonicalContact": true, "mergeSet": true, "mergedFrom": true, "mergedTo": true,
			"mergeOperation": true, "externalDataSources": true, "identifiers": true,
		},
		searched: []string{"firstName", "lastName"}, sorted: []string{"firstName", "lastName", "middleName", "title"}, given: "contact",
	},
	// S for all but the topic and what is searched: the vendor's client; the
	// permissions: its documentation of the operations.
	mocks.Account: {
		is: mocks.Account, noun: "organization", set: "organizations", uri: apiPrefix + "organizations/", permission: "externalContacts:externalOrganization:",
		appliesTo: "EXTERNAL_ORGANIZATION", topic: "v2.externalcontacts.organizations.",
		standard: standardOrganization, names: namesOf(standardOrganization),
		shown: map[string]bool{
			"division": true, "modifyDate": true, "createDate": true, "selfUri": true, "trustor": true,
			"externalDataSources": true, "identifiers": true,
		},
		searched: []string{"name"}, sorted: []string{"companyType", "industry", "name"}, external: true, given: "externalOrganization",
	},
}

func namesOf(standard []slot) map[string]uint8 {
	names := make(map[string]uint8, len(standard))
	for i := range standard {
		names[standard[i].base] = uint8(i)
	}
	return names
}

// permitting is the permission on the object's records that stands in the
// place of one on contacts; one on something else stays.
func (o *object) permitting(permission string) string {
	if verb, ok := strings.CutPrefix(permission, objects[mocks.Contact].permission); ok && o.is != mocks.Contact {
		return o.permission + verb
	}
	return permission
}

// on is the part of the organisation that holds an object, nil if it has none.
func (t *tenant) on(o mocks.Object) *Mock { return t.parts[o] }

// all are the parts that there are.
func (t *tenant) all() []*Mock {
	if t.parts[mocks.Account] == nil {
		return t.parts[:1]
	}
	return t.parts[:]
}

// of is the part that holds a record, that of contacts for an unknown one.
func (t *tenant) of(id string) *Mock {
	for _, part := range t.all() {
		if part.store.byID[id] != nil {
			return part
		}
	}
	return t.parts[mocks.Contact]
}

// must is on for those who cannot be refused politely.
func (t *tenant) must(o mocks.Object) (*Mock, error) {
	if part := t.on(o); part != nil {
		return part, nil
	}
	return nil, fmt.Errorf("genesys: the organisation has no %ss", o)
}

// topicOf is the object that a topic is about, nil if there is no such topic.
// Whether there is such a record, nobody asks (M).
func (t *tenant) topicOf(topic string) *object {
	for _, part := range t.all() {
		if id, ok := strings.CutPrefix(topic, part.object.topic); ok && isUUID(id) {
			return part.object
		}
	}
	return nil
}

// follow brings the schemas in step with Faults.Drift.
func (t *tenant) follow() {
	for _, part := range t.all() {
		part.drifts()
	}
}

// next is the part whose late edit is due first.
func (t *tenant) next() *Mock {
	first := t.parts[mocks.Contact]
	for _, part := range t.all()[1:] {
		at, waits := part.late.Next()
		if earliest, other := first.late.Next(); waits && (!other || at.Before(earliest)) {
			first = part
		}
	}
	return first
}

// NextDue is the next instant at which something happens by itself.
func (m *Mock) NextDue() (at time.Time, ok bool) {
	at, ok = m.next().late.Next()
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
	for _, part := range m.all() {
		part.late.Shift(by)
	}
	m.deliveries.Shift(by)
}

// Advance commits the late edits that are due by now, and ends channels.
func (m *Mock) Advance(now time.Time) {
	m.sweep(now)
	for {
		part := m.next()
		due, _ := part.late.Next()
		l, ok := part.late.Take(now)
		if !ok {
			return
		}
		part.commitLate(l, due)
	}
}

// Peek returns a record's stored state. Fields leaves the version field out,
// which Version holds.
func (m *Mock) Peek(id string) (mocks.Snapshot, bool) {
	part := m.of(id)
	c := part.store.byID[id]
	if c == nil {
		return mocks.Snapshot{}, false
	}
	return part.snapshot(c), true
}

// Each calls f for every record in the order of creation, contacts first,
// deleted and merged ones included, until f returns false.
func (m *Mock) Each(f func(mocks.Snapshot) bool) {
	for _, part := range m.all() {
		for _, c := range part.store.order {
			if !f(part.snapshot(c)) {
				return
			}
		}
	}
}

// unfound is what is not there: a record with something.
func (o *object) unfound(with string) string {
	if o.is == mocks.Account {
		return "An organization with " + with
	}
	return "A contact with " + with
}
