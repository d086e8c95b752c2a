package sim

import (
	"errors"
	"maps"
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store/memory"
	"github.com/syncproof/syncproof/sim/trace"
)

// Copier is a Machine or a Store of a Variation that worlds can copy. The
// reference engine's own are copied without it.
type Copier[T any] interface {
	Copy() T
	// Fingerprint appends an unambiguous encoding of all state that can make a
	// difference from now on, with instants relative to now.
	Fingerprint(now engine.Instant, dst []byte) []byte
}

// ErrNotCopyable is what NewWorld says of a variation whose machine or store
// is no Copier.
var ErrNotCopyable = errors.New("the engine's machine or store cannot be copied")

// Clone is an independent copy of a world at model fidelity: stepping one does
// not show in the other. Events, records, requests and answers are never
// changed once they are made, so they are shared. Clones may run at once; a
// world must not run while it is being cloned.
func (w *World) Clone() *World {
	w.shared = true
	d := *w
	d.agenda.heap = slices.Clone(w.agenda.heap)
	d.agenda.ready, d.agenda.head = slices.Clone(w.agenda.ready[w.agenda.head:]), 0
	d.journal = w.journal.Clone(func() int64 { return d.agenda.now })
	for i := range d.systems {
		d.systems[i] = w.systems[i].clone(&d)
	}
	for place := range d.sights {
		d.sights[place].hidden = maps.Clone(w.sights[place].hidden)
	}
	w.cloneInto(&d.Stage)
	d.faults = maps.Clone(w.faults)
	d.webhookFaults = slices.Clone(w.webhookFaults)
	d.deliveries = copies(w.deliveries)
	d.genuine = maps.Clone(w.genuine)
	d.net = w.net.clone(&d)
	d.host = w.host.clone(&d)
	return &d
}

// copies is a table with copies of what it holds.
func copies[K comparable, V any](table map[K]*V) map[K]*V {
	out := make(map[K]*V, len(table))
	for key, value := range table {
		fresh := *value
		out[key] = &fresh
	}
	return out
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	fresh := *p
	return &fresh
}

func (s *system) clone(w *World) *system {
	d := *s
	d.direct = s.direct.Clone(w)
	d.mock = d.direct
	d.windows = make([]*window, len(s.windows))
	for i, x := range s.windows {
		fresh := *x
		fresh.throttle, fresh.failing, fresh.left = copied(x.throttle), copied(x.failing), copied(x.left)
		d.windows[i] = &fresh
	}
	d.obey() // the mock counts in the windows
	return &d
}

func (n *network) clone(w *World) *network {
	d := *n
	d.w, d.spare = w, nil
	for i := range d.links {
		d.links[i].faults = slices.Clone(n.links[i].faults)
	}
	d.exchanges = n.exchanges.clone(copied)
	return &d
}

func (h *host) clone(w *World) *host {
	d := *h
	d.w, d.tasks, d.effects, d.inbox = w, &tasks{}, engine.Effects{}, nil
	d.spare = nil
	d.machine = CopyMachine(h.machine)
	d.disk = h.disk.clone(&d)
	d.doors = maps.Clone(h.doors)
	d.asking = h.asking.clone(func(op engine.Op) engine.Op { return op })
	d.errands = copies(h.errands)
	for _, e := range d.errands { //syncproof:unordered each entry is clipped by itself
		e.records = slices.Clip(e.records)
	}
	for side := range d.tokens {
		d.tokens[side].shared = slices.Clone(h.tokens[side].shared)
	}
	d.crashes = make([]*crashPlan, len(h.crashes))
	for i, p := range h.crashes {
		d.crashes[i] = copied(p)
	}
	d.decisions = copies(h.decisions)
	d.approvals = slices.Clone(h.approvals)
	return &d
}

func (d *disk) clone(h *host) *disk {
	c := *d
	c.h = h
	c.store = copyStore(d.store)
	c.pending, c.recent = slices.Clone(d.pending), slices.Clone(d.recent)
	c.statuses = maps.Clone(d.statuses)
	return &c
}

// CopyMachine copies a core, or whatever else is a Copier; nil if it cannot be
// copied. Wrappers copy what they wrap by it.
func CopyMachine(m Machine) Machine {
	switch m := m.(type) {
	case *engine.Core:
		return m.Clone()
	case Copier[Machine]:
		return m.Copy()
	default:
		return nil
	}
}

// PrintMachine appends the fingerprint of a machine that can be copied.
func PrintMachine(m Machine, now engine.Instant, dst []byte) []byte {
	switch m := m.(type) {
	case *engine.Core:
		sum := m.Fingerprint(now)
		return append(dst, sum[:]...)
	case Copier[Machine]:
		return m.Fingerprint(now, dst)
	}
	return dst
}

func copyStore(s Store) Store {
	switch s := s.(type) {
	case *memory.State:
		return s.Clone()
	case Copier[Store]:
		return s.Copy()
	default:
		return nil
	}
}

// Events are the journal so far; they must not be changed.
func (w *World) Events() []trace.Event { return w.journal.Events() }
