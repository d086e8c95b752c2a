package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/syncproof/syncproof/engine/queue"
)

// delivery is the condition that a row is still what a receipt stands for.
const delivery = " WHERE number = :number AND attempt = :attempt AND given"

func receipt(number uint64, attempt int) queue.Receipt {
	return queue.Receipt(fmt.Sprintf("%d.%d", number, attempt))
}

// rowOf are the parameters of delivery that a receipt stands for.
func rowOf(r queue.Receipt) ([]any, error) {
	var number uint64
	var attempt int
	if n, err := fmt.Sscanf(string(r), "%d.%d", &number, &attempt); n != 2 || err != nil {
		return nil, fmt.Errorf("%q is no receipt of this queue", r)
	}
	return []any{sql.Named("number", number), sql.Named("attempt", attempt)}, nil
}

// settle changes the row of a delivery.
func (q *Queue) settle(ctx context.Context, r queue.Receipt, statement string, args ...any) error {
	row, err := rowOf(r)
	if err != nil {
		return err
	}
	args = append(args, row...)
	return q.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		res, err := c.ExecContext(ctx, statement+delivery, args...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			err = queue.ErrExpired
		}
		return err
	})
}

// Ack removes what was received.
func (q *Queue) Ack(ctx context.Context, r queue.Receipt) error {
	return q.settle(ctx, r, "DELETE FROM messages")
}

// Retry gives a message back, to come again after a delay.
func (q *Queue) Retry(ctx context.Context, r queue.Receipt, after time.Duration) error {
	err := q.settle(ctx, r, "UPDATE messages SET given = 0, due = :due", sql.Named("due", q.now()+int64(max(after, 0))))
	if err == nil {
		q.wake()
	}
	return err
}

// Bury sets a message apart.
func (q *Queue) Bury(ctx context.Context, r queue.Receipt, why string) error {
	row, err := rowOf(r)
	if err != nil {
		return err
	}
	return q.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		res, err := c.ExecContext(ctx, "INSERT INTO dead (key, lane, attempt, at, why, body) SELECT key, lane, attempt, :at, :why, body FROM messages"+delivery,
			append(row[:2:2], sql.Named("at", q.now()), sql.Named("why", why))...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			err = queue.ErrExpired
		}
		if err == nil {
			_, err = c.ExecContext(ctx, "DELETE FROM messages"+delivery, row...)
		}
		return err
	})
}

// Buried lists dead letters in the order of their numbers, after one.
func (q *Queue) Buried(ctx context.Context, after uint64, limit int) (out []queue.DeadLetter, err error) {
	rows, err := q.file.Reader().QueryContext(ctx, "SELECT number, key, lane, attempt, at, why, body FROM dead WHERE number > ? ORDER BY number LIMIT ?", after, max(limit, 0))
	if err != nil {
		return nil, q.file.Judge(err)
	}
	defer func() { err = q.file.Judge(errors.Join(err, rows.Close())) }()
	for rows.Next() {
		var d queue.DeadLetter
		var at int64
		if err := rows.Scan(&d.Number, &d.Message.Key, &d.Message.Lane, &d.Attempt, &at, &d.Why, &d.Message.Body); err != nil {
			return nil, err
		}
		d.At = time.Unix(0, at).UTC()
		out = append(out, d)
	}
	return out, rows.Err()
}

// Revive puts a dead letter back into the queue, as if it were new.
func (q *Queue) Revive(ctx context.Context, number uint64) error {
	err := q.write(ctx, func(ctx context.Context, c *sql.Conn) error {
		res, err := c.ExecContext(ctx, "INSERT INTO messages (key, lane, due, attempt, given, body) SELECT key, lane, ?, 0, 0, body FROM dead WHERE number = ?", q.now(), number)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			err = fmt.Errorf("there is no dead letter %d", number)
		}
		if err == nil {
			_, err = c.ExecContext(ctx, "DELETE FROM dead WHERE number = ?", number)
		}
		return err
	})
	if err == nil {
		q.wake()
	}
	return err
}
