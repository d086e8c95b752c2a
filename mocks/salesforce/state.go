package salesforce

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// state is an organisation as a snapshot holds it. Fields go by the names
// with which the schema was made. Query locators and clients of the event
// stream are left out: a client that holds one is told that it is no longer
// valid, as after a failover.
type state struct {
	IDs     *mocks.IDs        `json:"ids"`
	Tokens  *mocks.Tokens     `json:"tokens"`
	Limits  *mocks.Limiter    `json:"limits"`
	Clients map[string]string `json:"clients"`
	Setup   *setupState       `json:"setup,omitempty"`
	partState
	Account *partState `json:"account,omitempty"`
	// Bus is nil where nothing was ever told.
	Bus *busState `json:"bus,omitempty"`
}

// partState is one object of an organisation.
type partState struct {
	Gap     int                        `json:"gap"`
	GapOpen bool                       `json:"gap_open"`
	Records []recordState              `json:"records"`
	Late    []mocks.Waiting[lateState] `json:"late"`
}

// busState is the event bus.
type busState struct {
	IDs     *mocks.IDs     `json:"ids"`
	Replay  int64          `json:"replay"`
	Commits int64          `json:"commits"`
	Events  []*changeEvent `json:"events"`
}

type recordState struct {
	ID         string            `json:"id"`
	Alias      string            `json:"alias,omitempty"`
	Values     map[string]string `json:"values"`
	Created    int64             `json:"created"`
	Modified   int64             `json:"modified"`
	Modstamp   int64             `json:"modstamp"`
	CreatedBy  string            `json:"created_by"`
	ModifiedBy string            `json:"modified_by"`
	Deleted    bool              `json:"deleted,omitempty"`
	DeletedAt  int64             `json:"deleted_at,omitempty"`
	Master     string            `json:"master,omitempty"`
	Gap        int               `json:"gap,omitempty"`
}

type lateState struct {
	Record     recordState  `json:"record"` // of a new record all that is there
	Create     bool         `json:"create,omitempty"`
	Set        []fieldState `json:"set"`
	Stamp      time.Time    `json:"stamp"`
	Actor      string       `json:"actor"`
	Origin     mocks.Origin `json:"origin"`
	User       string       `json:"user"`
	VersionSet bool         `json:"version_set,omitempty"`
}

type fieldState struct {
	Field string `json:"field"`
	Text  string `json:"text"`
}

var _ mocks.Stateful = (*Mock)(nil)

// State is the organisation as JSON.
func (m *Mock) State() ([]byte, error) {
	s := state{IDs: &m.ids, Tokens: &m.tokens, Limits: &m.limits, Clients: m.clients, partState: m.partState()}
	s.Setup = m.setupState()
	if b := &m.bus; b.commits > 0 {
		s.Bus = &busState{&b.ids, b.replay, b.commits, b.events}
	}
	if part := m.on(mocks.Account); part != nil {
		account := part.partState()
		s.Account = &account
	}
	return json.Marshal(&s)
}

func (m *Mock) partState() partState {
	s := partState{Gap: m.gap, GapOpen: m.gapOpen, Records: make([]recordState, len(m.store.order))}
	for i, r := range m.store.order {
		s.Records[i] = m.recordState(r)
	}
	for _, l := range m.late.All() {
		w := &l.Value.write
		late := lateState{
			Record: m.recordState(l.Value.record), Create: l.Value.create, Stamp: w.stamp,
			Actor: w.actor, Origin: w.origin, User: w.user, VersionSet: w.versionSet,
		}
		for _, a := range w.set {
			late.Set = append(late.Set, fieldState{a.column.base, a.text})
		}
		s.Late = append(s.Late, mocks.Waiting[lateState]{At: l.At, Value: late})
	}
	return s
}

func (m *Mock) recordState(r *record) recordState {
	out := recordState{
		ID: r.id, Alias: r.alias, Values: map[string]string{}, Created: r.created, Modified: r.modified, Modstamp: r.modstamp,
		CreatedBy: r.createdBy, ModifiedBy: r.modifiedBy, Deleted: r.deleted, DeletedAt: r.deletedAt, Master: r.master, Gap: r.gap,
	}
	for _, c := range m.made.columns {
		if c.system == plain && r.values[c.slot] != "" {
			out.Values[c.base] = r.values[c.slot]
		}
	}
	return out
}

// SetState replaces the organisation by that of a snapshot.
func (m *Mock) SetState(text []byte) error {
	fresh := newBus(m.config.Seed)
	s := state{IDs: &m.ids, Tokens: &m.tokens, Limits: &m.limits, Bus: &busState{IDs: &fresh.ids}}
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	account := m.on(mocks.Account)
	if (s.Account != nil) != (account != nil) {
		return errors.New("the snapshot is of an organisation that differs in whether it has accounts")
	}
	m.clients = map[string]string{}
	for id, client := range s.Clients {
		m.clients[id] = client
	}
	m.cursors = nil
	for _, part := range m.all() {
		part.store, part.late = newStore(), mocks.Due[lateCommit]{}
	}
	if err := m.setSetup(s.Setup); err != nil {
		return err
	}
	if err := m.setBus(fresh, s.Bus); err != nil {
		return err
	}
	if s.Account != nil {
		if err := account.setPart(s.Account); err != nil {
			return err
		}
	}
	return m.setPart(&s.partState)
}

func (m *Mock) setPart(s *partState) error {
	m.gap, m.gapOpen = s.Gap, s.GapOpen
	for i := range s.Records {
		r, err := m.laidDown(&s.Records[i])
		if err != nil {
			return err
		}
		m.store.add(r)
		m.store.removed.add(r)
		m.store.reindex(r, "", r.externalID(m))
	}
	for i := range s.Late {
		if err := m.wait(&s.Late[i]); err != nil {
			return err
		}
	}
	return nil
}

// setBus replaces the events. Nobody listens yet.
func (m *Mock) setBus(fresh bus, s *busState) error {
	m.bus, m.streams, m.polls, m.pending = fresh, nil, nil, nil
	if s == nil {
		return nil
	}
	last := int64(0)
	for i, e := range s.Events {
		if e == nil || e.Replay <= last || e.Replay > s.Replay || len(e.Records) == 0 {
			return fmt.Errorf("event %d of the snapshot: its replay id is out of order, or it names no record", i+1)
		}
		last = e.Replay
	}
	m.bus.replay, m.bus.commits, m.bus.events = s.Replay, s.Commits, s.Events
	return nil
}

// laidDown is a record of a snapshot.
func (m *Mock) laidDown(s *recordState) (*record, error) {
	id, ok := canonicalID(s.ID)
	if !ok || m.store.byID[id] != nil {
		return nil, fmt.Errorf("record %q: the id is malformed or taken", s.ID)
	}
	r := m.fresh(id)
	r.alias, r.created, r.modified, r.modstamp = s.Alias, s.Created, s.Modified, s.Modstamp
	r.createdBy, r.modifiedBy = s.CreatedBy, s.ModifiedBy
	r.deleted, r.deletedAt, r.master, r.gap = s.Deleted, s.DeletedAt, s.Master, s.Gap
	//syncproof:unordered each value goes to its own slot
	for name, text := range s.Values {
		c, err := m.column(s.ID, name)
		if err != nil {
			return nil, err
		}
		r.values[c.slot] = text
	}
	return r, nil
}

func (m *Mock) column(id, name string) (*column, error) {
	c := m.made.named(name)
	if c == nil || c.system != plain {
		return nil, fmt.Errorf("record %s: the organisation has no field %q: it was made for another mapping", id, name)
	}
	return c, nil
}

// wait puts an open transaction of a snapshot back.
func (m *Mock) wait(s *mocks.Waiting[lateState]) error {
	l := &s.Value
	r := m.store.byID[l.Record.ID]
	switch {
	case l.Create:
		var err error
		if r, err = m.laidDown(&l.Record); err != nil {
			return err
		}
	case r == nil:
		return fmt.Errorf("record %s: a late edit of it waits, but the snapshot does not hold it", l.Record.ID)
	}
	w := write{stamp: l.Stamp, actor: l.Actor, origin: l.Origin, user: l.User, versionSet: l.VersionSet}
	for _, set := range l.Set {
		c, err := m.column(l.Record.ID, set.Field)
		if err != nil {
			return err
		}
		w.set = append(w.set, assign{c, set.Text})
	}
	m.late.Put(s.At, lateCommit{record: r, create: l.Create, write: w})
	return nil
}
