package sim

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// NewStage builds the systems of a scenario at real addresses, with nothing in
// them; seed, if not nil, replaces the scenario's. journal takes what the mocks
// see.
func NewStage(sc *scenarios.Scenario, seed *uint64, places Places, journal mocks.Journal) (*Stage, error) {
	m, err := compileMappings(sc)
	if err != nil {
		return nil, err
	}
	number := sc.Seed
	if seed != nil {
		number = *seed
	}
	st := newStage(sc, number, m)
	st.places = places
	for i := range st.systems {
		st.systems[i] = st.buildSystem(mapping.Side(i), journal, false)
	}
	return &st, nil
}

// Populate lays the records of the scenario; remember takes each pair that the
// engine's store is to know.
func (st *Stage) Populate(remember func(*engine.Record)) error {
	if err := st.populate(remember); err != nil {
		return &HarnessError{Message: fmt.Sprintf("%s: %v", st.sc.Path, err)}
	}
	return nil
}

// Cursors are the feed positions of an engine that has been running, nil if
// the scenario has it begin anew. They are read from the mocks themselves, and
// the journal must not take what they say of it.
func (st *Stage) Cursors() ([]engine.PutCursor, error) {
	if !st.runsAlready() {
		return nil, nil
	}
	var all []engine.PutCursor
	config := st.engineConfig()
	for i, s := range st.systems {
		if config.Systems[i].Poll == 0 {
			continue
		}
		faults := s.mock.Faults()
		faults.Quota = &mocks.Quota{Requests: 2 * preludePages, Per: time.Minute}
		for object := range st.mappings {
			cursor, err := st.readFeed(object, s)
			if err != nil {
				return nil, &HarnessError{Message: fmt.Sprintf("%s: the feed of %s: %v", st.sc.Path, s.side, err)}
			}
			all = append(all, engine.PutCursor{Side: s.side, Cursor: cursor, Object: st.names[object]})
		}
		faults.Quota = nil
	}
	return all, nil
}

// Spec is the scenario's mapping as an engine is configured with it.
func (st *Stage) Spec() mapping.Spec { return specOf(st.sc.MappingOrDefault()) }

// Mock is the system of one side.
func (st *Stage) Mock(side mapping.Side) mocks.System { return st.systems[side].mock }

// Shows is what a system's own clock shows at a true instant.
func (st *Stage) Shows(side mapping.Side, at int64) time.Time { return st.systems[side].clock.at(at) }

// When is the earliest true instant, not before at, at which a system's clock
// shows t.
func (st *Stage) When(side mapping.Side, at int64, t time.Time) int64 {
	return st.systems[side].clock.when(at, t)
}

// EngineClock is the clock of an engine's process that starts now: what its
// machine shows at that instant, and monotonic from then on.
func (st *Stage) EngineClock() func(at int64) time.Time {
	c := st.wall
	return c.at
}

// EngineWhen is the earliest true instant, not before at, at which a clock of
// EngineClock that was taken now shows t.
func (st *Stage) EngineWhen() func(at int64, t time.Time) int64 {
	c := st.wall
	return c.when
}

// Name fills in what the scenario calls the record of an event, and learns the
// names of records that the event creates.
func (st *Stage) Name(e *trace.Event) { st.name(e) }

// Native is a record's native id by the scenario's name, "" if there is none.
func (st *Stage) Native(side mapping.Side, name string) string { return st.nativeOf(side, name) }

// Ref is the engine's reference to a record by the scenario's name; its ID is
// "" if there is none.
func (st *Stage) Ref(side mapping.Side, name string) engine.Ref {
	return st.refOfNative(side, name, st.nativeOf(side, name))
}

// Act lets a user do a step in one system. The error is the system's refusal.
func (st *Stage) Act(step *scenarios.Step, at int64) error {
	return st.act(st.systems[sideNamed(step.On)], step, at)
}

// Values are a step's fields of a record in canonical form, as a person gives them at the
// engine's console.
func (st *Stage) Values(record string, sets []scenarios.FieldSet) ([]engine.FieldText, error) {
	return canonicalSet(st.mappingOf(record), sets)
}

// Field is the name of a mapped field of a record.
func (st *Stage) Field(record string, index int) string {
	return st.mappingOf(record).Fields[index].Name
}

// Switch makes a vendor's fault, a clock fault or a mute of webhooks
// effective, under a number by which Unswitch takes it back. It reports
// whether something ends it.
func (st *Stage) Switch(step *scenarios.Step, id uint64, at int64) (lasts bool, err error) {
	switch {
	case step.Verb.Group() == scenarios.Vendor:
		return st.vendorFault(st.systems[sideNamed(step.On)], step, id, at), nil
	case step.Verb == scenarios.MuteWebhooks:
		st.open(st.systems[sideNamed(step.On)], &window{id: id, step: step}, at)
		return !step.ForGood(), nil
	default:
		return st.clockFault(step, id, at)
	}
}

// Unswitch takes back what Switch did.
func (st *Stage) Unswitch(step *scenarios.Step, id uint64, at int64) {
	if step.Verb.Group() == scenarios.Clocks {
		st.liftClock(step, id, at)
		return
	}
	st.shut(st.systems[sideNamed(step.On)], id, at)
}

// FaultOn is the system that a fault is about in the journal.
func FaultOn(step *scenarios.Step) trace.System { return faultOn(step) }

// FaultSide is the side that a network fault cuts the engine off from, or that
// a fault of webhooks is about.
func FaultSide(step *scenarios.Step) mapping.Side {
	if step.On == "crm" || slices.Contains(step.Between[:], "crm") {
		return mapping.CRM
	}
	return mapping.CC
}

// Key keys a fault's randomness by what the fault is (see Percent).
func (st *Stage) Key(step *scenarios.Step) uint64 { return st.faultKey(step) }

// Percent draws whether the n-th message of an entity is struck.
func (st *Stage) Percent(rate int, stream string, entity, n uint64) bool {
	return st.rand.percent(rate, stream, entity, n)
}

// Below draws a number in [0, limit) for the n-th message of an entity.
func (st *Stage) Below(limit int64, stream string, entity, n uint64) int64 {
	return st.rand.below(limit, stream, entity, n)
}

// EngineConfig is the reference engine's configuration; the capabilities of
// the adapters are still to be filled in.
func (st *Stage) EngineConfig() engine.Config { return st.engineConfig() }

// AdapterConfig is that of the adapter for one object and side, at the addresses of places.
func (st *Stage) AdapterConfig(object int, side mapping.Side, client *http.Client, f adapter.Flight, places Places) adapter.Config {
	own := *st
	own.places = places
	return own.adapterConfig(object, side, client, f)
}

// NewAdapter is the adapter for one side, and Signals what reads its limits.
func (st *Stage) NewAdapter(side mapping.Side, c adapter.Config) (adapter.System, error) {
	return kindOf(st.systems[side].spec.Kind).adapter(c)
}

// Signals reads what one side's answers say about limits.
func (st *Stage) Signals(side mapping.Side) adapter.Signals {
	return kindOf(st.systems[side].spec.Kind).signals
}

// Credentials are the engine's account on one side and the secret of its webhooks.
func Credentials(side mapping.Side) (id, secret, webhook string) {
	return clientID, clientSecrets[side], webhookSecret
}

// ExternalField is the native name of the field of a kind of system that holds
// the other side's id.
func ExternalField(kind string) string { return kindOf(kind).external }

// Forgery is a webhook delivery that is not the vendor's, made from the last
// genuine one of its record where there is one.
func (st *Stage) Forgery(step *scenarios.Step, number uint64, genuine *mocks.Delivery) mocks.Delivery {
	return forgery(step, st.nativeOf(mapping.CC, step.Record), number, genuine)
}

// Told is the event of a message that reached the sink.
func (st *Stage) Told(m engine.Message) trace.Event { return st.telling(m) }

// Decided is the event of a ledger's entry.
func (st *Stage) Decided(e *engine.LedgerEntry) trace.Event { return st.claimedEntry(e) }

// Stated is the event of a record's status.
func (st *Stage) Stated(r *engine.Record) trace.Event { return st.claimedStatus(r) }

// GiveUp is when a run is given up, in nanoseconds since its start: far beyond
// what the retry policy, the quotas and audit sweeps imply.
func GiveUp(sc *scenarios.Scenario) time.Duration {
	return giveUp(sc, 2*on(sc.Engine.Audit))
}

// LimitCode names a limit signal that is not a 429, so that the journal shows
// it without the body; "" for every other answer.
func LimitCode(status int, body []byte) string { return limitCodeOf(status, body) }
