package engine_test

import (
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// entry is a queue entry.
type entry struct {
	engine.Item
	due    engine.Instant
	taken  *engine.Reviewed // the review that was given out with the lease
	leased bool
}

// known says which record holds a reference.
type known struct {
	ref engine.Ref
	key string
}

// store is the durable state as engine.Batch describes it, in plain lists.
type store struct {
	entries []*entry // in the order of arrival
	records []*engine.Record
	refs    []known
	ledger  []engine.LedgerEntry
	meta    engine.Meta
}

func (s *store) record(key string) *engine.Record {
	for _, r := range s.records {
		if r.Key == key {
			return r
		}
	}
	return nil
}

func (s *store) lookup(ref engine.Ref) *engine.Record {
	for _, k := range slices.Backward(s.refs) {
		if k.ref == ref {
			return s.record(k.key)
		}
	}
	return nil
}

func (s *store) keyOf(ref engine.Ref) string {
	if r := s.lookup(ref); r != nil {
		return r.Key
	}
	return ref.String()
}

func (s *store) entry(key string) *entry {
	for _, e := range s.entries {
		if e.Key == key {
			return e
		}
	}
	return nil
}

func (s *store) apply(now engine.Instant, b engine.Batch) {
	for _, op := range b.Ops {
		switch op := op.(type) {
		case engine.Enqueue:
			s.enqueue(now, op)
		case engine.EnqueueAll:
			s.enqueueAll(now, op)
		case engine.Done:
			s.done(op)
		case engine.Requeue:
			s.requeue(op)
		case engine.PutRecord:
			s.put(op.Record)
		case engine.Append:
			s.append(op.Entry)
		case engine.PutGate:
			s.meta.Gates[op.Side] = op.Until
		case engine.PutCursor:
			op.Into(&s.meta)
		case engine.PutDeletes:
			s.meta.Deletes = op
		case engine.PutTold:
			op.Into(&s.meta)
		default:
			panic("unknown store op")
		}
	}
}

func (s *store) enqueue(now engine.Instant, op engine.Enqueue) {
	key := s.keyOf(op.Ref)
	e := s.entry(key)
	if e == nil {
		e = &entry{Item: engine.Item{Key: key, Ref: op.Ref, Lane: op.Lane}, due: now}
		s.entries = append(s.entries, e)
	}
	e.Generation++
	e.Lane, e.due = min(e.Lane, op.Lane), min(e.due, now)
	if op.Hint != "" {
		e.Hint = op.Hint
	}
	switch {
	case op.Review == nil:
	case e.Review != nil || e.taken != nil:
		e.Later = append(e.Later, op.Review)
	default:
		e.Review = op.Review
	}
}

func (s *store) enqueueAll(now engine.Instant, op engine.EnqueueAll) {
	for _, r := range s.records {
		if op.Mass && (r.Flag == nil || r.Flag.Mass == 0) || op.Failed && r.Failure == nil {
			continue
		}
		side := mapping.CC
		if r.ID[side] == "" {
			side = mapping.CRM
		}
		s.enqueue(now, engine.Enqueue{Ref: engine.Ref{Side: side, ID: r.ID[side]}, Lane: op.Lane})
	}
}

func (s *store) done(op engine.Done) {
	e := s.entry(op.Key)
	switch {
	case e == nil:
	case e.Generation == op.Generation:
		s.entries = slices.DeleteFunc(s.entries, func(x *entry) bool { return x == e })
	default:
		e.leased, e.taken, e.Attempt = false, nil, 0
	}
}

func (s *store) requeue(op engine.Requeue) {
	if e := s.entry(op.Key); e != nil {
		e.leased, e.due, e.Attempt, e.Lane = false, op.Due, op.Attempt, op.Lane
		e.untake()
	}
}

// untake puts a review back that was given out, unless a newer one came.
func (e *entry) untake() {
	if e.Review == nil {
		e.Review = e.taken
	}
	e.taken = nil
}

func (s *store) put(rec *engine.Record) {
	if i := slices.IndexFunc(s.records, func(r *engine.Record) bool { return r.Key == rec.Key }); i >= 0 {
		s.records[i] = rec
	} else {
		s.records = append(s.records, rec)
	}
	for side, id := range rec.ID {
		if id != "" {
			ref := engine.Ref{Side: mapping.Side(side), ID: id}
			s.refs = append(slices.DeleteFunc(s.refs, func(k known) bool { return k.ref == ref }), known{ref, rec.Key})
			s.fold(ref, rec.Key)
		}
	}
}

// fold moves a waiting entry of a reference that had no record to the record.
func (s *store) fold(ref engine.Ref, key string) {
	e := s.entry(ref.String())
	if e == nil || e.leased || e.Key == key {
		return
	}
	s.entries = slices.DeleteFunc(s.entries, func(x *entry) bool { return x == e })
	s.enqueue(e.due, engine.Enqueue{Ref: e.Ref, Lane: e.Lane, Hint: e.Hint, Review: e.Review})
}

func (s *store) append(add engine.LedgerEntry) {
	for i := range s.ledger {
		if s.ledger[i].Key == add.Key && s.ledger[i].Number == add.Number {
			s.ledger[i] = add
			return
		}
	}
	s.ledger = append(s.ledger, add)
}

func (s *store) fetch(now engine.Instant, f engine.Fetch) engine.Fetched {
	out := engine.Fetched{Op: f.Op}
	due := slices.Clone(s.entries)
	slices.SortStableFunc(due, func(a, b *entry) int {
		if a.Lane != b.Lane {
			return int(a.Lane) - int(b.Lane)
		}
		return int(min(max(a.due-b.due, -1), 1))
	})
	fresh := 0
	for _, e := range due {
		room := f.Max
		if e.Lane == engine.Backlog {
			room = fresh + f.Max - max(f.Fresh, fresh)
		}
		switch {
		case e.leased:
		case e.due <= now && len(out.Items) < room:
			e.leased, e.taken = true, e.Review
			item := e.Item
			item.Record = s.record(e.Key)
			out.Items = append(out.Items, item)
			e.Review, e.Later = nil, nil
			if e.Lane == engine.Fresh {
				fresh++
			}
		default:
			out.FreshWaits = out.FreshWaits || (e.Lane == engine.Fresh && e.due <= now)
			if out.Next == 0 || e.due < out.Next {
				out.Next = e.due
			}
		}
	}
	return out
}

// reopen is what a new process finds: no lease outlives the one that held it.
func (s *store) reopen() engine.Meta {
	for _, e := range s.entries {
		e.leased = false
		e.untake()
	}
	return s.meta
}
