package dynamics

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
)

// WebhookHeader is the header that the registration of the webhook must send
// with the shared key as its value (authentication HttpHeader).
const WebhookHeader = "X-Syncproof-Key"

// maxWebhook bounds a delivery, in bytes. The service removes what makes one
// larger than 256 KB.
const maxWebhook = 512 << 10

// Verify implements adapter.Webhooks: the shared key in WebhookHeader, and a
// RemoteExecutionContext about a record of the table. A delivery about another table holds
// no notice. The context is a hint: the record is read anyway.
func (a *Records) Verify(h http.Header, body []byte) ([]adapter.Notice, error) {
	given, want := sha256.Sum256([]byte(h.Get(WebhookHeader))), sha256.Sum256([]byte(a.secret))
	if subtle.ConstantTimeCompare(given[:], want[:]) != 1 || a.secret == "" {
		return nil, adapter.ErrUnauthentic
	}
	id, table := "", ""
	r := jsonread.New(body, jsonread.Limits{Bytes: maxWebhook})
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "PrimaryEntityId":
			id = strings.ToLower(r.Str())
		case "PrimaryEntityName":
			table = r.Str()
		default:
			r.Skip()
		}
	}
	if r.Err() == nil && (id == "" || table == "") {
		r.Refuse("an execution context without PrimaryEntityId or PrimaryEntityName")
	}
	if err := r.End(); err != nil {
		return nil, &adapter.Error{Kind: adapter.Malformed, Err: err}
	}
	if table != a.object.name {
		return nil, nil
	}
	return []adapter.Notice{{ID: id}}, nil
}
