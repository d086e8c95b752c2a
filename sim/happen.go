package sim

import (
	"github.com/syncproof/syncproof/engine"
)

// happening is one entry of the agenda: what happens, and the numbers of what
// it happens to. It never points into a world.
type happening struct {
	what what
	// life is the process that it is for; a later one does not see it.
	life int
	// id is the number of the step, fault, delivery, exchange, admission or
	// effect; of a crash the Op of its event.
	id uint64
	// n is an ending, a fate, a sequence number or a count.
	n     uint64
	event engine.Event // of tells
}

// what tells happenings apart.
type what uint8

const (
	_            what = iota
	stepComes         // id is the step's place in the schedule
	faultEnds         // id is the fault
	collapses         // the process dies that was condemned inside a call
	restarts          // id is the Op of the crash
	tells             // the process gets an event
	wakes             // n is the sequence number of the wake
	syncs             // n batches are durable
	admits            // id is the admission, n is 1 if it is denied
	goesOn            // id is the effect whose call waited for a token
	readsOn           // id is the exchange whose body arrives slowly
	arrives           // id is the exchange, n its fate
	arrivesTwice      // id is the exchange whose copy reaches the system
	returns           // id is the exchange whose answer reaches the client
	ends              // id is the exchange, n how it ends on the wire
	givesUp           // id is the exchange of a client without patience
	stirs             // id is the system, n the instant that it waits for
	knocks            // id is the delivery that reaches the engine's endpoint
	missesLost        // id is the delivery that nobody answers
	missesSlow        // id is the delivery that travels for too long
	tires             // id is the delivery whose answer the vendor waits for
	answers           // id is the delivery, n the status that reaches the vendor
)

// happen lets one thing happen.
func (w *World) happen(h happening) {
	switch h.what {
	case stepComes:
		w.play(&w.schedule[h.id])
	case faultEnds:
		w.end(h.id)
	case stirs:
		w.wakeSystem(w.systems[h.id], int64(h.n))
	case arrives, arrivesTwice, returns, ends, givesUp, readsOn:
		w.net.happen(h)
	case knocks, missesLost, missesSlow, tires, answers:
		w.happenToDelivery(h)
	default:
		w.host.happen(h)
	}
}

// happen lets something happen to the engine's machine.
func (h *host) happen(x happening) {
	switch x.what {
	case collapses:
		h.up = true
		h.crash(h.doom.crash, h.doom.where)
	case restarts:
		h.restart(x.id)
	case tells:
		if h.life == x.life {
			h.step(x.event)
		}
	case wakes:
		if h.life == x.life && h.wakeSeq == x.n {
			h.wakeAt = 0
			h.step(engine.Tick{})
		}
	case syncs:
		h.disk.synced(x.life, int(x.n))
	case admits:
		h.admitted(x.id, x.n != 0)
	case goesOn:
		h.goOn(x.life, engine.Op(x.id))
	}
}

// happen lets something happen to an exchange, which is forgotten when nothing
// more will.
func (n *network) happen(h happening) {
	x := n.exchanges.get(h.id)
	switch h.what {
	case arrives:
		n.arrive(x, fate(h.n))
	case arrivesTwice:
		n.handle(x)
	case returns:
		n.deliver(x)
	case ends:
		n.finish(x, ending(h.n))
	case givesUp:
		n.settle(x, endedByLatency)
	case readsOn:
		n.w.host.readOn(x)
	}
	if x.pending--; x.pending == 0 {
		n.forget(x)
	}
}

// happenToDelivery lets something happen to a webhook delivery, which is
// forgotten when nothing more will.
func (w *World) happenToDelivery(h happening) {
	k := w.deliveries[h.id]
	switch h.what {
	case knocks:
		w.net.flying--
		w.knock(h.id, k)
	case missesLost:
		w.net.flying--
		w.missed(k, "lost")
	case missesSlow:
		w.net.flying--
		w.missed(k, "timeout")
	case tires:
		w.tire(h.id, h.life, k)
	case answers:
		w.net.flying--
		s := w.systems[k.side]
		s.mock.Answered(s.now(w), k.d, int(h.n))
		w.stir(s)
	}
	if k.pending--; k.pending == 0 {
		delete(w.deliveries, h.id)
	}
}

// wakeSystem lets a system do what became due by itself.
func (w *World) wakeSystem(s *system, when int64) {
	if s.wakeAt != when {
		return
	}
	s.wakeAt = 0
	s.mock.Advance(s.now(w))
	w.stir(s)
}

// ending is how an exchange ends, other than with its answer.
type ending uint8

const (
	endedWell        ending = iota
	endedUnsent             // no connection came about
	endedByReset            // the connection broke
	endedByLoss             // the client waited in vain for what was lost
	endedByPartition        // ... for what met a partition
	endedByLatency          // ... for what was still under way
)
