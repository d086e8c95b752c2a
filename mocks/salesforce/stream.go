package salesforce

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// What the vendor says of clients of the stream.
const (
	// pollTimeout is how long a poll waits for an event (S).
	pollTimeout = 110 * time.Second
	// reconnectTimeout is how long a client is remembered after an answer (S).
	reconnectTimeout = 40 * time.Second
	// streamsMax is how many clients an organisation has at once (S: of an
	// Enterprise organisation).
	streamsMax = 1000
	// deliveryMax is how many events an answer holds (M).
	deliveryMax = 500
	// streamCookie holds a client to its server (2).
	streamCookie = "BAYEUX_BROWSER"
)

// stream is one client that has shaken hands. It is not part of snapshots: a
// client of a mock that was restored is an unknown one, as after a failover.
type stream struct {
	id, cookie string
	token      string
	expires    time.Time // unless it speaks before
	greeted    bool      // its first connect was answered
	held       uint64    // the poll that waits, 0 for none
	places     []place
}

// place is where in a channel a client is: behind the event with this replay id.
type place struct {
	channel string
	after   int64
}

// poll is a connect whose answer waits.
type poll struct {
	number  uint64
	client  string
	message bayeuxMessage
	until   time.Time
	over    bool
	call    uint64
	arrive  uint64
	actor   string
}

func (m *Mock) stream(id string) *stream {
	for _, s := range m.streams {
		if s.id == id {
			return s
		}
	}
	return nil
}

// expire forgets the clients that stayed away, and ends polls that waited
// long enough: who holds them asks for their answer.
func (m *Mock) expire(now time.Time) {
	for i := range m.polls {
		m.polls[i].over = m.polls[i].over || !now.Before(m.polls[i].until)
	}
	if len(m.streams) > 0 {
		m.streams = slices.DeleteFunc(m.streams, func(s *stream) bool { return s.held == 0 && !now.Before(s.expires) })
	}
}

// pollDue is when the next poll has waited long enough.
func (m *Mock) pollDue() (at time.Time, ok bool) {
	for i := range m.polls {
		if p := &m.polls[i]; !p.over && (!ok || p.until.Before(at)) {
			at, ok = p.until, true
		}
	}
	return at, ok
}

// shiftStreams lets clients and polls wait as long as before.
func (m *Mock) shiftStreams(by time.Duration) {
	for i := range m.polls {
		m.polls[i].until = m.polls[i].until.Add(by)
	}
	for _, s := range m.streams {
		s.expires = s.expires.Add(by)
	}
}

var _ mocks.Holding = (*Mock)(nil)

// hold lets the answer to a connect wait.
func (x *exchange) hold(s *stream, message *bayeuxMessage) *mocks.Response {
	m := x.m
	m.held++
	s.held = m.held
	m.polls = append(m.polls, poll{
		number: m.held, client: s.id, message: *message, until: x.now.Add(pollTimeout), call: x.r.Call, arrive: x.arrive, actor: x.actor,
	})
	return &mocks.Response{Held: m.held}
}

// Resume answers a poll when there is an event, when its time or its client's
// session is over, or when the client has sent another.
func (m *Mock) Resume(now time.Time, held uint64, over bool) *mocks.Response {
	m.Advance(now)
	i := slices.IndexFunc(m.polls, func(p poll) bool { return p.number == held })
	if i < 0 {
		return &mocks.Response{Status: 503, Header: map[string][]string{"Date": m.dateHeader(now)}}
	}
	p := m.polls[i]
	x := &exchange{m: m, now: now, arrive: p.arrive, actor: p.actor, r: &mocks.Request{Call: p.call}}
	answer := &streamAnswer{x: x}
	s := m.stream(p.client)
	switch {
	case s == nil:
		answer.reply(&p.message, bayeuxReply{client: p.client, err: streamUnknown, advice: adviceHandshake})
	case !m.keeps(now, s.token):
		answer.reply(&p.message, bayeuxReply{client: s.id, err: streamInvalid, advice: adviceNone})
	case s.held != held:
		answer.reply(&p.message, bayeuxReply{client: s.id})
	case answer.deliver(s) || over || p.over:
		answer.reply(&p.message, bayeuxReply{client: s.id})
	default:
		return nil
	}
	m.polls = slices.Delete(m.polls, i, i+1)
	if s != nil && s.held == held {
		s.held, s.expires = 0, now.Add(reconnectTimeout)
	}
	return answer.response()
}

// Abandon forgets a poll; its client has the usual time to come back.
func (m *Mock) Abandon(now time.Time, held uint64) {
	m.Advance(now)
	m.polls = slices.DeleteFunc(m.polls, func(p poll) bool { return p.number == held })
	for _, s := range m.streams {
		if s.held == held {
			s.held, s.expires = 0, now.Add(reconnectTimeout)
		}
	}
}

// keeps reports whether a session still carries a client of the stream: that
// of a connected client does not expire (S), but it can be revoked.
func (m *Mock) keeps(now time.Time, token string) bool {
	_, validity := m.tokens.Check(now, token, m.faults.Revocations)
	return validity == mocks.TokenValid || validity == mocks.TokenExpired
}

// cloneStreams gives a copy of the organisation clients and polls of its own.
func (t *tenant) cloneStreams() {
	t.polls = slices.Clone(t.polls)
	t.streams = slices.Clone(t.streams)
	for i, s := range t.streams {
		one := *s
		one.places = slices.Clone(s.places)
		t.streams[i] = &one
	}
}

// encodeStreams appends clients where there are any.
func (m *Mock) encodeStreams(p *mocks.Print) {
	if len(m.streams)+len(m.polls) == 0 {
		return
	}
	p.Int(int64(len(m.streams)))
	for _, s := range m.streams {
		p.Text(s.id)
		p.Text(s.token)
		p.Due(s.expires)
		p.Flag(s.greeted, s.held != 0)
		for _, at := range s.places {
			p.Text(at.channel)
			p.Int(at.after)
		}
	}
	p.Int(int64(len(m.polls)))
	for i := range m.polls {
		p.Text(m.polls[i].client)
		p.Due(m.polls[i].until)
	}
}
