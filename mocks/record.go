package mocks

import (
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// Recorder writes one system's events to the journal.
type Recorder struct {
	Journal Journal
	On      trace.System
}

// Unknown is the actor of a request without usable credentials.
const Unknown = "?"

// ActorOf names a user of the system in the journal.
func ActorOf(origin Origin, by string) string {
	switch origin {
	case Agent:
		return "agent:" + by
	case Automation:
		return "automation:" + by
	}
	return "user:" + by
}

// Arrive records that a request reached the system; record is the native id
// in its path, if any.
func (j Recorder) Arrive(r *Request, actor, record string) uint64 {
	return j.Journal.Emit(trace.Event{
		Kind: trace.Arrive, On: j.On, Cause: r.Cause, Call: r.Call,
		Actor: actor, Method: r.Method, Path: r.Path, Record: record,
	})
}

// Answer records the response to call, with the vendor's error code ("" for
// success). It returns resp.
func (j Recorder) Answer(call, cause uint64, resp *Response, code string) *Response {
	j.Answered(call, cause, resp.Status, code, first(resp.Header["Retry-After"]), first(resp.Header["Date"]))
	return resp
}

// Answered is Answer for an answer that has no form yet; retryAfter and date
// are the texts of its headers.
func (j Recorder) Answered(call, cause uint64, status int, code, retryAfter, date string) {
	j.Journal.Emit(trace.Event{
		Kind: trace.Answer, On: j.On, Cause: cause, Call: call,
		Status: int16(status), Code: code, RetryAfter: retryAfter, Date: date,
	})
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// Disclosed is what a Read event says.
type Disclosed struct {
	Call, Cause uint64
	Actor       string
	Record      string
	Alias       string
	External    string
	Version     int64
	Stamp       time.Time
}

// Read records that a record's current content was disclosed.
func (j Recorder) Read(d Disclosed) uint64 {
	return j.Journal.Emit(trace.Event{
		Kind: trace.Read, On: j.On, Cause: d.Cause, Call: d.Call,
		Actor: d.Actor, Record: d.Record, Alias: d.Alias, External: d.External,
		Version: d.Version, Stamp: d.Stamp.UnixNano(),
	})
}

// Committed is what a Commit event says.
type Committed struct {
	Object      Object
	Call, Cause uint64 // Call is 0 for a user's change
	Actor       string
	Origin      Origin // "" for the engine's own
	Verb        string
	Record      string
	Alias       string
	External    string
	Version     int64
	Before      int64
	Stamp       time.Time
	Changes     []trace.Change
}

// Commit records that the stored state changed.
func (j Recorder) Commit(c Committed) uint64 {
	return j.Journal.Emit(trace.Event{
		Kind: trace.Commit, On: j.On, Cause: c.Cause, Call: c.Call,
		Actor: c.Actor, Origin: string(c.Origin), Verb: c.Verb,
		Object: c.Object.journaled(), Record: c.Record, Alias: c.Alias, External: c.External,
		Version: c.Version, Before: c.Before, Stamp: c.Stamp.UnixNano(), Changes: c.Changes,
	})
}

// Notify records that a notice about a record was queued.
func (j Recorder) Notify(commit, notice uint64, record, alias string) uint64 {
	return j.Journal.Emit(trace.Event{
		Kind: trace.Notify, On: j.On, Cause: commit, Record: record, Alias: alias, Notice: notice,
	})
}

// Feed records that a page of the change feed was disclosed.
func (j Recorder) Feed(call, cause uint64, actor string, records []string) uint64 {
	return j.Journal.Emit(trace.Event{
		Kind: trace.Feed, On: j.On, Cause: cause, Call: call, Actor: actor, Records: records,
	})
}

// TriggerFires decides for the guide's version trigger: it does if it is
// installed, the writer did not set the version itself, and a mapped field is
// among the changes.
func (c *Config) TriggerFires(changes []trace.Change, versionSet bool) bool {
	if !c.Trigger || versionSet {
		return false
	}
	for i := range changes {
		for _, name := range c.Mapped {
			if changes[i].Field == name {
				return true
			}
		}
	}
	return false
}
