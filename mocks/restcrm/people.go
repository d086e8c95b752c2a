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

// Edit applies what a user entered. A new contact gets its id at once, even
// if it is committed late.
func (m *Mock) Edit(now time.Time, e mocks.Edit) (string, error) {
	m.Advance(now)
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
			return nil, fmt.Errorf("restcrm: field %s: a contact has no such field to set", name)
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

// target is the contact that an edit changes, or a new one.
func (m *Mock) target(id string, set []assign) (c *contact, create bool, err error) {
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

func (m *Mock) stored(id string) (*contact, error) {
	c := m.store.byID[id]
	if c == nil || c.deleted {
		return nil, fmt.Errorf("restcrm: no contact %s", id)
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
	if l.contact.deleted || m.taken(l.contact, l.write.set) != nil {
		return // the transaction rolls back
	}
	if latest := time.UnixMilli(l.contact.updated); !l.create && l.write.stamp.Before(latest) {
		l.write.stamp = latest
	}
	m.save(l.contact, l.create, &l.write)
}

// Save is a save without a change.
func (m *Mock) Save(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	m.Advance(now)
	c, err := m.stored(id)
	if err != nil {
		return err
	}
	w := m.by(now, by, origin, cause)
	m.save(c, false, &w)
	return nil
}

// Remove soft-deletes a contact.
func (m *Mock) Remove(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	m.Advance(now)
	c, err := m.stored(id)
	if err != nil {
		return err
	}
	w := m.by(now, by, origin, cause)
	m.remove(c, &w)
	return nil
}

// Restore brings a deleted contact back.
func (m *Mock) Restore(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	m.Advance(now)
	c := m.store.byID[id]
	if c == nil || !c.deleted {
		return fmt.Errorf("restcrm: no deleted contact %s", id)
	}
	w := m.by(now, by, origin, cause)
	if bad := m.restore(c, &w); bad != nil {
		return fmt.Errorf("restcrm: %s", bad.detail)
	}
	return nil
}

// Merge is not offered by this system.
func (m *Mock) Merge(time.Time, string, string, string, uint64) error {
	return errors.New("restcrm: this system cannot merge contacts")
}

// Seed lays a contact as it stands before the run: no trigger runs.
func (m *Mock) Seed(s mocks.Seed) (string, error) {
	m.refresh()
	id := cmp.Or(s.ID, m.ids.UUID())
	if m.store.byID[id] != nil {
		return "", fmt.Errorf("restcrm: id %s is taken", id)
	}
	set, err := m.entered(m.made, s.Set, true)
	if err != nil {
		return "", err
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
		return "", fmt.Errorf("restcrm: %s", bad.detail)
	}
	m.save(c, true, &write{
		set: set, stamp: s.Modified, actor: trace.ActorSetup, by: cmp.Or(s.By, trace.ActorSetup), versionSet: true,
	})
	return id, nil
}

// Peek returns a contact's stored state.
func (m *Mock) Peek(id string) (mocks.Snapshot, bool) {
	c := m.store.byID[id]
	if c == nil {
		return mocks.Snapshot{}, false
	}
	return m.snapshot(c), true
}

// Each calls f for every stored contact in the order in which they were made,
// deleted ones included.
func (m *Mock) Each(f func(mocks.Snapshot) bool) {
	for _, c := range m.store.order {
		if !f(m.snapshot(c)) {
			return
		}
	}
}

func (m *Mock) snapshot(c *contact) mocks.Snapshot {
	s := mocks.Snapshot{
		ID: c.id, Alias: c.alias, External: m.externalOf(c), Version: c.number(m.version),
		Deleted: c.deleted, Modified: time.UnixMilli(c.updated).UTC(), Fields: make(map[string]string),
	}
	for _, p := range m.made.properties {
		if p.system == plain && c.values[p.slot] != "" {
			s.Fields[p.base] = c.values[p.slot]
		}
	}
	return s
}
