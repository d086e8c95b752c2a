package store

import (
	"fmt"
	"unicode/utf8"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// MaxText bounds keys, native ids and cursors, in bytes.
const MaxText = 16 << 10

// InvalidError is an operation that no store takes: the driver is at fault.
type InvalidError struct {
	Op   engine.StoreOp
	What string // what was found, and what was expected
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("a store cannot carry out %T: %s", e.Op, e.What)
}

// Validate refuses operations that name no record or side, or are too large.
func Validate(batches ...engine.Batch) error {
	for _, b := range batches {
		for _, op := range b.Ops {
			if what := fault(op); what != "" {
				return &InvalidError{Op: op, What: what}
			}
		}
	}
	return nil
}

// fault says what is wrong with an operation, "" if nothing is.
func fault(op engine.StoreOp) string {
	switch op := op.(type) {
	case engine.Enqueue:
		return first(sided(op.Ref.Side), named("the native id", op.Ref.ID), laned(op.Lane), bounded("the hint", op.Hint))
	case engine.EnqueueAll:
		return laned(op.Lane)
	case engine.Done:
		return named("the key", op.Key)
	case engine.Requeue:
		return first(named("the key", op.Key), laned(op.Lane))
	case engine.PutRecord:
		if op.Record == nil {
			return "there is no record"
		}
		return first(named("the key", op.Record.Key), bounded("a native id", op.Record.ID[0]), bounded("a native id", op.Record.ID[1]))
	case engine.Append:
		return named("the key", op.Entry.Key)
	case engine.PutGate:
		return sided(op.Side)
	case engine.PutCursor:
		return first(sided(op.Side), bounded("the cursor", string(op.Cursor)), bounded("the object", op.Object))
	case engine.PutDeletes:
		return ""
	case engine.PutTold:
		return first(sided(op.Side), bounded("the object", op.Object))
	}
	return "the operation is unknown"
}

func first(faults ...string) string {
	for _, f := range faults {
		if f != "" {
			return f
		}
	}
	return ""
}

func sided(s mapping.Side) string {
	if s > mapping.CRM {
		return fmt.Sprintf("side %d is neither of the two", s)
	}
	return ""
}

func laned(l engine.Lane) string {
	if l > engine.Backlog {
		return fmt.Sprintf("lane %d is neither of the two", l)
	}
	return ""
}

func named(what, text string) string {
	if text == "" {
		return what + " is empty"
	}
	return bounded(what, text)
}

func bounded(what, text string) string {
	if len(text) > MaxText {
		return fmt.Sprintf("%s has %d bytes, at most %d are allowed", what, len(text), MaxText)
	}
	if !utf8.ValidString(text) {
		return what + " is no UTF-8"
	}
	return ""
}
