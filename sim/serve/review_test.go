package serve

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/store/memory"
	"github.com/syncproof/syncproof/mocks"
)

// listening is a store that tells when a person's decision is durable.
type listening struct {
	*memory.Store
	kept chan struct{}
}

// Apply implements store.Store.
func (l *listening) Apply(ctx context.Context, now engine.Instant, batches ...engine.Batch) error {
	err := l.Store.Apply(ctx, now, batches...)
	for _, b := range batches {
		for _, op := range b.Ops {
			if e, ok := op.(engine.Enqueue); ok && e.Review != nil && err == nil {
				close(l.kept)
			}
		}
	}
	return err
}

// TestCR10ADecisionOutlivesItsProcess: a decision that waits while a system
// cannot be reached is durable; if the record moves on before the next process
// comes to it, it is refused there, and decides nothing.
func TestCR10ADecisionOutlivesItsProcess(t *testing.T) {
	kept := memory.Open()
	heard := &listening{kept, make(chan struct{})}
	r := newRig(t, setup{
		store: kept, extra: "policy: {simultaneous: review, tolerance: 1h}\n",
		vary: func(o *service.Options) { o.Store = heard },
	})
	cc, crm := r.pair("Lovelace")
	r.until("the pair is linked", func() bool { return r.service.Idle() && r.record(cc) != nil })
	now := time.Now()
	r.cc.do(func(time.Time, mocks.System) {
		r.crm.do(func(time.Time, mocks.System) {
			_, first := r.crm.mock.Edit(now, mocks.Edit{By: "sam", Origin: mocks.User, Record: crm, Set: map[string]any{"title": "Analyst"}})
			_, second := r.cc.mock.Edit(now.Add(50*time.Millisecond), mocks.Edit{By: "maria", Origin: mocks.Agent, Record: cc, Set: map[string]any{"title": "Countess"}})
			if err := errors.Join(first, second); err != nil {
				t.Error(err)
			}
		})
	})
	r.until("the record is flagged", func() bool {
		rec := r.record(cc)
		return rec != nil && rec.Flag != nil && r.service.Idle()
	})
	decision := engine.Reviewed{Ref: engine.Ref{Side: mapping.CC, ID: cc}, State: r.record(cc).Flag.State, Choose: mapping.CRM}
	r.crm.do(func(_ time.Time, m mocks.System) { m.Faults().Error = &mocks.ServerError{Status: 503} })
	answered := make(chan error, 1)
	go func() {
		_, err := r.service.Decide(context.Background(), decision)
		answered <- err
	}()
	<-heard.kept
	r.service.Abort()
	if err := <-answered; err == nil {
		t.Error("a decision that nobody carried out was answered")
	}
	r.edit(r.cc, cc, map[string]any{"title": "Duchess"})
	r.crm.do(func(_ time.Time, m mocks.System) { m.Faults().Error = nil })
	r.crash()
	r.until("the next process has looked at it", func() bool {
		rec := r.record(cc)
		return r.service.Idle() && rec.Flag != nil && rec.Flag.State != decision.State
	})
	if here, there := r.cc.peek(cc).Fields["title"], r.crm.peek(crm).Fields["title"]; here != "Duchess" || there != "Analyst" {
		t.Errorf("a stale decision was carried out: %q and %q", here, there)
	}
	decision.State = r.record(cc).Flag.State
	if reply, err := r.service.Decide(t.Context(), decision); err != nil || !reply.OK {
		t.Fatalf("a decision on what is there now: %+v, %v", reply, err)
	}
	r.until("it is carried out", func() bool { return r.cc.peek(cc).Fields["title"] == "Analyst" })
}
