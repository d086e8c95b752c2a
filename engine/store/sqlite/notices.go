package sqlite

import (
	"database/sql"
	"encoding/json"
	"maps"
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// noticesMax bounds how many notices one statement takes.
const noticesMax = 256

// notices are such that differ in nothing but their native ids, in the order in
// which they came. One statement takes them all, at a fraction of the cost.
type notices struct {
	side mapping.Side
	lane engine.Lane
	ids  []string
}

// takes reports whether a notice can join.
func (n *notices) takes(e engine.Enqueue) bool {
	if e.Hint != "" || e.Review != nil {
		return false
	}
	return len(n.ids) == 0 || len(n.ids) < noticesMax && n.side == e.Ref.Side && n.lane == e.Lane
}

func (n *notices) add(e engine.Enqueue) {
	n.side, n.lane = e.Ref.Side, e.Lane
	n.ids = append(n.ids, e.Ref.ID)
}

// noticed carries notices out and empties the run.
func (c *change) noticed(due engine.Instant, run *notices) error {
	ids := run.ids
	run.ids = ids[:0]
	if len(ids) < 2 {
		for _, id := range ids {
			if err := c.enqueue(due, engine.Enqueue{Ref: engine.Ref{Side: run.side, ID: id}, Lane: run.lane}); err != nil {
				return err
			}
		}
		return nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	leased, err := c.leasedKeys()
	if err != nil {
		return err
	}
	_, err = c.prepared.enqueueMany.ExecContext(c.ctx,
		sql.Named("side", run.side.String()), sql.Named("ids", string(list)), sql.Named("lane", int64(run.lane)),
		sql.Named("due", int64(due)), sql.Named("leased", leased))
	return err
}

// leasedKeys are the keys that are being worked on, as a JSON array.
func (c *change) leasedKeys() (string, error) {
	keys, err := json.Marshal(slices.AppendSeq([]string{}, maps.Keys(c.leases)))
	return string(keys), err
}
