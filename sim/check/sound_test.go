package check

import (
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/sim/trace"
)

// soundJournal is a small journal that holds together: an edit, its notice, a
// crash, and the write that carries it.
func soundJournal() []trace.Event {
	set := func(field, before, after string) []trace.Change {
		return []trace.Change{{Field: field, Before: before, After: after, Had: before != "", Has: after != ""}}
	}
	events := []trace.Event{
		{Kind: trace.Commit, On: trace.CC, Verb: trace.Setup, Record: "a", Version: 1, Changes: set("notes", "", "old")},
		{Kind: trace.Commit, On: trace.CC, Verb: trace.Update, Record: "a", Before: 1, Version: 2, Changes: set("notes", "old", "new")},
		{Kind: trace.Notify, On: trace.CC, Record: "a", Notice: 1, Cause: 2},
		{Kind: trace.Deliver, On: trace.CC, Record: "a", Notice: 1, Attempt: 1, Cause: 3},
		{Kind: trace.Ack, On: trace.CC, Record: "a", Notice: 1, Attempt: 1, Status: 200},
		{Kind: trace.Send, On: trace.CC, Call: 1, Path: "/a"},
		{Kind: trace.Arrive, On: trace.CC, Call: 1, Path: "/a", Record: "a"},
		{Kind: trace.Feed, On: trace.CC, Call: 1, Records: []string{"a"}},
		{Kind: trace.Read, On: trace.CC, Call: 1, Record: "a", Version: 2},
		{Kind: trace.Answer, On: trace.CC, Call: 1, Status: 200},
		{Kind: trace.Receive, On: trace.CC, Call: 1, Status: 200},
		{Kind: trace.FaultBegin, On: trace.CRM, Code: "partition"},
		{Kind: trace.Crash, On: trace.Engine},
		{Kind: trace.Restart, On: trace.Engine},
		{Kind: trace.Send, On: trace.CRM, Call: 2},
		{Kind: trace.Lose, On: trace.CRM, Call: 2},
		{Kind: trace.FaultEnd, On: trace.CRM, Code: "partition"},
		{Kind: trace.Idle},
		{Kind: trace.FaultEnd, On: trace.Engine, Code: "crash", Text: "{at: 1s, crash: engine} never struck"},
		{Kind: trace.End, Code: "idle"},
	}
	for i := range events {
		events[i].Op, events[i].At = uint64(i)+1, int64(i)*1e9
	}
	return events
}

func TestContradictions(t *testing.T) {
	drop := func(op int) func([]trace.Event) []trace.Event {
		return func(ev []trace.Event) []trace.Event { return slices.Delete(ev, op-1, op) }
	}
	again := func(op int) func([]trace.Event) []trace.Event {
		return func(ev []trace.Event) []trace.Event { return slices.Insert(ev, op, ev[op-1]) }
	}
	alter := func(op int, how func(*trace.Event)) func([]trace.Event) []trace.Event {
		return func(ev []trace.Event) []trace.Event { how(&ev[op-1]); return ev }
	}
	for _, c := range []struct {
		name, says string
		how        func([]trace.Event) []trace.Event
	}{
		{"an operation is missing", "stands where", func(ev []trace.Event) []trace.Event { ev[19].Op = 40; return ev }},
		{"time goes back", "time goes back", alter(6, func(e *trace.Event) { e.At = 0 })},
		{"a cause comes later", "had not happened", alter(3, func(e *trace.Event) { e.Cause = 9 })},
		{"a setup is missing", "had version 1", drop(1)},
		{"an edit is missing", "shown at version 2", drop(2)},
		{"an edit starts from another version", "had version 7", alter(2, func(e *trace.Event) { e.Before = 7 })},
		{"an edit starts from another value", "is stored", alter(2, func(e *trace.Event) { e.Changes[0].Before = "x" })},
		{"a notice was never queued", "never queued", alter(3, func(e *trace.Event) { e.Notice = 9 })},
		{"a notice is queued twice", "second time", again(3)},
		{"another delivery is answered", "was not delivered", alter(4, func(e *trace.Event) { e.Attempt = 2 })},
		{"a request was never sent", "never sent", alter(6, func(e *trace.Event) { e.Call = 9 })},
		{"a request is sent twice", "sent a second time", again(6)},
		{"a request never arrived", "had not arrived", alter(7, func(e *trace.Event) { e.Call = 9 })},
		{"another answer is received", "no system answered", alter(10, func(e *trace.Event) { e.Status = 503 })},
		{"an answer is received twice", "ends a second time", again(11)},
		{"an exchange changes systems", "is now one to crm", alter(10, func(e *trace.Event) { e.On = trace.CRM })},
		{"a stranger is shown", "never stored", alter(9, func(e *trace.Event) { e.Record = "b" })},
		{"another version is shown", "shown at version 3", alter(9, func(e *trace.Event) { e.Version = 3 })},
		{"a stranger is on a page", "page of changes and was never stored", alter(8, func(e *trace.Event) { e.Records = []string{"b"} })},
		{"another request arrives", "arrives as", alter(7, func(e *trace.Event) { e.Path = "/other" })},
		{"a notice is delivered for another record", "not about", alter(4, func(e *trace.Event) { e.Record = "b" })},
		{"a notice has another cause", "its cause about", alter(3, func(e *trace.Event) { e.Record = "b" })},
		{"a wait is received that no system asked for", "no system answered", alter(11, func(e *trace.Event) { e.RetryAfter = "7" })},
		{"a fault ends twice", "had not begun", again(17)},
		{"an engine starts that runs", "that state already", again(14)},
		{"the journal goes on after its end", "goes on", again(20)},
		{"a request never ended", "never ended", func(ev []trace.Event) []trace.Event {
			return slices.Delete(ev, 10, 14) // neither its answer nor a crash
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := c.how(soundJournal())
			if !strings.HasPrefix(c.name, "an operation") {
				for i := range events {
					events[i].Op = uint64(i) + 1
				}
			}
			found := Contradictions(events)
			if len(found) == 0 || !slices.ContainsFunc(found, func(x Contradiction) bool { return strings.Contains(x.Message, c.says) }) {
				t.Errorf("found %v; expected one that says %q", found, c.says)
			}
		})
	}
	if found := Contradictions(soundJournal()); len(found) > 0 {
		t.Errorf("a sound journal contradicts itself: %v", found)
	}
}

// TestAtRestWithAPageUnderWay: an engine whose rounds of polling follow each
// other without a rest asks for a page at any instant, and for no more.
func TestAtRestWithAPageUnderWay(t *testing.T) {
	page := trace.Event{Kind: trace.Send, On: trace.CC, Path: "/a?after=a"}
	for _, c := range []struct {
		name  string
		sound bool
		sent  []trace.Event
	}{
		{"a page of a feed", true, []trace.Event{page}},
		{"two pages of it", false, []trace.Event{page, page}},
		{"a page and a record", false, []trace.Event{page, {Kind: trace.Send, On: trace.CC, Path: "/b"}}},
		{"the same path of another system", false, []trace.Event{{Kind: trace.Send, On: trace.CRM, Path: "/a"}}},
	} {
		events := soundJournal()
		for i := range c.sent {
			c.sent[i].Call = uint64(3 + i)
		}
		events = slices.Insert(events, 17, c.sent...)
		for i := range events {
			events[i].Op, events[i].At = uint64(i)+1, int64(i)*1e9
		}
		if found := Contradictions(events); (len(found) == 0) != c.sound {
			t.Errorf("at rest with %s under way: found %v", c.name, found)
		}
	}
}

// A journal without a kind of event is not held against it: a foreign engine's
// requests do not pass our network.
func TestWhatAJournalLeavesOut(t *testing.T) {
	for _, left := range []trace.Kind{trace.Send, trace.Arrive, trace.Answer, trace.Notify, trace.Deliver} {
		events := slices.DeleteFunc(soundJournal(), func(e trace.Event) bool { return e.Kind == left })
		for i := range events {
			events[i].Op, events[i].Cause = uint64(i)+1, 0
		}
		if found := Contradictions(events); len(found) > 0 {
			t.Errorf("without any %s: %v", left, found)
		}
	}
}

// Such a journal is judged as far as it goes, and never passes as a whole.
func TestAContradictionIsUnknown(t *testing.T) {
	events := soundJournal()
	events[1].Before = 7
	for _, r := range Judge(Case{Scenario: world(), Events: events}) {
		if r.Name == "journal" {
			if r.Verdict != Unknown || !strings.Contains(r.Reason, "contradicts itself") || len(r.Findings) == 0 {
				t.Errorf("%+v", r)
			}
			return
		}
	}
	t.Error("nothing says that the journal contradicts itself")
}
