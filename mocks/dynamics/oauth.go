package dynamics

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

var headerNoStore = []string{"no-store, no-cache"}

// token answers POST /{tenant}/oauth2/v2.0/token of Entra ID: the client
// credentials grant with id and secret in the form, and a scope that ends in
// /.default (S). The numbers in the descriptions are the vendor's (2).
func (x *exchange) token() *mocks.Response {
	m := x.m
	form, formOK := x.form()
	holder := m.config.Holder(form.Get("client_id"))
	known := holder != ""
	genuine := known && mocks.SameSecret(form.Get("client_secret"), m.config.ClientSecret)
	x.actor = mocks.Unknown
	if genuine {
		x.actor = holder
	}
	x.arrive = m.journal.Arrive(x.r, x.actor, "")
	switch {
	case m.faults.AuthDown:
		return x.oauthError(http.StatusServiceUnavailable, "temporarily_unavailable", "AADSTS90033: A transient error has occurred. Please try again.")
	case x.r.Method != http.MethodPost:
		return x.oauthError(http.StatusMethodNotAllowed, "invalid_request", "AADSTS900561: The endpoint only accepts POST requests.")
	case !formOK || form.Get("grant_type") == "":
		return x.oauthError(http.StatusBadRequest, "invalid_request", "AADSTS900144: The request body must contain the following parameter: 'grant_type'.")
	case form.Get("grant_type") != "client_credentials":
		return x.oauthError(http.StatusBadRequest, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
	case !known:
		return x.oauthError(http.StatusBadRequest, "unauthorized_client", "AADSTS700016: Application was not found in the directory.")
	case !genuine:
		return x.oauthError(http.StatusUnauthorized, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
	case form.Get("scope") == "":
		return x.oauthError(http.StatusBadRequest, "invalid_request", "AADSTS90014: The required field 'scope' is missing from the credential.")
	case form.Get("scope") != m.config.BaseURL+"/.default":
		return x.oauthError(http.StatusBadRequest, "invalid_scope", "AADSTS70011: The provided value for the input parameter 'scope' is not valid.")
	}
	return x.issue()
}

func (x *exchange) form() (url.Values, bool) {
	media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" || len(x.r.Body) > mocks.MaxBody {
		return nil, false
	}
	form, err := url.ParseQuery(string(x.r.Body))
	return form, err == nil
}

func (x *exchange) issue() *mocks.Response {
	token, life := x.m.issue(x.now, x.actor)
	lasts := strconv.FormatInt(int64(life/time.Second), 10)
	var b strings.Builder
	b.WriteString(`{"token_type":"Bearer","expires_in":` + lasts + `,"ext_expires_in":` + lasts + `,"access_token":`)
	b.Write(mocks.AppendString(nil, token.Value))
	b.WriteByte('}')
	return x.oauthAnswer(http.StatusOK, []byte(b.String()), "")
}

// issue gives a token to who the journal names so.
func (m *Mock) issue(now time.Time, actor string) (mocks.Token, time.Duration) {
	life := m.config.TokenLife
	if life <= 0 {
		life = vendorTokenLife
	}
	if m.faults.TokenLife > 0 {
		life = m.faults.TokenLife
	}
	return m.tokens.Issue(now, m.ids.Secret("eyJ"), actor, life, m.faults.Revocations), life
}

func (x *exchange) oauthError(status int, code, description string) *mocks.Response {
	b := append([]byte(`{"error":`), mocks.AppendString(nil, code)...)
	b = append(b, `,"error_description":`...)
	return x.oauthAnswer(status, append(mocks.AppendString(b, description), '}'), code)
}

func (x *exchange) oauthAnswer(status int, body []byte, code string) *mocks.Response {
	header := http.Header{
		"Date": x.m.dateHeader(x.now), "Content-Type": {"application/json; charset=utf-8"}, "Cache-Control": headerNoStore,
	}
	resp := &mocks.Response{Status: status, Header: header, Body: body}
	return x.m.journal.Answer(x.r.Call, x.arrive, resp, code)
}
