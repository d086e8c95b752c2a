package salesforce

import (
	"time"

	"github.com/syncproof/syncproof/mocks"
)

var _ mocks.Emptied = (*Mock)(nil)

// Empty implements mocks.Emptied. Query locators end with the records.
func (m *Mock) Empty(now time.Time) {
	m.Advance(now)
	for _, r := range m.store.order {
		if !r.deleted {
			gone := m.snapshot(r)
			m.journal.Gone(&gone, now)
		}
	}
	m.store, m.cursors, m.late = newStore(), nil, mocks.Due[lateCommit]{}
}
