package genesys

import (
	"time"

	"github.com/syncproof/syncproof/mocks"
)

var _ mocks.Emptied = (*Mock)(nil)

// Empty implements mocks.Emptied. Webhooks that were not delivered yet are gone.
func (m *Mock) Empty(now time.Time) {
	m.Advance(now)
	for _, c := range m.store.order {
		if !c.deleted && c.mergedTo == nil {
			gone := m.snapshot(c)
			m.rec.Gone(&gone, now)
		}
	}
	m.store, m.hidden = newStore(m.store.source), nil
	m.late, m.deliveries = mocks.Due[lateCommit]{}, mocks.Due[mocks.Delivery]{}
}
