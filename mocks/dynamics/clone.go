package dynamics

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// Clone is an independent copy that writes to another journal.
func (m *Mock) Clone(j mocks.Journal) mocks.Direct { return m.copied(j) }

// copied is the same table in a copy of the organisation.
func (m *Mock) copied(j mocks.Journal) *Mock {
	t := *m.tenant
	t.journal.Journal = j
	t.faults = m.faults.Clone()
	t.tokens = m.tokens.Clone()
	t.limits = m.limits.Clone()
	t.members, t.doing = nil, exchange{}
	t.deliveries = m.deliveries.Clone(func(d mocks.Delivery) mocks.Delivery { return d })
	for _, part := range m.all() {
		part.copyInto(&t)
	}
	return t.parts[m.object.is]
}

// copyInto puts a copy of one table into the copy of the organisation.
func (m *Mock) copyInto(t *tenant) {
	out := *m
	out.tenant = t
	t.parts[m.object.is] = &out
	var move func(*record) *record
	out.store, move = m.store.clone()
	out.late = m.late.Clone(func(l lateCommit) lateCommit {
		l.record = move(l.record)
		return l
	})
}

// clone copies the records; move finds the copy of one. A record that is not
// stored yet is copied by move itself: only the edit that makes it holds it.
func (s *store) clone() (out store, move func(*record) *record) {
	out = store{
		byID: make(map[string]*record, len(s.byID)), byKey: make(map[string]*record, len(s.byKey)),
		version: s.version, order: make([]*record, len(s.order)), feed: make([]entry, 0, len(s.order)),
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
		if e.record.version == e.version {
			out.feed = append(out.feed, entry{e.version, out.order[e.record.ordinal]})
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
	p.Int(int64(m.notices))
	for _, part := range m.all() {
		part.print(&p)
	}
	m.deliveries.Print(&p, encodeDelivery)
	return p.Buf
}

func (m *Mock) print(p *mocks.Print) {
	p.Int(int64(m.schema.revision))
	p.Flag(m.gapOpen, slices.EqualFunc(m.drift, m.faults.Drift, mocks.Drift.Equal), slices.Equal(m.revoked, m.faults.Revoked))
	p.Int(int64(m.store.version))
	p.Int(int64(len(m.store.order)))
	for _, c := range m.store.order {
		m.encode(p, c)
	}
	m.late.Print(p, m.encodeLate)
}

func (m *Mock) encode(p *mocks.Print, c *record) {
	p.Text(c.id)
	p.Texts(c.values)
	p.Age(time.Unix(c.modified, 0))
	p.Text(c.modifiedBy)
	p.Flag(c.deleted, m.gapOpen && c.gap == m.gap)
	p.Text(c.master)
	p.Int(int64(c.version))
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
		p.Int(int64(a.column.slot))
		p.Text(a.text)
	}
}

func encodeDelivery(p *mocks.Print, d *mocks.Delivery) {
	p.Text(d.Record)
	p.Int(int64(d.Notice))
	p.Int(int64(d.Attempt))
}
