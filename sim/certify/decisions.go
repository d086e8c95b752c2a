package certify

import (
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// decisions are mutations of what the engine decided and of what it keeps of
// the losers.
var decisions = []Mutation{
	{
		Name: "ledger-entry-missing", Invariant: "no-lost-edit", Rule: "CR-11",
		Breaks: "a decision that overwrote an edit left no entry in the ledger",
		Passes: map[string]string{"update-stored-answer-reset": answerReset},
		apply: func(d *draft) bool {
			i := d.overwriting()
			if i < 0 {
				return false
			}
			e := d.ev[i]
			return d.drop(func(x *trace.Event) bool { return x.Kind == trace.ClaimDecision && x.Alias == e.Alias })
		},
	},
	{
		Name: "ledger-names-another-value", Invariant: "no-lost-edit", Rule: "CR-11",
		Breaks: "the ledger names a value that nobody wrote, and not the one that was overwritten",
		Passes: map[string]string{"update-stored-answer-reset": answerReset},
		apply: func(d *draft) bool {
			i := d.overwriting()
			if i < 0 {
				return false
			}
			alias := d.ev[i].Alias
			for k := range d.ev {
				if e := &d.ev[k]; e.Kind == trace.ClaimDecision && e.Alias == alias {
					change(e, func(c *trace.Change) { c.Before, c.After = "something else", "" })
				}
			}
			return true
		},
	},
	{
		Name: "ledger-names-another-field", Invariant: "no-lost-edit", Rule: "CR-11",
		Breaks: "the ledger names another field than the one that was overwritten",
		Passes: map[string]string{"update-stored-answer-reset": answerReset},
		apply: func(d *draft) bool {
			i := d.overwriting()
			if i < 0 {
				return false
			}
			alias := d.ev[i].Alias
			for k := range d.ev {
				if e := &d.ev[k]; e.Kind == trace.ClaimDecision && e.Alias == alias {
					change(e, func(c *trace.Change) { c.Field = "cc.no_such_field" })
				}
			}
			return true
		},
	},
	{
		Name: "edit-reverted", Invariant: "no-lost-edit", Rule: "CR-2",
		Breaks: "only one side was edited, and the engine put the unchanged value of the other over it",
		apply:  revert,
	},
	{
		Name: "unread-edit-overwritten", Invariant: "no-lost-edit", Rule: "EV-10",
		Breaks: "an edit lands between the engine's read and its write in a system that could have refused the write",
		apply:  overwriteUnread,
	},
	{
		Name: "edited-record-deleted", Invariant: "no-lost-edit", Rule: "CR-13",
		Breaks: "the engine deletes a record that was edited and that nobody deleted on the other side",
		apply:  deleteEdited,
	},
	{
		Name: "edits-cut-in-the-middle", Invariant: "no-lost-edit", Rule: "CR-11", Doubt: true,
		Breaks: "the second half of the journal is missing, its end included",
		apply:  half,
	},
	{
		Name: "winner-and-loser-swapped", Invariant: "right-winner", Rule: "CR-4",
		Breaks: "what the engine wrote over the loser, it wrote the other way round",
		apply:  swapWinner,
	},
	{
		Name: "value-of-nobody", Invariant: "right-winner", Rule: "CR-3",
		Breaks: "the engine writes a value that the other side never held",
		apply: func(d *draft) bool {
			p, i := d.firstCarried()
			if p == nil {
				return false
			}
			k := d.names.text(&d.ev[i])
			change(&d.ev[i], func(c *trace.Change) {
				if c.Field == d.ev[i].Changes[k].Field {
					c.After, c.Has = "made up", true
				}
			})
			return true
		},
	},
	{
		Name: "version-too-low", Invariant: "right-winner", Rule: "CR-3",
		Breaks: "a write carries less than the maximum of both sides' versions",
		apply: func(d *draft) bool {
			p, i := d.firstCarried()
			if p == nil || d.ev[i].Version <= d.ev[i].Before {
				return false
			}
			d.ev[i].Version = d.ev[i].Before
			return true
		},
	},
	{
		Name: "version-too-high", Invariant: "right-winner", Rule: "CR-3",
		Breaks: "a write carries far more than the maximum of both sides' versions and one",
		apply: func(d *draft) bool {
			p, i := d.firstCarried()
			if p == nil {
				return false
			}
			d.ev[i].Version += 5
			return true
		},
	},
	{
		Name: "unchanged-side-wins", Invariant: "right-winner", Rule: "CR-2",
		Breaks: "only one side was edited, and the other's unchanged value was written over it",
		Passes: map[string]string{"messages-lost-and-cut": cutBodies},
		apply:  revert,
	},
	{
		Name: "deleted-record-brought-back", Invariant: "right-winner", Rule: "CR-13",
		Breaks: "the engine brings back a record that a user deleted",
		apply:  bringBack,
	},
	{
		Name: "edited-record-deleted", Invariant: "right-winner", Rule: "CR-13",
		Breaks: "the engine deletes a record that nobody deleted on the other side",
		apply:  deleteEdited,
	},
	{
		Name: "a-persons-choice-reversed", Invariant: "right-winner", Rule: "CR-10",
		Breaks: "a person chose one side, and the other side's value was written",
		apply: func(d *draft) bool {
			i := d.first(0, func(e *trace.Event) bool {
				return e.Kind == trace.Person && e.Verb == "review" && (e.Origin == "cc" || e.Origin == "crm") && d.carriedOut(e)
			})
			if i >= 0 {
				d.ev[i].Origin = map[string]string{"cc": "crm", "crm": "cc"}[d.ev[i].Origin]
			}
			return i >= 0
		},
	},
	{
		Name: "decided-without-the-person", Invariant: "right-winner", Rule: "CR-6",
		Breaks: "a conflict that the table leaves to a person is decided by a write",
		apply:  decideAlone,
	},
}

const answerReset = "the answer to the write was reset and an edit followed: nobody can tell whether the engine knew what it overwrote"

const cutBodies = "where bodies are slow or cut nobody can tell which read the engine had; convergence and no-lost-edit fail"

// overwriting is the first ledger entry of the engine's own decision that names
// what it overwrote of a pair, -1 if there is none. A person's choice does not
// count: its loser waits in nobody's ledger but that person's memory.
func (d *draft) overwriting() int {
	for _, p := range d.quiet() {
		by := d.edited(&p)
		i := d.first(0, func(e *trace.Event) bool {
			return e.Kind == trace.ClaimDecision && e.Alias == p.alias && e.Verb == "OVERWRITTEN" && len(e.Changes) > 0
		})
		if i >= 0 && by[trace.CC] && by[trace.CRM] {
			return i
		}
	}
	return -1
}

// oneSided is a pair of which users edited a single side, once, with the index
// of the engine's write that carried it, -1 if there is none.
func (d *draft) oneSided() (*pair, int) {
	for _, p := range d.served() {
		by := d.edited(&p)
		if by[trace.CC] == by[trace.CRM] {
			continue
		}
		i := d.last(func(e *trace.Event) bool { return engines(e) && p.has(e) && d.names.text(e) >= 0 && d.certain(e) })
		if i >= 0 && by[other(d.ev[i].On)] {
			return &p, i
		}
	}
	return nil, -1
}

// revert turns the write that carried an edit into one that undoes it where it
// was made.
func revert(d *draft) bool {
	p, i := d.oneSided()
	if p == nil {
		return false
	}
	carried := d.ev[i]
	k := d.names.text(&carried)
	c := carried.Changes[k]
	to := other(carried.On)
	native := d.names.of(carried.On, c.Field).native[to]
	w := d.edit(p, to, i, native, c.Before)
	w.Version = max(w.Before, carried.Version)
	w.At = carried.At
	d.drop(func(e *trace.Event) bool { return e.Call == carried.Call })
	at := d.first(0, func(e *trace.Event) bool { return e.At > carried.At })
	if at < 0 {
		at = len(d.ev)
	}
	d.insert(at, d.write(w)...)
	return true
}

// overwriteUnread has a user edit the field that the engine is about to write,
// when the request is already on its way.
func overwriteUnread(d *draft) bool {
	if d.sc.Systems.CRM.Conditional != nil && !*d.sc.Systems.CRM.Conditional || d.sc.Systems.CRM.Versioning != "trigger" {
		return false
	}
	for _, p := range d.served() {
		i := d.first(0, func(e *trace.Event) bool {
			return engines(e) && e.On == trace.CRM && p.has(e) && d.names.text(e) >= 0 && d.certain(e)
		})
		if i < 0 {
			continue
		}
		w := d.ev[i]
		k := d.names.text(&w)
		u := d.edit(&p, trace.CRM, i, w.Changes[k].Field, "edited just now")
		u.Actor, u.Origin, u.Version = "user:late", "user", u.Before+1
		u.Stamp, u.At = d.sc.Start.UnixNano()+w.At, w.At
		change(&d.ev[i], func(c *trace.Change) {
			if c.Field == w.Changes[k].Field {
				c.Before, c.Had = "edited just now", true
			}
		})
		d.ev[i].Before = u.Version
		d.ev[i].Version = max(d.ev[i].Version, u.Version)
		d.insert(i, u)
		return true
	}
	return false
}

func deleteEdited(d *draft) bool {
	p, i := d.oneSided()
	at := d.rest()
	if p == nil || at < 0 {
		return false
	}
	e := d.edit(p, other(d.ev[i].On), at, "", "")
	e.Verb, e.Changes = trace.Delete, nil
	d.insert(at, d.write(e)...)
	return true
}

// swapWinner finds the engine's write over a loser and has it write the loser
// over the winner instead.
func swapWinner(d *draft) bool {
	at := d.overwriting()
	if at < 0 {
		return false
	}
	for _, p := range d.quiet() {
		if p.alias != d.ev[at].Alias {
			continue
		}
		i := d.first(0, func(e *trace.Event) bool {
			k := d.names.text(e)
			return engines(e) && p.has(e) && k >= 0 && e.Changes[k].Had && e.Changes[k].Has && d.certain(e)
		})
		if i < 0 || d.ev[i].Verb != trace.Update {
			return false
		}
		w := d.ev[i]
		c := w.Changes[d.names.text(&w)]
		to := other(w.On)
		native := d.names.of(w.On, c.Field).native[to]
		back := d.edit(&p, to, i, native, c.Before)
		back.Version, back.At = max(w.Version, back.Before), w.At
		d.drop(func(e *trace.Event) bool { return e.Call == w.Call })
		d.insert(d.after(w.At), d.write(back)...)
		return true
	}
	return false
}

// after is the index of the first event later than a time.
func (d *draft) after(at int64) int {
	if i := d.first(0, func(e *trace.Event) bool { return e.At > at }); i >= 0 {
		return i
	}
	return len(d.ev)
}

func bringBack(d *draft) bool {
	if d.sc.Policy.DeleteVsEdit == "restore" || d.told("mass-delete") {
		return false
	}
	i := d.last(func(e *trace.Event) bool {
		return users(e) && e.Verb == trace.Delete && d.isLast(e) && e.External != ""
	})
	at := d.rest()
	if i < 0 || at < 0 || d.first(i, func(e *trace.Event) bool { return e.Kind == trace.Person }) >= 0 {
		return false
	}
	gone := d.ev[i]
	e := trace.Event{
		On: gone.On, Record: gone.Record, External: gone.External, Alias: gone.Alias, Verb: trace.Undelete,
		Before: gone.Version, Version: gone.Version, At: d.ev[at-1].At + int64(time.Minute),
	}
	d.postpone(at, int64(2*time.Minute))
	d.insert(at, d.write(e)...)
	return true
}

// carriedOut says that what a person chose for a pair was written to the other
// side.
func (d *draft) carriedOut(choice *trace.Event) bool {
	for _, p := range d.pairs() {
		i := d.first(int(choice.Op), func(e *trace.Event) bool { return e.Kind == trace.Commit && p.has(e) })
		if p.alias == choice.Alias && i >= 0 && engines(&d.ev[i]) && d.names.business(&d.ev[i]) && d.ev[i].On.String() != choice.Origin {
			return true
		}
	}
	return false
}

// decideAlone puts a write in the place of the first flag on a conflict.
func decideAlone(d *draft) bool {
	if d.sc.Policy.Simultaneous != "" && d.sc.Policy.Simultaneous != "review" {
		return false
	}
	for _, p := range d.pairs() {
		i := d.first(0, func(e *trace.Event) bool {
			return e.Kind == trace.ClaimDecision && e.Alias == p.alias && e.Verb == "FLAGGED" && e.Code == "CR-6"
		})
		if i < 0 {
			continue
		}
		native := ""
		for k := range d.ev[:i] {
			if e := &d.ev[k]; users(e) && e.On == trace.CC && p.has(e) && d.names.text(e) >= 0 {
				native = e.Changes[d.names.text(e)].Field
			}
		}
		f := d.names.of(trace.CC, native)
		if f == nil {
			continue
		}
		mine, theirs := d.stand(trace.CC, p.id[trace.CC], i), d.stand(trace.CRM, p.id[trace.CRM], i)
		if mine.value[native] == theirs.value[f.native[trace.CRM]] {
			continue
		}
		w := d.edit(&p, trace.CRM, i, f.native[trace.CRM], mine.value[native])
		w.Version, w.At = max(mine.version, theirs.version)+1, d.ev[i].At
		d.insert(i, d.write(w)...)
		return true
	}
	return false
}
