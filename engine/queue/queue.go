// Package queue is the contract of an intake that can stand in front of the
// engine: a webhook endpoint puts what it received into it and acknowledges
// (EV-2), and whoever feeds the engine takes it out. The engine's own queue is
// part of its store (package store); this one is for an endpoint that runs
// apart from the engine, on the embedded default or on a broker.
//
// A queue delivers at least once. Order per record belongs to the engine, so
// none is asked for here; Capabilities say what a queue gives beyond.
package queue

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Queue is what every intake offers. It may be used from several goroutines.
// Errors of the disk are those of package store.
type Queue interface {
	// Enqueue makes the messages durable, all or none, before it returns.
	Enqueue(ctx context.Context, messages ...Message) error
	// Receive gives out at most limit messages that are due, the fresh lane
	// first, and hides them for the visibility timeout. If none is due it waits
	// for one, at most so long, and then returns none.
	Receive(ctx context.Context, limit int, wait time.Duration) ([]Delivery, error)
	// Ack removes what was received. ErrExpired: it was given out again.
	Ack(ctx context.Context, r Receipt) error
	// Retry gives a message back, to come again after a delay.
	Retry(ctx context.Context, r Receipt, after time.Duration) error
	// Bury sets a message apart for a person, who reads why. A queue without
	// a graveyard of its own keeps it where its users look for dead letters.
	Bury(ctx context.Context, r Receipt, why string) error
	Capabilities() Capabilities
	Close() error
}

// Graveyard is a Queue whose dead letters can be looked at and sent again.
type Graveyard interface {
	// Buried lists dead letters in the order of their numbers, after one.
	Buried(ctx context.Context, after uint64, limit int) ([]DeadLetter, error)
	// Revive puts a dead letter back into the queue, as if it were new.
	Revive(ctx context.Context, number uint64) error
}

// Capabilities say what a queue gives beyond the contract.
type Capabilities struct {
	// PerKeyOrder: messages of one key come in the order of Enqueue.
	PerKeyOrder bool
	// Lanes: the fresh lane overtakes the backlog. Without, lanes are kept
	// with the message and ignored.
	Lanes bool
	// LongestDelay bounds NotBefore and Retry, 0 for no bound. A longer delay
	// is cut to it: the message comes early, and the engine waits itself.
	LongestDelay time.Duration
}

// Lane of a message (RL-4).
type Lane uint8

// The lanes.
const (
	Fresh Lane = iota
	Backlog
)

// Bounds of one message, in bytes.
const (
	MaxKey  = 1 << 10
	MaxBody = 256 << 10
)

// Message is what is put into a queue.
type Message struct {
	// Key names what the message is about: messages of one key belong together.
	Key  string
	Lane Lane
	// NotBefore is when the message becomes due, the zero time for at once.
	NotBefore time.Time
	Body      []byte
}

// Receipt identifies one delivery of a message.
type Receipt string

// Delivery is a message given out.
type Delivery struct {
	Message
	Receipt Receipt
	// Attempt counts deliveries, 1 for the first.
	Attempt int
}

// DeadLetter is a message that was set apart.
type DeadLetter struct {
	Number  uint64
	Message Message
	Attempt int
	Why     string
	At      time.Time
}

// ErrExpired says that the receipt's delivery has timed out, or is settled
// already.
var ErrExpired = errors.New("the delivery has expired")

// Validate refuses messages that no queue takes.
func Validate(messages ...Message) error {
	for i := range messages {
		m := &messages[i]
		switch {
		case m.Key == "" || len(m.Key) > MaxKey:
			return fmt.Errorf("message %d: its key has %d bytes, 1 to %d are allowed", i, len(m.Key), MaxKey)
		case len(m.Body) > MaxBody:
			return fmt.Errorf("message %d of %q: its body has %d bytes, at most %d are allowed", i, m.Key, len(m.Body), MaxBody)
		case m.Lane > Backlog:
			return fmt.Errorf("message %d of %q: lane %d is neither of the two", i, m.Key, m.Lane)
		}
	}
	return nil
}
