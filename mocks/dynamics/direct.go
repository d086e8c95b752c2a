package dynamics

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

var _ mocks.Direct = (*Mock)(nil)

// Do answers an exchange that is held as data, by the rules of Handle.
func (m *Mock) Do(now time.Time, o *mocks.Op) mocks.Outcome {
	part := m.on(o.Object)
	if part == nil {
		part = m.on(mocks.Contact)
	}
	if o.Kind == mocks.OpChanges && !part.object.isCursor(o.After) {
		return mocks.Outcome{Refusal: mocks.Misread, Message: "not a cursor of the Dynamics 365 feed"}
	}
	m.Advance(now)
	x := &m.doing
	*x = exchange{m: part, now: now, op: o, prefer: preferences{representation: true}}
	x.request = mocks.Request{Method: method(o), Path: part.path(o), Call: o.Call, Cause: o.Cause}
	x.r = &x.request
	if o.Kind == mocks.OpToken {
		return x.grant()
	}
	x.path = strings.TrimPrefix(x.r.Path, version92)
	switch o.Kind {
	case mocks.OpUpdate:
		// A PATCH without a precondition would make the record anew (S).
		if x.ifMatch = o.IfTag; x.ifMatch == "" {
			x.ifMatch = "*"
		}
	case mocks.OpDelete:
		x.ifMatch = o.IfTag
	}
	bad := x.enter(o.Token, x.namedRecord())
	var out mocks.Outcome
	if bad == nil {
		out, bad = x.perform()
	}
	if bad = x.outcome(bad); bad != nil {
		return x.refused(bad)
	}
	x.told(&out)
	out.Date = m.dateHeader(now)[0]
	m.journal.Answered(o.Call, x.arrive, out.Status, out.Code, "", out.Date)
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
	switch o.Kind {
	case mocks.OpToken:
		return "/tenant" + tokenTail
	case mocks.OpChanges, mocks.OpFind:
		return version92 + m.object.set
	case mocks.OpDescribe:
		return version92 + "RetrieveMetadataChanges(Query=@p1)"
	case mocks.OpCreate:
		if o.External == "" {
			return version92 + m.object.set
		}
		return version92 + m.object.set + "(" + m.config.ExternalField + "=" + url.PathEscape("'"+strings.ReplaceAll(o.External, "'", "''")+"'") + ")"
	}
	return version92 + m.object.set + "(" + url.PathEscape(o.Record) + ")"
}

// asked are the columns that an exchange held as data wants to see. Beside
// them the caller asks for what tells of the record itself.
func (x *exchange) asked() (*options, *apiError) {
	if x.op.Ask == nil {
		return &options{columns: x.m.schema.all, top: -1}, nil
	}
	o := &options{top: -1}
	for _, name := range append([]string{x.m.config.ExternalField}, x.op.Ask...) {
		c := x.m.schema.byName[name]
		if c == nil {
			return nil, x.m.object.errNoProperty(name)
		}
		o.columns = append(o.columns, c)
	}
	return o, nil
}

// perform carries out what the exchange asks for.
func (x *exchange) perform() (mocks.Outcome, *apiError) {
	switch x.op.Kind {
	case mocks.OpFind:
		return x.find()
	case mocks.OpChanges:
		return x.moves()
	case mocks.OpDescribe:
		return x.describe(), nil
	}
	out, bad := x.rows()
	if bad != nil {
		return mocks.Outcome{}, bad
	}
	done := mocks.Outcome{Status: out.status}
	if out.record != nil && !x.lost {
		done.Records = []mocks.View{x.view(out.record)}
	}
	return done, nil
}

// assigned are the columns that an exchange held as data sets, as the adapter
// writes them: choices as numbers, several as one text of them.
func (x *exchange) assigned(members []mocks.Member) []mocks.Member {
	for i := range x.op.Set {
		a := &x.op.Set[i]
		member := a.Member()
		if c := x.m.made.byName[a.Field]; c != nil && a.Kind == mocks.String && c.kind == kindPicklist {
			if _, err := strconv.ParseInt(a.Text, 10, 32); err == nil {
				member.Kind = mocks.JSONNumber
			}
		}
		if a.Kind == mocks.List {
			member.Kind, member.Text = mocks.JSONString, joined(a.Text)
		}
		members = append(members, member)
	}
	if x.op.Kind == mocks.OpUpdate && x.op.External != "" {
		members = append(members, mocks.Member{Key: x.m.config.ExternalField, Kind: mocks.JSONString, Text: x.op.External})
	}
	return members
}

// view is the record as the account sees it. Who wrote last is told by
// readings alone; the answer to a write is the writer's own record.
func (x *exchange) view(c *record) mocks.View {
	m := x.m
	v := mocks.View{ID: c.id, Modified: time.Unix(c.modified, 0).UTC(), Own: true, MergedInto: c.master}
	if x.op.Kind == mocks.OpRead || x.op.Kind == mocks.OpFind {
		v.By, v.Own = m.fullName(c.modifiedBy), c.modifiedBy == m.config.ClientID
	}
	if col := m.schema.byName[m.config.ExternalField]; col != nil && !col.hidden {
		v.External = c.values[col.slot]
	}
	if m.config.Conditional {
		v.Tag = c.tag()
	}
	if x.op.Ask == nil {
		for _, col := range m.schema.columns {
			if col.system == plain && !col.gone {
				v.Values = append(v.Values, m.value(c, col))
			}
		}
		return v
	}
	v.Values = make([]mocks.Assign, len(x.op.Ask))
	for i, name := range x.op.Ask {
		v.Values[i].Field = name
		if col := m.schema.byName[name]; col != nil {
			v.Values[i] = m.value(c, col)
		}
	}
	return v
}

// value is a column's value as the adapter gives it, which knows the columns
// as they were made: a choice, a number on the wire, as the text that the
// mapping knows, and several as a list.
func (m *Mock) value(c *record, col *column) mocks.Assign {
	kind, text := col.shown(m.text(c, col))
	switch made := m.made.columns[col.slot].kind; {
	case kind == mocks.Number && made == kindPicklist:
		kind = mocks.String
	case kind == mocks.String && made == kindMultiSelect:
		kind, text = mocks.List, listed(strings.Split(text, ","))
	}
	return mocks.Assign{Field: col.property(), Kind: kind, Text: text}
}

// find is the query by the alternate key, which at most one live record has.
// Texts are compared without case.
func (x *exchange) find() (mocks.Outcome, *apiError) {
	if _, bad := x.asked(); bad != nil {
		return mocks.Outcome{}, bad
	}
	if !x.may("read") {
		return mocks.Outcome{}, x.errPrivilege("Read")
	}
	out := mocks.Outcome{Status: http.StatusOK}
	filter := &node{op: "eq", column: x.m.schema.byName[x.m.config.ExternalField], text: x.op.External}
	rows := x.m.matching(&options{filter: filter})
	for _, c := range rows[:min(len(rows), foundMax, x.pageSize())] {
		x.disclose(c)
		out.Records = append(out.Records, x.view(c))
	}
	return out, nil
}

// foundMax is how many records a look-up by the alternate key asks for.
const foundMax = 10

// isCursor: the adapter's cursors are the links of the feed behind the root.
func (o *object) isCursor(text string) bool { return text == "" || strings.HasPrefix(text, o.set+"?") }

func (x *exchange) moves() (mocks.Outcome, *apiError) {
	query, err := url.ParseQuery(strings.TrimPrefix(x.op.After, x.m.object.set+"?"))
	if err != nil {
		return mocks.Outcome{}, errToken()
	}
	if !x.may("read") {
		return mocks.Outcome{}, x.errPrivilege("Read")
	}
	p, bad := x.from(query)
	if bad != nil && bad.code == codeExpiredStamp {
		// What the vendor asks for: the next page is the first of all.
		return mocks.Outcome{Status: bad.status, Code: bad.code, Message: bad.message, More: true}, nil
	}
	if bad != nil {
		return mocks.Outcome{}, bad
	}
	x.prefer.pageSize = min(max(x.op.Limit, 1), pageMax)
	out := mocks.Outcome{Status: http.StatusOK}
	page, next := x.changed(p, x.pageSize())
	out.Changed = make([]mocks.Moved, len(page))
	for i, c := range page {
		out.Changed[i] = mocks.Moved{ID: c.id, Deleted: c.deleted}
		if !c.deleted {
			out.Changed[i].Stamp = c.tag()
		}
	}
	out.Next, out.More = next.tail(x.m.object.set, x.m.object.id), next.inside // it asks for the id alone
	return out, nil
}

// viewTypes are the types of mocks.Field for each kind.
var viewTypes = [...]string{
	kindString: "string", kindMemo: "text", kindPicklist: "picklist", kindMultiSelect: "multipicklist", kindBoolean: "boolean",
	kindDate: "date", kindInstant: "instant", kindInteger: "integer", kindBigInt: "integer", kindDecimal: "decimal",
	kindLookup: "string", kindID: "string",
}

func (x *exchange) describe() mocks.Outcome {
	out := mocks.Outcome{Status: http.StatusOK}
	for _, c := range x.m.schema.columns {
		if c.gone {
			continue
		}
		f := mocks.FieldView{
			Name: c.name, Type: viewTypes[c.kind], MaxLength: c.length, UTF16: c.length > 0,
			Required: c.level != levelNone && !c.readOnly, Writable: !c.readOnly,
		}
		switch c.kind {
		case kindString, kindMemo, kindLookup, kindID:
			f.NoChoice = true
		}
		if c.kind == kindPicklist || c.kind == kindMultiSelect {
			f.Values = append([]string{}, c.options...)
		}
		if c.kind == kindString && (c.format == "Email" || c.format == "Phone") {
			f.Type = strings.ToLower(c.format)
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}

// Rewind gives the cursor back: the feed is a sequence of commits, and there
// is nothing to look behind for.
func (m *Mock) Rewind(cursor string, _ time.Duration) string { return cursor }

// grant answers a token request of the engine's account.
func (x *exchange) grant() mocks.Outcome {
	x.actor = trace.ActorEngine
	x.arrive = x.m.journal.Arrive(x.r, x.actor, "")
	if x.m.faults.AuthDown {
		e := refuse(http.StatusServiceUnavailable, "temporarily_unavailable", "AADSTS90033: A transient error has occurred. Please try again.")
		return x.refused(e)
	}
	token, _ := x.m.issue(x.now, x.actor)
	out := mocks.Outcome{Status: http.StatusOK, Token: token.Value, Date: x.m.dateHeader(x.now)[0]}
	x.m.journal.Answered(x.op.Call, x.arrive, out.Status, "", "", out.Date)
	return out
}

// told adds what an answer tells of the limits: how many requests are left,
// and of how many they are left it does not say.
func (x *exchange) told(out *mocks.Outcome) {
	if x.limit.Headers {
		out.Usage, out.Headers = mocks.Usage{Allowed: -1, Used: -1 - x.limit.Usage.Remaining(), Reset: -1}, true
	}
}

func (x *exchange) refused(e *apiError) mocks.Outcome {
	out := mocks.Outcome{
		Refusal: mocks.RefusalOf(e.status), Status: e.status, Code: e.code, Field: e.field,
		Message: e.message, RetryAfter: e.retry, Permission: e.privilege,
	}
	if e.meaning != mocks.None {
		out.Refusal = e.meaning
	}
	x.told(&out)
	out.Date = x.m.dateHeader(x.now)[0]
	x.m.journal.Answered(x.op.Call, x.arrive, e.status, e.code, e.retry, out.Date)
	return out
}
