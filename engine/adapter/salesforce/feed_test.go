package salesforce_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
)

const selectChanges = "SELECT Id, IsDeleted, SystemModstamp, LastModifiedById, Sync_Version__c FROM Contact"

func changes(done bool, rows ...string) string {
	return fmt.Sprintf(`{"totalSize":9,"done":%v,"records":[%s]}`, done, strings.Join(rows, ","))
}

func row(id string, second int, rest string) string {
	return fmt.Sprintf(`{"attributes":{},"Id":%q,"SystemModstamp":"2026-03-01T10:00:%02d.000+0000"%s}`, id, second, rest)
}

func step(t *testing.T, s adapter.System, mt *httpmock.MockTransport, after adapter.Cursor, where, body string) adapter.Page {
	t.Helper()
	mt.RegisterResponder("GET", data+"/queryAll", func(r *http.Request) (*http.Response, error) {
		want := selectChanges + where + " ORDER BY SystemModstamp, Id LIMIT 2"
		if got := r.URL.Query().Get("q"); got != want {
			t.Errorf("asked\n%s, expected\n%s", got, want)
		}
		return httpmock.NewStringResponse(200, body), nil
	})
	page, err := s.(adapter.Feed).Changes(t.Context(), after, 2)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestEV8TheFeedMissesNoRecord(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	page := step(t, s, mt, "", "", changes(true,
		row("003A", 1, `,"IsDeleted":false,"LastModifiedById":"005x00000012Q9PAAU","Sync_Version__c":4`),
		row("003B", 2, `,"IsDeleted":true,"LastModifiedById":"005x0000009999ZAAQ","Sync_Version__c":null`)))
	want := []adapter.Change{
		{ID: "003A", Stamp: "2026-03-01T10:00:01.000Z/4", By: "005x00000012Q9PAAU", Own: true},
		{ID: "003B", Stamp: "2026-03-01T10:00:02.000Z/deleted", By: "005x0000009999ZAAQ", Deleted: true},
	}
	if !page.More || !reflect.DeepEqual(page.Changed, want) {
		t.Errorf("%+v, expected %+v and more", page, want)
	}
	// A page that is full goes on behind its last row, even within one second.
	const behind = " WHERE SystemModstamp > 2026-03-01T10:00:02.000Z OR (SystemModstamp = 2026-03-01T10:00:02.000Z AND Id > '003%s')"
	page = step(t, s, mt, page.Next, fmt.Sprintf(behind, "B"), changes(true, row("003C", 2, ""), row("003D", 2, "")))
	if !page.More {
		t.Error("a full page is the last one")
	}
	page = step(t, s, mt, page.Next, fmt.Sprintf(behind, "D"), changes(true))
	if page.More || len(page.Changed) != 0 {
		t.Errorf("%+v", page)
	}
	// The next poll begins with the watermark's second, itself included.
	page = step(t, s, mt, page.Next, " WHERE SystemModstamp >= 2026-03-01T10:00:02.000Z", changes(true, row("003E", 2, "")))
	if len(page.Changed) != 1 || page.More {
		t.Errorf("%+v", page)
	}
	rewound := s.(adapter.Rewinder).Rewind(page.Next, 90*time.Second)
	page = step(t, s, mt, rewound, " WHERE SystemModstamp >= 2026-03-01T09:58:32.000Z", changes(false, row("003F", 0, "")))
	if !page.More {
		t.Error("the server had more rows than it sent, but the page says it was the last")
	}
	if c := s.(adapter.Rewinder).Rewind("", time.Hour); c != "" {
		t.Errorf("the zero cursor is rewound to %q", c)
	}
}

func TestFeedErrors(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt).(adapter.Feed)
	for _, c := range []adapter.Cursor{"x", "s1|2026", "s1|yesterday|", "g1|0|0|0|", "s1|2026-01-01T00:00:00Z OR Id|"} {
		if _, err := s.Changes(t.Context(), c, 5); err == nil || adapter.As(err).Kind != adapter.Malformed {
			t.Errorf("cursor %q: %v", c, err)
		}
	}
	for _, body := range []string{changes(true, `{"Id":"003A"}`), changes(true, row("", 1, "")), `{`, `{"records":[7]}`} {
		mt.RegisterResponder("GET", data+"/queryAll", httpmock.NewStringResponder(200, body))
		if _, err := s.Changes(t.Context(), "", 5); err == nil || adapter.As(err).Kind != adapter.Malformed || adapter.As(err).Indefinite {
			t.Errorf("body %s: %v", body, err)
		}
	}
	mt.RegisterResponder("GET", data+"/queryAll", httpmock.NewStringResponder(400, `[{"errorCode":"INVALID_TYPE","message":"sObject type 'Contact' is not supported."}]`))
	_, err := s.Changes(t.Context(), "", 5)
	if e := adapter.As(err); e.Kind != adapter.Forbidden || e.Permission != "read Contact" {
		t.Errorf("%+v", e)
	}
}
