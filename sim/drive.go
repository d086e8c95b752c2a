package sim

import (
	"slices"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// crashStep is a crash that waits for an effect.
type crashStep struct {
	crash scenarios.Crash
	after int64
	text  string
}

// doom is the crash that a process is condemned to inside a call.
type doom struct {
	crash scenarios.Crash
	where string
}

// dies reports whether a planned crash strikes before this effect, which
// concerns the records with these keys, and kills the process then.
func (h *host) dies(effect string, keys ...string) bool {
	if !h.up {
		return true
	}
	var due *crashPlan
	for _, p := range h.crashes {
		if !p.waitsFor(h, effect, keys) {
			continue
		}
		if p.seen++; due == nil && p.seen >= max(p.step.crash.Nth, 1) {
			due = p
		}
	}
	if due == nil {
		return false
	}
	due.spent = true
	c, where := due.step.crash, "before "+effect+" "+strconv.Itoa(due.seen)
	if h.tasks.current == nil && h.running == 0 {
		h.crash(c, where)
		return true
	}
	// Inside a call: the process does nothing more, and is gone as soon as the
	// call yields.
	h.up = false
	h.doom = doom{c, where}
	h.w.soon(happening{what: collapses})
	return true
}

func (p *crashPlan) waitsFor(h *host, effect string, keys []string) bool {
	c := &p.step.crash
	if p.spent || c.Effect != effect || h.w.agenda.now < p.step.after {
		return false
	}
	return c.Record == "" || slices.ContainsFunc(keys, func(key string) bool { return h.w.aliasOf(key) == c.Record })
}

// unstruck journals the crashes that waited in vain: the scenario meant
// something else than what happened.
func (h *host) unstruck() {
	for _, p := range h.crashes {
		if !p.spent {
			h.w.Emit(trace.Event{
				Kind: trace.FaultEnd, On: trace.Engine, Code: string(scenarios.CrashEngine),
				Text: p.step.text + " never struck",
			})
		}
	}
}

// disk carries batches to the store: they are written at once, durable after
// the next sync, and lost or kept by a crash in between. One sync runs at a
// time and covers what was written before it began (group commit).
type disk struct {
	h        *host
	store    Store
	pending  []engine.Persist
	syncing  bool
	life     int
	statuses map[string]string // as last claimed
	failed   int               // how many of them are FAILED
	recent   []engine.Ref      // the latest notices made durable
	full     int               // open faults by which it takes no write
	refused  int               // tries in a row to write the same batches
}

// A write that the disk refuses is tried again after the first of these, then
// after twice as long each time, up to the other: as the service does.
const (
	diskAgainFirst = 50 * time.Millisecond
	diskAgainMost  = 5 * time.Second
)

// recentMax bounds how many notices a broker could deliver again.
const recentMax = 10_000

func (d *disk) write(p engine.Persist) {
	d.pending = append(d.pending, p)
	d.sync()
}

func (d *disk) sync() {
	if d.syncing || len(d.pending) == 0 {
		return
	}
	d.syncing = true
	d.syncIn(d.h.w.sc.Engine.Fsync.Std())
}

func (d *disk) syncIn(after time.Duration) {
	w := d.h.w
	w.at(w.agenda.now+int64(after), happening{what: syncs, life: d.life, n: uint64(len(d.pending))})
}

// synced makes the first n batches durable, and tells the process that wrote them.
func (d *disk) synced(life, n int) {
	if d.life != life || !d.h.up {
		return
	}
	if d.full > 0 {
		d.syncIn(min(diskAgainFirst<<min(d.refused, 10), diskAgainMost))
		d.refused++
		return
	}
	d.syncing, d.refused = false, 0
	done := d.pending[:n]
	d.pending = d.pending[n:]
	for i := range done {
		d.apply(&done[i])
	}
	d.sync()
	for i := range done {
		if d.h.dies("persisted", d.h.batchKeys(done[i].Batch)...) {
			return
		}
		d.h.step(engine.Persisted{Op: done[i].Op})
	}
}

func (d *disk) apply(p *engine.Persist) {
	d.store.Apply(d.h.now(), p.Batch)
	d.h.claim(p.Batch)
	d.h.noteDurable(p.Batch)
	for _, op := range p.Batch.Ops {
		if e, ok := op.(engine.Enqueue); ok {
			if len(d.recent) == recentMax {
				d.recent = d.recent[:copy(d.recent, d.recent[recentMax/2:])]
			}
			d.recent = append(d.recent, e.Ref)
		}
	}
}

// crash decides what of the unsynced batches survives. A process that dies
// leaves them in the page cache: all survive. With `lost` the machine lost
// power and none does. With `torn` it lost power in the middle of writing
// them: a prefix survives, and the batch after it is cut, which its checksum
// shows, so that it counts as never written. Nothing was written to a disk that
// is full.
func (d *disk) crash(c scenarios.Crash) {
	survive := len(d.pending)
	switch {
	case c.Lost, d.full > 0:
		survive = 0
	case c.Torn:
		survive = int(d.h.w.rand.below(int64(len(d.pending)), "torn", uint64(d.life), 0))
	}
	for i := range d.pending[:survive] {
		d.apply(&d.pending[i])
	}
	d.pending, d.syncing, d.refused = nil, false, 0
	if c.Wipe {
		d.store = d.h.parts.store()
		d.statuses, d.failed = map[string]string{}, 0
		d.h.w.Emit(trace.Event{Kind: trace.FaultBegin, On: trace.Engine, Code: string(scenarios.LoseStore), Text: "the engine's disk is empty"})
		d.h.w.Emit(trace.Event{Kind: trace.FaultEnd, On: trace.Engine, Code: string(scenarios.LoseStore)})
	}
}
