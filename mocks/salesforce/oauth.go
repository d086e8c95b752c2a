package salesforce

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// token answers the OAuth endpoint: the client credentials flow, with the
// credentials in the form (S, R) or in a Basic header (M).
func (x *exchange) token() *mocks.Response {
	m := x.m
	form, formOK := x.form()
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if user, password, ok := basicAuth(x.r.Header.Get("Authorization")); ok {
		id, secret = user, password
	}
	holder := m.config.Holder(id)
	known := holder != ""
	genuine := known && mocks.SameSecret(secret, m.config.ClientSecret)
	x.actor = mocks.Unknown
	if genuine {
		x.actor = holder
	}
	x.arrive = m.journal.Arrive(x.r, x.actor, "")
	switch {
	case m.faults.AuthDown:
		return x.oauthError(http.StatusServiceUnavailable, "temporarily_unavailable", "the authorization server is unavailable")
	case x.r.Method != http.MethodPost || !formOK:
		return x.oauthError(http.StatusBadRequest, "invalid_request", "a POST of application/x-www-form-urlencoded is required")
	case form.Get("grant_type") != "client_credentials":
		return x.oauthError(http.StatusBadRequest, "unsupported_grant_type", "grant type not supported")
	case !known:
		return x.oauthError(http.StatusBadRequest, "invalid_client_id", "client identifier invalid")
	case !genuine:
		return x.oauthError(http.StatusBadRequest, "invalid_client", "invalid client credentials")
	}
	return x.answer(http.StatusOK, x.issue(), "")
}

func (x *exchange) form() (url.Values, bool) {
	media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return nil, false
	}
	form, err := url.ParseQuery(string(x.r.Body))
	return form, err == nil
}

func basicAuth(header string) (user, password string, ok bool) {
	encoded, ok := strings.CutPrefix(header, "Basic ")
	if !ok {
		return "", "", false
	}
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(text), ":")
}

// issue makes a session and its answer (S, R): clients go to its instance_url
// from there on. The vendor tells no lifetime (M).
func (x *exchange) issue() []byte {
	m := x.m
	value := m.issue(x.now, x.actor)
	identity := m.config.BaseURL + "/id/" + m.org + "/" + x.user()
	issued := strconv.FormatInt(x.now.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(m.config.ClientSecret))
	mac.Write([]byte(identity + issued))
	signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))

	b := []byte("{")
	for i, member := range [...][2]string{
		{"access_token", value},
		{"signature", signature},
		{"scope", "api"},
		{"instance_url", m.config.BaseURL},
		{"id", identity},
		{"token_type", "Bearer"},
		{"issued_at", issued},
	} {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(mocks.AppendString(b, member[0]), ':')
		b = mocks.AppendString(b, member[1])
	}
	return append(b, '}')
}

// issue makes a session of who the journal names so and returns its id.
func (m *Mock) issue(now time.Time, actor string) string {
	life := m.config.TokenLife
	if life <= 0 {
		life = vendorTokenLife
	}
	if m.faults.TokenLife > 0 {
		life = m.faults.TokenLife
	}
	return m.tokens.Issue(now, m.ids.Secret(m.org[:15]+"!"), actor, life, m.faults.Revocations).Value
}

// oauthError is the endpoint's refusal: an object, unlike the API's arrays (S).
// invalid_client_id is the vendor's code (S); the others are RFC 6749's (M).
func (x *exchange) oauthError(status int, code, description string) *mocks.Response {
	b := append([]byte(`{"error":`), mocks.AppendString(nil, code)...)
	b = append(b, `,"error_description":`...)
	b = append(mocks.AppendString(b, description), '}')
	return x.answer(status, b, code)
}
