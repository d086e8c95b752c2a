package salesforce

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// exchange is one request on its way through the organisation.
type exchange struct {
	m      *Mock
	now    time.Time
	r      *mocks.Request
	actor  string
	arrive uint64
	// version is the API's, in tenths: 600 for v60.0. path is what stands
	// behind it, without slashes at its ends.
	version int
	path    string
	limit   mocks.Limit
	// lost: the answer will be replaced by a 5xx, so that nothing is disclosed.
	lost bool
}

const (
	pathToken = "/services/oauth2/token"
	pathData  = "/services/data"
)

var jsonType = []string{"application/json;charset=UTF-8"}

// Handle answers one request.
func (m *Mock) Handle(now time.Time, r *mocks.Request) *mocks.Response {
	m.Advance(now)
	x := &exchange{m: m, now: now, r: r}
	path := strings.TrimRight(r.Path, "/")
	if path == pathToken {
		return x.token()
	}
	validity := x.authenticate()
	rest, isData := strings.CutPrefix(path, pathData)
	versioned := x.cutVersion(rest)
	x.arrive = m.journal.Arrive(r, x.actor, x.namedRecord())

	hit := m.faults.Error.Hit(r.Method)
	x.lost = hit && m.faults.Error.AfterCommit
	if hit && (!x.lost || r.Method == http.MethodGet) {
		return x.serverError()
	}
	if isData && rest == "" && r.Method == http.MethodGet {
		return x.answer(http.StatusOK, versionsBody, "")
	}
	status, body, err := 0, []byte(nil), (*apiError)(nil)
	switch {
	case validity != mocks.TokenValid:
		err = errSession()
	case !x.withinLimits():
		err = x.limitError()
	case !isData || !versioned:
		err = errNotFound()
	default:
		status, body, err = x.route()
	}
	if x.lost {
		return x.serverError()
	}
	if err != nil {
		return x.answer(err.status, err.body(), err.code)
	}
	return x.answer(status, body, "")
}

// authenticate reads the session from the Authorization header, as Bearer (S) or
// OAuth (M); the actor is who holds it, even if it has ended.
func (x *exchange) authenticate() mocks.Validity {
	x.actor = mocks.Unknown
	value, ok := strings.CutPrefix(x.r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		value, ok = strings.CutPrefix(x.r.Header.Get("Authorization"), "OAuth ")
	}
	if !ok {
		return mocks.TokenUnknown
	}
	token, validity := x.m.tokens.Check(x.now, value, x.m.faults.RevokedBefore)
	if token.Actor != "" {
		x.actor = token.Actor
	}
	return validity
}

// withinLimits counts the request against the organisation's limits.
func (x *exchange) withinLimits() bool {
	f := &x.m.faults
	quota := f.QuotaInForce(x.m.config.Quota, vendorQuota)
	x.limit = x.m.limits.Check(x.now, x.m.org, f, quota)
	// The vendor's header speaks of the daily limit and of no other (S).
	x.limit.Headers = x.limit.Headers && quota.Per >= vendorQuota.Per
	if left := f.DailyRemaining; left != nil {
		if *left <= 0 {
			x.limit.Refused = true
		} else {
			*left--
		}
	}
	return !x.limit.Refused && !f.TooMany(0)
}

// limitError is the refusal of the limit that was hit. The words for too many
// requests at once are from memory (M).
func (x *exchange) limitError() *apiError {
	if !x.limit.Refused {
		return errLimit("ConcurrentRequests (Concurrent API Requests)")
	}
	return errLimit("TotalRequests")
}

// usage is the value of Sforce-Limit-Info (S), "" where it is not sent.
func (x *exchange) usage() string {
	u := x.limit.Usage
	if left := x.m.faults.DailyRemaining; left != nil {
		u.Allowed = max(u.Allowed, vendorQuota.Requests, *left)
		u.Used = u.Allowed - *left
	} else if !x.limit.Headers {
		return ""
	}
	return "api-usage=" + strconv.Itoa(min(u.Used, u.Allowed)) + "/" + strconv.Itoa(u.Allowed)
}

// serverError is what a fault puts in the place of the answer; its codes are the
// vendor's (S), their statuses are from memory (M).
func (x *exchange) serverError() *mocks.Response {
	status := x.m.faults.Error.StatusOr()
	err := refuse("UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support")
	if status == http.StatusServiceUnavailable {
		err = refuse("SERVER_UNAVAILABLE", "The server is temporarily unavailable")
	}
	return x.answer(status, err.body(), err.code)
}

func (x *exchange) answer(status int, body []byte, code string) *mocks.Response {
	header := make(http.Header, 4)
	header["Date"] = x.m.dateHeader(x.now)
	if len(body) > 0 {
		header["Content-Type"] = jsonType
	}
	if usage := x.usage(); usage != "" {
		header["Sforce-Limit-Info"] = []string{usage}
	}
	if code == "REQUEST_LIMIT_EXCEEDED" && x.limit.RetryAfter != "" {
		header["Retry-After"] = []string{x.limit.RetryAfter}
	}
	if status == http.StatusUnauthorized {
		header["Www-Authenticate"] = []string{"Token"}
	}
	resp := &mocks.Response{Status: status, Header: header, Body: body}
	return x.m.journal.Answer(x.r.Call, x.arrive, resp, code)
}

// cutVersion parses /v60.0/... ; ok is false for a version that is not there.
func (x *exchange) cutVersion(path string) bool {
	path, ok := strings.CutPrefix(path, "/v")
	if !ok {
		return false
	}
	segment, rest, _ := strings.Cut(path, "/")
	major, ok := strings.CutSuffix(segment, ".0")
	n, err := strconv.Atoi(major)
	if !ok || err != nil || n < versionMin || n > versionMax {
		return false
	}
	x.version, x.path = n*10, rest
	return true
}

// prefix is the versioned root, /services/data/v60.0.
func (x *exchange) prefix() string {
	return pathData + "/v" + strconv.Itoa(x.version/10) + ".0"
}

// namedRecord is the native id in the path, in its long form, "" if none.
func (x *exchange) namedRecord() string {
	rest, ok := strings.CutPrefix(x.path, "sobjects/Contact/")
	if !ok || strings.Contains(rest, "/") {
		return ""
	}
	id, _ := canonicalID(rest)
	if !strings.HasPrefix(id, prefixContact) {
		return ""
	}
	return id
}

// route finds the resource. The object's name is not case-sensitive for the
// vendor (M); the mock wants it as describe gives it.
func (x *exchange) route() (int, []byte, *apiError) {
	switch head, rest, _ := strings.Cut(x.path, "/"); head {
	case "sobjects":
		object, row, _ := strings.Cut(rest, "/")
		if object != "Contact" {
			return 0, nil, errNotFound()
		}
		return x.sobject(row)
	case "query", "queryAll":
		if x.r.Method != http.MethodGet {
			return 0, nil, errMethod(x.r.Method)
		}
		if rest != "" {
			return x.queryMore(rest)
		}
		return x.query(head == "queryAll")
	case "limits":
		if rest == "" && x.r.Method == http.MethodGet {
			return x.limitsResource()
		}
	case "":
		if x.r.Method == http.MethodGet {
			return x.resources()
		}
	}
	return 0, nil, errNotFound()
}

// sobject routes what stands behind sobjects/Contact.
func (x *exchange) sobject(row string) (int, []byte, *apiError) {
	head, rest, nested := strings.Cut(row, "/")
	method := x.r.Method
	if nested {
		value, err := url.PathUnescape(rest)
		if err != nil || value == "" {
			return 0, nil, errNotFound()
		}
		return x.byExternal(head, value)
	}
	switch head {
	case "":
		if method != http.MethodPost {
			return 0, nil, errMethod(method)
		}
		return x.insert()
	case "describe", "updated", "deleted":
		if method != http.MethodGet {
			return 0, nil, errMethod(method)
		}
		if head == "describe" {
			return x.describe()
		}
		return x.replication(head == "deleted")
	}
	return x.row(head)
}

// may reports whether the engine's account still has a verb on Contact.
func (x *exchange) may(verb string) bool { return !x.m.faults.Lost(verb) }

// writer is the engine as the author of a write.
func (x *exchange) writer(set []assign) *write {
	w := &write{
		set: set, stamp: x.now, actor: trace.ActorEngine, user: x.m.self,
		call: x.r.Call, cause: x.arrive,
	}
	for _, a := range set {
		if x.m.version != nil && a.column.slot == x.m.version.slot {
			w.versionSet = true
		}
	}
	return w
}

// recordClient keeps the change origin of a write (S, R; see ChangeOrigin).
func (x *exchange) recordClient(id string) {
	options := x.r.Header.Get("Sforce-Call-Options")
	if options == "" {
		return
	}
	for option := range strings.SplitSeq(options, ",") {
		if client, ok := strings.CutPrefix(strings.TrimSpace(option), "client="); ok {
			x.m.clients[id] = "com/salesforce/api/rest/" + strconv.Itoa(x.version/10) + ".0;client=" + client
		}
	}
}
