package genesys

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// token answers POST /oauth/token: Basic credentials and a form with
// grant_type=client_credentials (S, R). The API's limits do not count here.
func (x *exchange) token() *mocks.Response {
	m, r := x.m, x.r
	if r.Method != http.MethodPost {
		return x.refuse(notFound("The resource"))
	}
	if m.faults.AuthDown {
		return x.refuse(errAuthDown())
	}
	if x.actor == mocks.Unknown {
		// The status is M: RFC 6749 asks for 401 where Basic was used.
		return x.oauthError(http.StatusUnauthorized, "invalid_client", "client not found or secret does not match")
	}
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(media), "application/x-www-form-urlencoded") {
		return x.oauthError(http.StatusBadRequest, "invalid_request", "the request has to be a form")
	}
	form, err := url.ParseQuery(string(r.Body))
	if err != nil {
		return x.oauthError(http.StatusBadRequest, "invalid_request", "the form cannot be read")
	}
	switch grant := form["grant_type"]; {
	case len(grant) != 1:
		return x.oauthError(http.StatusBadRequest, "invalid_request", "grant_type is required once")
	case grant[0] != "client_credentials":
		return x.oauthError(http.StatusBadRequest, "unsupported_grant_type", "the client may use client_credentials only")
	}
	issued, life := m.issue(x.now, x.actor)
	b := append([]byte(`{"access_token":"`), issued.Value...)
	b = strconv.AppendInt(append(b, `","token_type":"bearer","expires_in":`...), int64(life/time.Second), 10)
	return x.answer(http.StatusOK, append(b, '}'), "")
}

func errAuthDown() *refusal { return serverError(&mocks.ServerError{}) }

// issue gives a token to who the journal names so.
func (m *Mock) issue(now time.Time, actor string) (mocks.Token, time.Duration) {
	life := m.life()
	return m.tokens.Issue(now, m.secrets.Secret(""), actor, life, m.faults.Revocations), life
}

// oauthError is the login host's error body (S).
func (x *exchange) oauthError(status int, code, description string) *mocks.Response {
	b := mocks.AppendString([]byte(`{"error":`), code)
	b = mocks.AppendString(append(b, `,"description":`...), description)
	b = mocks.AppendString(append(b, `,"error_description":`...), description)
	return x.answer(status, append(b, '}'), code)
}

func (m *Mock) life() time.Duration {
	switch {
	case m.faults.TokenLife > 0:
		return m.faults.TokenLife
	case m.cfg.TokenLife > 0:
		return m.cfg.TokenLife
	}
	return tokenLife
}

// client is who has these credentials, "" for nobody.
func (m *Mock) client(id, secret string) string {
	if !mocks.SameSecret(secret, m.cfg.ClientSecret) {
		return ""
	}
	return m.cfg.Holder(id)
}

func basicAuth(h http.Header) (id, secret string, ok bool) {
	auth := h.Get("Authorization")
	if len(auth) < 6 || !strings.EqualFold(auth[:6], "basic ") {
		return "", "", false
	}
	plain, err := base64.StdEncoding.DecodeString(auth[6:])
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(plain), ":")
}
