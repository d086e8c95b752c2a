package service

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/service/config"
)

// SignatureHeader carries "sha256=" and the hex HMAC-SHA256 of an outbound
// notification's body, where a secret is configured.
const SignatureHeader = "X-Syncproof-Signature"

// outbound is the sink that posts each message as JSON to a URL.
type outbound struct {
	url    string
	secret string
	client *http.Client
}

func newOutbound(c *config.Notify) *outbound {
	return &outbound{url: c.URL, secret: c.Secret.Value(), client: &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// notification is a message as it travels.
type notification struct {
	ID       string `json:"id"` // the same for repeats
	Topic    string `json:"topic"`
	Record   string `json:"record,omitempty"`
	NativeID string `json:"native_id,omitempty"`
	Side     string `json:"side"`
	Object   string `json:"object,omitempty"` // of a message about a system: what it is about, if not contacts
	Text     string `json:"text"`
	Do       string `json:"do"`
}

// Tell implements Sink. Any answer below 300 is a success.
func (o *outbound) Tell(ctx context.Context, m engine.Message) error {
	body, err := json.Marshal(notification{ID: m.ID, Topic: m.Topic, Record: m.Key, NativeID: m.Ref.ID, Side: m.Side.String(), Object: m.Object, Text: m.Text, Do: m.Do})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("notify.url is not valid")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", m.ID)
	if o.secret != "" {
		mac := hmac.New(sha256.New, []byte(o.secret))
		mac.Write(body)
		req.Header.Set(SignatureHeader, "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	res, err := o.client.Do(req)
	if err != nil {
		return unwrapURL(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	if res.StatusCode >= 300 {
		return fmt.Errorf("the sink answered %d", res.StatusCode)
	}
	return nil
}
