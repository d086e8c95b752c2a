package reports

import (
	"encoding/json"
	"io"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// Records is the NDJSON form of a journal: one event a line, only the fields
// that its kind fills, with stable names. It is what `replay --json` and
// `run --journal` write; scenario goes into every line, unless it is empty.
func Records(w io.Writer, scenario string, events []trace.Event) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	j := NewJournal(events)
	for i := range events {
		r := j.Record(&events[i])
		r.Scenario = scenario
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// EventRecord is one line of the NDJSON journal. AtNS is the true virtual
// offset in nanoseconds, the exact order and the exact time.
type EventRecord struct {
	Scenario string          `json:"scenario,omitempty"`
	Op       uint64          `json:"op"`
	AtNS     int64           `json:"at_ns"`
	Cause    uint64          `json:"cause,omitempty"`
	Call     uint64          `json:"call,omitempty"`
	On       string          `json:"on"`
	Kind     string          `json:"kind"`
	Name     string          `json:"name,omitempty"`
	Record   string          `json:"record,omitempty"`
	Actor    string          `json:"actor,omitempty"`
	Origin   string          `json:"origin,omitempty"`
	Verb     string          `json:"verb,omitempty"`
	Code     string          `json:"code,omitempty"`
	Method   string          `json:"method,omitempty"`
	Path     string          `json:"path,omitempty"`
	Status   int             `json:"status,omitempty"`
	Attempt  int32           `json:"attempt,omitempty"`
	Notice   uint64          `json:"notice,omitempty"`
	External string          `json:"external,omitempty"`
	Version  int64           `json:"version,omitempty"`
	Before   int64           `json:"version_before,omitempty"`
	Stamp    string          `json:"stamp,omitempty"`
	Retry    string          `json:"retry_after,omitempty"`
	Date     string          `json:"date,omitempty"`
	Changes  []DocumentField `json:"changes,omitempty"`
	Records  []string        `json:"records,omitempty"`
	Text     string          `json:"text,omitempty"`
}

// Record is the event in the form of the NDJSON journal.
func (j *Journal) Record(e *trace.Event) EventRecord {
	r := EventRecord{
		Op: e.Op, AtNS: e.At, Cause: e.Cause, Call: e.Call, On: e.On.String(), Kind: e.Kind.String(),
		Name: j.Name(e), Record: e.Record, Actor: e.Actor, Origin: e.Origin, Verb: e.Verb, Code: e.Code,
		Method: e.Method, Path: e.Path, Status: int(e.Status), Attempt: e.Attempt, Notice: e.Notice,
		External: e.External, Version: e.Version, Before: e.Before, Retry: e.RetryAfter, Date: e.Date,
		Records: e.Records, Text: e.Text,
	}
	if e.Stamp != 0 {
		r.Stamp = time.Unix(0, e.Stamp).UTC().Format(time.RFC3339Nano)
	}
	if r.Name == r.Record {
		r.Name = ""
	}
	for i := range e.Changes {
		c := &e.Changes[i]
		r.Changes = append(r.Changes, DocumentField{Field: c.Field, Before: optional(c.Before, c.Had), After: optional(c.After, c.Has)})
	}
	return r
}
