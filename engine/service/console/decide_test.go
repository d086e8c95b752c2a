package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/engine/service/console/consoletest"
)

// holds requires what both sides of a record hold in a field.
func (d *desk) holds(name, field, want string) {
	d.t.Helper()
	for _, side := range []mapping.Side{mapping.CC, mapping.CRM} {
		if got, ok := d.world.Value(side, name, field); !ok || got != want {
			d.t.Errorf("%s holds %q as the %s of %s, want %q", side, got, field, name, want)
		}
	}
}

func (d *desk) decide(name, body string, status int, into any) {
	d.t.Helper()
	body = strings.ReplaceAll(body, "STATE", d.record(name).State)
	d.ask("POST", "/records/cc:"+name+"/decision", body, status, into)
}

func TestCR10ADecisionIsCarriedOut(t *testing.T) {
	for _, c := range []struct{ name, body, notes, score, why string }{
		{"one side", `{"by":"Grace","state":"STATE","choose":"crm"}`, "VIP", "", "Grace chose crm"},
		{"the other side", `{"by":"Grace","state":"STATE","choose":"cc"}`, "call back", "", "Grace chose cc"},
		{"a given value", `{"by":"Grace","state":"STATE","set":{"notes":" call the VIP back "}}`, "call the VIP back", "", "Grace wrote notes"},
		{"a side and values", `{"by":"Grace","state":"STATE","choose":"crm","set":{"score":7}}`, "VIP", "7", "Grace chose crm and wrote score"},
		{"a cleared field", `{"by":"Grace","state":"STATE","set":{"notes":null}}`, "", "", "Grace wrote notes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, consoletest.Example())
			var done console.Accepted
			d.decide("ada", c.body, 200, &done)
			if !done.Accepted || done.Key != "cc:ada" {
				t.Errorf("%+v", done)
			}
			d.holds("ada", "notes", c.notes)
			d.holds("ada", "score", c.score)
			rec := d.record("ada")
			if rec.Status != "OVERWRITTEN" || rec.Ledger[len(rec.Ledger)-1].Why != c.why {
				t.Errorf("%s, %+v", rec.Status, rec.Ledger)
			}
			if log := d.log.String(); !strings.Contains(log, "by=Grace") || !strings.Contains(log, "result=done") || strings.Contains(log, "VIP") {
				t.Errorf("log: %s", log)
			}
		})
	}
}

func TestCR10ADecisionOnAnEarlierStateIsRefused(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	body := `{"by":"Grace","state":"` + d.record("ada").State + `","choose":"crm"}`
	// The engine has not heard of the edit yet: it is the core that refuses.
	d.world.Edit(mapping.CC, "ada", map[string]string{"score": "7"})
	p := d.problem("POST", "/records/cc:ada/decision", body, 409)
	if p.Code != console.CodeRefused || !strings.Contains(p.Detail, "changed since") {
		t.Errorf("%+v", p)
	}
	// Now it has, and the console sees by itself that the state is another.
	if p := d.problem("POST", "/records/cc:ada/decision", body, 409); p.Field != "state" {
		t.Errorf("%+v", p)
	}
	if got, _ := d.world.Value(mapping.CC, "ada", "notes"); got != "call back" {
		t.Errorf("notes became %q", got)
	}
	var done console.Accepted
	d.decide("ada", `{"by":"Grace","state":"STATE","choose":"cc"}`, 200, &done)
	d.holds("ada", "score", "7")
	if p := d.problem("POST", "/records/cc:ada/decision", body, 409); !strings.Contains(p.Detail, "not flagged") {
		t.Errorf("%+v", p)
	}
}

func TestADecisionThatCannotBeIsRefused(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	d.world.Edit(mapping.CC, "ada", map[string]string{"phone": "+14155550199"})
	d.world.Notice(mapping.CC, "ada")
	for _, c := range []struct {
		body, code, field string
		status            int
	}{
		{`{"state":"STATE","choose":"cc"}`, console.CodeInvalid, "by", 422},
		{`{"by":"  ","state":"STATE","choose":"cc"}`, console.CodeInvalid, "by", 422},
		{`{"by":"a\u0007b","state":"STATE","choose":"cc"}`, console.CodeInvalid, "by", 422},
		{`{"by":"` + strings.Repeat("x", 101) + `","state":"STATE","choose":"cc"}`, console.CodeInvalid, "by", 422},
		{`{"by":"Grace","choose":"cc"}`, console.CodeInvalid, "state", 422},
		{`{"by":"Grace","state":"STATE"}`, console.CodeInvalid, "choose", 422},
		{`{"by":"Grace","state":"STATE","choose":"both"}`, console.CodeInvalid, "choose", 422},
		{`{"by":"Grace","state":"STATE","set":{"nots":"x"}}`, console.CodeInvalid, "set", 422},
		{`{"by":"Grace","state":"STATE","choose":"cc","set":{"score":"many"}}`, console.CodeInvalid, "set.score", 422},
		{`{"by":"Grace","state":"STATE","choose":"cc","set":{"notes":12}}`, console.CodeInvalid, "set.notes", 422},
		{`{"by":"Grace","state":"STATE","set":{"notes":"x"}}`, console.CodeInvalid, "set", 422}, // phone differs too
		{`{"by":"Grace","state":"STATE","choose":"cc","set":{"notes":{}}}`, console.CodeBody, "", 400},
		{`{"by":"Grace","state":"STATE","choose":"cc","force":true}`, console.CodeBody, "", 400},
		{`{"by":"Grace","by":"Ada","state":"STATE","choose":"cc"}`, console.CodeBody, "", 400},
		{`{"by":"Grace","state":"STATE","choose":"cc"`, console.CodeBody, "", 400},
		{`{"by":"Grace","state":"STATE","choose":"cc"} {}`, console.CodeBody, "", 400},
		{"{\"by\":\"\xff\",\"state\":\"STATE\",\"choose\":\"cc\"}", console.CodeBody, "", 400},
		{strings.Repeat(`{"set":`, 20) + `1` + strings.Repeat("}", 20), console.CodeBody, "", 400},
		{`{"by":"` + strings.Repeat("x", 1<<20) + `"}`, console.CodeTooLarge, "", 413},
	} {
		var p console.Problem
		d.decide("ada", c.body, c.status, &p)
		if p.Code != c.code || p.Field != c.field || p.Detail == "" {
			t.Errorf("%.60s: %+v", c.body, p)
		}
	}
	r := request("POST", "/records/cc:ada/decision", `{}`)
	r.Header.Set("Content-Type", "text/plain")
	if resp := d.send(r); resp.StatusCode != 415 {
		t.Errorf("text: %d", resp.StatusCode)
	}
	if rec := d.record("ada"); rec.Status != "FLAGGED" {
		t.Errorf("the record is %s", rec.Status)
	}
}

func TestADecisionWithoutAnAnswerIsUndecided(t *testing.T) {
	d := patientDesk(t, consoletest.Example(), time.Millisecond)
	d.world.Down(mapping.CC, true)
	var p console.Problem
	d.decide("ada", `{"by":"Grace","state":"STATE","choose":"crm"}`, 504, &p)
	if p.Code != console.CodeUndecided || !strings.Contains(d.log.String(), "result=undecided") {
		t.Errorf("%+v\n%s", p, d.log)
	}
	// It was durable: it is carried out when the system is back.
	d.world.Down(mapping.CC, false)
	d.world.Advance(time.Minute)
	d.holds("ada", "notes", "VIP")
}

func TestCR11ALossIsRestored(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	var done console.Accepted
	d.ask("POST", "/records/cc:eve/restore", `{"by":"Grace","entry":1,"fields":["notes"]}`, 200, &done)
	d.holds("eve", "notes", "prefers mail")
	rec := d.record("eve")
	if last := rec.Ledger[len(rec.Ledger)-1]; last.Rule != "CR-11" || last.Why != "Grace restored notes" || len(last.Lost) != 2 {
		t.Errorf("%+v", last)
	}
	for _, c := range []struct {
		body, field string
	}{
		{`{"entry":1}`, "by"},
		{`{"by":"Grace"}`, "entry"},
		{`{"by":"Grace","entry":9}`, "entry"},
		{`{"by":"Grace","entry":2}`, "side"}, // both sides lost their notes
		{`{"by":"Grace","entry":2,"side":"left"}`, "side"},
		{`{"by":"Grace","entry":1,"fields":["phone"]}`, "fields"},
		{`{"by":"Grace","entry":1,"side":"crm"}`, "entry"},
	} {
		if p := d.problem("POST", "/records/cc:eve/restore", c.body, 422); p.Field != c.field {
			t.Errorf("%s: %+v", c.body, p)
		}
	}
	d.ask("POST", "/records/cc:eve/restore", `{"by":"Grace","entry":2,"side":"crm"}`, 200, &done)
	d.holds("eve", "notes", "prefers phone")
	// A record that is not in sync cannot be restored: the core says so.
	d.world.Edit(mapping.CRM, "eve", map[string]string{"notes": "x"})
	if p := d.problem("POST", "/records/cc:eve/restore", `{"by":"Grace","entry":1}`, 409); !strings.Contains(p.Detail, "not in sync") {
		t.Errorf("%+v", p)
	}
}

func TestCR13AMassDeleteIsApproved(t *testing.T) {
	w := consoletest.New(1)
	for _, name := range []string{"ada", "bob", "cyd"} {
		w.Link(name, map[string]string{"name": name})
		w.Delete(mapping.CC, name)
	}
	d := newDesk(t, w)
	if p := d.problem("POST", "/mass-delete/approve", `{"by":"Grace"}`, 409); !strings.Contains(p.Detail, "no mass delete") {
		t.Errorf("%+v", p)
	}
	for _, name := range []string{"ada", "bob", "cyd"} {
		w.Notice(mapping.CC, name)
	}
	var s console.Status
	d.ask("GET", "/status", "", 200, &s)
	if s.MassDelete != 2 || s.Flagged != 0 {
		t.Fatalf("%+v", s)
	}
	if _, ok := w.Value(mapping.CRM, "cyd", "name"); !ok {
		t.Fatal("cyd is deleted before the approval")
	}
	d.problem("POST", "/mass-delete/approve", `{}`, 422)
	var done console.Accepted
	d.ask("POST", "/mass-delete/approve", `{"by":"Grace"}`, 200, &done)
	if _, ok := w.Value(mapping.CRM, "cyd", "name"); ok {
		t.Error("cyd is still there")
	}
}
