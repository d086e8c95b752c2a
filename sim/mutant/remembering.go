package mutant

import (
	"math"
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/sim"
)

// remembering are the mutants that keep or read their own data wrongly: the
// store, the ledger or the mapping is replaced.
var remembering = []Mutant{
	{
		Name:       "overwrite-flagged",
		Defect:     "forgets at the next notice that a record waits for a person, and overwrites it",
		Source:     "Step 3",
		KilledBy:   []string{"a-flagged-record-is-left-alone", "a-stale-decision-is-refused"},
		Invariants: []string{"review-isolation"},
		Vary: func() *sim.Variation {
			return &sim.Variation{Store: func(s sim.Store) sim.Store { return flagless{s} }}
		},
	},
	{
		Name:       "queue-in-memory",
		Defect:     "keeps its queue in memory: what waits there when it dies is forgotten",
		Source:     "Step 2",
		KilledBy:   []string{"crash-around-the-write", "power-cut-with-a-torn-disk-write"},
		Invariants: []string{"convergence"},
		Vary: func() *sim.Variation {
			return &sim.Variation{Store: func(s sim.Store) sim.Store { return forgetful{s} }}
		},
	},
	{
		Name:       "ledger-forgets-loser",
		Defect:     "writes into the ledger who won and not what was overwritten",
		Source:     "Step 3",
		KilledBy:   []string{"partition-both-edited-same-second", "higher-version-wins"},
		Invariants: []string{"no-lost-edit"},
		Vary:       stateless(forgetLosers),
	},
	{
		Name:       "no-normalisation",
		Defect:     "compares phone numbers as text, so that what a system reformats is a change",
		Source:     "field report",
		KilledBy:   []string{"reformatted-phone-does-not-echo"},
		Invariants: []string{"no-loop"},
		Vary: func() *sim.Variation {
			return &sim.Variation{Config: func(c *engine.Config) { c.Mapping = phonesAsText(c.Mapping) }}
		},
	},
}

// flagless gives records out as if nobody had flagged them.
type flagless struct{ sim.Store }

func (s flagless) Fetch(now engine.Instant, f engine.Fetch) engine.Fetched {
	out := s.Store.Fetch(now, f)
	for i := range out.Items {
		it := &out.Items[i]
		if it.Record == nil || it.Record.Flag == nil || it.Review != nil {
			continue
		}
		rec := *it.Record
		rec.Flag = nil
		it.Record = &rec
	}
	return out
}

// forgetful empties the queue for every new process.
type forgetful struct{ sim.Store }

func (s forgetful) Reopen(now, latest engine.Instant) engine.Meta {
	meta := s.Store.Reopen(now, latest)
	all := s.Store.Fetch(math.MaxInt64, engine.Fetch{Max: math.MaxInt32})
	forgotten := engine.Batch{}
	for i := range all.Items {
		forgotten.Ops = append(forgotten.Ops, engine.Done{Key: all.Items[i].Key, Generation: all.Items[i].Generation})
	}
	s.Apply(latest, forgotten)
	return meta
}

func forgetLosers(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
	inner.Step(now, e, out)
	rewriteOps(out.List, func(op engine.StoreOp) engine.StoreOp {
		if entry, ok := op.(engine.Append); ok {
			entry.Entry.Lost = nil
			return entry
		}
		return op
	})
}

// phonesAsText is the mapping with every phone number as plain text.
func phonesAsText(m *mapping.Mapping) *mapping.Mapping {
	text := *m
	text.Fields = slices.Clone(m.Fields)
	for i := range text.Fields {
		if text.Fields[i].Type == mapping.TypePhone {
			text.Fields[i].Type = mapping.TypeString
		}
	}
	return &text
}
