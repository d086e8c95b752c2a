package restcrm

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// object is what the document says of one object.
type object struct {
	is           mocks.Object
	name, plural string
	rows         string // path of its records
	schema       string // path of its schema
	feed         string // the kind of its feed's cursors
	standard     func() []mocks.Field
}

var objects = [...]*object{
	mocks.Contact: {
		is: mocks.Contact, name: "contact", plural: "contacts", rows: "/v1/contacts", schema: "/v1/schema/contact",
		feed: "changes", standard: standardContact,
	},
	mocks.Account: {
		is: mocks.Account, name: "account", plural: "accounts", rows: "/v1/accounts", schema: "/v1/schema/account",
		feed: "account-changes", standard: standardAccount,
	},
}

// has reports whether a path is one of the object's own.
func (o *object) has(path string) bool {
	for _, root := range [...]string{o.rows, o.schema} {
		if rest, ok := strings.CutPrefix(path, root); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// withArticle is the object's name as a sentence begins with it.
func (o *object) withArticle() string {
	if o.is == mocks.Account {
		return "an account"
	}
	return "a contact"
}

// on is the part of the tenant that holds an object, nil if it has none.
func (m *Mock) on(o mocks.Object) *Mock {
	if o == mocks.Account {
		return m.account
	}
	return m
}

// must is on for those who cannot be refused politely.
func (m *Mock) must(o mocks.Object) (*Mock, error) {
	if on := m.on(o); on != nil {
		return on, nil
	}
	return nil, fmt.Errorf("restcrm: the tenant has no %ss", o)
}

// of is the part of the tenant that holds a record, that of contacts for an
// unknown one.
func (m *Mock) of(id string) *Mock {
	if m.account != nil && m.account.store.byID[id] != nil {
		return m.account
	}
	return m
}

// parts are the objects that the tenant has.
func (m *Mock) parts() []*Mock {
	if m.account == nil {
		return []*Mock{m}
	}
	return []*Mock{m, m.account}
}

// next is the part whose late commit is due first.
func (m *Mock) next() *Mock {
	if m.account == nil {
		return m
	}
	mine, waits := m.late.Next()
	theirs, waitsToo := m.account.late.Next()
	if waitsToo && (!waits || theirs.Before(mine)) {
		return m.account
	}
	return m
}

// NextDue is when the next late commit becomes visible.
func (m *Mock) NextDue() (time.Time, bool) { return m.next().late.Next() }

// ClockSet lets late commits wait as long as before.
func (m *Mock) ClockSet(by time.Duration) {
	for _, part := range m.parts() {
		part.late.Shift(by)
	}
}

// Advance commits what became due by now.
func (m *Mock) Advance(now time.Time) {
	for _, part := range m.parts() {
		part.refresh()
	}
	for {
		part := m.next()
		late, ok := part.late.Take(now)
		if !ok {
			return
		}
		part.commitLate(late)
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
	for _, part := range m.parts() {
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
	if m.of(id).store.byID[id] != nil {
		return "", fmt.Errorf("restcrm: id %s is taken", id)
	}
	return id, part.lay(id, s)
}
