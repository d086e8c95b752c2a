package genesys

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/sim/trace"
)

// byEmail is an enrichment of whom an email address finds.
func byEmail(action, address, rest string) string {
	return `{"action":"` + action + `","matchingIdentifiers":[{"type":"Email","value":"` + address + `"}]` + rest + `}`
}

func TestEnrich(t *testing.T) { // S: actions, field rules and 201 against 200
	w := newWorld(t)
	made := w.call("POST", "contacts/enrich", byEmail("Upsert", "ada@x.test", `,"contact":{"firstName":"Ada","title":"Lady","workEmail":"ada@x.test"}`))
	if made.Status != 201 {
		t.Fatalf("a new contact: %d %s", made.Status, made.Body)
	}
	id := decode(t, made.Body)["id"].(string)
	for _, c := range []struct {
		name, body, first, title string
	}{
		{"provided is preferred", byEmail("Upsert", "ADA@x.test", `,"contact":{"firstName":"Augusta","title":null}`), "Augusta", "Lady"},
		{"existing is preferred", byEmail("Update", "ada@x.test", `,"contact":{"firstName":"Other"},"fieldRules":{"defaultAction":"PreferExisting"}`), "Augusta", "Lady"},
		{"provided always", byEmail("Update", "ada@x.test", `,"contact":{"title":null},"fieldRules":{"defaultAction":"AlwaysUseProvided"}`), "Augusta", ""},
		{"a rule for one field", byEmail("Update", "ada@x.test", `,"contact":{"firstName":"Z","title":"Dr"},"fieldRules":{"rules":[{"field":"$.firstName","action":"PreferExisting"}]}`), "Augusta", "Dr"},
		{"no data", byEmail("Update", "ada@x.test", ""), "Augusta", "Dr"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := w.must("POST", "contacts/enrich", c.body)
			title, _ := got["title"].(string)
			if got["id"] != id || got["firstName"] != c.first || title != c.title {
				t.Errorf("got %v", got)
			}
		})
	}
	before := w.log.Len()
	if got := w.must("POST", "contacts/enrich?dryRun=true", byEmail("Update", "ada@x.test", `,"contact":{"firstName":"Tried"}`)); got["firstName"] != "Tried" {
		t.Errorf("a dry run shows %v", got)
	}
	if resp := w.call("POST", "contacts/enrich?dryRun=true", byEmail("Upsert", "new@x.test", `,"contact":{"firstName":"New"}`)); resp.Status != 201 {
		t.Errorf("a dry run that would make a contact: %d %s", resp.Status, resp.Body)
	}
	if got := w.must("GET", "contacts/"+id, ""); got["firstName"] != "Augusta" || len(w.events(before, trace.Commit)) != 0 {
		t.Errorf("a dry run changed the contact: %v", got)
	}
}

func TestEnrichMergesWhomItFinds(t *testing.T) { // S
	w := newWorld(t)
	one := w.must("POST", "contacts", `{"firstName":"One","workEmail":"one@x.test"}`)["id"]
	two := w.must("POST", "contacts", `{"firstName":"Two","workPhone":{"display":"+1 415 555 0123"}}`)["id"].(string)
	got := w.must("POST", "contacts/enrich", `{"action":"Merge","matchingIdentifiers":[{"type":"Email","value":"one@x.test"},
		{"type":"Phone","value":"+1 415-555-0123"}],"contact":{"title":"Both"}}`)
	if got["id"] != one || got["title"] != "Both" || at(w.must("GET", "contacts/"+two, ""), "mergedTo", "id") != one {
		t.Errorf("got %v", got)
	}
}

func TestMergeOverHTTP(t *testing.T) { // S: a new contact; the latest wins; phones move
	w := newWorld(t)
	one := w.must("POST", "contacts", `{"firstName":"One","lastName":"L","workPhone":{"display":"+1 415 555 0123"},"externalIds":[{"externalSource":{"id":"crm"},"value":"a"}]}`)["id"].(string)
	w.now = w.now.Add(1e9)
	two := w.must("POST", "contacts", `{"firstName":"Two","workPhone":{"display":"+1 415 555 0199"}}`)["id"].(string)
	got := w.must("POST", "contacts/merge", `{"contactIds":["`+one+`","`+two+`"],"valueOverride":{"title":"T"}}`)
	if got["id"] == one || got["id"] == two || got["firstName"] != "Two" || got["lastName"] != "L" || got["title"] != "T" ||
		at(got, "workPhone", "e164") != "+14155550199" || at(got, "cellPhone", "e164") != "+14155550123" || at(got, "externalIds", "0", "value") != "a" {
		t.Errorf("the merged contact is %v", got)
	}
	for _, id := range []string{one, two} {
		if at(w.must("GET", "contacts/"+id, ""), "mergedTo", "id") != got["id"] {
			t.Errorf("%s was not merged", id)
		}
		if resp := w.call("DELETE", "contacts/"+id, ""); resp.Status != 409 {
			t.Errorf("a merged contact can be deleted: %d", resp.Status)
		}
	}
	if s, _ := w.Peek(one); s.MergedTo != got["id"] {
		t.Errorf("the store says %+v", s)
	}
}

// S: results in no order, errorCount, and errorIndexes by the request's order.
func TestBulk(t *testing.T) {
	w := newWorld(t)
	ada := w.must("POST", "contacts", `{"firstName":"Ada","workEmail":"ada@x.test"}`)["id"].(string)
	for _, c := range []struct {
		target, entities string
		statuses         string // by the request's order
		failed           string
	}{
		{"bulk/contacts/add", `{"firstName":"A"},{"firstName":"` + long + `"},{"id":"x","firstName":"C"}`, "201 400 400", "[1,2]"},
		{"bulk/contacts/update", `{"id":"` + ada + `","firstName":"Augusta","workEmail":"ada@x.test"},{"id":"nobody"},{"nonsense":1,"id":"` + ada + `"}`, "200 404 400", "[1,2]"},
		{"bulk/contacts/enrich", byEmail("Update", "ada@x.test", `,"contact":{"title":"T"}`) + "," + byEmail("Update", "no@x.test", "") + "," + byEmail("Upsert", "new@x.test", ""), "200 404 201", "[1]"},
		{"bulk/contacts", `{"id":"` + ada + `"},{"id":"nobody"}`, "200 404", "[1]"},
		{"bulk/contacts/remove", `{"id":"nobody"},{"id":"` + ada + `"},7`, "404 200 400", "[0,2]"},
	} {
		t.Run(c.target, func(t *testing.T) {
			resp := w.call("POST", c.target, `{"entities":[`+c.entities+`]}`)
			var got struct {
				Results []struct {
					Success bool
					Status  int
					Error   *struct{ Status int }
				}
				ErrorIndexes json.RawMessage
				ErrorCount   int
			}
			if err := json.Unmarshal(resp.Body, &got); err != nil || resp.Status != 200 {
				t.Fatalf("%d %s: %v", resp.Status, resp.Body, err)
			}
			want := strings.Fields(c.statuses)
			bad := 0
			for i, r := range got.Results {
				if status := want[len(want)-1-i]; status != jsonInt(r.Status) || r.Success != (r.Status < 300) || (r.Error == nil) != r.Success {
					t.Errorf("result %d is %+v, want %s", i, r, status)
				}
				if !r.Success {
					bad++
				}
			}
			if string(got.ErrorIndexes) != c.failed || got.ErrorCount != bad || len(got.Results) != len(want) {
				t.Errorf("got %s, want errors %s", resp.Body, c.failed)
			}
		})
	}
	if got := w.call("GET", "contacts/"+ada, ""); got.Status != 404 {
		t.Errorf("the removed contact is there: %s", got.Body)
	}
}

func jsonInt(n int) string {
	b, _ := json.Marshal(n) // an int always has a form
	return string(b)
}

func TestLookupByEmailAndPhone(t *testing.T) {
	w := newWorld(t)
	ada := w.must("POST", "contacts", `{"otherEmail":"Ada@x.test","homePhone":{"display":"+44 20 7946 0018"}}`)["id"]
	for _, body := range []string{`{"type":"Email","value":"ada@X.test"}`, `{"type":"Phone","value":"+442079460018"}`} {
		if got := w.must("POST", "identifierlookup/contacts", body); got["id"] != ada {
			t.Errorf("%s finds %v", body, got["id"])
		}
	}
	if resp := w.call("POST", "identifierlookup/contacts", `{"type":"SocialLine","value":"x"}`); resp.Status != 404 {
		t.Errorf("an identifier that nobody has: %d %s", resp.Status, resp.Body)
	}
}

// The index by identifiers follows every change: whom it finds is whom a walk
// over all contacts would.
func TestLookupsFollowChanges(t *testing.T) {
	w := newWorld(t)
	addresses := []string{"a@x.test", "B@x.test", "c@x.test"}
	var ids []string
	for round := range 60 {
		address := addresses[round*7%3]
		switch {
		case round%5 == 0:
			ids = append(ids, w.must("POST", "contacts", `{"firstName":"A","workEmail":"`+address+`"}`)["id"].(string))
		case round%11 == 3:
			w.must("PATCH", "contacts/"+ids[round%len(ids)], set("otherEmail", `"`+address+`"`))
		case round%13 == 4 && len(ids) > 3:
			w.must("DELETE", "contacts/"+ids[0], "")
			ids = ids[1:]
		default:
			w.must("PATCH", "contacts/"+ids[round%len(ids)], set("workEmail", `"`+address+`"`))
		}
		for _, address := range addresses {
			want := ""
			for _, c := range w.store.order {
				for _, v := range c.cells {
					if want == "" && !c.deleted && strings.EqualFold(v.text, address) {
						want = c.id
					}
				}
			}
			got := ""
			if c := w.having(emailKey(address)); c != nil {
				got = c.id
			}
			if got != want {
				t.Fatalf("round %d: %s finds %q, a walk %q", round, address, got, want)
			}
		}
	}
}

func TestWhatEnrichMergeAndBulkRefuse(t *testing.T) {
	w := newWorld(t)
	id := w.must("POST", "contacts", `{"firstName":"Ada","workEmail":"ada@x.test"}`)["id"].(string)
	many := strings.TrimSuffix(strings.Repeat(`{"type":"Email","value":"x"},`, 26), ",")
	for _, c := range []struct {
		name, target, body string
		status             int
		field              string
	}{
		{"no action", "contacts/enrich", `{"matchingIdentifiers":[{"type":"Email","value":"x"}]}`, 400, "action"},
		{"S: another action", "contacts/enrich", byEmail("Replace", "x", ""), 400, "action"},
		{"no identifiers", "contacts/enrich", `{"action":"Upsert"}`, 400, "matchingIdentifiers"},
		{"S: more than 25 identifiers", "contacts/enrich", `{"action":"Upsert","matchingIdentifiers":[` + many + `]}`, 400, "matchingIdentifiers"},
		{"S: a phone without its country", "contacts/enrich", `{"action":"Upsert","matchingIdentifiers":[{"type":"Phone","value":"415 555 0123"}]}`, 400, "value"},
		{"an unknown member", "contacts/enrich", byEmail("Upsert", "x", `,"contacts":{}`), 400, "contacts"},
		{"an unknown rule", "contacts/enrich", byEmail("Upsert", "x", `,"fieldRules":{"defaultAction":"Guess"}`), 400, "fieldRules"},
		{"a rule without a path", "contacts/enrich", byEmail("Upsert", "x", `,"fieldRules":{"rules":[{"field":"firstName"}]}`), 400, "fieldRules.rules.field"},
		{"an update of nobody", "contacts/enrich", byEmail("Update", "no@x.test", ""), 404, ""},
		{"an insert of somebody", "contacts/enrich", byEmail("Insert", "ada@x.test", ""), 409, ""},
		{"a merge of one", "contacts/merge", `{"contactIds":["` + id + `"]}`, 400, "contactIds"},
		{"a merge of one twice", "contacts/merge", `{"contactIds":["` + id + `","` + id + `"]}`, 400, "contactIds"},
		{"a merge with nobody", "contacts/merge", `{"contactIds":["` + id + `","nobody"]}`, 404, ""},
		{"S: the older merge of curated contacts", "merge/contacts", `{"sourceContactId":"` + id + `","targetContactId":"` + id + `"}`, 409, ""},
		{"a bulk of none", "bulk/contacts/add", `{"entities":[]}`, 400, "entities"},
		{"a bulk without entities", "bulk/contacts/add", `{}`, 400, "entities"},
		{"a bulk with more", "bulk/contacts/add", `{"entities":[{}],"atomic":true}`, 400, "entities"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp := w.call("POST", c.target, c.body)
			got := decode(t, resp.Body)
			field, _ := at(got, "details", "0", "fieldName").(string)
			if resp.Status != c.status || field != c.field {
				t.Errorf("got %d %q: %s", resp.Status, field, resp.Body)
			}
		})
	}
}
