package restcrm

import (
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// token answers POST /oauth/token: the client credentials grant of RFC 6749,
// with the credentials in the form or in a Basic header.
func (x *exchange) token() *mocks.Response {
	m := x.m
	form, formOK := x.form()
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if user, password, ok := basicAuth(x.r.Header.Get("Authorization")); ok {
		id, secret = user, password
	}
	genuine := id == m.config.ClientID && mocks.SameSecret(secret, m.config.ClientSecret)
	x.actor = mocks.Unknown
	if genuine {
		x.actor = trace.ActorEngine
	}
	x.arrive = m.journal.Arrive(x.r, x.actor, "")
	switch {
	case m.faults.AuthDown:
		return x.problem(errAuthDown())
	case x.r.Method != http.MethodPost:
		return x.problem(errMethod("POST"))
	case !formOK:
		return x.oauthError(http.StatusBadRequest, "invalid_request", "a form of application/x-www-form-urlencoded is required")
	case form.Get("grant_type") != "client_credentials":
		return x.oauthError(http.StatusBadRequest, "unsupported_grant_type", "only client_credentials is supported")
	case !genuine:
		return x.oauthError(http.StatusUnauthorized, "invalid_client", "the client could not be authenticated")
	}
	return x.issue()
}

func errAuthDown() *problem {
	return refuse(http.StatusServiceUnavailable, "server_error", "the authorization server is unavailable")
}

func (x *exchange) form() (url.Values, bool) {
	media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" || len(x.r.Body) > mocks.MaxBody {
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

func (x *exchange) issue() *mocks.Response {
	token, life := x.m.issue(x.now)
	b := append([]byte(`{"access_token":`), mocks.AppendString(nil, token.Value)...)
	b = append(b, `,"token_type":"Bearer","expires_in":`...)
	b = append(strconv.AppendInt(b, int64(life/time.Second), 10), `,"scope":"contacts"}`...)
	return x.oauthAnswer(http.StatusOK, b, "")
}

func (m *Mock) issue(now time.Time) (mocks.Token, time.Duration) {
	life := m.config.TokenLife
	if life <= 0 {
		life = vendorTokenLife
	}
	if m.faults.TokenLife > 0 {
		life = m.faults.TokenLife
	}
	return m.tokens.Issue(now, m.ids.Secret("rct_"), trace.ActorEngine, life, m.faults.Revocations), life
}

func (x *exchange) oauthError(status int, code, description string) *mocks.Response {
	b := append([]byte(`{"error":`), mocks.AppendString(nil, code)...)
	b = append(b, `,"error_description":`...)
	return x.oauthAnswer(status, append(mocks.AppendString(b, description), '}'), code)
}

func (x *exchange) oauthAnswer(status int, body []byte, code string) *mocks.Response {
	header := x.header()
	header["Content-Type"], header["Cache-Control"] = headerJSON, headerNoStore
	if status == http.StatusUnauthorized {
		header["Www-Authenticate"] = []string{`Basic realm="rest-crm"`}
	}
	resp := &mocks.Response{Status: status, Header: header, Body: body}
	return x.m.journal.Answer(x.r.Call, x.arrive, resp, code)
}
