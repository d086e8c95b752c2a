package console_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/engine/service/console/consoletest"
)

func (d *desk) letters(verb, body string) console.Outcomes {
	d.t.Helper()
	var out console.Outcomes
	d.ask("POST", "/dead-letters/"+verb, body, 200, &out)
	return out
}

// results are the outcomes as key=result.
func results(out console.Outcomes) (list []string) {
	for _, o := range out.Letters {
		list = append(list, o.Key+"="+o.Result)
	}
	return list
}

func TestDeadLettersAreDiscarded(t *testing.T) {
	for _, body := range []string{
		`{"by":"Grace","filter":{"all":true}}`,
		`{"by":"Grace","filter":{"side":"crm"}}`,
		`{"by":"Grace","filter":{"field":"Description","rule":"length"}}`,
		`{"by":"Grace","keys":["cc:bob","cc:cyd"]}`,
	} {
		d := newDesk(t, consoletest.Example())
		dry := d.letters("discard", strings.Replace(body, "{", `{"dry_run":true,`, 1))
		if !dry.DryRun || !slices.Equal(results(dry), []string{"cc:bob=would", "cc:cyd=would"}) {
			t.Errorf("%s: dry run: %+v", body, dry)
		}
		if got := d.list("?status=failed"); len(got) != 2 {
			t.Fatalf("%s: the dry run did something: %v", body, got)
		}
		if out := d.letters("discard", body); !slices.Equal(results(out), []string{"cc:bob=done", "cc:cyd=done"}) {
			t.Errorf("%s: %+v", body, out)
		}
		if got := d.list("?status=failed"); got != nil {
			t.Errorf("%s: still on the list: %v", body, got)
		}
		if got := d.list("?status=failed&discarded=true"); len(got) != 2 {
			t.Errorf("%s: discarded: %v", body, got)
		}
		rec := d.record("bob")
		if rec.Status != "FAILED" || rec.Failure.Discarded == nil || !strings.HasPrefix(rec.Ledger[0].Why, "Grace discarded") {
			t.Errorf("%s: %+v %+v", body, rec.Summary, rec.Ledger)
		}
		if got, _ := d.world.Value(mapping.CRM, "bob", "notes"); got != "old" {
			t.Errorf("%s: the CRM's notes became %q", body, got)
		}
	}
}

func TestDeadLettersAreRetried(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	d.letters("discard", `{"by":"Grace","keys":["cc:cyd"]}`)
	d.world.WidenNotes()
	d.world.Edit(mapping.CC, "bob", map[string]string{"notes": "short"})
	if out := d.letters("retry", `{"by":"Grace","filter":{"all":true}}`); !slices.Equal(results(out), []string{"cc:bob=done"}) {
		t.Errorf("%+v", out)
	}
	d.holds("bob", "notes", "short")
	d.letters("retry", `{"by":"Grace","filter":{"all":true,"discarded":true}}`)
	if rec := d.record("cyd"); rec.Failure == nil || rec.Failure.Discarded != nil {
		t.Errorf("cyd, retried in vain, is not on the list: %+v", rec.Summary)
	}
}

func TestALetterThatHasMovedOnIsNotDiscarded(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	state := d.record("bob").State
	d.world.Edit(mapping.CC, "bob", map[string]string{"notes": "another text that does not fit there"})
	d.world.Notice(mapping.CC, "bob")
	out := d.letters("discard", `{"by":"Grace","keys":["cc:bob"],"state":"`+state+`"}`)
	if !slices.Equal(results(out), []string{"cc:bob=refused"}) || !strings.Contains(out.Letters[0].Why, "another way since") {
		t.Errorf("%+v", out)
	}
	out = d.letters("discard", `{"by":"Grace","keys":["cc:ada","cc:nobody","cc:bob"]}`)
	if !slices.Equal(results(out), []string{"cc:ada=refused", "cc:nobody=refused", "cc:bob=done"}) {
		t.Errorf("%+v", out)
	}
}

func TestDeadLettersComeInParts(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	out := d.letters("discard", `{"by":"Grace","filter":{"all":true},"limit":1}`)
	if !slices.Equal(results(out), []string{"cc:bob=done"}) || out.Next != "cc:bob" {
		t.Errorf("%+v", out)
	}
	out = d.letters("discard", `{"by":"Grace","filter":{"all":true},"limit":1,"after":"`+out.Next+`"}`)
	if !slices.Equal(results(out), []string{"cc:cyd=done"}) || out.Next != "" {
		t.Errorf("%+v", out)
	}
}

func TestLettersMustBeNamed(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	for _, c := range []struct{ body, field string }{
		{`{"filter":{"all":true}}`, "by"},
		{`{"by":"Grace"}`, "keys"},
		{`{"by":"Grace","keys":[]}`, "keys"},
		{`{"by":"Grace","keys":["cc:bob"],"filter":{"all":true}}`, "keys"},
		{`{"by":"Grace","filter":{}}`, "filter"},
		{`{"by":"Grace","filter":{"all":true,"side":"crm"}}`, "filter"},
		{`{"by":"Grace","filter":{"side":"left"}}`, "side"},
		{`{"by":"Grace","filter":{"all":true},"state":"x"}`, "state"},
		{`{"by":"Grace","filter":{"all":true},"limit":1001}`, "limit"},
	} {
		for _, verb := range []string{"retry", "discard"} {
			if p := d.problem("POST", "/dead-letters/"+verb, c.body, 422); p.Field != c.field {
				t.Errorf("%s %s: %+v", verb, c.body, p)
			}
		}
	}
	many := `{"by":"Grace","keys":["x"` + strings.Repeat(`,"x"`, 1000) + `]}`
	if p := d.problem("POST", "/dead-letters/retry", many, 400); !strings.Contains(p.Detail, "1000") {
		t.Errorf("%+v", p)
	}
}
