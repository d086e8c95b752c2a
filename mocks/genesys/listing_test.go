package genesys

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

func fill(w *world, n int) []string {
	w.t.Helper()
	var ids []string
	for i := range n {
		id, err := w.Seed(mocks.Seed{Set: map[string]any{"lastName": fmt.Sprintf("N%02d", i), "title": string(rune('c' - i%3))}, Modified: start})
		if err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func entityIDs(v any) []string {
	var ids []string
	list, _ := at(v, "entities").([]any)
	for _, e := range list {
		ids = append(ids, at(e, "id").(string))
	}
	return ids
}

// scanAll follows the cursors; between is called before each page but the first.
func scanAll(w *world, limit int, between func()) []string {
	w.t.Helper()
	var ids []string
	for cursor := ""; ; between() {
		page := w.must("GET", fmt.Sprintf("scan/contacts?limit=%d&cursor=%s", limit, cursor), "")
		got := entityIDs(page)
		if e := w.last(trace.Feed); !reflect.DeepEqual(e.Records, got) {
			w.t.Errorf("the feed is journalled as %v, want %v", e.Records, got)
		}
		ids = append(ids, got...)
		next, more := at(page, "cursors", "after").(string)
		if !more {
			return ids
		}
		cursor = next
	}
}

func TestScanShowsEveryContactOnce(t *testing.T) {
	w := newWorld(t)
	ids := fill(w, 25)
	w.must("DELETE", "contacts/"+ids[3], "")
	want := append(append([]string{}, ids[:3]...), ids[4:]...)
	since := w.log.Len()
	if got := scanAll(w, 10, func() {}); !reflect.DeepEqual(got, want) {
		t.Errorf("scanned %v", got)
	}
	if got := len(w.events(since, trace.Read)); got != len(want) {
		t.Errorf("%d disclosures journalled, want %d", got, len(want))
	}
	// What changes, goes and comes meanwhile neither repeats nor hides the rest.
	step := 0
	got := scanAll(w, 10, func() {
		if step++; step == 1 {
			w.must("PATCH", "contacts/"+ids[0], set("title", `"x"`))
			w.must("DELETE", "contacts/"+ids[1], "")
			want = append(want, w.edit(mocks.Edit{Set: map[string]any{"lastName": "new"}}))
		}
	})
	if !reflect.DeepEqual(got, want) {
		t.Errorf("scanned %v, want %v", got, want)
	}
}

func TestScanCursorsExpire(t *testing.T) {
	w := newWorld(t)
	fill(w, 11)
	cursor := at(w.must("GET", "scan/contacts?limit=10", ""), "cursors", "after").(string)
	w.now = w.now.Add(24*time.Hour + time.Millisecond)
	w.token = w.login()
	if resp := w.call("GET", "scan/contacts?cursor="+cursor, ""); resp.Status != 400 {
		t.Errorf("after a day: %d", resp.Status)
	}
}

func TestPageSizeIsTheTenants(t *testing.T) {
	w := newWorld(t, func(c *mocks.Config) { c.PageSize = 2 })
	ids := fill(w, 5)
	if got := scanAll(w, 100, func() {}); !reflect.DeepEqual(got, ids) {
		t.Errorf("scanned %v", got)
	}
	if got := entityIDs(w.must("GET", "contacts?pageSize=100", "")); len(got) != 2 {
		t.Errorf("listed %d", len(got))
	}
}

func TestPollGap(t *testing.T) {
	w := newWorld(t)
	ids := fill(w, 3)
	w.Faults().FeedHides = true
	w.must("PATCH", "contacts/"+ids[1], set("title", `"x"`))
	if got := scanAll(w, 10, func() {}); !reflect.DeepEqual(got, []string{ids[0], ids[2]}) {
		t.Errorf("in the gap %v", got)
	}
	w.must("GET", "contacts/"+ids[1], "")
	w.Faults().FeedHides = false
	if got := scanAll(w, 10, func() {}); !reflect.DeepEqual(got, ids) {
		t.Errorf("after the gap %v", got)
	}
}

func TestList(t *testing.T) {
	w := newWorld(t)
	ids := fill(w, 25)
	page := w.must("GET", "contacts?pageSize=10&pageNumber=3", "")
	if got := entityIDs(page); !reflect.DeepEqual(got, ids[20:]) || page["total"] != 25.0 || page["pageNumber"] != 3.0 || page["pageSize"] != 10.0 || page["pageCount"] != 3.0 {
		t.Errorf("page %v of %v", got, page["total"])
	}
	if got := entityIDs(w.must("GET", "contacts?pageNumber=9", "")); got != nil {
		t.Errorf("beyond the end: %v", got)
	}
	if got := entityIDs(w.must("GET", "contacts?q=n07", "")); !reflect.DeepEqual(got, ids[7:8]) {
		t.Errorf("found %v", got)
	}
	got := entityIDs(w.must("GET", "contacts?pageSize=2&sortOrder=lastName:desc", ""))
	if !reflect.DeepEqual(got, []string{ids[24], ids[23]}) {
		t.Errorf("by name downwards %v", got)
	}
	got = entityIDs(w.must("GET", "contacts?pageSize=2&sortOrder=title", ""))
	if !reflect.DeepEqual(got, []string{ids[2], ids[5]}) {
		t.Errorf("by title, equal ones as created: %v", got)
	}
}

func TestSchemas(t *testing.T) {
	w := newWorld(t)
	got := w.must("GET", "contacts/schemas", "")
	properties := at(got, "entities", "0", "jsonSchema", "properties")
	for path, want := range map[string]any{
		"notes.maxLength": 4000.0, "notes.type": "string", "tier.enum.1": "silver", "do_not_call.type": "boolean",
		"birthday.format": "date", "interests.items.enum.3": "chess", "interests.uniqueItems": true,
		"score.type": "integer", "sync_version.type": "integer", "lastName": nil,
	} {
		if v := at(properties, strings.Split(path, ".")...); v != want {
			t.Errorf("%s is %v, want %v", path, v, want)
		}
	}
	if id := at(got, "entities", "0", "id"); id != w.schemaID {
		t.Errorf("id %v", id)
	}
	if n := w.must("GET", "contacts/schemas/"+w.schemaID+"/versions", "")["total"]; n != 1.0 {
		t.Errorf("%v versions", n)
	}
}

// The mock speaks real HTTP through mocks.Handler.
func TestOverHTTP(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	h := mocks.Handler(w.Mock, func() time.Time { return w.now })
	r := httptest.NewRequest("GET", contactsPath+id, nil)
	r.Header.Set("Authorization", "Bearer "+w.token)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK || decode(t, rec.Body.Bytes())["id"] != id || rec.Header().Get("ININ-RateLimit-Allowed") != "300" {
		t.Errorf("%d %s %v", rec.Code, rec.Body, rec.Header())
	}
}
