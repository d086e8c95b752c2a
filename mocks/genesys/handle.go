package genesys

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// Paths.
const (
	tokenPath = "/oauth/token"
	apiPrefix = "/api/v2/externalcontacts/"
)

// exchange is one request on its way through the checks.
type exchange struct {
	m      *Mock
	now    time.Time
	r      *mocks.Request
	actor  string
	arrive uint64 // Op of the Arrive event
	limit  mocks.Limit
	status int // of a success that is not 200
	// lost tells that the answer will be replaced by a 5xx after the commit:
	// nothing is disclosed.
	lost bool
	// op is the exchange where it is held as data, else nil; known is the
	// version of the schema that its caller knows, 0 for none, and from the
	// place of a page in the feed.
	op      *mocks.Op
	known   int
	from    position
	request mocks.Request // what r points to where op is set
}

// Handle answers one request: the vendor's checks in the vendor's order, and
// the faults that the harness switched on.
func (m *Mock) Handle(now time.Time, r *mocks.Request) *mocks.Response {
	m.Advance(now)
	m.follow()
	x := exchange{m: m, now: now, r: r}
	token, validity := m.credentials(now, r)
	x.arrived(token, pathRecord(r.Path))
	if len(r.Body) > mocks.MaxBody {
		return m.rec.Answer(r.Call, x.arrive, mocks.TooLarge(now), codeTooLarge)
	}
	if r.Path == tokenPath {
		return x.token()
	}
	_, presented := bearer(r.Header)
	bad := x.admit(token.Value, validity, presented)
	var body []byte
	if bad == nil {
		body, bad = x.route()
	}
	if bad = x.outcome(bad); bad != nil {
		return x.refuse(bad)
	}
	if x.status == 0 {
		x.status = http.StatusOK
	}
	return x.answer(x.status, body, "")
}

// arrived journals the request; its actor is who holds the token, even if the
// token has ended.
func (x *exchange) arrived(token mocks.Token, record string) {
	x.actor = token.Actor
	if x.actor == "" {
		x.actor = mocks.Unknown
	}
	x.arrive = x.m.rec.Arrive(x.r, x.actor, record)
}

// admit checks what comes before the request's content: the fault of a 5xx
// before the commit, the credentials and the limits.
func (x *exchange) admit(token string, validity mocks.Validity, presented bool) *refusal {
	failure := x.m.faults.Error
	failed := failure.Hit(x.r.Method)
	if failed && !failure.AfterCommit {
		return serverError(failure)
	}
	if bad := unauthorized(validity, presented); bad != nil {
		return bad
	}
	if bad := x.limited(token); bad != nil {
		return bad
	}
	x.lost = failed
	return nil
}

// outcome puts the fault of a 5xx after the commit in the place of the answer.
func (x *exchange) outcome(bad *refusal) *refusal {
	if x.lost {
		return serverError(x.m.faults.Error)
	}
	return bad
}

// credentials looks the request's bearer token up.
func (m *Mock) credentials(now time.Time, r *mocks.Request) (mocks.Token, mocks.Validity) {
	if r.Path == tokenPath {
		if id, secret, ok := basicAuth(r.Header); ok {
			if actor := m.client(id, secret); actor != "" {
				return mocks.Token{Actor: actor}, mocks.TokenValid
			}
		}
		return mocks.Token{}, mocks.TokenUnknown
	}
	value, _ := bearer(r.Header)
	return m.tokens.Check(now, value, m.faults.Revocations)
}

func bearer(h http.Header) (string, bool) {
	auth := h.Get("Authorization")
	if len(auth) < 7 || !strings.EqualFold(auth[:7], "bearer ") {
		return "", false
	}
	return auth[7:], true
}

// unauthorized phrases what is wrong with the credentials, if anything (2).
func unauthorized(v mocks.Validity, presented bool) *refusal {
	switch v {
	case mocks.TokenValid:
		return nil
	case mocks.TokenExpired:
		return &refusal{status: 401, code: codeExpired, message: "The authentication token has expired."}
	}
	if !presented {
		return &refusal{status: 401, code: codeUnauthenticated, message: "No authentication bearer token specified in authorization header."}
	}
	return &refusal{status: 401, code: codeBadCredentials, message: "Invalid login credentials."}
}

// limited counts the request against every limit in force.
func (x *exchange) limited(token string) *refusal {
	f := &x.m.faults
	x.limit = x.m.limiter.Check(x.now, token, f, f.QuotaInForce(x.m.cfg.Quota, vendorQuota))
	refused := x.limit.Refused
	if f.DailyRemaining != nil {
		if *f.DailyRemaining <= 0 {
			refused = true
		} else {
			*f.DailyRemaining--
		}
	}
	if !refused && !f.TooMany(0) {
		return nil
	}
	return &refusal{
		status: 429, code: codeTooMany, retryAfter: x.limit.RetryAfter,
		message: "Rate limit exceeded the maximum. Retry the request later.",
	}
}

// permitted checks one permission of the engine's account.
func (x *exchange) permitted(permission string) *refusal {
	if !x.m.faults.Lost(permission) {
		return nil
	}
	return &refusal{
		status: 403, code: codeMissing, permission: permission,
		message: "Unable to perform the requested action. You are missing the following permission(s): " + permission,
	}
}

// jsonContent checks that the request says it carries JSON.
func (x *exchange) jsonContent() *refusal {
	media, _, _ := strings.Cut(x.r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(media), "application/json") {
		return &refusal{status: 415, code: codeUnsupportedMedia, message: "The content type of the request is not supported: expected application/json"}
	}
	return nil
}

func serverError(e *mocks.ServerError) *refusal {
	status := e.StatusOr()
	code := "internal.server.error"
	switch status {
	case 502:
		code = "bad.gateway"
	case 503:
		code = "service.unavailable"
	case 504:
		code = "gateway.timeout"
	}
	return &refusal{status: status, code: code, message: "The server encountered an unexpected condition which prevented it from fulfilling the request."}
}

// refuse answers with the vendor's error body.
func (x *exchange) refuse(r *refusal) *mocks.Response {
	id := x.m.correlation.UUID()
	return x.respond(r.status, appendError(make([]byte, 0, 512), r, id), id, r.code, r.retryAfter)
}

// answer responds with a body; code is for the journal, "" for success.
func (x *exchange) answer(status int, body []byte, code string) *mocks.Response {
	return x.respond(status, body, x.m.correlation.UUID(), code, "")
}

func (x *exchange) respond(status int, body []byte, id, code, retryAfter string) *mocks.Response {
	// One array backs all values: headers are a good part of an exchange's cost.
	values := &[7]string{"application/json", x.m.httpDate(x.now), id, retryAfter}
	header := make(http.Header, len(values))
	header["Content-Type"] = values[0:1:1]
	header["Date"] = values[1:2:2]
	header["Inin-Correlation-Id"] = values[2:3:3]
	if retryAfter != "" {
		header["Retry-After"] = values[3:4:4]
	}
	if x.limit.Headers {
		values[4] = strconv.Itoa(x.limit.Usage.Used)
		values[5] = strconv.Itoa(x.limit.Usage.Allowed)
		values[6] = strconv.Itoa(x.limit.Usage.ResetSeconds())
		header["Inin-Ratelimit-Count"] = values[4:5:5]
		header["Inin-Ratelimit-Allowed"] = values[5:6:6]
		header["Inin-Ratelimit-Reset"] = values[6:7:7]
	}
	resp := &mocks.Response{Status: status, Header: header, Body: body}
	return x.m.rec.Answer(x.r.Call, x.arrive, resp, code)
}

// httpDate is the Date header, remembered for the second it names.
func (m *Mock) httpDate(now time.Time) string {
	if second := now.Unix(); m.date == "" || second != m.dateFor {
		m.date, m.dateFor = mocks.HTTPDate(now), second
	}
	return m.date
}

// pathRecord is the record's id in a path, "" if there is none.
func pathRecord(path string) string {
	if _, template, id := split(path); template == "contacts/{}" {
		return id
	}
	return ""
}
