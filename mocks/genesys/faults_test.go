package genesys

import (
	"fmt"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// 300 requests a minute and token, told in every answer (2, S).
func TestQuota(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	first := w.call("GET", "contacts/"+id, "")
	for name, want := range map[string]string{
		"inin-ratelimit-count": "1", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "60",
		"Content-Type": "application/json", "Date": "Mon, 02 Mar 2026 09:00:00 GMT", "Retry-After": "",
	} {
		if got := first.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	w.now = w.now.Add(20*time.Second + time.Millisecond)
	for range 299 {
		w.must("GET", "contacts/"+id, "")
	}
	resp := w.call("GET", "contacts/"+id, "")
	if resp.Status != 429 || decode(t, resp.Body)["code"] != codeTooMany || resp.Header.Get("Retry-After") != "40" {
		t.Errorf("request 301: %d, Retry-After %q: %s", resp.Status, resp.Header.Get("Retry-After"), resp.Body)
	}
	if e := w.last(trace.Answer); e.Status != 429 || e.RetryAfter != "40" || e.Code != codeTooMany || e.Date == "" {
		t.Errorf("journalled as %+v", e)
	}
	second := w.login()
	if w.token, second = second, w.token; w.call("GET", "contacts/"+id, "").Status != 200 {
		t.Error("another token has no window of its own")
	}
	w.token = second
	w.now = w.now.Add(40 * time.Second)
	if w.call("GET", "contacts/"+id, "").Status != 200 {
		t.Error("the next window refuses")
	}
}

func TestLimitFaults(t *testing.T) {
	none := 0
	for name, c := range map[string]struct {
		set        func(f *mocks.Faults)
		retryAfter string
	}{
		"throttle without header": {func(f *mocks.Faults) { f.Throttle = &mocks.Throttle{Every: 1} }, ""},
		"throttle in seconds":     {func(f *mocks.Faults) { f.Throttle = &mocks.Throttle{Every: 1, RetryAfter: "30"} }, "30"},
		"throttle as a date":      {func(f *mocks.Faults) { f.Throttle = &mocks.Throttle{Every: 1, RetryAfter: "date+30"} }, "Mon, 02 Mar 2026 09:00:30 GMT"},
		"throttle that lies":      {func(f *mocks.Faults) { f.Throttle = &mocks.Throttle{Every: 1, RetryAfter: "-7"} }, "-7"},
		"quota":                   {func(f *mocks.Faults) { f.Quota = &mocks.Quota{Requests: 1, Per: time.Hour, RetryAfter: "reset"} }, "3600"},
		"concurrency":             {func(f *mocks.Faults) { f.MaxConcurrent, f.InProgress = 2, 3 }, ""},
		"daily limit":             {func(f *mocks.Faults) { f.DailyRemaining = &none }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.seed()
			w.must("GET", "contacts/"+id, "") // fills the quota of one
			c.set(w.Faults())
			since := w.log.Len()
			resp := w.call("PATCH", "contacts/"+id, set("title", `"x"`))
			if resp.Status != 429 || resp.Header.Get("Retry-After") != c.retryAfter {
				t.Errorf("%d, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
			}
			if got := w.events(since, trace.Commit); got != nil {
				t.Error("a limited request was committed")
			}
			*w.Faults() = mocks.Faults{}
			w.must("PATCH", "contacts/"+id, set("title", `"x"`))
		})
	}
}

func TestServerErrors(t *testing.T) {
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprint("after commit ", after), func(t *testing.T) {
			w := newWorld(t)
			id := w.seed()
			since := w.log.Len()
			w.Faults().Error = &mocks.ServerError{Status: 502, AfterCommit: after, Left: 2}
			for _, r := range [][3]string{{"PATCH", "contacts/" + id, set("title", `"x"`)}, {"GET", "contacts/" + id, ""}} {
				if resp := w.call(r[0], r[1], r[2]); resp.Status != 502 || decode(t, resp.Body)["code"] != "bad.gateway" {
					t.Errorf("%s: %d %s", r[0], resp.Status, resp.Body)
				}
			}
			if got := len(w.events(since, trace.Commit)) == 1; got != after {
				t.Errorf("committed: %v", got)
			}
			if got := w.events(since, trace.Read); got != nil {
				t.Error("an answer that was lost disclosed a contact")
			}
			w.must("GET", "contacts/"+id, "") // two were left
		})
	}
}

func TestTokensEnd(t *testing.T) {
	status := func(w *world, want string) {
		w.t.Helper()
		resp := w.call("GET", "contacts", "")
		code, _ := decode(w.t, resp.Body)["code"].(string)
		if code != want || (resp.Status == 401) != (want != "") {
			w.t.Errorf("%d %s, want %q", resp.Status, code, want)
		}
	}
	w := newWorld(t)
	w.now = start.Add(24*time.Hour - 1)
	status(w, "")
	w.now = start.Add(24 * time.Hour)
	status(w, codeExpired)
	if e := w.last(trace.Arrive); e.Actor != "engine" {
		t.Errorf("an expired token's holder is %q", e.Actor)
	}
	w.Faults().TokenLife = 5 * time.Minute
	w.token = w.login()
	w.now = w.now.Add(5 * time.Minute)
	status(w, codeExpired)
	w.token = w.login()
	status(w, "")
	w.Faults().Revocations++
	status(w, codeBadCredentials)
	w.now = w.now.Add(-time.Hour) // set back meanwhile
	w.token = w.login()
	status(w, "")
	w.Faults().AuthDown = true
	if resp := w.do("POST", tokenPath, "", nil); resp.Status != 503 {
		t.Errorf("the token endpoint that is down answers %d", resp.Status)
	}
}

// A custom field that drifts is felt by reads, writes and the schema at once.
func TestDrift(t *testing.T) {
	for name, c := range map[string]struct {
		drift    mocks.Drift
		shown    any // customFields.tier as read
		rename   any // customFields.level as read
		accepts  string
		refuses  string
		property string // of the schema, "" for none
	}{
		"rename":        {mocks.Drift{Field: "tier", Rename: "level"}, nil, "gold", set("customFields.level", `"silver"`), set("customFields.tier", `"silver"`), ""},
		"remove":        {mocks.Drift{Field: "tier", Remove: true}, nil, nil, set("title", `"x"`), set("customFields.tier", `"silver"`), ""},
		"to a number":   {mocks.Drift{Field: "tier", Retype: "number"}, nil, nil, set("customFields.tier", `2.5`), set("customFields.tier", `"silver"`), "number"},
		"to a boolean":  {mocks.Drift{Field: "tier", Retype: "boolean"}, nil, nil, set("customFields.tier", `true`), set("customFields.tier", `"silver"`), "checkbox"},
		"to any string": {mocks.Drift{Field: "tier", Retype: "string", Length: 9}, "gold", nil, set("customFields.tier", `"platinum"`), set("customFields.tier", `"rhodium-10"`), "text"},
		"fewer values":  {mocks.Drift{Field: "tier", Values: []string{"bronze", "silver"}}, "gold", nil, set("customFields.tier", `"silver"`), set("customFields.tier", `"gold"`), "enum"},
		"length":        {mocks.Drift{Field: "title", Length: 3}, "gold", nil, set("title", `"Dr."`), set("title", `"Lady"`), "enum"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.seed()
			w.Faults().Drift = []mocks.Drift{c.drift}
			got := w.must("GET", "contacts/"+id, "")
			if at(got, "customFields", "tier") != c.shown || at(got, "customFields", "level") != c.rename || at(got, "schema", "version") != 2.0 {
				t.Errorf("shown as %v of %v", at(got, "customFields"), at(got, "schema"))
			}
			if resp := w.call("PATCH", "contacts/"+id, c.refuses); resp.Status != 400 {
				t.Errorf("what it should refuse: %d", resp.Status)
			}
			w.must("PATCH", "contacts/"+id, c.accepts)
			schema := w.must("GET", "contacts/schemas/"+w.schemaID, "")
			ref, _ := at(schema, "jsonSchema", "properties", "tier", "allOf", "0", "$ref").(string)
			want := ""
			if c.property != "" {
				want = "#/definitions/" + c.property
			}
			if ref != want || schema["version"] != 2.0 {
				t.Errorf("the schema says %q in version %v, want %q", ref, schema["version"], want)
			}
			if first := w.must("GET", "contacts/schemas/"+w.schemaID+"/versions/1", ""); at(first, "jsonSchema", "properties", "tier", "enum", "2") != "gold" {
				t.Error("the first version of the schema changed")
			}
			w.Faults().Drift = nil
			w.must("PATCH", "contacts/"+id, set("customFields.tier", `"bronze"`))
		})
	}
}
