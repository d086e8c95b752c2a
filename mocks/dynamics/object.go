package dynamics

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// object is what differs between the tables.
type object struct {
	is       mocks.Object
	name     string // logical name
	set      string // of the entity set
	id       string // column of the id
	title    string // in the names of privileges
	code     string // object type code
	primary  string // column of the name
	standard func() []mocks.Field
	// computed are columns of the table's own that nobody writes.
	computed []column
}

// The tables (S: their references).
var objects = [...]*object{
	mocks.Contact: {
		is: mocks.Contact, name: "contact", set: "contacts", id: "contactid", title: "Contact", code: "2", primary: "fullname",
		standard: standardContact,
		computed: []column{{name: "fullname", kind: kindString, length: 160, system: sysFullName}},
	},
	mocks.Account: {
		is: mocks.Account, name: "account", set: "accounts", id: "accountid", title: "Account", code: "1", primary: "name",
		standard: standardAccount,
	},
}

// has reports whether a path behind the version is in the table's entity set.
func (o *object) has(path string) bool {
	rest, ok := strings.CutPrefix(path, o.set)
	return ok && (rest == "" || rest[0] == '(' || rest[0] == '/')
}

// on is the part of the organisation that holds a table, nil if the engine's
// account sees none.
func (t *tenant) on(o mocks.Object) *Mock { return t.parts[o] }

// all are the parts that there are.
func (t *tenant) all() []*Mock {
	if t.parts[mocks.Account] == nil {
		return t.parts[:1]
	}
	return t.parts[:]
}

// named is the part of a table by its logical name, nil if there is none.
func (t *tenant) named(name string) *Mock {
	for _, part := range t.all() {
		if part.object.name == name {
			return part
		}
	}
	return nil
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
	return nil, fmt.Errorf("dynamics: the organisation has no %ss", o)
}

// choose finds the table that the path names; what names none is about the
// organisation.
func (x *exchange) choose() {
	x.m = x.m.on(mocks.Contact)
	for _, part := range x.m.all() {
		if part.object.has(x.path) || strings.HasPrefix(x.path, "EntityDefinitions(LogicalName='"+part.object.name+"')") {
			x.m = part
		}
	}
}

// next is the part whose late commit is due first.
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

// NextDue is the next late commit or webhook.
func (m *Mock) NextDue() (time.Time, bool) {
	at, ok := m.next().late.Next()
	if next, waits := m.deliveries.Next(); waits && (!ok || next.Before(at)) {
		return next, true
	}
	return at, ok
}

// ClockSet lets what the system will do by itself wait as long as before.
func (m *Mock) ClockSet(by time.Duration) {
	for _, part := range m.all() {
		part.late.Shift(by)
	}
	m.deliveries.Shift(by)
}

// Advance commits what became due by now.
func (m *Mock) Advance(now time.Time) {
	for _, part := range m.all() {
		part.refresh()
	}
	for {
		part := m.next()
		late, ok := part.late.Take(now)
		if !ok {
			return
		}
		part.commitLate(now, late)
	}
}

// Peek returns a record's stored state.
func (m *Mock) Peek(id string) (mocks.Snapshot, bool) {
	part := m.of(id)
	c := part.store.byID[id]
	if c == nil {
		return mocks.Snapshot{}, false
	}
	return part.snapshot(c), true
}

// Each calls f for every stored record in the order in which they were made,
// contacts first, deleted ones included.
func (m *Mock) Each(f func(mocks.Snapshot) bool) {
	for _, part := range m.all() {
		for _, c := range part.store.order {
			if !f(part.snapshot(c)) {
				return
			}
		}
	}
}

// Seed lays a record as it stands before the run: no trigger runs.
func (m *Mock) Seed(s mocks.Seed) (string, error) {
	part, err := m.must(s.Object)
	if err != nil {
		return "", err
	}
	part.refresh()
	id := cmp.Or(s.ID, m.ids.UUID())
	if _, ok := guid(id); !ok || m.of(id).store.byID[id] != nil {
		return "", fmt.Errorf("dynamics: id %s is malformed or taken", id)
	}
	return id, part.lay(id, s)
}
