package genesys

import (
	"net/http"
	"net/url"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

var _ mocks.Direct = (*Mock)(nil)

// Do answers an exchange that is held as data, by the rules of Handle.
func (m *Mock) Do(now time.Time, o *mocks.Op) mocks.Outcome {
	if part := m.on(o.Object); part != nil {
		m = part
	}
	x := &m.doing
	*x = exchange{m: m, now: now, op: o, known: m.revision(o.Revision)}
	if early := x.prepare(); early.Refusal != mocks.None {
		return early
	}
	m.Advance(now)
	m.follow()
	// Custom fields are stored beside a schema, which has to be looked up first.
	// Whoever may not see it sends nothing else.
	if x.needsSchema() {
		if x.permitted(permissionSchemas) != nil {
			look := *o
			look.Kind = mocks.OpDescribe
			x.op = &look
		} else {
			x.known = m.schema.version
		}
	}
	return x.do()
}

// prepare refuses what cannot even be said in the vendor's terms: nothing is
// sent then.
func (x *exchange) prepare() mocks.Outcome {
	o := x.op
	if o.Kind == mocks.OpChanges {
		var ok bool
		if x.from, ok = parsePosition(o.After); !ok {
			return mocks.Outcome{Refusal: mocks.Misread, Message: "not a cursor of the Genesys feed", Revision: o.Revision}
		}
	}
	for i := range o.Set {
		a := &o.Set[i]
		slot, standard := x.m.object.names[a.Field]
		if !standard || x.m.base.slots[slot].kind != kindPhone || a.Kind != mocks.String {
			continue
		}
		if _, ok := phoneText(a.Text); !ok {
			return mocks.Outcome{
				Refusal: mocks.Invalid, Field: a.Field, Revision: o.Revision,
				Message: "Genesys stores an extension as a whole number: leading zeros and signs cannot be kept",
			}
		}
	}
	return mocks.Outcome{}
}

func (x *exchange) do() mocks.Outcome {
	m, o := x.m, x.op
	x.request = mocks.Request{Method: method(o.Kind), Path: m.object.path(o), Call: o.Call, Cause: o.Cause}
	x.r = &x.request
	if o.Kind == mocks.OpToken {
		return x.grant()
	}
	token, validity := m.tokens.Check(x.now, o.Token, m.faults.Revocations)
	x.arrived(token, pathRecord(x.r.Path))
	bad := x.admit(token.Value, validity, true)
	if bad == nil {
		bad = x.permitted(m.object.permitting(permissions[o.Kind]))
	}
	var out mocks.Outcome
	if bad == nil {
		out, bad = x.perform()
	}
	if bad = x.outcome(bad); bad != nil {
		return x.refused(bad)
	}
	return x.ended(out, http.StatusOK, "", "")
}

// ended completes an outcome and journals the answer.
func (x *exchange) ended(out mocks.Outcome, status int, code, retryAfter string) mocks.Outcome {
	if out.Refusal == mocks.None {
		out.Status = status
	}
	out.Usage, out.Headers = x.limit.Usage, x.limit.Headers
	out.Revision = x.m.revisionText(x.known)
	out.Date = x.m.httpDate(x.now)
	x.m.rec.Answered(x.op.Call, x.arrive, status, code, retryAfter, out.Date)
	return out
}

func method(k mocks.OpKind) string {
	switch k {
	case mocks.OpToken, mocks.OpCreate, mocks.OpFind:
		return http.MethodPost
	case mocks.OpUpdate:
		return http.MethodPatch
	case mocks.OpDelete:
		return http.MethodDelete
	}
	return http.MethodGet
}

// path is where the exchange goes in its HTTP form, without the query.
func (o *object) path(op *mocks.Op) string {
	switch op.Kind {
	case mocks.OpToken:
		return tokenPath
	case mocks.OpFind:
		return apiPrefix + "identifierlookup/" + o.set
	case mocks.OpCreate:
		return apiPrefix + o.set
	case mocks.OpChanges:
		return apiPrefix + "scan/" + o.set
	case mocks.OpDescribe:
		return o.uri + "schemas"
	}
	return o.uri + url.PathEscape(op.Record)
}

var permissions = [...]string{
	mocks.OpRead: permissionView, mocks.OpFind: permissionView, mocks.OpChanges: permissionView,
	mocks.OpCreate: permissionAdd, mocks.OpUpdate: permissionEdit, mocks.OpDelete: permissionDelete,
	mocks.OpDescribe: permissionSchemas,
}

// perform carries out what the exchange asks for.
func (x *exchange) perform() (mocks.Outcome, *refusal) {
	switch x.op.Kind {
	case mocks.OpRead:
		c, bad := x.find(x.op.Record)
		if bad != nil {
			return mocks.Outcome{}, bad
		}
		return x.disclosed(c)
	case mocks.OpFind:
		return x.look()
	case mocks.OpCreate:
		next, bad := x.draft()
		if bad != nil {
			return mocks.Outcome{}, bad
		}
		return x.written(x.insert(next)), nil
	case mocks.OpUpdate:
		return x.change()
	case mocks.OpDelete:
		_, bad := x.remove(x.op.Record)
		return mocks.Outcome{}, bad
	case mocks.OpChanges:
		return x.changes()
	}
	return x.describe(), nil
}

// look finds a record by its external id. That there is none is no failure,
// though its status is 404.
func (x *exchange) look() (mocks.Outcome, *refusal) {
	id, bad := checkExternal("identifier", x.m.store.source, x.op.External)
	if bad != nil {
		return mocks.Outcome{}, bad
	}
	c := x.m.store.find(id)
	if c == nil {
		return mocks.Outcome{}, notFound(x.m.object.unfound("this identifier"))
	}
	return x.disclosed(c)
}

func (x *exchange) change() (mocks.Outcome, *refusal) {
	c, bad := x.writable(x.op.Record)
	if bad != nil {
		return mocks.Outcome{}, bad
	}
	next := c.clone()
	if bad := x.amend(&next); bad != nil {
		return mocks.Outcome{}, bad
	}
	x.write(c, next, trace.Update)
	return x.written(c), nil
}

// grant answers a token request of the engine's account.
func (x *exchange) grant() mocks.Outcome {
	x.arrived(mocks.Token{Actor: trace.ActorEngine}, "")
	if x.m.faults.AuthDown {
		return x.refused(errAuthDown())
	}
	token, _ := x.m.issue(x.now, x.actor)
	return x.ended(mocks.Outcome{Token: token.Value}, http.StatusOK, "", "")
}

// refused is the failure in the vendor's meaning. Where it tells that the
// schema is another than the one known, that is forgotten.
func (x *exchange) refused(r *refusal) mocks.Outcome {
	out := mocks.Outcome{Refusal: mocks.RefusalOf(r.status), Status: r.status, Code: r.code, Message: r.message, RetryAfter: r.retryAfter}
	switch out.Refusal {
	case mocks.Forbidden:
		out.Permission = r.permission
	case mocks.Invalid, mocks.Conflict:
		out.Field = nativeName(r.field)
		if r.code == ruleSchema || r.code == ruleUnknown && out.Field != r.field {
			out.Refusal, x.known = mocks.Unmapped, 0
		}
	case mocks.NotFound:
		if x.op.Kind == mocks.OpFind {
			out = mocks.Outcome{}
		}
	}
	if x.op.Kind == mocks.OpChanges && out.Refusal == mocks.Invalid {
		// The server-side cursor is too old: the sweep begins anew.
		out = mocks.Outcome{Next: x.from.restarted().text()}
	}
	return x.ended(out, r.status, r.code, r.retryAfter)
}
