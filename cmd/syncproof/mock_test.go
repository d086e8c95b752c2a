package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// standing is a mock that runs as a verb in this process.
type standing struct {
	URL           string
	ControlURL    string `json:"control_url"`
	ControlToken  string `json:"control_token"`
	ClientID      string `json:"client_id"`
	ClientSecret  string `json:"client_secret"`
	WebhookSecret string `json:"webhook_secret"`

	stop func() (code int)
}

func stand(t *testing.T, args ...string) *standing {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	var errors strings.Builder
	code := make(chan int, 1)
	go func() {
		c := run(ctx, append([]string{"mock", "--json"}, args...), strings.NewReader(""), out, &errors)
		_ = out.CloseWithError(io.EOF)
		code <- c
	}()
	s := &standing{}
	s.stop = func() int {
		cancel()
		return <-code
	}
	if err := json.NewDecoder(in).Decode(s); err != nil {
		t.Fatalf("the mock did not start: %v: exit %d: %s", err, s.stop(), errors.String())
	}
	return s
}

// control is a request to the control plane that has to succeed.
func (s *standing) control(t *testing.T, method, path, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.ControlURL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.ControlToken)
	return answer(t, req)
}

func answer(t *testing.T, req *http.Request) string {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %d %s %v", req.Method, req.URL, res.StatusCode, text, err)
	}
	return string(text)
}

func TestAMockStandsAlone(t *testing.T) {
	dir := t.TempDir()
	first := stand(t, "rest", "--data", dir)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {first.ClientID}, "client_secret": {first.ClientSecret}}
	login, err := http.NewRequestWithContext(t.Context(), http.MethodPost, first.URL+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	login.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var token struct {
		Value string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(answer(t, login)), &token); err != nil {
		t.Fatal(err)
	}
	first.control(t, "POST", "/v1/edits", `{"as":"user","set":{"last_name":"Lovelace"}}`)
	if code := first.stop(); code != exitPass {
		t.Fatalf("exit code %d", code)
	}

	// Another process takes up the state, tokens included.
	second := stand(t, "rest", "--data", dir)
	list, err := http.NewRequestWithContext(t.Context(), http.MethodGet, second.URL+"/v1/contacts", nil)
	if err != nil {
		t.Fatal(err)
	}
	list.Header.Set("Authorization", "Bearer "+token.Value)
	if text := answer(t, list); !strings.Contains(text, "Lovelace") {
		t.Errorf("the contact is gone: %s", text)
	}
	if code := second.stop(); code != exitPass {
		t.Fatalf("exit code %d", code)
	}
}

func TestAMockHasTheRecordsOfItsScenario(t *testing.T) {
	cc, crm := stand(t, "genesys", "--scenario", "higher-version-wins"), stand(t, "salesforce", "--scenario", "higher-version-wins")
	var there, here struct {
		Records []struct{ ID, External string }
	}
	for _, side := range []struct {
		mock *standing
		into any
	}{{cc, &there}, {crm, &here}} {
		if err := json.Unmarshal([]byte(side.mock.control(t, "GET", "/v1/records", "")), side.into); err != nil {
			t.Fatal(err)
		}
		if code := side.mock.stop(); code != exitPass {
			t.Fatalf("exit code %d", code)
		}
	}
	if len(there.Records) == 0 || len(there.Records) != len(here.Records) {
		t.Fatalf("%d records in the contact center, %d in the CRM", len(there.Records), len(here.Records))
	}
	for i := range there.Records {
		if there.Records[i].External != here.Records[i].ID || here.Records[i].External != there.Records[i].ID {
			t.Errorf("the pair %d does not know each other: %+v %+v", i, there.Records[i], here.Records[i])
		}
	}
}

func TestABusyPortIsSaid(t *testing.T) {
	s := stand(t, "genesys")
	defer s.stop()
	var errors strings.Builder
	busy := strings.TrimPrefix(s.URL, "http://")
	code := run(t.Context(), []string{"mock", "rest", "--listen", busy}, strings.NewReader(""), io.Discard, &errors)
	if code != exitUsage || !strings.Contains(errors.String(), "--listen "+busy+": the port is in use") {
		t.Errorf("exit %d: %s", code, errors.String())
	}
}
