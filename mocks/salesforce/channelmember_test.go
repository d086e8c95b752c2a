package salesforce

import (
	"net/http"
	"testing"
)

const (
	memberURL  = toolingRoot + "/" + memberPath
	memberBody = `{"FullName":"ChangeEvents_ContactChangeEvent","Metadata":{"eventChannel":"ChangeEvents","selectedEntity":"ContactChangeEvent"}}`
)

func TestAnObjectIsSelectedThroughTheAPI(t *testing.T) { // S
	w := newWorld(t, nil)
	w.create(`{"LastName":"Untold"}`)
	id := w.made(memberURL, memberBody)
	w.create(`{"LastName":"Told"}`)
	resp := w.send("GET", toolingRoot+"/query", "q=SELECT+Id,EventChannel,Metadata+FROM+PlatformEventChannelMember+WHERE+SelectedEntity='ContactChangeEvent'", "")
	contains(t, string(resp.Body), `"Id":"`+id+`","EventChannel":"ChangeEvents"`)
	contains(t, string(resp.Body), `"selectedEntity":"ContactChangeEvent"`)
	text, err := w.m.Settings()
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(text), `"change_events":["Contact"]`)
	if resp := w.send("DELETE", memberURL+"/"+id, "", ""); resp.Status != http.StatusNoContent {
		t.Errorf("ending a selection: %d %s", resp.Status, resp.Body)
	}
	w.create(`{"LastName":"Untold again"}`)
	events := w.listen().poll()
	if len(events) != 1 || events[0].Data.Payload["Name"].(map[string]any)["LastName"] != "Told" {
		t.Errorf("told: %+v", events)
	}
}

func TestSelectionsAreStrict(t *testing.T) {
	for _, c := range []struct {
		name, method, url, body string
		status                  int
		code                    string
	}{
		{"S: no name", "POST", memberURL, `{"Metadata":{}}`, 400, "REQUIRED_FIELD_MISSING"},
		{"no metadata", "POST", memberURL, `{"FullName":"A"}`, 400, "REQUIRED_FIELD_MISSING"},
		{"S: no channel", "POST", memberURL, `{"FullName":"A","Metadata":{"selectedEntity":"ContactChangeEvent"}}`, 400, "REQUIRED_FIELD_MISSING"},
		{"another channel", "POST", memberURL, `{"FullName":"A","Metadata":{"eventChannel":"Mine__chn","selectedEntity":"ContactChangeEvent"}}`, 400, "INVALID_INPUT"},
		{"the object's own name", "POST", memberURL, `{"FullName":"A","Metadata":{"eventChannel":"ChangeEvents","selectedEntity":"Contact"}}`, 400, "INVALID_INPUT"},
		{"S: a name that is none", "POST", memberURL, `{"FullName":"1__","Metadata":{"eventChannel":"ChangeEvents","selectedEntity":"ContactChangeEvent"}}`, 400, "FIELD_INTEGRITY_EXCEPTION"},
		{"an unknown member", "POST", memberURL, `{"FullName":"A","Metadata":{"eventChannel":"ChangeEvents","selectedEntity":"ContactChangeEvent","x":1}}`, 400, "INVALID_FIELD"},
		{"reading one", "GET", memberURL + "/0v8000000000001AAA", "", 405, "METHOD_NOT_ALLOWED"},
		{"ending none", "DELETE", memberURL + "/0v8000000000001AAA", "", 404, "NOT_FOUND"},
		{"ending all", "DELETE", memberURL, "", 405, "METHOD_NOT_ALLOWED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.refused(w.send(c.method, c.url, "", c.body), c.status, c.code)
		})
	}
	w := capturing(t)
	w.refused(w.send("POST", memberURL, "", memberBody), 400, "DUPLICATE_DEVELOPER_NAME")
	w.m.Faults().Revoked = []string{mayCustomize}
	w.refused(w.send("POST", memberURL, "", memberBody), 403, "INSUFFICIENT_ACCESS")
	w.refused(w.send("DELETE", memberURL+"/"+memberID("Contact"), "", ""), 403, "INSUFFICIENT_ACCESS")
}
