package check

import (
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// model is everything that the invariants ask of a journal, built in one pass
// over the events and one over each person's part of them. It knows what the
// systems stored and disclosed, and what the specification allows; of the
// engine it knows only what went over the wire.
type model struct {
	sc     *scenarios.Scenario
	ev     []trace.Event
	kinds  []trace.Kind   // of ev
	tables [2]*fieldTable // by object: of contacts, of accounts
	set    settings
	// reaction is Case.Reaction.
	reaction time.Duration

	calls      []call  // by exchange number
	nodes      []*node // in order of appearance
	people     []*person
	byAlias    map[string]*person
	namesakes  map[string][]*person
	index      [2]map[string]*node // records of cc and crm by native id
	who        []*node             // the record that each event names, nil if none
	merges     map[*node]merge
	byKey      map[string]*person // by native id or alias, as claims and Told name records
	outages    []outage           // crashes and the restarts that end them
	faults     []fault
	notices    map[uint64]*notice
	refusedOps map[uint64]bool // what people asked for and the engine refused, by operation
	blindSpots []blindSpot     // fields that the engine may not see
	ledger     bool            // the journal holds claims: the engine keeps a ledger
	reads      int             // read events of the engine
	end        int             // index of the End event, -1 without one
	lastAct    int64           // when anything but the engine last acted: users, faults' ends, restarts
	topics     map[string]bool // what people were told about
	massTold   int32           // index of the last message about a mass delete, -1 without one
	approvals  []int32         // those of a mass delete that were not refused
	approved   int32           // index of the last of them, -1 without one

	// computed when first asked for
	deleted       *deletions
	refusedCreate *bool
	unfedCommits  []int32
	unfedFound    bool
	clock         engineClock
}

type place struct {
	on trace.System
	id string
}

// call is one exchange, as indexes into the journal plus 1 (0: never).
type call struct {
	send, arrive, answer, receive, lose int32
	commit                              int32 // the first commit that it made
}

type outage struct {
	crash   int32
	restart int32 // -1 if the engine stayed down
	wipe    bool  // the disk was empty afterwards
}

type fault struct {
	code       string
	on         trace.System
	begin, end int32 // index; end is -1 if it never ended
}

type notice struct {
	on      trace.System
	record  string
	notify  int32 // index of the Notify plus 1
	acked   bool
	deliver []int32
}

// node is one native record in one system.
type node struct {
	number int // of all records, from 0, in the order in which they came up
	on     trace.System
	id     string
	alias  string
	side   int
	fields *fieldTable // of what the record is
	states []state
	log    []int32
	person *person
	group  *node // one that it was joined with, on the way to the root
}

// state is what a record held from one commit to the next.
type state struct {
	ev       int32 // index of the commit
	content  []string
	version  int64
	status   string
	external string
	gone     bool
	by       actor
}

type actor uint8

const (
	bySetup actor = iota
	byUser
	byEngine
)

func (n *node) last() *state { return &n.states[len(n.states)-1] }

// person is one identity: the records of both systems that are linked.
type person struct {
	name   string
	alias  string
	fields *fieldTable // of its first record
	nodes  [2][]*node
	log    []int32 // events that speak of this person, in order
	merged bool
	spec   *scenarios.Record
	story  *story
}

// simple says that the person never had more than one record on a side.
func (p *person) simple() bool {
	return !p.merged && len(p.nodes[cc]) <= 1 && len(p.nodes[crm]) <= 1
}

// node is the person's record on a side: the last one where there were several.
func (p *person) node(side int) *node {
	if n := len(p.nodes[side]); n > 0 {
		return p.nodes[side][n-1]
	}
	return nil
}

func sideOf(on trace.System) int {
	if on == trace.CRM {
		return crm
	}
	return cc
}

func systemOf(side int) trace.System {
	if side == crm {
		return trace.CRM
	}
	return trace.CC
}

func newModel(c Case) *model {
	m := &model{
		sc: c.Scenario, ev: c.Events, reaction: c.Reaction, set: newSettings(c.Scenario), tables: [2]*fieldTable{newFieldTable(c.Scenario, ""), newFieldTable(c.Scenario, scenarios.Account)},
		byAlias: map[string]*person{}, index: [2]map[string]*node{{}, {}}, byKey: map[string]*person{}, namesakes: map[string][]*person{},
		notices: map[uint64]*notice{}, refusedOps: map[uint64]bool{}, end: -1, massTold: -1, approved: -1,
		who: make([]*node, len(c.Events)), merges: map[*node]merge{}, topics: map[string]bool{},
	}
	m.scanCalls()
	for i := range m.ev {
		m.take(int32(i))
	}
	m.findBlindSpots()
	if k := len(m.approvals) - 1; k >= 0 {
		m.approved = m.approvals[k]
	}
	m.gatherPeople()
	for _, p := range m.people {
		p.story = m.tell(p)
	}
	return m
}

// scanCalls notes the kinds and sizes the exchange table; numbers are dense in the simulator, and
// a foreign journal's are taken as they come up to a bound.
func (m *model) scanCalls() {
	most := uint64(0)
	m.kinds = make([]trace.Kind, len(m.ev))
	for i := range m.ev {
		m.kinds[i], most = m.ev[i].Kind, max(most, m.ev[i].Call)
	}
	m.calls = make([]call, min(most, uint64(4*len(m.ev)+1024))+1)
}

// exchange is the call of an event, or nil where there is none.
func (m *model) exchange(n uint64) *call {
	if n == 0 || n >= uint64(len(m.calls)) {
		return nil
	}
	return &m.calls[n]
}

// take enters one event into the indexes.
func (m *model) take(i int32) {
	e := &m.ev[i]
	if c := m.exchange(e.Call); c != nil {
		c.note(e, i+1)
	}
	switch e.Kind {
	case trace.Commit:
		m.commit(i, e)
	case trace.Read:
		if e.Actor == trace.ActorEngine {
			m.reads++
		}
		m.enter(i, e)
	case trace.Arrive:
		if e.Record != "" {
			m.enter(i, e)
		}
	case trace.Notify, trace.Deliver, trace.Ack, trace.Missed:
		m.noticed(i, e)
		m.enter(i, e)
	case trace.FaultBegin:
		m.faultBegins(i, e)
	case trace.FaultEnd:
		m.faultEnds(i, e)
	case trace.Crash:
		m.outages = append(m.outages, outage{crash: i, restart: -1})
		m.lastAct = e.At
	case trace.Restart:
		if n := len(m.outages); n > 0 && m.outages[n-1].restart < 0 {
			m.outages[n-1].restart = i
		}
		m.lastAct = e.At
	case trace.Person:
		if e.Code == "refused" && e.Cause > 0 {
			m.refusedOps[e.Cause] = true
			if k := len(m.approvals) - 1; k >= 0 && m.op(m.approvals[k]) == e.Cause {
				m.approvals = m.approvals[:k] // no mass delete waited for it
			}
		}
		if e.Verb == "approve" && e.Code == "approve" {
			m.approvals = append(m.approvals, i)
		}
		m.lastAct = e.At
	case trace.ClaimDecision, trace.ClaimStatus, trace.ClaimState:
		m.ledger = true
	case trace.Told:
		m.topics[e.Verb] = true
		if e.Verb == "mass-delete" {
			m.massTold = i
		}
	case trace.End:
		m.end = int(i)
	}
}

// note keeps the first event of each kind: a network that delivers a request
// twice makes the system act twice, and only the first answer travels back.
func (c *call) note(e *trace.Event, at int32) {
	slot := (*int32)(nil)
	switch e.Kind {
	case trace.Send:
		slot = &c.send
	case trace.Arrive:
		slot = &c.arrive
	case trace.Answer:
		slot = &c.answer
	case trace.Receive:
		slot = &c.receive
	case trace.Lose:
		slot = &c.lose
	case trace.Commit:
		slot = &c.commit
	}
	if slot != nil && *slot == 0 {
		*slot = at
	}
}

// find returns the record of a system by its native id, nil if there is none.
func (m *model) find(on trace.System, id string) *node {
	if on != trace.CC && on != trace.CRM || id == "" {
		return nil
	}
	return m.index[sideOf(on)][id]
}

// enter adds an event to the log of the record it names.
func (m *model) enter(i int32, e *trace.Event) {
	if n := m.find(e.On, e.Record); n != nil {
		n.log = append(n.log, i)
		m.who[i] = n
	}
}

func (m *model) noticed(i int32, e *trace.Event) {
	n := m.notices[e.Notice]
	if n == nil {
		n = &notice{on: e.On, record: e.Record}
		m.notices[e.Notice] = n
	}
	switch e.Kind {
	case trace.Notify:
		n.notify = i + 1
	case trace.Deliver:
		n.deliver = append(n.deliver, i)
	case trace.Ack:
		n.acked = n.acked || e.Status/100 == 2
	}
}

// faultBegins opens a fault's window. A lost store shows as one, right after
// the crash that lost it.
func (m *model) faultBegins(i int32, e *trace.Event) {
	m.faults = append(m.faults, fault{code: e.Code, on: e.On, begin: i, end: -1})
	m.lastAct = e.At
	if e.Code != string(scenarios.LoseStore) {
		return
	}
	if n := len(m.outages); n > 0 && m.ev[m.outages[n-1].crash].At == e.At {
		m.outages[n-1].wipe = true
		return
	}
	m.outages = append(m.outages, outage{crash: i, restart: i, wipe: true})
}

func (m *model) faultEnds(i int32, e *trace.Event) {
	for k := len(m.faults) - 1; k >= 0; k-- {
		f := &m.faults[k]
		if f.end < 0 && f.code == e.Code && (f.on == e.On || e.On == trace.World) {
			f.end = i
			break
		}
	}
	m.lastAct = e.At
}

// commit appends a state to the record's history.
func (m *model) commit(i int32, e *trace.Event) {
	n := m.find(e.On, e.Record)
	if n == nil {
		n = &node{on: e.On, id: e.Record, side: sideOf(e.On), number: len(m.nodes), fields: m.tables[objectOf(e.Object)]}
		m.index[n.side][n.id] = n
		m.nodes = append(m.nodes, n)
	}
	if n.alias == "" {
		n.alias = e.Alias
	}
	n.log = append(n.log, i)
	m.who[i] = n
	next := state{ev: i, version: e.Version, by: byUser}
	switch {
	case e.Verb == trace.Setup:
		next.by = bySetup
	case e.Actor == trace.ActorEngine:
		next.by = byEngine
	}
	var before []string
	if len(n.states) > 0 {
		prev := n.last()
		before, next.status, next.external, next.gone = prev.content, prev.status, prev.external, prev.gone
	}
	next.content = n.fields.apply(n.side, before, e.Changes, &next)
	// Users do not edit links: what a record gains by swallowing another is kept
	// only where it had none.
	if e.External != "" && e.Verb != trace.Merge && (next.by != byUser || next.external == "") {
		next.external = e.External
	}
	switch e.Verb {
	case trace.Delete, trace.Merge:
		next.gone = true
		if e.Verb == trace.Merge {
			m.merges[n] = merge{i, e.External}
		}
		if len(n.states) > 0 && e.Version == 0 {
			next.version = n.last().version
		}
	case trace.Undelete, trace.Create, trace.Setup:
		next.gone = false
		delete(m.merges, n)
	}
	n.states = append(n.states, next)
	if next.by == byUser {
		m.lastAct = e.At
	}
}

// apply returns the content after changes; unchanged content is shared.
func (t *fieldTable) apply(side int, before []string, changes []trace.Change, next *state) []string {
	after, owned := before, false
	if after == nil {
		after, owned = make([]string, len(t.list)), true
		for i, f := range t.list {
			after[i] = f.empty()
		}
	}
	for i := range changes {
		c := &changes[i]
		if c.Field == t.status[side] && c.Field != "" {
			next.status = c.After
			continue
		}
		k, ok := t.byPlace[side][c.Field]
		if !ok {
			continue
		}
		v := t.list[k].empty()
		if c.Has {
			v = t.list[k].canon(side, c.After)
		}
		if v == after[k] {
			continue
		}
		if !owned {
			after, owned = append([]string(nil), after...), true
		}
		after[k] = v
	}
	return after
}
