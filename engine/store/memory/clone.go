package memory

import (
	"maps"
	"slices"
)

// Clone is an independent copy. Records, reviews and ledger entries are never
// changed once they are made, so they are shared.
func (m *State) Clone() *State {
	d := *m
	d.records, d.keys = maps.Clone(m.records), maps.Clone(m.keys)
	d.order = slices.Clip(m.order)
	d.entries = make(map[string]*entry, len(m.entries))
	for key, e := range m.entries { //syncproof:unordered each entry is copied by itself
		fresh := *e
		fresh.later = slices.Clip(e.later)
		d.entries[key] = &fresh
	}
	for i, l := range m.lanes {
		d.lanes[i] = make(lane, len(l))
		for at, e := range l {
			d.lanes[i][at] = d.entries[e.key]
		}
	}
	d.ledger = maps.Clone(m.ledger)
	for key, entries := range d.ledger { //syncproof:unordered each entry is copied by itself
		d.ledger[key] = slices.Clone(entries)
	}
	return &d
}
