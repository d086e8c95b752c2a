package reports_test

import (
	"strings"
	"testing"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/trace"
)

func TestLine(t *testing.T) {
	setup := trace.Event{Op: 1, Kind: trace.Commit, On: trace.CC, Verb: trace.Setup, Actor: "setup", Record: "c-1", Alias: "ada", Version: 41, Before: 41}
	tests := []struct {
		event trace.Event
		want  string
	}{
		{setup, "#1 00:00:00.000  cc      commit          ada as it stands before the run, version 41"},
		{trace.Event{Kind: trace.Send, On: trace.CRM, Actor: "engine", Call: 3, Attempt: 1, Method: "GET", Path: "/x"}, "GET /x from engine (call 3)"},
		{trace.Event{Kind: trace.Send, On: trace.CRM, Actor: "engine", Call: 3, Attempt: 2, Method: "GET", Path: "/x"}, "GET /x from engine (call 3, attempt 2)"},
		{trace.Event{Kind: trace.Arrive, On: trace.CRM, Actor: "?", Call: 3, Method: "GET", Path: "/x"}, "GET /x by ? (call 3)"},
		{trace.Event{Kind: trace.Read, On: trace.CC, Actor: "engine", Call: 3, Record: "c-1", Version: 41}, "ada at version 41 shown to engine (call 3)"},
		{trace.Event{Kind: trace.Commit, On: trace.CC, Actor: "agent:maria", Verb: trace.Delete, Record: "c-1", Version: 42, Before: 41}, "ada deleted by agent:maria, version 41 -> 42"},
		{trace.Event{Kind: trace.Commit, On: trace.CC, Actor: "agent:maria", Verb: trace.Touch, Record: "c-1", Version: 41, Before: 41}, "ada touched by agent:maria, version 41"},
		{trace.Event{Kind: trace.Commit, On: trace.CC, Actor: "agent:maria", Verb: trace.Merge, Record: "c-1", External: "c-2", Version: 41, Before: 41}, "ada merged by agent:maria into c-2, version 41"},
		{trace.Event{Kind: trace.Commit, On: trace.CC, Actor: "engine", Verb: trace.Update, Record: "c-9", Version: 1, Before: 1, Changes: []trace.Change{{Field: "notes", Before: "VIP", Had: true}}}, `c-9 updated by engine, version 1: notes "VIP" -> none`},
		{trace.Event{Kind: trace.Notify, On: trace.CC, Record: "c-1", Notice: 5, Cause: 2}, "ada: notice 5 because of #2"},
		{trace.Event{Kind: trace.Answer, On: trace.CRM, Call: 3, Status: 403, Code: "REQUEST_LIMIT_EXCEEDED"}, "HTTP 403 REQUEST_LIMIT_EXCEEDED (call 3)"},
		{trace.Event{Kind: trace.Receive, On: trace.CC, Call: 3, Status: 429, RetryAfter: "30"}, "HTTP 429, Retry-After 30 (call 3)"},
		{trace.Event{Kind: trace.Lose, On: trace.CC, Call: 3, Code: "partition"}, "no answer: partition (call 3)"},
		{trace.Event{Kind: trace.Feed, On: trace.CC, Call: 3, Actor: "engine", Records: []string{"a", "b"}}, "2 changed records shown to engine (call 3)"},
		{trace.Event{Kind: trace.Deliver, On: trace.CC, Record: "c-1", Notice: 5, Attempt: 2, Code: "forged"}, "ada: notice 5, attempt 2, forged"},
		{trace.Event{Kind: trace.Ack, On: trace.CC, Record: "c-1", Notice: 5, Attempt: 1, Status: 401}, "ada: notice 5, attempt 1, HTTP 401"},
		{trace.Event{Kind: trace.FaultBegin, Code: "partition", Text: "{at: 10s}"}, "partition {at: 10s}"},
		{trace.Event{Kind: trace.Crash, Text: "before persist"}, "before persist"},
		{trace.Event{Kind: trace.Person, Verb: "review", Alias: "ada", Text: "chose cc"}, "review ada chose cc"},
		{trace.Event{Kind: trace.Told, Verb: "flagged", Record: "k1", Alias: "ada", Text: "decide"}, "flagged ada decide"},
		{trace.Event{Kind: trace.Gauge, Code: "working_set", Version: 3, Before: 64}, "working_set 3 of at most 64"},
		{trace.Event{Kind: trace.End, Code: "idle"}, "idle"},
		{trace.Event{Kind: trace.ClaimDecision, Alias: "ada", Code: "CR-4", Verb: "push", Origin: "crm", Text: "42 over 41"}, "ada: push by CR-4, winner crm, 42 over 41"},
		{trace.Event{Kind: trace.ClaimDecision, Alias: "ada", Code: "CR-4", Verb: "push", Changes: []trace.Change{{Field: "cc.notes", Before: "call back", Had: true}, {Field: "cc.title"}}}, `ada: push by CR-4: cc.notes lost "call back", cc.title lost none`},
		{trace.Event{Kind: trace.ClaimDecision, Alias: "ada", Code: "CR-4", Verb: "push", Changes: []trace.Change{{Field: "notes", Before: "a", Had: true, After: "b", Has: true}}}, `ada: push by CR-4: notes "a" -> "b"`},
		{trace.Event{Kind: trace.ClaimStatus, Record: "k1", Code: "IN_SYNC"}, "k1 IN_SYNC"},
		{trace.Event{Kind: trace.Output, Text: "evil \x1b[2J\nline"}, `evil \x1b[2J\nline`},
	}
	for _, tt := range tests {
		j := reports.NewJournal([]trace.Event{setup})
		line := j.Line(&tt.event)
		if !strings.HasSuffix(line, tt.want) {
			t.Errorf("got  %s\nwant ... %s", line, tt.want)
		}
		if strings.ContainsAny(line, "\n\x1b") {
			t.Errorf("control characters in %q", line)
		}
	}
}

// TestEveryKindHasWords: no kind of event is printed without a phrase.
func TestEveryKindHasWords(t *testing.T) {
	j := reports.NewJournal(nil)
	for k := trace.KindNone + 1; k.String() != "unknown"; k++ {
		e := trace.Event{Kind: k, Code: "code", Text: "text", Verb: "verb", Record: "r", Alias: "ada", Actor: "a", Method: "GET"}
		if line := j.Line(&e); strings.HasSuffix(line, k.String()) {
			t.Errorf("%v says nothing: %q", k, line)
		}
	}
}
