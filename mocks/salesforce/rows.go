package salesforce

import (
	"errors"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// upsertBodySince is the API version (in tenths) from which an upsert that
// updated answers 200 with a body (S) instead of 204 (M).
const upsertBodySince = 460

// row answers sobjects/Contact/{id}: 204 for a write (S). There is no ETag of a
// contact, and nothing but the validation rule makes a write to one conditional;
// the rows of accounts have ETags (S).
func (x *exchange) row(id string) (int, []byte, *apiError) {
	var verb string
	switch x.r.Method {
	case http.MethodGet:
		verb = "read"
	case http.MethodPatch:
		verb = "update"
	case http.MethodDelete:
		verb = "delete"
	default:
		return 0, nil, errMethod(x.r.Method)
	}
	full, ok := canonicalID(id)
	if !ok {
		if verb == "read" {
			return 0, nil, errNotFound()
		}
		return 0, nil, x.m.object.errMalformedID(id).withStatus(http.StatusNotFound)
	}
	if !x.may(verb) {
		return 0, nil, errAccess()
	}
	r := x.m.store.byID[full]
	switch {
	case r == nil:
		return 0, nil, errNotFound()
	case r.deleted:
		return 0, nil, errDeleted()
	}
	fresh, err := x.rests(r)
	switch {
	case err != nil:
		return 0, nil, err
	case fresh:
		x.disclose(r) // that nothing has changed tells the content as well
		x.tag = x.m.etag(r)
		return http.StatusNotModified, nil, nil
	case verb == "read":
		return x.get(r)
	case verb == "delete":
		x.m.remove(r, x.writer(nil), "")
		return http.StatusNoContent, nil, nil
	}
	set, err := x.parse(nil)
	if err == nil {
		err = x.change(r, set)
	}
	if err == nil && x.m.object.tags {
		x.tag = x.m.etag(r)
	}
	return http.StatusNoContent, nil, err
}

// get discloses a record, whole or the fields asked for.
func (x *exchange) get(r *record) (int, []byte, *apiError) {
	x.subject = r
	if x.m.object.tags {
		x.tag = x.m.etag(r)
	}
	if x.op != nil {
		err := x.knows()
		if err == nil {
			x.disclose(r)
		}
		return http.StatusOK, nil, err
	}
	columns := x.m.schema.columns
	if list := x.r.Query.Get("fields"); list != "" {
		columns = []*column{x.m.schema.find("Id")}
		for name := range strings.SplitSeq(list, ",") {
			c := x.m.schema.find(strings.TrimSpace(name))
			if c == nil {
				return 0, nil, x.m.object.errNoColumn(strings.TrimSpace(name))
			}
			if !slices.Contains(columns, c) {
				columns = append(columns, c)
			}
		}
	}
	x.disclose(r)
	return http.StatusOK, x.m.appendRow(make([]byte, 0, 1024), r, columns, x.prefix()), nil
}

// appendRow appends a record as the API shows it.
func (m *Mock) appendRow(b []byte, r *record, columns []*column, prefix string) []byte {
	b = append(append(b, `{"attributes":{"type":"`...), m.object.name...)
	b = append(append(b, `","url":"`...), prefix...)
	b = append(append(b, "/sobjects/"...), m.object.name...)
	b = append(b, '/')
	b = append(b, r.id...)
	b = append(b, `"}`...)
	for _, c := range columns {
		if c.gone || c.hidden {
			continue
		}
		b = append(append(b, ','), c.key...)
		b = m.appendValue(b, r, c)
	}
	return append(b, '}')
}

// disclose journals that the record's content leaves the system.
func (x *exchange) disclose(r *record) {
	x.m.journal.Read(mocks.Disclosed{
		Call: x.r.Call, Cause: x.arrive, Actor: x.actor, Record: r.id, Alias: r.alias,
		External: r.externalID(x.m), Version: r.number(x.m.version), Stamp: time.Unix(r.modified, 0),
	})
}

// insert answers POST sobjects/Contact: 201 (S).
func (x *exchange) insert() (int, []byte, *apiError) {
	if !x.may("create") {
		return 0, nil, errAccess()
	}
	set, err := x.parse(nil)
	if err != nil {
		return 0, nil, err
	}
	r, err := x.make(set)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, x.saved(r.id, false, false), nil
}

// saved is the body of a successful save (S; the member created: M).
func (x *exchange) saved(id string, withCreated, created bool) []byte {
	if x.op != nil {
		return nil
	}
	b := append([]byte(`{"id":"`), id...)
	b = append(b, `","success":true,"errors":[]`...)
	if withCreated {
		b = append(b, `,"created":`...)
		b = strconv.AppendBool(b, created)
	}
	return append(b, '}')
}

func (x *exchange) make(set []assign) (*record, *apiError) {
	if err := x.m.missing(set); err != nil {
		return nil, err
	}
	r := x.m.fresh(x.m.ids.Salesforce(x.m.object.prefix))
	if x.m.version != nil {
		if err := x.m.conflict(r, set); err != nil {
			return nil, err
		}
	}
	if err := x.m.breaks(nil, set, x.user()); err != nil {
		return nil, err
	}
	if err := x.similar(nil, set); err != nil {
		return nil, err
	}
	x.m.create(r, x.writer(set), trace.Create)
	x.subject = r
	x.recordClient(r.id)
	return r, nil
}

func (x *exchange) change(r *record, set []assign) *apiError {
	if x.m.version != nil {
		if err := x.m.conflict(r, set); err != nil {
			return err
		}
	}
	if err := x.m.breaks(r, set, x.user()); err != nil {
		return err
	}
	if err := x.similar(r, set); err != nil {
		return err
	}
	x.m.update(r, x.writer(set))
	x.subject = r
	x.recordClient(r.id)
	return nil
}

// byExternal answers sobjects/Contact/{field}/{value}: 300 with the choices where
// several match (S).
func (x *exchange) byExternal(field, value string) (int, []byte, *apiError) {
	c := x.m.schema.find(field)
	if c == nil || !c.externalID && c.system != sysID {
		return 0, nil, errNotExternal(field)
	}
	if c.system == sysID {
		return x.row(value)
	}
	matches := x.m.store.live(value)
	if len(matches) > 1 {
		return http.StatusMultipleChoices, x.choices(matches), nil
	}
	switch x.r.Method {
	case http.MethodGet:
		if !x.may("read") {
			return 0, nil, errAccess()
		}
		if len(matches) == 0 {
			return 0, nil, errNotFound()
		}
		return x.get(matches[0])
	case http.MethodPatch:
		return x.upsert(c, value, matches)
	case http.MethodDelete:
		if len(matches) == 0 {
			return 0, nil, errNotFound()
		}
		return x.row(matches[0].id)
	}
	return 0, nil, errMethod(x.r.Method)
}

func (x *exchange) choices(matches []*record) []byte {
	b := []byte{'['}
	for i, r := range matches {
		if i > 0 {
			b = append(b, ',')
		}
		b = mocks.AppendString(b, x.prefix()+"/sobjects/"+x.m.object.name+"/"+r.id)
	}
	return append(b, ']')
}

// upsert is a PATCH by external id: 201 for a new record, 200 for a known one
// (S). With updateOnly it makes none (M).
func (x *exchange) upsert(c *column, value string, matches []*record) (int, []byte, *apiError) {
	set, err := x.parse(c)
	if err != nil {
		return 0, nil, err
	}
	if len(matches) == 1 {
		if !x.may("update") {
			return 0, nil, errAccess()
		}
		if err := x.change(matches[0], set); err != nil {
			return 0, nil, err
		}
		if x.version < upsertBodySince {
			return http.StatusNoContent, nil, nil
		}
		return http.StatusOK, x.saved(matches[0].id, true, false), nil
	}
	if x.r.Query.Get("updateOnly") == "true" {
		return 0, nil, errNotFound()
	}
	if !x.may("create") {
		return 0, nil, errAccess()
	}
	text, err := c.check(value)
	if err != nil {
		return 0, nil, err
	}
	r, err := x.make(append(set, assign{c, text}))
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, x.saved(r.id, x.version >= upsertBodySince, true), nil
}

// parse reads the body of a write: the fields it names, checked. key is the
// external id column of the path, which the body must not name again (M).
func (x *exchange) parse(key *column) ([]assign, *apiError) {
	members, bad := x.members()
	if bad != nil {
		return nil, bad
	}
	set := make([]assign, 0, len(members)+1)
	for i := range members {
		a, err := x.field(&members[i], key)
		if err != nil {
			return nil, err
		}
		if a.column != nil {
			set = append(set, a)
		}
	}
	return set, nil
}

// members are the fields that the request names.
func (x *exchange) members() ([]mocks.Member, *apiError) {
	if x.op != nil {
		x.m.members = x.named(x.m.members[:0])
		return x.m.members, nil
	}
	content := x.r.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(content); err != nil || media != "application/json" {
		return nil, refuse("UNSUPPORTED_MEDIA_TYPE", "Content-Type header specified in HTTP request is not supported: "+content).
			withStatus(http.StatusUnsupportedMediaType)
	}
	members, err := mocks.Members(x.m.members[:0], x.r.Body)
	x.m.members = members
	if err != nil {
		return nil, parserError(err)
	}
	return members, nil
}

func parserError(err error) *apiError {
	offset := 0
	var at *mocks.JSONError
	if errors.As(err, &at) {
		offset = at.Offset
	}
	return refuse("JSON_PARSER_ERROR", err.Error()+" at [line:1, column:"+strconv.Itoa(offset+1)+"]")
}

// field reads one member of a write; attributes, which clients send back as
// they got them (R), are no field.
func (x *exchange) field(member *mocks.Member, key *column) (assign, *apiError) {
	if member.Key == "attributes" && member.Kind == mocks.JSONObject {
		return assign{}, nil
	}
	c := x.m.schema.find(member.Key)
	switch {
	case c == nil:
		return assign{}, x.m.object.errNoColumn(member.Key)
	case c.system == sysID:
		return assign{}, refuse("INVALID_FIELD", "The Id field should not be specified in the sobject data.", "Id")
	case c == key:
		return assign{}, refuse("INVALID_FIELD", "The "+c.name+" field should not be specified in the sobject data.", c.name)
	case c.readOnly:
		return assign{}, errReadOnly(c.name)
	}
	text, err := c.decode(member)
	return assign{c, text}, err
}
