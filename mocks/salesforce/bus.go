package salesforce

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// What the vendor says of the event bus.
const (
	// retention is how long events are kept (S).
	retention = 72 * time.Hour
	// eventsMax is how many are kept at most, which is this mock's.
	eventsMax = 250_000
)

// Replay ids by which a subscriber asks for no event of its own (S).
const (
	replayNew = -1 // what comes from now on
	replayAll = -2 // and all that is kept
)

// bus keeps the change events of the last days.
type bus struct {
	ids     mocks.IDs // of transactions and streams, apart from those of records
	replay  int64     // of the last event
	commits int64     // of the last transaction
	events  []*changeEvent
}

func newBus(seed uint64) bus { return bus{ids: *mocks.NewIDs(seed + 9)} }

// publish gives the events of one transaction their places. Replay ids grow,
// and not by one (S).
func (b *bus) publish(now time.Time, events []*changeEvent) {
	if len(events) == 0 {
		return
	}
	b.forget(now)
	b.commits++
	key := b.ids.UUID()
	for i, e := range events {
		b.replay += 1 + (b.replay+b.commits)%3
		e.Replay, e.Key, e.Sequence = b.replay, key, i+1
		e.Committed, e.Number = now.UnixMilli(), b.commits
	}
	b.events = append(b.events, events...)
	if over := len(b.events) - eventsMax; over > 0 {
		b.events = b.events[over:]
	}
}

// forget drops the events whose time is over.
func (b *bus) forget(now time.Time) {
	oldest := now.Add(-retention).UnixMilli()
	n := 0
	for n < len(b.events) && b.events[n].Committed <= oldest {
		n++
	}
	b.events = b.events[n:]
}

// from is the place behind which a subscriber with this replay id begins; ok
// is false for an id that is of no event that is kept (S).
func (b *bus) from(now time.Time, replay int64) (after int64, ok bool) {
	b.forget(now)
	switch replay {
	case replayNew:
		return b.replay, true
	case replayAll:
		return 0, true
	}
	_, ok = b.find(replay)
	return replay, ok
}

// after are the events behind a place.
func (b *bus) after(replay int64) []*changeEvent {
	i, found := b.find(replay)
	if found {
		i++
	}
	return b.events[i:]
}

func (b *bus) find(replay int64) (int, bool) {
	return slices.BinarySearchFunc(b.events, replay, func(e *changeEvent, r int64) int {
		switch {
		case e.Replay < r:
			return -1
		case e.Replay > r:
			return 1
		}
		return 0
	})
}

// clone shares the events, which never change.
func (b *bus) clone() bus {
	out := *b
	out.events = slices.Clip(b.events)
	return out
}

// encode appends the bus where it was used, so that a world without events is
// what it always was.
func (b *bus) encode(p *mocks.Print) {
	if b.commits == 0 {
		return
	}
	b.ids.Print(p)
	p.Int(b.replay)
	p.Int(b.commits)
	p.Int(int64(len(b.events)))
	for _, e := range b.events {
		p.Int(e.Replay)
		p.Age(time.UnixMilli(e.Committed))
		p.Text(e.Kind)
		p.Text(e.Origin)
		p.Text(e.User)
		p.Texts(e.Records)
		p.Texts(e.Changed)
		for i := range e.Fields {
			p.Text(e.Fields[i].path())
			p.Text(e.Fields[i].Value)
		}
	}
}

// schemaID identifies the form of events: it changes with the object (S).
func (m *Mock) schemaID() string {
	var sum [16]byte
	for half := range 2 {
		h := uint64(14695981039346656037) + uint64(half)
		for _, c := range m.made.columns {
			for _, text := range [...]string{c.name, kindNames[c.kind]} {
				for i := range len(text) {
					h = (h ^ uint64(text[i])) * 1099511628211
				}
			}
		}
		binary.BigEndian.PutUint64(sum[8*half:], h)
	}
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// channelAll is the channel of all objects that were selected (S).
const channelAll = "/data/ChangeEvents"

// eventName is the name of an object's events (S): ContactChangeEvent, or
// Thing__ChangeEvent for an object Thing__c.
func eventName(entity string) string {
	if base, custom := strings.CutSuffix(entity, "__c"); custom {
		return base + "__ChangeEvent"
	}
	return entity + "ChangeEvent"
}

// eventOf is the object of an event's name, nil if there is none.
func (t *tenant) eventOf(event string) *Mock {
	for _, part := range t.all() {
		if eventName(part.object.name) == event {
			return part
		}
	}
	return nil
}
