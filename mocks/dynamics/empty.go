package dynamics

import (
	"time"

	"github.com/syncproof/syncproof/mocks"
)

var _ mocks.Emptied = (*Mock)(nil)

// Empty implements mocks.Emptied. Row versions go on behind the one that was
// reached, and webhooks that were not delivered yet are gone.
func (m *Mock) Empty(now time.Time) {
	m.Advance(now)
	for _, part := range m.all() {
		part.vanish(now)
	}
	m.deliveries = mocks.Due[mocks.Delivery]{}
}

// vanish is Empty for one object.
func (m *Mock) vanish(now time.Time) {
	for _, r := range m.store.order {
		if !r.deleted {
			gone := m.snapshot(r)
			m.journal.Gone(&gone, now)
		}
	}
	version := m.store.version
	m.store, m.late = newStore(), mocks.Due[lateCommit]{}
	m.store.version = version
}
