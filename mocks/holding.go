package mocks

import "time"

// Holding is a mock that lets some answers wait until there is something to
// say: the long polls of an event stream. Handle then returns a Response
// whose Held is not 0, and whoever runs the mock asks for the answer whenever
// it may have come, or the client has had enough.
type Holding interface {
	System
	// Resume is the answer that a request was held back for, nil while it goes
	// on waiting. over ends the wait, whatever there is to say. A number that
	// is not waited for is answered as a stream that has ended.
	Resume(now time.Time, held uint64, over bool) *Response
	// Abandon tells that the client of a held request has gone.
	Abandon(now time.Time, held uint64)
}

// settled is the answer to a request where nobody can wait.
func settled(s System, now time.Time, res *Response) *Response {
	if res.Held == 0 {
		return res
	}
	return s.(Holding).Resume(now, res.Held, true)
}
