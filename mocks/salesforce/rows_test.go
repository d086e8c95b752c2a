package salesforce

import (
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

func TestGetShowsTheVendorsForms(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 41, "g-1", map[string]any{
		"FirstName": " Ada ", "Email": "Ada@Example.COM", "Interests__c": []string{"music", "golf"}, "Score__c": int64(123), "Phone": "4155550123",
	})
	if len(id) != 18 || id[:3] != "003" {
		t.Fatalf("id %s", id)
	}
	body := string(w.send("GET", root+"/sobjects/Contact/"+id[:15], "", "").Body) // S: the short id works
	for _, want := range []string{
		`{"attributes":{"type":"Contact","url":"/services/data/v60.0/sobjects/Contact/` + id + `"},"Id":"` + id + `"`,
		`"FirstName":"Ada"`, `"Name":"Ada ada"`, // trimmed, compound
		`"Email":"ada@example.com"`,         // lower-cased
		`"Interests__c":"golf;music"`,       // in the picklist's order
		`"Score__c":123.0`,                  // 2: every custom number is a double
		`"Sync_Version__c":41.0`,            //
		`"Phone":"4155550123"`,              // S: the API stores what it gets
		`"Title":null`, `"DoNotCall":false`, // a checkbox is never null
		`"LastModifiedDate":"2026-01-31T11:00:00.000+0000"`, // S: whole seconds
	} {
		contains(t, body, want)
	}
	read := w.last(trace.Read)
	if read.Record != id || read.Version != 41 || read.External != "g-1" || read.Actor != "engine" || read.Stamp != testStart.Add(-time.Hour).Truncate(time.Second).UnixNano() {
		t.Errorf("the read is %+v", read)
	}
	only := string(w.send("GET", root+"/sobjects/Contact/"+id, "fields=Title,FirstName", "").Body)
	if strings.Contains(only, "Email") || !strings.Contains(only, `"Id":`) || !strings.Contains(only, `"Title":null,"FirstName":"Ada"`) {
		t.Errorf("fields= gave %s", only)
	}
	w.m.Faults().LocalTimes = time.FixedZone("", -5*3600)
	contains(t, string(w.send("GET", root+"/sobjects/Contact/"+id, "", "").Body), "T06:00:00.000-0500")
}

func TestUpsertByExternalID(t *testing.T) {
	w := newWorld(t, nil)
	path := root + "/sobjects/Contact/Genesys_Contact_Id__c/g%201"
	made := w.send("PATCH", path, "", `{"LastName":"Ada"}`)
	var saved struct {
		ID      string
		Success bool
		Created bool
	}
	w.decode(made, &saved)
	if made.Status != 201 || !saved.Created || !saved.Success || w.field(saved.ID, "Genesys_Contact_Id__c") != "g 1" { // S
		t.Fatalf("got %d %s", made.Status, made.Body)
	}
	again := w.send("PATCH", path, "", `{"Title":"Dr"}`)
	contains(t, string(again.Body), `"created":false`)
	if again.Status != 200 || w.field(saved.ID, "Title") != "Dr" { // S: v46.0 and later
		t.Errorf("got %d", again.Status)
	}
	old := w.send("PATCH", strings.Replace(path, "v60.0", "v45.0", 1), "", `{"Title":"Mr"}`)
	if old.Status != 204 || len(old.Body) != 0 {
		t.Errorf("before v46.0 got %d %s", old.Status, old.Body)
	}
	if resp := w.send("GET", path, "", ""); resp.Status != 200 {
		t.Errorf("GET by external id answered %d", resp.Status)
	}
	twin := w.seed("twin", 0, "G 1", map[string]any{}) // matched without regard to case
	many := w.send("PATCH", path, "", `{"Title":"x"}`)
	if many.Status != 300 || w.field(saved.ID, "Title") != "Mr" { // S: nothing is written
		t.Errorf("got %d %s", many.Status, many.Body)
	}
	var urls []string // 2: a list of URLs
	w.decode(many, &urls)
	if len(urls) != 2 || !strings.HasSuffix(urls[0]+urls[1], "/"+saved.ID) && !strings.HasSuffix(urls[0]+urls[1], "/"+twin) {
		t.Errorf("got %s", many.Body)
	}
	missing := root + "/sobjects/Contact/Genesys_Contact_Id__c/other"
	w.refused(w.send("PATCH", missing, "updateOnly=true", `{"LastName":"x"}`), 404, "NOT_FOUND") // S
}

func TestInsertUpdateDelete(t *testing.T) {
	w := newWorld(t, nil)
	made := w.send("POST", root+"/sobjects/Contact", "", `{"attributes":{"type":"Contact"},"LastName":"Ada","Sync_Version__c":4}`, "Sforce-Call-Options", "client=syncproof")
	var saved struct{ ID string }
	w.decode(made, &saved)
	if made.Status != 201 || w.m.ChangeOrigin(saved.ID) != "com/salesforce/api/rest/60.0;client=syncproof" { // S, R
		t.Fatalf("got %d, origin %q", made.Status, w.m.ChangeOrigin(saved.ID))
	}
	if c := w.last(trace.Commit); c.Verb != trace.Create || c.Version != 4 || c.Before != 0 || c.Actor != "engine" || c.Call == 0 {
		t.Errorf("the commit is %+v", c)
	}
	if ticked := w.field(saved.ID, "DoNotCall"); ticked != "false" {
		t.Errorf("a new checkbox is %q", ticked)
	}
	path := root + "/sobjects/Contact/" + saved.ID
	w.now = w.now.Add(5 * time.Second)
	if resp := w.send("PATCH", path, "", `{"Title":"Dr","Sync_Version__c":5.0}`); resp.Status != 204 || len(resp.Body) != 0 {
		t.Errorf("got %d %s", resp.Status, resp.Body)
	}
	c := w.last(trace.Commit)
	want := []trace.Change{{Field: "Title", After: "Dr", Has: true}, {Field: "Sync_Version__c", Before: "4", After: "5", Had: true, Has: true}}
	if len(c.Changes) != 2 || c.Changes[0] != want[0] || c.Changes[1] != want[1] || c.Before != 4 || c.Version != 5 {
		t.Errorf("the commit is %+v", c)
	}
	if c.Stamp != w.now.Truncate(time.Second).UnixNano() {
		t.Errorf("the stamp %d is not in whole seconds", c.Stamp)
	}
	w.send("PATCH", path, "", `{"Title":"Dr"}`)
	if c := w.last(trace.Commit); c.Verb != trace.Touch || len(c.Changes) != 0 {
		t.Errorf("a save without a change is %+v", c)
	}
	if resp := w.send("DELETE", path, "", ""); resp.Status != 204 {
		t.Errorf("got %d", resp.Status)
	}
	if c := w.last(trace.Commit); c.Verb != trace.Delete || c.Version != 5 {
		t.Errorf("the commit is %+v", c)
	}
	if err := w.m.Restore(w.now, "maria", mocks.User, saved.ID, 0); err != nil {
		t.Fatal(err)
	}
	if resp := w.send("GET", path, "", ""); resp.Status != 200 {
		t.Errorf("an undeleted record answered %d", resp.Status)
	}
}

func TestVersionTrigger(t *testing.T) { // DM-2, DM-8
	seven := int64(7)
	for _, c := range []struct {
		name string
		set  map[string]any
		edit func(*mocks.Edit)
		want string
	}{
		{"mapped content", map[string]any{"Phone": "4155550123"}, nil, "4"},
		{"several fields at once", map[string]any{"Phone": "4155550123", "FirstName": "A"}, nil, "4"},
		{"unmapped content", map[string]any{"Department": "x"}, nil, "3"},
		{"the same value", map[string]any{"FirstName": "Ada"}, nil, "3"},
		{"the same after trimming", map[string]any{"FirstName": " Ada "}, nil, "3"},
		{"status", map[string]any{"Sync_Status__c": "IN_SYNC"}, nil, "3"},
		{"set by the writer", map[string]any{"FirstName": "A"}, func(e *mocks.Edit) { e.Version = &seven }, "7"},
		{"bypassed", map[string]any{"FirstName": "A"}, func(e *mocks.Edit) { e.Bypass = true }, "3"},
		{"by automation", map[string]any{"FirstName": "A"}, func(e *mocks.Edit) { e.Origin = mocks.Automation }, "4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			id := w.seed("ada", 3, "", map[string]any{"FirstName": "Ada"})
			if c.edit == nil {
				c.edit = func(*mocks.Edit) {}
			}
			w.edit(id, c.set, c.edit)
			if got := w.field(id, "Sync_Version__c"); got != c.want {
				t.Errorf("the version is %s, want %s", got, c.want)
			}
		})
	}
	t.Run("without a trigger", func(t *testing.T) {
		w := newWorld(t, func(c *mocks.Config) { c.Trigger = false })
		id := w.seed("ada", 3, "", map[string]any{})
		w.edit(id, map[string]any{"FirstName": "A"})
		if got := w.field(id, "Sync_Version__c"); got != "3" {
			t.Errorf("the version is %s", got)
		}
	})
	t.Run("the engine's write", func(t *testing.T) {
		w := newWorld(t, nil)
		id := w.seed("ada", 3, "", map[string]any{})
		w.send("PATCH", root+"/sobjects/Contact/"+id, "", `{"FirstName":"A"}`)
		w.send("PATCH", root+"/sobjects/Contact/"+id, "", `{"FirstName":"B","Sync_Version__c":9}`)
		if got := w.field(id, "Sync_Version__c"); got != "9" {
			t.Errorf("the version is %s", got)
		}
	})
}

func TestBaseVersionRule(t *testing.T) { // EV-10
	for _, c := range []struct {
		name, body string
		version    int64
		status     int
	}{
		{"the stored version", `{"FirstName":"A","Sync_Version__c":4,"Sync_Base_Version__c":3}`, 3, 204},
		{"an older one", `{"FirstName":"A","Sync_Version__c":4,"Sync_Base_Version__c":2}`, 3, 400},
		{"a later one", `{"FirstName":"A","Sync_Version__c":5,"Sync_Base_Version__c":4}`, 3, 400},
		{"zero for none", `{"FirstName":"A","Sync_Base_Version__c":0}`, 0, 204},
		{"null asks nothing", `{"FirstName":"A","Sync_Base_Version__c":null}`, 3, 204},
		{"absent asks nothing", `{"FirstName":"A"}`, 3, 204},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			id := w.seed("ada", c.version, "", map[string]any{})
			resp := w.send("PATCH", root+"/sobjects/Contact/"+id, "", c.body)
			if resp.Status != c.status {
				t.Fatalf("got %d %s", resp.Status, resp.Body)
			}
			if c.status == 400 {
				contains(t, w.refused(resp, 400, "FIELD_CUSTOM_VALIDATION_EXCEPTION"), "Sync_Base_Version__c")
				return
			}
			for _, change := range w.last(trace.Commit).Changes {
				if change.Field == "Sync_Base_Version__c" {
					t.Error("the base version counts as content")
				}
			}
		})
	}
	t.Run("no rule in the tenant", func(t *testing.T) {
		w := newWorld(t, func(c *mocks.Config) { c.Conditional = false })
		id := w.seed("ada", 3, "", map[string]any{})
		w.refused(w.send("PATCH", root+"/sobjects/Contact/"+id, "", `{"Sync_Base_Version__c":2}`), 400, "INVALID_FIELD")
	})
}

func TestStampsOfUsersAndAutomation(t *testing.T) { // DM-10
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{})
	w.edit(id, map[string]any{"Title": "Dr", "Phone": "415-555-0123"})
	if got := w.field(id, "Phone"); got != "(415) 555-0123" {
		t.Errorf("the user's page stored %q", got)
	}
	w.now = w.now.Add(time.Minute)
	w.edit(id, map[string]any{"Sync_Status__c": "PENDING"}, func(e *mocks.Edit) { e.By, e.Origin = "flow", mocks.Automation })
	if c := w.last(trace.Commit); c.Verb != trace.Update || c.Actor != "automation:flow" || c.Stamp != w.now.Truncate(time.Second).UnixNano() {
		t.Errorf("the commit is %+v", c)
	}
	body := string(w.send("GET", root+"/sobjects/Contact/"+id, "", "").Body)
	contains(t, body, `"LastModifiedDate":"2026-01-31T12:00:00.000+0000","LastModifiedById":"`+UserID("maria")+`","SystemModstamp":"2026-01-31T12:01:00.000+0000"`)
	if err := w.m.Save(w.now, "maria", mocks.User, id, 0); err != nil {
		t.Fatal(err)
	}
	if c := w.last(trace.Commit); c.Verb != trace.Touch || c.Stamp != w.now.Truncate(time.Second).UnixNano() {
		t.Errorf("a save without a change is %+v", c)
	}
}

func TestMergeDeletesTheLoser(t *testing.T) { // CR-14
	w := newWorld(t, nil)
	winner := w.seed("ada", 0, "g-1", map[string]any{})
	loser := w.seed("bob", 0, "g-2", map[string]any{})
	if err := w.m.Merge(w.now, "maria", winner, loser, 0); err != nil {
		t.Fatal(err)
	}
	w.refused(w.send("GET", root+"/sobjects/Contact/"+loser, "", ""), 404, "ENTITY_IS_DELETED")
	resp := w.send("GET", root+"/queryAll", "q=SELECT+Id,+MasterRecordId+FROM+Contact+WHERE+IsDeleted+=+true", "")
	contains(t, string(resp.Body), `"Id":"`+loser+`","MasterRecordId":"`+winner+`"`)
	if err := w.m.Restore(w.now, "maria", mocks.User, loser, 0); err == nil {
		t.Error("a merged record came back")
	}
	if s, _ := w.m.Peek(loser); !s.Deleted || s.MergedTo != winner {
		t.Errorf("the snapshot is %+v", s)
	}
}

func TestEditRefusesWhatThePagesRefuse(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{})
	for name, e := range map[string]mocks.Edit{
		"unknown field":  {Record: id, Set: map[string]any{"Nickname": "x"}},
		"read-only":      {Record: id, Set: map[string]any{"LastModifiedDate": "x"}},
		"picklist":       {Record: id, Set: map[string]any{"Tier__c": "tin"}},
		"required":       {Record: id, Set: map[string]any{"LastName": nil}},
		"new, unnamed":   {Set: map[string]any{"Title": "x"}},
		"unknown record": {Record: "003000000000001AAA", Set: map[string]any{"Title": "x"}},
		"wrong Go type":  {Record: id, Set: map[string]any{"Score__c": 1.5}},
	} {
		if _, err := w.m.Edit(w.now, e); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestDriftShowsEverywhere(t *testing.T) { // FC-3
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{"Score__c": int64(5), "Tier__c": "gold"})
	w.m.Faults().Drift = []mocks.Drift{{Field: "Score__c", Rename: "Points__c"}, {Field: "Tier__c", Remove: true}, {Field: "Title", Length: 3}}
	path := root + "/sobjects/Contact/" + id
	contains(t, string(w.send("GET", path, "", "").Body), `"Points__c":5.0`)
	w.refused(w.send("PATCH", path, "", `{"Score__c":1}`), 400, "INVALID_FIELD")
	w.refused(w.send("PATCH", path, "", `{"Tier__c":"gold"}`), 400, "INVALID_FIELD")
	w.refused(w.send("PATCH", path, "", `{"Title":"long"}`), 400, "STRING_TOO_LONG")
	resp, _ := w.soql("SELECT Tier__c FROM Contact")
	w.refused(resp, 400, "INVALID_FIELD")
	describe := string(w.send("GET", root+"/sobjects/Contact/describe", "", "").Body)
	contains(t, describe, `"name":"Points__c"`)
	if strings.Contains(describe, "Tier__c") || strings.Contains(describe, "Score__c") {
		t.Error("describe still shows what is gone")
	}
	w.edit(id, map[string]any{"Score__c": int64(6)}) // users know it by its first name
	w.m.Faults().Drift = []mocks.Drift{{Field: "Score__c", Retype: "string"}}
	contains(t, string(w.send("GET", path, "", "").Body), `"Score__c":"6"`)
}

func TestDriftTakesAValueOutOfAPicklist(t *testing.T) { // FC-3
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{"Tier__c": "gold"})
	w.m.Faults().Drift = []mocks.Drift{{Field: "Tier__c", Values: []string{"bronze", "silver"}}}
	path := root + "/sobjects/Contact/" + id
	contains(t, string(w.send("GET", path, "", "").Body), `"Tier__c":"gold"`)
	if describe := string(w.send("GET", root+"/sobjects/Contact/describe", "", "").Body); strings.Contains(describe, `"gold"`) {
		t.Error("describe still shows the value that is gone")
	}
	w.refused(w.send("PATCH", path, "", `{"Tier__c":"gold"}`), 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
	if r := w.send("PATCH", path, "", `{"Tier__c":"silver"}`); r.Status != 204 {
		t.Errorf("a value that is left is answered %d %s", r.Status, r.Body)
	}
}

func TestDescribe(t *testing.T) {
	w := newWorld(t, nil)
	var got struct {
		Fields []struct {
			Name, Type                       string
			Length                           int
			Nillable, Createable, Updateable bool
			ExternalID                       bool `json:"externalId"`
			PicklistValues                   []struct{ Value string }
		}
	}
	w.decode(w.send("GET", root+"/sobjects/Contact/describe", "", ""), &got)
	seen := 0
	for _, f := range got.Fields {
		switch f.Name {
		case "LastName":
			seen++
			if f.Nillable || f.Length != 80 || f.Type != "string" || !f.Updateable {
				t.Errorf("%+v", f)
			}
		case "Tier__c":
			seen++
			if f.Type != "picklist" || len(f.PicklistValues) != 3 || !f.Nillable {
				t.Errorf("%+v", f)
			}
		case "Genesys_Contact_Id__c":
			seen++
			if !f.ExternalID {
				t.Errorf("%+v", f)
			}
		case "SystemModstamp":
			seen++
			if f.Createable || f.Updateable || f.Type != "datetime" {
				t.Errorf("%+v", f)
			}
		}
	}
	if seen != 4 {
		t.Errorf("%d of 4 fields described", seen)
	}
}
