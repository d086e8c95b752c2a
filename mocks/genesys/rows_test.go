package genesys

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

func set(pairs ...string) string {
	var b strings.Builder
	b.WriteString(`{"changes":[`)
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"field":"$.` + pairs[i] + `","value":` + pairs[i+1] + `,"action":"Update"}`)
	}
	return b.String() + `]}`
}

func TestGetShowsTheContact(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	got := w.must("GET", "contacts/"+id, "")
	for path, want := range map[string]any{
		"id": id, "firstName": "Ada", "lastName": "Lovelace", "workEmail": "ada@example.com", "type": "Curated",
		"workPhone.e164": "+14155550123", "address.city": "London",
		"customFields.notes": `met at "the" club`, "customFields.tier": "gold", "customFields.do_not_call": false,
		"customFields.birthday": "1815-12-10", "customFields.score": 7.0, "customFields.sync_version": 41.0,
		"customFields.interests.0": "music", "customFields.interests.1": "chess",
		"schema.id": w.schemaID, "schema.version": 1.0,
		"externalIds.0.externalSource.id": "crm", "externalIds.0.value": "003000000000001AAA",
		"modifyDate": "2026-03-02T08:00:00.123Z", "createDate": "2026-03-02T08:00:00.123Z",
		"selfUri":          contactsPath + id,
		"canonicalContact": nil, "mergedTo": nil, "middleName": nil,
	} {
		if v := at(got, strings.Split(path, ".")...); v != want {
			t.Errorf("%s is %v, want %v", path, v, want)
		}
	}
	e := w.last(trace.Read)
	stamp := start.Add(-time.Hour).Truncate(time.Millisecond).UnixNano()
	if e.Record != id || e.Actor != "engine" || e.Version != 41 || e.Stamp != stamp || e.External != "003000000000001AAA" || e.Call != w.calls || e.Alias != "ada" {
		t.Errorf("journalled as %+v", e)
	}
}

// What was read can be written back: nothing but modifyDate moves.
func TestPutOfWhatWasReadIsATouch(t *testing.T) {
	w := newWorld(t, func(c *mocks.Config) { c.Trigger = true })
	id := w.seed()
	read := w.call("GET", "contacts/"+id, "").Body
	before, _ := w.Peek(id)
	w.now = w.now.Add(time.Second)
	w.must("PUT", "contacts/"+id, string(read))
	after, _ := w.Peek(id)
	if !reflect.DeepEqual(before.Fields, after.Fields) || after.Version != before.Version || after.External != before.External {
		t.Errorf("%+v became %+v", before, after)
	}
	if !after.Modified.Equal(w.now.Truncate(time.Millisecond)) {
		t.Errorf("modifyDate is %v", after.Modified)
	}
	if e := w.last(trace.Commit); e.Verb != trace.Touch || len(e.Changes) != 0 || e.Version != 41 || e.Before != 41 {
		t.Errorf("journalled as %+v", e)
	}
}

func TestPutReplaces(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	w.must("PUT", "contacts/"+id, `{"lastName":"  King ","title":"   "}`)
	got, _ := w.Peek(id)
	if want := map[string]string{"lastName": "King"}; !reflect.DeepEqual(got.Fields, want) || got.External != "" || got.Version != 0 {
		t.Errorf("left %+v", got)
	}
}

func TestPatchChangesWhatItNames(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	w.must("PATCH", "contacts/"+id, `{"changes":[
		{"field":"$.lastName","value":"King","action":"Update"},
		{"field":"$.workEmail","action":"Remove"},
		{"field":"$.address.city","value":"ignored","action":"Remove"},
		{"field":"$.address.state","value":"Kent","action":"UpdateIfEmpty"},
		{"field":"$.customFields.interests","value":["golf"],"action":"Update"},
		{"field":"$.customFields.score","action":"Remove"},
		{"field":"$.customFields.sync_version","value":44,"action":"Update"}]}`)
	e := w.last(trace.Commit)
	want := []trace.Change{
		{Field: "lastName", Before: "Lovelace", After: "King", Had: true, Has: true},
		{Field: "workEmail", Before: "ada@example.com", Had: true},
		{Field: "address.city", Before: "London", Had: true},
		{Field: "address.state", After: "Kent", Has: true},
		{Field: "interests", Before: `["music","chess"]`, After: `["golf"]`, Had: true, Has: true},
		{Field: "score", Before: "7", Had: true},
	}
	if !reflect.DeepEqual(e.Changes, want) {
		t.Errorf("changes %+v\nwant %+v", e.Changes, want)
	}
	if e.Verb != trace.Update || e.Actor != "engine" || e.Origin != "" || e.Before != 41 || e.Version != 44 || e.Call != w.calls || e.External != "003000000000001AAA" {
		t.Errorf("journalled as %+v", e)
	}
	if arrive := w.last(trace.Arrive); e.Cause != arrive.Op || arrive.Record != id || arrive.Method != "PATCH" {
		t.Errorf("cause %d, arrival %+v", e.Cause, arrive)
	}
	if n := w.last(trace.Notify); n.Cause != e.Op || n.Record != id || n.Notice != 1 {
		t.Errorf("notice %+v", n)
	}
}

func TestPatchActions(t *testing.T) {
	const other = `{"externalSource":{"id":"erp"},"value":"9"}`
	const own = `{"externalSource":{"id":"crm"},"value":"003000000000001AAA"}`
	for _, c := range []struct {
		name, field, value, action string
		look                       string // "external", or a field of the snapshot
		want                       string
	}{
		{"update if empty, empty", "title", `"Dr"`, "UpdateIfEmpty", "title", "Dr"},
		{"update if empty, present", "lastName", `"King"`, "UpdateIfEmpty", "lastName", "Lovelace"},
		{"update if exists, empty", "title", `"Dr"`, "UpdateIfExists", "title", ""},
		{"update if exists, present", "lastName", `"King"`, "UpdateIfExists", "lastName", "King"},
		{"a whole object", "address", `{"state":"Kent"}`, "Update", "address.city", ""},
		{"a whole object if empty", "address", `{"state":"Kent"}`, "UpdateIfEmpty", "address.city", "London"},
		{"append tags", "customFields.interests", `["golf","music"]`, "AppendToCollection", "interests", `["music","chess","golf"]`},
		{"take tags", "customFields.interests", `["golf","music"]`, "RemoveFromCollection", "interests", `["chess"]`},
		{"take the last tag", "customFields.interests", `["chess","music"]`, "RemoveFromCollection", "interests", ""},
		{"append to nothing", "externalIds", "[" + other + "," + own + "]", "AppendToCollection", "external", "003000000000001AAA"},
		{"take an external id", "externalIds", "[" + own + "]", "RemoveFromCollection", "external", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			id := w.seed()
			w.must("PATCH", "contacts/"+id, `{"changes":[{"field":"$.`+c.field+`","value":`+c.value+`,"action":"`+c.action+`"}]}`)
			s, _ := w.Peek(id)
			got := s.Fields[c.look]
			if c.look == "external" {
				got = s.External
			}
			if got != c.want {
				t.Errorf("%s is %q, want %q", c.look, got, c.want)
			}
		})
	}
}

// Either all changes of a PATCH are made or none.
func TestPatchIsAllOrNothing(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	if resp := w.call("PATCH", "contacts/"+id, set("lastName", `"King"`, "customFields.tier", `"lead"`)); resp.Status != 400 {
		t.Fatalf("answer %d", resp.Status)
	}
	if got, _ := w.Peek(id); got.Fields["lastName"] != "Lovelace" {
		t.Errorf("lastName is %q", got.Fields["lastName"])
	}
}

func TestCustomFieldsNeedTheSchemaOnce(t *testing.T) {
	w := newWorld(t)
	id := w.must("POST", "contacts", `{"lastName":"King"}`)["id"].(string)
	if resp := w.call("PATCH", "contacts/"+id, set("customFields.notes", `"x"`)); resp.Status != 400 {
		t.Errorf("without schema: %d %s", resp.Status, resp.Body)
	}
	w.must("PATCH", "contacts/"+id, set("customFields.notes", `"x"`, "schema", w.schemaRefJSON()))
	w.must("PATCH", "contacts/"+id, set("customFields.notes", `"y"`))
}

func TestCreateFindAndDelete(t *testing.T) {
	w := newWorld(t)
	id := w.must("POST", "contacts", `{"lastName":"King","externalIds":[{"externalSource":{"id":"crm"},"value":" 0035 "}],
		"schema":`+w.schemaRefJSON()+`,"customFields":{"sync_version":3}}`)["id"].(string)
	if e := w.last(trace.Commit); e.Verb != trace.Create || e.Version != 3 || e.External != "0035" || e.Record != id {
		t.Errorf("journalled as %+v", e)
	}
	find := `{"type":"ExternalId","value":"0035","externalSource":{"id":"crm"}}`
	if got := w.must("POST", "identifierlookup/contacts", find); got["id"] != id {
		t.Errorf("found %v", got)
	}
	if e := w.last(trace.Read); e.Record != id || e.Call != w.calls {
		t.Errorf("the look-up is journalled as %+v", e)
	}
	w.must("DELETE", "contacts/"+id, "")
	if e := w.last(trace.Commit); e.Verb != trace.Delete || e.Version != 3 {
		t.Errorf("journalled as %+v", e)
	}
	if got := w.Deliveries(w.now); len(got) != 2 {
		t.Errorf("%d notices, want one each for create and delete", len(got))
	}
	for _, gone := range []struct{ method, target, body string }{
		{"GET", "contacts/" + id, ""}, {"DELETE", "contacts/" + id, ""}, {"PUT", "contacts/" + id, `{}`},
		{"PATCH", "contacts/" + id, set("title", `"x"`)}, {"POST", "identifierlookup/contacts", find},
	} {
		if resp := w.call(gone.method, gone.target, gone.body); resp.Status != 404 {
			t.Errorf("%s after the deletion: %d", gone.method, resp.Status)
		}
	}
	if got, ok := w.Peek(id); !ok || !got.Deleted {
		t.Errorf("the tombstone is %+v, %v", got, ok)
	}
}

func TestExternalIdsFollowWrites(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	lookup := func(value string) int {
		return w.call("POST", "identifierlookup/contacts", `{"type":"ExternalId","value":"`+value+`","externalSource":{"id":"crm"}}`).Status
	}
	w.must("PATCH", "contacts/"+id, set("externalIds", `[{"externalSource":{"id":"crm"},"value":"new"},{"externalSource":{"id":"erp"},"value":"9"}]`))
	if lookup("003000000000001AAA") != 404 || lookup("new") != 200 {
		t.Error("the index did not follow the change")
	}
	if e := w.last(trace.Commit); e.Verb != trace.Update || e.External != "new" || len(e.Changes) != 0 {
		t.Errorf("journalled as %+v", e)
	}
	if got := w.must("POST", "identifierlookup/contacts", `{"type":"ExternalId","value":"9","externalSource":{"id":"erp"}}`); got["id"] != id {
		t.Errorf("by another source: %v", got)
	}
}

// The trigger bumps the version if and only if mapped content changed and the
// writer did not set the version itself (DM-8).
func TestVersionTrigger(t *testing.T) {
	five := int64(5)
	for _, c := range []struct {
		name    string
		trigger bool
		do      func(w *world, id string)
		want    int64
	}{
		{"mapped content by an agent", true, func(w *world, id string) { w.edit(mocks.Edit{Record: id, Set: map[string]any{"notes": "new"}}) }, 42},
		{"mapped content through the API", true, func(w *world, id string) { w.must("PATCH", "contacts/"+id, set("customFields.notes", `"new"`)) }, 42},
		{"unmapped content", true, func(w *world, id string) { w.edit(mocks.Edit{Record: id, Set: map[string]any{"title": "Dr"}}) }, 41},
		{"the same content", true, func(w *world, id string) {
			w.edit(mocks.Edit{Record: id, Set: map[string]any{"lastName": "Lovelace"}})
		}, 41},
		{"a save", true, func(w *world, id string) {
			if err := w.Save(w.now, "maria", mocks.Agent, id, 0); err != nil {
				w.t.Error(err)
			}
		}, 41},
		{"the writer sets it", true, func(w *world, id string) {
			w.must("PATCH", "contacts/"+id, set("lastName", `"King"`, "customFields.sync_version", "50"))
		}, 50},
		{"the writer sets what is stored", true, func(w *world, id string) {
			w.must("PATCH", "contacts/"+id, set("lastName", `"King"`, "customFields.sync_version", "41"))
		}, 41},
		{"a loader sets it", true, func(w *world, id string) {
			w.edit(mocks.Edit{Record: id, Set: map[string]any{"notes": "new"}, Version: &five})
		}, 5},
		{"a loader bypasses it", true, func(w *world, id string) {
			w.edit(mocks.Edit{Record: id, Set: map[string]any{"notes": "new"}, Bypass: true})
		}, 41},
		{"no trigger", false, func(w *world, id string) { w.edit(mocks.Edit{Record: id, Set: map[string]any{"notes": "new"}}) }, 41},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(cfg *mocks.Config) { cfg.Trigger = c.trigger })
			id := w.seed()
			c.do(w, id)
			if got, _ := w.Peek(id); got.Version != c.want {
				t.Errorf("version %d, want %d", got.Version, c.want)
			}
			if e := w.last(trace.Commit); e.Before != 41 || e.Version != c.want {
				t.Errorf("journalled from %d to %d", e.Before, e.Version)
			}
		})
	}
}

func (w *world) edit(e mocks.Edit) string {
	w.t.Helper()
	if e.By == "" {
		e.By, e.Origin = "maria", mocks.Agent
	}
	id, err := w.Edit(w.now, e)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestMergedContact(t *testing.T) {
	w := newWorld(t)
	winner := w.seed()
	loser := w.edit(mocks.Edit{Set: map[string]any{"lastName": "Byron"}})
	w.must("PATCH", "contacts/"+loser, set("externalIds", `[{"externalSource":{"id":"crm"},"value":"0037"}]`))
	w.Deliveries(w.now)
	since := w.log.Len()
	if err := w.Merge(w.now, "maria", winner, loser, 0); err != nil {
		t.Fatal(err)
	}

	got := w.must("GET", "contacts/"+loser, "")
	if at(got, "mergedTo", "id") != winner || at(got, "canonicalContact", "id") != winner || got["lastName"] != "Byron" {
		t.Errorf("the loser shows %v", got)
	}
	got = w.must("GET", "contacts/"+winner, "")
	if at(got, "mergedFrom", "0", "id") != loser || at(got, "canonicalContact", "id") != winner || got["mergedTo"] != nil ||
		at(got, "externalIds", "1", "value") != "003000000000001AAA" || at(got, "externalIds", "0", "value") != "0037" {
		t.Errorf("the winner shows %v", got)
	}
	if got := w.must("POST", "identifierlookup/contacts", `{"type":"ExternalId","value":"0037","externalSource":{"id":"crm"}}`); got["id"] != winner {
		t.Errorf("the loser's external id finds %v", got["id"])
	}
	if resp := w.call("PATCH", "contacts/"+loser, set("title", `"x"`)); resp.Status != 409 {
		t.Errorf("the loser can be written: %d", resp.Status)
	}
	commits := w.events(since, trace.Commit)
	if len(commits) != 2 || commits[0].Verb != trace.Merge || commits[0].Record != loser || commits[0].External != winner ||
		commits[1].Record != winner || commits[1].Actor != "agent:maria" {
		t.Errorf("journalled as %+v", commits)
	}
	if s, _ := w.Peek(loser); s.MergedTo != winner || s.Deleted {
		t.Errorf("the loser is %+v", s)
	}
	for i, d := range w.Deliveries(w.now) {
		event := at(decode(t, d.Body), "eventBody")
		if at(event, "canonicalContactId") != winner || (at(event, "mergedTo") == winner) != (i == 0) {
			t.Errorf("notice %d says %s", i, d.Body)
		}
	}
	if err := w.Merge(w.now, "maria", winner, winner, 0); err == nil {
		t.Error("a contact was merged into itself")
	}
	if _, err := w.Edit(w.now, mocks.Edit{Record: loser, Set: map[string]any{"title": "x"}}); err == nil {
		t.Error("a user edited a merged contact")
	}
}

func TestUsersFormsAreStrictToo(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	for name, e := range map[string]mocks.Edit{
		"unknown contact":   {Record: "x"},
		"unknown field":     {Record: id, Set: map[string]any{"shoe": "x"}},
		"unknown option":    {Record: id, Set: map[string]any{"tier": "lead"}},
		"a word for a flag": {Record: id, Set: map[string]any{"do_not_call": "maybe"}},
		"a structure":       {Record: id, Set: map[string]any{"notes": struct{}{}}},
	} {
		if _, err := w.Edit(w.now, e); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := w.Restore(w.now, "maria", mocks.Agent, id, 0); err == nil {
		t.Error("the vendor cannot restore")
	}
	w.edit(mocks.Edit{Record: id, Set: map[string]any{
		"do_not_call": "true", "score": json.Number("8"), "interests": "golf;music", "birthday": nil, "workPhone": "415 555 0199 ext 3",
	}})
	got, _ := w.Peek(id)
	for name, want := range map[string]string{
		"do_not_call": "true", "score": "8", "interests": `["golf","music"]`, "birthday": "", "workPhone": "+14155550199;ext=3",
	} {
		if got.Fields[name] != want {
			t.Errorf("%s is %q, want %q", name, got.Fields[name], want)
		}
	}
	if e := w.last(trace.Commit); e.Actor != "agent:maria" || e.Origin != "agent" || e.Call != 0 {
		t.Errorf("journalled as %+v", e)
	}
}

// A late commit is stamped when it is made and seen when it commits.
func TestLateCommit(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	made := w.edit(mocks.Edit{Record: id, Set: map[string]any{"title": "Countess"}, CommitAfter: time.Minute})
	born := w.edit(mocks.Edit{Set: map[string]any{"lastName": "Babbage"}, CommitAfter: time.Minute})
	if made != id || w.call("GET", "contacts/"+born, "").Status != 404 {
		t.Error("a late commit was seen early")
	}
	if at, ok := w.NextDue(); !ok || !at.Equal(start.Add(time.Minute)) {
		t.Errorf("due at %v, %v", at, ok)
	}
	w.now = start.Add(time.Minute)
	w.Advance(w.now)
	got, _ := w.Peek(id)
	if got.Fields["title"] != "Countess" || !got.Modified.Equal(start.Truncate(time.Millisecond)) {
		t.Errorf("committed as %+v", got)
	}
	if w.must("GET", "contacts/"+born, "")["lastName"] != "Babbage" {
		t.Error("the new contact is not there")
	}
	if _, ok := w.NextDue(); !ok {
		t.Error("the notices of the late commits are not due")
	}
}

// A clock that is put back while an edit waits holds up neither its commit nor
// the notice of it.
func TestLateCommitWhileTheClockIsPutBack(t *testing.T) {
	w := newWorld(t)
	w.edit(mocks.Edit{Record: w.seed(), Set: map[string]any{"title": "Countess"}, CommitAfter: time.Minute})
	w.ClockSet(-time.Hour)
	w.now = start.Add(time.Minute - time.Hour)
	w.Advance(w.now)
	if got := w.Deliveries(w.now); len(got) != 1 || !got[0].Modified.Equal(start.Truncate(time.Millisecond)) {
		t.Errorf("at the commit %+v are due, want one notice of what was stamped at %v", got, start)
	}
}

func TestSeedsAreKeptInOrder(t *testing.T) {
	w := newWorld(t)
	var want []string
	for _, name := range []string{"x", "a", "m"} {
		id, err := w.Seed(mocks.Seed{ID: "id-" + name, Set: map[string]any{"lastName": name}, Modified: start})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, id)
	}
	if _, err := w.Seed(mocks.Seed{ID: "id-a", Modified: start}); err == nil {
		t.Error("an id was used twice")
	}
	var got []string
	w.Each(func(s mocks.Snapshot) bool { got = append(got, s.ID); return len(got) < 3 })
	if !reflect.DeepEqual(got, want) {
		t.Errorf("order %v", got)
	}
	if e := w.last(trace.Commit); e.Verb != trace.Setup || e.Actor != trace.ActorSetup {
		t.Errorf("journalled as %+v", e)
	}
	if got := w.events(0, trace.Notify); len(got) != 0 {
		t.Error("the setup sent notices")
	}
}

// The same seed and calls give the same journal, byte for byte.
func TestDeterminism(t *testing.T) {
	run := func() string {
		w := newWorld(t, func(c *mocks.Config) { c.Trigger = true })
		id := w.seed()
		w.must("PATCH", "contacts/"+id, set("lastName", `"King"`))
		w.edit(mocks.Edit{Set: map[string]any{"lastName": "B", "firstName": "C", "score": int64(1), "notes": "n"}})
		w.must("GET", "scan/contacts", "")
		for _, d := range w.Deliveries(w.now) {
			w.Answered(w.now, d, 500)
		}
		return w.log.Hash() + string(w.call("GET", "contacts", "").Body)
	}
	if a, b := run(), run(); a != b {
		t.Errorf("two runs differ:\n%s\n%s", a, b)
	}
}
