package mocks

import "time"

// Streaming is a mock that also pushes to clients which hold a connection
// open. The mock decides what is pushed and when a connection is over; whoever
// runs it holds the connection itself, and shows the mock all that comes over
// it.
type Streaming interface {
	System
	// Connect begins a connection to what a path names, and returns its
	// number. ok is false if the path names nothing that can be connected to.
	Connect(now time.Time, path string) (connection uint64, ok bool)
	// Received takes a message of the client. The answer is in Outgoing.
	Received(now time.Time, connection uint64, message []byte)
	// Outgoing drains what is to be sent, in order. over says why the
	// connection has to be closed after that, "" that it has not.
	Outgoing(now time.Time, connection uint64) (messages [][]byte, over string)
	// Disconnected tells that a connection ended.
	Disconnected(connection uint64)
	// Heartbeat is the message that every connection gets at this interval,
	// whatever else it gets.
	Heartbeat() (every time.Duration, message []byte)
}
