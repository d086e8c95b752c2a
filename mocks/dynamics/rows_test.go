package dynamics

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

func TestCreateAndRead(t *testing.T) {
	w := newWorld(t, nil)
	resp := w.send("POST", "contacts", "", `{"lastname":"Lovelace","new_tier":101,"new_interests":"10,1","donotphone":true,"new_externalid":"c1"}`)
	address := resp.Header.Get("OData-EntityId")
	if resp.Status != 204 || len(resp.Body) > 0 || address == "" || resp.Header.Get("Location") != address || resp.Header.Get("OData-Version") != "4.0" {
		t.Fatalf("%d %s %v", resp.Status, resp.Body, resp.Header)
	}
	id := strings.TrimSuffix(strings.TrimPrefix(address, "https://crm.test/api/data/v9.2/contacts("), ")")
	row := w.row(id, "")
	want := map[string]any{
		"lastname": "Lovelace", "new_tier": 101.0, "new_interests": "1,10", "donotphone": true, "new_externalid": "c1", "firstname": nil,
		"contactid": id, "fullname": "Lovelace", "modifiedon": "2026-01-31T12:00:00Z", "_modifiedby_value": UserID("syncproof-engine"),
		"statecode": 0.0, "_masterid_value": nil, "@odata.etag": `W/"1"`, "new_syncversion": 1.0,
	}
	for name, value := range want {
		if row[name] != value {
			t.Errorf("%s is %v, want %v", name, row[name], value)
		}
	}
	// The alternate key leads to the same record, and so does contactid=.
	for _, key := range []string{"new_externalid='c1'", "contactid=" + id, strings.ToUpper(id)} {
		if got := w.row(key, "lastname"); got["contactid"] != id {
			t.Errorf("%s leads to %v", key, got)
		}
	}
	resp = w.send("POST", "contacts", "$select=lastname", `{"lastname":"King"}`, "Prefer", "return=representation")
	var made map[string]any
	w.decode(resp, &made)
	if resp.Status != 201 || made["lastname"] != "King" || made["@odata.etag"] != `W/"2"` || resp.Header.Get("Preference-Applied") != "return=representation" || made["firstname"] != nil {
		t.Errorf("%d %s %v", resp.Status, resp.Body, resp.Header)
	}
	if _, there := made["fullname"]; there {
		t.Errorf("what was not selected is there: %s", resp.Body)
	}
}

// TestPatchIsAnUpsert: a PATCH without a precondition makes what is not there.
func TestPatchIsAnUpsert(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 4, "c1", nil)
	if resp := w.send("DELETE", "contacts("+id+")", "", ""); resp.Status != 204 {
		t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	w.refused(w.send("GET", "contacts("+id+")", "", ""), 404, codeNoRecord)
	w.refused(w.send("GET", "contacts(new_externalid='c1')", "", ""), 404, codeNoKeyRecord)
	w.refused(w.send("DELETE", "contacts("+id+")", "", ""), 404, codeNoRecord)
	w.refused(w.send("PATCH", "contacts("+id+")", "", `{"lastname":"x"}`, "If-Match", "*"), 404, codeNoRecord)
	w.refused(w.send("PATCH", "contacts("+id+")", "", `{"lastname":"x"}`, "If-Match", `W/"1"`), 404, codeNoRecord)
	if resp := w.send("PATCH", "contacts("+id+")", "", `{"lastname":"Zombie"}`); resp.Status != 204 {
		t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	if row := w.row(id, "lastname,new_externalid"); row["lastname"] != "Zombie" || row["new_externalid"] != nil {
		t.Errorf("made anew: %v", row)
	}
	// By the alternate key it is made once, and then found.
	for i, want := range []int{201, 200} {
		resp := w.send("PATCH", "contacts(new_externalid='c''2')", "", `{"lastname":"Key"}`, "Prefer", "return=representation")
		if resp.Status != want {
			t.Errorf("call %d: %d %s", i, resp.Status, resp.Body)
		}
	}
	w.refused(w.send("PATCH", "contacts(new_externalid='c''2')", "", `{"lastname":"x"}`, "If-None-Match", "*"), 412, codeDuplicateRecord)
	w.refused(w.send("PATCH", "contacts(new_externalid='c9')", "", `{"lastname":"x"}`, "If-Match", "*"), 404, codeNoKeyRecord)
	w.refused(w.send("PATCH", "contacts("+id+")", "", `{"new_externalid":"c'2"}`), 412, codeDuplicateKey)
	w.refused(w.send("POST", "contacts", "", `{"new_externalid":"c'2"}`), 412, codeDuplicateKey)
	w.refused(w.send("POST", "contacts", "", `{"contactid":"`+id+`"}`), 412, codeDuplicateRecord)
}

func TestEntityTags(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 4, "c1", nil)
	tag := w.row(id, "lastname")["@odata.etag"].(string)
	if resp := w.send("GET", "contacts("+id+")", "", "", "If-None-Match", tag); resp.Status != 304 || len(resp.Body) > 0 {
		t.Errorf("not modified: %d %s", resp.Status, resp.Body)
	}
	if resp := w.send("GET", "contacts("+id+")", "$expand=modifiedby", "", "If-None-Match", tag); resp.Status != 200 {
		t.Errorf("with $expand it is never 304: %d", resp.Status)
	}
	if resp := w.send("GET", "contacts("+id+")", "", "", "If-None-Match", "null"); resp.Status != 200 {
		t.Errorf("null means nothing: %d", resp.Status)
	}
	w.edit(id, map[string]any{"firstname": "Ada"})
	for _, stale := range []string{tag, `"2"`, "2", `W/"999"`, tag + `, W/"2"`} {
		w.refused(w.send("PATCH", "contacts("+id+")", "", `{"lastname":"x"}`, "If-Match", stale), 412, codeVersionMismatch)
		w.refused(w.send("DELETE", "contacts("+id+")", "", "", "If-Match", stale), 412, codeVersionMismatch)
	}
	resp := w.send("PATCH", "contacts("+id+")", "$select=lastname", `{"lastname":"King"}`, "If-Match", `W/"2"`, "Prefer", "return=representation")
	if resp.Status != 200 || resp.Header.Get("ETag") != `W/"3"` {
		t.Errorf("%d %v %s", resp.Status, resp.Header, resp.Body)
	}
	if resp := w.send("DELETE", "contacts("+id+")", "", "", "If-Match", `W/"3"`); resp.Status != 204 {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
}

// TestWhoWroteLast: readings expand the user, answers to writes do not.
func TestWhoWroteLast(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 4, "", nil)
	w.edit(id, map[string]any{"firstname": "Ada"})
	user := func() map[string]any {
		resp := w.send("GET", "contacts("+id+")", "$select=lastname&$expand=modifiedby($select=fullname,applicationid)", "")
		var row struct{ ModifiedBy map[string]any }
		w.decode(resp, &row)
		return row.ModifiedBy
	}
	if u := user(); u["fullname"] != "maria" || u["applicationid"] != nil || u["systemuserid"] != UserID("maria") {
		t.Errorf("%v", u)
	}
	resp := w.send("PATCH", "contacts("+id+")", "$select=lastname&$expand=modifiedby", `{"lastname":"K"}`, "Prefer", "return=representation")
	if resp.Status != 200 || strings.Contains(string(resp.Body), `"modifiedby"`) {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
	if u := user(); u["fullname"] != "# syncproof-engine" || u["applicationid"] != "syncproof-engine" {
		t.Errorf("%v", u)
	}
	var me struct{ UserId string }
	if w.decode(w.send("GET", "WhoAmI", "", ""), &me); me.UserId != UserID("syncproof-engine") {
		t.Errorf("%+v", me)
	}
}

func TestTriggerAndJournal(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 4, "c1", nil)
	w.send("PATCH", "contacts("+id+")", "", `{"lastname":"King"}`)
	w.send("PATCH", "contacts("+id+")", "", `{"lastname":"Byron","new_syncversion":9}`)
	w.send("PATCH", "contacts("+id+")", "", `{"jobtitle":"Countess"}`)
	w.send("PATCH", "contacts("+id+")", "", `{"jobtitle":"Countess"}`)
	var got []string
	for _, e := range w.journal.Events() {
		if e.Kind == trace.Commit {
			got = append(got, e.Verb+" "+formatInt(e.Before)+">"+formatInt(e.Version))
		}
	}
	if want := "setup 0>4, update 4>5, update 5>9, update 9>9, touch 9>9"; strings.Join(got, ", ") != want {
		t.Errorf("the journal holds %s, want %s", strings.Join(got, ", "), want)
	}
}

func TestMergeAndRestore(t *testing.T) {
	w := newWorld(t, nil)
	winner, loser := w.seed("ada", 4, "c1", nil), w.seed("eve", 4, "c2", nil)
	if err := w.m.Merge(w.now, "maria", winner, loser, 0); err != nil {
		t.Fatal(err)
	}
	row := w.row(loser, "")
	if row["_masterid_value"] != winner || row["merged"] != true || row["statecode"] != 1.0 {
		t.Errorf("the loser is %v", row)
	}
	for _, pair := range [][2]string{{winner, winner}, {winner, loser}, {winner, "nobody"}, {"nobody", winner}} {
		if err := w.m.Merge(w.now, "maria", pair[0], pair[1], 0); err == nil {
			t.Errorf("%v were merged", pair)
		}
	}
	other := w.seed("bob", 1, "c3", nil)
	if err := w.m.Restore(w.now, "maria", mocks.User, other, 0); err == nil {
		t.Error("a record that is there was restored")
	}
	if err := w.m.Remove(w.now, "maria", mocks.User, other, 0); err != nil {
		t.Fatal(err)
	}
	if err := w.m.Restore(w.now, "maria", mocks.User, other, 0); err != nil {
		t.Fatal(err)
	}
	if row := w.row("new_externalid='c3'", "lastname"); row["contactid"] != other {
		t.Errorf("restored as %v", row)
	}
}

func TestLateCommits(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 4, "", nil)
	w.edit(id, map[string]any{"firstname": "Late"}, func(e *mocks.Edit) { e.CommitAfter = 5 * time.Second })
	if w.field(id, "firstname") != "" {
		t.Error("it is visible at once")
	}
	at, ok := w.m.NextDue()
	if !ok || !at.Equal(testStart.Add(5*time.Second)) {
		t.Errorf("due at %v, %v", at, ok)
	}
	w.m.Advance(at)
	if w.field(id, "firstname") != "Late" {
		t.Error("it is never visible")
	}
	if s, _ := w.m.Peek(id); !s.Modified.Equal(testStart.Truncate(time.Second)) {
		t.Errorf("stamped %v", s.Modified)
	}
}

// TestNumbersAreExact: what comes out is what went in.
func TestNumbersAreExact(t *testing.T) {
	w := newWorld(t, nil)
	resp := w.send("POST", "contacts", "$select=new_rate,new_score", `{"new_rate":1.50,"new_score":-2147483648}`, "Prefer", "return=representation")
	var row struct {
		Rate  json.Number `json:"new_rate"`
		Score json.Number `json:"new_score"`
	}
	w.decode(resp, &row)
	if resp.Status != http.StatusCreated || row.Rate != "1.50" || row.Score != "-2147483648" {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
}
