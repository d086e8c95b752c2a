package trace

import (
	"reflect"
	"slices"
	"testing"
)

func journalOf(events ...Event) *Journal {
	at := int64(0)
	j := NewJournal(func() int64 { at++; return at })
	for _, e := range events {
		j.Emit(e)
	}
	return j
}

func TestEmitNumbersAndStamps(t *testing.T) {
	j := journalOf(Event{Kind: Send}, Event{Kind: Arrive})
	for i, e := range j.Events() {
		if e.Op != uint64(i)+1 || e.At != int64(i)+1 {
			t.Errorf("event %d has op %d at %d", i, e.Op, e.At)
		}
	}
	if j.Len() != 2 {
		t.Errorf("length %d", j.Len())
	}
}

// Whatever differs between two journals shows in the hash: each field is set in
// turn, so that a field added to Event and forgotten in the encoding fails here.
func TestHashSeesEveryField(t *testing.T) {
	plain := journalOf(Event{Kind: Commit}).Hash()
	event := reflect.TypeOf(Event{})
	for i := range event.NumField() {
		name := event.Field(i).Name
		if name == "Op" || name == "At" {
			continue // filled by Emit
		}
		e := Event{Kind: Commit}
		fill(t, reflect.ValueOf(&e).Elem().Field(i))
		if journalOf(e).Hash() == plain {
			t.Errorf("the hash does not see %s", name)
		}
	}
}

func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(uint64(Lose))
	case reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.String:
		v.SetString("x")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	default:
		t.Fatalf("no value for a %s", v.Kind())
	}
}

// Texts are told apart where one ends and the next begins.
func TestHashIsUnambiguous(t *testing.T) {
	a := journalOf(Event{Actor: "ab", Origin: "c"}).Hash()
	b := journalOf(Event{Actor: "a", Origin: "bc"}).Hash()
	if a == b {
		t.Error("two different events have one hash")
	}
}

func TestHashDoesNotDependOnWhenItIsAsked(t *testing.T) {
	events := make([]Event, 3*CheckpointEvery)
	for i := range events {
		events[i] = Event{Kind: Read, Record: "r", Version: int64(i)}
	}
	quiet, curious := journalOf(events...), journalOf()
	curious.Now = quiet.Now
	at := int64(0)
	curious.Now = func() int64 { at++; return at }
	for _, e := range events {
		curious.Emit(e)
		curious.Hash()
	}
	if quiet.Hash() != curious.Hash() {
		t.Error("asking for the hash changed it")
	}
	if len(quiet.Checkpoints()) != 3 || !reflect.DeepEqual(quiet.Checkpoints(), curious.Checkpoints()) {
		t.Errorf("checkpoints %x and %x", quiet.Checkpoints(), curious.Checkpoints())
	}
	if again := Checkpoints(quiet.Events()); !reflect.DeepEqual(again, quiet.Checkpoints()) {
		t.Errorf("checkpoints of the events alone %x, of the journal %x", again, quiet.Checkpoints())
	}
}

func TestFirstDifference(t *testing.T) {
	one := journalOf(Event{Kind: Send}, Event{Kind: Arrive, Record: "a"}, Event{Kind: Answer}).Events()
	other := journalOf(Event{Kind: Send}, Event{Kind: Arrive, Record: "b"}, Event{Kind: Answer}).Events()
	for name, c := range map[string]struct {
		a, b []Event
		want int
	}{
		"equal":         {one, one, -1},
		"a field":       {one, other, 1},
		"one is longer": {one, one[:2], 2},
		"empty":         {nil, nil, -1},
	} {
		if got := FirstDifference(c.a, c.b); got != c.want {
			t.Errorf("%s: %d, expected %d", name, got, c.want)
		}
	}
}

func TestNamesOfKindsAndSystems(t *testing.T) {
	seen := map[string]Kind{}
	for k := KindNone; k < kindCount; k++ {
		if other, twice := seen[k.String()]; twice || k.String() == "" {
			t.Errorf("kinds %d and %d are both called %q", other, k, k)
		}
		seen[k.String()] = k
	}
	if kindCount.String() != "unknown" || System(9).String() != "unknown" || CRM.String() != "crm" {
		t.Error("names outside the tables")
	}
}

func BenchmarkEmit(b *testing.B) {
	j := journalOf()
	e := Event{Kind: Arrive, On: CRM, Call: 7, Actor: ActorEngine, Method: "PATCH", Path: "/v1/contacts/1234", Record: "1234", Alias: "ada"}
	b.ReportAllocs()
	for b.Loop() {
		j.Emit(e)
	}
}

// TestCloneSharesTheBeginning: a clone and its original go on from one journal,
// and each is as if it had been written alone.
func TestCloneSharesTheBeginning(t *testing.T) {
	write := func(j *Journal, from, n int) {
		for i := range n {
			j.Emit(Event{Kind: Send, Call: uint64(from + i)})
		}
	}
	alone := func(parts ...int) *Journal {
		j := NewJournal(func() int64 { return 7 })
		for i := 0; i < len(parts); i += 2 {
			write(j, parts[i], parts[i+1])
		}
		return j
	}
	now := func() int64 { return 7 }
	a := alone(0, 300)
	b := a.Clone(now)
	write(a, 1000, 10)
	c := a.Clone(now)
	write(b, 2000, 400)
	write(c, 3000, 3)
	write(a, 4000, 1)
	for _, x := range []struct {
		name      string
		got, want *Journal
	}{
		{"the original", a, alone(0, 300, 1000, 10, 4000, 1)},
		{"the first clone", b, alone(0, 300, 2000, 400)},
		{"the second clone", c, alone(0, 300, 1000, 10, 3000, 3)},
	} {
		if x.got.Len() != x.want.Len() {
			t.Errorf("%s has %d events, want %d", x.name, x.got.Len(), x.want.Len())
		}
		if i := FirstDifference(x.got.Events(), x.want.Events()); i >= 0 {
			t.Errorf("%s differs at event %d", x.name, i)
		}
		if x.got.Hash() != x.want.Hash() || !reflect.DeepEqual(x.got.Checkpoints(), x.want.Checkpoints()) {
			t.Errorf("%s has another hash", x.name)
		}
		write(x.got, 9, 1) // after its events were looked at
		write(x.want, 9, 1)
		if x.got.Hash() != x.want.Hash() {
			t.Errorf("%s has another hash later", x.name)
		}
	}
}

// TestSinkTakesEveryEvent: what passes by has the numbers and the hash of a
// journal that is kept.
func TestSinkTakesEveryEvent(t *testing.T) {
	kept, passing := NewJournal(func() int64 { return 1 }), NewJournal(func() int64 { return 1 })
	var taken []Event
	passing.Sink = func(e *Event) { taken = append(taken, *e) }
	for i := range 3*CheckpointEvery + 5 {
		for _, j := range []*Journal{kept, passing} {
			j.Emit(Event{Kind: Send, Call: uint64(i)})
		}
	}
	if FirstDifference(taken, kept.Events()) >= 0 || passing.Len() != kept.Len() || passing.Hash() != kept.Hash() {
		t.Errorf("%d events went by, %d were kept", passing.Len(), kept.Len())
	}
	if len(passing.Events()) > CheckpointEvery {
		t.Errorf("it keeps %d events", len(passing.Events()))
	}
}

// TestHashIsThatOfTheEvents: it does not matter when the hash is asked for, nor
// in whose memory the journal was written.
func TestHashIsThatOfTheEvents(t *testing.T) {
	now := int64(0)
	fill := func(j *Journal, asked bool) *Journal {
		for i := range 3*CheckpointEvery + 7 {
			now = int64(i)
			j.Emit(Event{Kind: Read, On: CC, Record: "c1", Version: int64(i)})
			if asked && i%100 == 0 {
				j.Hash()
			}
		}
		return j
	}
	clock := func() int64 { return now }
	a := fill(NewJournal(clock), true)
	b := NewJournal(clock)
	b.Recycle([]Event{{Op: 1, Kind: Commit, Text: "of another run"}, {Op: 2}})
	fill(b, false)
	if a.Hash() != b.Hash() || Hash(a.Events()) != a.Hash() {
		t.Errorf("asked now and then: %s, at the end: %s, of the events: %s", a.Hash(), b.Hash(), Hash(a.Events()))
	}
	if !slices.Equal(a.Checkpoints(), b.Checkpoints()) || len(a.Checkpoints()) != 3 {
		t.Errorf("checkpoints %x and %x", a.Checkpoints(), b.Checkpoints())
	}
}

// TestLongJournalIsOne: a journal that goes on in another piece is read, hashed
// and copied as one that never did.
func TestLongJournalIsOne(t *testing.T) {
	const n = 2*doubledMost + 100
	j := NewJournal(func() int64 { return 1 })
	for i := range n {
		j.Emit(Event{Kind: Send, Call: uint64(i)})
	}
	copied := j.Clone(j.Now)
	hash, checkpoints := j.Hash(), j.Checkpoints()
	for name, x := range map[string]*Journal{"it": j, "its copy": copied} {
		all := x.Events()
		if len(all) != n || x.Len() != n || Hash(all) != hash || x.Hash() != hash || !slices.Equal(Checkpoints(all), checkpoints) {
			t.Errorf("%s has %d events of %d, or another hash", name, len(all), n)
		}
		for i := range all {
			if all[i].Op != uint64(i)+1 || all[i].Call != uint64(i) {
				t.Fatalf("%s has operation %d of call %d at %d", name, all[i].Op, all[i].Call, i)
			}
		}
	}
}
