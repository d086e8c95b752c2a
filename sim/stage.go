package sim

import (
	"maps"
	"strings"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// Stage is what a world has whatever carries its messages: the systems and
// their clocks, the mapping, the names of records, and what people and the
// switchable faults of a scenario do there. It keeps no time: who plays gives
// the true instant, in nanoseconds since the run's start. Not safe for
// concurrent use.
type Stage struct {
	sc   *scenarios.Scenario
	rand source
	// mappings are of the objects in the world, contacts first; names qualify
	// the engine's ids by them, and accounts are the records that are no contacts.
	mappings []*mapping.Mapping
	names    engine.Objects
	accounts map[string]bool
	places   Places
	systems  [2]*system // by mapping.Side
	wall     clock      // of the engine's machine, which faults can step

	natives    [2]map[string]string // the scenario's names by native id
	ids        [2]map[string]string // native ids by the scenario's names
	contactIDs *mocks.IDs           // makes the native ids of laid contacts
	creating   string               // the name of the record that a step is creating
	faultKeys  map[uint64]uint64    // how often each has been given out
}

// Places are the addresses of the systems and of the engine's endpoint. Empty
// ones are those of the simulated world.
type Places struct {
	URL, Login [2]string // by mapping.Side
	Webhook    string
}

func (p *Places) url(side mapping.Side, k kind) string {
	if p.URL[side] != "" {
		return p.URL[side]
	}
	return k.url
}

func (p *Places) login(side mapping.Side, k kind) string {
	if p.Login[side] != "" {
		return p.Login[side]
	}
	return k.loginURL
}

func (p *Places) webhook() string {
	if p.Webhook != "" {
		return p.Webhook
	}
	return webhookURL
}

func newStage(sc *scenarios.Scenario, seed uint64, mappings []*mapping.Mapping) Stage {
	st := Stage{
		sc: sc, rand: source{seed}, mappings: mappings, names: sc.Named(), accounts: sc.Accounts(), contactIDs: mocks.NewIDs(splitmix(seed)), faultKeys: map[uint64]uint64{},
		wall: clock{epoch: sc.Start, offset: sc.Engine.Clock.Skew.Std(), ppm: int64(sc.Engine.Clock.Drift)},
	}
	for i := range st.natives {
		st.natives[i], st.ids[i] = map[string]string{}, map[string]string{}
	}
	return st
}

// cloneInto gives a copy tables of its own; its systems are for the caller.
func (st *Stage) cloneInto(d *Stage) {
	for i := range st.natives {
		d.natives[i], d.ids[i] = maps.Clone(st.natives[i]), maps.Clone(st.ids[i])
	}
	d.faultKeys = maps.Clone(st.faultKeys)
}

// name fills in what the scenario calls the record of an event, and learns the
// names of records that the event creates.
func (st *Stage) name(e *trace.Event) {
	if st.creating != "" && e.Kind == trace.Commit && e.Verb == trace.Create {
		st.setAlias(mapping.Side(e.On-trace.CC), e.Record, st.creating)
	}
	if e.Alias == "" && e.Record != "" && (e.On == trace.CC || e.On == trace.CRM) {
		e.Alias = st.alias(e.On, e.Record)
	}
	if e.Kind == trace.Commit {
		st.identify(e)
	}
}

func (st *Stage) alias(on trace.System, id string) string {
	return st.natives[on-trace.CC][id]
}

func (st *Stage) setAlias(side mapping.Side, id, alias string) {
	if id != "" && alias != "" {
		st.natives[side][id] = alias
		st.ids[side][alias] = id
	}
}

// identify names the counterpart that the engine creates for a known record.
func (st *Stage) identify(e *trace.Event) {
	side := mapping.Side(e.On - trace.CC)
	if e.Alias != "" || e.External == "" || st.natives[side][e.Record] != "" {
		return
	}
	e.Alias = st.natives[side.Other()][e.External]
	st.setAlias(side, e.Record, e.Alias)
}

// aliasOf is the scenario's name for a record key of the engine.
func (st *Stage) aliasOf(key string, refs ...engine.Ref) string {
	if side, id, ok := strings.Cut(key, ":"); ok {
		_, id = st.names.Split(id)
		if alias := st.natives[sideNamed(side)][id]; alias != "" {
			return alias
		}
	}
	for _, ref := range refs {
		_, id := st.names.Split(ref.ID)
		if alias := st.natives[ref.Side][id]; alias != "" {
			return alias
		}
	}
	return ""
}
