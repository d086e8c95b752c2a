package console_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/engine/service/console/consoletest"
	"github.com/syncproof/syncproof/engine/store"
)

func TestSE3EveryRequestNeedsTheToken(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	for _, path := range []string{"/records", "/records/cc:ada", "/status", "/nothing", "/records/cc:ada/decision"} {
		for _, header := range []string{"", "Bearer ", "Bearer wrong", "Bearer " + token + "x", "bearer " + token, "Basic " + token, token} {
			r := request("GET", path, "")
			r.Header.Set("Authorization", header)
			resp := d.send(r)
			if resp.StatusCode != 401 || resp.Header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s with %q: %d", path, header, resp.StatusCode)
			}
			if text, _ := io.ReadAll(resp.Body); strings.Contains(string(text), "Lovelace") || strings.Contains(string(text), token) {
				t.Errorf("%s with %q tells %s", path, header, text)
			}
		}
	}
	if _, err := console.New(console.Config{Store: d.world.Store, Decider: d.world, Mapping: consoletest.Mapping, Token: "short"}); err == nil {
		t.Error("a short token is taken")
	}
	if _, err := console.New(console.Config{Token: token}); err == nil {
		t.Error("a console of nothing is made")
	}
}

func TestListShowsWhatWaits(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	for query, want := range map[string][]string{
		"":                                {"cc:ada", "cc:bob", "cc:cyd"},
		"?status=flagged":                 {"cc:ada"},
		"?status=FAILED":                  {"cc:bob", "cc:cyd"},
		"?status=overwritten,flagged":     {"cc:ada", "cc:eve"},
		"?status=in_sync":                 nil,
		"?side=crm&rule=length":           {"cc:bob", "cc:cyd"},
		"?field=Description&after=cc:bob": {"cc:cyd"},
		"?side=cc":                        nil,
		"?rule=CR-6":                      {"cc:ada"},
		"?discarded=true":                 nil,
		"?limit=2":                        {"cc:ada", "cc:bob"},
		"?limit=2&after=cc:bob":           {"cc:cyd"},
	} {
		if got := d.list(query); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
	}
	for _, query := range []string{"?status=flaged", "?status=flagged,", "?limit=0", "?limit=1001", "?limit=x", "?page=2", "?side=both", "?discarded=yes", "?limit=1&limit=2"} {
		if p := d.problem("GET", "/records"+query, "", 400); p.Code != console.CodeParameter || p.Field == "" {
			t.Errorf("%q: %+v", query, p)
		}
	}
}

// TestPagesMissNothing walks a list page by page.
func TestPagesMissNothing(t *testing.T) {
	w := consoletest.New(20)
	for i := range 25 {
		name := fmt.Sprintf("r%02d", i)
		w.Link(name, map[string]string{"name": name})
		w.Edit(mapping.CC, name, map[string]string{"notes": strings.Repeat("x", 21)})
		w.Notice(mapping.CC, name)
	}
	d := newDesk(t, w)
	var keys []string
	after := ""
	for pages := 0; ; pages++ {
		var page console.Page
		d.ask("GET", "/records?limit=10&after="+after, "", 200, &page)
		for _, s := range page.Records {
			keys = append(keys, s.Key)
		}
		if after = page.Next; after == "" {
			if pages != 2 {
				t.Errorf("%d pages", pages+1)
			}
			break
		}
	}
	if len(keys) != 25 || !slices.IsSorted(keys) || len(slices.Compact(keys)) != 25 {
		t.Errorf("%d keys: %v", len(keys), keys)
	}
}

func TestRecordShowsBothSides(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	ada := d.record("ada")
	i := slices.IndexFunc(ada.Fields, func(f console.Field) bool { return f.Name == "notes" })
	notes := ada.Fields[i]
	switch {
	case ada.Status != "FLAGGED" || ada.Flag == nil || ada.Flag.Rule != "CR-6" || ada.State == "":
		t.Errorf("flag: %+v", ada.Summary)
	case !notes.Differs || *notes.CC != "call back" || *notes.CRM != "VIP" || *notes.CCBase != "met at the fair" || *notes.CRMBase != *notes.CCBase:
		t.Errorf("notes: %+v", notes)
	case len(ada.Ledger) != 1 || ada.Ledger[0].Status != "FLAGGED":
		t.Errorf("ledger: %+v", ada.Ledger)
	case ada.CC.Version != 5 || ada.CC.Edited == nil || ada.CRM.ID != "003ada":
		t.Errorf("sides: %+v %+v", ada.CC, ada.CRM)
	}
	bob := d.record("bob")
	if f := bob.Failure; f == nil || f.Side != "crm" || f.Field != "Description" || f.Rule != "length" || bob.State == "" {
		t.Errorf("failure: %+v", f)
	}
	eve := d.record("eve")
	if len(eve.Ledger) != 1 || len(eve.Ledger[0].Lost) != 1 || eve.Ledger[0].Lost[0].Value != "prefers mail" || eve.Ledger[0].Winner != "crm" {
		t.Errorf("ledger: %+v", eve.Ledger)
	}
	if p := d.problem("GET", "/records/cc:nobody", "", 404); p.Code != console.CodeNotFound || p.RequestID == "" {
		t.Errorf("%+v", p)
	}
}

func TestTagChangesWithTheRecord(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	tag := d.send(request("GET", "/records/cc:ada", "")).Header.Get("ETag")
	again := request("GET", "/records/cc:ada", "")
	again.Header.Set("If-None-Match", tag)
	if resp := d.send(again); resp.StatusCode != http.StatusNotModified {
		t.Errorf("unchanged: %d", resp.StatusCode)
	}
	d.world.Edit(mapping.CC, "ada", map[string]string{"score": "7"})
	d.world.Notice(mapping.CC, "ada")
	if resp := d.send(again); resp.StatusCode != 200 || resp.Header.Get("ETag") == tag {
		t.Errorf("changed: %d %s", resp.StatusCode, resp.Header.Get("ETag"))
	}
}

func TestStatusCounts(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	var s console.Status
	d.ask("GET", "/status", "", 200, &s)
	if s != (console.Status{Flagged: 1, Failed: 2}) {
		t.Errorf("%+v", s)
	}
	d.world.Down(mapping.CRM, true)
	d.world.Notice(mapping.CC, "eve")
	d.ask("GET", "/status", "", 200, &s)
	if s.Queue.Delayed != 1 {
		t.Errorf("%+v", s.Queue)
	}
}

func TestWrongPathsAndMethods(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	for _, c := range []struct {
		method, path, code string
		status             int
	}{
		{"GET", "/nothing", console.CodeNotFound, 404},
		{"GET", "/records/cc:ada/decision/x", console.CodeNotFound, 404},
		{"POST", "/records", console.CodeMethod, 405},
		{"GET", "/records/cc:ada/decision", console.CodeMethod, 405},
		{"DELETE", "/records/cc:ada", console.CodeMethod, 405},
	} {
		if p := d.problem(c.method, c.path, "", c.status); p.Code != c.code {
			t.Errorf("%s %s: %+v", c.method, c.path, p)
		}
	}
	r := request("GET", "/status", "")
	r.Header.Set("X-Request-Id", "my-own.id")
	if id := d.send(r).Header.Get("X-Request-Id"); id != "my-own.id" {
		t.Errorf("request id %q", id)
	}
	r.Header.Set("X-Request-Id", "two\nlines")
	if id := d.send(r).Header.Get("X-Request-Id"); len(id) != 16 {
		t.Errorf("request id %q", id)
	}
}

// broken is a store that cannot be read.
type broken struct{ store.Console }

var errDisk = errors.New("the disk is gone: /secret/path")

func (broken) Records(context.Context, store.Filter, string, int) ([]*engine.Record, error) {
	return nil, errDisk
}
func (broken) Record(context.Context, string) (*engine.Record, error) { return nil, errDisk }
func (broken) Depths(context.Context, engine.Instant) (store.Depths, error) {
	return store.Depths{}, errDisk
}

func TestABrokenStoreIsUnavailable(t *testing.T) {
	d := newDesk(t, consoletest.Example())
	d.http = handler(t, console.Config{Store: broken{}, Decider: d.world, Mapping: consoletest.Mapping, Token: token})
	for _, path := range []string{"/records", "/records/cc:ada"} {
		if p := d.problem("GET", path, "", 503); p.Code != console.CodeUnavailable || strings.Contains(p.Detail, "/secret") {
			t.Errorf("%+v", p)
		}
	}
}
