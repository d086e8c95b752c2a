package dynamics

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// state is an organisation as a snapshot holds it. Columns go by the names with
// which the schema was made.
type state struct {
	IDs        *mocks.IDs                      `json:"ids"`
	Tokens     *mocks.Tokens                   `json:"tokens"`
	Limits     *mocks.Limiter                  `json:"limits"`
	Notices    uint64                          `json:"notices"`
	Deliveries []mocks.Waiting[mocks.Delivery] `json:"deliveries"`
	Execution  executionState                  `json:"execution"`
	partState
	Account *partState `json:"account,omitempty"`
}

// partState is one table of an organisation.
type partState struct {
	Gap     int                        `json:"gap"`
	GapOpen bool                       `json:"gap_open"`
	Version uint64                     `json:"version"`
	Records []recordState              `json:"contacts"`
	Late    []mocks.Waiting[lateState] `json:"late"`
	Made    []madeState                `json:"made,omitempty"`
	Key     string                     `json:"key,omitempty"` // of a table without one: the column of the one that was made
}

// madeState is a column that was made through the API.
type madeState struct {
	SchemaName string `json:"schema_name"`
	Length     int    `json:"length,omitempty"` // 0 for a whole number
}

// executionState is the window of the execution time.
type executionState struct {
	Start time.Time     `json:"start"`
	Used  time.Duration `json:"used"`
}

type recordState struct {
	ID         string            `json:"id"`
	Alias      string            `json:"alias,omitempty"`
	Values     map[string]string `json:"values"`
	Created    int64             `json:"created"`
	Modified   int64             `json:"modified"`
	ModifiedBy string            `json:"modified_by"`
	Deleted    bool              `json:"deleted,omitempty"`
	Master     string            `json:"master,omitempty"`
	Version    uint64            `json:"version"`
	Gap        int               `json:"gap,omitempty"`
}

type lateState struct {
	Record     recordState   `json:"contact"` // of a new record all that is there
	Create     bool          `json:"create,omitempty"`
	Set        []columnState `json:"set"`
	Stamp      time.Time     `json:"stamp"`
	Actor      string        `json:"actor"`
	Origin     mocks.Origin  `json:"origin"`
	By         string        `json:"by"`
	VersionSet bool          `json:"version_set,omitempty"`
}

type columnState struct {
	Column string `json:"column"`
	Text   string `json:"text"`
}

var _ mocks.Stateful = (*Mock)(nil)

// State is the organisation as JSON.
func (m *Mock) State() ([]byte, error) {
	s := state{
		IDs: &m.ids, Tokens: &m.tokens, Limits: &m.limits, Notices: m.notices, Deliveries: m.deliveries.All(),
		Execution: executionState{m.execution.start, m.execution.used}, partState: m.partState(),
	}
	if part := m.on(mocks.Account); part != nil {
		account := part.partState()
		s.Account = &account
	}
	return json.Marshal(&s)
}

func (m *Mock) partState() partState {
	s := partState{Gap: m.gap, GapOpen: m.gapOpen, Version: m.store.version, Records: make([]recordState, len(m.store.order))}
	for _, c := range m.made.columns {
		if c.made != "" {
			s.Made = append(s.Made, madeState{c.made, c.length})
		}
	}
	if m.config.Bare && m.external != nil {
		s.Key = m.external.base
	}
	for i, c := range m.store.order {
		s.Records[i] = m.recordState(c)
	}
	for _, l := range m.late.All() {
		w := &l.Value.write
		late := lateState{
			Record: m.recordState(l.Value.record), Create: l.Value.create, Stamp: w.stamp,
			Actor: w.actor, Origin: w.origin, By: w.by, VersionSet: w.versionSet,
		}
		for _, a := range w.set {
			late.Set = append(late.Set, columnState{a.column.base, a.text})
		}
		s.Late = append(s.Late, mocks.Waiting[lateState]{At: l.At, Value: late})
	}
	return s
}

func (m *Mock) recordState(c *record) recordState {
	out := recordState{
		ID: c.id, Alias: c.alias, Values: map[string]string{}, Created: c.created, Modified: c.modified, ModifiedBy: c.modifiedBy,
		Deleted: c.deleted, Master: c.master, Version: c.version, Gap: c.gap,
	}
	for _, p := range m.made.columns {
		if p.system == plain && c.values[p.slot] != "" {
			out.Values[p.base] = c.values[p.slot]
		}
	}
	return out
}

// SetState replaces the organisation by that of a snapshot.
func (m *Mock) SetState(text []byte) error {
	s := state{IDs: &m.ids, Tokens: &m.tokens, Limits: &m.limits}
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	account := m.on(mocks.Account)
	if (s.Account != nil) != (account != nil) {
		return errors.New("the snapshot is of an organisation that differs in whether it has accounts")
	}
	m.deliveries = mocks.Due[mocks.Delivery]{}
	m.notices, m.execution.start, m.execution.used = s.Notices, s.Execution.Start, s.Execution.Used
	for _, d := range s.Deliveries {
		m.deliveries.Put(d.At, d.Value)
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
	m.store, m.late = newStore(), mocks.Due[lateCommit]{}
	m.store.version = s.Version
	if err := m.remake(s); err != nil {
		return err
	}
	for i := range s.Records {
		c, err := m.restored(&s.Records[i])
		if err != nil {
			return err
		}
		m.store.add(c)
		if external := m.keyOf(c); external != "" && !c.deleted {
			m.store.byKey[external] = c
		}
		m.store.feed = append(m.store.feed, entry{c.version, c})
	}
	slices.SortFunc(m.store.feed, func(a, b entry) int { return cmp.Compare(a.version, b.version) })
	for i := range s.Late {
		if err := m.wait(&s.Late[i]); err != nil {
			return err
		}
	}
	return nil
}

// customized reports whether anything was made through the API.
func (m *Mock) customized() bool {
	return m.config.Bare && m.external != nil || slices.ContainsFunc(m.made.columns, func(c *column) bool { return c.made != "" })
}

// remake customizes the table as that of a snapshot was. There are no
// records yet.
func (m *Mock) remake(s *partState) error {
	if !m.customized() && len(s.Made) == 0 && s.Key == "" {
		return nil
	}
	m.made = newSchema(m.object, m.config)
	if m.config.Bare {
		m.external = nil
	}
	for _, have := range s.Made {
		c := &column{name: strings.ToLower(have.SchemaName), base: strings.ToLower(have.SchemaName), level: levelNone, made: have.SchemaName, kind: kindInteger}
		if have.Length > 0 {
			c.kind, c.format, c.length = kindString, "Text", have.Length
		}
		m.made.add(c)
	}
	m.alter(func(*schema) {})
	if s.Key == "" {
		return nil
	}
	c, err := m.column("the alternate key", s.Key)
	if err == nil {
		m.key(c)
	}
	return err
}

// restored is a record of a snapshot.
func (m *Mock) restored(s *recordState) (*record, error) {
	if _, ok := guid(s.ID); !ok || m.store.byID[s.ID] != nil {
		return nil, fmt.Errorf("record %q: the id is malformed or taken", s.ID)
	}
	if s.Version > m.store.version {
		return nil, fmt.Errorf("record %s: its row version %d is beyond the organisation's %d", s.ID, s.Version, m.store.version)
	}
	c := m.fresh(s.ID)
	c.alias, c.created, c.modified, c.modifiedBy = s.Alias, s.Created, s.Modified, s.ModifiedBy
	c.deleted, c.master, c.version, c.gap = s.Deleted, s.Master, s.Version, s.Gap
	//syncproof:unordered each value goes to its own slot
	for name, text := range s.Values {
		p, err := m.column(s.ID, name)
		if err != nil {
			return nil, err
		}
		c.values[p.slot] = text
	}
	return c, nil
}

func (m *Mock) column(id, name string) (*column, error) {
	i := slices.IndexFunc(m.made.columns, func(p *column) bool { return p.base == name && p.system == plain })
	if i < 0 {
		return nil, fmt.Errorf("record %s: the organisation has no column %q: it was made for another mapping", id, name)
	}
	return m.made.columns[i], nil
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
		p, err := m.column(l.Record.ID, set.Column)
		if err != nil {
			return err
		}
		w.set = append(w.set, assign{p, set.Text})
	}
	m.late.Put(s.At, lateCommit{record: c, create: l.Create, write: w})
	return nil
}
