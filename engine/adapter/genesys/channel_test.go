package genesys_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
)

const channels = "https://api.cc.test/api/v2/notifications/channels"

func channelsOver(t testing.TB, mt *httpmock.MockTransport) adapter.Channels {
	return contacts(t, mt).(adapter.Channels)
}

func TestAChannelIsMadeAndListens(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := channelsOver(t, mt)
	mt.RegisterResponder("POST", channels, httpmock.NewStringResponder(200, `{"connectUri":"wss://streaming.test/channels/c-1","id":"c-1","expires":"2026-03-02T10:00:00.000Z"}`))
	c, err := s.OpenChannel(t.Context())
	want := adapter.Channel{ID: "c-1", Address: "wss://streaming.test/channels/c-1", Expires: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	if err != nil || !c.Expires.Equal(want.Expires) || c.ID != want.ID || c.Address != want.Address {
		t.Fatalf("%+v, %v", c, err)
	}
	mt.RegisterResponder("POST", channels+"/c-1/subscriptions", func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != `[{"id":"v2.externalcontacts.contacts.a"},{"id":"v2.externalcontacts.contacts.b"}]` {
			t.Errorf("%s, %v", body, err)
		}
		return httpmock.NewStringResponse(200, `{"entities":[]}`), nil
	})
	if err := s.Listen(t.Context(), "c-1", []string{"a", "b"}); err != nil {
		t.Error(err)
	}
	mt.RegisterResponder("POST", channels+"/c-1/subscriptions", httpmock.NewStringResponder(404, `{"status":404,"code":"not.found","message":"gone"}`))
	if err := s.Listen(t.Context(), "c-1", []string{"a"}); adapter.As(err).Kind != adapter.NotFound {
		t.Errorf("a channel that is gone: %v", err)
	}
}

// TestAnUnsafeChannelIsRefused: what cannot be connected to without being
// overheard, or does not say when it ends.
func TestAnUnsafeChannelIsRefused(t *testing.T) {
	for _, body := range []string{
		`{"connectUri":"ws://streaming.test/channels/c-1","id":"c-1","expires":"2026-03-02T10:00:00.000Z"}`,
		`{"connectUri":"https://streaming.test/c-1","id":"c-1","expires":"2026-03-02T10:00:00.000Z"}`,
		`{"connectUri":"wss://","id":"c-1","expires":"2026-03-02T10:00:00.000Z"}`,
		`{"connectUri":"wss://streaming.test/channels/c-1","expires":"2026-03-02T10:00:00.000Z"}`,
		`{"connectUri":"wss://streaming.test/channels/c-1","id":"c-1"}`, `{}`, `[]`,
	} {
		mt := httpmock.NewMockTransport()
		s := channelsOver(t, mt)
		mt.RegisterResponder("POST", channels, httpmock.NewStringResponder(200, body))
		if c, err := s.OpenChannel(t.Context()); adapter.As(err).Kind != adapter.Malformed {
			t.Errorf("%s: %+v, %v", body, c, err)
		}
	}
}

func TestWhatAChannelSays(t *testing.T) {
	s := channelsOver(t, httpmock.NewMockTransport())
	for message, want := range map[string]struct {
		notice  string
		closing bool
		bad     bool
	}{
		changed: {notice: "c1"},
		`{"topicName":"channel.metadata","eventBody":{"message":"WebSocket Heartbeat"}}`:        {},
		`{"topicName":"v2.system.socket_closing","eventBody":{"message":"maintenance"}}`:        {closing: true},
		`{"topicName":"v2.users.u1.presence","eventBody":{"id":"u1"}}`:                          {},
		`{"topicName":"v2.externalcontacts.contacts.c1","version":"2","eventBody":{"id":"c2"}}`: {bad: true},
		`{"result":"400","status":"error"}`:                                                     {bad: true},
		`{"topicName":"v2.ext`:                                                                  {bad: true},
		strings.Repeat("[", 1000):                                                               {bad: true},
	} {
		heard, err := s.Heard([]byte(message))
		var typed *adapter.Error
		switch {
		case want.bad:
			if !errors.As(err, &typed) || typed.Kind != adapter.Malformed {
				t.Errorf("%s: %+v, %v", message, heard, err)
			}
		case err != nil || heard.Closing != want.closing || (len(heard.Notices) == 1) != (want.notice != "") || want.notice != "" && heard.Notices[0].ID != want.notice:
			t.Errorf("%s: %+v, %v", message, heard, err)
		}
	}
}

// FuzzHeard: whatever comes over a channel, it is a notice with an id, nothing,
// or an Error of kind Malformed.
func FuzzHeard(f *testing.F) {
	for _, message := range []string{
		changed, `{"topicName":"channel.metadata","eventBody":{"message":"pong"}}`, `{"topicName":"v2.system.socket_closing"}`,
		`{"topicName":"v2.externalcontacts.contacts.{id}","eventBody":{"id":"c1"}}`, "", "null", "[",
	} {
		f.Add([]byte(message))
	}
	s := channelsOver(f, httpmock.NewMockTransport())
	f.Fuzz(func(t *testing.T, message []byte) {
		heard, err := s.Heard(message)
		var typed *adapter.Error
		if err != nil && (!errors.As(err, &typed) || typed.Kind != adapter.Malformed) {
			t.Fatalf("%v", err)
		}
		for _, n := range heard.Notices {
			if n.ID == "" {
				t.Fatalf("a notice of nobody from %q", message)
			}
		}
	})
}
