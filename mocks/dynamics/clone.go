package dynamics

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// Clone is an independent copy that writes to another journal.
func (m *Mock) Clone(j mocks.Journal) mocks.Direct { return m.copied(j) }

func (m *Mock) copied(j mocks.Journal) *Mock {
	out := *m
	out.journal.Journal = j
	out.faults = m.faults.Clone()
	out.tokens = m.tokens.Clone()
	out.limits = m.limits.Clone()
	out.members, out.doing = nil, exchange{}
	var move func(*contact) *contact
	out.store, move = m.store.clone()
	out.late = m.late.Clone(func(l lateCommit) lateCommit {
		l.contact = move(l.contact)
		return l
	})
	out.deliveries = m.deliveries.Clone(func(d mocks.Delivery) mocks.Delivery { return d })
	return &out
}

// clone copies the records; move finds the copy of one. A record that is not
// stored yet is copied by move itself: only the edit that makes it holds it.
func (s *store) clone() (out store, move func(*contact) *contact) {
	out = store{
		byID: make(map[string]*contact, len(s.byID)), byKey: make(map[string]*contact, len(s.byKey)),
		version: s.version, order: make([]*contact, len(s.order)), feed: make([]entry, 0, len(s.order)),
	}
	contacts := make([]contact, len(s.order))
	for i, c := range s.order {
		fresh := &contacts[i]
		*fresh = *c
		out.order[i], out.byID[c.id] = fresh, fresh
	}
	move = func(c *contact) *contact {
		if s.byID[c.id] == c {
			return out.order[c.ordinal]
		}
		fresh := *c
		return &fresh
	}
	for _, e := range s.feed {
		if e.contact.version == e.version {
			out.feed = append(out.feed, entry{e.version, out.order[e.contact.ordinal]})
		}
	}
	//syncproof:unordered each entry goes to its own key
	for external, c := range s.byKey {
		out.byKey[external] = out.order[c.ordinal]
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
	if m.execution.runs(now) {
		p.Age(m.execution.start)
		p.Int(int64(m.execution.used))
	}
	p.Int(int64(m.schema.revision))
	p.Flag(m.gapOpen, slices.EqualFunc(m.drift, m.faults.Drift, mocks.Drift.Equal), slices.Equal(m.revoked, m.faults.Revoked))
	p.Int(int64(m.store.version))
	p.Int(int64(m.notices))
	p.Int(int64(len(m.store.order)))
	for _, c := range m.store.order {
		m.encode(&p, c)
	}
	m.late.Print(&p, m.encodeLate)
	m.deliveries.Print(&p, encodeDelivery)
	return p.Buf
}

func (m *Mock) encode(p *mocks.Print, c *contact) {
	p.Text(c.id)
	p.Texts(c.values)
	p.Age(time.Unix(c.modified, 0))
	p.Text(c.modifiedBy)
	p.Flag(c.deleted, m.gapOpen && c.gap == m.gap)
	p.Text(c.master)
	p.Int(int64(c.version))
}

func (m *Mock) encodeLate(p *mocks.Print, l *lateCommit) {
	p.Text(l.contact.id)
	p.Flag(l.create, l.write.versionSet)
	p.Age(l.write.stamp)
	p.Text(l.write.actor)
	p.Text(string(l.write.origin))
	p.Text(l.write.by)
	p.Int(int64(len(l.write.set)))
	for _, a := range l.write.set {
		p.Int(int64(a.column.slot))
		p.Text(a.text)
	}
}

func encodeDelivery(p *mocks.Print, d *mocks.Delivery) {
	p.Text(d.Record)
	p.Int(int64(d.Notice))
	p.Int(int64(d.Attempt))
}
