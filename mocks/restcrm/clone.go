package restcrm

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// Clone is an independent copy that writes to another journal.
func (m *Mock) Clone(j mocks.Journal) mocks.Direct {
	t := *m.tenant
	t.journal.Journal = j
	t.faults = m.faults.Clone()
	t.tokens = m.tokens.Clone()
	t.limits = m.limits.Clone()
	t.members, t.doing = nil, exchange{}
	out := m.copied(&t)
	if m.account != nil {
		out.account = m.account.copied(&t)
	}
	return out
}

// copied is the part of one object in a copy of the tenant.
func (m *Mock) copied(t *tenant) *Mock {
	out := *m
	out.tenant = t
	var move func(*record) *record
	out.store, move = m.store.clone()
	out.late = m.late.Clone(func(l lateCommit) lateCommit {
		l.record = move(l.record)
		return l
	})
	return &out
}

// clone copies the records; move finds the copy of one. A record that is
// not stored yet is copied by move itself: only the edit that makes it holds it.
func (s *store) clone() (out store, move func(*record) *record) {
	out = store{
		byID: make(map[string]*record, len(s.byID)), byExternal: make(map[string]*record, len(s.byExternal)),
		sequence: s.sequence, order: make([]*record, len(s.order)), feed: make([]entry, 0, len(s.order)),
	}
	records := make([]record, len(s.order))
	for i, c := range s.order {
		fresh := &records[i]
		*fresh = *c
		out.order[i], out.byID[c.id] = fresh, fresh
	}
	move = func(c *record) *record {
		if s.byID[c.id] == c {
			return out.order[c.ordinal]
		}
		fresh := *c
		return &fresh
	}
	for _, e := range s.feed {
		if e.record.sequence == e.sequence {
			out.feed = append(out.feed, entry{e.sequence, out.order[e.record.ordinal]})
		}
	}
	//syncproof:unordered each entry goes to its own key
	for external, c := range s.byExternal {
		out.byExternal[external] = out.order[c.ordinal]
	}
	return out, move
}

// Fingerprint appends all that can make a difference from now on. The instant
// of a record's creation is left out: no adapter reads it.
func (m *Mock) Fingerprint(now time.Time, dst []byte) []byte {
	p := mocks.Print{Now: now, Buf: dst}
	m.faults.Print(&p)
	m.ids.Print(&p)
	m.tokens.Print(&p, m.faults.Revocations)
	m.limits.Print(&p, m.faults.QuotaInForce(m.config.Quota, vendorQuota))
	for _, part := range m.parts() {
		part.print(&p)
	}
	return p.Buf
}

func (m *Mock) print(p *mocks.Print) {
	p.Int(int64(m.schema.revision))
	p.Flag(m.gapOpen, slices.EqualFunc(m.drift, m.faults.Drift, mocks.Drift.Equal), slices.Equal(m.revoked, m.faults.Revoked))
	p.Int(int64(m.store.sequence))
	p.Int(int64(len(m.store.order)))
	for _, c := range m.store.order {
		m.encode(p, c)
	}
	m.late.Print(p, m.encodeLate)
}

func (m *Mock) encode(p *mocks.Print, c *record) {
	p.Text(c.id)
	p.Texts(c.values)
	p.Age(time.UnixMilli(c.updated))
	p.Text(c.updatedBy)
	p.Flag(c.deleted, m.gapOpen && c.gap == m.gap)
	p.Int(int64(c.sequence))
}

func (m *Mock) encodeLate(p *mocks.Print, l *lateCommit) {
	p.Text(l.record.id)
	p.Flag(l.create, l.write.versionSet)
	p.Age(l.write.stamp)
	p.Text(l.write.actor)
	p.Text(string(l.write.origin))
	p.Text(l.write.by)
	p.Int(int64(len(l.write.set)))
	for _, a := range l.write.set {
		p.Int(int64(a.property.slot))
		p.Text(a.text)
	}
}
