package service

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
)

// line is one notification channel, and the connection to it that is held for
// as long as the life lasts. One channel follows the other.
type line struct {
	push   *push
	number int           // for the log, from 1
	wake   chan struct{} // holds a token when ids grew

	// Guarded by the push's lock.
	ids []string
	up  bool // a connection is held

	last subscribed // of the connection that broke: it may be there yet
}

// subscribed is a channel, and how many of its line's records it was told of.
type subscribed struct {
	adapter.Channel
	listened int
}

const (
	// renewBefore is how long before a channel's end another takes its place,
	// or a quarter of what is left where that is shorter.
	renewBefore = time.Hour
	// renewAgain is how long after a failure to get the next one it is tried
	// again, while the old one holds.
	renewAgain = time.Minute
	// steadyAfter is how long a connection must hold before a failure counts as
	// the first again: two engines that push each other out do not storm.
	steadyAfter = time.Minute
	// waitLeast lies between two tries in any case.
	waitLeast = 50 * time.Millisecond
)

func (n *line) poke() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// run connects, and connects again with full jitter: however many engines lost
// their connections at once, they come back one by one. A pause that the system
// asked for holds for the channel's requests as for all others, at the gate.
func (n *line) run() {
	l := n.push.life
	clock := l.s.opts.Clock
	for failures := 0; ; failures++ {
		began := clock.Now()
		why := n.hold()
		if l.ctx.Err() != nil {
			return
		}
		if clock.Now().Sub(began) >= steadyAfter {
			failures = 0
		}
		delay := n.backoff(failures, why)
		l.s.metrics.pushLost(n.push.side)
		l.s.log.Warn("the notification channel is down, polling alone shows changes meanwhile",
			"side", n.push.side.String(), "channel", strconv.Itoa(n.number), "why", why.Error(), "again_in", delay.String())
		if !wait(l.ctx, clock, delay) {
			return
		}
	}
}

// backoff is a random part of the schedule's delay, beside what the system asked
// for.
func (n *line) backoff(failures int, why error) time.Duration {
	r := &n.push.life.config.Retry
	delay, most := r.Base.Std(), r.Cap.Std()
	for range failures {
		if delay = min(delay*time.Duration(max(r.Factor, 2)), most); delay == most {
			break
		}
	}
	jittered := max(time.Duration(rand.Int64N(int64(delay)+1)), waitLeast)
	var e *adapter.Error
	if errors.As(why, &e) && e.RetryAfter > 0 {
		return min(e.RetryAfter, r.RetryAfterCap.Std()) + jittered
	}
	return jittered
}

// hold keeps a connection until it breaks. Where the channel ends by itself, or
// its system says that it will close, the next one takes its place before.
func (n *line) hold() (why error) {
	now, err := n.again()
	if err != nil {
		return err
	}
	n.stands(true)
	defer n.stands(false)
	for renew := now.life(); ; {
		if why := now.serve(renew); !errors.Is(why, errRenew) {
			now.end()
			n.last = now.channel
			return why
		}
		next, err := n.connect(subscribed{})
		if err != nil {
			n.push.life.s.log.Warn("the next notification channel cannot be had yet, the old one is kept",
				"side", n.push.side.String(), "channel", strconv.Itoa(n.number), "why", err.Error(), "again_in", renewAgain.String())
			renew = renewAgain
			continue
		}
		now.end()
		now, renew = next, next.life()
	}
}

func (n *line) stands(up bool) {
	p := n.push
	p.mu.Lock()
	defer p.mu.Unlock()
	n.up = up
	p.life.s.metrics.pushUp(p.side, up)
}

// again connects to the channel of before, if it is there yet, else to another.
func (n *line) again() (*socket, error) {
	before := n.last
	n.last = subscribed{}
	s, err := n.connect(before)
	if before.ID != "" && errors.Is(err, errGone) {
		s, err = n.connect(subscribed{})
	}
	return s, err
}

// connect makes a channel if there is none, lets it tell of the line's records
// and connects to it; then the poll is asked, for what happened meanwhile is
// told by nobody (EV-8).
func (n *line) connect(c subscribed) (*socket, error) {
	p := n.push
	l := p.life
	if c.ID == "" {
		channel, err := p.with.OpenChannel(l.ctx)
		if err != nil {
			return nil, err
		}
		c.Channel = channel
	}
	if _, err := n.listen(&c); err != nil {
		return nil, err
	}
	s, err := n.dial(c)
	if err != nil {
		return nil, err
	}
	l.s.log.Info("the notification channel is up", "side", p.side.String(), "channel", strconv.Itoa(n.number),
		"records", strconv.Itoa(c.listened), "until", c.Expires.UTC().Format(time.RFC3339))
	l.s.metrics.pushed(p.side)
	l.put(engine.Unheard{Side: p.side})
	return s, nil
}

// listen tells a channel of the records that it does not know yet, and returns
// them. A channel that is not there is errGone.
func (n *line) listen(c *subscribed) (fresh []string, err error) {
	fresh = n.push.wanted(n, c.listened)
	if len(fresh) == 0 {
		return nil, nil
	}
	if err := n.push.with.Listen(n.push.life.ctx, c.ID, fresh); err != nil {
		if adapter.As(err).Kind == adapter.NotFound {
			err = errGone
		}
		return nil, err
	}
	c.listened += len(fresh)
	return fresh, nil
}
