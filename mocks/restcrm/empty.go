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
	for _, part := range m.parts() {
		part.vanish(now)
	}
}

// vanish is Empty for one object.
func (m *Mock) vanish(now time.Time) {
	for _, r := range m.store.order {
		if !r.deleted {
			gone := m.snapshot(r)
			m.journal.Gone(&gone, now)
		}
	}
	sequence := m.store.sequence
	m.store, m.late = newStore(), mocks.Due[lateCommit]{}
	m.store.sequence = sequence
}
