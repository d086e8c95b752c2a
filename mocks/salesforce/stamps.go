package salesforce

import (
	"cmp"
	"slices"
)

// stampIndex orders records by an instant, then by id. A record that moves
// leaves its old entry behind; an entry counts only while it says what the
// record says, and stale ones are swept when they are the majority.
type stampIndex struct {
	stamp   func(*record) (seconds int64, listed bool)
	entries []stampEntry
	sorted  int // entries[:sorted] are in order; the rest came since
	stale   int // upper bound of what no longer counts
}

type stampEntry struct {
	seconds int64
	record  *record
}

func (e stampEntry) compare(o stampEntry) int {
	if c := cmp.Compare(e.seconds, o.seconds); c != 0 {
		return c
	}
	return cmp.Compare(e.record.id, o.record.id)
}

func (x *stampIndex) current(e stampEntry) bool {
	seconds, listed := x.stamp(e.record)
	return listed && seconds == e.seconds
}

// add notes a record that is new at its present stamp.
func (x *stampIndex) add(r *record) {
	if seconds, listed := x.stamp(r); listed {
		x.entries = append(x.entries, stampEntry{seconds, r})
	}
}

// move notes a record whose stamp was before (or that was not listed then).
func (x *stampIndex) move(r *record, before int64, wasListed bool) {
	seconds, listed := x.stamp(r)
	if wasListed && listed && seconds == before {
		return
	}
	if wasListed {
		x.stale++
	}
	x.add(r)
}

// settle sorts what came since the last time into its place. New entries are
// nearly always the latest, so that only the tail moves.
func (x *stampIndex) settle() {
	if x.sorted == len(x.entries) {
		return
	}
	tail := x.entries[x.sorted:]
	slices.SortFunc(tail, stampEntry.compare)
	from, _ := slices.BinarySearchFunc(x.entries[:x.sorted], tail[0], stampEntry.compare)
	if from < x.sorted {
		slices.SortFunc(x.entries[from:], stampEntry.compare)
	}
	x.sweep(from)
	x.sorted = len(x.entries)
}

// sweep drops entries that no longer count: all of them when they are the
// majority, else only duplicates behind from. Two equal entries for a record
// arise when a clock was set back and its stamp returned.
func (x *stampIndex) sweep(from int) {
	if x.stale > len(x.entries)/2+64 {
		x.entries = slices.DeleteFunc(x.entries, func(e stampEntry) bool { return !x.current(e) })
		x.stale, from = 0, 0
	}
	kept := slices.Compact(x.entries[from:])
	x.entries = x.entries[:from+len(kept)]
}

// from calls f for every record whose stamp is seconds or later, in order,
// until f returns false.
func (x *stampIndex) from(seconds int64, f func(*record) bool) {
	x.settle()
	i, _ := slices.BinarySearchFunc(x.entries, seconds, func(e stampEntry, s int64) int {
		return cmp.Compare(e.seconds, s)
	})
	for ; i < len(x.entries); i++ {
		if e := x.entries[i]; x.current(e) && !f(e.record) {
			return
		}
	}
}

func sortByID(list []*record) {
	slices.SortFunc(list, func(a, b *record) int { return cmp.Compare(a.id, b.id) })
}
