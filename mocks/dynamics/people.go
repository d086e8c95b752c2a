package dynamics

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

func formatInt(n int64) string { return strconv.FormatInt(n, 10) }

// Edit applies what a user entered. A new record gets its id at once, even if
// it is committed late.
func (m *Mock) Edit(now time.Time, e mocks.Edit) (string, error) {
	m.Advance(now)
	m, err := m.must(e.Object)
	if err != nil {
		return "", err
	}
	if e.Record != "" {
		m = m.of(e.Record)
	}
	w := m.by(now, e.By, e.Origin, e.Cause)
	w.versionSet = e.Bypass
	if w.set, err = m.entered(m.schema, e.Set, false); err != nil {
		return "", err
	}
	if e.Version != nil {
		if m.version == nil {
			return "", errors.New("dynamics: the organisation has no version column to set")
		}
		w.versionSet = true
		w.set = append(w.set, assign{m.version, formatInt(*e.Version)})
	}
	c, create, err := m.target(e.Record, w.set)
	if err != nil {
		return "", err
	}
	if e.CommitAfter > 0 {
		m.late.Put(now.Add(e.CommitAfter), lateCommit{c, create, w})
		return c.id, nil
	}
	m.save(c, create, &w)
	return c.id, nil
}

// entered checks columns in sorted order of their names. Users know them by
// the names they were made with, whatever drift calls them since.
func (m *Mock) entered(s *schema, fields map[string]any, laid bool) ([]assign, error) {
	set := make([]assign, 0, len(fields)+2)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		i := slices.IndexFunc(s.columns, func(c *column) bool { return c.base == name })
		if i < 0 || s.columns[i].system != plain {
			return nil, fmt.Errorf("dynamics: field %s: the table %s has no such column to set", name, m.object.name)
		}
		c := s.columns[i]
		if c.readOnly && !laid {
			return nil, fmt.Errorf("dynamics: field %s: it is read-only", name)
		}
		text, err := c.typed(fields[name])
		if err != nil {
			return nil, err
		}
		set = append(set, assign{c, text})
	}
	return set, nil
}

// target is the record that an edit changes, or a new one, which the form
// does not save without what it demands.
func (m *Mock) target(id string, set []assign) (c *record, create bool, err error) {
	if id != "" {
		if c, err = m.stored(id); err != nil {
			return nil, false, err
		}
	} else {
		for _, col := range m.schema.columns {
			has := func(a assign) bool { return a.column.slot == col.slot }
			if col.level == levelApplication && !col.gone && !slices.ContainsFunc(set, has) {
				return nil, false, fmt.Errorf("dynamics: field %s: the form demands it", col.base)
			}
		}
		c, create = m.fresh(m.ids.UUID()), true
	}
	if bad := m.taken(c, set); bad != nil {
		return nil, false, fmt.Errorf("dynamics: %s", bad.message)
	}
	return c, create, nil
}

func (m *Mock) stored(id string) (*record, error) {
	c := m.store.byID[id]
	if c == nil || c.deleted {
		return nil, fmt.Errorf("dynamics: no %s %s", m.object.name, id)
	}
	return c, nil
}

func (m *Mock) by(now time.Time, by string, origin mocks.Origin, cause uint64) write {
	return write{now: now, stamp: now, actor: mocks.ActorOf(origin, by), origin: origin, by: by, cause: cause}
}

// commitLate makes a long transaction visible: stamped when it began, but with
// the row version of its end. A stamp never goes back: the row lock of a real
// database would have let the others wait.
func (m *Mock) commitLate(now time.Time, l lateCommit) {
	if l.record.deleted || m.taken(l.record, l.write.set) != nil {
		return // the transaction rolls back
	}
	l.write.now = now
	if latest := time.Unix(l.record.modified, 0); !l.create && l.write.stamp.Before(latest) {
		l.write.stamp = latest
	}
	m.save(l.record, l.create, &l.write)
}

// Save is a save without a change.
func (m *Mock) Save(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	m.Advance(now)
	m = m.of(id)
	c, err := m.stored(id)
	if err != nil {
		return err
	}
	w := m.by(now, by, origin, cause)
	m.save(c, false, &w)
	return nil
}

// Remove deletes a record.
func (m *Mock) Remove(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	m.Advance(now)
	m = m.of(id)
	c, err := m.stored(id)
	if err != nil {
		return err
	}
	w := m.by(now, by, origin, cause)
	m.remove(c, &w)
	return nil
}

// Restore takes a deleted record out of the recycle bin (S: the message
// Restore; that the id stays: 2).
func (m *Mock) Restore(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	m.Advance(now)
	m = m.of(id)
	c := m.store.byID[id]
	if c == nil || !c.deleted {
		return fmt.Errorf("dynamics: no deleted %s %s", m.object.name, id)
	}
	w := m.by(now, by, origin, cause)
	if bad := m.restore(c, &w); bad != nil {
		return fmt.Errorf("dynamics: %s", bad.message)
	}
	return nil
}

// Merge deactivates the loser and points it at the winner (S: the message
// Merge). It is not deleted, but its alternate key no longer finds it.
func (m *Mock) Merge(now time.Time, by string, winner, loser string, cause uint64) error {
	m.Advance(now)
	m = m.of(winner)
	survivor, err := m.stored(winner)
	if err != nil {
		return err
	}
	other, err := m.stored(loser)
	switch {
	case err != nil:
		return err
	case survivor == other:
		return fmt.Errorf("dynamics: %s %s cannot be merged with itself", m.object.name, winner)
	case survivor.master != "" || other.master != "":
		return fmt.Errorf("dynamics: %s %s or %s is merged already", m.object.name, winner, loser)
	}
	w := m.by(now, by, mocks.User, cause)
	other.master = survivor.id
	w.cause = m.commit(other, &w, trace.Merge, other.number(m.version), nil)
	m.save(survivor, false, &w)
	return nil
}

// lay is Seed for a record of this table.
func (m *Mock) lay(id string, s mocks.Seed) error {
	set, err := m.entered(m.made, s.Set, true)
	if err != nil {
		return err
	}
	if s.Version != nil && m.version != nil {
		set = append(set, assign{m.version, formatInt(*s.Version)})
	}
	if s.External != "" && m.external != nil {
		set = append(set, assign{m.external, s.External})
	}
	c := m.fresh(id)
	c.alias = s.Alias
	if bad := m.taken(c, set); bad != nil {
		return fmt.Errorf("dynamics: %s", bad.message)
	}
	m.save(c, true, &write{
		set: set, now: s.Modified, stamp: s.Modified, actor: trace.ActorSetup, by: cmp.Or(s.By, trace.ActorSetup), versionSet: true,
	})
	return nil
}

func (m *Mock) snapshot(c *record) mocks.Snapshot {
	s := mocks.Snapshot{
		ID: c.id, Object: m.object.is, Alias: c.alias, External: m.keyOf(c), Version: c.number(m.version),
		Deleted: c.deleted, MergedTo: c.master, Modified: time.Unix(c.modified, 0).UTC(), Fields: make(map[string]string),
	}
	for _, col := range m.made.columns {
		if col.system == plain && c.values[col.slot] != "" {
			s.Fields[col.base] = c.values[col.slot]
		}
	}
	return s
}
