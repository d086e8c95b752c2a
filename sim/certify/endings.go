package certify

import (
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// aMonth is beyond any deadline that the library's retry policies imply.
const aMonth = 30 * 24 * time.Hour

// endings are mutations of how a run ends.
var endings = []Mutation{
	{
		Name: "end-missing", Invariant: "liveness", Rule: "EV-5", Doubt: true,
		Breaks: "the journal stops before the world came to rest",
		apply: func(d *draft) bool {
			return d.drop(func(e *trace.Event) bool { return e.Kind == trace.End || e.Kind == trace.Idle })
		},
	},
	{
		Name: "stopped-before-its-deadline", Invariant: "liveness", Rule: "EV-5", Doubt: true,
		Breaks: "the run was stopped before its deadline, and not at rest",
		apply:  func(d *draft) bool { return d.endAs("until") },
	},
	{
		Name: "run-cut-in-the-middle", Invariant: "liveness", Rule: "EV-5", Doubt: true,
		Breaks: "the second half of the journal is missing, its end included",
		apply:  half,
	},
	{
		Name: "never-at-rest", Invariant: "liveness", Rule: "RL-3",
		Breaks: "a month after the last outside act the world is not at rest",
		apply: func(d *draft) bool {
			if !d.endAs("deadline") {
				return false
			}
			d.postpone(len(d.ev)-1, int64(aMonth))
			return true
		},
	},
	{
		Name: "work-a-month-later", Invariant: "liveness", Rule: "RL-3",
		Breaks: "a month after the last outside act the engine still carries a write",
		apply: func(d *draft) bool {
			p, at := d.servedPair(), d.rest()
			if p == nil || at < 0 || d.names.freeText() == nil {
				return false
			}
			d.postpone(at, int64(aMonth)+1)
			w := d.edit(p, trace.CRM, at, d.names.freeText().native[trace.CRM], "at last")
			w.At = d.ev[at-1].At + int64(aMonth)
			d.insert(at, d.write(w)...)
			return true
		},
	},
	{
		Name: "record-read-for-ever", Invariant: "liveness", Rule: "EV-5",
		Breaks: "one record is read hundreds of times, and nothing asks for it",
		apply: func(d *draft) bool {
			at, pairs := d.rest(), d.pairs()
			if at < 0 || len(pairs) == 0 {
				return false
			}
			id := pairs[0].id[trace.CRM]
			var events []trace.Event
			for range 500 + 20*d.stirs() {
				events = append(events, d.exchange(trace.CRM, "GET", "/records/"+id, id, 200, "")...)
			}
			d.insert(at, events...)
			return true
		},
	},
}

// stirs counts what may ask for a look at a record.
func (d *draft) stirs() int {
	n := 0
	for i := range d.ev {
		switch e := &d.ev[i]; e.Kind {
		case trace.Lose, trace.Deliver, trace.Commit, trace.Feed:
			n++
		case trace.Receive:
			if e.Status >= 400 {
				n++
			}
		}
	}
	return n
}
