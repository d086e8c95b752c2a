package check

import (
	"fmt"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// BenchmarkJudge reports events judged a second, over records that were each
// edited once and carried over.
func BenchmarkJudge(b *testing.B) {
	const records = 20_000
	var events []trace.Event
	emit := func(e trace.Event) uint64 {
		e.Op, e.At = uint64(len(events))+1, int64(len(events))*1e6
		events = append(events, e)
		return e.Op
	}
	names := []trace.Change{{Field: "LastName", After: "Doe", Has: true}, {Field: "Phone", After: "(415) 555-0123", Has: true}}
	for r := range records {
		ccID, crmID := fmt.Sprintf("cc-%d", r), fmt.Sprintf("crm-%d", r)
		emit(trace.Event{Kind: trace.Commit, On: trace.CRM, Verb: trace.Setup, Record: crmID, External: ccID, Alias: fmt.Sprintf("r%d", r), Version: 1, Changes: names})
		emit(trace.Event{Kind: trace.Commit, On: trace.CC, Verb: trace.Setup, Record: ccID, External: crmID, Alias: fmt.Sprintf("r%d", r), Version: 1,
			Changes: []trace.Change{{Field: "lastName", After: "Doe", Has: true}, {Field: "workPhone", After: "+14155550123", Has: true}}})
	}
	call := uint64(0)
	exchange := func(on trace.System, id string, e trace.Event) {
		call++
		sent := emit(trace.Event{Kind: trace.Send, On: on, Actor: trace.ActorEngine, Call: call, Path: "/contacts/" + id})
		emit(trace.Event{Kind: trace.Arrive, On: on, Actor: trace.ActorEngine, Call: call, Record: id, Cause: sent})
		e.On, e.Call, e.Record, e.Actor = on, call, id, trace.ActorEngine
		emit(e)
		emit(trace.Event{Kind: trace.Answer, On: on, Call: call, Status: 200})
		emit(trace.Event{Kind: trace.Receive, On: on, Call: call, Status: 200})
	}
	for r := range records {
		ccID, crmID := fmt.Sprintf("cc-%d", r), fmt.Sprintf("crm-%d", r)
		edit := []trace.Change{{Field: "notes", After: "called", Has: true}}
		emit(trace.Event{Kind: trace.Commit, On: trace.CC, Verb: trace.Update, Actor: "agent:a", Origin: "agent", Record: ccID, Version: 2, Before: 1, Changes: edit})
		exchange(trace.CC, ccID, trace.Event{Kind: trace.Read, Version: 2})
		exchange(trace.CRM, crmID, trace.Event{Kind: trace.Read, Version: 1})
		exchange(trace.CRM, crmID, trace.Event{Kind: trace.Commit, Verb: trace.Update, Version: 2, Before: 1,
			Changes: []trace.Change{{Field: "Description", After: "called", Has: true}}})
	}
	emit(trace.Event{Kind: trace.End, Code: "idle"})
	sc := scenarios.New()
	for b.Loop() {
		for _, r := range Judge(Case{Scenario: sc, Events: events}) {
			if r.Verdict == Fail || r.Name == "journal" {
				b.Fatalf("%s: %s", r.Name, r.Reason)
			}
		}
	}
	b.ReportMetric(float64(len(events))*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
