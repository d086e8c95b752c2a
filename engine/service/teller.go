package service

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/syncproof/syncproof/engine"
)

// messagesMax bounds the messages that wait for a sink which does not answer;
// the log and the metrics have every one of them anyway.
const messagesMax = 1000

// teller brings what a person must know to the log, the metrics and the sinks
// (EV-11). A sink that fails is tried again; the message's ID makes repeats
// recognisable.
type teller struct {
	s     *Service
	sinks []Sink

	ctx     context.Context
	cancel  context.CancelFunc
	waiting *mailbox[engine.Message]
	group   sync.WaitGroup
	busy    chan struct{} // holds a token while a message is under way
}

func newTeller(s *Service, sinks []Sink) *teller {
	t := &teller{s: s, sinks: sinks, waiting: newMailbox[engine.Message](), busy: make(chan struct{}, 1)}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.group.Go(t.run)
	return t
}

func (t *teller) tell(m engine.Message) {
	t.s.metrics.told(m)
	t.s.log.LogAttrs(t.ctx, slog.LevelWarn, "notification", attrs("id", m.ID, "topic", m.Topic, "record", m.Key, "side", m.Side.String(), "text", m.Text, "do", m.Do)...)
	if len(t.sinks) == 0 {
		return
	}
	if t.waiting.len() >= messagesMax {
		t.s.log.Error("a notification is dropped: too many wait for the sink", "id", m.ID)
		t.s.metrics.sinkFailures.Inc()
		return
	}
	t.waiting.put(m)
}

func (t *teller) run() {
	var batch []engine.Message
	for {
		select {
		case <-t.ctx.Done():
			return
		case <-t.waiting.ready:
		}
		t.busy <- struct{}{}
		batch = t.waiting.take(batch)
		for _, m := range batch {
			for _, sink := range t.sinks {
				t.insist(sink, m)
			}
		}
		<-t.busy
	}
}

const (
	tellTries = 8
	tellFirst = time.Second
	tellMost  = time.Minute
)

// insist tells one sink, several times if need be.
func (t *teller) insist(sink Sink, m engine.Message) {
	delay := tellFirst
	for try := 1; ; try++ {
		err := sink.Tell(t.ctx, m)
		if err == nil || t.ctx.Err() != nil {
			return
		}
		t.s.metrics.sinkFailures.Inc()
		if try == tellTries {
			t.s.log.Error("a notification did not reach its sink", "id", m.ID, "error", err.Error())
			return
		}
		t.s.log.Warn("the notification sink fails", "id", m.ID, "error", err.Error(), "again_in", delay.String())
		if !wait(t.ctx, t.s.opts.Clock, delay) {
			return
		}
		delay = min(2*delay, tellMost)
	}
}

// quiet reports whether every message has been told, or given up.
func (t *teller) quiet() bool { return t.waiting.len() == 0 && len(t.busy) == 0 }

func (t *teller) stop() {
	t.cancel()
	t.waiting.close()
	t.group.Wait()
}
