package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// change carries operations out within a transaction.
type change struct {
	*Store
	ctx   context.Context
	ended map[string]lease // leases that it has ended
}

// undo takes back what the change did in memory.
func (c *change) undo() { maps.Copy(c.leases, c.ended) }

func (c *change) apply(now engine.Instant, op engine.StoreOp) error {
	switch op := op.(type) {
	case engine.Enqueue:
		return c.enqueue(now, op)
	case engine.EnqueueAll:
		return c.enqueueAll(now, op)
	case engine.Done:
		return c.done(op)
	case engine.Requeue:
		return c.requeue(op)
	case engine.PutRecord:
		return c.put(op.Record)
	case engine.Append:
		return c.append(&op.Entry)
	case engine.PutGate:
		return c.meta("gate."+op.Side.String(), op.Until)
	case engine.PutCursor:
		return c.meta(metaName("cursor", op.Side, op.Object), op.Cursor)
	case engine.PutDeletes:
		return c.meta("deletes", op)
	case engine.PutTold:
		return c.meta(metaName("told", op.Side, op.Object), op.Told)
	}
	return fmt.Errorf("the operation %T is unknown", op)
}

// metaName is that of a system's entry, for another object than the first with
// its name behind.
func metaName(what string, side mapping.Side, object string) string {
	name := what + "." + side.String()
	if object != "" {
		name += "." + object
	}
	return name
}

// applyAll carries batches out in their order. Notices that follow each other
// go in together: under load they are most of what there is.
func (c *change) applyAll(now engine.Instant, batches []engine.Batch) error {
	var run notices
	for _, b := range batches {
		for _, op := range b.Ops {
			if e, is := op.(engine.Enqueue); is && run.takes(e) {
				run.add(e)
				continue
			}
			if err := c.noticed(now, &run); err != nil {
				return err
			}
			if e, is := op.(engine.Enqueue); is && run.takes(e) {
				run.add(e)
			} else if err := c.apply(now, op); err != nil {
				return err
			}
		}
	}
	return c.noticed(now, &run)
}

// keyOf is the key that a reference leads to.
func (c *change) keyOf(ref engine.Ref) (string, error) {
	var key string
	err := c.prepared.keyOf.QueryRowContext(c.ctx, ref.Side.String(), ref.ID).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		return ref.String(), nil
	}
	return key, err
}

func (c *change) enqueue(due engine.Instant, op engine.Enqueue) error {
	key, err := c.keyOf(op.Ref)
	if err != nil {
		return err
	}
	_, leased := c.leases[key]
	_, err = c.prepared.enqueue.ExecContext(c.ctx,
		sql.Named("key", key), sql.Named("side", op.Ref.Side.String()), sql.Named("id", op.Ref.ID), sql.Named("hint", op.Hint),
		sql.Named("lane", int64(op.Lane)), sql.Named("due", int64(due)), sql.Named("leased", leased))
	if err != nil || op.Review == nil {
		return err
	}
	text, err := encode("a decision on "+key, op.Review)
	if err != nil {
		return err
	}
	_, err = c.prepared.review.ExecContext(c.ctx, sql.Named("review", text), sql.Named("key", key))
	return err
}

func (c *change) enqueueAll(now engine.Instant, op engine.EnqueueAll) error {
	leased, err := c.leasedKeys()
	if err != nil {
		return err
	}
	_, err = c.prepared.enqueueAll.ExecContext(c.ctx,
		sql.Named("lane", int64(op.Lane)), sql.Named("due", int64(now)), sql.Named("mass", op.Mass), sql.Named("failed", op.Failed),
		sql.Named("leased", leased))
	return err
}

func (c *change) done(op engine.Done) error {
	res, err := c.prepared.done.ExecContext(c.ctx, op.Key, int64(op.Generation))
	if err != nil {
		return err
	}
	removed, err := res.RowsAffected()
	if err != nil {
		return err
	}
	given, leased := c.end(op.Key)
	if removed > 0 || !leased {
		return nil
	}
	ref, err := scanRef(c.prepared.release.QueryRowContext(c.ctx, sql.Named("taken", given.taken), sql.Named("key", op.Key)))
	if err != nil {
		return err
	}
	return c.follow(op.Key, ref)
}

// end ends a lease.
func (c *change) end(key string) (given lease, leased bool) {
	given, leased = c.leases[key]
	if leased {
		c.ended[key] = given
		delete(c.leases, key)
	}
	return given, leased
}

func (c *change) requeue(op engine.Requeue) error {
	ref, err := scanRef(c.prepared.requeue.QueryRowContext(c.ctx,
		sql.Named("attempt", int64(op.Attempt)), sql.Named("lane", int64(op.Lane)), sql.Named("due", int64(op.Due)), sql.Named("key", op.Key)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	c.end(op.Key)
	return c.follow(op.Key, ref) // a record may have taken the reference meanwhile
}

func scanRef(row *sql.Row) (engine.Ref, error) {
	var name, id string
	if err := row.Scan(&name, &id); err != nil {
		return engine.Ref{}, err
	}
	side, err := sideOf(name)
	return engine.Ref{Side: side, ID: id}, err
}

// follow folds an entry into the key that its reference leads to now.
func (c *change) follow(key string, ref engine.Ref) error {
	into, err := c.keyOf(ref)
	if err != nil {
		return err
	}
	return c.fold(key, into)
}

// fold moves a waiting entry to the key that its reference leads to now.
func (c *change) fold(from, into string) error {
	if _, leased := c.leases[from]; leased || from == into {
		return nil
	}
	e, err := scanEntry(c.prepared.take.QueryRowContext(c.ctx, from))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	notice := engine.Enqueue{Ref: e.Ref, Lane: e.Lane, Hint: e.Hint, Review: e.Review}
	if err := c.enqueue(e.due, notice); err != nil {
		return err
	}
	for _, late := range e.Later { // whoever sent it waits for an answer
		if err := c.enqueue(e.due, engine.Enqueue{Ref: e.Ref, Lane: e.Lane, Review: late}); err != nil {
			return err
		}
	}
	return nil
}

// put stores a record, lets both ids lead to it, and folds queue entries of
// ids that had no record before into the record's own.
func (c *change) put(rec *engine.Record) error {
	text, err := encode("the record "+rec.Key, rec)
	if err != nil {
		return err
	}
	mass := rec.Flag != nil && rec.Flag.Mass > 0
	done, err := c.putAgain(rec, mass, text)
	if err != nil || done {
		return err
	}
	_, err = c.prepared.putRecord.ExecContext(c.ctx, rec.Key, rec.ID[mapping.CC], rec.ID[mapping.CRM], rec.Status.String(), mass, rec.Failure != nil, text)
	if err != nil {
		return err
	}
	for side, id := range rec.ID {
		if id == "" {
			continue
		}
		ref := engine.Ref{Side: mapping.Side(side), ID: id}
		if _, err := c.prepared.putRef.ExecContext(c.ctx, ref.Side.String(), ref.ID, rec.Key); err != nil {
			return err
		}
		if err := c.fold(ref.String(), rec.Key); err != nil {
			return err
		}
	}
	return nil
}

// putAgain stores a record of which only the content has changed, as most have.
func (c *change) putAgain(rec *engine.Record, mass bool, text string) (done bool, err error) {
	res, err := c.prepared.again.ExecContext(c.ctx,
		sql.Named("key", rec.Key), sql.Named("cc", rec.ID[mapping.CC]), sql.Named("crm", rec.ID[mapping.CRM]),
		sql.Named("status", rec.Status.String()), sql.Named("mass", mass), sql.Named("failed", rec.Failure != nil), sql.Named("record", text))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func (c *change) append(e *engine.LedgerEntry) error {
	text, err := encode(fmt.Sprintf("entry %d of %s", e.Number, e.Key), e)
	if err != nil {
		return err
	}
	_, err = c.prepared.ledger.ExecContext(c.ctx, e.Key, int64(e.Number), int64(e.At), e.Status.String(), e.Rule, text)
	return err
}

func (c *change) meta(name string, v any) error {
	text, err := encode(name, v)
	if err != nil {
		return err
	}
	_, err = c.prepared.meta.ExecContext(c.ctx, name, text)
	return err
}
