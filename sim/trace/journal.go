package trace

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"slices"
)

// CheckpointEvery is the number of events between two checkpoints of the
// rolling hash. Two runs are compared checkpoint by checkpoint, and then event
// by event, to find the first that differs.
const CheckpointEvery = 256

// Journal collects events in order and keeps a rolling hash over all that
// they hold. It is computed when somebody asks for it: most runs of an
// exploration are judged and forgotten. The zero value is not ready: use
// NewJournal.
type Journal struct {
	// Now gives the true instant of the event being emitted, in nanoseconds
	// since the run's start.
	Now func() int64
	// Sink, if not nil, takes every event; the journal then keeps the hash and
	// the latest events alone.
	Sink func(*Event)

	dropped     int       // events that are no longer kept
	shared      [][]Event // the first that are kept, in pieces that clones share
	inShared    int       // how many these are
	events      []Event
	hashed      int // how many of events are in sum
	sum         hash.Hash
	scratch     []byte
	checkpoints [][8]byte
}

// NewJournal makes an empty journal whose events are stamped by now.
func NewJournal(now func() int64) *Journal {
	return &Journal{Now: now, sum: sha256.New()}
}

// Clone is a journal that begins with the same events, and goes on by itself.
// What both have in common is not copied.
func (j *Journal) Clone(now func() int64) *Journal {
	j.flush()
	if len(j.events) > 0 {
		j.shared = append(slices.Clip(j.shared), j.events)
		j.inShared += len(j.events)
		j.events, j.hashed = nil, 0
	}
	d := *j
	d.Now, d.scratch = now, nil
	d.checkpoints = slices.Clip(j.checkpoints)
	d.sum = sha256.New()
	// The standard library's hash writes and reads its own state without fail.
	state, err := j.sum.(encoding.BinaryMarshaler).MarshalBinary()
	if err == nil {
		err = d.sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(state)
	}
	if err != nil {
		panic("trace: " + err.Error())
	}
	return &d
}

// Emit appends e, filling Op and At, and returns Op.
func (j *Journal) Emit(e Event) uint64 { return j.Put(&e) }

// Put is Emit of an event that the caller holds. Events are long: on their way
// here they are not copied more often than they need to be.
func (j *Journal) Put(e *Event) uint64 {
	e.Op = uint64(j.Len()) + 1
	e.At = j.Now()
	if n := len(j.events); n == cap(j.events) && n < doubledMost {
		j.Reserve(max(n, CheckpointEvery))
	}
	j.events = append(j.events, *e)
	if j.Sink != nil {
		if e.Op%CheckpointEvery == 0 {
			j.flush()
		}
		j.Sink(&j.events[len(j.events)-1])
		j.drop()
	}
	return e.Op
}

// drop lets go of events that are hashed and that the sink has taken.
func (j *Journal) drop() {
	if n := j.hashed; n == len(j.events) {
		clear(j.events)
		j.events, j.hashed, j.dropped = j.events[:0], 0, j.dropped+n
	}
}

// doubledMost is the number of events up to which a journal that is full
// doubles: to grow by less copies each event several times. A longer one grows
// by a quarter, since its memory is worth more.
const doubledMost = 1 << 18

// Reserve makes room for n events: a journal that grows is copied, and a long
// one costs more to copy than to write.
func (j *Journal) Reserve(n int) { j.events = slices.Grow(j.events, n) }

// Recycle makes an empty journal write into the memory of another one, of which
// nobody may need the events any more.
func (j *Journal) Recycle(room []Event) { j.events = room[:0] }

// flush hashes the events since the last one.
func (j *Journal) flush() {
	j.scratch = j.scratch[:0]
	for ; j.hashed < len(j.events); j.hashed++ {
		e := &j.events[j.hashed]
		j.scratch = appendBinary(j.scratch, e)
		if e.Op%CheckpointEvery == 0 {
			j.sum.Write(j.scratch)
			j.scratch = j.scratch[:0]
			j.checkpoints = append(j.checkpoints, [8]byte(j.sum.Sum(nil)))
		}
	}
	j.sum.Write(j.scratch)
}

// Events returns the journal's events, of which a Sink leaves the latest; they
// must not be changed.
func (j *Journal) Events() []Event {
	if j.shared != nil {
		j.events = slices.Concat(append(slices.Clip(j.shared), j.events)...)
		j.hashed += j.inShared
		j.shared, j.inShared = nil, 0
	}
	return j.events
}

// Len is the number of events.
func (j *Journal) Len() int { return j.dropped + j.inShared + len(j.events) }

// Hash is the rolling hash over all events so far, in hexadecimal.
func (j *Journal) Hash() string {
	j.flush()
	return hex.EncodeToString(j.sum.Sum(nil)[:16])
}

// Checkpoints are the first 8 bytes of the hash after each CheckpointEvery events.
func (j *Journal) Checkpoints() [][8]byte {
	j.flush()
	return j.checkpoints
}

// Hash is that of a journal of these events.
func Hash(events []Event) string {
	j := NewJournal(nil)
	j.events = events
	return j.Hash()
}

// Checkpoints are those that a journal of these events has.
func Checkpoints(events []Event) [][8]byte {
	sum := sha256.New()
	all := make([][8]byte, 0, len(events)/CheckpointEvery)
	var scratch []byte
	for i := range events {
		scratch = appendBinary(scratch[:0], &events[i])
		sum.Write(scratch)
		if (i+1)%CheckpointEvery == 0 {
			all = append(all, [8]byte(sum.Sum(nil)))
		}
	}
	return all
}

// FirstDifference returns the index of the first event that differs between
// two journals, or -1 if they are equal.
func FirstDifference(a, b []Event) int {
	n := min(len(a), len(b))
	var x, y []byte
	for i := range n {
		x, y = appendBinary(x[:0], &a[i]), appendBinary(y[:0], &b[i])
		if string(x) != string(y) {
			return i
		}
	}
	if len(a) != len(b) {
		return n
	}
	return -1
}

// appendBinary appends an unambiguous encoding of e: every field, in the
// order of the type, strings with their lengths. That there is an Object is a
// bit of the kind: journals of contacts alone hash as they did before it.
func appendBinary(b []byte, e *Event) []byte {
	b = binary.AppendUvarint(b, e.Op)
	b = binary.AppendVarint(b, e.At)
	b = binary.AppendUvarint(b, e.Cause)
	b = binary.AppendUvarint(b, e.Call)
	b = append(b, byte(e.Kind)|flag(e.Object != "")<<7, byte(e.On))
	if e.Object != "" {
		b = appendText(b, e.Object)
	}
	b = binary.AppendVarint(b, int64(e.Status))
	b = binary.AppendVarint(b, int64(e.Attempt))
	b = binary.AppendUvarint(b, e.Notice)
	for _, s := range [...]string{
		e.Actor, e.Origin, e.Verb, e.Code, e.Method, e.Path,
		e.Record, e.Alias, e.External, e.Text, e.RetryAfter, e.Date,
	} {
		b = appendText(b, s)
	}
	b = binary.AppendVarint(b, e.Version)
	b = binary.AppendVarint(b, e.Before)
	b = binary.AppendVarint(b, e.Stamp)
	b = binary.AppendVarint(b, e.Clock)
	b = binary.AppendUvarint(b, uint64(len(e.Changes)))
	for i := range e.Changes {
		c := &e.Changes[i]
		b = appendText(b, c.Field)
		b = appendText(b, c.Before)
		b = appendText(b, c.After)
		b = append(b, flag(c.Had)|flag(c.Has)<<1)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Records)))
	for _, r := range e.Records {
		b = appendText(b, r)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func flag(v bool) byte {
	if v {
		return 1
	}
	return 0
}
