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
		part.empty(now)
	}
	m.deliveries = mocks.Due[mocks.Delivery]{}
}

func (m *Mock) empty(now time.Time) {
	for _, c := range m.store.order {
		if !c.deleted && c.mergedTo == nil {
			gone := m.snapshot(c)
			m.rec.Gone(&gone, now)
		}
	}
	m.store, m.hidden, m.late = newStore(m.store.source), nil, mocks.Due[lateCommit]{}
}
