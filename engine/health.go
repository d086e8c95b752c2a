package engine

import (
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// health is what the core remembers of a system's troubles, to tell a person
// once and to stop where going on would be useless.
type health struct {
	failingSince Instant // 0 while it serves
	refusedSince Instant // credentials are refused since, 0 if not
	told         Told    // durable: what a person knows of, of the first object's permission too
}

// denial is a missing permission (RL-6): work on the object waits, and one
// record of it at a time tries whether it is back.
type denial struct {
	since   Instant
	probeAt Instant
	probe   string // the key of the record that tries, "" if none
	attempt int
	write   bool // it was a write that was denied
}

// observe takes the outcome of one adapter call into a system's health.
func (c *Core) observe(side mapping.Side, err *adapter.Error) {
	h := &c.health[side]
	if err == nil || (err.Kind != adapter.Unavailable && err.Kind != adapter.Limited) {
		h.failingSince = 0
		c.untell(&c.objects[0], side, &h.told.Outage)
		if err == nil {
			h.refusedSince = 0
			c.untell(&c.objects[0], side, &h.told.Credentials)
			c.prepareSoon(side)
		}
		return
	}
	if h.failingSince == 0 {
		h.failingSince = c.now
	}
	if h.told.Outage == 0 && c.now.Sub(h.failingSince) >= c.cfg.OutageAfter {
		c.tellLasting(&c.objects[0], side, &h.told.Outage, h.failingSince, Message{
			Topic: "outage",
			Text:  side.String() + " has served nothing for " + c.cfg.OutageAfter.String() + ": " + err.Kind.String(),
			Do:    "check the system, its limits and the network; queued work resumes by itself",
		})
	}
}

// tellLasting tells of a trouble that lasts, and remembers durably that it did.
func (c *Core) tellLasting(o *object, side mapping.Side, since *Instant, began Instant, m Message) {
	*since, m.Side = began, side
	c.tell(o, m, began)
	c.persist(pending{kind: pendingOther}, PutTold{side, *c.toldOf(o, side), o.name})
}

// untell forgets a trouble that is over: the next one is told again.
func (c *Core) untell(o *object, side mapping.Side, since *Instant) {
	if *since != 0 {
		*since = 0
		c.persist(pending{kind: pendingOther}, PutTold{side, *c.toldOf(o, side), o.name})
	}
}

// toldOf is what a person knows of a system's trouble with an object.
func (c *Core) toldOf(o *object, side mapping.Side) *Told {
	if o.index == 0 {
		return &c.health[side].told
	}
	return &o.told[side]
}

// remembered takes up what a person was told in an earlier life.
func (h *health) remembered(told Told) {
	h.told = told
	h.failingSince, h.refusedSince = told.Outage, told.Credentials
}

// deny stops work on an object whose permission is missing in a system.
func (c *Core) deny(w *work, side mapping.Side, err *adapter.Error) {
	d := c.missing403(c.of(w), side, err, w.phase == writing)
	d.probe = ""
	c.turnAway(c.of(w), side)
	c.requeue(w, d.probeAt, w.attempt)
}

// missing403 notes a missing permission and when to try whether it is back.
func (c *Core) missing403(o *object, side mapping.Side, err *adapter.Error, write bool) *denial {
	d := c.tellMissing(o, side, err)
	d.write = d.write || write
	d.probeAt = c.now.Add(c.backoff(side, d.attempt))
	d.attempt++
	return d
}

// tellMissing tells which permission is missing, once.
func (c *Core) tellMissing(o *object, side mapping.Side, err *adapter.Error) *denial {
	d := o.denied[side]
	if d == nil {
		d = &denial{since: c.now, probeAt: c.now.Add(c.backoff(side, 0))}
		o.denied[side] = d
		what := err.Permission
		if what == "" {
			what = err.Code
		}
		c.tellLasting(o, side, &c.toldOf(o, side).Permission, c.now, Message{
			Topic: "permission",
			Text:  side.String() + " refuses the engine's account" + o.about() + ": " + what + " is missing",
			Do:    "grant the permission again; nothing is lost, work resumes by itself",
		})
	}
	return d
}

// granted ends a denial.
func (c *Core) granted(o *object, side mapping.Side) {
	o.denied[side] = nil
	c.untell(o, side, &c.toldOf(o, side).Permission)
}

// denied puts w back while a permission is missing, save for the one record
// that tries whether it is back.
func (c *Core) denied(w *work) bool {
	for _, d := range c.of(w).denied {
		if d == nil || d.probe == w.key {
			continue
		}
		if d.probe == "" && c.now >= d.probeAt {
			d.probe = w.key
			continue
		}
		c.requeue(w, max(d.probeAt, c.now.Add(c.cfg.Retry.Base)), w.attempt)
		return true
	}
	return false
}

// probed ends a denial when the record that tried has come to its end and did
// there what was denied.
func (c *Core) probed(w *work) {
	o := c.of(w)
	for side, d := range o.denied {
		if d == nil || d.probe != w.key {
			continue
		}
		if w.wrote[side] || (!d.write && w.seen[side]) {
			c.granted(o, mapping.Side(side))
			continue
		}
		d.probe = ""
	}
}

// notProbed lets the next record try.
func (c *Core) notProbed(w *work) {
	for _, d := range c.of(w).denied {
		if d != nil && d.probe == w.key {
			d.probe = ""
		}
	}
}

// refused tells that a system no longer accepts the engine's credentials,
// once it has refused them for a while: a single refusal may be two tokens
// that ended in quick succession.
func (c *Core) refused(side mapping.Side, err *adapter.Error) {
	h := &c.health[side]
	if h.refusedSince == 0 {
		h.refusedSince = c.now
	}
	if h.told.Credentials != 0 || c.now.Sub(h.refusedSince) < refusedAfter {
		return
	}
	c.tellLasting(&c.objects[0], side, &h.told.Credentials, h.refusedSince, Message{
		Topic: "credentials",
		Text:  side.String() + " refuses the engine's credentials: " + err.Code,
		Do:    "renew the client secret or unlock the account; queued work resumes by itself",
	})
}

// refusedAfter is how long credentials are refused before a person is told.
const refusedAfter = 15 * time.Second

// tell sends a message about a system; its identifier is made of the topic,
// the system, the object and the instant it began.
func (c *Core) tell(o *object, m Message, since Instant) {
	m.Object = o.name
	m.ID = m.Topic + "/" + o.qualified(m.Side.String()) + "/" + strconv.FormatInt(int64(since), 36)
	c.out.add(Tell{m})
}

// tellOf sends a message about a record; its identifier is made of the topic,
// the record and the number of decisions so far, which a second try after a
// crash finds the same.
func (c *Core) tellOf(rec *Record, m Message) {
	m.Key = rec.Key
	m.ID = m.Topic + "/" + rec.Key + "/" + strconv.Itoa(int(rec.Decisions))
	c.out.add(Tell{m})
}
