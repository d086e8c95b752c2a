package genesys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// The signature of a known body under a known key, computed with openssl:
// printf '{"id":"x"}' | openssl dgst -sha256 -hmac hook-secret -binary | base64
const knownSignature = "sha256=tApI6eMEFkoz8nT9KxnMPTeuGysL+WnepMNtnBFL7fg="

func TestSignature(t *testing.T) {
	w := newWorld(t)
	if got := w.signature([]byte(`{"id":"x"}`)); got != knownSignature {
		t.Errorf("signature %s, want %s", got, knownSignature)
	}
}

func TestEveryDeliveryIsSignedOverItsRawBody(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	w.must("PATCH", "contacts/"+id, set("title", `"Dr <\"é\">"`))
	w.edit(mocks.Edit{Record: id, Set: map[string]any{"notes": "x"}})
	due := w.Deliveries(w.now)
	if len(due) != 2 {
		t.Fatalf("%d deliveries", len(due))
	}
	for _, d := range due {
		mac := hmac.New(sha256.New, []byte("hook-secret"))
		mac.Write(d.Body)
		if got := d.Header.Get("X-Hub-Signature-256"); got != "sha256="+base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
			t.Errorf("signature %s", got)
		}
		if d.URL != "https://engine.test/webhooks/cc" || d.Attempt != 1 || d.Record != id {
			t.Errorf("delivery %+v", d)
		}
		if w.log.Events()[d.Cause-1].Kind != trace.Notify {
			t.Errorf("cause %d is no notice", d.Cause)
		}
	}
}

// The event tells the state; no actor, no operation, no deleted flag (S).
func TestEventBody(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	w.must("DELETE", "contacts/"+id, "")
	due := w.Deliveries(w.now)
	if len(due) != 1 {
		t.Fatalf("%d deliveries", len(due))
	}
	body := decode(t, due[0].Body)
	for path, want := range map[string]any{
		"topicName": "v2.externalcontacts.contacts." + id, "version": "2", "timestamp": "2026-03-02T09:00:00.123Z",
		"eventBody.id": id, "eventBody.lastName": "Lovelace", "eventBody.customFields.sync_version": 41.0,
		"eventBody.modifyDate": "2026-03-02T09:00:00.123Z", "eventBody.canonicalContactId": nil,
	} {
		if got := at(body, strings.Split(path, ".")...); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if at(body, "metadata", "CorrelationId") == nil || body["id"] == nil {
		t.Error("the envelope lacks its ids")
	}
	if s := string(due[0].Body); strings.Contains(s, "deleted") || strings.Contains(s, "engine") {
		t.Errorf("the event tells too much: %s", s)
	}
}

// Up to 5 retries, 5 s apart, on a timeout, 429 or 5xx, and on nothing else (S).
func TestRetries(t *testing.T) {
	for status, retries := range map[int]int{0: 5, 429: 5, 500: 5, 503: 5, 200: 0, 202: 0, 400: 0, 401: 0} {
		w := newWorld(t)
		w.must("POST", "contacts", `{"lastName":"x"}`)
		first := w.Deliveries(w.now)[0]
		sent := 0
		for d := first; ; sent++ {
			w.Answered(w.now, d, status)
			next, ok := w.NextDue()
			if !ok {
				break
			}
			if want := w.now.Add(5 * time.Second); !next.Equal(want) {
				t.Fatalf("%d: retry at %v, want %v", status, next, want)
			}
			if early := w.Deliveries(next.Add(-1)); early != nil {
				t.Fatalf("%d: delivered early", status)
			}
			w.now = next
			again := w.Deliveries(w.now)
			if len(again) != 1 || again[0].Attempt != d.Attempt+1 || again[0].Notice != first.Notice || string(again[0].Body) != string(first.Body) {
				t.Fatalf("%d: retried as %+v", status, again)
			}
			d = again[0]
		}
		if sent != retries {
			t.Errorf("%d: %d retries, want %d", status, sent, retries)
		}
	}
}

func TestMutedAndUnsetWebhooks(t *testing.T) {
	for name, w := range map[string]*world{
		"muted": newWorld(t), "no URL": newWorld(t, func(c *mocks.Config) { c.WebhookURL = "" }),
	} {
		w.Faults().MuteNotices = name == "muted"
		w.must("POST", "contacts", `{"lastName":"x"}`)
		if due := w.Deliveries(w.now); due != nil || len(w.events(0, trace.Notify)) != 0 {
			t.Errorf("%s: %d notices", name, len(due))
		}
	}
}
