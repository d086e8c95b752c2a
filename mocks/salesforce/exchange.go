package salesforce

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
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
	// together: all that the exchange changes is one transaction.
	together bool
	tag      string // ETag of the row, "" for none
	// op is the exchange where it is held as data, else nil. Then r has neither
	// headers nor query nor body, and an answer has no body but subject.
	op      *mocks.Op
	subject *record       // the record that the exchange read or wrote
	from    position      // of a page of the feed
	request mocks.Request // what r points to where op is set
}

const (
	pathToken = "/services/oauth2/token"
	pathData  = "/services/data"
)

var jsonType = []string{"application/json;charset=UTF-8"}

// Handle answers one request.
func (m *Mock) Handle(now time.Time, r *mocks.Request) *mocks.Response {
	m.Advance(now)
	defer m.publish(now)
	x := &exchange{m: m, now: now, r: r}
	path := strings.TrimRight(r.Path, "/")
	if path == pathToken {
		return x.token()
	}
	if rest, ok := strings.CutPrefix(path, pathStream); ok && (rest == "" || rest[0] == '/') {
		return x.cometd(rest)
	}
	rest, isData := strings.CutPrefix(path, pathData)
	versioned := x.cutVersion(rest)
	validity, fails := x.enter(bearer(r.Header))
	if fails {
		return x.refuse(x.serverError())
	}
	if isData && rest == "" && r.Method == http.MethodGet {
		return x.answer(http.StatusOK, versionsBody, "")
	}
	status, body, err := 0, []byte(nil), x.admit(validity)
	switch {
	case err != nil:
	case !isData || !versioned:
		err = errNotFound()
	default:
		status, body, err = x.route()
	}
	if err = x.outcome(err); err != nil {
		return x.refuse(err)
	}
	return x.answer(status, body, "")
}

// enter takes the request through what comes before its content: the journal,
// and the fault of a 5xx before the commit.
func (x *exchange) enter(token string) (validity mocks.Validity, fails bool) {
	validity = x.authenticate(token)
	x.arrive = x.m.journal.Arrive(x.r, x.actor, x.namedRecord())
	failure := x.m.faults.Error
	hit := failure.Hit(x.r.Method)
	x.lost = hit && failure.AfterCommit
	return validity, hit && (!x.lost || x.r.Method == http.MethodGet)
}

// admit checks the session and the limits, in this order.
func (x *exchange) admit(validity mocks.Validity) *apiError {
	switch {
	case validity != mocks.TokenValid:
		return errSession()
	case !x.withinLimits():
		return x.limitError()
	}
	return nil
}

// outcome puts the fault of a 5xx after the commit in the place of the answer.
func (x *exchange) outcome(err *apiError) *apiError {
	if x.lost {
		return x.serverError()
	}
	return err
}

// bearer is the session in the Authorization header, as Bearer (S) or OAuth
// (M), "" if there is none.
func bearer(h http.Header) string {
	header := h.Get("Authorization")
	value, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		value, ok = strings.CutPrefix(header, "OAuth ")
	}
	if !ok {
		return ""
	}
	return value
}

// authenticate looks the session up; the actor is who holds it, even if it
// has ended.
func (x *exchange) authenticate(value string) mocks.Validity {
	x.actor = mocks.Unknown
	token, validity := x.m.tokens.Check(x.now, value, x.m.faults.Revocations)
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
	return !x.limit.Refused && !f.TooMany(0) && f.LongRunning < longRunningMax
}

// longRunningMax is how many requests of 20 s and more may be in progress (S).
const longRunningMax = 25

// limitError is the refusal of the limit that was hit. The words for too many
// long requests are those that clients see (R), for too many of any length
// from memory (M).
func (x *exchange) limitError() *apiError {
	switch {
	case !x.limit.Refused && x.m.faults.LongRunning >= longRunningMax:
		return errLimit("ConcurrentPerOrgLongTxn")
	case !x.limit.Refused:
		return errLimit("ConcurrentRequests (Concurrent API Requests)")
	}
	return errLimit("TotalRequests")
}

// usage is the value of Sforce-Limit-Info (S), "" where it is not sent.
func (x *exchange) usage() string {
	u, told := x.counted()
	if !told {
		return ""
	}
	return "api-usage=" + strconv.Itoa(u.Used) + "/" + strconv.Itoa(u.Allowed)
}

// counted is what an answer tells of the daily limit, if it does. When the
// limit starts anew it never tells.
func (x *exchange) counted() (mocks.Usage, bool) {
	u := x.limit.Usage
	if left := x.m.faults.DailyRemaining; left != nil {
		u.Allowed = max(u.Allowed, vendorQuota.Requests, *left)
		u.Used = u.Allowed - *left
	} else if !x.limit.Headers {
		return mocks.Usage{}, false
	}
	return mocks.Usage{Allowed: u.Allowed, Used: min(u.Used, u.Allowed), Reset: -1}, true
}

// serverError is what a fault puts in the place of the answer; its codes are the
// vendor's (S), their statuses are from memory (M).
func (x *exchange) serverError() *apiError {
	status := x.m.faults.Error.StatusOr()
	err := refuse("UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support")
	if status == http.StatusServiceUnavailable {
		err = refuse("SERVER_UNAVAILABLE", "The server is temporarily unavailable")
	}
	return err.withStatus(status)
}

func (x *exchange) refuse(err *apiError) *mocks.Response {
	return x.answer(err.status, err.body(), err.code)
}

func (x *exchange) answer(status int, body []byte, code string) *mocks.Response {
	header := make(http.Header, 4)
	header["Date"] = x.m.dateHeader(x.now)
	if len(body) > 0 {
		header["Content-Type"] = jsonType
	}
	if x.tag != "" && status < 400 {
		header["Etag"] = []string{x.tag}
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
	x.choose()
	return true
}

// prefix is the versioned root, /services/data/v60.0.
func (x *exchange) prefix() string {
	return pathData + "/v" + strconv.Itoa(x.version/10) + ".0"
}

// namedRecord is the native id in the path, in its long form, "" if none.
func (x *exchange) namedRecord() string {
	rest, ok := strings.CutPrefix(x.path, "sobjects/"+x.m.object.name+"/")
	if !ok || strings.Contains(rest, "/") {
		return ""
	}
	id, _ := canonicalID(rest)
	if !strings.HasPrefix(id, x.m.object.prefix) {
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
		if object != x.m.object.name {
			return x.setupObject(object, row)
		}
		return x.sobject(row)
	case "query", "queryAll":
		if x.r.Method != http.MethodGet {
			return 0, nil, errMethod(x.r.Method)
		}
		if rest != "" {
			return x.queryMore(rest)
		}
		if q := x.setupQuery(dataObjects); q != nil {
			return x.setupRows(q)
		}
		return x.query(head == "queryAll")
	case "composite":
		if collection, ok := strings.CutPrefix(rest, "sobjects"); ok && (collection == "" || collection[0] == '/') {
			return x.collections(strings.TrimPrefix(collection, "/"))
		}
		if rest == "" {
			return x.composite()
		}
	case "tooling":
		return x.tooling(rest)
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

// sobject routes what stands behind sobjects/Contact or another object.
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

// may reports whether the engine's account still has a verb on the object, or a
// user permission.
func (x *exchange) may(verb string) bool { return !x.m.faults.LostOn(x.m.object.is, verb) }

// user is the id of who holds the session: a person, or the engine's account.
func (x *exchange) user() string {
	if person, ok := x.m.config.Person(x.actor); ok {
		return UserID(person.Name)
	}
	return x.m.self
}

// writer is who holds the session as the author of a write.
func (x *exchange) writer(set []assign) *write {
	w := &write{
		set: set, stamp: x.now, actor: x.actor, user: x.user(), call: x.r.Call, cause: x.arrive,
	}
	if person, ok := x.m.config.Person(x.actor); ok {
		w.origin = person.Origin
	}
	if x.m.captures() {
		w.via = x.origin()
	}
	for _, a := range set {
		if x.m.version != nil && a.column.slot == x.m.version.slot {
			w.versionSet = true
		}
	}
	return w
}

// origin is the change origin of what the exchange writes: the API with its
// version and, where Sforce-Call-Options names one, the client (S, R).
func (x *exchange) origin() string {
	origin := "com/salesforce/api/rest/" + strconv.Itoa(x.version/10) + ".0"
	for option := range strings.SplitSeq(x.r.Header.Get("Sforce-Call-Options"), ",") {
		if client, ok := strings.CutPrefix(strings.TrimSpace(option), "client="); ok {
			return origin + ";client=" + client
		}
	}
	return origin
}

// recordClient keeps the change origin of a write whose client is known (see
// ChangeOrigin).
func (x *exchange) recordClient(id string) {
	if x.r.Header.Get("Sforce-Call-Options") == "" {
		return
	}
	if origin := x.origin(); strings.Contains(origin, ";client=") {
		x.m.clients[id] = origin
	}
}
