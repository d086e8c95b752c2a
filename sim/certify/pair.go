package certify

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// pair is one customer whose story is plain: one record in each system, linked
// from the start, edited and never created, deleted or merged.
type pair struct {
	alias string
	id    [4]string // native ids, by trace.CC and trace.CRM
}

func other(on trace.System) trace.System { return trace.CC + trace.CRM - on }

// has says that an event names a record of the pair.
func (p *pair) has(e *trace.Event) bool {
	return (e.On == trace.CC || e.On == trace.CRM) && e.Record == p.id[e.On]
}

// pairs lists the plain customers in the order of the journal. A journal in
// which the engine's store was lost has none.
func (d *draft) pairs() []pair {
	ids := map[string]*pair{}
	var found []*pair
	forget := func(id string) {
		if p := ids[id]; p != nil {
			p.id[trace.World] = "gone"
		}
	}
	for i := range d.ev {
		e := &d.ev[i]
		switch {
		case e.Kind == trace.FaultBegin && e.Code == string(scenarios.LoseStore):
			return nil
		case e.Kind != trace.Commit:
		case e.Verb == trace.Setup && ids[e.Record] != nil || e.Verb == trace.Setup && ids[e.External] != nil:
			p := ids[e.External]
			if p == nil || p.id[e.On] != "" {
				forget(e.Record)
				forget(e.External)
				continue
			}
			p.id[e.On], ids[e.Record] = e.Record, p
		case e.Verb == trace.Setup:
			p := &pair{alias: e.Alias}
			p.id[e.On], ids[e.Record] = e.Record, p
			found = append(found, p)
		case e.Verb != trace.Update && e.Verb != trace.Touch:
			forget(e.Record)
			forget(e.External)
		}
	}
	var plain []pair
	for _, p := range found {
		if p.id[trace.World] == "" && p.id[trace.CC] != "" && p.id[trace.CRM] != "" && d.linked(p.alias) {
			plain = append(plain, *p)
		}
	}
	return plain
}

// linked says that the scenario gives the engine's store a base for a record.
func (d *draft) linked(alias string) bool {
	for _, r := range d.sc.Records.List {
		if r.ID == alias {
			return r.Linked && r.Base != "lost"
		}
	}
	return true
}

// held is a record as it stood before an index of the journal.
type held struct {
	value   map[string]string // by native name; a field without a value is missing
	version int64
	status  string
}

func (d *draft) stand(on trace.System, record string, before int) held {
	h := held{value: map[string]string{}}
	for i := range d.ev[:before] {
		e := &d.ev[i]
		if e.Kind != trace.Commit || e.On != on || e.Record != record {
			continue
		}
		h.version = e.Version
		for _, c := range e.Changes {
			if c.Has {
				h.value[c.Field] = c.After
			} else {
				delete(h.value, c.Field)
			}
		}
	}
	h.status = h.value[d.names.status[on]]
	return h
}

// set is a change of a field from what a record holds to a value, "" for none.
func (h *held) set(native, value string) trace.Change {
	before, had := h.value[native]
	return trace.Change{Field: native, Before: before, Had: had, After: value, Has: value != ""}
}

// edit is an engine's or a user's update of one field of a pair's record that
// leaves the version as it is.
func (d *draft) edit(p *pair, on trace.System, at int, native, value string) trace.Event {
	h := d.stand(on, p.id[on], at)
	return trace.Event{
		Kind: trace.Commit, On: on, Actor: trace.ActorEngine, Verb: trace.Update,
		Record: p.id[on], External: p.id[other(on)], Alias: p.alias,
		Before: h.version, Version: h.version, Changes: []trace.Change{h.set(native, value)},
	}
}

// edited says which systems' users changed a business field of a pair.
func (d *draft) edited(p *pair) [4]bool {
	var by [4]bool
	for i := range d.ev {
		if e := &d.ev[i]; users(e) && p.has(e) && d.names.business(e) {
			by[e.On] = true
		}
	}
	return by
}

// quiet are the pairs of which nobody was ever told anything, and whose status
// never asked for a person.
func (d *draft) quiet() []pair {
	return slices.DeleteFunc(d.pairs(), func(p pair) bool {
		return d.first(0, func(e *trace.Event) bool {
			if e.Kind == trace.Commit && p.has(e) {
				s := d.names.statusOf(e)
				return s == "FLAGGED" || s == "FAILED"
			}
			return e.Kind == trace.Told && e.Alias == p.alias
		}) >= 0
	})
}

// served are the quiet pairs for which no request ever failed.
func (d *draft) served() []pair {
	return slices.DeleteFunc(d.quiet(), func(p pair) bool {
		about := map[uint64]bool{}
		return d.first(0, func(e *trace.Event) bool {
			switch e.Kind {
			case trace.Send:
				about[e.Call] = strings.Contains(e.Path, p.id[e.On])
			case trace.Receive:
				return e.Status >= 400 && about[e.Call]
			case trace.Lose:
				return about[e.Call]
			}
			return false
		}) >= 0
	})
}

// suffered says that a kind of fault ever struck.
func (d *draft) suffered(faults ...scenarios.Verb) bool {
	return d.first(0, func(e *trace.Event) bool {
		return e.Kind == trace.FaultBegin && slices.Contains(faults, scenarios.Verb(e.Code))
	}) >= 0
}
