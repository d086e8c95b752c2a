package explore_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/explore"
	"github.com/syncproof/syncproof/sim/mutant"
)

// failed is a result with one finding.
func failed(invariant, record, message string) check.Result {
	return check.Result{Name: invariant, Verdict: check.Fail, Reason: message, Findings: []check.Finding{{Record: record, Message: message}}}
}

// TestRoles: two messages of one kind have one role, whatever they are about.
func TestRoles(t *testing.T) {
	for _, c := range []struct {
		role     string
		findings []check.Result
	}{
		{"at _ the edit _ of _'s _ in crm was overwritten with _, and no ledger entry names it", []check.Result{
			failed("no-lost-edit", "ada", `at 31m27.396s the edit "call back" of ada's notes in crm was overwritten with "", and no ledger entry names it`),
			failed("no-lost-edit", "r12", `at 2s the edit "O"Hara, in cc" of r12's last_name in crm was overwritten with "x: y", and no ledger entry names it`),
			failed("no-lost-edit", "0033f00000AbCdEAAW", `at 2s the edit "1" of 0033f00000AbCdEAAW's account number in crm was overwritten with "2", and no ledger entry names it`),
		}},
		{"at _ the edit _ of _'s _ in cc was overwritten with _, and no ledger entry names it", []check.Result{
			failed("no-lost-edit", "ada", `at 31m27.396s the edit "call back" of ada's notes in cc was overwritten with "", and no ledger entry names it`),
		}},
		{"_: cc holds _ _, crm holds _ _", []check.Result{
			failed("convergence", "ada", `ada: cc holds notes "a", crm holds notes "b"`),
			failed("convergence", "bob", `bob: cc holds city "Łódź – süd", crm holds city ""`),
		}},
		{"_: cc holds version _, crm holds version _", []check.Result{failed("convergence", "ada", `ada: cc holds version 3, crm holds version 14`)}},
		{"_: it lives in crm, and not in cc", []check.Result{failed("convergence", "crm-7", `crm-7: it lives in crm, and not in cc`)}},
		{"at _ in cc: both sides changed _: the table lets cc win by CR-5 (_), but _ was written", []check.Result{
			failed("right-winner", "ada", `at 3s in cc: both sides changed notes: the table lets cc win by CR-5 ("a"), but "b" was written`),
			failed("right-winner", "cleo", `at 1h0m3s in cc: both sides changed Kunden Nr: the table lets cc win by CR-5 ("12"), but "" was written`),
		}},
		{"at _ in crm: only crm changed _ (_), and cc overwrote it with its unchanged _ (CR-2)", []check.Result{
			failed("right-winner", "zoe", `at 34m18.041s in crm: only crm changed last_name ("Brown"), and cc overwrote it with its unchanged "Brontë" (CR-2)`),
		}},
		{"at _ in crm: _ of crm became _, which cc did not hold when it was read (_)", []check.Result{
			failed("right-winner", "zoe", `at 4ms in crm: phone of crm became "+1415", which cc did not hold when it was read ("")`),
			failed("right-winner", "zoe", `at 4ms in crm: mobile phone of crm became "+1415", which cc did not hold when it was read ("x")`),
		}},
		{"write _ to _ in crm at _, for _ external edits and _ hidden outcomes: at most _ are explained", []check.Result{
			failed("no-loop", "a", `write 7 to a in crm at 38.572s, for 3 external edits and 0 hidden outcomes: at most 6 are explained`),
		}},
		{"the engine made _ in cc for _, which _ stands for already", []check.Result{
			failed("no-duplicates", "ada", `the engine made 7a1c2f54-0b1e-4f77-9d6e-2f4c8f1d2e3a in cc for ada, which 7a1c2f54-0b1e-4f77-9d6e-2f4c8f1d2e3b stands for already`),
		}},
		{"crm refused PATCH _ with _ STRING_TOO_LONG at _", []check.Result{
			failed("valid-payloads", "rhys", `crm refused PATCH /services/data/v59.0/sobjects/Contact/0033f00000AbCdE with 400 STRING_TOO_LONG at 20.5s`),
		}},
		{"the system was not idle _ after the last outside act; the deadline is _", []check.Result{
			failed("liveness", "", `the system was not idle 98h36m0s after the last outside act; the deadline is 48h50m13s`),
			failed("liveness", "", `the system was not idle 9s after the last outside act; the deadline is 5m; ada is stuck since 3s: cc holds notes "a", crm holds notes "b" (crm last answered PATCH with 503 x); and 3 more records`),
		}},
		{"the delivery at _ about _ was answered after _; at most _ do not depend on the other system", []check.Result{
			failed("prompt-ack", "xena", `the delivery at 34.157s about xena was answered after 6.615s; at most 1.104s do not depend on the other system, with answers of crm in between`),
			failed("prompt-ack", "of", `the delivery at 3s about of was answered after 6.615s; at most 1.104s do not depend on the other system`),
		}},
		{"_.winner == \"cc\" and _.rule == \"CR-5\"", []check.Result{
			{Name: "expect", Verdict: check.Fail, Reason: `ada.winner == "cc" and ada.rule == "CR-5": ada.winner is crm`},
			{Name: "expect", Verdict: check.Fail, Reason: `record["ada-2"].winner == "cc" and bob.rule == "CR-5": bob.rule is ""`},
		}},
	} {
		for _, r := range c.findings {
			got := explore.FailuresOf([]check.Result{r})
			if len(got) != 1 || got[0].Role != c.role || got[0].Invariant != r.Name || got[0].Message != r.Reason {
				t.Errorf("%s\ngot  %+v\nwant %s", r.Reason, got, c.role)
			}
		}
	}
}

// TestFailuresOf: one failure for each invariant and role, in order, of what failed.
func TestFailuresOf(t *testing.T) {
	got := explore.FailuresOf([]check.Result{
		{Name: "bounded", Verdict: check.Pass, Reason: "all is well"},
		{Name: "convergence", Verdict: check.Fail, Reason: "x (and 2 more)", Findings: []check.Finding{
			{Record: "ada", Message: `ada: cc holds notes "a", crm holds notes "b"`},
			{Record: "bob", Message: `bob: it lives in cc, and not in crm`},
			{Record: "cleo", Message: `cleo: cc holds city "a", crm holds city "b"`},
		}},
		{Name: "told", Verdict: check.Unknown, Reason: "who knows"},
		{Name: "expect", Verdict: check.Fail, Reason: "flags == 0: flags is 1"},
	})
	want := []explore.Failure{
		{Invariant: "convergence", Role: "_: cc holds _ _, crm holds _ _", Message: `ada: cc holds notes "a", crm holds notes "b"`, Record: "ada"},
		{Invariant: "convergence", Role: "_: it lives in cc, and not in crm", Message: `bob: it lives in cc, and not in crm`, Record: "bob"},
		{Invariant: "expect", Role: "flags == 0", Message: "flags == 0: flags is 1"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got  %+v\nwant %+v", got[i], want[i])
		}
	}
	if got := explore.FailuresOf(nil); got != nil {
		t.Errorf("got %+v of nothing", got)
	}
}

var (
	particular = regexp.MustCompile(`"|[0-9]`)
	ruleOf     = regexp.MustCompile(`\b[A-Z]{2}-[0-9]+\b`)
	wordOf     = regexp.MustCompile(`[\pL\pN_-]+`)
)

// TestRolesOfRealRuns: what the checks say of engines with defects leaves no
// record, field, value or number in a role.
func TestRolesOfRealRuns(t *testing.T) {
	for _, m := range mutant.All() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			for _, name := range m.KilledBy {
				sc := library(t, name)
				failures, ok := trialOf(m)(context.Background(), sc)
				if !ok || len(failures) == 0 {
					t.Fatalf("%s does not fail", name)
				}
				particulars := map[string]bool{}
				for _, field := range sc.MappingOrDefault().Names() {
					particulars[field] = true
				}
				for _, r := range sc.Records.List {
					particulars[r.ID] = true
				}
				for _, f := range failures {
					if f.Invariant == "expect" {
						continue
					}
					if particular.MatchString(ruleOf.ReplaceAllString(f.Role, "")) {
						t.Errorf("%s: %s: a number or value is left: %s", name, f.Invariant, f.Role)
					}
					for _, word := range wordOf.FindAllString(f.Role, -1) {
						if particulars[word] {
							t.Errorf("%s: %s: %s is left: %s", name, f.Invariant, word, f.Role)
						}
					}
					if strings.Contains(f.Role, "\n") {
						t.Errorf("%s: %s: a role of several lines: %q", name, f.Invariant, f.Role)
					}
				}
			}
		})
	}
}
