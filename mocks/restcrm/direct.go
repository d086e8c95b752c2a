package restcrm

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

var _ mocks.Direct = (*Mock)(nil)

// Do answers an exchange that is held as data, by the rules of Handle.
func (m *Mock) Do(now time.Time, o *mocks.Op) mocks.Outcome {
	m.Advance(now)
	x := &m.doing
	*x = exchange{m: m, now: now, op: o, ifMatch: o.IfTag}
	if part := m.on(o.Object); part != nil {
		x.m = part
	}
	x.request = mocks.Request{Method: method(o), Path: x.m.object.path(o), Call: o.Call, Cause: o.Cause}
	x.r = &x.request
	if o.Kind == mocks.OpToken {
		return x.grant()
	}
	if x.ifMatch == "" && (o.Kind == mocks.OpUpdate || o.Kind == mocks.OpDelete) {
		x.ifMatch = "*" // the document demands a precondition, and this is none
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
	m.journal.Answered(o.Call, x.arrive, out.Status, "", "", out.Date)
	return out
}

func method(o *mocks.Op) string {
	switch o.Kind {
	case mocks.OpCreate:
		if o.External != "" {
			return http.MethodPut
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

// path is where the exchange goes in its HTTP form, without the query.
func (o *object) path(op *mocks.Op) string {
	switch op.Kind {
	case mocks.OpToken:
		return "/oauth/token"
	case mocks.OpChanges:
		return pathChanges
	case mocks.OpDescribe:
		return o.schema
	case mocks.OpFind:
		return o.rows
	case mocks.OpCreate:
		if op.External == "" {
			return o.rows
		}
		return o.rows + "/by-external-id/" + url.PathEscape(op.External)
	}
	return o.rows + "/" + url.PathEscape(op.Record)
}

// perform carries out what the exchange asks for.
func (x *exchange) perform() (mocks.Outcome, *problem) {
	switch x.op.Kind {
	case mocks.OpFind:
		return x.find()
	case mocks.OpChanges:
		return x.page()
	case mocks.OpDescribe:
		return x.describe(), nil
	}
	var out reply
	var bad *problem
	switch {
	case x.op.Kind != mocks.OpCreate:
		out, bad = x.one(x.op.Record)
	case x.op.External != "":
		out, bad = x.upsert(x.op.External)
	default:
		out, bad = x.create()
	}
	if bad != nil {
		return mocks.Outcome{}, bad
	}
	done := mocks.Outcome{Status: out.status}
	if out.record != nil && !x.lost {
		done.Records = []mocks.View{x.view(out.record)}
	}
	return done, nil
}

// named are the properties that an exchange held as data sets.
func (x *exchange) named(members []mocks.Member) []mocks.Member {
	for i := range x.op.Set {
		members = append(members, x.op.Set[i].Member())
	}
	if x.op.Kind == mocks.OpUpdate && x.op.External != "" {
		members = append(members, mocks.Member{Key: x.m.config.ExternalField, Kind: mocks.JSONString, Text: x.op.External})
	}
	return members
}

// view is the record as the account sees it.
func (x *exchange) view(c *record) mocks.View {
	m := x.m
	v := mocks.View{
		ID: c.id, Modified: time.UnixMilli(c.updated).UTC(), By: c.updatedBy, Own: c.updatedBy == m.config.ClientID,
	}
	if p := m.schema.byName[m.config.ExternalField]; p != nil && !p.hidden {
		v.External = c.values[p.slot]
	}
	if m.config.Conditional {
		v.Tag = c.tag()
	}
	if x.op.Ask == nil {
		for _, p := range m.schema.properties {
			if p.system == plain && p.visible() {
				v.Values = append(v.Values, p.view(c))
			}
		}
		return v
	}
	v.Values = make([]mocks.Assign, len(x.op.Ask))
	for i, name := range x.op.Ask {
		v.Values[i].Field = name
		if p := m.schema.byName[name]; p != nil && p.system == plain && !p.hidden {
			v.Values[i] = p.view(c)
		}
	}
	return v
}

func (p *property) view(c *record) mocks.Assign {
	kind, text := p.shown(c.values[p.slot])
	return mocks.Assign{Field: p.name, Kind: kind, Text: text}
}

// find is the look-up by external id, which is unique among live records.
func (x *exchange) find() (mocks.Outcome, *problem) {
	if !x.may("read") {
		return mocks.Outcome{}, x.m.object.errVerb("read")
	}
	out := mocks.Outcome{Status: http.StatusOK}
	if c := x.m.store.byExternal[x.op.External]; c != nil {
		x.disclose(c)
		out.Records = []mocks.View{x.view(c)}
	}
	return out, nil
}

func (x *exchange) page() (mocks.Outcome, *problem) {
	if !x.may("read") {
		return mocks.Outcome{}, x.m.object.errVerb("read")
	}
	limit := min(max(x.op.Limit, 1), changesMax)
	if size := x.m.config.PageSize; size > 0 {
		limit = min(limit, size)
	}
	last, bad := place(x.op.After, "after", x.m.object.feed)
	if bad != nil {
		return mocks.Outcome{}, bad
	}
	out := mocks.Outcome{Status: http.StatusOK}
	page, more := x.changed(last, limit)
	out.Changed = make([]mocks.Moved, len(page))
	for i, c := range page {
		out.Changed[i] = mocks.Moved{
			ID: c.id, Deleted: c.deleted, Stamp: strconv.FormatUint(c.sequence, 10),
			By: c.updatedBy, Own: c.updatedBy == x.m.config.ClientID,
		}
		last = c.sequence
	}
	out.Next, out.More = cursorText(x.m.object.feed, last), more
	return out, nil
}

func (x *exchange) describe() mocks.Outcome {
	out := mocks.Outcome{Status: http.StatusOK, Revision: strconv.Itoa(x.m.schema.revision)}
	for _, p := range x.m.schema.properties {
		if !p.visible() {
			continue
		}
		f := mocks.FieldView{
			Name: p.name, Type: p.kind.String(), MaxLength: p.length,
			Required: p.required, Writable: !p.readOnly, Values: p.values,
		}
		if p.pattern != nil {
			f.Pattern = p.pattern.String()
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
		return x.refused(errAuthDown())
	}
	token, _ := x.m.issue(x.now)
	out := mocks.Outcome{Status: http.StatusOK, Token: token.Value, Date: x.m.dateHeader(x.now)[0]}
	x.m.journal.Answered(x.op.Call, x.arrive, out.Status, "", "", out.Date)
	return out
}

// told adds what every answer tells of the quota.
func (x *exchange) told(out *mocks.Outcome) { out.Usage, out.Headers = x.limit.Usage, x.limit.Headers }

// meanings of the codes that say more than their status.
var meanings = map[string]mocks.Refusal{
	"unknown_field":     mocks.Unmapped,
	"external_id_taken": mocks.Duplicated,
	"invalid_cursor":    mocks.Misread,
}

var verbs = map[mocks.OpKind]string{mocks.OpCreate: "create", mocks.OpUpdate: "update", mocks.OpDelete: "delete"}

func (x *exchange) refused(p *problem) mocks.Outcome {
	out := mocks.Outcome{
		Refusal: mocks.RefusalOf(p.status), Status: p.status, Code: p.code, Field: p.field,
		Message: p.detail, RetryAfter: p.retry,
	}
	if meaning, known := meanings[p.code]; known {
		out.Refusal = meaning
	}
	if out.Refusal == mocks.Forbidden {
		verb := verbs[x.op.Kind]
		if verb == "" {
			verb = "read"
		}
		out.Permission = verb + " " + x.m.object.name
		if p.field != "" {
			out.Permission += "." + p.field
		}
	}
	x.told(&out)
	out.Date = x.m.dateHeader(x.now)[0]
	x.m.journal.Answered(x.op.Call, x.arrive, p.status, p.code, p.retry, out.Date)
	return out
}
