package service

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// carryOut does one effect of the core. It never blocks: what takes time goes
// on in another goroutine.
func (l *life) carryOut(e engine.Effect) {
	switch e := e.(type) {
	case engine.Persist:
		l.work.asked(e.Batch)
		l.keeper.persist(e)
	case engine.Fetch:
		if !l.drained.Load() {
			l.keeper.read(e)
		}
	case engine.Lookup:
		l.keeper.read(e)
	case engine.Read:
		object, id := l.names.Split(e.Ref.ID)
		l.call(e.Op, object, e.Ref.Side, "read", e.Key, func(ctx context.Context, s adapter.System) (engine.Event, error) {
			rec, err := s.Read(ctx, id)
			return engine.ReadDone{Op: e.Op, Record: rec, Err: typed(err)}, err
		}, func(err error) engine.Event { return engine.ReadDone{Op: e.Op, Err: typed(err)} })
	case engine.Find:
		l.call(e.Op, e.Object, e.Side, "find", e.Key, func(ctx context.Context, s adapter.System) (engine.Event, error) {
			found, err := s.Find(ctx, e.External)
			return engine.FindDone{Op: e.Op, Records: found, Err: typed(err)}, err
		}, func(err error) engine.Event { return engine.FindDone{Op: e.Op, Err: typed(err)} })
	case engine.Write:
		object, id := l.names.Split(e.Ref.ID)
		l.call(e.Op, object, e.Ref.Side, writeNames[e.Kind], e.Key, func(ctx context.Context, s adapter.System) (engine.Event, error) {
			rec, err := write(ctx, s, id, &e)
			return engine.WriteDone{Op: e.Op, Record: rec, Err: typed(err)}, err
		}, func(err error) engine.Event { return engine.WriteDone{Op: e.Op, Err: typed(err)} })
	case engine.Poll:
		l.poll(e)
	case engine.Describe:
		l.call(e.Op, e.Object, e.Side, "describe", "", func(ctx context.Context, s adapter.System) (engine.Event, error) {
			schema, err := s.Describe(ctx)
			return engine.Described{Op: e.Op, Schema: schema, Err: typed(err)}, err
		}, func(err error) engine.Event { return engine.Described{Op: e.Op, Err: typed(err)} })
	case engine.Admit:
		if !l.asked.answer(e.Call, e.Denied) && !e.Denied {
			// The call gave up before it heard of it: its place is free again.
			l.put(engine.Exchanged{Side: e.Side, Call: e.Call})
		}
	case engine.Acknowledge:
		l.s.doors.answer(e.Token, e.Status)
	case engine.Tell:
		l.s.teller.tell(e.Message)
	case engine.Reply:
		l.s.replies.answer(e.Token, e)
	}
}

var writeNames = [...]string{engine.UpdateRecord: "update", engine.CreateRecord: "create", engine.DeleteRecord: "delete"}

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

func (l *life) poll(e engine.Poll) {
	if l.drained.Load() {
		return
	}
	l.call(e.Op, e.Object, e.Side, "poll", "", func(ctx context.Context, s adapter.System) (engine.Event, error) {
		after := e.After
		if r, ok := s.(adapter.Rewinder); ok && e.Rewind {
			after = r.Rewind(after, l.overlap[e.Side].Std())
		}
		page, err := s.(adapter.Feed).Changes(ctx, after, e.Limit)
		return engine.PollDone{Op: e.Op, Page: page, Err: typed(err)}, err
	}, func(err error) engine.Event { return engine.PollDone{Op: e.Op, Err: typed(err)} })
}

// call runs one adapter call; its result is an event. A panic of the adapter
// is an error of that call alone: a poisoned record must not stop the others
// (EV-5), nor the process again and again.
func (l *life) call(op engine.Op, object int, side mapping.Side, verb, key string,
	do func(context.Context, adapter.System) (engine.Event, error), failed func(error) engine.Event,
) {
	l.calls.Add(1)
	ctx, end := l.work.call(withOp(l.ctx, op), side, verb, key)
	l.group.Go(func() {
		defer l.called()
		var event engine.Event
		var err error
		func() {
			defer func() {
				if p := recover(); p != nil {
					l.s.log.Error("an adapter panicked", "side", side.String(), "verb", verb, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
					err = &adapter.Error{Kind: adapter.Malformed, Indefinite: true, Message: "the adapter failed on what it got"}
					event = failed(err)
				}
			}()
			event, err = do(ctx, l.systems[object][side])
		}()
		end(err)
		l.s.metrics.called(side, verb, err)
		if l.ctx.Err() == nil {
			l.put(event)
		}
	})
}

// called counts a call as ended, after its event was put.
func (l *life) called() {
	l.calls.Add(-1)
	if l.drained.Load() {
		l.inbox.poke()
	}
}

func typed(err error) *adapter.Error {
	if err == nil {
		return nil
	}
	return adapter.As(err)
}
