package salesforce

import (
	"time"

	"github.com/syncproof/syncproof/mocks"
)

var _ mocks.Emptied = (*Mock)(nil)

// Empty implements mocks.Emptied. Query locators and the events that
// were kept end with the records.
func (m *Mock) Empty(now time.Time) {
	m.Advance(now)
	for _, part := range m.all() {
		part.vanish(now)
	}
	m.cursors, m.pending, m.bus.events = nil, nil, nil
}

// vanish is Empty for one object.
func (m *Mock) vanish(now time.Time) {
	for _, r := range m.store.order {
		if !r.deleted {
			gone := m.snapshot(r)
			m.journal.Gone(&gone, now)
		}
	}
	m.store, m.late = newStore(), mocks.Due[lateCommit]{}
}
