package mutant

import (
	"net/http"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/sim"
)

// driving are the mutants that handle notices, failures and limits wrongly:
// the machine is wrapped.
var driving = []Mutant{
	{
		Name:       "null-engine",
		Defect:     "acknowledges everything and does nothing",
		Source:     "specification",
		KilledBy:   []string{"higher-version-wins", "reformatted-phone-does-not-echo"},
		Invariants: []string{"convergence", "no-lost-edit"},
		Vary:       varyNull,
	},
	{
		Name:       "ack-before-durable",
		Defect:     "acknowledges a webhook when it has arrived, not when its notice is durable",
		Source:     "Step 2",
		KilledBy:   []string{"crash-around-the-acknowledgement"},
		Invariants: []string{"durable-ack"},
		Vary:       stateless(ackBeforeDurable),
	},
	{
		Name:       "ack-after-push",
		Defect:     "keeps the webhook waiting until the other system has the change, retries included",
		Source:     "Step 2, the trap",
		KilledBy:   []string{"crm-is-down-the-agent-does-not-wait"},
		Invariants: []string{"prompt-ack"},
		Vary:       stepping(ackAfterPush),
	},
	{
		Name:       "retry-after-ignored",
		Defect:     "retries on its own schedule and does not read what a limit signal says",
		Source:     "Edge Case 2",
		KilledBy:   []string{"throttled-for-an-hour", "backlog-meets-rate-limit"},
		Invariants: []string{"backoff"},
		Vary:       stateless(retryAfterIgnored),
	},
	{
		Name:       "gives-up-at-once",
		Defect:     "takes work that failed off the queue, and does not try it again",
		Source:     "Step 2",
		KilledBy:   []string{"crm-is-down-the-agent-does-not-wait"},
		Invariants: []string{"convergence", "no-lost-edit"},
		Vary:       stepping(givesUp),
	},
	{
		Name:       "no-backoff",
		Defect:     "tries what failed again after a tenth of a second, for ever",
		Source:     "Step 2",
		KilledBy:   []string{"crm-is-down-the-agent-does-not-wait"},
		Invariants: []string{"backoff"},
		Vary:       varyNoBackoff,
	},
	{
		Name:       "no-backoff-cap",
		Defect:     "doubles the wait after every failure without end, so that a long outage is followed by one as long",
		Source:     "Step 2",
		KilledBy:   []string{"an-outage-is-told-once"},
		Invariants: []string{"liveness"},
		Vary:       varyNoCap,
	},
	{
		Name:       "sets-no-timer",
		Defect:     "waits for a webhook to wake it: nothing that was put off is tried again by itself",
		Source:     "Step 2",
		KilledBy:   []string{"crm-is-down-the-agent-does-not-wait"},
		Invariants: []string{"liveness"},
		Vary:       stateless(setsNoTimer),
	},
	{
		Name:       "retry-after-date-misread",
		Defect:     "holds a Retry-After that is a date against its own clock, and not against the Date of the answer",
		Source:     "Edge Case 2",
		KilledBy:   []string{"told-to-wait-until-a-date"},
		Invariants: []string{"backoff"},
		Vary:       varyOwnClock,
	},
	{
		Name:       "no-jitter",
		Defect:     "waits exactly as long as Retry-After says, every time, as do all its peers",
		Source:     "Edge Case 2",
		KilledBy:   []string{"throttled-for-an-hour"},
		Invariants: []string{"backoff"},
		Vary:       stepping(noJitter),
	},
	{
		Name:       "unbounded-buffer",
		Defect:     "takes the whole backlog into memory",
		Source:     "Edge Case 2",
		KilledBy:   []string{"backlog-meets-rate-limit"},
		Invariants: []string{"bounded"},
		Vary:       varyUnbounded,
	},
	{
		Name:       "tells-nobody",
		Defect:     "flags and dead-letters records and notifies nobody",
		Source:     "Edge Case 3",
		KilledBy:   []string{"values-that-do-not-fit", "within-tolerance-a-person-decides"},
		Invariants: []string{"told"},
		Vary:       stateless(tellsNobody),
	},
	{
		Name:       "fails-silently",
		Defect:     "puts a value that does not fit aside with neither a message nor a status",
		Source:     "Edge Case 3",
		KilledBy:   []string{"values-that-do-not-fit", "a-required-field-is-missing"},
		Invariants: []string{"convergence"},
		Vary:       varySilent,
	},
	{
		Name:       "two-workers-on-one-record",
		Defect:     "gives every entry of its queue to two workers at once, neither of which knows of the other",
		Source:     "field report",
		KilledBy:   []string{"new-customers-on-either-side", "contact-created-answer-reset"},
		Invariants: []string{"no-duplicates"},
		Vary:       varyTwoWorkers,
	},
	{
		Name:       "watermark-before-apply",
		Defect:     "moves the polling watermark first and stores the notices that it passed afterwards",
		Source:     "field report",
		KilledBy:   []string{"crash-between-poll-and-persist"},
		Invariants: []string{"convergence", "no-lost-edit"},
		Vary:       varyWatermarkFirst,
	},
}

// null is the engine that does nothing.
type null struct{}

func (null) Step(_ engine.Instant, e engine.Event, out *engine.Effects) {
	switch e := e.(type) {
	case engine.Noticed:
		out.List = append(out.List, engine.Acknowledge{Token: e.Token, Status: http.StatusOK})
	case engine.Reviewed:
		out.List = append(out.List, engine.Reply{Token: e.Token, OK: true})
	}
}

func (null) Idle() bool            { return true }
func (null) Gauges() engine.Gauges { return engine.Gauges{} }

func varyNull() *sim.Variation {
	return &sim.Variation{
		// Without polling and audits the world does not wait for it to look.
		Config: func(c *engine.Config) {
			c.Audit = 0
			for side := range c.Systems {
				c.Systems[side].Poll = 0
			}
		},
		Machine: func(sim.Machine) sim.Machine { return null{} },
	}
}

func ackBeforeDurable(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
	if e, ok := e.(engine.Noticed); ok {
		out.List = append(out.List, engine.Acknowledge{Token: e.Token, Status: http.StatusOK})
	}
	inner.Step(now, e, out)
}

func ackAfterPush() step {
	var held []engine.Effect
	return func(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
		inner.Step(now, e, out)
		kept := out.List[:0]
		for _, effect := range out.List {
			if _, ack := effect.(engine.Acknowledge); ack {
				held = append(held, effect)
				continue
			}
			kept = append(kept, effect)
		}
		out.List = kept
		if inner.Idle() {
			out.List = append(out.List, held...)
			held = nil
		}
	}
}

// givesUp ends work where the core would put it back.
func givesUp() step {
	generations := map[string]uint64{}
	return func(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
		if e, ok := e.(engine.Fetched); ok {
			for i := range e.Items {
				generations[e.Items[i].Key] = e.Items[i].Generation
			}
		}
		inner.Step(now, e, out)
		rewriteOps(out.List, func(op engine.StoreOp) engine.StoreOp {
			if back, ok := op.(engine.Requeue); ok && back.Attempt > 0 {
				return engine.Done{Key: back.Key, Generation: generations[back.Key]}
			}
			return op
		})
	}
}

func setsNoTimer(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
	inner.Step(now, e, out)
	if out.Wake > now {
		out.Wake = 0
	}
}

func varyUnbounded() *sim.Variation {
	return &sim.Variation{Config: func(c *engine.Config) { c.WorkingSet = 1 << 20 }}
}

// varyWatermarkFirst makes two transactions of what must be one.
func varyWatermarkFirst() *sim.Variation {
	return &sim.Variation{
		Config: func(c *engine.Config) {
			for side := range c.Systems {
				c.Systems[side].Overlap = 1
			}
		},
		Machine: func(inner sim.Machine) sim.Machine {
			pages := &twoTransactions{waits: map[engine.Op]engine.Persist{}}
			return &wrapped{Machine: inner, step: pages.step}
		},
	}
}

// twoTransactions persists a page's cursor first and its notices when that
// is durable.
type twoTransactions struct {
	waits map[engine.Op]engine.Persist
}

func (t *twoTransactions) step(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
	if done, ok := e.(engine.Persisted); ok {
		if second, waits := t.waits[done.Op]; waits {
			delete(t.waits, done.Op)
			out.List = append(out.List, second)
			return
		}
	}
	before := len(out.List)
	inner.Step(now, e, out)
	for i, effect := range out.List[before:] {
		p, ok := effect.(engine.Persist)
		if !ok || len(p.Batch.Ops) < 2 {
			continue
		}
		last := len(p.Batch.Ops) - 1
		if _, page := p.Batch.Ops[last].(engine.PutCursor); page {
			t.waits[p.Op] = engine.Persist{Op: p.Op, Batch: engine.Batch{Ops: p.Batch.Ops[:last]}}
			out.List[before+i] = engine.Persist{Op: p.Op, Batch: engine.Batch{Ops: p.Batch.Ops[last:]}}
		}
	}
}
