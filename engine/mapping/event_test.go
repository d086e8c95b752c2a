package mapping

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// The guide's own event document is read as it stands.
func TestParseEventReadsTheGuide(t *testing.T) {
	got, err := ParseEvent(read(t, "testdata/event.json"))
	want := Event{
		Source: "genesys_cloud", Action: "contact_update", ID: "1234567890", Version: 42,
		Timestamp: time.Date(2023, 10, 27, 10, 0, 0, 0, time.UTC), Status: "PENDING",
		Queue: QueueAction{Type: "enqueue", Destination: "crm_sync_queue", Priority: "high"},
	}
	if err != nil || got != want {
		t.Errorf("ParseEvent = %+v, %v; want %+v", got, err, want)
	}
}

func TestParseEventToleratesWhatSendersLeaveOutOrAdd(t *testing.T) {
	got, err := ParseEvent([]byte(`{"event":{"source":"s","action":"a","payload":{"id":"1","more":[1,{"x":null}]}},"trace":true}`))
	if err != nil || got != (Event{Source: "s", Action: "a", ID: "1"}) {
		t.Errorf("ParseEvent = %+v, %v", got, err)
	}
}

// SE-2, and what is no event.
func TestParseEventRefuses(t *testing.T) {
	event := func(payload string) string {
		return `{"event":{"source":"s","action":"a","payload":` + payload + `}}`
	}
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", "event:1:1: not JSON: it ends too early"},
		{"no JSON", "<xml/>", "event:1:1: not JSON"},
		{"cut off", "{\"event\":\n {", "event:2:3: not JSON: it ends too early"},
		{"trailing data", event(`{"id":"1"}`) + "{}", "event:1:59: not JSON: something follows"},
		{"trailing brace", event(`{"id":"1"}`) + "}", "event:1:59: not JSON"},
		{"two scalars", "1 2", "event:1:3: not JSON: something follows"},
		{"not UTF-8", "{\"event\":\n\"\xff\"}", "event:2:2: not UTF-8"},
		{"duplicate key", event(`{"id":"1","id":"2"}`), `event:1:57: the key "id" stands twice`},
		{"duplicate key in another case", event(`{"id":"1","ID":"2"}`), `event:1:57: the key "ID" stands twice`},
		{"duplicate key after a collection", event(`{"id":"1","x":{"id":"1"},"x":[]}`), `event:1:72: the key "x" stands twice`},
		{"deep", strings.Repeat(`[`, jsonDepthMax+1), "event:1:33: nested deeper than 32 levels"},
		{"huge", strings.Repeat(" ", eventBytesMax+1), "event:1:1: found 262145 bytes"},
		{"no event", `{}`, `event:1:1: missing "event"`},
		{"no payload", `{"event":{"source":"s","action":"a"}}`, `event:1:1: missing "event.payload"`},
		{"no id", event(`{}`), `event:1:1: missing "event.payload.id"`},
		{"number for id", event(`{"id":8675309}`), `event:1:59: expected string in "event.payload.id", found a JSON number`},
		{"fraction for version", event(`{"id":"1","version":1.5}`), `event:1:1: "event.payload.version" is no integer`},
		{"time without a zone", event(`{"id":"1","timestamp":"2023-10-27T10:00:00"}`), `event:1:1: "event.payload.timestamp" is no instant`},
		{"a list", `[]`, "event:1:1: expected"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ParseEvent([]byte(tc.text))
			var at *ParseError
			if !errors.As(err, &at) {
				t.Fatalf("ParseEvent = %v, want a ParseError", err)
			}
			if !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("got  %s\nwant %s", err, tc.want)
			}
		})
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add(read(f, "testdata/event.json"))
	f.Add([]byte(`{"event":null,"Event":{}}`))
	f.Add([]byte(`{"event":{"source":"s","action":"a","payload":{"id":"\ud800","version":1e2}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ParseEvent(data)
		if err == nil && (e.ID == "" || e.Source == "" || e.Action == "") {
			t.Fatalf("accepted without its identity: %+v", e)
		}
	})
}
