package engine

import (
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// health is what the core remembers of a system's failures, to tell a person
// once and to stop where going on would be useless.
type health struct {
	failingSince Instant // 0 while it answers
	told         bool    // the outage was told
	denied       *denial
	refusedSince Instant // credentials are refused since, 0 if not
	refusedTold  bool
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
		h.failingSince, h.told = 0, false
		if err == nil {
			h.refusedSince, h.refusedTold = 0, false
		}
		return
	}
	if h.failingSince == 0 {
		h.failingSince = c.now
	}
	if !h.told && c.now.Sub(h.failingSince) >= c.cfg.OutageAfter {
		h.told = true
		c.tell(Message{
			Topic: "outage", Side: side,
			Text: side.String() + " has served nothing for " + c.cfg.OutageAfter.String() + ": " + err.Kind.String(),
			Do:   "check the system, its limits and the network; queued work resumes by itself",
		}, h.failingSince)
	}
}

// deny stops work on a system whose permission is missing and tells which one.
func (c *Core) deny(w *work, side mapping.Side, err *adapter.Error) {
	h := &c.health[side]
	if h.denied == nil {
		h.denied = &denial{since: c.now, write: w.phase == writing}
		what := err.Permission
		if what == "" {
			what = err.Code
		}
		c.tell(Message{
			Topic: "permission", Side: side,
			Text: side.String() + " refuses the engine's account: " + what + " is missing",
			Do:   "grant the permission again; nothing is lost, work resumes by itself",
		}, c.now)
	}
	d := h.denied
	d.probeAt = c.now.Add(c.backoff(side, d.attempt))
	d.attempt++
	d.probe = ""
	c.requeue(w, d.probeAt, w.attempt)
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
// what was denied; otherwise the next record tries.
func (c *Core) probed(w *work, done bool) {
	for side := range c.health {
		d := c.health[side].denied
		if d == nil || d.probe != w.key {
			continue
		}
		if wrote := w.plan != nil && w.step >= 0; done && (wrote || !d.write) {
			c.health[side].denied = nil
			continue
		}
		d.probe = ""
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
	if h.refusedTold || c.now.Sub(h.refusedSince) < refusedAfter {
		return
	}
	h.refusedTold = true
	c.tell(Message{
		Topic: "credentials", Side: side,
		Text: side.String() + " refuses the engine's credentials: " + err.Code,
		Do:   "renew the client secret or unlock the account; queued work resumes by itself",
	}, h.refusedSince)
}

// refusedAfter is how long credentials are refused before a person is told.
const refusedAfter = 15 * time.Second

// tell sends a message that happens once: its identifier is made of the topic,
// what it is about and the instant it began.
func (c *Core) tell(m Message, since Instant) {
	about := m.Key
	if about == "" {
		about = m.Side.String()
	}
	m.ID = m.Topic + "/" + about + "/" + strconv.FormatInt(int64(since), 36)
	c.out.add(Tell{m})
}
