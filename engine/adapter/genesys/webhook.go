package genesys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// SignatureHeader holds "sha256=" and the base64 of the HMAC-SHA256 of the
// raw body.
const SignatureHeader = "X-Hub-Signature-256"

// webhookLimits bound a delivery (SE-2). EventBridge stops at 256 KiB.
var webhookLimits = adapter.Limits{Bytes: 1 << 20, Depth: 32}

// Verify implements adapter.Webhooks. Nothing is read of the body before the
// signature is found right (EV-1). An event of another topic has no notices.
// A delivery is the event's envelope, alone or as an EventBridge detail.
func (a *Records) Verify(h http.Header, body []byte) ([]adapter.Notice, error) {
	if len(a.secret) == 0 || len(h.Values(SignatureHeader)) != 1 {
		return nil, adapter.ErrUnauthentic
	}
	mac := hmac.New(sha256.New, a.secret)
	mac.Write(body)
	want := "sha256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if !hmac.Equal([]byte(h.Get(SignatureHeader)), []byte(want)) {
		return nil, adapter.ErrUnauthentic
	}
	r := jsonread.New(body, webhookLimits)
	e := readEnvelope(r)
	if err := r.End(); err != nil {
		return nil, &adapter.Error{Kind: adapter.Malformed, Err: err}
	}
	return e.notices(a.object)
}

type envelope struct {
	topic                       string
	id, mergedTo, canonical, at string
}

func (e envelope) notices(o *object) ([]adapter.Notice, error) {
	named, ours := strings.CutPrefix(e.topic, o.topic())
	if e.topic == "" {
		return nil, malformed("the event has no topicName")
	}
	if !ours {
		return nil, nil
	}
	if e.id == "" {
		e.id = named
	}
	// The topic may be the generic one, with the placeholder in it.
	if e.id == "" || (e.id != named && named != "{id}") {
		return nil, malformed("the event's topic and body name different " + o.set)
	}
	n := adapter.Notice{ID: e.id, MergedInto: e.canonical, Stamp: wire.Stamp(wire.Instant(e.at))}
	if n.MergedInto == "" || n.MergedInto == e.id {
		n.MergedInto = e.mergedTo
	}
	return []adapter.Notice{n}, nil
}

func malformed(message string) error {
	return &adapter.Error{Kind: adapter.Malformed, Message: message}
}

func readEnvelope(r *jsonread.Reader) (e envelope) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "detail":
			inner := readEnvelope(r)
			if inner.topic != "" {
				e = inner
			}
		case "topicName":
			e.topic = r.Str()
		case "eventBody":
			e.readBody(r)
		default:
			r.Skip()
		}
	}
	return e
}

func (e *envelope) readBody(r *jsonread.Reader) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "id":
			e.id = r.Str()
		case "canonicalContactId", "canonicalContact":
			e.canonical = reference(r)
		case "mergedTo":
			e.mergedTo = reference(r)
		case "modifyDate":
			e.at = r.Str()
		default:
			r.Skip()
		}
	}
}
