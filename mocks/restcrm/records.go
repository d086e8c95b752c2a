package restcrm

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// one answers what is asked of one record, /v1/contacts/{id}.
func (x *exchange) one(id string) (reply, *problem) {
	c := x.m.store.byID[id]
	switch x.r.Method {
	case http.MethodGet:
		return x.get(c)
	case http.MethodPatch:
		return x.patch(c)
	case http.MethodDelete:
		return x.remove(c)
	}
	return reply{}, errMethod("GET, PATCH, DELETE")
}

// exists refuses a record that is not there or deleted.
func (x *exchange) exists(c *record) *problem {
	switch {
	case c == nil:
		return errNotFound()
	case c.deleted:
		return x.m.object.errDeleted()
	}
	return nil
}

func (x *exchange) get(c *record) (reply, *problem) {
	if !x.may("read") {
		return reply{}, x.m.object.errVerb("read")
	}
	if bad := x.exists(c); bad != nil {
		return reply{}, bad
	}
	if x.m.config.Conditional && matches(x.r.Header.Get("If-None-Match"), c.tag()) {
		x.disclose(c) // that nothing has changed tells the content as well
		return reply{status: http.StatusNotModified, tag: c.tag()}, nil
	}
	return x.whole(c, http.StatusOK), nil
}

// whole answers with the record and journals that its content leaves the
// system.
func (x *exchange) whole(c *record, status int) reply {
	x.disclose(c)
	return reply{status: status, tag: c.tag(), record: c}
}

func (x *exchange) disclose(c *record) {
	if x.lost {
		return
	}
	x.m.journal.Read(mocks.Disclosed{
		Call: x.r.Call, Cause: x.arrive, Actor: x.actor, Record: c.id, Alias: c.alias,
		External: x.m.externalOf(c), Version: c.number(x.m.version), Stamp: time.UnixMilli(c.updated),
	})
}

// matches reports whether a list of entity tags holds a tag, by the strong
// comparison of RFC 9110.
func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		if candidate = strings.TrimSpace(candidate); candidate == tag || candidate == "*" {
			return true
		}
	}
	return false
}

// rests checks If-Match. Where the tenant has conditional writes it must be
// there ("*" asks only that the record exists); elsewhere it is not looked at.
func (x *exchange) rests(c *record) *problem {
	if !x.m.config.Conditional {
		return nil
	}
	switch {
	case x.ifMatch == "":
		return refuse(http.StatusPreconditionRequired, "precondition_required", "If-Match is required")
	case !matches(x.ifMatch, c.tag()):
		return x.m.object.errPrecondition()
	}
	return nil
}

func (o *object) errPrecondition() *problem {
	return refuse(http.StatusPreconditionFailed, "precondition_failed", "the "+o.name+" has changed since the entity tag was read")
}

func (x *exchange) patch(c *record) (reply, *problem) {
	if !x.may("update") {
		return reply{}, x.m.object.errVerb("update")
	}
	if bad := x.contentIs(typePatch); bad != nil {
		return reply{}, bad
	}
	if bad := x.exists(c); bad != nil {
		return reply{}, bad
	}
	set, bad := x.parse("")
	if bad == nil {
		bad = x.rests(c)
	}
	if bad == nil {
		bad = x.m.taken(c, set)
	}
	if bad != nil {
		return reply{}, bad
	}
	x.m.save(c, false, x.writer(set))
	return x.whole(c, http.StatusOK), nil
}

func (x *exchange) remove(c *record) (reply, *problem) {
	if !x.may("delete") {
		return reply{}, x.m.object.errVerb("delete")
	}
	bad := x.exists(c)
	if bad == nil {
		bad = x.rests(c)
	}
	if bad != nil {
		return reply{}, bad
	}
	x.m.remove(c, x.writer(nil))
	return reply{status: http.StatusNoContent}, nil
}

func (x *exchange) restoreOne(id string) (reply, *problem) {
	c := x.m.store.byID[id]
	switch {
	case !x.may("update"):
		return reply{}, x.m.object.errVerb("update")
	case c == nil:
		return reply{}, errNotFound()
	case !c.deleted:
		return reply{}, refuse(http.StatusConflict, "not_deleted", "the "+x.m.object.name+" is not deleted")
	}
	if bad := x.m.restore(c, x.writer(nil)); bad != nil {
		return reply{}, bad
	}
	return x.whole(c, http.StatusOK), nil
}

// create answers POST /v1/contacts.
func (x *exchange) create() (reply, *problem) {
	if bad := x.contentIs(typeJSON); bad != nil {
		return reply{}, bad
	}
	set, bad := x.parse("")
	if bad != nil {
		return reply{}, bad
	}
	return x.insert(set)
}

func (x *exchange) insert(set []assign) (reply, *problem) {
	if !x.may("create") {
		return reply{}, x.m.object.errVerb("create")
	}
	if bad := x.m.missing(set); bad != nil {
		return reply{}, bad
	}
	if bad := x.m.taken(nil, set); bad != nil {
		return reply{}, bad
	}
	c := x.m.fresh(x.m.ids.UUID())
	x.m.save(c, true, x.writer(set))
	out := x.whole(c, http.StatusCreated)
	out.location = x.m.object.rows + "/" + c.id
	return out, nil
}

// upsert answers PUT /v1/contacts/by-external-id/{external_id}. If-Match and
// If-None-Match are honoured but not demanded: by the external id alone the
// request can be repeated without harm.
func (x *exchange) upsert(external string) (reply, *problem) {
	if x.m.external == nil {
		return reply{}, errNotFound()
	}
	if bad := x.contentIs(typeJSON); bad != nil {
		return reply{}, bad
	}
	set, bad := x.parse(external)
	if bad != nil {
		return reply{}, bad
	}
	c := x.m.store.byExternal[external]
	if x.m.config.Conditional {
		ifNone := x.r.Header.Get("If-None-Match")
		if x.ifMatch != "" && (c == nil || !matches(x.ifMatch, c.tag())) || ifNone != "" && c != nil && matches(ifNone, c.tag()) {
			return reply{}, x.m.object.errPrecondition()
		}
	}
	if c == nil {
		text, bad := x.m.external.check(external)
		if bad != nil {
			return reply{}, bad
		}
		return x.insert(append(set, assign{x.m.external, text}))
	}
	if !x.may("update") {
		return reply{}, x.m.object.errVerb("update")
	}
	x.m.save(c, false, x.writer(set))
	return x.whole(c, http.StatusOK), nil
}

// parse reads the properties that a body names. external is the id in the
// path, which the body may repeat but not contradict.
func (x *exchange) parse(external string) ([]assign, *problem) {
	members, err := x.members()
	if err != nil {
		return nil, malformed(err)
	}
	set := make([]assign, 0, len(members)+1)
	for i := range members {
		member := &members[i]
		p := x.m.schema.byName[member.Key]
		switch {
		case p == nil:
			return nil, &problem{status: 400, code: "unknown_field", detail: x.m.object.withArticle() + " has no property " + member.Key, field: member.Key}
		case p.hidden:
			return nil, &problem{status: http.StatusForbidden, code: "field_forbidden", detail: "the account may not use " + p.name, field: p.name}
		case p.readOnly:
			return nil, p.invalid("read_only", "it is read-only")
		}
		text, bad := p.decode(member)
		if bad != nil {
			return nil, bad
		}
		if external != "" && p.slot == x.m.external.slot {
			if text != external {
				return nil, p.invalid("invalid_format", "it contradicts the path")
			}
			continue
		}
		set = append(set, assign{p, text})
	}
	return set, nil
}

// members are the properties that the request names.
func (x *exchange) members() (members []mocks.Member, err error) {
	if x.op == nil {
		members, err = mocks.Members(x.m.members[:0], x.r.Body)
	} else {
		members = x.named(x.m.members[:0])
	}
	x.m.members = members
	return members, err
}

// malformed is the refusal of a body that is no strict JSON object.
func malformed(err error) *problem {
	code := "malformed_json"
	var at *mocks.JSONError
	if errors.As(err, &at) && at.Fault == mocks.JSONDuplicate {
		code = "duplicate_key"
	}
	return refuse(http.StatusBadRequest, code, err.Error())
}
