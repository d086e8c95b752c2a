package trace

import "time"

// Line is one event in the NDJSON form of a journal: one JSON object a line,
// only the fields that the event's kind fills, under stable names. A Decoder
// reads it back; of texts that are not UTF-8 it has what JSON can hold.
type Line struct {
	// Scenario tells the journals apart that one file holds, "" in a file of one.
	Scenario string `json:"scenario,omitempty"`
	Op       uint64 `json:"op"`
	// AtNS is the true virtual offset in nanoseconds: the exact time.
	AtNS  int64  `json:"at_ns"`
	Cause uint64 `json:"cause,omitempty"`
	Call  uint64 `json:"call,omitempty"`
	On    string `json:"on"`
	Kind  string `json:"kind"`
	// Name is the scenario's name of the record.
	Name string `json:"name,omitempty"`
	// Inferred: the event itself does not have the name; an earlier one of the
	// same record has.
	Inferred bool         `json:"name_inferred,omitempty"`
	Record   string       `json:"record,omitempty"`
	Object   string       `json:"object,omitempty"`
	Actor    string       `json:"actor,omitempty"`
	Origin   string       `json:"origin,omitempty"`
	Verb     string       `json:"verb,omitempty"`
	Code     string       `json:"code,omitempty"`
	Method   string       `json:"method,omitempty"`
	Path     string       `json:"path,omitempty"`
	Status   int16        `json:"status,omitempty"`
	Attempt  int32        `json:"attempt,omitempty"`
	Notice   uint64       `json:"notice,omitempty"`
	External string       `json:"external,omitempty"`
	Version  int64        `json:"version,omitempty"`
	Before   int64        `json:"version_before,omitempty"`
	Stamp    string       `json:"stamp,omitempty"`
	Clock    string       `json:"clock,omitempty"`
	Retry    string       `json:"retry_after,omitempty"`
	Date     string       `json:"date,omitempty"`
	Changes  []LineChange `json:"changes,omitempty"`
	Records  []string     `json:"records,omitempty"`
	Text     string       `json:"text,omitempty"`
}

// LineChange is one field before and after; null is an empty field.
type LineChange struct {
	Field  string  `json:"field"`
	Before *string `json:"before"`
	After  *string `json:"after"`
}

// Line is the event in its NDJSON form.
func (e *Event) Line() Line {
	l := Line{
		Op: e.Op, AtNS: e.At, Cause: e.Cause, Call: e.Call, On: e.On.String(), Kind: e.Kind.String(),
		Name: e.Alias, Record: e.Record, Object: e.Object, Actor: e.Actor, Origin: e.Origin, Verb: e.Verb, Code: e.Code,
		Method: e.Method, Path: e.Path, Status: e.Status, Attempt: e.Attempt, Notice: e.Notice,
		External: e.External, Version: e.Version, Before: e.Before, Stamp: instant(e.Stamp), Clock: instant(e.Clock),
		Retry: e.RetryAfter, Date: e.Date, Records: e.Records, Text: e.Text,
	}
	for i := range e.Changes {
		c := &e.Changes[i]
		l.Changes = append(l.Changes, LineChange{Field: c.Field, Before: optional(c.Before, c.Had), After: optional(c.After, c.Has)})
	}
	return l
}

// instant writes nanoseconds since the Unix epoch, none as "".
func instant(ns int64) string {
	if ns == 0 {
		return ""
	}
	return time.Unix(0, ns).UTC().Format(time.RFC3339Nano)
}

func optional(text string, present bool) *string {
	if !present {
		return nil
	}
	return &text
}
