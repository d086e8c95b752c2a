package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/mocks/salesforce"
)

// stream is a client of the Salesforce mock's event stream.
type stream struct {
	*plane
	client *http.Client
	token  string
	id     string
}

// said is an answer of the stream.
type said struct {
	Channel, ClientID, Error string
	Successful               bool
	Data                     struct{ Payload map[string]any }
}

// stream shakes hands, subscribes to contacts, and has its first connect
// answered: the next one waits.
func (p *plane) stream() *stream {
	p.Helper()
	p.want(http.StatusOK, "PUT", "/v1/settings", `{"change_events":["Contact"]}`)
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.Fatal(err)
	}
	var login struct {
		Token string `json:"access_token"`
	}
	p.api("", "POST", "/services/oauth2/token", "grant_type=client_credentials", &login)
	s := &stream{plane: p, client: &http.Client{Jar: jar}, token: login.Token}
	s.id = s.say(p.Context(), `{"channel":"/meta/handshake","supportedConnectionTypes":["long-polling"]}`)[0].ClientID
	s.say(p.Context(), `{"channel":"/meta/subscribe","subscription":"/data/ContactChangeEvent","clientId":"`+s.id+`"}`)
	s.say(p.Context(), s.connect())
	return s
}

func (s *stream) connect() string {
	return `{"channel":"/meta/connect","connectionType":"long-polling","clientId":"` + s.id + `"}`
}

// request is one request of the stream, nil if its context ends.
func (s *stream) request(ctx context.Context, body string) ([]said, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.vendor+"/cometd/60.0", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "OAuth "+s.token)
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var list []said
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, errors.Join(err, errors.New(res.Status+" "+string(text)))
	}
	return list, nil
}

func (s *stream) say(ctx context.Context, body string) []said {
	s.Helper()
	list, err := s.request(ctx, body)
	if err != nil {
		s.Fatal(err)
	}
	return list
}

// wait connects, and returns once the mock holds the poll.
func (s *stream) wait(ctx context.Context) <-chan []said {
	s.Helper()
	answered := make(chan []said, 1)
	go func() {
		list, err := s.request(ctx, s.connect())
		if err != nil {
			list = []said{{Error: err.Error()}}
		}
		answered <- list
	}()
	s.until("the mock holds the poll", func() bool { return !s.due().IsZero() })
	return answered
}

// until waits for what holds soon.
func (p *plane) until(what string, holds func() bool) {
	p.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			p.Fatalf("not yet: %s", what)
		}
	}
}

// due is when the mock does something by itself, zero for never.
func (p *plane) due() (at time.Time) {
	p.host.Inspect(func(_ time.Time, s mocks.System) { at, _ = s.NextDue() })
	return at
}

func (s *stream) answer(answered <-chan []said) []said {
	s.Helper()
	select {
	case list := <-answered:
		return list
	case <-time.After(10 * time.Second):
		s.Fatal("the poll still waits")
	}
	return nil
}

func TestAPollIsAnsweredWhenSomethingHappens(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(s *stream, now *lockedTime)
		error   string
		events  int
	}{
		"an edit":      {func(s *stream, _ *lockedTime) { s.make("salesforce", "Ada") }, "", 1},
		"its time":     {func(s *stream, now *lockedTime) { now.set(now.get().Add(2 * time.Minute)); s.stirred() }, "", 0},
		"a revocation": {func(s *stream, _ *lockedTime) { s.want(http.StatusNoContent, "POST", "/v1/tokens/revoke", "") }, "401::Authentication invalid", 0},
		"a reset":      {func(s *stream, _ *lockedTime) { s.want(http.StatusNoContent, "POST", "/v1/reset", "") }, "", 0},
		"a newer poll": {func(s *stream, _ *lockedTime) {
			s.say(s.Context(), `{"channel":"/meta/connect","connectionType":"long-polling","clientId":"`+s.id+`","advice":{"timeout":0}}`)
		}, "", 0},
		"a leave": {func(s *stream, _ *lockedTime) {
			s.say(s.Context(), `{"channel":"/meta/disconnect","clientId":"`+s.id+`"}`)
		}, "403::Unknown client", 0},
	} {
		t.Run(name, func(t *testing.T) {
			now := &lockedTime{at: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}
			p := newPlane(t, "salesforce", "", now.get)
			p.run()
			s := p.stream()
			answered := s.wait(t.Context())
			c.happens(s, now)
			list := s.answer(answered)
			if last := list[len(list)-1]; last.Channel != "/meta/connect" || last.Error != c.error || len(list)-1 != c.events {
				t.Errorf("answered %+v", list)
			}
		})
	}
}

// stirred lets the host look at the clock.
func (p *plane) stirred() { p.want(http.StatusOK, "PUT", "/v1/clock", `{"offset":"0s"}`) }

func TestTheHostsEndAnswersPolls(t *testing.T) {
	p := newPlane(t, "salesforce", "", time.Now)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); p.host.Run(ctx) }()
	s := p.stream()
	answered := s.wait(t.Context())
	stop()
	if list := s.answer(answered); !list[0].Successful {
		t.Errorf("answered %+v", list)
	}
	<-ended
	if list, err := s.request(t.Context(), s.connect()); err == nil {
		t.Errorf("a host that ended lets clients wait: %+v", list)
	}
}

func TestAClientThatGoesGivesItsPollUp(t *testing.T) {
	p := newPlane(t, "salesforce", "", time.Now)
	p.run()
	s := p.stream()
	ctx, leave := context.WithCancel(t.Context())
	answered := s.wait(ctx)
	leave()
	if list := s.answer(answered); !strings.Contains(list[0].Error, "canceled") {
		t.Errorf("answered %+v", list)
	}
	p.until("the mock has given the poll up", func() bool { return p.due().IsZero() })
	p.make("salesforce", "Ada") // what it missed it gets when it comes back
	if list := s.say(t.Context(), s.connect()); len(list) != 2 {
		t.Errorf("answered %+v", list)
	}
}

func TestSettings(t *testing.T) {
	p := newPlane(t, "salesforce", "", time.Now)
	const settings = `{"change_events":["Contact"],"duplicate_rules":[{"name":"Names","object":"Contact","fields":["LastName"],"on_create":"block"}],"fields":[{"object":"Contact","field":"Title","length":5}]}`
	doc := document(t)
	valid(t, "request", schemaOf(t, doc, "paths", "/v1/settings", "put", "requestBody", "content", "application/json", "schema"), settings)
	shown := p.want(http.StatusOK, "PUT", "/v1/settings", settings)
	valid(t, "answer", schemaOf(t, doc, "paths", "/v1/settings", "put", "responses", "200", "content", "application/json", "schema"), shown)
	if shown != settings+"\n" || p.want(http.StatusOK, "GET", "/v1/settings", "") != shown {
		t.Errorf("the settings are %s", shown)
	}
	p.make("salesforce", "Ada")
	p.want(http.StatusUnprocessableEntity, "POST", "/v1/edits", `{"set":{"LastName":"Ada"}}`)
	if text := p.want(http.StatusUnprocessableEntity, "PUT", "/v1/settings", `{"change_events":["Lead"]}`); !strings.Contains(text, "Lead") {
		t.Errorf("refused with %s", text)
	}
	snapshot := p.want(http.StatusOK, "GET", "/v1/snapshot", "")
	p.want(http.StatusNoContent, "POST", "/v1/reset", "")
	if text := p.want(http.StatusOK, "GET", "/v1/settings", ""); strings.Contains(text, "Names") {
		t.Errorf("after a reset there is %s", text)
	}
	p.want(http.StatusNoContent, "PUT", "/v1/snapshot", snapshot)
	if text := p.want(http.StatusOK, "GET", "/v1/settings", ""); text != shown {
		t.Errorf("a snapshot brings back %s", text)
	}
	p.want(http.StatusBadRequest, "PUT", "/v1/faults", `{"change_events":"lost"}`)
	if text := p.want(http.StatusOK, "PUT", "/v1/faults", `{"change_events":"gap"}`); !strings.Contains(text, `"change_events":"gap"`) {
		t.Errorf("the faults are %s", text)
	}
}

func TestLongRequestsAreCounted(t *testing.T) {
	now := &lockedTime{at: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}
	p := newPlane(t, "salesforce", "", now.get)
	p.run()
	s := p.stream()
	s.wait(t.Context()) // a poll is no such request
	p.want(http.StatusOK, "PUT", "/v1/faults", `{"latency":"1m"}`)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for range 25 {
		go func() { _, _ = s.get(ctx) }()
	}
	p.until("the requests are in progress", func() bool { return p.host.Flying() >= 25 })
	now.set(now.get().Add(20 * time.Second))
	p.want(http.StatusOK, "DELETE", "/v1/faults", "")
	if text, err := s.get(t.Context()); err != nil || !strings.Contains(text, "ConcurrentPerOrgLongTxn") {
		t.Errorf("the 26th request is answered %s, %v", text, err)
	}
}

// get is a request of the API with its body.
func (s *stream) get(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.vendor+"/services/data/v60.0/limits", nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}

var _ mocks.Holding = (*salesforce.Mock)(nil)
