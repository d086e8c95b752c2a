package genesys

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// Clone is an independent copy that writes to another journal. What is never
// changed in place is shared: contents, schemas, and the memory of rewritten
// phone numbers.
func (m *Mock) Clone(j mocks.Journal) mocks.Direct { return m.copied(j) }

// copied is the same object in a copy of the organisation.
func (m *Mock) copied(j mocks.Journal) *Mock {
	t := *m.tenant
	t.rec.Journal = j
	t.faults = m.faults.Clone()
	t.tokens = m.tokens.Clone()
	t.limiter = m.limiter.Clone()
	t.mac, t.doing = nil, exchange{}
	t.sources = slices.Clip(m.sources)
	t.deliveries = m.deliveries.Clone(func(d mocks.Delivery) mocks.Delivery { return d })
	t.channels = cloneChannels(m.channels)
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
	out.history = slices.Clip(m.history)
	out.store = m.store.clone()
	out.hidden = moved(m.hidden, out.store.byID)
	out.late = m.late.Clone(func(l lateCommit) lateCommit { return l })
}

func (s *store) clone() store {
	out := store{
		source: s.source, order: make([]*record, len(s.order)),
		byID: make(map[string]*record, len(s.byID)), byExternal: make(map[string][]*record, len(s.byExternal)),
	}
	records := make([]record, len(s.order))
	for i, c := range s.order {
		records[i] = *c
		out.order[i], out.byID[c.id] = &records[i], &records[i]
	}
	for _, c := range out.order {
		if c.mergedTo != nil {
			c.mergedTo = out.byID[c.mergedTo.id]
		}
		c.mergedFrom = moved(c.mergedFrom, out.byID)
	}
	//syncproof:unordered each entry goes to its own key
	for external, list := range s.byExternal {
		if len(list) > 0 {
			out.byExternal[external] = moved(list, out.byID)
		}
	}
	return out
}

func moved(list []*record, byID map[string]*record) []*record {
	if len(list) == 0 {
		return nil
	}
	out := make([]*record, len(list))
	for i, c := range list {
		out[i] = byID[c.id]
	}
	return out
}

// Fingerprint appends all that can make a difference from now on. The instant
// of a record's creation and the numbers that only correlate messages are
// left out, since no adapter reads them.
func (m *Mock) Fingerprint(now time.Time, dst []byte) []byte {
	p := mocks.Print{Now: now, Buf: dst}
	m.faults.Print(&p)
	m.ids.Print(&p)
	m.secrets.Print(&p)
	m.tokens.Print(&p, m.faults.Revocations)
	m.limiter.Print(&p, m.faults.QuotaInForce(m.cfg.Quota, vendorQuota))
	p.Int(int64(len(m.sources)))
	for _, part := range m.all() {
		part.print(&p)
	}
	m.deliveries.Print(&p, encodeDelivery)
	m.encodeChannels(&p)
	return p.Buf
}

func (m *Mock) print(p *mocks.Print) {
	p.Int(int64(m.schema.version))
	p.Flag(slices.EqualFunc(m.drift, m.faults.DriftsOf(m.object.is), mocks.Drift.Equal))
	p.Int(int64(len(m.store.order)))
	for _, c := range m.store.order {
		m.encode(p, c)
	}
	m.late.Print(p, encodeLate)
}

func (m *Mock) encode(p *mocks.Print, c *record) {
	p.Text(c.id)
	p.Flag(c.schema, c.deleted, c.hidden && m.faults.FeedHides)
	p.Age(c.modified)
	p.Int(int64(len(c.cells)))
	for i := range c.cells {
		v := &c.cells[i]
		p.Int(int64(v.slot))
		p.Text(v.text)
	}
	p.Int(int64(len(c.external)))
	for _, e := range c.external {
		p.Text(e.source)
		p.Text(e.value)
		// Of several with one external id, the first that got it is found.
		if e.source == m.store.source {
			p.Int(int64(slices.Index(m.store.byExternal[e.value], c)))
		}
	}
	if c.mergedTo != nil {
		p.Text(c.mergedTo.id)
	} else {
		p.Text("")
	}
}

func encodeLate(p *mocks.Print, l *lateCommit) {
	e := &l.edit
	p.Text(l.id)
	p.Text(e.Record)
	p.Text(e.By)
	p.Text(string(e.Origin))
	p.Age(l.stamp)
	p.Flag(e.Bypass, e.Version != nil)
	if e.Version != nil {
		p.Int(*e.Version)
	}
	p.Set(e.Set)
}

func encodeDelivery(p *mocks.Print, d *mocks.Delivery) {
	p.Text(d.Record)
	p.Int(int64(d.Attempt))
	p.Text(d.MergedInto)
	p.Age(d.Modified)
}
