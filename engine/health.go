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
	denied       *denial
	told         Told // durable: what a person knows of
}

// denial is a missing permission (RL-6): work that needs the system waits,
// and one record at a time tries whether it is back.
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
		c.untell(side, &h.told.Outage)
		if err == nil {
			h.refusedSince = 0
			c.untell(side, &h.told.Credentials)
			c.prepareSoon(side)
		}
		return
	}
	if h.failingSince == 0 {
		h.failingSince = c.now
	}
	if h.told.Outage == 0 && c.now.Sub(h.failingSince) >= c.cfg.OutageAfter {
		c.tellLasting(side, &h.told.Outage, h.failingSince, Message{
			Topic: "outage",
			Text:  side.String() + " has served nothing for " + c.cfg.OutageAfter.String() + ": " + err.Kind.String(),
			Do:    "check the system, its limits and the network; queued work resumes by itself",
		})
	}
}

// tellLasting tells of a trouble that lasts, and remembers durably that it did.
func (c *Core) tellLasting(side mapping.Side, since *Instant, began Instant, m Message) {
	*since, m.Side = began, side
	c.tell(m, began)
	c.persist(pending{kind: pendingOther}, PutTold{side, c.health[side].told})
}

// untell forgets a trouble that is over: the next one is told again.
func (c *Core) untell(side mapping.Side, since *Instant) {
	if *since != 0 {
		*since = 0
		c.persist(pending{kind: pendingOther}, PutTold{side, c.health[side].told})
	}
}

// remembered takes up what a person was told in an earlier life.
func (h *health) remembered(told Told, now Instant) {
	h.told = told
	h.failingSince, h.refusedSince = told.Outage, told.Credentials
	if told.Permission != 0 {
		h.denied = &denial{since: told.Permission, probeAt: now}
	}
}

// deny stops work on a system whose permission is missing.
func (c *Core) deny(w *work, side mapping.Side, err *adapter.Error) {
	d := c.missing403(side, err, w.phase == writing)
	d.probe = ""
	c.turnAway(side)
	c.requeue(w, d.probeAt, w.attempt)
}

// missing403 notes a missing permission and tells which one, once.
func (c *Core) missing403(side mapping.Side, err *adapter.Error, write bool) *denial {
	h := &c.health[side]
	if h.denied == nil {
		h.denied = &denial{since: c.now}
		what := err.Permission
		if what == "" {
			what = err.Code
		}
		c.tellLasting(side, &h.told.Permission, c.now, Message{
			Topic: "permission",
			Text:  side.String() + " refuses the engine's account: " + what + " is missing",
			Do:    "grant the permission again; nothing is lost, work resumes by itself",
		})
	}
	d := h.denied
	d.write = d.write || write
	d.probeAt = c.now.Add(c.backoff(side, d.attempt))
	d.attempt++
	return d
}

// granted ends a denial.
func (c *Core) granted(side mapping.Side) {
	c.health[side].denied = nil
	c.untell(side, &c.health[side].told.Permission)
}

// denied puts w back while a permission is missing, save for the one record
// that tries whether it is back.
func (c *Core) denied(w *work) bool {
	for side := range c.health {
		d := c.health[side].denied
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
	for side := range c.health {
		d := c.health[side].denied
		if d == nil || d.probe != w.key {
			continue
		}
		if w.wrote[side] || (!d.write && w.seen[side]) {
			c.granted(mapping.Side(side))
			continue
		}
		d.probe = ""
	}
}

// notProbed lets the next record try.
func (c *Core) notProbed(w *work) {
	for side := range c.health {
		if d := c.health[side].denied; d != nil && d.probe == w.key {
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
	c.tellLasting(side, &h.told.Credentials, h.refusedSince, Message{
		Topic: "credentials",
		Text:  side.String() + " refuses the engine's credentials: " + err.Code,
		Do:    "renew the client secret or unlock the account; queued work resumes by itself",
	})
}

// refusedAfter is how long credentials are refused before a person is told.
const refusedAfter = 15 * time.Second

// tell sends a message about a system; its identifier is made of the topic,
// the system and the instant it began.
func (c *Core) tell(m Message, since Instant) {
	m.ID = m.Topic + "/" + m.Side.String() + "/" + strconv.FormatInt(int64(since), 36)
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
