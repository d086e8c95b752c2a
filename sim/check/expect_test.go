package check

import (
	"errors"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

func expecting(texts ...string) *scenarios.Scenario {
	sc := world()
	for k, text := range texts {
		sc.Expect = append(sc.Expect, scenarios.Expect{Text: text, Line: 20 + k, Column: 5})
	}
	return sc
}

func TestCompileExpect(t *testing.T) {
	for _, c := range []struct {
		text, hint string
		column     int
	}{
		{text: `ada.winner == "cc"`},
		{text: `ada.cc.notes == ada.crm.notes and crm.writes <= 1`},
		{text: `record["bob"].cc.exists or flags + deadletters == 0`},
		{text: `idle_after < 60 and restarts == 0 and crm.limited == 0`},
		{text: `adda.winner == "cc"`, hint: "did you mean ada?", column: 5},
		{text: `ada.winer == "cc"`, hint: "did you mean winner?", column: 9},
		{text: `ada.cc.note == "cc"`, hint: "did you mean notes?", column: 12},
		{text: `crm.write <= 1`, hint: "did you mean writes?", column: 9},
		{text: `ada.winner`, column: 5},
		{text: `ada.winner ==`, column: 5 + len("ada.winner ==")},
		{text: `crm.writes == "one"`, column: 5 + len("crm.writes ")},
	} {
		err := CompileExpect(expecting("flags == 0", c.text))
		if c.column == 0 {
			if err != nil {
				t.Errorf("%s: %v", c.text, err)
			}
			continue
		}
		var x *ExpectError
		if !errors.As(err, &x) {
			t.Errorf("%s: compiled to %v; want an *ExpectError", c.text, err)
			continue
		}
		if x.Line != 21 || x.Column < 5 || !strings.Contains(x.Hint, c.hint) {
			t.Errorf("%s: %v at column %d; want line 21, hint %q", c.text, err, x.Column, c.hint)
		}
	}
}

func TestExpectations(t *testing.T) {
	text := conflict + `
		16s  claim ada rule=CR-7 notes="VIP" side=crm
		16s  engine writes crm ada notes="call back" v43
		17s  engine writes cc ada v43
		20s  end idle`
	for _, c := range []struct {
		expect string
		want   Verdict
		says   string
	}{
		{`ada.winner == "cc" and ada.rule == "CR-7"`, Pass, ""},
		{`ada.winner == "crm"`, Fail, `ada.winner is "cc"`},
		{`crm.writes == 1 and cc.writes == 1`, Pass, ""},
		{`crm.writes > cc.writes`, Fail, "crm.writes is 1, cc.writes is 1"},
		{`flags == 0 and crm.writes == 7`, Fail, "crm.writes is 1"},
		{`ada.crm.notes == "call back" and ada.crm.version == 43`, Pass, ""},
		{`ada.crm.exists and not record["bob"].crm.exists`, Pass, ""},
		{`ada.conflicts == 1`, Pass, ""},
		{`cc.reads == 2 and cc.requests == 3 and crm.records == 1`, Pass, ""},
		{`idle_after == 5`, Pass, ""},
	} {
		for _, r := range Judge(Case{Scenario: expecting(c.expect), Events: journal(t, text)}) {
			if r.Name != "expect" {
				continue
			}
			if r.Verdict != c.want || !strings.Contains(r.Reason, c.says) || r.Line != 20 || r.Column != 5 {
				t.Errorf("%s is %s at %d:%d (%s); want %s (%s)", c.expect, r.Verdict, r.Line, r.Column, r.Reason, c.want, c.says)
			}
		}
	}
}

func TestExpectationsAreUnknownWithoutAnEnd(t *testing.T) {
	results := Judge(Case{Scenario: expecting("flags == 0"), Events: journal(t, conflict)})
	if last := results[len(results)-1]; last.Name != "expect" || last.Verdict != Unknown {
		t.Errorf("%s is %s; want expect unknown", last.Name, last.Verdict)
	}
}
