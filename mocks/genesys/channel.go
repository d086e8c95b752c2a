package genesys

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// What the vendor says of notification channels.
const (
	// channelsMax is how many channels a user and application have (S).
	channelsMax = 20
	// channelLife is how long a channel lives after it was made, or after its
	// topics were sent again (2).
	channelLife = 24 * time.Hour
	// topicsMax is how many topics a channel has (2).
	topicsMax = 1000
	// heartbeatEvery is the interval of heartbeats (2).
	heartbeatEvery = 30 * time.Second
	// backlogMax is how many messages wait for a client that does not read; one
	// that lets more wait is cut off (M).
	backlogMax = 1000
)

// The messages of a connection: the heartbeat and the pong, 2; the ping that
// is answered, S; the answer to anything else, 2.
const (
	heartbeatMessage = `{"topicName":"channel.metadata","eventBody":{"message":"WebSocket Heartbeat"}}`
	pongMessage      = `{"topicName":"channel.metadata","eventBody":{"message":"pong"}}`
	refusedMessage   = `{"result":"400","status":"error"}`
)

// socketPath is where channels are connected to, their id behind it (2).
const socketPath = "/channels/"

// channel carries notifications to one client. Its id is all that a client
// needs to connect (2).
type channel struct {
	id      string
	token   string // with which it was made: the channel ends with it (2)
	expires time.Time
	used    time.Time // made, subscribed or connected last
	topics  []string  // in the order of subscription
	// connection is the number of the one connection, 0 for none. What
	// happens without one is lost (M).
	connection uint64
	backlog    [][]byte
	choked     bool // the backlog was too long
}

// newChannel makes a channel and lets the one go that has to make room: the
// one used last the longest ago, one without a connection first (S).
func (m *Mock) newChannel(now time.Time, token string) *channel {
	for len(m.channels) >= channelsMax {
		m.channels = slices.Delete(m.channels, m.idlest(), m.idlest()+1)
	}
	c := &channel{id: m.channelIDs.Secret("streaming-0-"), token: token, used: now}
	c.prolong(now)
	m.channels = append(m.channels, c)
	return c
}

func (m *Mock) idlest() int {
	found := 0
	for i, c := range m.channels {
		best := m.channels[found]
		idle, bestIdle := c.connection == 0, best.connection == 0
		if idle != bestIdle && idle || idle == bestIdle && c.used.Before(best.used) {
			found = i
		}
	}
	return found
}

func (c *channel) prolong(now time.Time) { c.expires = now.Add(channelLife).Truncate(resolution) }

func (m *Mock) channel(id string) *channel {
	for _, c := range m.channels {
		if c.id == id {
			return c
		}
	}
	return nil
}

func (m *Mock) connected(connection uint64) *channel {
	for _, c := range m.channels {
		if connection != 0 && c.connection == connection {
			return c
		}
	}
	return nil
}

// sweep removes the channels whose life, or whose token's life, is over.
func (m *Mock) sweep(now time.Time) {
	if len(m.channels) == 0 {
		return
	}
	m.channels = slices.DeleteFunc(m.channels, func(c *channel) bool {
		_, validity := m.tokens.Check(now, c.token, m.faults.Revocations)
		return validity != mocks.TokenValid || !now.Before(c.expires)
	})
}

// channelDue is the next instant at which a channel ends.
func (m *Mock) channelDue() (at time.Time, ok bool) {
	for _, c := range m.channels {
		end := c.expires
		// What is wrong with the token by now, the sweep finds: only its expiry counts.
		if token, _ := m.tokens.Check(c.used, c.token, m.faults.Revocations); token.Expires.Before(end) {
			end = token.Expires
		}
		if !ok || end.Before(at) {
			at, ok = end, true
		}
	}
	return at, ok
}

// publish sends a contact's state to the channels that subscribed to it.
func (m *Mock) publish(c *contact) {
	if len(m.channels) == 0 {
		return
	}
	topic := topicPrefix + c.id
	for _, ch := range m.channels {
		if ch.connection != 0 && slices.Contains(ch.topics, topic) {
			ch.push(append(m.appendNotification(append(make([]byte, 0, bodySize), '{'), c), '}'))
		}
	}
}

func (c *channel) push(message []byte) {
	if len(c.backlog) >= backlogMax {
		c.choked, c.backlog = true, nil
	}
	if !c.choked {
		c.backlog = append(c.backlog, message)
	}
}

var _ mocks.Streaming = (*Mock)(nil)

// Connect begins a connection to a channel. A channel has one: the newest
// takes the place of the one before (2; which of them stays: M).
func (m *Mock) Connect(now time.Time, path string) (connection uint64, ok bool) {
	m.Advance(now)
	id, ok := strings.CutPrefix(path, socketPath)
	c := m.channel(id)
	if !ok || c == nil {
		return 0, false
	}
	m.connections++
	c.connection, c.used, c.backlog, c.choked = m.connections, now, nil, false
	return c.connection, true
}

// Received answers a ping, and refuses anything else.
func (m *Mock) Received(now time.Time, connection uint64, message []byte) {
	m.Advance(now)
	c := m.connected(connection)
	if c == nil {
		return
	}
	members, err := mocks.Members(nil, bytes.TrimSpace(message))
	if err == nil && len(members) == 1 && members[0].Key == "message" && members[0].Kind == mocks.JSONString && members[0].Text == "ping" {
		c.push([]byte(pongMessage))
		return
	}
	c.push([]byte(refusedMessage))
}

// Outgoing drains what a connection is to be sent.
func (m *Mock) Outgoing(now time.Time, connection uint64) (messages [][]byte, over string) {
	m.Advance(now)
	c := m.connected(connection)
	switch {
	case c == nil:
		return nil, "the channel expired, was removed, or has a newer connection"
	case c.choked:
		return nil, "the client reads too slowly"
	}
	messages, c.backlog = c.backlog, nil
	return messages, ""
}

// Disconnected ends a connection; the channel stays.
func (m *Mock) Disconnected(connection uint64) {
	if c := m.connected(connection); c != nil {
		c.connection, c.backlog, c.choked = 0, nil, false
	}
}

// Heartbeat is the vendor's.
func (m *Mock) Heartbeat() (every time.Duration, message []byte) {
	return heartbeatEvery, []byte(heartbeatMessage)
}

// cloneChannels copies them; topics are never changed in place.
func cloneChannels(list []*channel) []*channel {
	if len(list) == 0 {
		return nil
	}
	out := make([]*channel, len(list))
	for i, c := range list {
		one := *c
		one.backlog = slices.Clone(c.backlog)
		out[i] = &one
	}
	return out
}

// encodeChannels appends channels where there are any, so that a world without
// them is what it always was.
func (m *Mock) encodeChannels(p *mocks.Print) {
	if m.channelIDs == *mocks.NewIDs(m.cfg.Seed + 4) {
		return
	}
	m.channelIDs.Print(p)
	p.Int(int64(len(m.channels)))
	for _, c := range m.channels {
		p.Text(c.id)
		p.Text(c.token)
		p.Due(c.expires)
		p.Age(c.used)
		p.Texts(c.topics)
		p.Flag(c.connection != 0, c.choked)
		p.Int(int64(len(c.backlog)))
	}
}
