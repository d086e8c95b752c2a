package dynamics

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
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
	path   string // behind the version, without slashes at its ends
	limit  mocks.Limit
	left   time.Duration // execution time that the user has left
	// lost: the answer will be replaced by a 5xx, so that nothing is disclosed.
	lost bool
	// ifMatch and ifNone are the preconditions, "" for none.
	ifMatch, ifNone string
	prefer          preferences
	// op is the exchange where it is held as data, else nil. Then r has neither
	// headers nor query nor body.
	op      *mocks.Op
	request mocks.Request // what r points to where op is set
}

// reply is a success on its way out.
type reply struct {
	status  int
	record  *record // the record is the answer, with these columns
	options *options
	body    []byte // else this is
	entity  string // id for OData-EntityId, "" for none
	tag     string // ETag, "" for none
	applied string // Preference-Applied
	at      string // of what was made, behind the root, for OData-EntityId
	typ     string // Content-Type, default JSON
}

const (
	pathRoot  = "/api/data"
	tokenTail = "/oauth2/v2.0/token"
	version92 = pathRoot + "/v9.2/"
)

var (
	headerJSON  = []string{"application/json; odata.metadata=minimal"}
	headerOData = []string{"4.0"}
)

// Handle answers one request.
func (m *Mock) Handle(now time.Time, r *mocks.Request) *mocks.Response {
	m.Advance(now)
	x := &exchange{m: m, now: now, r: r, ifMatch: r.Header.Get("If-Match"), ifNone: ifNone(r.Header)}
	if strings.HasSuffix(r.Path, tokenTail) {
		return x.token()
	}
	path, versioned := cutVersion(r.Path)
	x.path = strings.Trim(path, "/")
	x.choose()
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		token = ""
	}
	bad := x.enter(token, x.namedRecord())
	var out reply
	switch {
	case bad != nil:
	case !versioned:
		bad = errNoSegment(strings.TrimPrefix(r.Path, "/"))
	default:
		if x.prefer, bad = parsePrefer(r.Header); bad == nil {
			out, bad = x.route()
		}
	}
	if bad = x.outcome(bad); bad != nil {
		return x.refuse(bad)
	}
	return x.success(out)
}

// ifNone is If-None-Match; the vendor's examples send the word null, which
// means nothing (S).
func ifNone(h http.Header) string {
	if v := h.Get("If-None-Match"); v != "null" {
		return v
	}
	return ""
}

// cutVersion parses /api/data/v9.2/...
func cutVersion(path string) (rest string, ok bool) {
	for _, version := range []string{"/v9.0", "/v9.1", "/v9.2"} {
		if rest, ok = strings.CutPrefix(path, pathRoot+version); ok && (rest == "" || rest[0] == '/') {
			return rest, true
		}
	}
	return path, false
}

// enter takes the request through what comes before its content: the journal,
// the fault of a 5xx before the commit, and what admit checks.
func (x *exchange) enter(token, record string) *apiError {
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
func (x *exchange) outcome(bad *apiError) *apiError {
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
func (x *exchange) admit(validity mocks.Validity) *apiError {
	if validity != mocks.TokenValid {
		return refuse(http.StatusUnauthorized, codeUnauthorized, "The access token is missing, malformed or has expired.")
	}
	if bad := x.protect(); bad != nil {
		return bad
	}
	if len(x.r.Body) > mocks.MaxBody {
		return refuse(http.StatusRequestEntityTooLarge, codePayload, "The request body exceeds "+strconv.Itoa(mocks.MaxBody)+" bytes.")
	}
	return nil
}

// namedRecord is the id in the path, "" if there is none.
func (x *exchange) namedRecord() string {
	inner, ok := strings.CutPrefix(x.path, x.m.object.set+"(")
	if !ok {
		return ""
	}
	inner, _, _ = strings.Cut(inner, ")")
	if text, err := url.PathUnescape(inner); err == nil {
		inner = text
	}
	id, _ := guid(strings.TrimPrefix(inner, x.m.object.id+"="))
	return id
}

// route finds the resource.
func (x *exchange) route() (reply, *apiError) {
	head, _, _ := strings.Cut(x.path, "(")
	switch head {
	case x.m.object.set:
		return x.rows()
	case x.m.object.set + "/$count":
		return x.only(http.MethodGet, x.count)
	case "$batch":
		return x.only(http.MethodPost, x.batch)
	case "$metadata":
		return x.only(http.MethodGet, x.csdl)
	case "WhoAmI", "WhoAmI()":
		return x.only(http.MethodGet, x.whoAmI)
	case "RetrieveMetadataChanges":
		return x.only(http.MethodGet, x.metadataChanges)
	case "systemusers":
		return x.only(http.MethodGet, x.userPrivileges)
	case "organizations":
		return x.only(http.MethodGet, x.organizations)
	case "EntityDefinitions":
		if x.r.Method == http.MethodPost {
			return x.customize()
		}
		return x.only(http.MethodGet, x.definitions)
	case "":
		return x.only(http.MethodGet, x.serviceDocument)
	}
	return reply{}, errNoSegment(head)
}

func (x *exchange) only(method string, f func() (reply, *apiError)) (reply, *apiError) {
	if x.r.Method != method {
		return reply{}, errMethod(x.r.Method)
	}
	return f()
}

// whoAmI is the function of that name (S).
func (x *exchange) whoAmI() (reply, *apiError) {
	b := append([]byte(`{"@odata.context":`), mocks.AppendString(nil, x.base()+"$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse")...)
	b = append(b, `,"BusinessUnitId":`...)
	b = mocks.AppendString(b, UserID("business unit"))
	b = append(b, `,"UserId":`...)
	b = mocks.AppendString(b, x.m.self)
	b = append(b, `,"OrganizationId":`...)
	b = mocks.AppendString(b, UserID("organisation"))
	return reply{status: http.StatusOK, body: append(b, '}')}, nil
}

// may reports whether the engine's account still has a verb on the table.
func (x *exchange) may(verb string) bool { return !x.m.faults.LostOn(x.m.object.is, verb) }

// writer is who holds the token as the author of a write: a person, or the engine.
func (x *exchange) writer(set []assign) *write {
	w := &write{
		set: set, now: x.now, stamp: x.now, actor: x.actor, by: x.m.config.ClientID, call: x.r.Call, cause: x.arrive,
	}
	if person, ok := x.m.config.Person(x.actor); ok {
		w.by, w.origin = person.Name, person.Origin
	}
	w.versionSet = x.m.version != nil && slices.ContainsFunc(set, func(a assign) bool {
		return a.column.slot == x.m.version.slot
	})
	return w
}

// contentIsJSON refuses a body of another media type (M: the status).
func (x *exchange) contentIsJSON() *apiError {
	if x.op != nil {
		return nil
	}
	if media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, codePayload, "The Content-Type of the body must be application/json.")
	}
	return nil
}

// base is the Web API's root with a slash.
func (x *exchange) base() string { return x.m.config.BaseURL + version92 }

func (x *exchange) header() http.Header {
	header := make(http.Header, 8)
	header["Date"] = x.m.dateHeader(x.now)
	header["Odata-Version"] = headerOData
	if x.limit.Headers {
		header["X-Ms-Ratelimit-Burst-Remaining-Xrm-Requests"] = []string{strconv.Itoa(x.limit.Usage.Remaining())}
		header["X-Ms-Ratelimit-Time-Remaining-Xrm-Requests"] = []string{seconds(x.left)}
	}
	return header
}

func (x *exchange) success(out reply) *mocks.Response {
	return x.m.journal.Answer(x.r.Call, x.arrive, x.render(out), "")
}

// render is a success as an answer.
func (x *exchange) render(out reply) *mocks.Response {
	header := x.header()
	if out.record != nil {
		b := append(make([]byte, 0, 768), `{"@odata.context":`...)
		b = mocks.AppendString(b, x.base()+"$metadata#"+x.m.object.set+"/$entity")
		b = append(b, `,"@odata.etag":`...)
		out.body = x.m.appendMembers(mocks.AppendString(b, out.record.tag()), out.record, out.options)
	}
	switch {
	case out.typ != "":
		header["Content-Type"] = []string{out.typ}
	case len(out.body) > 0:
		header["Content-Type"] = headerJSON
	}
	if out.entity != "" {
		at := []string{x.base() + x.m.object.set + "(" + out.entity + ")"}
		header["Odata-Entityid"] = at
		if x.r.Method == http.MethodPost {
			header["Location"] = at
		}
	}
	if out.at != "" {
		header["Odata-Entityid"] = []string{x.base() + out.at}
	}
	if out.tag != "" {
		header["Etag"] = []string{out.tag}
	}
	if out.applied != "" {
		header["Preference-Applied"] = []string{out.applied}
	}
	return &mocks.Response{Status: out.status, Header: header, Body: out.body}
}

func (x *exchange) refuse(e *apiError) *mocks.Response {
	return x.m.journal.Answer(x.r.Call, x.arrive, x.renderError(e), e.code)
}

func (x *exchange) renderError(e *apiError) *mocks.Response {
	header := x.header()
	header["Content-Type"] = headerJSON
	if e.retry != "" {
		header["Retry-After"] = []string{e.retry}
	}
	if e.status == http.StatusUnauthorized {
		// The form of the challenge: M.
		header["Www-Authenticate"] = []string{"Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize, resource_id=" + x.m.config.BaseURL + "/"}
	}
	return &mocks.Response{Status: e.status, Header: header, Body: e.body()}
}

func (x *exchange) serverError() *apiError {
	return refuse(x.m.faults.Error.StatusOr(), codeUnexpected, "An unexpected error occurred.")
}
