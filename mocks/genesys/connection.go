package genesys

import (
	"bytes"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// What the vendor says of connections to channels.
const (
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
