package certify

import (
	"cmp"
	"hash/fnv"
	"reflect"
	"slices"
	"time"

	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

// How is a way to change one event without knowing what it means.
type How string

// The ways.
const (
	Drop    How = "drop"    // the event is missing
	Swap    How = "swap"    // it changes places with the next event that happened at another time
	Repeat  How = "repeat"  // it stands twice
	Advance How = "advance" // it happened ten seconds earlier
	Alter   How = "alter"   // one of its fields holds another value
)

// Ways lists them.
var Ways = []How{Drop, Swap, Repeat, Advance, Alter}

// advanced is how much earlier an advanced event happens.
const advanced = int64(10 * time.Second)

// Blind is one event of one journal and a way to change it.
type Blind struct {
	How   How
	Kind  trace.Kind
	Field string // of Alter: the field that holds another value

	journal *Journal
	index   int
	key     uint64
}

// Sample draws at most n changes of each way for each kind of event, and for
// Alter at most n for each field, over all journals. Which are drawn depends on
// the events' places alone.
func Sample(journals []*Journal, n int) []Blind {
	type cell struct {
		kind  trace.Kind
		how   How
		field string
	}
	all := map[cell][]Blind{}
	add := func(j *Journal, i int, how How, field string) {
		b := Blind{How: how, Kind: j.Events[i].Kind, Field: field, journal: j, index: i, key: draw(j.Name, i, string(how)+field)}
		c := cell{b.Kind, how, field}
		if all[c] = append(all[c], b); len(all[c]) > 64*n {
			all[c] = fewest(all[c], n)
		}
	}
	for _, j := range journals {
		for i := range j.Events {
			for _, how := range []How{Drop, Swap, Repeat, Advance} {
				add(j, i, how, "")
			}
			for _, field := range filled(&j.Events[i]) {
				add(j, i, Alter, field)
			}
		}
	}
	var out []Blind
	//syncproof:unordered the changes are sorted afterwards
	for _, drawn := range all {
		out = append(out, fewest(drawn, n)...)
	}
	slices.SortFunc(out, func(a, b Blind) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.How, b.How), cmp.Compare(a.Field, b.Field), cmp.Compare(a.key, b.key))
	})
	return out
}

// fewest are the n changes with the smallest keys.
func fewest(all []Blind, n int) []Blind {
	slices.SortFunc(all, func(a, b Blind) int { return cmp.Compare(a.key, b.key) })
	return all[:min(n, len(all))]
}

// draw is the key of a change: a hash of its place.
func draw(journal string, index int, how string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(journal))
	h.Write([]byte{0, byte(index), byte(index >> 8), byte(index >> 16), byte(index >> 24)})
	h.Write([]byte(how))
	return h.Sum64()
}

// fixed are the fields of an event that the journal itself fills or that say
// what it is.
var fixed = []string{"Op", "At", "Cause", "Kind"}

// filled are the names of an event's fields that hold something.
func filled(e *trace.Event) []string {
	var names []string
	v := reflect.ValueOf(e).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0 {
			continue
		}
		if name := v.Type().Field(i).Name; !slices.Contains(fixed, name) {
			names = append(names, name)
		}
	}
	return names
}

// Notice says who noticed a change first.
type Notice uint8

// By whom: an invariant that had passed or had nothing to say and now fails or
// cannot tell; or only the journal itself, which contradicts itself; or only
// the scenario's own expectations; or nobody.
const (
	ByNobody Notice = iota
	ByExpectation
	ByContradiction
	ByInvariant
)

// Judge judges the changed journal.
func (b *Blind) Judge() Notice {
	d := newDraft(b.journal)
	b.apply(d)
	by := ByNobody
	for _, r := range check.Judge(check.Case{Scenario: b.journal.Scenario, Events: d.settle(b.journal.Events)}) {
		if r.Verdict != check.Fail && r.Verdict != check.Unknown {
			continue
		}
		switch {
		case r.Line > 0:
			by = max(by, ByExpectation)
		case r.Name == "journal":
			by = max(by, ByContradiction)
		default:
			by = ByInvariant
		}
	}
	return by
}

func (b *Blind) apply(d *draft) {
	i := b.index
	e := &d.ev[i]
	switch b.How {
	case Drop:
		d.ev = slices.Delete(d.ev, i, i+1)
	case Repeat:
		again := *e
		d.ev = slices.Insert(d.ev, i+1, again)
	case Advance:
		e.At = max(e.At-advanced, 0)
	case Swap:
		k := d.first(i, func(x *trace.Event) bool { return x.At > e.At })
		if k < 0 {
			k = i - 1
		}
		if k < 0 {
			return
		}
		d.ev[i].At, d.ev[k].At = d.ev[k].At, d.ev[i].At
		d.ev[i], d.ev[k] = d.ev[k], d.ev[i]
	case Alter:
		alter(reflect.ValueOf(e).Elem().FieldByName(b.Field), b.key)
	}
}

// alter puts another value of the same type into a field; of a list, into the
// element that the key draws.
func alter(f reflect.Value, key uint64) {
	switch f.Kind() {
	case reflect.String:
		f.SetString(f.String() + "~")
	case reflect.Uint8: // a system
		f.SetUint(uint64(trace.CC+trace.CRM) - min(f.Uint(), uint64(trace.CC+trace.CRM)))
	case reflect.Uint64:
		f.SetUint(f.Uint() + 1)
	case reflect.Int16: // a status
		f.SetInt(map[bool]int64{true: 503, false: 200}[f.Int() < 300])
	case reflect.Int32, reflect.Int64:
		f.SetInt(f.Int() + 1)
	case reflect.Slice:
		alterElement(f, key)
	}
}

func alterElement(list reflect.Value, key uint64) {
	own := reflect.MakeSlice(list.Type(), list.Len(), list.Len())
	reflect.Copy(own, list)
	one := own.Index(int(key % uint64(own.Len())))
	if one.Kind() == reflect.Struct { // a change: what it made of the field
		one.FieldByName("Has").SetBool(true)
		one = one.FieldByName("After")
	}
	alter(one, key)
	list.Set(own)
}

// Score counts changes by who noticed them.
type Score [ByInvariant + 1]int

// Applied is how many changes were judged.
func (s *Score) Applied() int {
	n := 0
	for _, k := range s {
		n += k
	}
	return n
}

// Noticed is how many an invariant noticed, or the journal's own contradictions.
func (s *Score) Noticed() int { return s[ByInvariant] + s[ByContradiction] }

// Percent is the share that was noticed, rounded down; 0 of nothing.
func (s *Score) Percent() int {
	if s.Applied() == 0 {
		return 0
	}
	return 100 * s.Noticed() / s.Applied()
}
