// Package memory is the durable state of an engine in plain maps and heaps: it
// says in code what the operations of an engine.Batch mean. The simulator runs
// its disk on State, which does no locking and fails never; Store makes it the
// contract of package store, for tests and for a service that is tried out.
// Nothing here outlives the process.
package memory

import (
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// State is everything durable of one engine. One goroutine uses it at a time.
type State struct {
	records map[string]*engine.Record
	keys    map[engine.Ref]string
	order   []string // record keys in the order in which they came
	entries map[string]*entry
	lanes   [2]lane
	arrived uint64
	ledger  map[string][]engine.LedgerEntry
	meta    engine.Meta
}

// New is an empty State.
func New() *State {
	return &State{
		records: map[string]*engine.Record{},
		keys:    map[engine.Ref]string{},
		entries: map[string]*entry{},
		ledger:  map[string][]engine.LedgerEntry{},
	}
}

// Apply makes a batch part of the state, at the engine's clock now.
func (m *State) Apply(now engine.Instant, b engine.Batch) {
	for _, op := range b.Ops {
		switch op := op.(type) {
		case engine.Enqueue:
			m.enqueue(now, op)
		case engine.EnqueueAll:
			m.enqueueAll(now, op)
		case engine.Done:
			m.done(op)
		case engine.Requeue:
			m.requeue(op)
		case engine.PutRecord:
			m.put(op.Record)
		case engine.Append:
			m.append(op.Entry)
		case engine.PutGate:
			m.meta.Gates[op.Side] = op.Until
		case engine.PutCursor:
			op.Into(&m.meta)
		case engine.PutDeletes:
			m.meta.Deletes = op
		case engine.PutTold:
			op.Into(&m.meta)
		}
	}
}

func (m *State) keyOf(ref engine.Ref) string {
	if key, ok := m.keys[ref]; ok {
		return key
	}
	return ref.String()
}

// put stores a record, lets both ids lead to it, and folds queue entries of
// ids that had no record before into the record's own.
func (m *State) put(rec *engine.Record) {
	if m.records[rec.Key] == nil {
		m.order = append(m.order, rec.Key)
	}
	m.records[rec.Key] = rec
	for side, id := range rec.ID {
		if id == "" {
			continue
		}
		ref := engine.Ref{Side: mapping.Side(side), ID: id}
		m.keys[ref] = rec.Key
		m.fold(ref.String(), rec.Key)
	}
}

func (m *State) append(entry engine.LedgerEntry) {
	entries := m.ledger[entry.Key]
	if i := slices.IndexFunc(entries, func(old engine.LedgerEntry) bool { return old.Number == entry.Number }); i >= 0 {
		entries[i] = entry
		return
	}
	m.ledger[entry.Key] = append(entries, entry)
}

// Lookup returns the record that holds the reference, nil if none does.
func (m *State) Lookup(ref engine.Ref) *engine.Record {
	if key, ok := m.keys[ref]; ok {
		return m.records[key]
	}
	return nil
}

// Latest is the last ledger entry of a record that lost values.
func (m *State) Latest(key string) (engine.LedgerEntry, bool) {
	entries := m.ledger[key]
	for i := len(entries) - 1; i >= 0; i-- {
		if len(entries[i].Lost) > 0 {
			return entries[i], true
		}
	}
	return engine.LedgerEntry{}, false
}
