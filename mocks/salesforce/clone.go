package salesforce

import (
	"maps"
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// Clone is an independent copy that writes to another journal.
func (m *Mock) Clone(j mocks.Journal) mocks.Direct { return m.copied(j) }

// copied is the same object in a copy of the organisation.
func (m *Mock) copied(j mocks.Journal) *Mock {
	t := *m.tenant
	t.journal.Journal = j
	t.faults = m.faults.Clone()
	t.tokens = m.tokens.Clone()
	t.limits = m.limits.Clone()
	t.clients = maps.Clone(m.clients)
	t.members, t.doing = nil, exchange{}
	t.pending = slices.Clip(m.pending)
	t.bus = m.bus.clone()
	t.cloneStreams()
	t.setup = m.setup.clone()
	t.cursors = slices.Clone(m.cursors)
	for _, part := range m.all() {
		part.copyInto(&t)
	}
	return t.parts[m.object.is]
}

// copyInto puts a copy of one object into the copy of the organisation.
func (m *Mock) copyInto(t *tenant) {
	out := *m
	out.tenant = t
	t.parts[m.object.is] = &out
	var move func(*record) *record
	out.store, move = m.store.clone()
	out.late = m.late.Clone(func(l lateCommit) lateCommit {
		l.record = move(l.record)
		l.write.set = slices.Clip(l.write.set) // a new record's defaults are appended to it
		return l
	})
	for i := range t.cursors {
		if c := &t.cursors[i]; c.on == m.object.is {
			c.rows = moved(c.rows, move)
		}
	}
}

// clone copies the records; move finds the copy of one. A record that is not
// stored yet is copied by move itself: only the edit that makes it holds it.
func (s *store) clone() (out store, move func(*record) *record) {
	out = newStore()
	out.order = make([]*record, len(s.order))
	out.modified.entries = make([]stampEntry, 0, len(s.order))
	records := make([]record, len(s.order))
	for i, r := range s.order {
		fresh := &records[i]
		*fresh = *r
		out.order[i], out.byID[r.id] = fresh, fresh
		// The order of the stamps is settled when somebody asks for it.
		out.modified.add(fresh)
		out.removed.add(fresh)
	}
	move = func(r *record) *record {
		if s.byID[r.id] == r {
			return out.byID[r.id]
		}
		fresh := *r
		return &fresh
	}
	//syncproof:unordered each entry goes to its own key
	for external, list := range s.byExternal {
		out.byExternal[external] = moved(list, move)
	}
	return out, move
}

func moved(list []*record, move func(*record) *record) []*record {
	out := make([]*record, len(list))
	for i, r := range list {
		out[i] = move(r)
	}
	return out
}

// Fingerprint appends all that can make a difference from now on. Instants and
// authors of creation are left out, since no adapter reads them, and so is the
// base version, which is an argument of the validation rule and no content.
func (m *Mock) Fingerprint(now time.Time, dst []byte) []byte {
	p := mocks.Print{Now: now, Buf: dst}
	m.faults.Print(&p)
	m.ids.Print(&p)
	m.tokens.Print(&p, m.faults.Revocations)
	m.limits.Print(&p, m.faults.QuotaInForce(m.config.Quota, vendorQuota))
	m.setup.encode(&p)
	m.bus.encode(&p)
	m.encodeStreams(&p)
	for _, part := range m.all() {
		part.print(&p)
	}
	p.Int(int64(len(m.cursors)))
	for i := range m.cursors {
		p.Text(m.cursors[i].locator)
	}
	return p.Buf
}

func (m *Mock) print(p *mocks.Print) {
	p.Flag(m.gapOpen, slices.EqualFunc(m.drift, m.faults.Drift, mocks.Drift.Equal), slices.Equal(m.revoked, m.faults.Revoked))
	p.Int(int64(len(m.store.order)))
	for _, r := range m.store.order {
		m.encode(p, r)
	}
	m.late.Print(p, m.encodeLate)
}

func (m *Mock) encode(p *mocks.Print, r *record) {
	p.Text(r.id)
	for slot, text := range r.values {
		if m.baseVer == nil || slot != m.baseVer.slot {
			p.Text(text)
		}
	}
	p.Age(time.Unix(r.modified, 0))
	p.Age(time.Unix(r.modstamp, 0))
	p.Text(r.modifiedBy)
	p.Flag(r.deleted, m.hiddenByGap(r))
	p.Text(r.master)
}

func (m *Mock) encodeLate(p *mocks.Print, l *lateCommit) {
	p.Text(l.record.id)
	p.Flag(l.create, l.write.versionSet)
	p.Age(l.write.stamp)
	p.Text(l.write.actor)
	p.Text(string(l.write.origin))
	p.Text(l.write.user)
	p.Int(int64(len(l.write.set)))
	for _, a := range l.write.set {
		p.Int(int64(a.column.slot))
		p.Text(a.text)
	}
}
