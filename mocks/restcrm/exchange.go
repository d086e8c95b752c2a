package restcrm

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// exchange is one request on its way through the tenant.
type exchange struct {
	m      *Mock
	now    time.Time
	r      *mocks.Request
	actor  string
	arrive uint64
	limit  mocks.Limit
	// lost: the answer will be replaced by a 5xx, so that nothing is disclosed.
	lost bool
	// op is the exchange where it is held as data, else nil. Then r has neither
	// headers nor query nor body.
	op      *mocks.Op
	ifMatch string
	request mocks.Request // what r points to where op is set
}

// reply is a success on its way out.
type reply struct {
	status   int
	record   *record // the whole record is the answer
	body     []byte  // else this is
	tag      string  // ETag, "" for none
	location string
}

const (
	typeJSON    = "application/json"
	typePatch   = "application/merge-patch+json"
	typeProblem = "application/problem+json"
)

var (
	headerJSON    = []string{typeJSON}
	headerProblem = []string{typeProblem}
	headerNoStore = []string{"no-store"}
)

// Handle answers one request.
func (m *Mock) Handle(now time.Time, r *mocks.Request) *mocks.Response {
	m.Advance(now)
	x := &exchange{m: m.named(r), now: now, r: r, ifMatch: r.Header.Get("If-Match")}
	if r.Path == "/oauth/token" {
		return x.token()
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		token = ""
	}
	bad := x.enter(token, x.namedRecord())
	var out reply
	if bad == nil {
		out, bad = x.route()
	}
	if bad = x.outcome(bad); bad != nil {
		return x.problem(bad)
	}
	return x.success(out)
}

// enter takes the request through what comes before its content: the journal,
// the fault of a 5xx before the commit, and what admit checks.
func (x *exchange) enter(token, record string) *problem {
	validity := x.authenticate(token)
	x.arrive = x.m.journal.Arrive(x.r, x.actor, record)
	failure := x.m.faults.Error
	hit := failure.Hit(x.r.Method)
	x.lost = hit && failure.AfterCommit
	if hit && (!x.lost || x.r.Method == http.MethodGet) {
		return x.serverError()
	}
	return x.admit(validity)
}

// outcome puts the fault of a 5xx after the commit in the place of the answer.
func (x *exchange) outcome(bad *problem) *problem {
	if x.lost {
		return x.serverError()
	}
	return bad
}

// authenticate looks the token up; the actor is who holds it, even if it has
// ended.
func (x *exchange) authenticate(value string) mocks.Validity {
	x.actor = mocks.Unknown
	token, validity := x.m.tokens.Check(x.now, value, x.m.faults.Revocations)
	if token.Actor != "" {
		x.actor = token.Actor
	}
	return validity
}

// admit checks the token, the limits and the size, in this order.
func (x *exchange) admit(validity mocks.Validity) *problem {
	f := &x.m.faults
	switch validity {
	case mocks.TokenValid:
	case mocks.TokenExpired:
		return refuse(http.StatusUnauthorized, "token_expired", "the access token has expired")
	default:
		return refuse(http.StatusUnauthorized, "unauthorized", "a valid access token is required")
	}
	x.limit = x.m.limits.Check(x.now, x.actor, f, f.QuotaInForce(x.m.config.Quota, vendorQuota))
	limited := func(code, detail, retry string) *problem {
		p := refuse(http.StatusTooManyRequests, code, detail)
		p.retry = retry
		return p
	}
	switch left := f.DailyRemaining; {
	case x.limit.Refused:
		return limited("rate_limited", "too many requests", x.limit.RetryAfter)
	case f.TooMany(0):
		return limited("too_many_concurrent", "too many requests in progress", "1")
	case left != nil && *left <= 0:
		midnight := x.now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		return limited("daily_limit", "the daily limit is used up", strconv.Itoa(int(midnight.Sub(x.now)/time.Second)+1))
	case left != nil:
		*left--
	}
	if len(x.r.Body) > mocks.MaxBody {
		return refuse(http.StatusRequestEntityTooLarge, "payload_too_large", "the body exceeds "+strconv.Itoa(mocks.MaxBody)+" bytes")
	}
	return nil
}

const pathChanges = "/v1/changes"

// named is the part of the tenant that a request is about, by its path or, for
// the feed, by its parameter.
func (m *Mock) named(r *mocks.Request) *Mock {
	if a := m.account; a != nil && (a.object.has(r.Path) || r.Path == pathChanges && r.Query.Get("object") == a.object.name) {
		return a
	}
	return m
}

// namedRecord is the id in the path, "" if none.
func (x *exchange) namedRecord() string {
	rest, ok := strings.CutPrefix(x.r.Path, x.m.object.rows+"/")
	if !ok || strings.HasPrefix(rest, "by-external-id/") {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}

func (x *exchange) route() (reply, *problem) {
	switch x.r.Path {
	case x.m.object.rows:
		switch x.r.Method {
		case http.MethodGet:
			return x.list()
		case http.MethodPost:
			return x.create()
		}
		return reply{}, errMethod("GET, POST")
	case pathChanges:
		if x.r.Method != http.MethodGet {
			return reply{}, errMethod("GET")
		}
		return x.changes()
	case x.m.object.schema:
		if x.r.Method != http.MethodGet {
			return reply{}, errMethod("GET")
		}
		return x.schema()
	case x.m.object.schema + "/fields":
		if x.r.Method != http.MethodPost {
			return reply{}, errMethod("POST")
		}
		return x.addField()
	}
	rest, ok := strings.CutPrefix(x.r.Path, x.m.object.rows+"/")
	if !ok {
		return reply{}, errNotFound()
	}
	if escaped, ok := strings.CutPrefix(rest, "by-external-id/"); ok {
		external, err := url.PathUnescape(escaped)
		if err != nil || external == "" || strings.Contains(escaped, "/") {
			return reply{}, errNotFound()
		}
		if x.r.Method != http.MethodPut {
			return reply{}, errMethod("PUT")
		}
		return x.upsert(external)
	}
	id, action, nested := strings.Cut(rest, "/")
	if !nested {
		return x.one(id)
	}
	if action != "restore" {
		return reply{}, errNotFound()
	}
	if x.r.Method != http.MethodPost {
		return reply{}, errMethod("POST")
	}
	return x.restoreOne(id)
}

// may reports whether the engine's account still has a verb on the object.
func (x *exchange) may(verb string) bool { return !x.m.faults.LostOn(x.m.object.is, verb) }

// writer is the engine as the author of a write.
func (x *exchange) writer(set []assign) *write {
	w := &write{
		set: set, stamp: x.now, actor: trace.ActorEngine, by: x.m.config.ClientID,
		call: x.r.Call, cause: x.arrive,
	}
	w.versionSet = x.m.version != nil && slices.ContainsFunc(set, func(a assign) bool {
		return a.property.slot == x.m.version.slot
	})
	return w
}

// contentIs refuses a body of another media type.
func (x *exchange) contentIs(want string) *problem {
	if x.op != nil {
		return nil
	}
	content := x.r.Header.Get("Content-Type")
	if content == want {
		return nil
	}
	if media, _, err := mime.ParseMediaType(content); err != nil || media != want {
		return refuse(http.StatusUnsupportedMediaType, "unsupported_media_type", "Content-Type must be "+want)
	}
	return nil
}

func (x *exchange) header() http.Header {
	header := make(http.Header, 8)
	header["Date"] = x.m.dateHeader(x.now)
	if u := x.limit.Usage; x.limit.Headers {
		header["X-Ratelimit-Limit"] = []string{strconv.Itoa(u.Allowed)}
		header["X-Ratelimit-Remaining"] = []string{strconv.Itoa(u.Remaining())}
		header["X-Ratelimit-Reset"] = []string{strconv.Itoa(u.ResetSeconds())}
	}
	return header
}

// dateHeader is the Date header's value, rendered once a second.
func (m *Mock) dateHeader(now time.Time) []string {
	if s := now.Unix(); s != m.second || m.date == nil {
		m.second, m.date = s, []string{mocks.HTTPDate(now)}
	}
	return m.date
}

func (x *exchange) success(out reply) *mocks.Response {
	header := x.header()
	if out.record != nil {
		out.body = x.m.appendRecord(make([]byte, 0, 768), out.record)
	}
	if len(out.body) > 0 {
		header["Content-Type"] = headerJSON
	}
	if out.tag != "" && x.m.config.Conditional {
		header["Etag"] = []string{out.tag}
	}
	if out.location != "" {
		header["Location"] = []string{out.location}
	}
	resp := &mocks.Response{Status: out.status, Header: header, Body: out.body}
	return x.m.journal.Answer(x.r.Call, x.arrive, resp, "")
}

func (x *exchange) problem(p *problem) *mocks.Response {
	header := x.header()
	header["Content-Type"] = headerProblem
	if p.retry != "" {
		header["Retry-After"] = []string{p.retry}
	}
	if p.allow != "" {
		header["Allow"] = []string{p.allow}
	}
	if p.status == http.StatusUnauthorized {
		header["Www-Authenticate"] = []string{`Bearer realm="rest-crm", error="invalid_token"`}
	}
	resp := &mocks.Response{Status: p.status, Header: header, Body: p.body()}
	return x.m.journal.Answer(x.r.Call, x.arrive, resp, p.code)
}

func (x *exchange) serverError() *problem {
	return refuse(x.m.faults.Error.StatusOr(), "server_error", "the server could not complete the request")
}
