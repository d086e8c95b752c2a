package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/syncproof/syncproof/engine/queue"
)

// look bounds how long a Receive waits before it looks again, for what becomes
// due by the clock alone.
const look = 50 * time.Millisecond

// Receive gives out messages that are due, and hides them.
func (q *Queue) Receive(ctx context.Context, limit int, wait time.Duration) ([]queue.Delivery, error) {
	enough := time.NewTimer(wait)
	defer enough.Stop()
	for {
		got, err := q.take(ctx, limit)
		if len(got) > 0 || err != nil || wait <= 0 {
			return got, err
		}
		again := time.NewTimer(look)
		select {
		case <-ctx.Done():
			again.Stop()
			return nil, ctx.Err()
		case <-enough.C:
			again.Stop()
			return nil, nil
		case <-q.arrived:
			again.Stop()
		case <-again.C:
		}
	}
}

// take gives out what is due now. Only if something is does it write.
func (q *Queue) take(ctx context.Context, limit int) (out []queue.Delivery, err error) {
	now := q.now()
	var due bool
	if err := q.file.Reader().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM messages WHERE lane IN (0, 1) AND due <= ?)", now).Scan(&due); err != nil || !due {
		return nil, q.file.Judge(err)
	}
	err = q.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		out = nil
		if err := q.buryWornOut(ctx, c, now); err != nil {
			return err
		}
		for _, lane := range []queue.Lane{queue.Fresh, queue.Backlog} {
			var err error
			if out, err = q.give(ctx, c, out, lane, now, limit); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// buryWornOut buries what is due and was given out too often.
func (q *Queue) buryWornOut(ctx context.Context, c *sql.Conn, now int64) error {
	args := []any{sql.Named("now", now), sql.Named("most", q.o.MaxAttempts), sql.Named("why", "it was given out as often as is allowed, and never settled")}
	const worn = "FROM messages WHERE lane IN (0, 1) AND due <= :now AND attempt >= :most"
	if _, err := c.ExecContext(ctx, "INSERT INTO dead (key, lane, attempt, at, why, body) SELECT key, lane, attempt, :now, :why, body "+worn, args...); err != nil {
		return err
	}
	_, err := c.ExecContext(ctx, "DELETE "+worn, args[:2]...)
	return err
}

// give adds due messages of a lane until there are limit.
func (q *Queue) give(ctx context.Context, c *sql.Conn, out []queue.Delivery, lane queue.Lane, now int64, limit int) ([]queue.Delivery, error) {
	rows, err := c.QueryContext(ctx, "SELECT number, key, attempt, body FROM messages WHERE lane = ? AND due <= ? ORDER BY due, number LIMIT ?", int64(lane), now, max(limit-len(out), 0))
	if err != nil {
		return nil, err
	}
	var numbers []uint64
	for rows.Next() {
		d := queue.Delivery{Message: queue.Message{Lane: lane}}
		var number uint64
		if err := rows.Scan(&number, &d.Key, &d.Attempt, &d.Body); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		d.Attempt++
		d.Receipt = receipt(number, d.Attempt)
		numbers, out = append(numbers, number), append(out, d)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	for _, number := range numbers {
		if _, err := c.ExecContext(ctx, "UPDATE messages SET due = ?, attempt = attempt + 1, given = 1 WHERE number = ?", now+int64(q.o.Visibility), number); err != nil {
			return nil, err
		}
	}
	return out, nil
}
