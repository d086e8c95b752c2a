package restcrm

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// state is a tenant as a snapshot holds it. Properties go by the names with
// which the schema was made.
type state struct {
	IDs    *mocks.IDs     `json:"ids"`
	Tokens *mocks.Tokens  `json:"tokens"`
	Limits *mocks.Limiter `json:"limits"`
	partState
	Account *partState `json:"account,omitempty"`
}

// partState is one object of a tenant.
type partState struct {
	Gap      int                        `json:"gap"`
	GapOpen  bool                       `json:"gap_open"`
	Sequence uint64                     `json:"sequence"`
	Records  []recordState              `json:"contacts"`
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

type recordState struct {
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
	Record     recordState     `json:"contact"` // of a new record all that is there
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
	s := state{IDs: &m.ids, Tokens: &m.tokens, Limits: &m.limits, partState: m.partState()}
	if m.account != nil {
		account := m.account.partState()
		s.Account = &account
	}
	return json.Marshal(&s)
}

func (m *Mock) partState() partState {
	s := partState{
		Gap: m.gap, GapOpen: m.gapOpen, Sequence: m.store.sequence, Records: make([]recordState, len(m.store.order)),
	}
	for i, c := range m.store.order {
		s.Records[i] = m.recordState(c)
	}
	for _, p := range m.made.properties {
		if p.added {
			s.Added = append(s.Added, addedState{p.base, p.kind.String(), p.length, p.values, p.filled})
		}
	}
	for _, l := range m.late.All() {
		w := &l.Value.write
		late := lateState{
			Record: m.recordState(l.Value.record), Create: l.Value.create, Stamp: w.stamp,
			Actor: w.actor, Origin: w.origin, By: w.by, VersionSet: w.versionSet,
		}
		for _, a := range w.set {
			late.Set = append(late.Set, propertyState{a.property.base, a.text})
		}
		s.Late = append(s.Late, mocks.Waiting[lateState]{At: l.At, Value: late})
	}
	return s
}

func (m *Mock) recordState(c *record) recordState {
	out := recordState{
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
	if (s.Account != nil) != (m.account != nil) {
		return errors.New("the snapshot is of a tenant that differs in whether it has accounts")
	}
	if s.Account != nil {
		if err := m.account.setPart(s.Account); err != nil {
			return err
		}
	}
	return m.setPart(&s.partState)
}

func (m *Mock) setPart(s *partState) error {
	m.gap, m.gapOpen = s.Gap, s.GapOpen
	m.store, m.late = newStore(), mocks.Due[lateCommit]{}
	if err := m.addAgain(s.Added); err != nil {
		return err
	}
	m.store.sequence = s.Sequence
	for i := range s.Records {
		c, err := m.restored(&s.Records[i])
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
	made, err := newSchema(m.object, m.config)
	if err != nil {
		return err
	}
	m.made, m.schema = made, m.drifted(made, made.revision)
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

// restored is a record of a snapshot.
func (m *Mock) restored(s *recordState) (*record, error) {
	if s.ID == "" || m.store.byID[s.ID] != nil {
		return nil, fmt.Errorf("record %q: the id is empty or taken", s.ID)
	}
	if s.Sequence > m.store.sequence {
		return nil, fmt.Errorf("record %s: its sequence number %d is beyond the tenant's %d", s.ID, s.Sequence, m.store.sequence)
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
		return nil, fmt.Errorf("record %s: the tenant has no property %q: it was made for another mapping", id, name)
	}
	return m.made.properties[i], nil
}

// wait puts an open transaction of a snapshot back.
func (m *Mock) wait(s *mocks.Waiting[lateState]) error {
	l := &s.Value
	c := m.store.byID[l.Record.ID]
	switch {
	case l.Create:
		var err error
		if c, err = m.restored(&l.Record); err != nil {
			return err
		}
	case c == nil:
		return fmt.Errorf("record %s: a late edit of it waits, but the snapshot does not hold it", l.Record.ID)
	}
	w := write{stamp: l.Stamp, actor: l.Actor, origin: l.Origin, by: l.By, versionSet: l.VersionSet}
	for _, set := range l.Set {
		p, err := m.property(l.Record.ID, set.Property)
		if err != nil {
			return err
		}
		w.set = append(w.set, assign{p, set.Text})
	}
	m.late.Put(s.At, lateCommit{record: c, create: l.Create, write: w})
	return nil
}
