package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/mocks/genesys"
	"github.com/syncproof/syncproof/mocks/host"
	"github.com/syncproof/syncproof/sim/trace"
)

// listener is a client on a notification channel.
type listener struct {
	*plane
	conn *websocket.Conn
}

// api sends a request to the vendor's surface and decodes the answer.
func (p *plane) api(token, method, path, body string, into any) {
	p.Helper()
	req, err := http.NewRequestWithContext(p.Context(), method, p.vendor+path, strings.NewReader(body))
	if err != nil {
		p.Fatal(err)
	}
	if token == "" {
		req.SetBasicAuth("client", "secret")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil || res.StatusCode != http.StatusOK {
		p.Fatalf("%s %s: %d, %v", method, path, res.StatusCode, err)
	}
}

// listen subscribes a new channel to a contact, and connects to it.
func (p *plane) listen(contact string) *listener {
	p.Helper()
	var login struct {
		Token string `json:"access_token"`
	}
	p.api("", "POST", "/oauth/token", "grant_type=client_credentials", &login)
	var channel struct{ ID, ConnectURI string }
	p.api(login.Token, "POST", "/api/v2/notifications/channels", "", &channel)
	var topics struct{ Entities []any }
	p.api(login.Token, "PUT", "/api/v2/notifications/channels/"+channel.ID+"/subscriptions", `[{"id":"v2.externalcontacts.contacts.`+contact+`"}]`, &topics)
	path, ok := strings.CutPrefix(channel.ConnectURI, "ws://vendor.test")
	if !ok || len(topics.Entities) != 1 {
		p.Fatalf("connectUri %s, topics %v", channel.ConnectURI, topics)
	}
	return p.connect(path)
}

func (p *plane) connect(path string) *listener {
	p.Helper()
	conn, res, err := websocket.Dial(p.Context(), p.vendor+path, nil)
	if err != nil {
		p.Fatal(err)
	}
	if res.StatusCode != http.StatusSwitchingProtocols {
		p.Fatalf("connecting is answered %d", res.StatusCode)
	}
	p.Cleanup(func() { _ = conn.CloseNow() })
	return &listener{plane: p, conn: conn}
}

// next is the next message.
func (l *listener) next() string {
	l.Helper()
	ctx, cancel := context.WithTimeout(l.Context(), 10*time.Second)
	defer cancel()
	kind, message, err := l.conn.Read(ctx)
	if err != nil || kind != websocket.MessageText {
		l.Fatalf("instead of a text message: %v, %v", kind, err)
	}
	return string(message)
}

// closed is how the mock ends the connection.
func (l *listener) closed() websocket.CloseError {
	l.Helper()
	ctx, cancel := context.WithTimeout(l.Context(), 10*time.Second)
	defer cancel()
	for {
		_, message, err := l.conn.Read(ctx)
		var end websocket.CloseError
		switch {
		case err == nil:
			l.Logf("before the end: %s", message)
		case errors.As(err, &end):
			return end
		default:
			l.Fatalf("the connection broke: %v", err)
		}
	}
}

func TestAnEditIsPushed(t *testing.T) {
	p := newPlane(t, "genesys", "", time.Now)
	p.run()
	id := p.make("genesys", "Ada")
	l := p.listen(id)
	p.want(http.StatusOK, "POST", "/v1/edits", `{"as":"agent","by":"maria","record":"`+id+`","set":{"firstName":"Augusta"}}`)
	message := l.next()
	if !strings.Contains(message, `"topicName":"v2.externalcontacts.contacts.`+id+`"`) || !strings.Contains(message, `"Augusta"`) {
		t.Errorf("pushed: %s", message)
	}
	if err := l.conn.Write(t.Context(), websocket.MessageText, []byte(`{"message":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	if message := l.next(); !strings.Contains(message, `"pong"`) {
		t.Errorf("a ping is answered by %s", message)
	}
}

func TestALateEditIsPushedWhenItIsCommitted(t *testing.T) {
	now := &lockedTime{at: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}
	p := newPlane(t, "genesys", "", now.get)
	p.run()
	id := p.make("genesys", "Ada")
	l := p.listen(id)
	p.want(http.StatusOK, "POST", "/v1/edits", `{"record":"`+id+`","set":{"firstName":"Augusta"},"commit_after":"1h"}`)
	now.set(now.get().Add(time.Hour))
	p.want(http.StatusOK, "PUT", "/v1/clock", `{"offset":"0s"}`) // what happens by the clock is looked at
	if message := l.next(); !strings.Contains(message, `"Augusta"`) {
		t.Errorf("pushed: %s", message)
	}
}

func TestHeartbeats(t *testing.T) {
	h := host.New(host.Options{
		Kind: "genesys", On: trace.CC, Lines: lines, Heartbeat: time.Millisecond,
		New: func(j mocks.Journal) mocks.System {
			return genesys.New(mocks.Config{On: trace.CC, Journal: j, Seed: 7, ClientID: "client", ClientSecret: "secret", BaseURL: "http://vendor.test"})
		},
	})
	l := serve(t, h).listen("00000000-0000-4000-8000-00000000ada1")
	for range 3 {
		if message := l.next(); message != `{"topicName":"channel.metadata","eventBody":{"message":"WebSocket Heartbeat"}}` {
			t.Errorf("instead of a heartbeat: %s", message)
		}
	}
}

func TestTheMockEndsAConnection(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(p *plane)
		says string
	}{
		"expiry":     {func(p *plane) { p.want(http.StatusOK, "PUT", "/v1/clock", `{"offset":"25h"}`) }, "expired"},
		"revocation": {func(p *plane) { p.want(http.StatusNoContent, "POST", "/v1/tokens/revoke", "") }, "expired"},
		"reset":      {func(p *plane) { p.want(http.StatusNoContent, "POST", "/v1/reset", "") }, "reset"},
		"restore": {func(p *plane) {
			p.want(http.StatusNoContent, "PUT", "/v1/snapshot", p.want(http.StatusOK, "GET", "/v1/snapshot", ""))
		}, "restored"},
		"eviction": {func(p *plane) {
			for range 20 {
				p.listen("00000000-0000-4000-8000-00000000ada1")
			}
		}, "removed"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlane(t, "genesys", "", time.Now)
			p.run()
			l := p.listen("00000000-0000-4000-8000-00000000ada1")
			c.end(p)
			if end := l.closed(); end.Code != websocket.StatusGoingAway || !strings.Contains(end.Reason, c.says) {
				t.Errorf("closed with %d %q, want %q", end.Code, end.Reason, c.says)
			}
		})
	}
}

func TestTheHostsEndClosesConnections(t *testing.T) {
	p := newPlane(t, "genesys", "", time.Now)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); p.host.Run(ctx) }()
	l := p.listen("00000000-0000-4000-8000-00000000ada1")
	stop()
	if end := l.closed(); end.Code != websocket.StatusGoingAway {
		t.Errorf("closed with %d %q", end.Code, end.Reason)
	}
	<-ended
	_, res, err := websocket.Dial(t.Context(), p.vendor+"/channels/any", nil)
	if err == nil || res == nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a host that ended lets clients connect: %v, %v", res, err)
	}
}

func TestWhatIsNoChannelIsNotConnectedTo(t *testing.T) {
	for kind, want := range map[string]int{"genesys": http.StatusUnauthorized, "rest": http.StatusUnauthorized} {
		p := newPlane(t, kind, "", time.Now)
		_, res, err := websocket.Dial(t.Context(), p.vendor+"/channels/none", nil)
		if err == nil || res == nil || res.StatusCode != want {
			t.Errorf("%s: %v, %v, want %d", kind, res, err, want)
		}
	}
}
