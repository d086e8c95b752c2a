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
	for _, c := range m.store.order {
		if !c.deleted {
			gone := m.snapshot(c)
			m.journal.Gone(&gone, now)
		}
	}
	version := m.store.version
	m.store, m.late, m.deliveries = newStore(), mocks.Due[lateCommit]{}, mocks.Due[mocks.Delivery]{}
	m.store.version = version
}
