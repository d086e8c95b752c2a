package dynamics

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// keyName is the alternate key over the column with the other system's id.
const keyName = "Synchronisation key"

// key is what stands in the brackets behind records.
type key struct {
	record   *record // nil if there is none
	id       string  // given by its id
	external string  // or by the alternate key
}

// rows answers contacts and contacts(...), and other tables' alike.
func (x *exchange) rows() (reply, *apiError) {
	if x.path == x.m.object.set {
		switch x.r.Method {
		case http.MethodGet:
			return x.list()
		case http.MethodPost:
			return x.create()
		}
		return reply{}, errMethod(x.r.Method)
	}
	inner, closed := strings.CutSuffix(strings.TrimPrefix(x.path, x.m.object.set+"("), ")")
	if !closed {
		_, property, _ := strings.Cut(inner, ")")
		return reply{}, errNoSegment(strings.TrimPrefix(property, "/"))
	}
	k, bad := x.key(inner)
	if bad != nil {
		return reply{}, bad
	}
	switch x.r.Method {
	case http.MethodGet:
		return x.get(k)
	case http.MethodPatch:
		return x.upsert(k)
	case http.MethodDelete:
		return x.remove(k)
	}
	return reply{}, errMethod(x.r.Method)
}

// key reads a record's address: its id, contactid=id, or the alternate key in
// quotes, a quote within doubled (S).
func (x *exchange) key(escaped string) (key, *apiError) {
	text, err := url.PathUnescape(escaped)
	if err != nil {
		return key{}, badQuery("Bad Request - Error in query syntax.")
	}
	if id, ok := guid(strings.TrimPrefix(text, x.m.object.id+"=")); ok {
		return key{record: x.m.live(id), id: id}, nil
	}
	name, quoted, ok := strings.Cut(text, "=")
	if !ok {
		return key{}, badQuery("Bad Request - Error in query syntax.")
	}
	col := x.m.schema.byName[name]
	if col == nil || x.m.external == nil || col.slot != x.m.external.slot {
		return key{}, x.m.object.errNoProperty(name)
	}
	value, ok := unquoted(quoted)
	if !ok || value == "" {
		return key{}, badQuery("Bad Request - Error in query syntax.")
	}
	return key{record: x.m.store.byKey[value], external: value}, nil
}

// unquoted reads an OData string literal.
func unquoted(text string) (string, bool) {
	if len(text) < 2 || text[0] != '\'' || text[len(text)-1] != '\'' {
		return "", false
	}
	inner := text[1 : len(text)-1]
	if strings.Contains(strings.ReplaceAll(inner, "''", ""), "'") {
		return "", false
	}
	return strings.ReplaceAll(inner, "''", "'"), true
}

func (m *Mock) live(id string) *record {
	if c := m.store.byID[id]; c != nil && !c.deleted {
		return c
	}
	return nil
}

func (k key) missing(o *object) *apiError {
	if k.external != "" {
		return o.errNoKeyRecord()
	}
	return o.errNoRecord(k.id)
}

func (x *exchange) get(k key) (reply, *apiError) {
	o, bad := x.options("$select", "$expand")
	switch {
	case bad != nil:
		return reply{}, bad
	case !x.may("read"):
		return reply{}, x.errPrivilege("Read")
	case k.record == nil:
		return reply{}, k.missing(x.m.object)
	}
	c := k.record
	if x.ifNone == c.tag() && len(o.user) == 0 { // never with $expand (S)
		x.disclose(c) // that nothing has changed tells the content as well
		return reply{status: http.StatusNotModified}, nil
	}
	x.disclose(c)
	return reply{status: http.StatusOK, record: c, options: o, tag: c.tag()}, nil
}

func (x *exchange) disclose(c *record) {
	if x.lost {
		return
	}
	x.m.journal.Read(mocks.Disclosed{
		Call: x.r.Call, Cause: x.arrive, Actor: x.actor, Record: c.id, Alias: c.alias,
		External: x.m.keyOf(c), Version: c.number(x.m.version), Stamp: time.Unix(c.modified, 0),
	})
}

// rests checks If-Match on a record that is there.
func (x *exchange) rests(c *record) *apiError {
	if x.ifMatch != "" && x.ifMatch != "*" && x.ifMatch != c.tag() {
		return errMismatch()
	}
	return nil
}

// create answers POST contacts. A body may bring its own id (S).
func (x *exchange) create() (reply, *apiError) {
	o, bad := x.options("$select")
	if bad != nil {
		return reply{}, bad
	}
	set, id, bad := x.parse(key{})
	switch {
	case bad != nil:
		return reply{}, bad
	case id != "" && x.m.live(id) != nil:
		return reply{}, errExists()
	case id == "":
		id = x.m.ids.UUID()
	}
	return x.insert(id, set, o)
}

func (x *exchange) insert(id string, set []assign, o *options) (reply, *apiError) {
	if !x.may("create") {
		return reply{}, x.errPrivilege("Create")
	}
	if bad := x.m.taken(nil, set); bad != nil {
		return reply{}, bad
	}
	c := x.m.fresh(id)
	x.m.save(c, true, x.writer(set))
	return x.written(c, o, true), nil
}

// upsert answers PATCH contacts(...): an update, or a creation unless If-Match
// forbids it (S).
func (x *exchange) upsert(k key) (reply, *apiError) {
	o, bad := x.options("$select", "$expand")
	if bad != nil {
		return reply{}, bad
	}
	o.user = nil // ignored where a write is answered with the record (S)
	set, id, bad := x.parse(k)
	c := k.record
	switch {
	case bad != nil:
		return reply{}, bad
	case c == nil && x.ifMatch != "":
		return reply{}, k.missing(x.m.object)
	case c == nil && k.external != "":
		text, bad := x.m.external.check(k.external)
		if bad != nil {
			return reply{}, bad
		}
		if id == "" {
			id = x.m.ids.UUID()
		}
		return x.insert(id, append(set, assign{x.m.external, text}), o)
	case c == nil:
		return x.insert(k.id, set, o)
	case x.ifNone == "*":
		return reply{}, errExists()
	case !x.may("update"):
		return reply{}, x.errPrivilege("Write")
	}
	if bad = x.rests(c); bad == nil {
		bad = x.m.taken(c, set)
	}
	if bad != nil {
		return reply{}, bad
	}
	x.m.save(c, false, x.writer(set))
	return x.written(c, o, false), nil
}

// written answers a write: with the record if it was asked for, else with its
// address (S).
func (x *exchange) written(c *record, o *options, created bool) reply {
	out := reply{status: http.StatusNoContent, entity: c.id}
	if x.prefer.representation {
		x.disclose(c)
		out.status, out.record, out.options, out.tag = http.StatusOK, c, o, c.tag()
		if created {
			out.status = http.StatusCreated
		}
		out.applied = "return=representation"
	}
	return out
}

func (x *exchange) remove(k key) (reply, *apiError) {
	if bad := x.parameters(); bad != nil {
		return reply{}, bad
	}
	switch {
	case !x.may("delete"):
		return reply{}, x.errPrivilege("Delete")
	case k.record == nil:
		return reply{}, k.missing(x.m.object)
	}
	if bad := x.rests(k.record); bad != nil {
		return reply{}, bad
	}
	x.m.remove(k.record, x.writer(nil))
	return reply{status: http.StatusNoContent}, nil
}

// parse reads the columns that a body names. The body may repeat what the
// address says, but not contradict it.
func (x *exchange) parse(k key) (set []assign, id string, bad *apiError) {
	if bad = x.contentIsJSON(); bad != nil {
		return nil, "", bad
	}
	members, err := x.named()
	if err != nil {
		return nil, "", x.m.object.malformed(err)
	}
	set = make([]assign, 0, len(members)+1)
	for i := range members {
		member := &members[i]
		if strings.HasPrefix(member.Key, "@") {
			continue // annotations, as the vendor's own answers carry them
		}
		col := x.m.schema.byName[member.Key]
		switch {
		case col == nil:
			return nil, "", x.m.object.errUndeclared(member.Key)
		case col.system == sysID:
			if id, bad = x.m.object.identity(member, k); bad != nil {
				return nil, "", bad
			}
			continue
		case col.hidden:
			return nil, "", errSecured(k.record == nil)
		case col.readOnly:
			return nil, "", x.m.object.badPayload("The property '" + col.name + "' cannot be set.")
		}
		text, bad := col.decode(member)
		if bad != nil {
			return nil, "", bad
		}
		if k.external != "" && col.slot == x.m.external.slot {
			if text != k.external {
				return nil, "", x.m.object.badPayload("The value of the key property '" + col.name + "' contradicts the address.")
			}
			continue
		}
		set = append(set, assign{col, text})
	}
	return set, id, nil
}

// identity is the id that a body brings for a new record.
func (o *object) identity(member *mocks.Member, k key) (string, *apiError) {
	id, ok := guid(member.Text)
	if member.Kind != mocks.JSONString || !ok {
		return "", unconvertible(member.Text, "Edm.Guid")
	}
	if k.id != "" && id != k.id || k.record != nil && id != k.record.id {
		return "", o.badPayload("The value of the key property '" + o.id + "' contradicts the address.")
	}
	return id, nil
}

// named are the columns that the request names.
func (x *exchange) named() (members []mocks.Member, err error) {
	if x.op == nil {
		members, err = mocks.Members(x.m.members[:0], x.r.Body)
	} else {
		members = x.assigned(x.m.members[:0])
	}
	x.m.members = members
	return members, err
}

// malformed is the refusal of a body that is no strict JSON object.
func (o *object) malformed(err error) *apiError {
	var at *mocks.JSONError
	if errors.As(err, &at) && at.Fault == mocks.JSONDuplicate {
		return o.badPayload("Microsoft.OData.ODataException: The property '" + at.Key + "' was found more than once in the payload.")
	}
	return o.badPayload("Microsoft.OData.ODataException: " + err.Error())
}
