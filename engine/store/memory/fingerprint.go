package memory

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/syncproof/syncproof/engine"
)

// Fingerprint appends an unambiguous encoding of all that can make a difference
// from now on, with instants relative to now.
func (m *State) Fingerprint(now engine.Instant, dst []byte) []byte {
	f := &printer{now: now, buf: dst}
	f.state(m)
	return f.buf
}

// printer appends an unambiguous encoding.
type printer struct {
	now engine.Instant
	buf []byte
}

func (f *printer) int(n int64) { f.buf = binary.AppendVarint(f.buf, n) }

func (f *printer) text(s string) {
	f.int(int64(len(s)))
	f.buf = append(f.buf, s...)
}

func (f *printer) flag(flags ...bool) {
	for _, set := range flags {
		b := byte(0)
		if set {
			b = 1
		}
		f.buf = append(f.buf, b)
	}
}

func (f *printer) state(m *State) {
	keys := slices.Sorted(maps.Keys(m.records))
	f.int(int64(len(keys)))
	for _, key := range keys {
		f.buf = m.records[key].Fingerprint(f.now, f.buf)
		f.int(int64(len(m.ledger[key])))
	}
	refs := slices.SortedFunc(maps.Keys(m.keys), compareRefs)
	for _, ref := range refs {
		f.text(ref.String() + " " + m.keys[ref])
	}
	for i := range m.lanes {
		f.lane(m.lanes[i])
	}
	leased := slices.DeleteFunc(slices.Sorted(maps.Keys(m.entries)), func(key string) bool { return !m.entries[key].leased })
	f.int(int64(len(leased)))
	for _, key := range leased {
		f.entry(m.entries[key])
	}
	f.buf = m.meta.Fingerprint(f.now, f.buf)
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
	f.int(int64(len(entries)))
	for _, e := range entries {
		f.entry(e)
	}
}

func (f *printer) entry(e *entry) {
	f.text(e.key)
	f.text(e.ref.String())
	f.text(e.hint)
	f.int(int64(e.lane))
	f.int(int64(max(0, e.due-f.now)))
	f.int(int64(e.attempt))
	f.int(int64(e.gen))
	f.buf = e.review.Fingerprint(f.buf)
	f.buf = e.taken.Fingerprint(f.buf)
	f.int(int64(len(e.later)))
	f.flag(e.leased, e.fresher, e.delayed)
}
