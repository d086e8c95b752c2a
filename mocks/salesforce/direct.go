package salesforce

import (
	"net/http"
	"net/url"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

var _ mocks.Direct = (*Mock)(nil)

// The version of the API at which exchanges held as data take place, and its
// resources.
const (
	directVersion = 620
	directRoot    = pathData + "/v62.0"
)

// Do answers an exchange that is held as data, by the rules of Handle.
func (m *Mock) Do(now time.Time, o *mocks.Op) mocks.Outcome {
	var from position
	if o.Kind == mocks.OpChanges {
		var ok bool
		if from, ok = parsePosition(o.After); !ok {
			return mocks.Outcome{Refusal: mocks.Misread, Message: "not a cursor of the Salesforce feed"}
		}
	}
	m.Advance(now)
	defer m.publish(now)
	x := &m.doing
	*x = exchange{m: m.parts[mocks.Contact], now: now, op: o, from: from, version: directVersion}
	if part := m.on(o.Object); part != nil {
		x.m = part
	}
	x.request = mocks.Request{Method: method(o), Path: x.m.path(o), Call: o.Call, Cause: o.Cause}
	x.r = &x.request
	if o.Kind == mocks.OpToken {
		return x.grant()
	}
	x.path = x.r.Path[len(directRoot)+1:]
	validity, fails := x.enter(o.Token)
	if fails {
		return x.refused(x.serverError())
	}
	err := x.admit(validity)
	var out mocks.Outcome
	if err == nil {
		out, err = x.perform()
	}
	if err = x.outcome(err); err != nil {
		return x.refused(err)
	}
	out.Usage, out.Headers = x.counted()
	out.Date = m.dateHeader(now)[0]
	m.journal.Answered(o.Call, x.arrive, out.Status, "", "", out.Date)
	return out
}

func method(o *mocks.Op) string {
	switch o.Kind {
	case mocks.OpCreate:
		if o.External != "" {
			return http.MethodPatch
		}
		return http.MethodPost
	case mocks.OpUpdate:
		return http.MethodPatch
	case mocks.OpDelete:
		return http.MethodDelete
	case mocks.OpToken:
		return http.MethodPost
	}
	return http.MethodGet
}

func (m *Mock) path(o *mocks.Op) string {
	rows := directRoot + "/sobjects/" + m.object.name + "/"
	switch o.Kind {
	case mocks.OpToken:
		return pathToken
	case mocks.OpFind:
		return directRoot + "/query"
	case mocks.OpChanges:
		return directRoot + "/queryAll"
	case mocks.OpDescribe:
		return rows + "describe"
	case mocks.OpCreate:
		if o.External == "" {
			return rows
		}
		return rows + m.config.ExternalField + "/" + url.PathEscape(o.External)
	}
	return rows + url.PathEscape(o.Record)
}

// perform carries out what the exchange asks for.
func (x *exchange) perform() (mocks.Outcome, *apiError) {
	o := x.op
	switch o.Kind {
	case mocks.OpFind:
		return x.findDirect()
	case mocks.OpChanges:
		return x.changes()
	case mocks.OpDescribe:
		return x.describeDirect(), nil
	}
	var status int
	var err *apiError
	switch {
	case o.Kind != mocks.OpCreate:
		status, _, err = x.row(o.Record)
	case o.External == "":
		status, _, err = x.insert()
	default:
		status, _, err = x.byExternal(x.m.config.ExternalField, o.External)
		if status == http.StatusMultipleChoices {
			err = &apiError{status: status, message: "the external id matches several records"}
		}
	}
	out := mocks.Outcome{Status: status}
	if err != nil || x.lost || x.subject == nil {
		return out, err
	}
	// An update answers without the record; what was created is read at once.
	full := o.Kind == mocks.OpRead
	if o.Kind == mocks.OpCreate && !o.Bare && x.may("read") && x.knows() == nil {
		x.disclose(x.subject)
		full = true
	}
	if full {
		out.Records = []mocks.View{x.view(x.subject)}
	} else {
		out.Records = []mocks.View{{ID: x.subject.id}}
	}
	return out, nil
}

// named are the fields that an exchange held as data sets.
func (x *exchange) named(members []mocks.Member) []mocks.Member {
	o := x.op
	for i := range o.Set {
		members = append(members, o.Set[i].Member())
	}
	if o.Kind != mocks.OpUpdate {
		return members
	}
	if o.External != "" {
		members = append(members, mocks.Member{Key: x.m.config.ExternalField, Kind: mocks.JSONString, Text: o.External})
	}
	if o.IfVersion != nil {
		members = append(members, mocks.Member{Key: x.m.config.BaseVersionField, Kind: mocks.JSONNumber, Text: formatInt(*o.IfVersion)})
	}
	return members
}

// knows refuses a question for a column that is not there.
func (x *exchange) knows() *apiError {
	if x.op.Ask == nil {
		return nil
	}
	if x.m.schema.find(x.m.config.ExternalField) == nil {
		return x.m.object.errNoColumn(x.m.config.ExternalField)
	}
	for _, name := range x.op.Ask {
		if x.m.schema.find(name) == nil {
			return x.m.object.errNoColumn(name)
		}
	}
	return nil
}

// view is the record as the account sees it. A SystemModstamp later than
// LastModifiedDate shows that the last change was automation's.
func (x *exchange) view(r *record) mocks.View {
	m := x.m
	v := mocks.View{ID: r.id, Modified: time.Unix(r.modified, 0).UTC(), By: r.modifiedBy, Own: r.modifiedBy == m.self}
	if m.tagged() {
		v.Tag = m.etag(r)
	}
	if r.modstamp > r.modified {
		v.Modified, v.By, v.Own, v.Automation = time.Unix(r.modstamp, 0).UTC(), "", false, true
	}
	if c := m.schema.find(m.config.ExternalField); c != nil {
		v.External = r.text(m, c)
	}
	if x.op.Ask == nil {
		for _, c := range m.schema.columns {
			if c.system == plain && !c.gone && !c.hidden {
				v.Values = append(v.Values, m.value(r, c))
			}
		}
		return v
	}
	v.Values = make([]mocks.Assign, len(x.op.Ask))
	for i, name := range x.op.Ask {
		if c := m.schema.find(name); c != nil {
			v.Values[i] = m.value(r, c)
		}
		v.Values[i].Field = name
	}
	return v
}

func (m *Mock) value(r *record, c *column) mocks.Assign {
	kind, text := c.shown(r.text(m, c))
	return mocks.Assign{Field: c.name, Kind: kind, Text: text}
}

// foundMax is how many records a look-up by external id asks for.
const foundMax = 10

// findDirect is the query by external id, in order of ids.
func (x *exchange) findDirect() (mocks.Outcome, *apiError) {
	if !x.may("read") {
		return mocks.Outcome{}, errAccess()
	}
	if err := x.knows(); err != nil {
		return mocks.Outcome{}, err
	}
	out := mocks.Outcome{Status: http.StatusOK}
	rows := x.m.store.live(x.op.External)
	rows, _ = x.firstBatch(rows[:min(len(rows), foundMax)])
	for _, r := range rows {
		x.disclose(r)
		out.Records = append(out.Records, x.view(r))
	}
	return out, nil
}

// firstBatch is what the first answer to a query holds; more tells that the
// query stays open for the rest.
func (x *exchange) firstBatch(rows []*record) (first []*record, more bool) {
	if len(rows) <= x.m.pageSize {
		return rows, false
	}
	x.m.ids.Salesforce(prefixQuery) // the locator, which nobody will ask for
	return rows[:x.m.pageSize], true
}

func (x *exchange) describeDirect() mocks.Outcome {
	out := mocks.Outcome{Status: http.StatusOK}
	for _, c := range x.m.schema.columns {
		if !c.gone && !c.hidden {
			out.Fields = append(out.Fields, c.fieldView())
		}
	}
	return out
}

// viewTypes are the types of mocks.Field for each kind.
var viewTypes = [...]string{
	kindID: "string", kindReference: "string", kindString: "string", kindTextarea: "text", kindPhone: "phone",
	kindEmail: "email", kindURL: "string", kindPicklist: "picklist", kindMultipicklist: "multipicklist", kindBoolean: "boolean",
	kindDate: "date", kindDatetime: "instant", kindInt: "integer", kindDouble: "decimal",
}

func (c *column) fieldView() mocks.FieldView {
	f := mocks.FieldView{
		Name: c.name, Type: viewTypes[c.kind], Writable: !c.readOnly, Values: c.values,
		Required: c.required && !c.readOnly && c.system == plain && c.kind != kindBoolean,
	}
	switch c.kind {
	case kindDouble:
		if c.scale == 0 {
			f.Type = "integer"
		}
	case kindID, kindReference, kindString, kindTextarea, kindPhone, kindEmail, kindURL:
		f.MaxLength, f.UTF16 = c.length, c.length > 0
	}
	return f
}

// grant answers a token request of the engine's account.
func (x *exchange) grant() mocks.Outcome {
	x.actor = trace.ActorEngine
	x.arrive = x.m.journal.Arrive(x.r, x.actor, "")
	if x.m.faults.AuthDown {
		return x.refused(&apiError{
			status: http.StatusServiceUnavailable, code: "temporarily_unavailable", message: "the authorization server is unavailable",
		})
	}
	out := mocks.Outcome{Status: http.StatusOK, Token: x.m.issue(x.now, x.actor)}
	out.Usage, out.Headers = x.counted()
	out.Date = x.m.dateHeader(x.now)[0]
	x.m.journal.Answered(x.op.Call, x.arrive, out.Status, "", "", out.Date)
	return out
}

// meanings of the codes that say more than their status.
var meanings = map[string]mocks.Refusal{
	"REQUEST_LIMIT_EXCEEDED":          mocks.Limited,
	"INVALID_FIELD":                   mocks.Unmapped,
	"INVALID_FIELD_FOR_INSERT_UPDATE": mocks.Forbidden,
	codeVersionRule:                   mocks.Conflict,
}

var verbs = map[string]string{
	http.MethodGet: "read", http.MethodPost: "create", http.MethodPatch: "edit", http.MethodDelete: "delete",
}

func (x *exchange) refused(e *apiError) mocks.Outcome {
	out := mocks.Outcome{Refusal: mocks.RefusalOf(e.status), Status: e.status, Code: e.code, Message: e.message}
	if len(e.fields) > 0 {
		out.Field = e.fields[0]
	}
	if meaning, known := meanings[e.code]; known && e.status < 500 {
		out.Refusal = meaning
	}
	switch {
	case e.status == http.StatusMultipleChoices:
		out.Refusal = mocks.Duplicated
	case e.about != "":
		out.Refusal, out.Field = mocks.Unmapped, e.about
	case out.Refusal == mocks.Forbidden:
		if out.Permission = verbs[x.r.Method] + " " + x.m.object.name; out.Field != "" {
			out.Permission += "." + out.Field
		}
	}
	if e.code == "REQUEST_LIMIT_EXCEEDED" {
		out.RetryAfter = x.limit.RetryAfter
	}
	out.Usage, out.Headers = x.counted()
	out.Date = x.m.dateHeader(x.now)[0]
	x.m.journal.Answered(x.op.Call, x.arrive, e.status, e.code, out.RetryAfter, out.Date)
	return out
}
