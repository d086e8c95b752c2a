package sim

import (
	"context"
	"strconv"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/sim/trace"
)

// crashPlan kills the process just before an effect is carried out.
type crashPlan struct {
	step  *crashStep
	seen  int
	spent bool
}

// carryOut does one effect of the core.
func (h *host) carryOut(e engine.Effect) {
	switch e := e.(type) {
	case engine.Persist:
		if !h.dies("persist", h.batchKeys(e.Batch)...) {
			h.disk.write(e)
		}
	case engine.Fetch:
		h.soon(h.disk.store.Fetch(h.now(), e))
	case engine.Lookup:
		h.soon(engine.LookedUp{Op: e.Op, Record: h.disk.store.Lookup(e.Ref)})
	case engine.Read:
		if !h.dies("read", e.Key) && !h.modelled(e) {
			object, id := h.w.names.Split(e.Ref.ID)
			h.call(e.Op, placeOf(object, e.Ref.Side), func(ctx context.Context, s adapter.System) engine.Event {
				rec, err := s.Read(ctx, id)
				return engine.ReadDone{Op: e.Op, Record: rec, Err: typed(err)}
			})
		}
	case engine.Find:
		if !h.modelled(e) {
			h.call(e.Op, placeOf(e.Object, e.Side), func(ctx context.Context, s adapter.System) engine.Event {
				found, err := s.Find(ctx, e.External)
				return engine.FindDone{Op: e.Op, Records: found, Err: typed(err)}
			})
		}
	case engine.Write:
		if life := h.life; !h.dies("write", e.Key) && !h.modelled(e) {
			object, id := h.w.names.Split(e.Ref.ID)
			h.call(e.Op, placeOf(object, e.Ref.Side), func(ctx context.Context, s adapter.System) engine.Event {
				rec, err := write(ctx, s, id, &e)
				if h.life != life || h.dies("written", e.Key) {
					return nil
				}
				return engine.WriteDone{Op: e.Op, Record: rec, Err: typed(err)}
			})
		}
	case engine.Poll:
		h.noteRound(e)
		if !h.modelled(e) {
			h.call(e.Op, placeOf(e.Object, e.Side), h.poll(e))
		}
	case engine.Describe:
		h.describing[placeOf(e.Object, e.Side)] = e.Op
		if !h.modelled(e) {
			h.call(e.Op, placeOf(e.Object, e.Side), func(ctx context.Context, s adapter.System) engine.Event {
				schema, err := s.Describe(ctx)
				return engine.Described{Op: e.Op, Schema: schema, Err: typed(err)}
			})
		}
	case engine.Admit:
		h.admit(e)
	case engine.Acknowledge:
		if !h.dies("ack", h.doorKey(e.Token)) {
			h.acknowledge(e)
		}
	case engine.Tell:
		h.told(e.Message)
	case engine.Reply:
		h.reply(e)
	}
}

// modelled carries an effect out as data, at model fidelity.
func (h *host) modelled(e engine.Effect) bool {
	if h.w.options.Fidelity != Model {
		return false
	}
	h.carryErrand(e)
	return true
}

// batchKeys are the records that a batch speaks of, as keys or references,
// where a crash may wait for one of them.
func (h *host) batchKeys(b engine.Batch) []string {
	if len(h.crashes) == 0 {
		return nil
	}
	var keys []string
	for _, op := range b.Ops {
		switch op := op.(type) {
		case engine.Enqueue:
			keys = append(keys, op.Ref.String())
		case engine.PutRecord:
			keys = append(keys, op.Record.Key)
		case engine.Done:
			keys = append(keys, op.Key)
		case engine.Requeue:
			keys = append(keys, op.Key)
		case engine.Append:
			keys = append(keys, op.Entry.Key)
		}
	}
	return keys
}

// doorKey is the record of a delivery that waits for its answer.
func (h *host) doorKey(token uint64) string {
	if k := h.w.deliveries[token]; h.doors[token] {
		return engine.Ref{Side: k.side, ID: h.w.names.Qualify(int(k.d.Object), k.d.Record)}.String()
	}
	return ""
}

// call runs one adapter call as a coroutine; its result is the event.
func (h *host) call(op engine.Op, place int, do func(context.Context, adapter.System) engine.Event) {
	life := h.life
	h.tasks.start(uint64(op), place%2, func() {
		e := do(context.Background(), h.clients[place])
		if h.life == life && h.up && e != nil {
			h.step(e)
		}
	})
}

func write(ctx context.Context, s adapter.System, id string, e *engine.Write) (adapter.Record, error) {
	switch e.Kind {
	case engine.CreateRecord:
		return s.Create(ctx, e.Data)
	case engine.DeleteRecord:
		return adapter.Record{}, s.Delete(ctx, id, e.Data.If)
	default:
		return s.Update(ctx, id, e.Data)
	}
}

func (h *host) poll(e engine.Poll) func(context.Context, adapter.System) engine.Event {
	return func(ctx context.Context, s adapter.System) engine.Event {
		after := e.After
		if r, ok := s.(adapter.Rewinder); ok && e.Rewind {
			after = r.Rewind(after, h.parts.config.Systems[e.Side].Overlap)
		}
		page, err := s.(adapter.Feed).Changes(ctx, after, e.Limit)
		return engine.PollDone{Op: e.Op, Page: page, Err: typed(err)}
	}
}

func typed(err error) *adapter.Error {
	if err == nil {
		return nil
	}
	return adapter.As(err)
}

func (h *host) admit(e engine.Admit) {
	if h.w.options.Fidelity == Model {
		h.admitErrand(e)
		return
	}
	t := h.asked[e.Call]
	if t == nil || t.killed || h.dies("gate") {
		return
	}
	if t == h.tasks.current {
		// Admitted while it asks: it goes on without having waited.
		delete(h.asked, e.Call)
		t.denied = e.Denied
		return
	}
	h.w.soon(admission(e))
}

func admission(e engine.Admit) happening {
	x := happening{what: admits, id: e.Call}
	if e.Denied {
		x.n = 1
	}
	return x
}

// admitted lets a call go on that asked for an exchange, unless its process
// has died by then.
func (h *host) admitted(call uint64, denied bool) {
	if h.w.options.Fidelity == Model {
		h.admittedErrand(call, denied)
		return
	}
	t := h.asked[call]
	if t == nil {
		return
	}
	delete(h.asked, call)
	t.denied = denied
	h.tasks.resume(t)
}

// goOn lets a call go on that waited for another call's token.
func (h *host) goOn(life int, op engine.Op) {
	if h.life != life {
		return
	}
	if e := h.errands[op]; e != nil {
		h.share(e)
		return
	}
	if t := h.tasks.working(uint64(op)); t != nil {
		h.tasks.resume(t)
	}
}

// readOn lets a call go on that waits for the rest of a body.
func (h *host) readOn(x *exchange) {
	switch {
	case x.asked != nil:
		h.readErrand(x)
	case x.task != nil:
		h.tasks.resume(x.task)
	}
}

func (h *host) told(m engine.Message) {
	switch m.Topic {
	case "drift":
		h.knowsDrift[placeOf(objectNamed(m.Object), m.Side)] = true
	case "failed":
		h.toldFailed[placeOf(h.w.objectOfKey(m.Key), m.Side)] = true
	}
	h.w.Emit(h.w.telling(m))
}

// telling is the event of a message that reached the sink.
func (st *Stage) telling(m engine.Message) trace.Event {
	return trace.Event{
		Kind: trace.Told, On: trace.Engine, Verb: m.Topic, Record: m.Key, Alias: st.aliasOf(m.Key, m.Ref),
		External: m.ID, Code: m.Side.String(), Object: m.Object, Text: m.Text + "; " + m.Do,
	}
}

// claim journals what the engine says that it decided.
func (h *host) claim(b engine.Batch) {
	for _, op := range b.Ops {
		switch op := op.(type) {
		case engine.Append:
			h.w.Emit(h.w.claimedEntry(&op.Entry))
		case engine.PutRecord:
			h.claimStatus(op.Record)
		}
	}
}

// claimedEntry is the event of a ledger's entry.
func (st *Stage) claimedEntry(e *engine.LedgerEntry) trace.Event {
	claim := trace.Event{
		Kind: trace.ClaimDecision, On: trace.Engine, Record: e.Key, Alias: st.aliasOf(e.Key), Code: e.Rule,
		Verb: e.Status.String(), Text: e.Why, Version: e.Version, Attempt: int32(e.Number),
	}
	if int(e.Winner) < 2 {
		claim.Origin = sideOf(int(e.Winner)).String()
	}
	for _, l := range e.Lost {
		claim.Changes = append(claim.Changes, trace.Change{
			Field: l.Side.String() + "." + l.Field, Before: l.Value, Had: true,
		})
	}
	return claim
}

func (h *host) claimStatus(r *engine.Record) {
	status := r.Status.String()
	if h.disk.statuses[r.Key] == status {
		return
	}
	if h.disk.statuses[r.Key] == engine.Failed.String() {
		h.disk.failed--
	}
	if r.Status == engine.Failed {
		h.disk.failed++
	}
	h.disk.statuses[r.Key] = status
	h.w.Emit(h.w.claimedStatus(r))
}

// claimedStatus is the event of a record's status.
func (st *Stage) claimedStatus(r *engine.Record) trace.Event {
	return trace.Event{
		Kind: trace.ClaimStatus, On: trace.Engine, Record: r.Key, Alias: st.aliasOf(r.Key), Code: r.Status.String(),
		Text: strconv.Itoa(int(r.Decisions)),
	}
}
