package sim

import (
	"maps"
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/scenarios"
)

func (f *printer) disk(d *disk) {
	f.Flag(d.syncing)
	f.Int(int64(len(d.pending)))
	for i := range d.pending {
		f.Buf = d.pending[i].Batch.Fingerprint(f.engineNow, f.Buf)
	}
	switch s := d.store.(type) {
	case *memory:
		f.memory(s)
	case Copier[Store]:
		f.Buf = s.Fingerprint(f.engineNow, f.Buf)
	}
	for i := range f.w.schedule {
		if f.w.schedule[i].Verb == scenarios.Redeliver {
			f.Int(int64(len(d.recent)))
			for _, ref := range d.recent {
				f.Text(ref.String())
			}
			return
		}
	}
}

func (f *printer) memory(m *memory) {
	keys := slices.Sorted(maps.Keys(m.records))
	f.Int(int64(len(keys)))
	for _, key := range keys {
		f.Buf = m.records[key].Fingerprint(f.engineNow, f.Buf)
		f.Int(int64(len(m.ledger[key])))
	}
	refs := slices.SortedFunc(maps.Keys(m.keys), compareRefs)
	for _, ref := range refs {
		f.Text(ref.String() + " " + m.keys[ref])
	}
	for i := range m.lanes {
		f.lane(m.lanes[i])
	}
	leased := slices.DeleteFunc(slices.Sorted(maps.Keys(m.entries)), func(key string) bool { return !m.entries[key].leased })
	f.Int(int64(len(leased)))
	for _, key := range leased {
		f.entry(m.entries[key])
	}
	f.Buf = m.meta.Fingerprint(f.engineNow, f.Buf)
}

func compareRefs(a, b engine.Ref) int {
	if a.Side != b.Side {
		return int(a.Side) - int(b.Side)
	}
	return slices.Compare([]byte(a.ID), []byte(b.ID))
}

// lane appends queue entries in the order in which they are given out.
func (f *printer) lane(l lane) {
	entries := slices.Clone(l)
	slices.SortFunc(entries, func(a, b *entry) int {
		if a.due < b.due || (a.due == b.due && a.order < b.order) {
			return -1
		}
		return 1
	})
	f.Int(int64(len(entries)))
	for _, e := range entries {
		f.entry(e)
	}
}

func (f *printer) entry(e *entry) {
	f.Text(e.key)
	f.Text(e.ref.String())
	f.Text(e.hint)
	f.Int(int64(e.lane))
	f.Int(int64(max(0, e.due-f.engineNow)))
	f.Int(int64(e.attempt))
	f.Int(int64(e.gen))
	f.Buf = e.review.Fingerprint(f.Buf)
	f.Buf = e.taken.Fingerprint(f.Buf)
	f.Int(int64(len(e.later)))
	f.Flag(e.leased, e.fresher, e.delayed)
}
