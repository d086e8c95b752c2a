package sim

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/mocks"
)

// agenda appends what is to come: messages in any order, appointments in theirs.
func (f *printer) agenda() {
	w := f.w
	var messages, appointments []appointment[happening]
	for _, x := range w.agenda.heap {
		switch {
		case w.void(x.do):
		case x.do.message():
			messages = append(messages, x)
		default:
			appointments = append(appointments, x)
		}
	}
	f.set(len(messages), func(i int) {
		if !w.agenda.patient { // else each takes the same time
			f.in(messages[i].at)
		}
		f.happening(messages[i].do)
	})
	slices.SortFunc(appointments, func(a, b appointment[happening]) int {
		if a.before(&b) {
			return -1
		}
		return 1
	})
	for _, x := range appointments {
		f.in(x.at)
		f.happening(x.do)
	}
	for _, x := range w.agenda.ready[w.agenda.head:] {
		f.happening(x)
	}
}

func (f *printer) happening(h happening) {
	w := f.w
	f.Int(int64(h.what))
	f.Flag(h.life == w.host.life)
	switch h.what {
	case stepComes, stirs, syncs:
		f.Int(int64(h.id))
		if h.what == syncs {
			f.Int(int64(h.n))
		}
	case faultEnds:
		f.Text(w.faults[h.id].step.String())
	case arrives, arrivesTwice, returns, ends, givesUp, readsOn:
		f.Int(int64(h.n))
		f.exchange(w.net.exchanges.get(h.id))
	case knocks, missesLost, missesSlow, tires, answers:
		f.Int(int64(h.n))
		f.delivery(w.deliveries[h.id], w.host.doors[h.id])
	case admits:
		f.Int(int64(h.n))
		f.errand(w.host.errands[w.host.asking.get(h.id)])
	case goesOn:
		f.errand(w.host.errands[engine.Op(h.id)])
	case tells:
		f.event(h.event)
	}
}

// event appends one of the events that wait for their turn on the agenda.
func (f *printer) event(e engine.Event) {
	switch e := e.(type) {
	case engine.Noticed:
		f.Text("noticed " + e.Ref.String() + " " + e.Into)
		f.Flag(e.Token != 0)
	case engine.Fetched:
		f.Text("fetched")
		f.Flag(e.FreshWaits)
		for i := range e.Items {
			f.Text(e.Items[i].Key)
		}
	case engine.LookedUp:
		f.Text("looked up")
		f.Buf = e.Record.Fingerprint(f.engineNow, f.Buf)
	case engine.Reviewed:
		f.Text("reviewed")
		f.Buf = e.Fingerprint(f.Buf)
	case engine.Approved:
		f.Text("approved")
	case engine.Redelivered:
		f.Text("redelivered")
	}
}

func (f *printer) delivery(k *delivery, open bool) {
	f.Text(k.d.Record)
	f.Text(string(k.d.Body))
	f.Text(k.d.MergedInto)
	f.Int(int64(k.d.Attempt))
	f.Text(k.code)
	f.Flag(open, k.answered, k.extra)
	if f.numbered {
		f.Int(int64(k.d.Notice))
	}
}

func (f *printer) exchange(x *exchange) {
	w := f.w
	f.Int(int64(x.side))
	f.Flag(x.done, x.left, x.timed, w.host.waitsFor(x), x.truncated, x.asked.Token == w.host.tokens[x.side].value)
	f.in(x.deadline)
	f.in(x.until)
	f.op(x.asked)
	f.outcome(x)
	if w.host.waitsFor(x) {
		f.errand(w.host.errands[x.errand])
	}
	if f.numbered {
		f.Int(int64(x.number))
	}
}

func (f *printer) op(o *mocks.Op) {
	f.Int(int64(o.Kind))
	for _, s := range [...]string{o.Record, o.External, o.Revision, o.IfTag, o.After} {
		f.Text(s)
	}
	f.Texts(o.Ask)
	f.assigns(o.Set)
	f.Flag(o.IfVersion != nil)
	if o.IfVersion != nil {
		f.Int(*o.IfVersion)
	}
	f.Int(int64(o.Limit))
}

func (f *printer) assigns(all []mocks.Assign) {
	f.Int(int64(len(all)))
	for i := range all {
		f.Text(all[i].Field)
		f.Int(int64(all[i].Kind))
		f.Text(all[i].Text)
	}
}

func (f *printer) outcome(x *exchange) {
	out := x.outcome
	f.Flag(out != nil)
	if out == nil {
		return
	}
	f.Int(int64(out.Refusal))
	f.Int(int64(out.Status))
	for _, s := range [...]string{out.Code, out.Field, out.Permission, out.Revision, out.Next} {
		f.Text(s)
	}
	f.Int(int64(x.retryAfter))
	f.Flag(out.Headers, out.More, out.Token != "")
	f.Int(int64(out.Usage.Allowed))
	f.Int(int64(out.Usage.Used))
	f.Int(int64(out.Usage.Reset))
	f.Int(int64(len(out.Records)))
	for i := range out.Records {
		f.view(&out.Records[i])
	}
	for i := range out.Fields {
		f.Text(out.Fields[i].Name)
	}
	for _, m := range out.Changed {
		f.Text(m.ID)
		f.Text(m.Stamp)
		f.Flag(m.Deleted, m.Own)
	}
}

func (f *printer) view(v *mocks.View) {
	for _, s := range [...]string{v.ID, v.External, v.By, v.Tag, v.MergedInto} {
		f.Text(s)
	}
	f.assigns(v.Values)
	f.Int(f.w.systems[0].clock.epoch.Add(time.Duration(f.w.agenda.now)).Sub(v.Modified).Nanoseconds())
	f.Flag(v.Own, v.Automation)
}

// errand appends an effect under way, by what it is for.
func (f *printer) errand(e *errand) {
	f.Flag(e != nil)
	if e == nil {
		return
	}
	t := &f.w.host.tokens[e.side]
	f.Int(int64(e.side))
	f.Int(int64(e.stage))
	f.op(e.ask)
	f.Flag(e.denied, e.call != 0, e.token == t.value, e.refused == "", e.refused == t.value, e.missing == t.count, e.given != nil, e.spent, e.again)
	f.Text(e.made)
	f.Texts(e.toRead)
	f.Int(int64(len(e.records)))
	for i := range e.records {
		f.Text(e.records[i].ID)
		f.Text(e.records[i].Tag)
		f.Text(e.records[i].Version.Text)
	}
}

// void reports whether an entry of the agenda has nothing left to do.
func (w *World) void(h happening) bool {
	switch h.what {
	case tells, wakes, syncs, goesOn:
		return h.life != w.host.life || (h.what == wakes && h.n != w.host.wakeSeq)
	case admits:
		return w.host.asking.get(h.id) == 0
	case tires:
		return w.deliveries[h.id].answered
	case stirs:
		return w.systems[h.id].wakeAt != int64(h.n)
	case givesUp:
		return !w.net.awaited(w.net.exchanges.get(h.id))
	default:
		return false
	}
}

// message reports whether a happening is a message that reaches its end: free
// choice may let it come before others.
func (h happening) message() bool {
	switch h.what {
	case arrives, arrivesTwice, returns, knocks, answers, syncs:
		return true
	default:
		return false
	}
}
