package service

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
)

const (
	// messageBytesMax bounds one message of a channel (SE-2).
	messageBytesMax = 1 << 20
	// takingMax is how many messages of one connection may wait for their
	// durability; beyond that nothing is read.
	takingMax = 64
	// takeAgain is how long after an intake that was full a message is brought
	// to it again.
	takeAgain = time.Second
	// writeTimeout is how long a ping may take to leave.
	writeTimeout = 10 * time.Second
)

var (
	// errRenew: another channel is to take this one's place.
	errRenew = errors.New("the channel is to be renewed")
	errGone  = errors.New("the channel is not there any more")
)

// socket is one connection to a channel. Its own timeouts run by the machine's
// time, like those of all sockets.
type socket struct {
	line    *line
	channel subscribed
	conn    *websocket.Conn
	closing chan struct{} // holds a token when the system said that it will close
	heard   chan struct{} // holds a token when something was said
	over    chan error    // why nothing more will be read
	taking  chan struct{} // a place for each message that becomes durable
	group   sync.WaitGroup
}

// dial connects to a channel. Neither its address nor its id is in an error:
// whoever has them can connect.
func (n *line) dial(c subscribed) (*socket, error) {
	l := n.push.life
	timeout := l.config.Systems.Of(n.push.side).Timeout.Std()
	conn, err := dialChannel(l.ctx, c.Address, timeout)
	if err != nil {
		return nil, err
	}
	s := &socket{
		line: n, channel: c, conn: conn, closing: make(chan struct{}, 1), heard: make(chan struct{}, 1),
		over: make(chan error, 1), taking: make(chan struct{}, takingMax),
	}
	s.group.Go(s.read)
	return s, nil
}

// dialChannel connects within a timeout. A channel that the system does not
// know is errGone; a limit signal carries its Retry-After.
func dialChannel(ctx context.Context, address string, timeout time.Duration) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	transport := newTransport(1)
	transport.ForceAttemptHTTP2 = false
	conn, res, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: &http.Client{ //nolint:bodyclose // the library closes it
		Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}})
	switch {
	case err == nil:
		conn.SetReadLimit(messageBytesMax)
		return conn, nil
	case res == nil:
		return nil, fmt.Errorf("the channel's websocket cannot be reached: %w", unwrapURL(err))
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusGone:
		return nil, errGone
	}
	e := &adapter.Error{Status: res.StatusCode, Message: "the channel's websocket was refused"}
	if res.StatusCode == http.StatusTooManyRequests {
		seconds, err := strconv.ParseInt(res.Header.Get("Retry-After"), 10, 32)
		if e.Kind = adapter.Limited; err == nil && seconds > 0 {
			e.RetryAfter = time.Duration(seconds) * time.Second
		}
	}
	return nil, e
}

// life is how long the channel is used before the next takes its place.
func (s *socket) life() time.Duration {
	left := s.channel.Expires.Sub(s.line.push.life.s.opts.Clock.Now())
	return max(left-min(renewBefore, left/4), waitLeast)
}

// serve keeps the connection alive, and lets its channel tell of records that
// became known, until it breaks, or is to be renewed.
func (s *socket) serve(renewIn time.Duration) (why error) {
	l := s.line.push.life
	renew := make(chan struct{})
	stop := l.s.opts.Clock.AfterFunc(renewIn, func() { close(renew) })
	defer stop()
	ping := l.s.opts.Ping
	silence := time.NewTimer(ping)
	defer silence.Stop()
	for asked := 0; ; {
		select {
		case why := <-s.over:
			return why
		case <-l.ctx.Done():
			return l.ctx.Err()
		case <-s.closing:
			return errRenew
		case <-renew:
			return errRenew
		case <-s.heard:
			asked = 0
			silence.Reset(ping)
		case <-silence.C:
			if asked++; asked > 2 {
				return fmt.Errorf("nothing was heard for %s", 3*ping)
			}
			if err := s.write(s.line.push.with.Ping()); err != nil {
				return err
			}
			silence.Reset(ping)
		case <-s.line.wake:
			if err := s.widen(); err != nil {
				return err
			}
		}
	}
}

// widen listens to records that became known while the connection holds, and
// looks at each: an edit may have come between its reading and this.
func (s *socket) widen() error {
	n := s.line
	l := n.push.life
	fresh, err := n.listen(&s.channel)
	switch {
	case errors.Is(err, errGone):
		return err
	case err != nil:
		l.s.log.Warn("the notification channel does not take more records yet",
			"side", n.push.side.String(), "channel", strconv.Itoa(n.number), "why", err.Error())
		l.s.opts.Clock.AfterFunc(n.backoff(0, err), n.poke)
		return nil
	}
	for _, id := range fresh {
		s.take([]adapter.Notice{{ID: id}})
	}
	return nil
}

func (s *socket) write(message []byte) error {
	ctx, cancel := context.WithTimeout(s.line.push.life.ctx, writeTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, message)
}

// end closes the connection and waits for what is being taken.
func (s *socket) end() {
	_ = s.conn.CloseNow() // there is nothing that the other end has to know
	s.group.Wait()
}

// read takes in what the system says until the connection ends.
func (s *socket) read() {
	for {
		_, message, err := s.conn.Read(s.line.push.life.ctx)
		if err != nil {
			s.over <- err
			return
		}
		select {
		case s.heard <- struct{}{}:
		default:
		}
		s.hear(message)
	}
}

// hear takes in one message. What cannot be read may have been a notice: the
// poll is asked. A notice of a record that the channel was not told of is
// nobody's business here, and changes nothing.
func (s *socket) hear(message []byte) {
	p := s.line.push
	l := p.life
	heard, err := p.with.Heard(message)
	switch {
	case err != nil:
		l.s.metrics.pushHeard(p.side, "malformed")
		l.s.log.Warn("a message of the notification channel cannot be read, the poll looks instead",
			"side", p.side.String(), "bytes", strconv.Itoa(len(message)), "why", adapter.As(err).Error())
		l.put(engine.Unheard{Side: p.side})
	case heard.Closing:
		l.s.metrics.pushHeard(p.side, "closing")
		select {
		case s.closing <- struct{}{}:
		default:
		}
	case len(heard.Notices) == 0:
		l.s.metrics.pushHeard(p.side, "other")
	default:
		for _, notice := range heard.Notices {
			if !p.listens(s.line, notice.ID) {
				l.s.metrics.pushHeard(p.side, "foreign")
				l.s.log.Warn("the notification channel tells of a record that it was not asked for, it is ignored", "side", p.side.String())
				return
			}
		}
		l.s.metrics.pushHeard(p.side, "notice")
		s.take(heard.Notices)
	}
}

// take makes notices durable while more is read; they count as taken only then
// (EV-2), and are brought to an intake that is full again and again.
func (s *socket) take(notices []adapter.Notice) {
	p := s.line.push
	l := p.life
	select {
	case s.taking <- struct{}{}:
	case <-l.ctx.Done():
		return
	}
	list := make([]engine.Noticed, len(notices))
	for i, n := range notices {
		list[i] = engine.Noticed{Ref: engine.Ref{Side: p.side, ID: l.names.Qualify(0, n.ID)}, Into: l.names.Qualify(0, n.MergedInto)}
	}
	s.group.Go(func() {
		defer func() { <-s.taking }()
		for {
			status, why := l.s.take(l.ctx, list)
			if status == http.StatusOK || l.ctx.Err() != nil {
				return
			}
			l.s.log.Warn("notices of the notification channel wait", "side", p.side.String(), "why", why)
			if !wait(l.ctx, l.s.opts.Clock, takeAgain) {
				return
			}
		}
	})
}
