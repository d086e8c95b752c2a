package restcrm

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

// Edit applies what a user entered. A new record gets its id at once, even
// if it is committed late.
func (m *Mock) Edit(now time.Time, e mocks.Edit) (string, error) {
	m.Advance(now)
	part, err := m.must(e.Object)
	if err != nil {
		return "", err
	}
	if e.Record != "" {
		part = m.of(e.Record)
	}
	return part.edit(now, &e)
}

func (m *Mock) edit(now time.Time, e *mocks.Edit) (string, error) {
	w := m.by(now, e.By, e.Origin, e.Cause)
	w.versionSet = e.Bypass
	var err error
	if w.set, err = m.entered(m.schema, e.Set, false); err != nil {
		return "", err
	}
	if e.Version != nil {
		if m.version == nil {
			return "", errors.New("restcrm: the tenant has no version field to set")
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

// entered checks fields in sorted order of their names. Users know fields by
// the names they were made with, whatever drift calls them since.
func (m *Mock) entered(s *schema, fields map[string]any, laid bool) ([]assign, error) {
	set := make([]assign, 0, len(fields)+2)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		i := slices.IndexFunc(s.properties, func(p *property) bool { return p.base == name })
		if i < 0 || s.properties[i].system != plain {
			return nil, fmt.Errorf("restcrm: field %s: %s has no such field to set", name, m.object.withArticle())
		}
		p := s.properties[i]
		if p.readOnly && !laid {
			return nil, fmt.Errorf("restcrm: field %s: it is read-only", name)
		}
		text, err := p.typed(fields[name])
		if err != nil {
			return nil, err
		}
		set = append(set, assign{p, text})
	}
	return set, nil
}

// target is the record that an edit changes, or a new one.
func (m *Mock) target(id string, set []assign) (c *record, create bool, err error) {
	if id != "" {
		if c, err = m.stored(id); err != nil {
			return nil, false, err
		}
	} else {
		if bad := m.missing(set); bad != nil {
			return nil, false, fmt.Errorf("restcrm: %s", bad.detail)
		}
		c, create = m.fresh(m.ids.UUID()), true
	}
	if bad := m.taken(c, set); bad != nil {
		return nil, false, fmt.Errorf("restcrm: %s", bad.detail)
	}
	return c, create, nil
}

func (m *Mock) stored(id string) (*record, error) {
	c := m.store.byID[id]
	if c == nil || c.deleted {
		return nil, fmt.Errorf("restcrm: no %s %s", m.object.name, id)
	}
	return c, nil
}

func (m *Mock) by(now time.Time, by string, origin mocks.Origin, cause uint64) write {
	return write{stamp: now, actor: mocks.ActorOf(origin, by), origin: origin, by: by, cause: cause}
}

// commitLate makes a long transaction visible: stamped when it began, but in
// the feed where it ends. A stamp never goes back: the row lock of a real
// database would have let the others wait.
func (m *Mock) commitLate(l lateCommit) {
	if l.record.deleted || m.taken(l.record, l.write.set) != nil {
		return // the transaction rolls back
	}
	if latest := time.UnixMilli(l.record.updated); !l.create && l.write.stamp.Before(latest) {
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

// Remove soft-deletes a record.
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

// Restore brings a deleted record back.
func (m *Mock) Restore(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	m.Advance(now)
	m = m.of(id)
	c := m.store.byID[id]
	if c == nil || !c.deleted {
		return fmt.Errorf("restcrm: no deleted %s %s", m.object.name, id)
	}
	w := m.by(now, by, origin, cause)
	if bad := m.restore(c, &w); bad != nil {
		return fmt.Errorf("restcrm: %s", bad.detail)
	}
	return nil
}

// Merge is not offered by this system.
func (m *Mock) Merge(_ time.Time, _, winner, _ string, _ uint64) error {
	return errors.New("restcrm: this system cannot merge " + m.of(winner).object.plural)
}

// lay is Seed for a record of this object.
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
		return fmt.Errorf("restcrm: %s", bad.detail)
	}
	m.save(c, true, &write{
		set: set, stamp: s.Modified, actor: trace.ActorSetup, by: cmp.Or(s.By, trace.ActorSetup), versionSet: true,
	})
	return nil
}

func (m *Mock) snapshot(c *record) mocks.Snapshot {
	s := mocks.Snapshot{
		ID: c.id, Object: m.object.is, Alias: c.alias, External: m.externalOf(c), Version: c.number(m.version),
		Deleted: c.deleted, Modified: time.UnixMilli(c.updated).UTC(), Fields: make(map[string]string),
	}
	for _, p := range m.made.properties {
		if p.system == plain && c.values[p.slot] != "" {
			s.Fields[p.base] = c.values[p.slot]
		}
	}
	return s
}
