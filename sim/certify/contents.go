package certify

import (
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// contents are mutations of what the systems hold at the end.
var contents = []Mutation{
	{
		Name: "last-write-missing", Invariant: "convergence", Rule: "CR-2",
		Breaks: "the engine's last write to a record never changed what the system stores",
		apply: func(d *draft) bool {
			p, i := d.lastCarried()
			if p == nil {
				return false
			}
			last := d.ev[i]
			return d.drop(func(e *trace.Event) bool { return e.Op == last.Op })
		},
	},
	{
		Name: "other-value-arrives", Invariant: "convergence", Rule: "CR-2",
		Breaks: "the engine's last write to a record stored another value than was decided",
		apply: func(d *draft) bool {
			p, i := d.lastCarried()
			if p == nil {
				return false
			}
			change(&d.ev[i], func(c *trace.Change) {
				if f := d.names.of(d.ev[i].On, c.Field); f != nil && f.free {
					c.After, c.Has = c.After+" and more", true
				}
			})
			return true
		},
	},
	{
		Name: "clearing-does-not-arrive", Invariant: "convergence", Rule: "DM-6",
		Breaks: "a field that was cleared on one side keeps its value on the other",
		apply: func(d *draft) bool {
			i := d.last(func(e *trace.Event) bool {
				k := d.names.text(e)
				return engines(e) && k >= 0 && !e.Changes[k].Has && d.isLast(e)
			})
			if i < 0 {
				return false
			}
			change(&d.ev[i], func(c *trace.Change) {
				if !c.Has && d.names.of(d.ev[i].On, c.Field) != nil {
					c.After, c.Has = c.Before, c.Had
				}
			})
			return true
		},
	},
	{
		Name: "version-stays-behind", Invariant: "convergence", Rule: "CR-3",
		Breaks: "the two sides end with one content and different versions",
		apply: func(d *draft) bool {
			p, i := d.lastCarried()
			if p == nil || d.ev[i].Version <= d.ev[i].Before || !d.agree(p) {
				return false
			}
			d.ev[i].Version = d.ev[i].Before
			return true
		},
	},
	{
		Name: "late-edit-stays", Invariant: "convergence", Rule: "EV-8",
		Breaks: "an edit on one side is never carried to the other, although the engine polls",
		apply: func(d *draft) bool {
			if poll := d.sc.Engine.Poll; poll.CC == scenarios.Off || poll.CRM == scenarios.Off {
				return false
			}
			p := d.servedPair()
			if p == nil || d.rest() < 0 {
				return false
			}
			d.insert(d.rest(), d.userEdit(p, trace.CRM, d.rest(), "edited at the last moment"))
			return true
		},
	},
	{
		Name: "flag-stands-for-nothing", Invariant: "convergence", Rule: "DM-9",
		Breaks: "the status says FLAGGED at the end, the sides agree and nobody was asked",
		apply:  func(d *draft) bool { return d.storeStatus("FLAGGED") },
	},
	{
		Name: "failure-stands-for-nothing", Invariant: "convergence", Rule: "DM-9",
		Breaks: "the status says FAILED at the end, and the sides agree",
		Passes: map[string]string{
			"values-that-do-not-fit":          unfit,
			"phones-that-do-not-fit-the-mask": unfit,
		},
		apply: func(d *draft) bool {
			return !d.suffered(scenarios.Drift, scenarios.Permission) && d.storeStatus("FAILED")
		},
	},
	{
		Name: "creation-does-not-travel", Invariant: "convergence", Rule: "CR-2",
		Breaks: "a record that was created on one side never appears on the other",
		apply: func(d *draft) bool {
			i := d.first(0, func(e *trace.Event) bool {
				return engines(e) && e.Verb == trace.Create && d.only(e) && d.madeByUser(e.On, e.External)
			})
			if i < 0 {
				return false
			}
			made := d.ev[i]
			return d.drop(func(e *trace.Event) bool { return e.On == made.On && e.Record == made.Record })
		},
	},
	{
		Name: "deletion-does-not-travel", Invariant: "convergence", Rule: "CR-13",
		Breaks: "a record that was deleted on one side lives on the other",
		apply: func(d *draft) bool {
			i := d.last(func(e *trace.Event) bool { return engines(e) && e.Verb == trace.Delete && d.isLast(e) })
			if i < 0 || d.told("mass-delete") {
				return false
			}
			gone := d.ev[i]
			return d.drop(func(e *trace.Event) bool { return e.Op == gone.Op })
		},
	},
	{
		Name: "cut-in-the-middle", Invariant: "convergence", Rule: "CR-2", Doubt: true,
		Breaks: "the second half of the journal is missing, its end included",
		apply:  half,
	},
	{
		Name: "ended-by-deadline", Invariant: "convergence", Rule: "CR-2", Doubt: true,
		Breaks: "the run ended at its deadline and not at rest",
		apply:  func(d *draft) bool { return d.endAs("deadline") },
	},
	{
		Name: "version-goes-down", Invariant: "version-monotonic", Rule: "DM-3",
		Breaks: "an engine write stores a lower version than it found",
		apply: func(d *draft) bool {
			p, i := d.firstCarried()
			if p == nil || d.ev[i].Before < 1 {
				return false
			}
			d.ev[i].Version = d.ev[i].Before - 1
			return true
		},
	},
	{
		Name: "status-write-lowers-version", Invariant: "version-monotonic", Rule: "DM-3",
		Breaks: "an engine write of the status alone stores a lower version",
		apply: func(d *draft) bool {
			i := d.first(0, func(e *trace.Event) bool {
				return engines(e) && d.names.statusOf(e) != "" && !d.names.business(e) && e.Before == e.Version && e.Version > 0
			})
			if i < 0 {
				return false
			}
			d.ev[i].Version--
			return true
		},
	},
	{
		Name: "older-content-returns", Invariant: "version-monotonic", Rule: "DM-3",
		Breaks: "after both sides were in step on a newer value, an engine write puts the older one back",
		apply:  olderContentReturns,
	},
}

const unfit = "one of the record's values is beyond what the model takes to fit both systems, which excuses a dead letter"

// lastCarried is a quiet pair and the engine's write that is the last change of
// one of its records, nil if there is none.
func (d *draft) lastCarried() (*pair, int) {
	for _, p := range d.quiet() {
		for on := trace.CC; on <= trace.CRM; on++ {
			i := d.last(func(e *trace.Event) bool { return e.Kind == trace.Commit && e.On == on && e.Record == p.id[on] })
			if e := &d.ev[i]; engines(e) && e.Verb == trace.Update && d.names.text(e) >= 0 && d.certain(e) {
				return &p, i
			}
		}
	}
	return nil, -1
}

// firstCarried is a quiet pair and the first write of free text by the engine
// to one of its records.
func (d *draft) firstCarried() (*pair, int) {
	for _, p := range d.quiet() {
		i := d.first(0, func(e *trace.Event) bool {
			return engines(e) && p.has(e) && e.Verb == trace.Update && d.names.text(e) >= 0 && d.certain(e)
		})
		if i >= 0 {
			return &p, i
		}
	}
	return nil, -1
}

// certain says that the exchange behind a commit came to its proper end, while
// its sender lived: what outlives that is a vendor race (EV-10).
func (d *draft) certain(of *trace.Event) bool {
	sent := d.first(0, func(e *trace.Event) bool { return e.Kind == trace.Send && e.Call == of.Call })
	if sent < 0 {
		return false
	}
	end := d.first(sent, func(e *trace.Event) bool {
		return e.Kind == trace.Crash || e.Call == of.Call && (e.Kind == trace.Receive || e.Kind == trace.Lose)
	})
	return end >= 0 && d.ev[end].Kind == trace.Receive && d.ev[end].Status/100 == 2
}

// isLast says that nothing changed the record after a commit.
func (d *draft) isLast(of *trace.Event) bool {
	i := d.last(func(e *trace.Event) bool { return e.Kind == trace.Commit && e.On == of.On && e.Record == of.Record })
	return d.ev[i].Op == of.Op
}

// only says that no other record of the same system carries the link of a
// commit's record.
func (d *draft) only(of *trace.Event) bool {
	return d.first(0, func(e *trace.Event) bool {
		return e.Kind == trace.Commit && e.On == of.On && e.External == of.External && e.Record != of.Record || e.Verb == trace.Merge
	}) < 0
}

// madeByUser says that a record was made by a user in the course of the run.
func (d *draft) madeByUser(not trace.System, record string) bool {
	return d.first(0, func(e *trace.Event) bool {
		return users(e) && e.Verb == trace.Create && e.On == other(not) && e.Record == record
	}) >= 0
}

// agree says that both records of a pair end with one version.
func (d *draft) agree(p *pair) bool {
	return d.stand(trace.CC, p.id[trace.CC], len(d.ev)).version == d.stand(trace.CRM, p.id[trace.CRM], len(d.ev)).version
}

// servedPair is a pair for which the engine carried something without trouble,
// nil if there is none.
func (d *draft) servedPair() *pair {
	for _, p := range d.served() {
		if d.first(0, func(e *trace.Event) bool { return engines(e) && p.has(e) && d.names.business(e) }) >= 0 {
			return &p
		}
	}
	return nil
}

// userEdit is a user's edit of free text before an index.
func (d *draft) userEdit(p *pair, on trace.System, at int, text string) trace.Event {
	f := d.names.freeText()
	e := d.edit(p, on, at, f.native[on], text)
	e.Actor, e.Origin, e.Version = "user:late", "user", e.Before+1
	if on == trace.CC {
		e.Actor, e.Origin = "agent:late", "agent"
	}
	e.At = d.ev[at-1].At
	e.Stamp = d.sc.Start.UnixNano() + e.At
	return e
}

// storeStatus has the engine store a status for a pair that is in step, as the
// last thing that happens.
func (d *draft) storeStatus(status string) bool {
	p, at := d.servedPair(), d.rest()
	if p == nil || at < 0 || !d.agree(p) {
		return false
	}
	d.insert(at, d.write(d.edit(p, trace.CRM, at, d.names.status[trace.CRM], status))...)
	return true
}

func (d *draft) crashed() bool {
	return d.first(0, func(e *trace.Event) bool { return e.Kind == trace.Crash }) >= 0
}

// told says that people were told of a topic.
func (d *draft) told(topic string) bool {
	return d.first(0, func(e *trace.Event) bool { return e.Kind == trace.Told && e.Verb == topic }) >= 0
}

func half(d *draft) bool {
	d.ev = d.ev[:len(d.ev)/2]
	return true
}

func (d *draft) endAs(code string) bool {
	i := d.last(func(e *trace.Event) bool { return e.Kind == trace.End })
	if i < 0 {
		return false
	}
	d.ev[i].Code = code
	return d.drop(func(e *trace.Event) bool { return e.Kind == trace.Idle })
}

// olderContentReturns finds a value that a user replaced and the engine
// carried, and has the engine write the value before it to both sides.
func olderContentReturns(d *draft) bool {
	at := d.rest()
	for _, p := range d.quiet() {
		if d.edited(&p)[trace.CC] && d.edited(&p)[trace.CRM] || at < 0 || d.crashed() {
			continue
		}
		i := d.last(func(e *trace.Event) bool { return engines(e) && p.has(e) && d.names.text(e) >= 0 })
		if i < 0 || !d.certain(&d.ev[i]) {
			continue
		}
		e := &d.ev[i]
		c := e.Changes[d.names.text(e)]
		if !c.Had || !c.Has || !d.isLast(e) {
			continue
		}
		w := d.edit(&p, e.On, at, c.Field, c.Before)
		w.At = d.ev[at-1].At + int64(time.Minute)
		d.postpone(at, int64(2*time.Minute))
		d.insert(at, d.write(w)...)
		return true
	}
	return false
}
