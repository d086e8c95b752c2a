package host_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/mocks/dynamics"
	"github.com/syncproof/syncproof/mocks/genesys"
	"github.com/syncproof/syncproof/mocks/host"
	"github.com/syncproof/syncproof/mocks/restcrm"
	"github.com/syncproof/syncproof/mocks/salesforce"
	"github.com/syncproof/syncproof/sim/trace"
)

const (
	controlToken  = "control-token"
	webhookSecret = "webhook-secret"
)

// make a mock of each kind, with the same fields by the vendor's names.
var kinds = map[string]struct {
	on    trace.System
	name  string // of the field that tests set
	phone string
	// account is the field of accounts that tests set.
	account string
	make    func(mocks.Config) mocks.System
	set     func(*mocks.Config)
}{
	"genesys": {trace.CC, "firstName", "workPhone", "name", func(c mocks.Config) mocks.System { return genesys.New(c) }, func(c *mocks.Config) {
		c.VersionField, c.ExternalField, c.Fields = "sync_version", "crm", []mocks.Field{{Name: "sync_version", Type: "integer"}}
	}},
	"salesforce": {trace.CRM, "LastName", "Phone", "Name", func(c mocks.Config) mocks.System { return salesforce.New(c) }, func(c *mocks.Config) {
		c.VersionField, c.ExternalField = "Sync_Version__c", "Genesys_Contact_Id__c"
		c.Fields = []mocks.Field{{Name: "Sync_Version__c", Type: "integer"}, {Name: "Genesys_Contact_Id__c", Type: "string"}}
	}},
	"dynamics": {trace.CRM, "lastname", "telephone1", "name", func(c mocks.Config) mocks.System { return dynamics.New(c) }, func(c *mocks.Config) {
		c.VersionField, c.ExternalField = "new_sync_version", "new_genesys_contact_id"
	}},
	"rest": {trace.CRM, "last_name", "phone", "name", func(c mocks.Config) mocks.System { return restcrm.New(c) }, func(c *mocks.Config) {
		c.VersionField, c.ExternalField = "sync_version", "external_id"
	}},
}

// plane is a host under test and a client of its control plane.
type plane struct {
	testing.TB
	host    *host.Host
	vendor  string
	control string
}

func newPlane(t testing.TB, kind, webhook string, wall func() time.Time) *plane {
	t.Helper()
	k := kinds[kind]
	h := host.New(host.Options{
		Kind: kind, On: k.on, Clock: host.NewClock(wall), Lines: lines,
		Zone: time.LoadLocation,
		New: func(j mocks.Journal) mocks.System {
			c := mocks.Config{
				On: k.on, Journal: j, Seed: 7, ClientID: "client", ClientSecret: "secret", BaseURL: "http://vendor.test",
				WebhookURL: webhook, WebhookSecret: webhookSecret, Trigger: true, Mapped: []string{k.name, k.phone}, Region: "US",
			}
			k.set(&c)
			c.Account = &mocks.ObjectConfig{VersionField: c.VersionField, ExternalField: c.ExternalField, Trigger: true, Mapped: []string{k.account}}
			return k.make(c)
		},
	})
	return serve(t, h)
}

// serve serves both surfaces of a host until the test ends.
func serve(t testing.TB, h *host.Host) *plane {
	t.Helper()
	vendor, control := httptest.NewServer(h.Vendor()), httptest.NewServer(h.Control(controlToken))
	t.Cleanup(vendor.Close)
	t.Cleanup(control.Close)
	return &plane{TB: t, host: h, vendor: vendor.URL, control: control.URL}
}

func lines(w io.Writer, events []trace.Event) error {
	for i := range events {
		if _, err := io.WriteString(w, events[i].Kind.String()+" "+events[i].Verb+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// run lets the host work until the test ends.
func (p *plane) run() {
	ctx, stop := context.WithCancel(p.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); p.host.Run(ctx) }()
	p.Cleanup(func() { stop(); <-ended })
}

// send is one request to the control plane with its answer's status and body.
func (p *plane) send(method, path, body string) (int, string) {
	p.Helper()
	req, err := http.NewRequestWithContext(p.Context(), method, p.control+path, strings.NewReader(body))
	if err != nil {
		p.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+controlToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// want is send that has to be answered with a status; it returns the body.
func (p *plane) want(status int, method, path, body string) string {
	p.Helper()
	got, text := p.send(method, path, body)
	if got != status {
		p.Fatalf("%s %s %s: %d, want %d: %s", method, path, body, got, status, text)
	}
	return text
}

func (p *plane) make(kind, name string) (id string) {
	p.Helper()
	text := p.want(http.StatusCreated, "POST", "/v1/edits", `{"as":"agent","by":"maria","set":{"`+kinds[kind].name+`":"`+name+`"}}`)
	var out struct{ ID string }
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		p.Fatal(err)
	}
	return out.ID
}

func TestPeopleActThroughTheControlPlane(t *testing.T) {
	for kind, k := range kinds {
		t.Run(kind, func(t *testing.T) {
			p := newPlane(t, kind, "", time.Now)
			id := p.make(kind, "Ada")
			p.want(http.StatusOK, "POST", "/v1/edits", `{"record":"`+id+`","set":{"`+k.phone+`":"+1 415 555 0123"}}`)
			text := p.want(http.StatusOK, "GET", "/v1/records/"+id, "")
			if !strings.Contains(text, `"Ada"`) || !strings.Contains(text, `"version":2`) {
				t.Errorf("the record is %s", text)
			}
			p.want(http.StatusOK, "POST", "/v1/records/"+id+"/save", `{}`)
			if text = p.want(http.StatusOK, "POST", "/v1/records/"+id+"/delete", `{"as":"automation"}`); !strings.Contains(text, `"deleted":true`) {
				t.Errorf("the deleted record is %s", text)
			}
			journal := p.want(http.StatusOK, "GET", "/v1/journal", "")
			if journal != "commit create\ncommit update\ncommit touch\ncommit delete\n" {
				t.Errorf("the journal is %q", journal)
			}
		})
	}
}

// The control plane acts on either object: only to make a record it has to be
// told which.
func TestAccountsAreReachedThroughTheControlPlane(t *testing.T) {
	for kind, k := range kinds {
		t.Run(kind, func(t *testing.T) {
			p := newPlane(t, kind, "", time.Now)
			p.make(kind, "Ada")
			var made struct{ ID string }
			text := p.want(http.StatusCreated, "POST", "/v1/edits", `{"object":"account","set":{"`+k.account+`":"Engines"}}`)
			if err := json.Unmarshal([]byte(text), &made); err != nil {
				t.Fatal(err)
			}
			p.want(http.StatusOK, "POST", "/v1/edits", `{"record":"`+made.ID+`","set":{"`+k.account+`":"Looms"}}`)
			if text = p.want(http.StatusOK, "GET", "/v1/records/"+made.ID, ""); !strings.Contains(text, `"object":"account"`) || !strings.Contains(text, "Looms") {
				t.Errorf("the account is %s", text)
			}
			p.want(http.StatusCreated, "POST", "/v1/records", `{"object":"account","external":"x","set":{"`+k.account+`":"Mills"}}`)
			p.want(http.StatusOK, "POST", "/v1/records/"+made.ID+"/delete", `{}`)
			if list := p.want(http.StatusOK, "GET", "/v1/records", ""); strings.Count(list, `"object":"account"`) != 2 || strings.Count(list, `"id"`) != 3 {
				t.Errorf("the records are %s", list)
			}
			p.want(http.StatusBadRequest, "POST", "/v1/edits", `{"object":"lead","set":{}}`)
			p.want(http.StatusOK, "PUT", "/v1/faults", `{"drift":[{"object":"account","field":"`+k.account+`","remove":true}]}`)
			if got := p.want(http.StatusOK, "GET", "/v1/faults", ""); !strings.Contains(got, `"object":"account"`) {
				t.Errorf("the switchboard is %s", got)
			}
		})
	}
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	p := newPlane(t, "genesys", "", time.Now)
	id := p.make("genesys", "Ada")
	for _, c := range []struct {
		status             int
		method, path, body string
		says               string
	}{
		{404, "GET", "/v1/records/none", "", "there is no record none"},
		{404, "POST", "/v1/edits", `{"record":"none","set":{}}`, "there is no record none"},
		{422, "POST", "/v1/edits", `{"record":"` + id + `","set":{"nonsense":"x"}}`, "nonsense"},
		{400, "POST", "/v1/edits", `{"rekord":"x"}`, "rekord"},
		{400, "POST", "/v1/edits", `{"as":"a","as":"b"}`, "twice"},
		{400, "POST", "/v1/edits", `{"as":"engine"}`, "agent, user or automation"},
		{400, "POST", "/v1/edits", `{"set":{"firstName":{"a":1}}}`, "a value is"},
		{400, "POST", "/v1/edits", `{"commit_after":"soon"}`, "90s"},
		{400, "POST", "/v1/edits", "\xff", "UTF-8"},
		{400, "POST", "/v1/edits", strings.Repeat("[", 100), "nests"},
		{400, "POST", "/v1/edits", `"` + strings.Repeat("x", mocks.MaxBody) + `"`, "exceeds"},
		{422, "POST", "/v1/records/" + id + "/undelete", `{}`, "cannot be restored"},
		{400, "POST", "/v1/records/" + id + "/merge", `{}`, "loser"},
		{422, "POST", "/v1/records/" + id + "/merge", `{"loser":"` + id + `"}`, "itself"},
		{409, "POST", "/v1/records", `{"id":"` + id + `"}`, "already"},
		{400, "GET", "/v1/records?limit=0x", "", "limit"},
		{400, "GET", "/v1/records?after=none", "", "there is no record none"},
		{400, "PUT", "/v1/faults", `{"throttle":{"every":0}}`, "every"},
		{400, "PUT", "/v1/faults", `{"error":{"status":404}}`, "500 to 599"},
		{400, "PUT", "/v1/faults", `{"latency":"2m"}`, "1m"},
		{400, "PUT", "/v1/faults", `{"local_times":"Mars/Olympus"}`, "Mars/Olympus"},
		{400, "PUT", "/v1/clock", `{}`, "offset"},
		{400, "GET", "/v1/journal?follow=perhaps", "", "true or false"},
		{422, "PUT", "/v1/snapshot", `{}`, "no snapshot"},
		{422, "PUT", "/v1/snapshot", `{"form":"syncproof-mock","version":2,"kind":"genesys"}`, "version 2"},
		{422, "PUT", "/v1/snapshot", `{"form":"syncproof-mock","version":1,"kind":"rest"}`, "a rest mock"},
	} {
		status, text := p.send(c.method, c.path, c.body)
		if status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s %s %.60s: %d %s, want %d and %q", c.method, c.path, c.body, status, text, c.status, c.says)
		}
	}
	if text := p.want(http.StatusOK, "GET", "/v1/records/"+id, ""); !strings.Contains(text, `"version":1,`) {
		t.Errorf("a refusal changed the record: %s", text)
	}
}

func TestOnlyTheTokenOpensTheControlPlane(t *testing.T) {
	p := newPlane(t, "rest", "", time.Now)
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + controlToken, controlToken} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.control+"/v1/status", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", header)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%q: %d", header, res.StatusCode)
		}
	}
	empty := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/status", nil)
	request.Header.Set("Authorization", "Bearer ")
	p.host.Control("").ServeHTTP(empty, request)
	if empty.Code != http.StatusUnauthorized {
		t.Errorf("a control plane without a token lets everybody in: %d", empty.Code)
	}
}

func TestFaultsReachTheVendorsSurface(t *testing.T) {
	p := newPlane(t, "rest", "", time.Now)
	p.want(http.StatusOK, "PUT", "/v1/faults", `{"auth_down":true}`)
	if status := p.login(); status != http.StatusServiceUnavailable {
		t.Errorf("with the login down it answers %d", status)
	}
	p.want(http.StatusOK, "DELETE", "/v1/faults", "")
	if status := p.login(); status != http.StatusOK {
		t.Errorf("after the fault it answers %d", status)
	}
	if text := p.want(http.StatusOK, "GET", "/v1/faults", ""); text != "{}\n" {
		t.Errorf("what is left switched on: %s", text)
	}
}

func (p *plane) login() int {
	p.Helper()
	res, err := http.Post(p.vendor+"/oauth/token", "application/x-www-form-urlencoded",
		strings.NewReader("grant_type=client_credentials&client_id=client&client_secret=secret"))
	if err != nil {
		p.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

func TestWebhooksArriveSignedAndAreTriedAgain(t *testing.T) {
	var now lockedTime
	now.set(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC))
	got := make(chan *http.Request, 4)
	status := http.StatusServiceUnavailable
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		w.WriteHeader(status)
		got <- r
	}))
	defer sink.Close()
	p := newPlane(t, "genesys", sink.URL, now.get)
	p.run()
	p.make("genesys", "Ada")
	first := <-got
	if first.Header.Get("X-Hub-Signature-256") == "" {
		t.Error("the webhook is not signed")
	}
	status = http.StatusOK
	p.waitFor("missed", "ack")
	now.set(now.get().Add(6 * time.Second)) // retries are 5 s apart
	p.want(http.StatusOK, "PUT", "/v1/clock", `{"offset":"0s"}`)
	second := <-got
	if second.Header.Get("X-Hub-Signature-256") != first.Header.Get("X-Hub-Signature-256") {
		t.Error("the retry is another webhook")
	}
}

// waitFor follows the journal until one of the kinds is there.
func (p *plane) waitFor(any ...string) {
	p.Helper()
	req, err := http.NewRequestWithContext(p.Context(), http.MethodGet, p.control+"/v1/journal?follow=true", nil)
	if err != nil {
		p.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+controlToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var seen strings.Builder
	buffer := make([]byte, 512)
	for {
		n, err := res.Body.Read(buffer)
		seen.Write(buffer[:n])
		for _, kind := range any {
			if strings.Contains(seen.String(), kind) {
				return
			}
		}
		if err != nil {
			p.Fatalf("the journal ended with %q: %v", seen.String(), err)
		}
	}
}
