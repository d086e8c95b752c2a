package restcrm

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

const (
	listDefault, listMax       = 50, 200
	changesDefault, changesMax = 200, 1000
)

// parameters refuses query parameters that the resource does not have.
func (x *exchange) parameters(known ...string) *problem {
	unknown := ""
	//syncproof:unordered the smallest unknown name wins in every order
	for name, values := range x.r.Query {
		ok := len(values) == 1 && slices.Contains(known, name)
		if !ok && (unknown == "" || name < unknown) {
			unknown = name
		}
	}
	if unknown != "" {
		return &problem{status: 400, code: "invalid_parameter", detail: "unknown or repeated parameter " + unknown, field: unknown}
	}
	return nil
}

// limitParameter reads ?limit=.
func (x *exchange) limitParameter(fallback, most int) (int, *problem) {
	limit := fallback
	if text := x.r.Query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return 0, &problem{status: 400, code: "invalid_parameter", detail: "limit must be from 1 to " + strconv.Itoa(most), field: "limit"}
		}
		limit = n
	}
	if size := x.m.config.PageSize; size > 0 {
		limit = min(limit, size)
	}
	return limit, nil
}

// objectParameter refuses an ?object= of the feed that the tenant does not
// have; without one the feed is that of contacts.
func (x *exchange) objectParameter() *problem {
	if name := x.r.Query.Get("object"); x.r.Query.Has("object") && name != x.m.object.name {
		return &problem{status: 400, code: "invalid_parameter", detail: "object must be one that the tenant has", field: "object"}
	}
	return nil
}

// cursorText is an opaque position: kind and number, so that a cursor of one
// resource is refused by another.
func cursorText(kind string, n uint64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(kind + ":" + strconv.FormatUint(n, 10)))
}

func (x *exchange) cursorParameter(name, kind string) (uint64, *problem) {
	return place(x.r.Query.Get(name), name, kind)
}

// place reads a cursor; name is the parameter that carries it.
func place(text, name, kind string) (uint64, *problem) {
	if text == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		if digits, ok := strings.CutPrefix(string(raw), kind+":"); ok {
			if n, err := strconv.ParseUint(digits, 10, 62); err == nil {
				return n, nil
			}
		}
	}
	return 0, &problem{status: 400, code: "invalid_cursor", detail: name + " is no cursor of this resource", field: name}
}

// list answers GET /v1/contacts: live contacts in the order of their creation.
func (x *exchange) list() (reply, *problem) {
	if !x.may("read") {
		return reply{}, x.m.object.errVerb("read")
	}
	if bad := x.parameters("external_id", "cursor", "limit"); bad != nil {
		return reply{}, bad
	}
	limit, bad := x.limitParameter(listDefault, listMax)
	if bad != nil {
		return reply{}, bad
	}
	from, bad := x.cursorParameter("cursor", x.m.object.plural)
	if bad != nil {
		return reply{}, bad
	}
	var found []*record
	if x.r.Query.Has("external_id") {
		if c := x.m.store.byExternal[x.r.Query.Get("external_id")]; c != nil && uint64(c.ordinal) >= from {
			found = append(found, c)
		}
		return x.listPage(found, ""), nil
	}
	next := ""
	for i := from; i < uint64(len(x.m.store.order)); i++ {
		c := x.m.store.order[i]
		if c.deleted {
			continue
		}
		if len(found) == limit {
			next = cursorText(x.m.object.plural, i)
			break
		}
		found = append(found, c)
	}
	return x.listPage(found, next), nil
}

func (x *exchange) listPage(found []*record, next string) reply {
	b := make([]byte, 0, 64+768*len(found))
	b = append(b, `{"data":[`...)
	for i, c := range found {
		if i > 0 {
			b = append(b, ',')
		}
		x.disclose(c)
		b = x.m.appendRecord(b, c)
	}
	b = append(b, `],"next_cursor":`...)
	if next == "" {
		b = append(b, "null"...)
	} else {
		b = mocks.AppendString(b, next)
	}
	return reply{status: http.StatusOK, body: append(b, '}')}
}

// changes answers GET /v1/changes. next_cursor stands behind the last change
// disclosed, so that what a gap hides comes when the gap is lifted.
func (x *exchange) changes() (reply, *problem) {
	if !x.may("read") {
		return reply{}, x.m.object.errVerb("read")
	}
	if bad := x.parameters("after", "limit", "object"); bad != nil {
		return reply{}, bad
	}
	if bad := x.objectParameter(); bad != nil {
		return reply{}, bad
	}
	limit, bad := x.limitParameter(changesDefault, changesMax)
	if bad != nil {
		return reply{}, bad
	}
	last, bad := x.cursorParameter("after", x.m.object.feed)
	if bad != nil {
		return reply{}, bad
	}
	page, more := x.changed(last, limit)
	b := append(make([]byte, 0, 64+192*len(page)), `{"changes":[`...)
	for i, c := range page {
		if i > 0 {
			b = append(b, ',')
		}
		b = x.m.appendChange(b, c)
		last = c.sequence
	}
	b = append(b, `],"next_cursor":`...)
	b = mocks.AppendString(b, cursorText(x.m.object.feed, last))
	b = append(b, `,"more":`...)
	return reply{status: http.StatusOK, body: append(strconv.AppendBool(b, more), '}')}, nil
}

// changed are the records of one page of the feed, whose disclosure it
// journals; more tells that others follow.
func (x *exchange) changed(last uint64, limit int) (page []*record, more bool) {
	x.m.store.after(last, func(c *record) bool {
		if x.m.gapOpen && c.gap == x.m.gap {
			return true
		}
		if more = len(page) == limit; !more {
			page = append(page, c)
		}
		return !more
	})
	ids := make([]string, len(page))
	for i, c := range page {
		ids[i] = c.id
	}
	x.m.journal.Feed(x.r.Call, x.arrive, x.actor, ids)
	return page, more
}

func (m *Mock) appendChange(b []byte, c *record) []byte {
	b = append(b, `{"sequence":`...)
	b = strconv.AppendUint(b, c.sequence, 10)
	b = append(b, `,"id":`...)
	b = mocks.AppendString(b, c.id)
	b = append(b, `,"deleted":`...)
	b = strconv.AppendBool(b, c.deleted)
	b = append(b, `,"updated_at":`...)
	b = m.appendInstant(b, c.updated)
	b = append(b, `,"updated_by":`...)
	b = mocks.AppendString(b, c.updatedBy)
	b = append(b, `,"sync_version":`...)
	return append(strconv.AppendInt(b, c.number(m.version), 10), '}')
}

// schema answers GET /v1/schema/contact.
func (x *exchange) schema() (reply, *problem) {
	s := x.m.schema
	b := append([]byte(`{"object":"`), x.m.object.name...)
	b = strconv.AppendInt(append(b, `","revision":"`...), int64(s.revision), 10)
	b = strconv.AppendBool(append(b, `","extensible":`...), x.may(verbAdminister))
	b = append(b, `,"fields":[`...)
	first := true
	for _, p := range s.properties {
		if !p.visible() {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = p.appendDescription(b)
	}
	return reply{status: http.StatusOK, body: append(b, "]}"...)}, nil
}

func (p *property) appendDescription(b []byte) []byte {
	b = mocks.AppendString(append(b, `{"name":`...), p.name)
	b = append(append(b, `,"type":"`...), p.kind.String()...)
	b = append(b, `","max_length":`...)
	if p.length > 0 {
		b = strconv.AppendInt(b, int64(p.length), 10)
	} else {
		b = append(b, "null"...)
	}
	b = strconv.AppendBool(append(b, `,"required":`...), p.required)
	b = strconv.AppendBool(append(b, `,"writable":`...), !p.readOnly)
	b = append(b, `,"pattern":`...)
	if p.pattern != nil {
		b = mocks.AppendString(b, p.pattern.String())
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"values":`...)
	if len(p.values) == 0 {
		return append(b, "null}"...)
	}
	for i, v := range p.values {
		b = mocks.AppendString(append(b, "[,"[min(i, 1)]), v)
	}
	return append(b, "]}"...)
}
