package genesys

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// lateCommit is a user's edit that is stamped but not yet visible.
type lateCommit struct {
	edit  mocks.Edit
	stamp time.Time
	id    string // of the record it changes or makes
}

// Edit applies a user's change. Native names are the attribute's own or a
// custom field's; a phone number is what the user typed.
func (m *Mock) Edit(now time.Time, e mocks.Edit) (string, error) {
	m.Advance(now)
	m.follow()
	m, err := m.must(e.Object)
	if err != nil {
		return "", err
	}
	id := e.Record
	if id != "" {
		m = m.of(id)
	}
	var at content
	if id != "" {
		c, err := m.editable(id)
		if err != nil {
			return "", err
		}
		at = c.clone()
	}
	if err := m.fill(&at, e.Set); err != nil {
		return "", err
	}
	if id == "" {
		id = m.ids.UUID()
	}
	l := lateCommit{edit: e, stamp: now, id: id}
	if e.CommitAfter > 0 {
		m.late.Put(now.Add(e.CommitAfter), l)
	} else {
		m.commitEdit(l, now)
	}
	return id, nil
}

func (m *Mock) editable(id string) (*record, error) {
	c := m.store.byID[id]
	switch {
	case c == nil:
		return nil, fmt.Errorf("genesys: there is no %s %q", m.object.noun, id)
	case c.deleted:
		return nil, fmt.Errorf("genesys: the %s %q is deleted", m.object.noun, id)
	case c.mergedTo != nil:
		return nil, fmt.Errorf("genesys: the %s %q was merged into %q", m.object.noun, id, c.canonical().id)
	}
	return c, nil
}

// commitLate commits an edit that waited until now. A record that went away
// meanwhile takes the edit with it, as its row would. Now is what the clock
// shows: it may have been set since the edit was stamped.
func (m *Mock) commitLate(l lateCommit, now time.Time) {
	if l.edit.Record != "" {
		if _, err := m.editable(l.id); err != nil {
			return
		}
	}
	m.commitEdit(l, now)
}

func (m *Mock) commitEdit(l lateCommit, now time.Time) {
	c := m.store.byID[l.id]
	verb := trace.Update
	if c == nil {
		c = &record{id: l.id, created: l.stamp.Truncate(resolution)}
		verb = trace.Create
	}
	next := c.clone()
	// The values were checked when the edit was made.
	_ = m.fill(&next, l.edit.Set)
	next.schema = m.schema.version > 0 // the vendor's form always refers to the schema
	if l.edit.Version != nil {
		next.setSyncVersion(m.base, *l.edit.Version)
		next.versionNamed = true
	}
	m.commit(c, next, write{
		cause: l.edit.Cause, actor: actorOf(l.edit.Origin, l.edit.By), origin: l.edit.Origin, verb: verb,
		stamp: l.stamp, versionSet: next.versionNamed, bypass: l.edit.Bypass,
	}, now)
}

// fill applies native values in the order of their names.
func (m *Mock) fill(c *content, set map[string]any) error {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		i, known := m.schema.byBase[name]
		if !known || m.schema.slots[i].removed {
			return fmt.Errorf("genesys: the %s has no field %q", m.object.noun, name)
		}
		x := &m.schema.slots[i]
		v, err := typed(x, set[name])
		if err != nil {
			return err
		}
		value, bad := m.parse(x, i, v)
		if bad != nil {
			return fmt.Errorf("genesys: %s", bad.message)
		}
		c.set(value)
		c.versionNamed = c.versionNamed || int(i) == m.base.versionSlot
	}
	return nil
}

// typed turns what a user enters in a form into the JSON that the form sends.
// Text is taken for any type, as in a form.
func typed(x *slot, value any) (mocks.Member, error) {
	switch v := value.(type) {
	case nil:
		return mocks.Member{Kind: mocks.JSONNull}, nil
	case bool:
		return mocks.Member{Kind: mocks.JSONBool, Text: strconv.FormatBool(v)}, nil
	case int:
		return mocks.Member{Kind: mocks.JSONNumber, Text: strconv.Itoa(v)}, nil
	case int64:
		return mocks.Member{Kind: mocks.JSONNumber, Text: strconv.FormatInt(v, 10)}, nil
	case json.Number:
		return mocks.Member{Kind: mocks.JSONNumber, Text: v.String()}, nil
	case []string:
		return mocks.Member{Kind: mocks.JSONArray, Text: arrayText(v)}, nil
	case string:
		return typedText(x, v), nil
	}
	return mocks.Member{}, fmt.Errorf("genesys: the field %q cannot hold a %T", x.base, value)
}

func typedText(x *slot, v string) mocks.Member {
	kind := wanted(x.kind)
	switch {
	case v == "":
		return mocks.Member{Kind: mocks.JSONNull}
	case x.kind == kindPhone:
		return mocks.Member{Kind: kind, Text: `{"display":` + string(mocks.AppendString(nil, v)) + `}`}
	case x.kind == kindTags && v[0] != '[':
		return mocks.Member{Kind: kind, Text: arrayText(strings.Split(v, ";"))}
	case kind != mocks.JSONString:
		if read, err := mocks.ElementsIn(nil, "["+v+"]"); err == nil && len(read) == 1 {
			return read[0]
		}
	}
	return mocks.Member{Kind: mocks.JSONString, Text: v}
}

func arrayText(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	return tagsText(list)
}

// Save is a save without a change: modifyDate moves, nothing else does.
func (m *Mock) Save(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	return m.change(now, by, origin, id, cause, trace.Update)
}

// Remove deletes a record.
func (m *Mock) Remove(now time.Time, by string, origin mocks.Origin, id string, cause uint64) error {
	return m.change(now, by, origin, id, cause, trace.Delete)
}

func (m *Mock) change(now time.Time, by string, origin mocks.Origin, id string, cause uint64, verb string) error {
	m.Advance(now)
	m.follow()
	m = m.of(id)
	c, err := m.editable(id)
	if err != nil {
		return err
	}
	m.commit(c, c.clone(), write{
		cause: cause, actor: actorOf(origin, by), origin: origin, verb: verb, stamp: now,
	}, now)
	return nil
}

// Restore fails: the vendor cannot bring a deleted record back.
func (m *Mock) Restore(time.Time, string, mocks.Origin, string, uint64) error {
	return errors.New("genesys: a deleted contact cannot be restored")
}

// Merge makes loser part of winner: winner keeps its attributes and gains the
// loser's external ids, as far as they fit; loser shows where it went, and
// cannot be written any more.
func (m *Mock) Merge(now time.Time, by string, winner, loser string, cause uint64) error {
	m.Advance(now)
	m.follow()
	m = m.of(winner)
	if m.object.is != mocks.Contact {
		return errors.New("genesys: organizations cannot be merged")
	}
	into, err := m.editable(winner)
	if err != nil {
		return err
	}
	from, err := m.editable(loser)
	if err != nil {
		return err
	}
	if into == from {
		return fmt.Errorf("genesys: the contact %q cannot be merged into itself", winner)
	}
	w := write{cause: cause, actor: actorOf(mocks.Agent, by), origin: mocks.Agent, verb: trace.Merge, stamp: now, into: into}
	into.mergedFrom = append(into.mergedFrom, from)
	m.commit(from, from.clone(), w, now)

	next := into.clone()
	gained := 0
	for _, e := range from.external {
		if len(next.external) < externalsMax && !slices.Contains(next.external, e) {
			// In front: of several of one source the winner's own stays last.
			next.external = slices.Insert(next.external, gained, e)
			gained++
		}
	}
	w.verb, w.into = trace.Update, nil
	m.commit(into, next, w, now)
	return nil
}

// Seed lays a record as it stands before the run.
func (m *Mock) Seed(s mocks.Seed) (string, error) {
	m.follow()
	m, err := m.must(s.Object)
	if err != nil {
		return "", err
	}
	id := s.ID
	if id == "" {
		id = m.ids.UUID()
	}
	if m.of(id).store.byID[id] != nil {
		return "", fmt.Errorf("genesys: there already is a record %q", id)
	}
	next := content{schema: m.schema.version > 0}
	if err := m.fill(&next, s.Set); err != nil {
		return "", err
	}
	if s.Version != nil {
		next.setSyncVersion(m.base, *s.Version)
	}
	if s.External != "" {
		next.external = []externalID{{source: m.store.source, value: s.External}}
	}
	by := s.By
	if by == "" {
		by = trace.ActorSetup
	}
	c := &record{id: id, alias: s.Alias, created: s.Modified.Truncate(resolution)}
	m.commit(c, next, write{actor: by, verb: trace.Setup, stamp: s.Modified}, s.Modified)
	return id, nil
}
