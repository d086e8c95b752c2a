package queuetest_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/queue"
	"github.com/syncproof/syncproof/engine/queue/queuetest"
	"github.com/syncproof/syncproof/engine/queue/sqlite"
)

// The defects are wrappers of a queue that is right.
type (
	oneLane   struct{ queue.Queue }
	impatient struct{ queue.Queue }
	silent    struct{ queue.Queue }
	forgiving struct{ queue.Queue }
	lossy     struct{ queue.Queue }
	careless  struct{ queue.Queue }
)

func (q oneLane) Enqueue(ctx context.Context, messages ...queue.Message) error {
	for i := range messages {
		messages[i].Lane = queue.Fresh
	}
	return q.Queue.Enqueue(ctx, messages...)
}

func (q impatient) Retry(ctx context.Context, r queue.Receipt, _ time.Duration) error {
	return q.Queue.Retry(ctx, r, 0)
}

func (q silent) Receive(ctx context.Context, limit int, wait time.Duration) ([]queue.Delivery, error) {
	got, err := q.Queue.Receive(ctx, limit, wait)
	for i := range got {
		got[i].Attempt = 1
	}
	return got, err
}

func (q forgiving) Ack(ctx context.Context, r queue.Receipt) error {
	_ = q.Queue.Ack(ctx, r)
	return nil
}

func (q lossy) Receive(ctx context.Context, limit int, wait time.Duration) ([]queue.Delivery, error) {
	got, err := q.Queue.Receive(ctx, limit, wait)
	for _, d := range got {
		_ = q.Queue.Ack(ctx, d.Receipt)
	}
	return got, err
}

func (q careless) Enqueue(ctx context.Context, messages ...queue.Message) error {
	for _, m := range messages {
		if err := q.Queue.Enqueue(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// TestBrokenQueuesFail: each defect is noticed by the rule that speaks of it.
func TestBrokenQueuesFail(t *testing.T) {
	for rule, wrap := range map[string]func(queue.Queue) queue.Queue{
		"lanes: the fresh lane comes first":                                  func(q queue.Queue) queue.Queue { return oneLane{q} },
		"a retry comes after its delay, and counts":                          func(q queue.Queue) queue.Queue { return impatient{q} },
		"what was given to a dead process comes again":                       func(q queue.Queue) queue.Queue { return silent{q} },
		"what is acknowledged is gone":                                       func(q queue.Queue) queue.Queue { return forgiving{q} },
		"what is not settled comes again after the visibility timeout":       func(q queue.Queue) queue.Queue { return lossy{q} },
		"a message that nobody takes is refused, and its neighbours with it": func(q queue.Queue) queue.Queue { return careless{q} },
	} {
		t.Run(rule, func(t *testing.T) {
			for _, r := range queuetest.Rules() {
				if r.Name != rule {
					continue
				}
				if said := judge(t, r, wrap); said == "" {
					t.Errorf("the rule did not fail")
				}
				return
			}
			t.Error("there is no such rule")
		})
	}
}

// recorder is a test that notes its failure.
type recorder struct {
	*testing.T
	said string
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// judge says how a wrapped queue fails a rule, "" if it passes.
func judge(t *testing.T, rule queuetest.Rule, wrap func(queue.Queue) queue.Queue) string {
	r := &recorder{T: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		rule.Check(r, func(t queuetest.T) *queuetest.Subject {
			var passed atomic.Int64
			path := filepath.Join(t.TempDir(), "queue.db")
			var q *sqlite.Queue
			next := func() queue.Queue {
				var err error
				q, err = sqlite.Open(context.Background(), path, sqlite.Options{
					Visibility: time.Minute, Now: func() time.Time { return time.Unix(1_800_000_000, passed.Load()) },
				})
				if err != nil {
					t.Fatalf("%v", err)
				}
				return wrap(q)
			}
			shut := func() {
				if err := q.Close(); err != nil {
					t.Fatalf("%v", err)
				}
			}
			s := &queuetest.Subject{Queue: next(), Visibility: time.Minute, Pass: func(d time.Duration) { passed.Add(int64(d)) }}
			s.Again = func() queue.Queue {
				shut()
				return next()
			}
			t.Cleanup(func() { _ = q.Close() })
			return s
		})
	}()
	<-done
	return r.said
}
