package restcrm

import (
	"time"

	"github.com/syncproof/syncproof/mocks"
)

var _ mocks.Emptied = (*Mock)(nil)

// Empty implements mocks.Emptied. The feed goes on behind the number that it
// had reached.
func (m *Mock) Empty(now time.Time) {
	m.Advance(now)
	for _, c := range m.store.order {
		if !c.deleted {
			gone := m.snapshot(c)
			m.journal.Gone(&gone, now)
		}
	}
	sequence := m.store.sequence
	m.store, m.late = newStore(), mocks.Due[lateCommit]{}
	m.store.sequence = sequence
}
