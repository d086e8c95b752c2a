package salesforce

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

func formatInt(n int64) string { return strconv.FormatInt(n, 10) }

// lateCommit is an edit whose transaction is still open.
type lateCommit struct {
	record *record
	create bool
	write  write
}

// Edit applies what a user entered. A new record gets its id at once, even if
// it is committed late.
func (m *Mock) Edit(now time.Time, e mocks.Edit) (string, error) {
	m.Advance(now)
	defer m.publish(now)
	m, err := m.must(e.Object)
	if err != nil {
		return "", err
	}
	if e.Record != "" {
		m = m.of(e.Record)
	}
	set, err := m.entered(e.Set)
	if err != nil {
		return "", err
	}
	w := m.by(now, e.By, e.Origin, e.Cause)
	w.set, w.versionSet = set, e.Bypass
	if e.Version != nil {
		if m.version == nil {
			return "", fmt.Errorf("salesforce: the organisation has no version field to set")
		}
		w.versionSet = true
		w.set = append(w.set, assign{m.version, formatInt(*e.Version)})
	}
	r, create, err := m.target(e.Record, w.set)
	if err != nil {
		return "", err
	}
	before := r
	if create {
		before = nil
	}
	if bad := m.breaks(before, w.set, w.user); bad != nil {
		return "", fmt.Errorf("salesforce: %s: %s", bad.code, bad.message)
	}
	if err := m.forbidden(before, w.set); err != nil {
		return "", err
	}
	if e.CommitAfter > 0 {
		m.late.Put(now.Add(e.CommitAfter), lateCommit{r, create, w})
		return r.id, nil
	}
	m.commit(r, create, &w)
	return r.id, nil
}

// entered checks a user's fields, in sorted order of their names. Users know
// fields by the names they were made with, whatever drift calls them since.
func (m *Mock) entered(fields map[string]any) ([]assign, error) {
	set := make([]assign, 0, len(fields)+1)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		i := slices.IndexFunc(m.schema.columns, func(c *column) bool { return c.base == name })
		if i < 0 {
			return nil, fmt.Errorf("salesforce: field %s: %s has no such field", name, m.object.name)
		}
		c := m.schema.columns[i]
		if c.readOnly {
			return nil, fmt.Errorf("salesforce: field %s: it is read-only", name)
		}
		text, err := c.typed(fields[name])
		if err != nil {
			return nil, err
		}
		set = append(set, assign{c, text})
	}
	return set, nil
}

// target is the record that an edit changes, or a new one.
func (m *Mock) target(id string, set []assign) (r *record, create bool, err error) {
	if id != "" {
		r, err = m.stored(id)
		return r, false, err
	}
	if missing := m.missing(set); missing != nil {
		return nil, false, fmt.Errorf("salesforce: %s: %s", missing.code, missing.message)
	}
	return m.fresh(m.ids.Salesforce(m.object.prefix)), true, nil
}

// missing is the refusal of a new record without its required fields, all of
// which it names (S).
func (m *Mock) missing(set []assign) *apiError {
	var names []string
	for _, c := range m.schema.columns {
		has := func(a assign) bool { return a.column.slot == c.slot && a.text != "" }
		if c.required && !c.gone && c.initial == "" && !slices.ContainsFunc(set, has) {
			names = append(names, c.name)
		}
	}
	if names == nil {
		return nil
	}
	return errRequired(names...)
}

func (m *Mock) stored(id string) (*record, error) {
	r := m.store.byID[id]
	if r == nil || r.deleted {
		return nil, fmt.Errorf("salesforce: no %s %s", m.object.is, id)
	}
	return r, nil
}

func (m *Mock) by(now time.Time, by string, origin mocks.Origin, cause uint64) write {
	return write{stamp: now, actor: mocks.ActorOf(origin, by), origin: origin, user: UserID(by), cause: cause}
}

func (m *Mock) commit(r *record, create bool, w *write) {
	if create {
		m.create(r, w, trace.Create)
	} else {
		m.update(r, w)
	}
}

// commitLate makes a long transaction visible. A stamp never goes back: the
// row lock of a real database would have let the others wait.
func (m *Mock) commitLate(l lateCommit) {
	if l.record.deleted {
		return // the row is gone, the transaction rolls back
	}
	if latest := time.Unix(l.record.modstamp, 0); !l.create && l.write.stamp.Before(latest) {
		l.write.stamp = latest
	}
	m.commit(l.record, l.create, &l.write)
}

// Save is a save without a change.
func (m *Mock) Save(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	m.Advance(now)
	defer m.publish(now)
	m = m.of(id)
	r, err := m.stored(id)
	if err != nil {
		return err
	}
	w := m.by(now, by, origin, cause)
	m.update(r, &w)
	return nil
}

// Remove puts a record into the recycle bin.
func (m *Mock) Remove(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	m.Advance(now)
	defer m.publish(now)
	m = m.of(id)
	r, err := m.stored(id)
	if err != nil {
		return err
	}
	w := m.by(now, by, origin, cause)
	m.remove(r, &w, "")
	return nil
}

// Restore takes a record out of the recycle bin; one that was merged away has
// no way back.
func (m *Mock) Restore(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	m.Advance(now)
	defer m.publish(now)
	m = m.of(id)
	r := m.store.byID[id]
	if r == nil || !r.deleted || r.master != "" {
		return fmt.Errorf("salesforce: no %s %s in the recycle bin", m.object.is, id)
	}
	w := m.by(now, by, origin, cause)
	m.undelete(r, &w)
	return nil
}

// Merge keeps the winner's values and deletes the loser, whose MasterRecordId
// then names the winner (M). The winner is saved in the same transaction.
func (m *Mock) Merge(now time.Time, by string, winner, loser string, cause uint64) error {
	m.Advance(now)
	defer m.publish(now)
	m = m.of(winner)
	survivor, err := m.stored(winner)
	if err != nil {
		return err
	}
	other, err := m.stored(loser)
	if err != nil {
		return err
	}
	if survivor == other {
		return fmt.Errorf("salesforce: %s %s cannot be merged with itself", m.object.is, winner)
	}
	w := m.by(now, by, mocks.User, cause)
	w.cause = m.remove(other, &w, survivor.id)
	m.update(survivor, &w)
	return nil
}

// Seed lays a record as it stands before the run: neither trigger nor rule
// runs, and values are stored as they come through the API.
func (m *Mock) Seed(s mocks.Seed) (string, error) {
	m, err := m.must(s.Object)
	if err != nil {
		return "", err
	}
	m.refresh()
	id := s.ID
	if id == "" {
		id = m.ids.Salesforce(m.object.prefix)
	}
	if full, ok := canonicalID(id); !ok || m.of(id).store.byID[full] != nil {
		return "", fmt.Errorf("salesforce: id %s is malformed or taken", id)
	}
	r := m.fresh(id)
	r.alias = s.Alias
	w := write{stamp: s.Modified, actor: trace.ActorSetup, user: UserID(cmp.Or(s.By, trace.ActorSetup)), versionSet: true}
	for _, name := range slices.Sorted(maps.Keys(s.Set)) {
		c := m.made.named(name)
		if c == nil || c.system != plain {
			return "", fmt.Errorf("salesforce: field %s: %s has no such field", name, m.object.name)
		}
		text, err := c.laid(s.Set[name])
		if err != nil {
			return "", err
		}
		w.set = append(w.set, assign{c, text})
	}
	if s.Version != nil && m.version != nil {
		w.set = append(w.set, assign{m.version, formatInt(*s.Version)})
	}
	if s.External != "" && m.external != nil {
		w.set = append(w.set, assign{m.external, s.External})
	}
	m.create(r, &w, trace.Setup)
	return id, nil
}

func (m *Mock) snapshot(r *record) mocks.Snapshot {
	s := mocks.Snapshot{
		ID: r.id, Object: m.object.is, Alias: r.alias, External: r.externalID(m), Version: r.number(m.version),
		Deleted: r.deleted, MergedTo: r.master, Modified: time.Unix(r.modified, 0).UTC(),
		Fields: make(map[string]string),
	}
	for _, c := range m.made.columns {
		if c.system == plain && r.values[c.slot] != "" {
			s.Fields[c.base] = r.values[c.slot]
		}
	}
	return s
}
