package genesys

import (
	"time"

	"github.com/syncproof/syncproof/mocks"
)

var _ mocks.Emptied = (*Mock)(nil)

// Empty implements mocks.Emptied. Webhooks that were not delivered yet are gone.
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
		if !r.deleted && r.mergedTo == nil {
			gone := m.snapshot(r)
			m.rec.Gone(&gone, now)
		}
	}
	m.store, m.hidden, m.late = newStore(m.store.source), nil, mocks.Due[lateCommit]{}
}
