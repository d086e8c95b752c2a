package check

import "slices"

// base is what may be the merge base of one side, field by field: the values
// that an earlier decision can have rested on. Where the journal leaves more
// than one reading open, the set holds them all; an empty set means that
// there is certainly no base (CR-12).
type base struct {
	values   [][]string
	versions []int64
	settled  int32 // index of the commit that last made one version the only one
	// unsure: there may be no base after all, for what would have made one may
	// be unknown to the engine.
	unsure bool
	// loose are the fields of which that still holds although a decision was
	// written: it left them apart. nil if there are none.
	loose []bool
}

func newBase(fields int) base {
	b := base{values: make([][]string, fields)}
	room := make([]string, fields) // most fields ever have one base
	for f := range b.values {
		b.values[f] = room[f : f : f+1]
	}
	return b
}

// changed says whether a value differs from the base: certainly, and possibly.
func (b *base) changed(f int, v string) (surely, possibly bool) {
	set := b.values[f]
	surely = !slices.Contains(set, v)
	return surely, surely || len(set) > 1 || b.unsure || b.isLoose(f)
}

// settle makes v the only base of a field.
func (b *base) settle(f int, v string) {
	b.values[f] = append(b.values[f][:0], v)
	if b.loose != nil {
		b.loose[f] = false
	}
}

func (b *base) loosen(f int) {
	if b.loose == nil {
		b.loose = make([]bool, len(b.values))
	}
	b.loose[f] = true
}

func (b *base) isLoose(f int) bool { return b.loose != nil && b.loose[f] }

// admit adds v to what may be the base of a field. Where there was none, it
// may still be that the engine has none.
func (b *base) admit(f int, v string) {
	b.unsure = b.unsure || len(b.values[f]) == 0
	if !slices.Contains(b.values[f], v) {
		b.values[f] = append(b.values[f], v)
	}
}

// forget is a store that was lost.
func (b *base) forget() {
	for f := range b.values {
		b.values[f] = b.values[f][:0]
	}
	b.versions, b.unsure, b.loose = nil, false, nil
}

func (b *base) admitVersion(v int64) {
	if !slices.Contains(b.versions, v) {
		b.versions = append(b.versions, v)
	}
}

func (b *base) settleVersion(v int64, ev int32) {
	b.versions, b.settled = append(b.versions[:0], v), ev
}

// none says that there may be no base for a field.
func (b *base) none(f int) bool { return len(b.values[f]) == 0 || b.unsure || b.isLoose(f) }

// mayBeNone says that there may be no base of some field.
func (b *base) mayBeNone() bool { return b.lost() || b.unsure || slices.Contains(b.loose, true) }

// lost says that there is certainly no base.
func (b *base) lost() bool { return len(b.versions) == 0 }

// movedTo says whether a stored version may have moved up since the base, and
// whether it may not have. A version that was lowered since did not move
// (DM-8); one that is older than the base stems from another.
func (b *base) movedTo(stored version) (may, mayNot bool) {
	may, mayNot = b.unsure || len(b.versions) == 0, b.unsure
	for _, v := range b.versions {
		may = may || stored.v > v || stored.v != v && (len(b.versions) > 1 || stored.ev < b.settled)
		mayNot = mayNot || stored.v <= v
	}
	return may, mayNot
}
