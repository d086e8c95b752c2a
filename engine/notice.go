package engine

import (
	"net/http"

	"github.com/syncproof/syncproof/engine/mapping"
)

// waitingNotice is a notice, or a person's word, whose durability is under way.
type waitingNotice struct {
	op    Op
	token uint64
	reply bool // a person waits, not a webhook
}

// onNoticed makes a notice durable; only then is it acknowledged (EV-2). The
// answer waits for nothing else, least of all for the other system (EV-3).
func (c *Core) onNoticed(e Noticed) {
	if len(c.notices) >= c.cfg.PendingNotices {
		c.out.add(Acknowledge{Token: e.Token, Status: http.StatusServiceUnavailable})
		return
	}
	c.outdated(e.Ref)
	ops := []StoreOp{Enqueue{Ref: e.Ref, Lane: Fresh}}
	if e.Into != "" {
		ops = append(ops, Enqueue{Ref: Ref{e.Ref.Side, e.Into}, Lane: Fresh})
	}
	c.persist(pending{kind: pendingNotices}, ops...)
	c.notices = append(c.notices, waitingNotice{op: c.lastOp, token: e.Token})
}

// outdated lets a work look again whose record is noticed before anything of it
// has been written: what was read of that side may be from before. Right before
// a write that nothing else guards, that holds between any two writes (EV-10).
func (c *Core) outdated(ref Ref) {
	if w := c.holder[ref]; w != nil {
		c.outdate(w, ref.Side)
	}
}

// outdate notes that what a work has read of a side may be from before.
func (c *Core) outdate(w *work, side mapping.Side) {
	switch w.phase {
	case reading:
		w.outdated = w.outdated || w.sides[side].done
	case locating, checking, intending:
		w.outdated = w.outdated || w.step <= 0
	case verifying:
		step := &w.plan.steps[w.step]
		w.noticed = w.noticed || step.side == side
		w.outdated = w.outdated || w.step == 0
	case writing:
		step := &w.plan.steps[w.step]
		unguarded := step.side == side && c.mustVerify(w, step)
		anew := w.step == 0 && !step.marks
		if (unguarded || anew) && c.recallWrite(w, step.side) {
			w.outdated = w.outdated || anew // else it has left, and this may be its echo
		}
	}
}

// replyWhenDurable accepts a person's word once the batch just asked for is
// durable, whatever comes of it.
func (c *Core) replyWhenDurable(token uint64) {
	c.notices = append(c.notices, waitingNotice{op: c.lastOp, token: token, reply: true})
}

// acknowledgeUpTo answers the deliveries whose batch became durable. Batches
// become durable in order, so these are the oldest.
func (c *Core) acknowledgeUpTo(op Op) {
	for len(c.notices) > 0 && c.notices[0].op <= op {
		if n := c.notices[0]; n.reply {
			c.out.add(Reply{Token: n.token, OK: true})
		} else {
			c.out.add(Acknowledge{Token: n.token, Status: http.StatusOK})
		}
		c.notices = c.notices[1:]
	}
	if len(c.notices) == 0 {
		c.notices = nil
	}
}
