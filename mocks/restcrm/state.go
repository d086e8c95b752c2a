package restcrm

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// state is a tenant as a snapshot holds it. Properties go by the names with
// which the schema was made.
type state struct {
	IDs      *mocks.IDs                 `json:"ids"`
	Tokens   *mocks.Tokens              `json:"tokens"`
	Limits   *mocks.Limiter             `json:"limits"`
	Gap      int                        `json:"gap"`
	GapOpen  bool                       `json:"gap_open"`
	Sequence uint64                     `json:"sequence"`
	Contacts []contactState             `json:"contacts"`
	Late     []mocks.Waiting[lateState] `json:"late"`
	Added    []addedState               `json:"added,omitempty"`
}

// addedState is a field that a client added to the schema.
type addedState struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"`
	Length int      `json:"length"`
	Values []string `json:"values,omitempty"`
	Filled bool     `json:"filled,omitempty"`
}

type contactState struct {
	ID        string            `json:"id"`
	Alias     string            `json:"alias,omitempty"`
	Values    map[string]string `json:"values"`
	Created   int64             `json:"created"`
	Updated   int64             `json:"updated"`
	UpdatedBy string            `json:"updated_by"`
	Deleted   bool              `json:"deleted,omitempty"`
	Sequence  uint64            `json:"sequence"`
	Gap       int               `json:"gap,omitempty"`
}

type lateState struct {
	Contact    contactState    `json:"contact"` // of a new contact all that is there
	Create     bool            `json:"create,omitempty"`
	Set        []propertyState `json:"set"`
	Stamp      time.Time       `json:"stamp"`
	Actor      string          `json:"actor"`
	Origin     mocks.Origin    `json:"origin"`
	By         string          `json:"by"`
	VersionSet bool            `json:"version_set,omitempty"`
}

type propertyState struct {
	Property string `json:"property"`
	Text     string `json:"text"`
}

var _ mocks.Stateful = (*Mock)(nil)

// State is the tenant as JSON.
func (m *Mock) State() ([]byte, error) {
	s := state{
		IDs: &m.ids, Tokens: &m.tokens, Limits: &m.limits, Gap: m.gap, GapOpen: m.gapOpen, Sequence: m.store.sequence,
		Contacts: make([]contactState, len(m.store.order)),
	}
	for i, c := range m.store.order {
		s.Contacts[i] = m.contactState(c)
	}
	for _, p := range m.made.properties {
		if p.added {
			s.Added = append(s.Added, addedState{p.base, p.kind.String(), p.length, p.values, p.filled})
		}
	}
	for _, l := range m.late.All() {
		w := &l.Value.write
		late := lateState{
			Contact: m.contactState(l.Value.contact), Create: l.Value.create, Stamp: w.stamp,
			Actor: w.actor, Origin: w.origin, By: w.by, VersionSet: w.versionSet,
		}
		for _, a := range w.set {
			late.Set = append(late.Set, propertyState{a.property.base, a.text})
		}
		s.Late = append(s.Late, mocks.Waiting[lateState]{At: l.At, Value: late})
	}
	return json.Marshal(&s)
}

func (m *Mock) contactState(c *contact) contactState {
	out := contactState{
		ID: c.id, Alias: c.alias, Values: map[string]string{}, Created: c.created, Updated: c.updated, UpdatedBy: c.updatedBy,
		Deleted: c.deleted, Sequence: c.sequence, Gap: c.gap,
	}
	for _, p := range m.made.properties {
		if p.system == plain && c.values[p.slot] != "" {
			out.Values[p.base] = c.values[p.slot]
		}
	}
	return out
}

// SetState replaces the tenant by that of a snapshot.
func (m *Mock) SetState(text []byte) error {
	s := state{IDs: &m.ids, Tokens: &m.tokens, Limits: &m.limits}
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	m.gap, m.gapOpen = s.Gap, s.GapOpen
	m.store, m.late = newStore(), mocks.Due[lateCommit]{}
	if err := m.addAgain(s.Added); err != nil {
		return err
	}
	m.store.sequence = s.Sequence
	for i := range s.Contacts {
		c, err := m.restored(&s.Contacts[i])
		if err != nil {
			return err
		}
		m.store.add(c)
		if external := m.externalOf(c); external != "" && !c.deleted {
			m.store.byExternal[external] = c
		}
		m.store.feed = append(m.store.feed, entry{c.sequence, c})
	}
	slices.SortFunc(m.store.feed, func(a, b entry) int { return cmp.Compare(a.sequence, b.sequence) })
	for i := range s.Late {
		if err := m.wait(&s.Late[i]); err != nil {
			return err
		}
	}
	return nil
}

// addAgain gives the tenant the schema of its configuration and what a
// snapshot adds to it.
func (m *Mock) addAgain(added []addedState) error {
	made, err := newSchema(m.config)
	if err != nil {
		return err
	}
	m.made, m.schema = made, made.drifted(m.drift, m.revoked, made.revision)
	m.version, m.external = made.byName[m.config.VersionField], made.byName[m.config.ExternalField]
	for _, a := range added {
		p, bad := asked(mocks.Field{Name: a.Name, Type: a.Type, Length: a.Length, Values: a.Values}, a.Filled)
		if bad != nil {
			return fmt.Errorf("field %s of the snapshot: %s", a.Name, bad.detail)
		}
		m.extend(p)
	}
	return nil
}

// restored is a contact of a snapshot.
func (m *Mock) restored(s *contactState) (*contact, error) {
	if s.ID == "" || m.store.byID[s.ID] != nil {
		return nil, fmt.Errorf("contact %q: the id is empty or taken", s.ID)
	}
	if s.Sequence > m.store.sequence {
		return nil, fmt.Errorf("contact %s: its sequence number %d is beyond the tenant's %d", s.ID, s.Sequence, m.store.sequence)
	}
	c := m.fresh(s.ID)
	c.alias, c.created, c.updated, c.updatedBy = s.Alias, s.Created, s.Updated, s.UpdatedBy
	c.deleted, c.sequence, c.gap = s.Deleted, s.Sequence, s.Gap
	//syncproof:unordered each value goes to its own slot
	for name, text := range s.Values {
		p, err := m.property(s.ID, name)
		if err != nil {
			return nil, err
		}
		c.values[p.slot] = text
	}
	return c, nil
}

func (m *Mock) property(id, name string) (*property, error) {
	i := slices.IndexFunc(m.made.properties, func(p *property) bool { return p.base == name && p.system == plain })
	if i < 0 {
		return nil, fmt.Errorf("contact %s: the tenant has no property %q: it was made for another mapping", id, name)
	}
	return m.made.properties[i], nil
}

// wait puts an open transaction of a snapshot back.
func (m *Mock) wait(s *mocks.Waiting[lateState]) error {
	l := &s.Value
	c := m.store.byID[l.Contact.ID]
	switch {
	case l.Create:
		var err error
		if c, err = m.restored(&l.Contact); err != nil {
			return err
		}
	case c == nil:
		return fmt.Errorf("contact %s: a late edit of it waits, but the snapshot does not hold it", l.Contact.ID)
	}
	w := write{stamp: l.Stamp, actor: l.Actor, origin: l.Origin, by: l.By, versionSet: l.VersionSet}
	for _, set := range l.Set {
		p, err := m.property(l.Contact.ID, set.Property)
		if err != nil {
			return err
		}
		w.set = append(w.set, assign{p, set.Text})
	}
	m.late.Put(s.At, lateCommit{contact: c, create: l.Create, write: w})
	return nil
}
