// Package gosalesforce plays github.com/k-capehart/go-salesforce, unchanged,
// against the Salesforce mock. It is a module of its own: nobody who uses the
// product needs the client.
package gosalesforce

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	salesforce "github.com/k-capehart/go-salesforce/v3"
)

// mock is a mock that runs as a process of its own.
type mock struct {
	t            *testing.T
	URL          string
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	ControlURL   string `json:"control_url"`
	ControlToken string `json:"control_token"`
}

func start(t *testing.T) *mock {
	t.Helper()
	binary := os.Getenv("SYNCPROOF")
	if binary == "" {
		t.Fatal("SYNCPROOF has to name the built binary: run `make clients`")
	}
	cmd := exec.Command(binary, "mock", "salesforce", "--json", "--seed", "7")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	m := &mock{t: t}
	if err == nil {
		err = json.Unmarshal(line, m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *mock) client() *salesforce.Salesforce {
	m.t.Helper()
	sf, err := salesforce.Init(salesforce.Creds{Domain: m.URL, ConsumerKey: m.ClientID, ConsumerSecret: m.ClientSecret})
	if err != nil {
		m.t.Fatal(err)
	}
	return sf
}

// control is one request to the control plane, which has to succeed.
func (m *mock) control(method, path, body string, into any) {
	m.t.Helper()
	req, err := http.NewRequestWithContext(m.t.Context(), method, m.ControlURL+path, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+m.ControlToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode/100 != 2 {
		m.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, text)
	}
	if into != nil {
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(into); err != nil {
			m.t.Fatal(err)
		}
	}
}

// record is a contact as the mock stores it.
type record struct {
	ID      string
	Deleted bool
	Fields  map[string]string
}

func (m *mock) record(id string) (r record) {
	m.t.Helper()
	m.control(http.MethodGet, "/v1/records/"+id, "", &r)
	return r
}

// contact is what the client reads and writes.
type contact struct {
	ID       string `json:"Id,omitempty" salesforce:"Id"`
	LastName string `json:"LastName,omitempty"`
	Title    string `json:"Title,omitempty"`
	External string `json:"Genesys_Contact_Id__c,omitempty"`
}

type fields map[string]any

func TestOneRecord(t *testing.T) {
	m := start(t)
	sf := m.client()
	made, err := sf.InsertOne("Contact", fields{"LastName": "Lovelace"})
	if err != nil || !made.Success {
		t.Fatalf("insert: %+v %v", made, err)
	}
	if err := sf.UpdateOne("Contact", fields{"Id": made.Id, "Title": "Countess"}); err != nil {
		t.Fatal(err)
	}
	if got := m.record(made.Id); got.Fields["Title"] != "Countess" {
		t.Errorf("after the update: %+v", got)
	}
	if _, err := sf.UpsertOne("Contact", "Genesys_Contact_Id__c", fields{"Genesys_Contact_Id__c": "g-1", "LastName": "Hopper"}); err != nil {
		t.Fatal(err)
	}
	var rows []contact
	if err := sf.Query("SELECT Id, LastName FROM Contact WHERE Genesys_Contact_Id__c = 'g-1'", &rows); err != nil || len(rows) != 1 || rows[0].LastName != "Hopper" {
		t.Errorf("query: %+v %v", rows, err)
	}
	if err := sf.DeleteOne("Contact", fields{"Id": made.Id}); err != nil {
		t.Fatal(err)
	}
	if !m.record(made.Id).Deleted {
		t.Error("the contact is there after its deletion")
	}
}

func TestSeveralPages(t *testing.T) {
	m := start(t)
	sf := m.client()
	var all []fields
	for i := range 2500 {
		all = append(all, fields{"LastName": fmt.Sprintf("N%04d", i)})
	}
	results, err := sf.InsertCollection("Contact", all, 200)
	if err != nil || results.HasSalesforceErrors || len(results.Results) != len(all) {
		t.Fatalf("%d results, %v", len(results.Results), err)
	}
	var rows []contact
	if err := sf.Query("SELECT Id, LastName FROM Contact ORDER BY LastName", &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(all) || rows[2499].LastName != "N2499" {
		t.Errorf("%d rows, the last is %+v", len(rows), rows[len(rows)-1])
	}
}

func TestACollectionFailsInPart(t *testing.T) {
	m := start(t)
	results, err := m.client().InsertCollection("Contact", []fields{{"LastName": "Good"}, {"Title": "Nameless"}}, 200)
	if err != nil {
		t.Fatal(err)
	}
	if !results.HasSalesforceErrors || len(results.Results) != 2 || !results.Results[0].Success || results.Results[1].Success ||
		results.Results[1].Errors[0].StatusCode != "REQUIRED_FIELD_MISSING" {
		t.Errorf("got %+v", results)
	}
}

func TestComposite(t *testing.T) {
	m := start(t)
	sf := m.client()
	results, err := sf.InsertComposite("Contact", []fields{{"LastName": "A"}, {"LastName": "B"}}, 200, true)
	if err != nil || results.HasSalesforceErrors || len(results.Results) != 2 {
		t.Fatalf("%+v %v", results, err)
	}
	results, err = sf.InsertComposite("Contact", []fields{{"LastName": "C"}, {"Title": "Nameless"}}, 200, true)
	if err != nil || !results.HasSalesforceErrors {
		t.Errorf("%+v %v", results, err)
	}
	var status struct{ Records int }
	if m.control(http.MethodGet, "/v1/status", "", &status); status.Records != 2 {
		t.Errorf("%d records after a request of all or none", status.Records)
	}
}

func TestAnExpiredSessionIsRenewed(t *testing.T) {
	m := start(t)
	sf := m.client()
	m.control(http.MethodPost, "/v1/tokens/revoke", "", nil)
	made, err := sf.InsertOne("Contact", fields{"LastName": "After"})
	if err != nil || !made.Success {
		t.Errorf("%+v %v", made, err)
	}
}

func TestErrorsKeepTheirCodes(t *testing.T) {
	m := start(t)
	sf := m.client()
	for _, c := range []struct {
		code string
		do   func() error
	}{
		{"MALFORMED_QUERY", func() error { return sf.Query("SELECT FROM Contact", &[]contact{}) }},
		{"INVALID_FIELD", func() error { return sf.Query("SELECT Nonsense FROM Contact", &[]contact{}) }},
		{"STRING_TOO_LONG", func() error {
			_, err := sf.InsertOne("Contact", fields{"LastName": strings.Repeat("x", 81)})
			return err
		}},
		{"REQUEST_LIMIT_EXCEEDED", func() error {
			m.control(http.MethodPut, "/v1/faults", `{"daily_remaining":0}`, nil)
			_, err := sf.InsertOne("Contact", fields{"LastName": "Late"})
			return err
		}},
	} {
		if err := c.do(); err == nil || !strings.Contains(err.Error(), c.code) {
			t.Errorf("got %v, want %s", err, c.code)
		}
	}
}
