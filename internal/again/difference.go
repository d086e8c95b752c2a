package again

import (
	"reflect"

	"github.com/syncproof/syncproof/sim/trace"
)

// Difference is the first event in which two journals of one world differ.
type Difference struct {
	// Op is the number of the event, the same in both runs.
	Op uint64
	// First and Second are the event in this process and in the other one, nil
	// where that run had ended already.
	First, Second *trace.Event
	// Fields are the names of the event's fields that differ, none if one of
	// the runs had ended.
	Fields []string
	// Settings are those of the other process, e.g. "GOMAXPROCS=1 GOGC=30".
	Settings string
}

// Compare finds the first event in which two whole journals differ, nil if they
// are equal.
func Compare(first, second []trace.Event) *Difference { return differenceIn(0, first, second) }

// differingBlock is the index of the first event of the first block between
// two checkpoints in which the journals differ.
func differingBlock(a, b [][8]byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i * trace.CheckpointEvery
		}
	}
	return min(len(a), len(b)) * trace.CheckpointEvery
}

// differenceIn compares the blocks that begin at event from, nil if they are
// equal.
func differenceIn(from int, first, second []trace.Event) *Difference {
	i := trace.FirstDifference(first, second)
	if i < 0 {
		return nil
	}
	d := &Difference{Op: uint64(from+i) + 1}
	if i < len(first) {
		d.First = &first[i]
	}
	if i < len(second) {
		d.Second = &second[i]
	}
	if d.First != nil && d.Second != nil {
		d.Fields = differingFields(d.First, d.Second)
	}
	return d
}

func differingFields(a, b *trace.Event) []string {
	var names []string
	x, y := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
	for i := range x.NumField() {
		u, v := x.Field(i), y.Field(i)
		if u.Kind() == reflect.Slice && u.Len()+v.Len() == 0 {
			continue // nil and empty are one thing to a journal
		}
		if !reflect.DeepEqual(u.Interface(), v.Interface()) {
			names = append(names, x.Type().Field(i).Name)
		}
	}
	return names
}
