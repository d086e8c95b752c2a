package engine

import (
	"hash/fnv"
	"strconv"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// Letter identifies a dead letter as a person sees it: what was read, and what
// of it could not be taken. Whoever discards says which one he looked at.
func (f *FailureState) Letter() string {
	h := fnv.New64a()
	for _, part := range [...]string{f.State, f.Side.String(), f.Field, f.Rule} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return strconv.FormatUint(h.Sum64(), 16)
}

// what says in words what could not be taken.
func (f *FailureState) what() string {
	problem := mapping.Problem{Field: f.Field, Rule: f.Rule, Shape: f.Shape}
	return f.Side.String() + " " + problem.String()
}

// waited judges a person's word that came while another one of the same record
// waited. A retry was accepted, so its turn comes next; nothing else is.
func (c *Core) waited(w *work, late *Reviewed) {
	switch {
	case late.Letter != RetryLetter:
		c.out.add(Reply{Token: late.Token, Why: "an earlier decision on this record waits to be carried out"})
	case w.review == nil:
		w.review = late
	case w.review.Letter != RetryLetter:
		w.extra = append(w.extra, Enqueue{Ref: w.ref, Lane: Fresh, Review: late})
	}
}

// pickUp lets a discarded letter be worked again, which a person asked for.
// The retry itself is answered already; in the queue it stays until the work
// has come to its end.
func (w *work) pickUp() {
	w.review = nil
	if w.rec == nil || w.rec.Failure == nil {
		return
	}
	rec, failure := *w.rec, *w.rec.Failure
	failure.Discarded = 0
	rec.Failure = &failure
	w.rec = &rec
}

// discard takes a dead letter off the list for a person. Nothing is read for
// it and nothing written to a system: the status stays FAILED, since the sides
// do not agree. The entry stays for the notices that came with the word.
func (c *Core) discard(w *work) {
	ops := []StoreOp{Enqueue{Ref: w.ref, Lane: Fresh}, Done{w.key, w.generation}}
	if w.refused = w.undiscardable(); w.refused != "" {
		c.end(w, ops...)
		return
	}
	rec, failure := *w.rec, *w.rec.Failure
	failure.Discarded = c.now
	rec.Failure = &failure
	rec.Decisions++
	w.carried = true
	entry := LedgerEntry{
		Key: rec.Key, Number: rec.Decisions, At: c.now, Rule: "FC-1", Winner: resolve.None, Status: Failed,
		Why: w.review.person() + " discarded the dead letter: " + failure.what(),
	}
	c.end(w, append([]StoreOp{Append{entry}, PutRecord{&rec}}, ops...)...)
}

// undiscardable says why a person's word to discard is not carried out, "" if
// it is (CR-10).
func (w *work) undiscardable() string {
	switch {
	case w.rec == nil || w.rec.Failure == nil:
		return "the record is not a dead letter any more"
	case w.rec.Failure.Discarded != 0:
		return "the dead letter is discarded already"
	case w.rec.Failure.Letter() != w.review.State:
		return "the record has failed in another way since: look at it again"
	}
	return ""
}

// leftAlone reports whether a person discarded the dead letter that these very
// readings would make again.
func (w *work) leftAlone(rec *Record) bool {
	return rec.Failure != nil && rec.Failure.Discarded != 0 && rec.Failure.State == stateToken(w)
}

// leave ends the work on a record that is left alone.
func (c *Core) leave(w *work, rec *Record) {
	var ops []StoreOp
	if !sameRecord(rec, w.rec) {
		ops = append(ops, PutRecord{rec})
	}
	c.end(w, append(ops, Done{w.key, w.generation})...)
}
