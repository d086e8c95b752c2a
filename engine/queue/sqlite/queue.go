// Package sqlite is the embedded default of package queue: one SQLite file of
// its own, each change synced in group commits. A delivery is a row that is due
// again when its visibility timeout ends, so that nothing depends on memory.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/syncproof/syncproof/engine/queue"
	"github.com/syncproof/syncproof/engine/store/sqlfile"
)

const version1 = `
CREATE TABLE messages (
  number   INTEGER PRIMARY KEY, -- in the order of arrival
  key      TEXT NOT NULL,
  lane     INTEGER NOT NULL CHECK (lane IN (0, 1)), -- 0 fresh, 1 backlog
  due      INTEGER NOT NULL, -- nanoseconds since 1970; of a delivery, its end
  attempt  INTEGER NOT NULL, -- deliveries so far
  given    INTEGER NOT NULL, -- 1: being worked on
  body     BLOB NOT NULL
) STRICT;
CREATE INDEX messages_due ON messages (lane, due);
CREATE INDEX messages_given ON messages (number) WHERE given;
CREATE TABLE dead (
  number   INTEGER PRIMARY KEY,
  key      TEXT NOT NULL,
  lane     INTEGER NOT NULL CHECK (lane IN (0, 1)),
  attempt  INTEGER NOT NULL,
  at       INTEGER NOT NULL, -- nanoseconds since 1970
  why      TEXT NOT NULL,
  body     BLOB NOT NULL
) STRICT`

var kind = &sqlfile.Kind{
	Name:        "queue",
	Application: 0x73797071, // "sypq"
	Migrations:  []string{version1},
	Working:     []string{"messages"},
}

// Options of a queue; the zero value of each is its default.
type Options struct {
	// Visibility is how long a delivery is hidden, default 1m.
	Visibility time.Duration
	// MaxAttempts buries a message that was given out so often and not
	// settled, default 20.
	MaxAttempts int
	// Now is the clock, default time.Now.
	Now func() time.Time
	// File is for drills.
	File sqlfile.Options
}

// Queue is an intake in one file.
type Queue struct {
	file    *sqlfile.File
	o       Options
	arrived chan struct{} // holds a token when something may have become due
	add     *sql.Stmt
}

var (
	_ queue.Queue     = (*Queue)(nil)
	_ queue.Graveyard = (*Queue)(nil)
)

// Open opens the queue in a file, and makes it if there is none. What an
// earlier process was given is due at once. Errors are those of
// sqlfile.Open.
func Open(ctx context.Context, path string, o Options) (*Queue, error) {
	if o.Visibility <= 0 {
		o.Visibility = time.Minute
	}
	if o.MaxAttempts <= 0 {
		o.MaxAttempts = 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f, err := sqlfile.Open(ctx, path, kind, o.File)
	if err != nil {
		return nil, err
	}
	q := &Queue{file: f, o: o, arrived: make(chan struct{}, 1)}
	q.add, err = f.Prepare(ctx, "INSERT INTO messages (key, lane, due, attempt, given, body) VALUES (?, ?, ?, 0, 0, ?)")
	if err == nil {
		err = q.write(ctx, func(ctx context.Context, c *sql.Conn) error {
			_, err := c.ExecContext(ctx, "UPDATE messages SET due = ?, given = 0 WHERE given", q.now())
			return err
		})
	}
	if err != nil {
		return nil, errors.Join(f.Judge(err), f.Close())
	}
	return q, nil
}

func (q *Queue) now() int64 { return q.o.Now().UnixNano() }

func (q *Queue) write(ctx context.Context, do func(ctx context.Context, c *sql.Conn) error) error {
	return q.file.Write(ctx, sqlfile.Job{Do: do})
}

// Enqueue makes the messages durable, all or none, before it returns.
func (q *Queue) Enqueue(ctx context.Context, messages ...queue.Message) error {
	if err := queue.Validate(messages...); err != nil {
		return err
	}
	err := q.write(ctx, func(ctx context.Context, _ *sql.Conn) error {
		for i := range messages {
			m := &messages[i]
			due := q.now()
			if !m.NotBefore.IsZero() {
				due = max(due, m.NotBefore.UnixNano())
			}
			body := m.Body
			if body == nil {
				body = []byte{}
			}
			if _, err := q.add.ExecContext(ctx, m.Key, int64(m.Lane), due, body); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		q.wake()
	}
	return err
}

// wake ends the wait of a Receive.
func (q *Queue) wake() {
	select {
	case q.arrived <- struct{}{}:
	default:
	}
}

// Capabilities say what the queue gives beyond the contract.
func (q *Queue) Capabilities() queue.Capabilities { return queue.Capabilities{Lanes: true} }

// Backup writes a copy that can be opened as a queue.
func (q *Queue) Backup(ctx context.Context, path string) error { return q.file.Backup(ctx, path) }

// Close releases the file. What is being written is written first.
func (q *Queue) Close() error { return q.file.Close() }
