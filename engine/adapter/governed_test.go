package adapter_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
)

// gate records what happens to it in order.
type gate struct {
	log    []string
	refuse error
}

func (g *gate) Admit(context.Context) error {
	g.log = append(g.log, "admit")
	return g.refuse
}

func (g *gate) Report(s adapter.Signal) { g.log = append(g.log, "report "+s.RetryAfter.String()) }

func signals(*http.Response) adapter.Signal { return adapter.Signal{RetryAfter: time.Second} }

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func TestRL1EveryExchangeAsksTheGateAndReports(t *testing.T) {
	mt := httpmock.NewMockTransport()
	g := &gate{}
	mt.RegisterResponder("GET", "https://crm.test/", func(*http.Request) (*http.Response, error) {
		g.log = append(g.log, "exchange")
		return httpmock.NewStringResponse(200, ""), nil
	})
	rt := adapter.Governed(mt, "crm", g, signals)
	req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://crm.test/", nil)
	for range 2 {
		if _, err := rt.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"admit", "exchange", "report 1s", "admit", "exchange", "report 1s"}
	if !slices.Equal(g.log, want) {
		t.Errorf("%q, expected %q", g.log, want)
	}
}

func TestRL1NothingIsSentWithoutAdmission(t *testing.T) {
	mt := httpmock.NewMockTransport()
	stopped := errors.New("stopped")
	body := &closing{Reader: strings.NewReader("x")}
	req, _ := http.NewRequestWithContext(t.Context(), "POST", "https://crm.test/", body)
	_, err := adapter.Governed(mt, "crm", &gate{refuse: stopped}, signals).RoundTrip(req)
	var unsent *adapter.NotSent
	if !errors.As(err, &unsent) || !errors.Is(err, stopped) || !strings.Contains(err.Error(), "crm") {
		t.Errorf("error %v, expected a NotSent that names the target", err)
	}
	if mt.GetTotalCallCount() != 0 || !body.closed {
		t.Errorf("%d requests were sent, body closed: %v", mt.GetTotalCallCount(), body.closed)
	}
}

func TestALostAnswerIsNotReported(t *testing.T) {
	mt := httpmock.NewMockTransport()
	mt.RegisterResponder("GET", "https://crm.test/", httpmock.NewErrorResponder(errors.New("reset")))
	g := &gate{}
	req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://crm.test/", nil)
	if _, err := adapter.Governed(mt, "crm", g, signals).RoundTrip(req); err == nil {
		t.Fatal("no error")
	}
	if !slices.Equal(g.log, []string{"admit"}) {
		t.Errorf("%q", g.log)
	}
}

func TestSE2StrictJSON(t *testing.T) {
	limits := adapter.Limits{Bytes: 64, Depth: 3}
	if err := adapter.StrictJSON([]byte(`{"a":[{"b":1}]}`), limits); err != nil {
		t.Error(err)
	}
	for name, body := range map[string]string{
		"deep": `[[[[]]]]`, "large": `"` + strings.Repeat("a", 64) + `"`, "twice": `{"a":1,"a":1}`, "text": "\"\xff\"", "none": "",
	} {
		err := adapter.StrictJSON([]byte(body), limits)
		if e := adapter.As(err); err == nil || e.Kind != adapter.Malformed || e.Indefinite {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAForeignErrorIsIndefinite(t *testing.T) {
	if e := adapter.As(errors.New("?")); e.Kind != adapter.Unavailable || !e.Indefinite {
		t.Errorf("%v, indefinite %v", e, e.Indefinite)
	}
}
