package sim_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
)

var vendors = []*vendor{&restVendor, &salesforceVendor, &dynamicsVendor, &genesysVendor, &restAccounts, &salesforceAccounts, &salesforceTagged, &dynamicsAccounts, &genesysAccounts}

// story is a sequence of steps over a fresh twin that holds one linked record.
type story struct {
	name   string
	change func(*mocks.Config)
	tell   func(w *twin)
}

// TestModelFidelityIsWhatTheAdapterMakesOfTheWire runs the same operations
// through the adapter and HTTP, and directly.
func TestModelFidelityIsWhatTheAdapterMakesOfTheWire(t *testing.T) {
	for _, v := range vendors {
		for _, s := range stories {
			t.Run(v.name+"/"+s.name, func(t *testing.T) {
				w := newTwin(t, v, s.change)
				w.describe("describe")
				w.id = w.create("create", w.full("cc-1"))
				w.other = w.create("create another", w.full("cc-2"))
				if t.Failed() {
					return
				}
				w.pass(time.Second)
				s.tell(w)
				w.read("at last", w.id)
				w.sameState()
			})
		}
	}
}

// full is a write of every field.
func (w *twin) full(external string) adapter.Write {
	d := adapter.Write{Version: 1, SetVersion: true, Status: "SYNCED", External: external}
	for i, f := range w.v.fields {
		d.Fields = append(d.Fields, adapter.FieldValue{Index: i, Value: f.good})
	}
	return d
}

func (w *twin) pass(d time.Duration) { w.now = w.now.Add(d) }

// stored is a precondition that holds.
func (w *twin) stored(id string) adapter.Precondition {
	s, _ := w.wire.Peek(id)
	p := adapter.Precondition{Version: s.Version}
	if rec, err := w.adapter.Read(context.Background(), id); err == nil {
		p.Tag = rec.Tag
	}
	_, _ = w.do(mocks.Op{Kind: mocks.OpRead, Record: id}) // the twin lives through the same
	return p
}

func (w *twin) one(id string, i int, value mapping.Native) adapter.Write {
	d := adapter.Write{Fields: []adapter.FieldValue{{Index: i, Value: value}}}
	d.If = w.stored(id)
	return d
}

func (w *twin) fault(set func(f *mocks.Faults)) {
	w.both(func(m mocks.Direct) {
		set(m.Faults())
		w.v.switched(m.Faults())
	})
}

func (w *twin) edit(e mocks.Edit) (id string) {
	e.Object = w.v.object
	w.both(func(m mocks.Direct) {
		var err error
		if id, err = m.Edit(w.now, e); err != nil {
			w.t.Fatal(err)
		}
	})
	return id
}

// sameState compares all that is stored, and what is to be delivered.
func (w *twin) sameState() {
	w.t.Helper()
	var want, got []mocks.Snapshot
	w.wire.Each(func(s mocks.Snapshot) bool { want = append(want, s); return true })
	w.model.Each(func(s mocks.Snapshot) bool { got = append(got, s); return true })
	w.same("stored", want, got, nil, nil)
	var due [2][]mocks.Delivery
	for i, m := range []mocks.Direct{w.wire, w.model} {
		for _, d := range m.Deliveries(w.now.Add(time.Hour)) {
			d.Header, d.Body, d.Cause = nil, nil, 0
			due[i] = append(due[i], d)
		}
	}
	w.same("deliveries", due[0], due[1], nil, nil)
}

// each does all that the engine does, with no expectation but that the two
// fidelities agree.
func (w *twin) each(step string) {
	w.t.Helper()
	w.read(step+": read", w.id)
	w.update(step+": update", w.id, w.one(w.id, 1, w.v.fields[1].other))
	w.find(step+": find", "cc-1")
	w.create(step+": create", w.full("cc-"+step))
	w.create(step+": create unlinked", w.full(""))
	w.changes(step+": changes", 10)
	w.remove(step+": delete", w.other, w.stored(w.other))
	w.describe(step + ": describe")
}

var stories = []story{
	{name: "reads", tell: func(w *twin) {
		w.read("read", w.id)
		w.read("unknown", "nowhere")
		w.read("a path", "a/b c")
		w.find("found", "cc-1")
		w.find("not found", "cc-9")
		w.find("quotes", `'"\ `)
		w.describe("describe")
	}},
	{name: "every field", tell: func(w *twin) {
		for i, f := range w.v.fields {
			for _, value := range append([]mapping.Native{f.other, null, f.good, f.good}, f.bad...) {
				step := f.config.Name + " " + value.Text[:min(len(value.Text), 20)]
				w.update(step, w.id, w.one(w.id, i, value))
				d := w.full("")
				d.Fields[i].Value = value
				w.create("create with "+step, d)
				w.pass(1500 * time.Millisecond)
				w.read(step, w.id)
			}
		}
	}},
	{name: "link and status", tell: func(w *twin) {
		d := w.one(w.id, 0, w.v.fields[0].good)
		d.Fields, d.External, d.Status = nil, "cc-7", "FLAGGED"
		w.update("relink", w.id, d)
		w.find("by the new one", "cc-7")
		w.find("by the old one", "cc-1")
		d.External, d.If = "cc-2", w.stored(w.id)
		w.update("another's link", w.id, d)
		w.find("which one", "cc-2")
		w.create("create with a taken link", w.full("cc-2"))
		w.create("and once more", w.full("cc-7"))
		w.create("a link with a space", w.full("cc 8/9"))
	}},
	{name: "conflicts", tell: func(w *twin) {
		stale := w.one(w.id, 1, w.v.fields[1].other)
		w.edit(mocks.Edit{By: "maria", Origin: mocks.User, Record: w.id, Set: map[string]any{w.v.fields[0].config.Name: "Byron"}})
		w.pass(time.Second)
		w.update("stale", w.id, stale)
		fresh := w.one(w.id, 1, w.v.fields[1].other)
		fresh.Version, fresh.SetVersion = fresh.If.Version+1, true
		w.update("fresh", w.id, fresh)
		w.remove("delete by a stale tag", w.id, stale.If)
		w.read("read", w.id)
	}},
	{name: "unconditional", change: func(c *mocks.Config) { c.Conditional, c.BaseVersionField = false, "" }, tell: func(w *twin) { w.each("plain") }},
	{name: "deleted", tell: func(w *twin) {
		w.remove("delete", w.other, w.stored(w.other))
		w.read("read", w.other)
		w.update("update", w.other, w.full(""))
		w.remove("again", w.other, adapter.Precondition{})
		w.find("find", "cc-2")
		w.drain("feed", 10)
		w.create("its link is free", w.full("cc-2"))
		w.both(func(m mocks.Direct) { _ = m.Restore(w.now, "maria", mocks.User, w.other, 0) })
		w.read("restored", w.other)
		w.drain("feed again", 10)
	}},
	{name: "merged", tell: func(w *twin) {
		w.both(func(m mocks.Direct) { _ = m.Merge(w.now, "maria", w.id, w.other, 0) })
		w.read("loser", w.other)
		w.read("winner", w.id)
		w.find("the loser's link", "cc-2")
		w.update("write to the loser", w.other, w.one(w.other, 0, w.v.fields[0].other))
		w.remove("delete the loser", w.other, adapter.Precondition{})
		w.drain("feed", 10)
	}},
	{name: "feed", tell: tellFeed},
	{name: "late commits and gaps", tell: func(w *twin) {
		name := w.v.fields[0].config.Name
		w.drain("start", 10)
		w.edit(mocks.Edit{By: "maria", Origin: mocks.User, Record: w.id, Set: map[string]any{name: "Late"}, CommitAfter: 5 * time.Second})
		w.drain("before", 10)
		w.pass(6 * time.Second)
		w.rewind(10 * time.Second)
		w.drain("after", 10)
		w.fault(func(f *mocks.Faults) { f.FeedHides = true })
		w.edit(mocks.Edit{By: "maria", Origin: mocks.User, Record: w.other, Set: map[string]any{name: "Hidden"}})
		w.pass(time.Second)
		w.drain("in the gap", 10)
		w.fault(func(f *mocks.Faults) { f.FeedHides = false })
		w.rewind(10 * time.Second)
		w.drain("after the gap", 10)
		w.rewind(10 * time.Second)
		w.drain("and again", 10)
	}},
	{name: "automation", tell: func(w *twin) {
		w.edit(mocks.Edit{By: "flow", Origin: mocks.Automation, Record: w.id, Set: map[string]any{w.v.fields[0].config.Name: "Robot"}})
		w.read("read", w.id)
		w.drain("feed", 10)
	}},
	{name: "local times", tell: func(w *twin) {
		zone := time.FixedZone("x", -7*3600)
		w.fault(func(f *mocks.Faults) { f.LocalTimes = zone })
		w.each("in a zone")
	}},
	{name: "tokens", tell: tellTokens},
	{name: "limits", tell: tellLimits},
	{name: "server errors", tell: tellServerErrors},
	{name: "permissions", tell: tellPermissions},
	{name: "drift", tell: tellDrift},
}

func tellFeed(w *twin) {
	w.drain("from the beginning", 10)
	name := w.v.fields[0].config.Name
	for n := range 30 {
		w.edit(mocks.Edit{By: "maria", Origin: mocks.User, Set: map[string]any{name: "N" + strconv.Itoa(n)}})
		if n%4 == 0 {
			w.pass(400 * time.Millisecond)
		}
		if n == 20 {
			w.changes("in between", 10)
		}
	}
	w.drain("many", 11)
	w.rewind(3 * time.Second)
	w.drain("rewound", 5)
	w.rewind(0)
	w.cursor = "no cursor"
	w.changes("malformed", 10)
	w.rewind(time.Second)
	w.cursor = ""
	w.rewind(time.Second)
	w.drain("anew", 5000)
	w.create("the next id", w.full(""))
	w.changes("limit", 0)
	w.pass(25 * time.Hour)
	w.drain("long after", 10)
}

func tellTokens(w *twin) {
	read := func(step string) { w.read(step, w.id) }
	w.pass(25 * time.Hour)
	read("after the token's life")
	w.pass(25 * time.Hour)
	w.create("create after its life", w.full("cc-11"))
	w.pass(25 * time.Hour)
	w.create("create without a link after its life", w.full(""))
	p := w.stored(w.id)
	w.pass(25 * time.Hour)
	d := w.full("")
	d.If = p
	w.update("update after its life", w.id, d)
	w.update("and again", w.id, d)
	w.fault(func(f *mocks.Faults) { f.Revocations++ })
	w.pass(time.Second)
	read("revoked")
	w.fault(func(f *mocks.Faults) { f.AuthDown, f.TokenLife = true, time.Second })
	read("valid still")
	w.fault(func(f *mocks.Faults) { f.Revocations++ })
	w.pass(time.Second)
	read("revoked and no other")
	w.remove("delete as well", w.other, adapter.Precondition{})
	w.fault(func(f *mocks.Faults) { f.AuthDown = false })
	read("back")
	w.fault(func(f *mocks.Faults) { f.Revocations += 2 })
	read("revoked twice")
}

func tellLimits(w *twin) {
	for _, retry := range []string{"", "7", "reset", "date+9", "soon"} {
		w.fault(func(f *mocks.Faults) { f.Throttle = &mocks.Throttle{Every: 1, RetryAfter: retry} })
		w.each("throttled " + retry)
	}
	w.fault(func(f *mocks.Faults) { f.Throttle = &mocks.Throttle{Every: 1, Left: 3, RetryAfter: "1"} })
	for n := range 5 {
		w.changes("a storm "+strconv.Itoa(n), 10)
	}
	w.fault(func(f *mocks.Faults) {
		f.Quota = &mocks.Quota{Requests: 3, Per: time.Minute, RetryAfter: "reset", Headers: true}
	})
	w.pass(2 * time.Hour)
	for n := range 5 {
		w.pass(700 * time.Millisecond)
		w.changes("quota "+strconv.Itoa(n), 10)
	}
	w.pass(time.Minute)
	w.changes("a new window", 10)
	w.fault(func(f *mocks.Faults) { f.Quota, f.MaxConcurrent, f.InProgress = nil, 2, 3 })
	w.changes("too many at once", 10)
	left := 2
	w.both(func(m mocks.Direct) {
		own := left
		m.Faults().InProgress, m.Faults().DailyRemaining = 1, &own
	})
	for n := range 4 {
		w.changes("daily "+strconv.Itoa(n), 10)
	}
	w.fault(func(f *mocks.Faults) { f.DailyRemaining = nil })
}

func tellServerErrors(w *twin) {
	for _, status := range []int{500, 502, 503, 504, 0} {
		for _, after := range []bool{false, true} {
			for _, methods := range [][]string{nil, {"GET"}, {"POST", "PUT"}, {"PATCH"}, {"DELETE"}} {
				w.fault(func(f *mocks.Faults) {
					f.Error = &mocks.ServerError{Status: status, AfterCommit: after, Methods: methods}
				})
				step := strconv.Itoa(status) + strconv.FormatBool(after)
				w.read(step+" read", w.id)
				w.find(step+" find", "cc-1")
				w.changes(step+" changes", 10)
				w.describe(step + " describe")
				w.update(step+" update", w.id, w.full(""))
				if len(methods) == 0 || methods[0] != "GET" {
					// Where a create reads what it made, that is no request of its own here.
					w.create(step+" create", w.full(""))
				}
				w.fault(func(f *mocks.Faults) { f.Error = nil })
				w.pass(time.Second)
			}
		}
	}
	w.fault(func(f *mocks.Faults) { f.Error = &mocks.ServerError{Left: 2, Status: 500} })
	for n := range 4 {
		w.read("two of them "+strconv.Itoa(n), w.id)
	}
	w.fault(func(f *mocks.Faults) { f.Error = &mocks.ServerError{AfterCommit: true} })
	w.remove("a lost answer to a delete", w.other, adapter.Precondition{})
	w.fault(func(f *mocks.Faults) { f.Error = nil })
	w.read("which is done", w.other)
}

func tellPermissions(w *twin) {
	lost := []string{
		"read", "create", "update", "delete", w.v.fields[1].config.Name, w.v.version,
		"externalContacts:contact:view", "externalContacts:contact:add", "externalContacts:contact:edit",
		"externalContacts:contact:delete", "externalContacts:customFields:view",
	}
	for _, permission := range lost {
		w.fault(func(f *mocks.Faults) { f.Revoked = []string{permission} })
		w.read("without "+permission+": read", w.id)
		w.each("without " + permission)
		w.read("without "+permission+" as described: read", w.id)
		w.changes("without "+permission+" as described: changes", 10)
		w.fault(func(f *mocks.Faults) { f.Revoked = nil })
		w.describe("with " + permission)
	}
}

func tellDrift(w *twin) {
	custom := len(w.v.fields) - 2 // a field that the vendor lets an administrator change
	for i := range w.v.fields {
		if w.v.fields[i].builtin && w.v.kind == "genesys" {
			continue
		}
		name := w.v.fields[i].config.Name
		for _, d := range []mocks.Drift{
			{Field: name, Rename: "renamed"}, {Field: name, Remove: true}, {Field: name, Retype: "string"},
			{Field: name, Retype: "number"}, {Field: name, Retype: "boolean"}, {Field: name, Length: 3},
			{Field: name, Values: []string{"gold"}},
		} {
			w.fault(func(f *mocks.Faults) { f.Drift = []mocks.Drift{d} })
			step := name + " " + d.Rename + d.Retype + strconv.FormatBool(d.Remove)
			w.read(step+": read", w.id)
			w.find(step+": find", "cc-1")
			w.changes(step+": changes", 10)
			w.update(step+": update", w.id, w.one(w.id, i, w.v.fields[i].other))
			w.create(step+": create", w.full(""))
			w.describe(step + ": describe")
			w.read(step+": read as described", w.id)
			w.create(step+": create as described", w.full(""))
			w.update(step+": update of another", w.id, w.one(w.id, custom, w.v.fields[custom].good))
			w.fault(func(f *mocks.Faults) { f.Drift = nil })
			w.create(step+" lifted: create", w.full(""))
			w.read(step+" lifted: read", w.id)
			w.pass(time.Second)
			w.describe(step + " lifted: describe")
		}
	}
	w.fault(func(f *mocks.Faults) { f.Drift = []mocks.Drift{{Field: w.v.version, Rename: "renamed"}} })
	w.each("the version is renamed")
	w.changes("the version is renamed as described", 10)
	w.fault(func(f *mocks.Faults) { f.Drift = nil })
	w.describe("at last")
}
