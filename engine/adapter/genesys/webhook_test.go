package genesys_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/genesys"
)

func sum(key, body string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(body))
	return mac.Sum(nil)
}

func signed(body string) http.Header {
	return http.Header{genesys.SignatureHeader: {"sha256=" + base64.StdEncoding.EncodeToString(sum(hookCanary, body))}}
}

func hooks(t testing.TB) adapter.Webhooks {
	return contacts(t, httpmock.NewMockTransport()).(adapter.Webhooks)
}

const changed = `{"topicName":"v2.externalcontacts.contacts.c1","version":"2","eventBody":{"id":"c1","firstName":"Ada","modifyDate":"2026-03-01T10:00:00.250Z"},"metadata":{"CorrelationId":"x"},"timestamp":"2026-03-01T10:00:01Z"}`

func TestEV1OnlyTheRightSignatureIsAuthentic(t *testing.T) {
	good := "sha256=" + base64.StdEncoding.EncodeToString(sum(hookCanary, changed))
	for name, h := range map[string]http.Header{
		"none":         {},
		"empty":        {genesys.SignatureHeader: {""}},
		"no prefix":    {genesys.SignatureHeader: {strings.TrimPrefix(good, "sha256=")}},
		"hex":          {genesys.SignatureHeader: {"sha256=" + hex.EncodeToString(sum(hookCanary, changed))}},
		"another key":  {genesys.SignatureHeader: {"sha256=" + base64.StdEncoding.EncodeToString(sum("other", changed))}},
		"another body": signed(changed + " "),
		"cut":          {genesys.SignatureHeader: {good[:len(good)-1]}},
		"more behind":  {genesys.SignatureHeader: {good + "A"}},
		"two":          {genesys.SignatureHeader: {good, good}},
		"other header": {"X-Hub-Signature": {good}},
		"unpadded":     {genesys.SignatureHeader: {strings.TrimRight(good, "=")}},
		"other hash":   {genesys.SignatureHeader: {strings.Replace(good, "sha256", "sha1", 1)}},
	} {
		if n, err := hooks(t).Verify(h, []byte(changed)); !errors.Is(err, adapter.ErrUnauthentic) || n != nil {
			t.Errorf("%s: %v, %v", name, n, err)
		}
	}
	if _, err := hooks(t).Verify(signed(changed), []byte(changed)); err != nil {
		t.Error(err)
	}
}

func TestEV1NothingIsReadBeforeTheSignature(t *testing.T) {
	if _, err := hooks(t).Verify(http.Header{}, []byte(`{"broken`)); !errors.Is(err, adapter.ErrUnauthentic) {
		t.Errorf("%v, expected that nothing but the signature counts", err)
	}
}

func TestEV1WithoutASecretNothingIsAuthentic(t *testing.T) {
	c := config(httpmock.NewMockTransport())
	c.WebhookSecret = ""
	s, err := genesys.New(c)
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{genesys.SignatureHeader: {"sha256=" + base64.StdEncoding.EncodeToString(sum("", changed))}}
	if _, err := s.(adapter.Webhooks).Verify(h, []byte(changed)); !errors.Is(err, adapter.ErrUnauthentic) {
		t.Error(err)
	}
}

func TestNotices(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		want       []adapter.Notice
		malformed  bool
	}{
		{"changed", changed, []adapter.Notice{{ID: "c1", Stamp: "2026-03-01T10:00:00.250Z"}}, false},
		{"as an EventBridge detail", `{"version":"0","source":"aws.partner/genesys.com","detail":` + changed + `}`, []adapter.Notice{{ID: "c1", Stamp: "2026-03-01T10:00:00.250Z"}}, false},
		{"merged", strings.Replace(changed, `"firstName"`, `"mergedTo":"c2","canonicalContactId":"c9","firstName"`, 1), []adapter.Notice{{ID: "c1", MergedInto: "c9", Stamp: "2026-03-01T10:00:00.250Z"}}, false},
		{"merged, no canonical contact", strings.Replace(changed, `"firstName"`, `"mergedTo":"c2","canonicalContactId":"c1","firstName"`, 1), []adapter.Notice{{ID: "c1", MergedInto: "c2", Stamp: "2026-03-01T10:00:00.250Z"}}, false},
		{"the generic topic", strings.Replace(changed, "contacts.c1", "contacts.{id}", 1), []adapter.Notice{{ID: "c1", Stamp: "2026-03-01T10:00:00.250Z"}}, false},
		{"no date", `{"topicName":"v2.externalcontacts.contacts.c1","eventBody":{}}`, []adapter.Notice{{ID: "c1"}}, false},
		{"another topic", `{"topicName":"v2.users.u1.presence","eventBody":{"id":"c1"}}`, nil, false},
		{"no topic", `{"eventBody":{"id":"c1"}}`, nil, true},
		{"two contacts", strings.Replace(changed, "contacts.c1", "contacts.c2", 1), nil, true},
		{"no contact", `{"topicName":"v2.externalcontacts.contacts.","eventBody":{}}`, nil, true},
		{"duplicate key", strings.Replace(changed, `"version"`, `"topicName":"x","version"`, 1), nil, true},
		{"duplicate key where nothing is read", strings.Replace(changed, `"CorrelationId":"x"`, `"a":1,"a":2`, 1), nil, true},
		{"too deep", strings.Replace(changed, `{"CorrelationId":"x"}`, strings.Repeat("[", 40)+strings.Repeat("]", 40), 1), nil, true},
		{"too large", strings.Replace(changed, "Ada", strings.Repeat("A", 1<<20), 1), nil, true},
		{"not UTF-8", strings.Replace(changed, "Ada", "\xff", 1), nil, true},
		{"cut", changed[:len(changed)-1], nil, true},
		{"empty", "", nil, true},
	} {
		got, err := hooks(t).Verify(signed(tc.body), []byte(tc.body))
		if tc.malformed != (err != nil && adapter.As(err).Kind == adapter.Malformed) || !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: %+v, %v", tc.name, got, err)
		}
	}
}

// FuzzVerify: whatever a genuine sender sends, the answer is notices with an
// id or a Malformed error, and what is accepted is strict JSON.
func FuzzVerify(f *testing.F) {
	for _, body := range []string{changed, `{"detail":{"topicName":"v2.externalcontacts.contacts.a"}}`, `{"topicName":1}`, `[]`, `null`} {
		f.Add(body)
	}
	w := hooks(f)
	f.Fuzz(func(t *testing.T, body string) {
		notices, err := w.Verify(signed(body), []byte(body))
		if err != nil {
			if adapter.As(err).Kind != adapter.Malformed || notices != nil {
				t.Fatalf("%v, %v", notices, err)
			}
			return
		}
		if adapter.StrictJSON([]byte(body), adapter.Limits{Depth: 32}) != nil {
			t.Fatalf("accepted %q", body)
		}
		for _, n := range notices {
			if n.ID == "" {
				t.Fatalf("a notice without an id from %q", body)
			}
		}
	})
}
