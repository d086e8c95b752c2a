package restcrm

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

func TestConditionalWrites(t *testing.T) { // EV-10
	w := newWorld(t, nil)
	id := w.seed("ada", 1, "", map[string]any{})
	path := rowsPrefix + id
	tag := w.send("GET", path, "", "").Header.Get("ETag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	if resp := w.send("GET", path, "", "", "If-None-Match", tag); resp.Status != 304 || len(resp.Body) != 0 {
		t.Errorf("got %d", resp.Status)
	}
	w.refused(w.send("PATCH", path, "", `{"title":"a"}`), 428, "precondition_required")
	w.refused(w.send("DELETE", path, "", ""), 428, "precondition_required")
	next := w.send("PATCH", path, "", `{"title":"a"}`, "If-Match", tag).Header.Get("ETag")
	if next == "" || next == tag {
		t.Errorf("the tag went from %s to %s", tag, next)
	}
	w.refused(w.send("PATCH", path, "", `{"title":"b"}`, "If-Match", tag), 412, "precondition_failed")
	w.refused(w.send("DELETE", path, "", "", "If-Match", "W/"+next), 412, "precondition_failed")
	if err := w.m.Save(w.now, "maria", mocks.User, id, 0); err != nil {
		t.Fatal(err)
	}
	w.refused(w.send("DELETE", path, "", "", "If-Match", next), 412, "precondition_failed") // a save moves the tag
	if resp := w.send("DELETE", path, "", "", "If-Match", `"0", *`); resp.Status != 204 {
		t.Errorf("got %d", resp.Status)
	}

	plain := newWorld(t, func(c *mocks.Config) { c.Conditional = false })
	id = plain.seed("ada", 1, "", map[string]any{})
	resp := plain.send("PATCH", rowsPrefix+id, "", `{"title":"a"}`, "If-Match", `"0"`)
	if resp.Status != 200 || resp.Header.Get("ETag") != "" {
		t.Errorf("without conditional writes: %d %v", resp.Status, resp.Header)
	}
}

func TestUpsertByExternalID(t *testing.T) {
	w := newWorld(t, nil)
	path := "/v1/contacts/by-external-id/g%2F1"
	made := w.send("PUT", path, "", `{"last_name":"Ada","external_id":"g/1"}`)
	var c struct {
		ID         string
		ExternalID string `json:"external_id"`
		Title      *string
	}
	w.decode(made, &c)
	if made.Status != 201 || c.ExternalID != "g/1" || made.Header.Get("Location") != rowsPrefix+c.ID {
		t.Fatalf("got %d %s", made.Status, made.Body)
	}
	again := w.send("PUT", path, "", `{"title":"Dr"}`)
	if again.Status != 200 || w.field(c.ID, "title") != "Dr" || w.field(c.ID, "last_name") != "Ada" {
		t.Errorf("got %d %s", again.Status, again.Body)
	}
	w.refused(w.send("PUT", path, "", `{"title":"x"}`, "If-None-Match", "*"), 412, "precondition_failed")
	w.refused(w.send("PUT", path, "", `{"title":"x"}`, "If-Match", `"0"`), 412, "precondition_failed")
	found := w.send("GET", "/v1/contacts", "external_id="+url.QueryEscape("g/1"), "")
	if !strings.HasPrefix(string(found.Body), `{"data":[{"id":"`+c.ID+`"`) {
		t.Errorf("got %s", found.Body)
	}

	// A tombstone frees the external id, and can come back only while it is free.
	w.send("DELETE", rowsPrefix+c.ID, "", "", "If-Match", "*")
	if none := w.send("GET", "/v1/contacts", "external_id="+url.QueryEscape("g/1"), ""); string(none.Body) != `{"data":[],"next_cursor":null}` {
		t.Errorf("got %s", none.Body)
	}
	if resp := w.send("PUT", path, "", `{"last_name":"Eve"}`); resp.Status != 201 {
		t.Errorf("got %d", resp.Status)
	}
	w.refused(w.send("POST", rowsPrefix+c.ID+"/restore", "", ""), 409, "external_id_taken")
}

func TestCommitsInTheJournal(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 3, "g-1", map[string]any{"phone": "+14155550123"})
	if e := w.last(trace.Commit); e.Verb != trace.Setup || e.Actor != trace.ActorSetup || e.Alias != "ada" || e.External != "g-1" || e.Version != 3 {
		t.Errorf("the seed is %+v", e)
	}
	w.patch(id, `{"phone":null,"sync_version":7,"sync_status":"IN_SYNC"}`)
	e := w.last(trace.Commit)
	want := []trace.Change{
		{Field: "phone", Before: "+14155550123", Had: true},
		{Field: "sync_version", Before: "3", After: "7", Had: true, Has: true},
		{Field: "sync_status", After: "IN_SYNC", Has: true},
	}
	if !slices.Equal(e.Changes, want) || e.Verb != trace.Update || e.Before != 3 || e.Version != 7 || e.Actor != "engine" {
		t.Errorf("the write is %+v", e)
	}
	if e.Stamp != w.now.Truncate(time.Millisecond).UnixNano() {
		t.Errorf("the stamp is %d", e.Stamp)
	}
	if read := w.last(trace.Read); read.Op < e.Op || read.Version != 7 {
		t.Errorf("the answer disclosed the new state, the journal says %+v", read)
	}
	if err := w.m.Save(w.now, "maria", mocks.User, id, 0); err != nil {
		t.Fatal(err)
	}
	if e := w.last(trace.Commit); e.Verb != trace.Touch || e.Actor != "user:maria" || len(e.Changes) != 0 {
		t.Errorf("a save without a change is %+v", e)
	}
	if err := w.m.Merge(w.now, "maria", id, id, 0); err == nil {
		t.Error("this system cannot merge")
	}
}

func TestVersionTrigger(t *testing.T) { // DM-2, DM-8
	nine := int64(9)
	for _, c := range []struct {
		name string
		set  map[string]any
		edit func(*mocks.Edit)
		want string
	}{
		{"mapped content", map[string]any{"notes": "x"}, nil, "4"},
		{"a mapped list", map[string]any{"interests": []string{"golf"}}, nil, "4"},
		{"a clear", map[string]any{"first_name": nil}, nil, "4"},
		{"unmapped content", map[string]any{"city": "x"}, nil, "3"},
		{"the same value", map[string]any{"first_name": "Ada"}, nil, "3"},
		{"set by the writer", map[string]any{"notes": "x"}, func(e *mocks.Edit) { e.Version = &nine }, "9"},
		{"bypassed", map[string]any{"notes": "x"}, func(e *mocks.Edit) { e.Bypass = true }, "3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			id := w.seed("ada", 3, "", map[string]any{"first_name": "Ada"})
			if c.edit == nil {
				c.edit = func(*mocks.Edit) {}
			}
			w.edit(id, c.set, c.edit)
			if got := w.field(id, "sync_version"); got != c.want {
				t.Errorf("the version is %s, want %s", got, c.want)
			}
		})
	}
}

type changesPage struct {
	Changes []struct {
		Sequence  int
		ID        string
		Deleted   bool
		UpdatedBy string `json:"updated_by"`
		UpdatedAt string `json:"updated_at"`
	}
	NextCursor string `json:"next_cursor"`
	More       bool
}

func (w *world) changes(after string, limit int) changesPage {
	w.t.Helper()
	var page changesPage
	w.decode(w.send("GET", "/v1/changes", fmt.Sprintf("after=%s&limit=%d", after, limit), ""), &page)
	return page
}

func TestChangeFeed(t *testing.T) { // EV-8
	w := newWorld(t, nil)
	ada := w.seed("ada", 0, "", map[string]any{})
	bob := w.seed("bob", 0, "", map[string]any{})
	cyd := w.seed("cyd", 0, "", map[string]any{})
	w.edit(ada, map[string]any{"title": "x"})
	if err := w.m.Remove(w.now, "maria", mocks.User, bob, 0); err != nil {
		t.Fatal(err)
	}
	first := w.changes("", 2)
	if len(first.Changes) != 2 || first.Changes[0].ID != cyd || first.Changes[1].ID != ada || !first.More {
		t.Fatalf("got %+v", first)
	}
	if first.Changes[1].UpdatedBy != "maria" || first.Changes[1].UpdatedAt != "2026-01-31T12:00:00.250Z" {
		t.Errorf("got %+v", first.Changes[1])
	}
	rest := w.changes(first.NextCursor, 2)
	if len(rest.Changes) != 1 || rest.Changes[0].ID != bob || !rest.Changes[0].Deleted || rest.More {
		t.Errorf("got %+v", rest)
	}
	if e := w.last(trace.Feed); !slices.Equal(e.Records, []string{bob}) || len(w.events(trace.Read)) != 0 {
		t.Errorf("the journal holds %+v", e)
	}
	if idle := w.changes(rest.NextCursor, 2); len(idle.Changes) != 0 || idle.NextCursor != rest.NextCursor {
		t.Errorf("got %+v", idle)
	}

	// A long transaction is stamped when it began and listed when it ended.
	w.edit(cyd, map[string]any{"title": "late"}, func(e *mocks.Edit) { e.CommitAfter = time.Minute })
	w.now = w.now.Add(time.Minute)
	w.edit(ada, map[string]any{"title": "y"})
	late := w.changes(rest.NextCursor, 10)
	if len(late.Changes) != 2 || late.Changes[0].ID != cyd || late.Changes[0].UpdatedAt != "2026-01-31T12:00:00.250Z" {
		t.Errorf("got %+v", late)
	}

	w.m.Faults().FeedHides = true
	w.edit("", map[string]any{"last_name": "Hidden"})
	if hidden := w.changes(late.NextCursor, 10); len(hidden.Changes) != 0 {
		t.Errorf("got %+v", hidden)
	}
	w.m.Faults().FeedHides = false
	if shown := w.changes(late.NextCursor, 10); len(shown.Changes) != 1 {
		t.Errorf("got %+v", shown)
	}
}

func TestFeedStaysSmall(t *testing.T) {
	w := newWorld(t, nil)
	ada := w.seed("ada", 0, "", map[string]any{})
	bob := w.seed("bob", 0, "", map[string]any{})
	for i := range 2000 {
		w.edit(ada, map[string]any{"title": fmt.Sprint(i)})
	}
	if n := len(w.m.store.feed); n > 200 {
		t.Errorf("%d entries for two contacts", n)
	}
	if page := w.changes("", 10); len(page.Changes) != 2 || page.Changes[0].ID != bob {
		t.Errorf("got %+v", page)
	}
}

func TestListPages(t *testing.T) {
	w := newWorld(t, func(c *mocks.Config) { c.PageSize = 2 })
	var ids, got []string
	for i := range 5 {
		ids = append(ids, w.seed(fmt.Sprint("r", i), 0, "", map[string]any{}))
	}
	cursor := ""
	for range 10 {
		var page struct {
			Data       []struct{ ID string }
			NextCursor *string `json:"next_cursor"`
		}
		w.decode(w.send("GET", "/v1/contacts", "limit=200&cursor="+cursor, ""), &page)
		for _, c := range page.Data {
			got = append(got, c.ID)
		}
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	if !slices.Equal(got, ids) || len(w.events(trace.Read)) != 5 {
		t.Errorf("got %v", got)
	}
}

func TestDriftTakesAValueOutOfAPicklist(t *testing.T) { // FC-3
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{"tier": "gold"})
	w.m.Faults().Drift = []mocks.Drift{{Field: "tier", Values: []string{"bronze", "silver"}}}
	if body := string(w.send("GET", rowsPrefix+id, "", "").Body); !strings.Contains(body, `"tier":"gold"`) {
		t.Errorf("the record lost what it holds: %s", body)
	}
	if body := string(w.send("GET", "/v1/schema/contact", "", "").Body); !strings.Contains(body, `["bronze","silver"]`) || strings.Contains(body, "gold") {
		t.Errorf("the schema says %s", body)
	}
	if r := w.patch(id, `{"tier":"gold"}`); r.Status != 400 {
		t.Errorf("a value that is gone is answered %d", r.Status)
	}
	if r := w.patch(id, `{"tier":"silver"}`); r.Status != 200 {
		t.Errorf("a value that is left is answered %d %s", r.Status, r.Body)
	}
}

func TestDriftShowsEverywhere(t *testing.T) { // FC-3
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{"score": int64(5), "city": "Ulm", "title": "Dr"})
	before := string(w.send("GET", "/v1/schema/contact", "", "").Body)
	w.m.Faults().Drift = []mocks.Drift{{Field: "score", Rename: "points"}, {Field: "city", Remove: true}, {Field: "title", Retype: "number"}}
	body := string(w.send("GET", rowsPrefix+id, "", "").Body)
	if !strings.Contains(body, `"points":5`) || strings.Contains(body, `"city"`) || !strings.Contains(body, `"title":null`) {
		t.Errorf("got %s", body)
	}
	w.refused(w.patch(id, `{"score":1}`), 400, "unknown_field")
	w.refused(w.patch(id, `{"city":"x"}`), 400, "unknown_field")
	w.refused(w.patch(id, `{"title":"x"}`), 400, "invalid_type")
	after := string(w.send("GET", "/v1/schema/contact", "", "").Body)
	if before == after || !strings.Contains(after, `"revision":"2"`) || strings.Contains(after, `"score"`) {
		t.Errorf("got %s", after)
	}
	w.edit(id, map[string]any{"score": int64(6)}) // users know it by its first name
	w.m.Faults().Drift = nil
	if body := string(w.send("GET", rowsPrefix+id, "", "").Body); !strings.Contains(body, `"score":6`) || !strings.Contains(body, `"city":"Ulm"`) {
		t.Errorf("got %s", body)
	}
}
