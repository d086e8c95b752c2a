package salesforce

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/sim/trace"
)

const collection = root + "/composite/sobjects"

// result is one entry of a collection's answer.
type result struct {
	ID      string
	Success bool
	Created *bool
	Errors  []struct{ StatusCode, Message string }
}

// codes are the outcomes in order: ok, or the error's code.
func (w *world) codes(body []byte) string {
	w.t.Helper()
	var results []result
	if err := json.Unmarshal(body, &results); err != nil {
		w.t.Fatalf("%s: %v", body, err)
	}
	var list []string
	for _, r := range results {
		switch {
		case !r.Success && len(r.Errors) == 1 && r.ID == "":
			list = append(list, r.Errors[0].StatusCode)
		case r.Success && len(r.Errors) == 0 && r.ID != "":
			list = append(list, "ok")
		default:
			list = append(list, "nonsense")
		}
	}
	return strings.Join(list, " ")
}

func of(fields string) string { return `{"attributes":{"type":"Contact"},` + fields + `}` }

// S: sObject Collections; results in the order of the request, each record by
// itself unless allOrNone.
func TestCollections(t *testing.T) {
	w := newWorld(t, nil)
	ada := w.seed("ada", 3, "g-1", map[string]any{"FirstName": "Ada"})
	bob := w.seed("bob", 0, "same", map[string]any{"FirstName": "Bob"})
	w.seed("cyd", 0, "same", map[string]any{"FirstName": "Cyd"})
	gone := w.seed("gone", 0, "", map[string]any{})
	w.send("DELETE", root+"/sobjects/Contact/"+gone, "", "")
	for _, c := range []struct{ name, method, path, query, body, want string }{
		{"insert in part", "POST", "", "", `{"records":[` + of(`"LastName":"A"`) + `,` + of(`"FirstName":"B"`) + `]}`, "ok REQUIRED_FIELD_MISSING"},
		{"insert all or none", "POST", "", "", `{"allOrNone":true,"records":[` + of(`"LastName":"A"`) + `,` + of(`"FirstName":"B"`) + `]}`,
			"ALL_OR_NONE_OPERATION_ROLLED_BACK REQUIRED_FIELD_MISSING"},
		{"insert with an id", "POST", "", "", `{"records":[` + of(`"Id":"`+ada+`","LastName":"A"`) + `]}`, "INVALID_FIELD_FOR_INSERT_UPDATE"},
		{"without a type", "POST", "", "", `{"records":[{"LastName":"A"}]}`, "INVALID_TYPE"},
		{"of another type", "POST", "", "", `{"records":[{"attributes":{"type":"Lead"},"LastName":"A"}]}`, "INVALID_TYPE"},
		{"an unknown field", "POST", "", "", `{"records":[` + of(`"LastName":"A","Nonsense":1`) + `]}`, "INVALID_FIELD"},
		{"update", "PATCH", "", "", `{"records":[` + of(`"Id":"`+ada+`","Title":"T"`) + `,` + of(`"Title":"T"`) + `,` + of(`"id":"`+gone+`"`) + `,` + of(`"id":"x"`) + `]}`,
			"ok MISSING_ARGUMENT ENTITY_IS_DELETED MALFORMED_ID"},
		{"update of a stale version", "PATCH", "", "", `{"records":[` + of(`"Id":"`+ada+`","Title":"U","Sync_Base_Version__c":1`) + `]}`, "FIELD_CUSTOM_VALIDATION_EXCEPTION"},
		{"upsert", "PATCH", "/Contact/Genesys_Contact_Id__c", "", `{"records":[` + of(`"Genesys_Contact_Id__c":"g-1","Title":"V"`) + `,` +
			of(`"Genesys_Contact_Id__c":"g-9","LastName":"New"`) + `,` + of(`"Genesys_Contact_Id__c":"same"`) + `,` + of(`"LastName":"None"`) + `]}`,
			"ok ok DUPLICATE_EXTERNAL_ID MISSING_ARGUMENT"},
		{"delete", "DELETE", "", "ids=" + bob + "," + gone, "", "ok ENTITY_IS_DELETED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp := w.send(c.method, collection+c.path, c.query, c.body)
			if got := w.codes(resp.Body); resp.Status != 200 || got != c.want {
				t.Errorf("got %d %q, want %q: %s", resp.Status, got, c.want, resp.Body)
			}
		})
	}
	if title := w.m.store.byID[ada].text(w.m, w.m.schema.find("Title")); title != "V" {
		t.Errorf("Title is %q: a refused update changed it, or an accepted one did not", title)
	}
}

func TestCollectionsRead(t *testing.T) { // S
	w := newWorld(t, nil)
	ada := w.seed("ada", 0, "", map[string]any{"FirstName": "Ada"})
	const missing = "003000000000001AAA"
	for _, resp := range [][]byte{
		w.send("GET", collection+"/Contact", "ids="+ada+","+missing+"&fields=FirstName", "").Body,
		w.send("POST", collection+"/Contact", "", `{"ids":["`+ada+`","`+missing+`"],"fields":["FirstName"]}`).Body,
	} {
		var rows []map[string]any
		if err := json.Unmarshal(resp, &rows); err != nil {
			t.Fatalf("%s: %v", resp, err)
		}
		if len(rows) != 2 || rows[0]["FirstName"] != "Ada" || rows[1] != nil {
			t.Errorf("got %s", resp)
		}
	}
	if e := w.last(trace.Read); e.Record != ada {
		t.Errorf("the journal says that %q was read", e.Record)
	}
}

func TestWhatCollectionsRefuse(t *testing.T) {
	w := newWorld(t, nil)
	many := strings.TrimSuffix(strings.Repeat(of(`"LastName":"A"`)+",", 201), ",")
	for _, c := range []struct {
		name, method, path, query, body string
		status                          int
		code                            string
	}{
		{"S: more than 200", "POST", "", "", `{"records":[` + many + `]}`, 400, "LIMIT_EXCEEDED"},
		{"no records", "POST", "", "", `{}`, 400, "REQUIRED_FIELD_MISSING"},
		{"records that are none", "POST", "", "", `{"records":[1]}`, 400, "JSON_PARSER_ERROR"},
		{"a member that is none", "POST", "", "", `{"records":[],"atomic":true}`, 400, "INVALID_FIELD"},
		{"another object", "PATCH", "/Lead/X__c", "", `{"records":[]}`, 404, "INVALID_TYPE"},
		{"no external id", "PATCH", "/Contact/Title", "", `{"records":[]}`, 404, "NOT_FOUND"},
		{"a put", "PUT", "", "", `{"records":[]}`, 405, "METHOD_NOT_ALLOWED"},
		{"delete without ids", "DELETE", "", "", "", 400, "REQUIRED_FIELD_MISSING"},
		{"read without fields", "GET", "/Contact", "ids=003000000000001AAA", "", 400, "REQUIRED_FIELD_MISSING"},
		{"read of an unknown field", "GET", "/Contact", "ids=003000000000001AAA&fields=Nonsense", "", 400, "INVALID_FIELD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp := w.send(c.method, collection+c.path, c.query, c.body)
			if resp.Status != c.status || !strings.Contains(string(resp.Body), `"errorCode":"`+c.code+`"`) {
				t.Errorf("got %d %s, want %d %s", resp.Status, resp.Body, c.status, c.code)
			}
		})
	}
}

// S: composite; a subrequest refers to an answer before it, and the whole
// counts once against the limit.
func TestComposite(t *testing.T) {
	w := newWorld(t, nil)
	resp := w.send("POST", root+"/composite", "", `{"compositeRequest":[
		{"method":"POST","url":"/services/data/v60.0/sobjects/Contact","referenceId":"made","body":{"LastName":"A \"quoted\""}},
		{"method":"PATCH","url":"/services/data/v60.0/sobjects/Contact/@{made.id}","referenceId":"changed","body":{"Title":"@{made.id}"}},
		{"method":"GET","url":"/services/data/v60.0/sobjects/Contact/@{made.id}","referenceId":"read"},
		{"method":"GET","url":"/services/data/v60.0/sobjects/Contact/@{nobody.id}","referenceId":"lost"},
		{"method":"GET","url":"/services/data/v60.0/query?q=`+url.QueryEscape("SELECT COUNT() FROM Contact")+`","referenceId":"counted"}]}`)
	var got struct {
		CompositeResponse []struct {
			Body           json.RawMessage
			HTTPStatusCode int
			ReferenceID    string
		}
	}
	w.decode(resp, &got)
	want := []int{201, 204, 200, 400, 200}
	for i, r := range got.CompositeResponse {
		if r.HTTPStatusCode != want[i] {
			t.Errorf("%s: %d %s, want %d", r.ReferenceID, r.HTTPStatusCode, r.Body, want[i])
		}
	}
	if len(got.CompositeResponse) != len(want) {
		t.Fatalf("got %s", resp.Body)
	}
	var made, read struct{ ID, Title string }
	for i, into := range map[int]any{0: &made, 2: &read} {
		if err := json.Unmarshal(got.CompositeResponse[i].Body, into); err != nil {
			t.Fatal(err)
		}
	}
	if read.Title != made.ID || made.ID == "" {
		t.Errorf("the title is %q, not the id %q", read.Title, made.ID)
	}
	if !strings.Contains(string(got.CompositeResponse[4].Body), `"totalSize":1`) {
		t.Errorf("counted %s", got.CompositeResponse[4].Body)
	}
	if used := resp.Header.Get("Sforce-Limit-Info"); used != "api-usage=1/100000" {
		t.Errorf("the composite counts as %s", used)
	}
}

func TestCompositeAllOrNone(t *testing.T) { // S
	w := newWorld(t, nil)
	resp := w.send("POST", root+"/composite", "", `{"allOrNone":true,"compositeRequest":[
		{"method":"POST","url":"/services/data/v60.0/sobjects/Contact","referenceId":"made","body":{"LastName":"A"}},
		{"method":"POST","url":"/services/data/v60.0/sobjects/Contact","referenceId":"bad","body":{"FirstName":"B"}}]}`)
	text := string(resp.Body)
	if !strings.Contains(text, "PROCESSING_HALTED") || !strings.Contains(text, "REQUIRED_FIELD_MISSING") || len(w.m.store.order) != 0 {
		t.Errorf("%d records, %s", len(w.m.store.order), text)
	}
}

func TestWhatCompositeRefuses(t *testing.T) {
	w := newWorld(t, nil)
	const get = `{"method":"GET","url":"/services/data/v60.0/limits","referenceId":"R"}`
	many := ""
	for i := range 26 {
		many += strings.Replace(get, `"R"`, `"r`+formatInt(int64(i))+`"`, 1) + ","
	}
	for _, c := range []struct{ name, body, code string }{
		{"S: more than 25", `{"compositeRequest":[` + strings.TrimSuffix(many, ",") + `]}`, "LIMIT_EXCEEDED"},
		{"a reference used twice", `{"compositeRequest":[` + get + `,` + get + `]}`, "INVALID_INPUT"},
		{"a reference of another form", `{"compositeRequest":[` + strings.Replace(get, `"R"`, `"a.b"`, 1) + `]}`, "INVALID_INPUT"},
		{"no url", `{"compositeRequest":[{"method":"GET","referenceId":"R"}]}`, "REQUIRED_FIELD_MISSING"},
		{"another site", `{"compositeRequest":[` + strings.Replace(get, "/services", "/elsewhere", 1) + `]}`, "INVALID_INPUT"},
		{"itself", `{"compositeRequest":[{"method":"POST","url":"/services/data/v60.0/composite","referenceId":"R","body":{}}]}`, "NOT_FOUND"},
		{"nothing", `{}`, "REQUIRED_FIELD_MISSING"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp := w.send("POST", root+"/composite", "", c.body)
			if !strings.Contains(string(resp.Body), `"errorCode":"`+c.code+`"`) {
				t.Errorf("got %d %s, want %s", resp.Status, resp.Body, c.code)
			}
		})
	}
}

func TestCountAndOffset(t *testing.T) { // S
	w := newWorld(t, nil)
	for _, name := range []string{"A", "B", "C", "D"} {
		w.seed(name, 0, "", map[string]any{"LastName": name})
	}
	for _, c := range []struct{ query, want string }{
		{"SELECT COUNT() FROM Contact WHERE LastName != 'A'", `{"totalSize":3,"done":true,"records":[]}`},
		{"SELECT LastName FROM Contact ORDER BY LastName LIMIT 1 OFFSET 2", `"LastName":"C"`},
		{"SELECT LastName FROM Contact ORDER BY LastName OFFSET 4", `"totalSize":0`},
		{"SELECT LastName FROM Contact OFFSET 2001", `NUMBER_OUTSIDE_VALID_RANGE`},
		{"SELECT COUNT(Id) FROM Contact", `MALFORMED_QUERY`},
		{"SELECT LastName FROM Contact WHERE LastName LIKE 5", `MALFORMED_QUERY`},
		{"SELECT LastName FROM Contact WHERE DoNotCall LIKE 'x'", `INVALID_FIELD`},
	} {
		resp := w.send("GET", root+"/query", "q="+url.QueryEscape(c.query), "")
		if !strings.Contains(string(resp.Body), c.want) {
			t.Errorf("%s: %d %s, want %s", c.query, resp.Status, resp.Body, c.want)
		}
	}
}
