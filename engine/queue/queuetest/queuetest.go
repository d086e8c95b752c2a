// Package queuetest holds every intake to the contract of package queue. Each
// rule is a subtest whose name is the demand.
package queuetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/queue"
)

// T is what a rule needs of a test: *testing.T, or what records that it failed.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	TempDir() string
	Cleanup(f func())
}

// Subject is an empty queue under test.
type Subject struct {
	queue.Queue
	// Again ends the process that uses the queue, as far as a test can, and
	// opens it as the next one would.
	Again func() queue.Queue
	// Pass lets time pass: on a clock of the test's, or in truth.
	Pass func(time.Duration)
	// Visibility is how long a delivery is hidden.
	Visibility time.Duration
	// MaxAttempts is how often a message is given out before it is buried, 0
	// if there is no bound.
	MaxAttempts int
}

// Open makes an empty queue.
type Open func(t T) *Subject

// Rule is one demand.
type Rule struct {
	Name  string
	Check func(t T, open Open)
}

// Run holds a queue to every rule.
func Run(t *testing.T, open Open) {
	for _, r := range Rules() {
		t.Run(r.Name, func(t *testing.T) { r.Check(t, open) })
	}
}

// bench is one queue under a rule.
type bench struct {
	T
	*Subject
	ctx context.Context
}

func newBench(t T, open Open) *bench {
	return &bench{T: t, Subject: open(t), ctx: context.Background()}
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("%v", err)
	}
}

func (b *bench) put(lane queue.Lane, keys ...string) {
	b.Helper()
	for _, key := range keys {
		b.must(b.Enqueue(b.ctx, queue.Message{Key: key, Lane: lane, Body: []byte("of " + key)}))
	}
}

// due demands which messages are given out, in this order.
func (b *bench) due(want ...string) []queue.Delivery {
	b.Helper()
	got, err := b.Receive(b.ctx, 100, 0)
	b.must(err)
	var keys []string
	for _, d := range got {
		keys = append(keys, d.Key)
		if !bytes.Equal(d.Body, []byte("of "+d.Key)) {
			b.Fatalf("the body of %s is %q", d.Key, d.Body)
		}
	}
	if fmt.Sprint(keys) != fmt.Sprint(want) {
		b.Fatalf("got %v, want %v", keys, want)
	}
	return got
}

func (b *bench) expired(err error) {
	b.Helper()
	if !errors.Is(err, queue.ErrExpired) {
		b.Fatalf("got %v, want ErrExpired", err)
	}
}

// Rules lists all demands.
func Rules() []Rule { return slices.Concat(deliveryRules, callRules, optionalRules) }

// deliveryRules speak of the life of a message.
var deliveryRules = []Rule{
	{"what was enqueued is given out once, in order", func(t T, open Open) {
		b := newBench(t, open)
		b.put(queue.Backlog, "a", "b", "c")
		b.due("a", "b", "c")
		b.due()
	}},
	{"what was enqueued outlives the process", func(t T, open Open) {
		b := newBench(t, open)
		b.put(queue.Fresh, "a")
		b.Queue = b.Again()
		b.due("a")
	}},
	{"what was given to a dead process comes again", func(t T, open Open) {
		b := newBench(t, open)
		b.put(queue.Fresh, "a")
		b.due("a")
		b.Queue = b.Again()
		b.Pass(b.Visibility)
		if d := b.due("a"); d[0].Attempt != 2 {
			t.Fatalf("it is attempt %d, want 2", d[0].Attempt)
		}
	}},
	{"what is not settled comes again after the visibility timeout", func(t T, open Open) {
		b := newBench(t, open)
		b.put(queue.Fresh, "a")
		late := b.due("a")[0]
		b.Pass(b.Visibility)
		again := b.due("a")[0]
		b.expired(b.Ack(b.ctx, late.Receipt))
		b.expired(b.Retry(b.ctx, late.Receipt, 0))
		b.expired(b.Bury(b.ctx, late.Receipt, "late"))
		b.must(b.Ack(b.ctx, again.Receipt))
	}},
	{"what is acknowledged is gone", func(t T, open Open) {
		b := newBench(t, open)
		b.put(queue.Fresh, "a")
		d := b.due("a")[0]
		b.must(b.Ack(b.ctx, d.Receipt))
		b.expired(b.Ack(b.ctx, d.Receipt))
		b.Queue = b.Again()
		b.Pass(b.Visibility)
		b.due()
	}},
	{"a retry comes after its delay, and counts", func(t T, open Open) {
		b := newBench(t, open)
		b.put(queue.Fresh, "a")
		b.must(b.Retry(b.ctx, b.due("a")[0].Receipt, 2*b.Visibility))
		b.Pass(2*b.Visibility - b.Visibility/2)
		b.due()
		b.Pass(b.Visibility)
		if d := b.due("a"); d[0].Attempt != 2 {
			t.Fatalf("it is attempt %d, want 2", d[0].Attempt)
		}
	}},
}

// callRules speak of what a call does.
var callRules = []Rule{
	{"a message that is not due waits", func(t T, open Open) {
		b := newBench(t, open)
		b.must(b.Enqueue(b.ctx, queue.Message{Key: "far", NotBefore: time.Unix(1<<33, 0), Body: []byte("of far")}, queue.Message{Key: "past", NotBefore: time.Unix(1, 0), Body: []byte("of past")}))
		b.due("past")
	}},
	{"a message that nobody takes is refused, and its neighbours with it", func(t T, open Open) {
		b := newBench(t, open)
		for _, m := range []queue.Message{{}, {Key: "a", Lane: 2}, {Key: "a", Body: make([]byte, queue.MaxBody+1)}, {Key: string(make([]byte, queue.MaxKey+1))}} {
			if err := b.Enqueue(b.ctx, queue.Message{Key: "sound"}, m); err == nil {
				t.Fatalf("a message of key %.9q, lane %d and %d bytes was taken", m.Key, m.Lane, len(m.Body))
			}
		}
		b.due()
	}},
	{"an empty wait ends without messages", func(t T, open Open) {
		b := newBench(t, open)
		got, err := b.Receive(b.ctx, 1, time.Millisecond)
		if len(got) != 0 || err != nil {
			t.Fatalf("got %v, %v", got, err)
		}
		ctx, cancel := context.WithCancel(b.ctx)
		cancel()
		if got, err := b.Receive(ctx, 1, time.Hour); len(got) != 0 || !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, %v, want the context's error", got, err)
		}
	}},
	{"a wait ends with a message", func(t T, open Open) {
		b := newBench(t, open)
		sent := make(chan error, 1)
		go func() { sent <- b.Enqueue(b.ctx, queue.Message{Key: "a"}) }()
		got, err := b.Receive(b.ctx, 1, time.Minute)
		b.must(<-sent)
		if len(got) != 1 || err != nil {
			t.Fatalf("got %v, %v", got, err)
		}
	}},
	{"consumers at once get each message once", func(t T, open Open) { atOnce(newBench(t, open)) }},
}

// optionalRules speak of what a queue may do; they pass where it says that it
// does not.
var optionalRules = []Rule{
	{"lanes: the fresh lane comes first", func(t T, open Open) {
		b := newBench(t, open)
		if !b.Capabilities().Lanes {
			return
		}
		b.put(queue.Backlog, "a")
		b.put(queue.Fresh, "b")
		b.put(queue.Backlog, "c")
		b.due("b", "a", "c")
	}},
	{"graveyard: dead letters are listed with their reason, and revived", func(t T, open Open) {
		b := newBench(t, open)
		yard, ok := b.Queue.(queue.Graveyard)
		if !ok {
			return
		}
		b.put(queue.Fresh, "a", "b")
		for _, d := range b.due("a", "b") {
			b.must(b.Bury(b.ctx, d.Receipt, "no such record "+d.Key))
		}
		b.due()
		dead, err := yard.Buried(b.ctx, 0, 9)
		b.must(err)
		if len(dead) != 2 || dead[1].Why != "no such record b" || dead[1].Message.Key != "b" || dead[1].Attempt != 1 {
			t.Fatalf("got %+v", dead)
		}
		rest, err := yard.Buried(b.ctx, dead[0].Number, 9)
		b.must(err)
		if len(rest) != 1 || rest[0].Number != dead[1].Number {
			t.Fatalf("after the first: %+v", rest)
		}
		b.must(yard.Revive(b.ctx, dead[1].Number))
		b.due("b")
		if err := yard.Revive(b.ctx, dead[1].Number); err == nil {
			t.Fatalf("a dead letter was revived twice")
		}
	}},
	{"graveyard: what is never settled is buried in the end", func(t T, open Open) {
		b := newBench(t, open)
		yard, ok := b.Queue.(queue.Graveyard)
		if !ok || b.MaxAttempts == 0 {
			return
		}
		b.put(queue.Fresh, "a")
		for range b.MaxAttempts {
			b.due("a")
			b.Pass(b.Visibility)
		}
		b.due()
		dead, err := yard.Buried(b.ctx, 0, 9)
		b.must(err)
		if len(dead) != 1 || dead[0].Attempt != b.MaxAttempts {
			t.Fatalf("got %+v", dead)
		}
	}},
}

// atOnce lets consumers receive and acknowledge at once.
func atOnce(b *bench) {
	const consumers, messages = 6, 90
	for i := range messages {
		b.put(queue.Fresh, fmt.Sprint(i))
	}
	var mu sync.Mutex
	var wrong error
	seen := map[string]int{}
	var group sync.WaitGroup
	for range consumers {
		group.Go(func() {
			for {
				got, err := b.Receive(b.ctx, 4, 0)
				for _, d := range got {
					err = errors.Join(err, b.Ack(b.ctx, d.Receipt))
				}
				mu.Lock()
				wrong = errors.Join(wrong, err)
				for _, d := range got {
					seen[d.Key]++
				}
				mu.Unlock()
				if len(got) == 0 {
					return
				}
			}
		})
	}
	group.Wait()
	b.must(wrong)
	for i := range messages {
		if n := seen[fmt.Sprint(i)]; n != 1 {
			b.Fatalf("message %d was given out %d times", i, n)
		}
	}
}
