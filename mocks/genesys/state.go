package genesys

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// state is an organisation as a snapshot holds it. Fields go by the names
// with which the schema was made.
type state struct {
	IDs         *mocks.IDs                      `json:"ids"`
	Correlation *mocks.IDs                      `json:"correlation"`
	Secrets     *mocks.IDs                      `json:"secrets"`
	Tokens      *mocks.Tokens                   `json:"tokens"`
	Limits      *mocks.Limiter                  `json:"limits"`
	Notices     uint64                          `json:"notices"`
	Deliveries  []mocks.Waiting[mocks.Delivery] `json:"deliveries"`
	// Sources are the external sources that clients made.
	Sources []sourceState `json:"sources,omitempty"`
	// ChannelIDs is nil in snapshots older than channels.
	ChannelIDs *mocks.IDs     `json:"channel_ids"`
	Channels   []channelState `json:"channels,omitempty"`
	partState
	Account *partState `json:"account,omitempty"`
}

// partState is one object of an organisation.
type partState struct {
	Records []recordState              `json:"contacts"`
	Late    []mocks.Waiting[lateState] `json:"late"`
	// Written are the schemas that clients wrote, in their order.
	Written []json.RawMessage `json:"written,omitempty"`
}

// channelState is a notification channel; connections do not outlive a
// snapshot.
type channelState struct {
	ID      string    `json:"id"`
	Token   string    `json:"token"`
	Expires time.Time `json:"expires"`
	Used    time.Time `json:"used"`
	Topics  []string  `json:"topics,omitempty"`
}

type sourceState struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type recordState struct {
	ID       string          `json:"id"`
	Alias    string          `json:"alias,omitempty"`
	Cells    []cellState     `json:"cells"`
	External []externalState `json:"external,omitempty"`
	Schema   bool            `json:"schema,omitempty"`
	Created  time.Time       `json:"created"`
	Modified time.Time       `json:"modified"`
	Deleted  bool            `json:"deleted,omitempty"`
	Hidden   bool            `json:"hidden,omitempty"`
	MergedTo string          `json:"merged_to,omitempty"`
	// MergedFrom keeps the order of the merges.
	MergedFrom []string `json:"merged_from,omitempty"`
}

type cellState struct {
	Field string      `json:"field"`
	Text  string      `json:"text"`
	Phone *phoneState `json:"phone,omitempty"`
}

type phoneState struct {
	Native string          `json:"native"`
	Number string          `json:"number"`
	Shown  json.RawMessage `json:"shown"`
}

type externalState struct {
	Source string `json:"source"`
	Value  string `json:"value"`
}

type lateState struct {
	Edit  mocks.EditState `json:"edit"`
	Stamp time.Time       `json:"stamp"`
	ID    string          `json:"id"`
}

var _ mocks.Stateful = (*Mock)(nil)

// State is the organisation as JSON.
func (m *Mock) State() ([]byte, error) {
	s := state{
		IDs: &m.ids, Correlation: &m.correlation, Secrets: &m.secrets, Tokens: &m.tokens, Limits: &m.limiter,
		Notices: m.notices, Deliveries: m.deliveries.All(), partState: m.partState(),
	}
	if part := m.on(mocks.Account); part != nil {
		account := part.partState()
		s.Account = &account
	}
	s.ChannelIDs = &m.channelIDs
	for _, c := range m.channels {
		s.Channels = append(s.Channels, channelState{c.id, c.token, c.expires, c.used, c.topics})
	}
	for _, v := range m.sources {
		if v.made {
			s.Sources = append(s.Sources, sourceState{v.id, v.name})
		}
	}
	return json.Marshal(&s)
}

func (m *Mock) partState() partState {
	s := partState{Records: make([]recordState, len(m.store.order))}
	for i, c := range m.store.order {
		s.Records[i] = m.recordState(c)
	}
	for _, l := range m.late.All() {
		s.Late = append(s.Late, mocks.Waiting[lateState]{At: l.At, Value: lateState{mocks.StateOf(&l.Value.edit), l.Value.stamp, l.Value.id}})
	}
	for _, v := range m.history {
		if v.written {
			s.Written = append(s.Written, m.appendSchema(nil, v))
		}
	}
	return s
}

// rewrite replays what clients wrote of the object itself.
func (m *Mock) rewrite(written []json.RawMessage) error {
	m.found()
	for _, text := range written {
		d, bad := readDraft(text)
		if bad == nil {
			for len(m.history) < d.version-1 {
				m.history = append(m.history, m.schema) // a drift that nobody wrote
			}
			m.schema.version = max(m.schema.version, d.version-1)
			_, bad = m.storeSchema(d)
		}
		if bad != nil {
			return fmt.Errorf("a schema of the snapshot: %s", bad.message)
		}
	}
	return nil
}

func (m *Mock) recordState(c *record) recordState {
	out := recordState{
		ID: c.id, Alias: c.alias, Schema: c.schema, Created: c.created, Modified: c.modified, Deleted: c.deleted,
		Hidden: slices.Contains(m.hidden, c), Cells: make([]cellState, len(c.cells)),
	}
	for i, v := range c.cells {
		cell := cellState{Field: m.base.slots[v.slot].base, Text: v.text}
		if v.phone != nil {
			cell.Phone = &phoneState{v.phone.native, v.phone.number, json.RawMessage(v.phone.json)}
		}
		out.Cells[i] = cell
	}
	for _, e := range c.external {
		out.External = append(out.External, externalState{e.source, e.value})
	}
	if c.mergedTo != nil {
		out.MergedTo = c.mergedTo.id
	}
	for _, from := range c.mergedFrom {
		out.MergedFrom = append(out.MergedFrom, from.id)
	}
	return out
}

// SetState replaces the organisation by that of a snapshot.
func (m *Mock) SetState(text []byte) error {
	s := state{IDs: &m.ids, Correlation: &m.correlation, Secrets: &m.secrets, Tokens: &m.tokens, Limits: &m.limiter, ChannelIDs: &m.channelIDs}
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	account := m.on(mocks.Account)
	if (s.Account != nil) != (account != nil) {
		return errors.New("the snapshot is of an organisation that differs in whether it has organizations")
	}
	m.notices, m.sources = s.Notices, nil
	if err := m.setPart(&s.partState); err != nil {
		return err
	}
	if s.Account != nil {
		if err := account.setPart(s.Account); err != nil {
			return err
		}
	}
	for _, made := range s.Sources {
		m.sources = append(m.sources, source{id: made.ID, name: made.Name, made: true})
	}
	if err := m.takeChannels(s.Channels); err != nil {
		return err
	}
	m.deliveries = mocks.Due[mocks.Delivery]{}
	for _, d := range s.Deliveries {
		m.deliveries.Put(d.At, d.Value)
	}
	return nil
}

func (m *Mock) setPart(s *partState) error {
	m.hidden, m.store, m.late = nil, newStore(m.store.source), mocks.Due[lateCommit]{}
	if err := m.rewrite(s.Written); err != nil {
		return err
	}
	for i := range s.Records {
		if err := m.take(&s.Records[i]); err != nil {
			return err
		}
	}
	if err := m.relate(s.Records); err != nil {
		return err
	}
	for _, l := range s.Late {
		m.late.Put(l.At, lateCommit{edit: l.Value.Edit.Edit(), stamp: l.Value.Stamp, id: l.Value.ID})
	}
	return nil
}

// takeChannels replaces the channels; nobody is connected to them.
func (m *Mock) takeChannels(list []channelState) error {
	m.channels = nil
	if len(list) > channelsMax {
		return fmt.Errorf("%d channels are more than %d", len(list), channelsMax)
	}
	for _, s := range list {
		if s.ID == "" || m.channel(s.ID) != nil {
			return fmt.Errorf("channel %q: the id is empty or taken", s.ID)
		}
		if len(s.Topics) > topicsMax || slices.ContainsFunc(s.Topics, func(t string) bool { return m.topicOf(t) == nil }) {
			return fmt.Errorf("channel %s: it has more than %d topics, or one that is not known", s.ID, topicsMax)
		}
		m.channels = append(m.channels, &channel{id: s.ID, token: s.Token, expires: s.Expires, used: s.Used, topics: s.Topics})
	}
	return nil
}

// take adds a record, but for what it has to do with others.
func (m *Mock) take(s *recordState) error {
	if s.ID == "" || m.store.byID[s.ID] != nil {
		return fmt.Errorf("record %q: the id is empty or taken", s.ID)
	}
	c := &record{id: s.ID, alias: s.Alias, created: s.Created, modified: s.Modified, deleted: s.Deleted, hidden: s.Hidden}
	c.schema = s.Schema
	for _, v := range s.Cells {
		slot, known := m.base.byBase[v.Field]
		if !known {
			return fmt.Errorf("record %s: the organisation has no field %q: it was made for another mapping", s.ID, v.Field)
		}
		next := cell{slot: slot, text: v.Text}
		if v.Phone != nil {
			next.phone = &phone{native: v.Phone.Native, number: v.Phone.Number, json: string(v.Phone.Shown)}
		}
		c.set(next)
	}
	for _, e := range s.External {
		c.external = append(c.external, externalID{e.Source, e.Value})
	}
	m.store.add(c)
	m.store.reindex(c, nil, c.external)
	if s.Hidden {
		m.hidden = append(m.hidden, c)
	}
	return nil
}

// relate links merged records, all of which are there now.
func (m *Mock) relate(records []recordState) error {
	for i := range records {
		s := &records[i]
		c := m.store.byID[s.ID]
		if s.MergedTo != "" {
			if c.mergedTo = m.store.byID[s.MergedTo]; c.mergedTo == nil || c.mergedTo == c {
				return fmt.Errorf("record %s was merged into %s, which the snapshot does not hold", s.ID, s.MergedTo)
			}
		}
		for _, id := range s.MergedFrom {
			from := m.store.byID[id]
			if from == nil || from == c {
				return fmt.Errorf("record %s took in %s, which the snapshot does not hold", s.ID, id)
			}
			c.mergedFrom = append(c.mergedFrom, from)
		}
	}
	return m.acyclic()
}

// acyclic refuses a tree of merges that is none: its head would never be found.
func (m *Mock) acyclic() error {
	for _, c := range m.store.order {
		steps := 0
		for at := c; at.mergedTo != nil; at = at.mergedTo {
			if steps++; steps > len(m.store.order) {
				return fmt.Errorf("record %s was merged into itself", c.id)
			}
		}
	}
	return nil
}
