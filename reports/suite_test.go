package reports_test

import (
	"testing"
	"time"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

func results(verdicts ...check.Verdict) []check.Result {
	names := []string{"convergence", "right-winner", "no-loop", "told", "secrecy"}
	var all []check.Result
	for i, v := range verdicts {
		all = append(all, check.Result{Name: names[i], Verdict: v, Reason: v.String() + " because"})
	}
	return all
}

func TestCaseVerdict(t *testing.T) {
	blocked := &reports.Fault{Inconclusive: true, Message: "blocked"}
	broken := &reports.Fault{Message: "panic"}
	tests := []struct {
		name    string
		fault   *reports.Fault
		results []check.Result
		want    reports.Verdict
	}{
		{"all pass", nil, results(check.Pass, check.Pass), reports.Pass},
		{"pass beside not-applicable", nil, results(check.Pass, check.NotApplicable), reports.Pass},
		{"unknown is never a pass", nil, results(check.Pass, check.Unknown), reports.Inconclusive},
		{"fail outranks unknown", nil, results(check.Unknown, check.Fail, check.Pass), reports.Fail},
		{"nothing applied", nil, results(check.NotApplicable, check.NotApplicable), reports.Inconclusive},
		{"no checks", nil, nil, reports.Inconclusive},
		{"blocked", blocked, nil, reports.Inconclusive},
		{"blocked after a failure", blocked, results(check.Fail), reports.Fail},
		{"broken", broken, nil, reports.HarnessFailure},
		{"broken outranks a failure", broken, results(check.Fail), reports.HarnessFailure},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := reports.Case{Fault: tt.fault, Results: tt.results}
			if got := c.Verdict(); got != tt.want {
				t.Errorf("verdict %v, want %v", got, tt.want)
			}
		})
	}
}

func TestSuiteVerdict(t *testing.T) {
	pass := reports.Case{Results: results(check.Pass)}
	open := reports.Case{Results: results(check.Unknown)}
	fail := reports.Case{Results: results(check.Fail)}
	broken := reports.Case{Fault: &reports.Fault{Message: "panic"}}
	tests := []struct {
		name  string
		cases []reports.Case
		want  reports.Verdict
	}{
		{"no scenario shows nothing", nil, reports.Inconclusive},
		{"pass", []reports.Case{pass, pass}, reports.Pass},
		{"one open", []reports.Case{pass, open}, reports.Inconclusive},
		{"one failed among open", []reports.Case{open, fail, pass}, reports.Fail},
		{"a harness failure is never hidden", []reports.Case{fail, broken, pass}, reports.HarnessFailure},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := reports.Suite{Cases: tt.cases}
			if got := s.Verdict(); got != tt.want {
				t.Errorf("verdict %v, want %v", got, tt.want)
			}
		})
	}
}

// specimen holds one case of every verdict, with hostile text where a
// journal could bring it in.
func specimen() *reports.Suite {
	journal := []trace.Event{
		{Op: 1, Kind: trace.Commit, On: trace.CRM, Actor: "setup", Verb: trace.Setup, Record: "003A", Alias: "ada", Version: 41, Before: 41},
		{
			Op: 2, At: int64(12 * time.Second), Cause: 1, Kind: trace.Commit, On: trace.CRM, Actor: "user:maria", Origin: "user",
			Verb: trace.Update, Record: "003A", Version: 42, Before: 41,
			Changes: []trace.Change{{Field: "Description", Before: "", After: "VIP\x1b[31m", Has: true}},
		},
		{Op: 3, At: int64(13 * time.Second), Cause: 2, Call: 7, Kind: trace.Answer, On: trace.CRM, Status: 429, RetryAfter: "30"},
	}
	failed := results(check.Pass, check.Fail, check.NotApplicable)
	failed[1].Reason = "the older edit won \x00\xff ]]> <b>"
	failed[1].Findings = []check.Finding{{Record: "ada", Message: "crm won, cc was expected", Ops: []uint64{1, 2, 99}}}
	failed = append(failed, check.Result{Name: "expect", Verdict: check.Fail, Reason: "ada.winner == \"cc\" is false", Line: 12, Column: 5})
	return &reports.Suite{
		Tool: "v1.2.3", Wall: 1500 * time.Millisecond,
		Invariants: []check.Invariant{{Name: "right-winner", Sentence: "the table's winner stands at the end"}},
		Cases: []reports.Case{
			{Name: "calm", Title: "nothing special", Seed: 1, Hash: "aa", Ended: "idle", Events: 3, Results: results(check.Pass, check.NotApplicable), Virtual: time.Hour, Rerun: "syncproof run calm --seed 1"},
			{Name: "clash", Title: "名前 | two edits", Path: "clash.yaml", Seed: 2, Hash: "bb", Ended: "idle", Events: 3, Results: failed, Journal: journal, Rerun: "syncproof run clash.yaml --seed 2", Decisions: []check.Decision{
				{Op: 2, At: int64(12 * time.Second), Record: "ada", Winner: "crm", Rule: "CR-4", ModelRule: "CR-5", Conflict: true, Fields: []string{"notes"}, Wrong: "cc was later"},
			}},
			{Name: "murky", Title: "cut short", Seed: 3, Ended: "deadline", Results: results(check.Pass, check.Unknown)},
			{Name: "silent", Title: "nothing happens", Seed: 4, Ended: "idle", Results: results(check.NotApplicable)},
			{Name: "broken", Title: "the harness fell over", Seed: 5, Fault: &reports.Fault{Message: "panic: boom", Stack: "goroutine 1 [running]:\nmain.main()\n\tmain.go:1"}},
		},
	}
}
