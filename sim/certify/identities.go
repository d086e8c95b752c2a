package certify

import (
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// identities are mutations of which records stand for whom.
var identities = []Mutation{
	{
		Name: "creation-repeated", Invariant: "no-duplicates", Rule: "EV-7",
		Breaks: "the engine makes a record, and then a second one for the same customer",
		apply:  func(d *draft) bool { return d.createAgain(time.Second) },
	},
	{
		Name: "creation-repeated-long-after", Invariant: "no-duplicates", Rule: "EV-7",
		Breaks: "the engine makes a second record for a customer an hour after the first",
		apply:  func(d *draft) bool { return d.createAgain(time.Hour) },
	},
	{
		Name: "linked-customer-created-again", Invariant: "no-duplicates", Rule: "CR-14",
		Breaks: "the engine makes a record for a customer who is linked since before the run",
		apply: func(d *draft) bool {
			at := d.rest()
			pairs := d.pairs()
			if at < 0 || len(pairs) == 0 {
				return false
			}
			p := pairs[0]
			d.insert(at, d.write(trace.Event{
				On: trace.CRM, Verb: trace.Create, Record: "a-second-record", External: p.id[trace.CC], Version: 1, At: d.ev[at-1].At,
			})...)
			return true
		},
	},
}

// createAgain repeats the engine's first certain creation under another native
// id.
func (d *draft) createAgain(later time.Duration) bool {
	at := d.rest()
	i := d.first(0, func(e *trace.Event) bool {
		return engines(e) && e.Verb == trace.Create && e.External != "" && d.certain(e) && d.isAlive(e)
	})
	if i < 0 || at < 0 {
		return false
	}
	again := d.ev[i]
	again.Op, again.Cause, again.Record = 0, 0, again.Record+"-again"
	again.At = d.ev[at-1].At + int64(later)
	d.postpone(at, 2*int64(later))
	d.insert(at, d.write(again)...)
	return true
}

// isAlive says that a commit's record was not deleted later.
func (d *draft) isAlive(of *trace.Event) bool {
	return d.first(0, func(e *trace.Event) bool {
		return e.Kind == trace.Commit && e.On == of.On && e.Record == of.Record && (e.Verb == trace.Delete || e.Verb == trace.Merge)
	}) < 0
}
