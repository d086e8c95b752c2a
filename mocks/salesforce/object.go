package salesforce

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// object is what differs between the objects.
type object struct {
	is       mocks.Object
	name     string // API name and label
	prefix   string // of ids
	standard func() []*column
	// tags: rows have ETags, on which a write can rest (S: Account alone).
	tags bool
}

var objects = [...]*object{
	mocks.Contact: {is: mocks.Contact, name: "Contact", prefix: prefixContact, standard: standardContact},
	mocks.Account: {is: mocks.Account, name: "Account", prefix: prefixAccount, standard: standardAccount, tags: true},
}

// on is the part of the organisation that holds an object, nil if the engine's
// account sees none.
func (t *tenant) on(o mocks.Object) *Mock { return t.parts[o] }

// named is the part whose object has this API name, nil if there is none.
func (t *tenant) named(name string) *Mock {
	for _, part := range t.all() {
		if part.object.name == name {
			return part
		}
	}
	return nil
}

// all are the parts that there are.
func (t *tenant) all() []*Mock {
	if t.parts[mocks.Account] == nil {
		return t.parts[:1]
	}
	return t.parts[:]
}

// of is the part that holds a record, that of contacts for an unknown one.
func (t *tenant) of(id string) *Mock {
	full, _ := canonicalID(id)
	for _, part := range t.all() {
		if part.store.byID[full] != nil {
			return part
		}
	}
	return t.parts[mocks.Contact]
}

// must is on for those who cannot be refused politely.
func (t *tenant) must(o mocks.Object) (*Mock, error) {
	if part := t.on(o); part != nil {
		return part, nil
	}
	return nil, fmt.Errorf("salesforce: the organisation has no %ss", o)
}

// choose finds the object that the path names. What names none is about the
// organisation, or says elsewhere which one it means.
func (x *exchange) choose() {
	x.m = x.m.on(mocks.Contact)
	rest, ok := strings.CutPrefix(strings.TrimPrefix(x.path, "composite/"), "sobjects/")
	if !ok {
		return
	}
	name, _, _ := strings.Cut(rest, "/")
	if part := x.m.named(name); part != nil {
		x.m = part
	}
}

// chooseFrom finds the object that a query names behind FROM. A query without
// one is refused where it is parsed.
func (x *exchange) chooseFrom(query string) {
	if len(x.m.all()) == 1 {
		return
	}
	tokens, err := lex(query)
	if err != nil {
		return
	}
	i := slices.IndexFunc(tokens, func(t token) bool { return t.is("FROM") })
	for _, part := range x.m.all() {
		if i >= 0 && i+1 < len(tokens) && tokens[i+1].is(part.object.name) {
			x.m = part
		}
	}
}

// next is the part whose late commit is due first.
func (t *tenant) next() *Mock {
	first := t.parts[mocks.Contact]
	for _, part := range t.all()[1:] {
		at, waits := part.late.Next()
		if earliest, other := first.late.Next(); waits && (!other || at.Before(earliest)) {
			first = part
		}
	}
	return first
}

// NextDue is when the next late commit becomes visible, or the next poll has
// waited long enough.
func (m *Mock) NextDue() (time.Time, bool) {
	at, ok := m.next().late.Next()
	if poll, waits := m.pollDue(); waits && (!ok || poll.Before(at)) {
		return poll, true
	}
	return at, ok
}

// ClockSet lets late commits, polls and clients of the stream wait as long as
// before. Events age by what the clock shows.
func (m *Mock) ClockSet(by time.Duration) {
	for _, part := range m.all() {
		part.late.Shift(by)
	}
	m.shiftStreams(by)
}

// Advance commits what became due by now, and ends polls.
func (m *Mock) Advance(now time.Time) {
	for _, part := range m.all() {
		part.refresh()
	}
	m.expire(now)
	for {
		part := m.next()
		late, ok := part.late.Take(now)
		if !ok {
			return
		}
		part.commitLate(late)
		m.publish(now)
	}
}

// Peek returns a record's stored state.
func (m *Mock) Peek(id string) (mocks.Snapshot, bool) {
	full, _ := canonicalID(id)
	part := m.of(id)
	r := part.store.byID[full]
	if r == nil {
		return mocks.Snapshot{}, false
	}
	return part.snapshot(r), true
}

// Each calls f for every stored record in the order in which they were made,
// contacts first, deleted ones included.
func (m *Mock) Each(f func(mocks.Snapshot) bool) {
	for _, part := range m.all() {
		for _, r := range part.store.order {
			if !f(part.snapshot(r)) {
				return
			}
		}
	}
}
