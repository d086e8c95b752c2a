package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strings"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store/sqlfile"
)

// Reopen begins a life of the engine. The statements touch only the rows that
// a wrong clock or a fresh notice during a lease has left.
func (s *Store) Reopen(ctx context.Context, now, latest engine.Instant) (engine.Meta, error) {
	var meta engine.Meta
	before := maps.Clone(s.leases)
	err := s.file.Write(ctx, sqlfile.Job{
		Do: func(ctx context.Context, c *sql.Conn) error {
			before = maps.Clone(s.leases)
			for _, step := range []struct {
				text string
				args []any
			}{
				{"UPDATE queue SET lane = 0, fresher = 0 WHERE fresher", nil},
				{"UPDATE queue SET due = :now WHERE lane IN (0, 1) AND due > :now AND NOT delayed", []any{sql.Named("now", int64(now))}},
				{"UPDATE queue SET due = :latest WHERE lane IN (0, 1) AND due > :latest AND delayed", []any{sql.Named("latest", int64(latest))}},
			} {
				if _, err := c.ExecContext(ctx, step.text, step.args...); err != nil {
					return err
				}
			}
			var err error
			if meta, err = readMeta(ctx, c); err != nil {
				return err
			}
			if err := s.cut(ctx, &meta, latest); err != nil {
				return err
			}
			clear(s.leases)
			return nil
		},
		Undo: func() { maps.Copy(s.leases, before) },
	})
	return meta, err
}

// cut bounds pauses that a wrong clock made absurd.
func (s *Store) cut(ctx context.Context, meta *engine.Meta, latest engine.Instant) error {
	c := &change{Store: s, ctx: ctx}
	for side, until := range meta.Gates {
		if until > latest {
			meta.Gates[side] = latest
			if err := c.meta("gate."+mapping.Side(side).String(), latest); err != nil {
				return err
			}
		}
	}
	return nil
}

// readMeta reads what the core needs of the disk when it starts.
func readMeta(ctx context.Context, q sqlfile.Querier) (engine.Meta, error) {
	var meta engine.Meta
	rows, err := q.QueryContext(ctx, "SELECT name, value FROM meta")
	if err != nil {
		return meta, err
	}
	defer rows.Close() // rows.Err says what there is to say
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return meta, err
		}
		if err := setMeta(&meta, name, value); err != nil {
			return meta, err
		}
	}
	return meta, rows.Err()
}

func setMeta(meta *engine.Meta, name, value string) error {
	if name == "deletes" {
		return decode(name, value, &meta.Deletes)
	}
	what, of, _ := strings.Cut(name, ".")
	of, object, _ := strings.Cut(of, ".")
	side, err := sideOf(of)
	if err != nil {
		return fmt.Errorf("meta %s: %w", name, err)
	}
	switch what {
	case "gate":
		return decode(name, value, &meta.Gates[side])
	case "cursor":
		var cursor adapter.Cursor
		err := decode(name, value, &cursor)
		engine.PutCursor{Side: side, Cursor: cursor, Object: object}.Into(meta)
		return err
	case "told":
		var told engine.Told
		err := decode(name, value, &told)
		engine.PutTold{Side: side, Told: told, Object: object}.Into(meta)
		return err
	}
	return fmt.Errorf("meta %s is unknown", name)
}
