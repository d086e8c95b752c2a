package dynamics

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// list answers GET contacts.
func (x *exchange) list() (reply, *apiError) {
	token := x.r.Query.Get("$skiptoken")
	if x.prefer.track || x.r.Query.Has("$deltatoken") || strings.HasPrefix(token, skipMark) {
		return x.tracked()
	}
	o, bad := x.options("$select", "$expand", "$filter", "$orderby", "$top", "$count", "$skiptoken")
	switch {
	case bad != nil:
		return reply{}, bad
	case !x.may("read"):
		return reply{}, x.errPrivilege("Read")
	}
	page := 1
	if token != "" {
		if page, bad = pageNumber(token); bad != nil {
			return reply{}, bad
		}
	}
	rows := x.m.matching(o)
	total := len(rows)
	size := x.pageSize()
	if o.top >= 0 && x.prefer.pageSize == 0 { // $top is ignored where pages are asked for (S)
		rows = rows[:min(len(rows), o.top)]
	}
	rows = rows[min(len(rows), (page-1)*size):]
	next := ""
	if len(rows) > size {
		rows, next = rows[:size], x.link(page+1)
	}
	return x.page(rows, o, total, next), nil
}

const pageMark = "page!"

// pageNumber reads the paging cookie. The vendor's is XML that nobody should
// read; this one is shorter.
func pageNumber(token string) (int, *apiError) {
	text, ok := strings.CutPrefix(token, pageMark)
	n, err := strconv.Atoi(text)
	if !ok || err != nil || n < 1 || n > 1<<20 {
		return 0, badQuery("Malformed paging cookie in $skiptoken.")
	}
	return n, nil
}

// link is the request's own address with another page in it.
func (x *exchange) link(page int) string {
	var parts []string
	for _, name := range []string{"$select", "$expand", "$filter", "$orderby", "$count"} {
		if x.r.Query.Has(name) {
			parts = append(parts, name+"="+url.QueryEscape(x.r.Query.Get(name)))
		}
	}
	parts = append(parts, "$skiptoken="+url.QueryEscape(pageMark+strconv.Itoa(page)))
	return x.base() + x.m.object.set + "?" + strings.Join(parts, "&")
}

// matching are the live records that a query finds, in its order, else in
// that of their creation.
func (m *Mock) matching(o *options) []*record {
	var rows []*record
	for _, c := range m.candidates(o.filter) {
		if !c.deleted && (o.filter == nil || m.holds(o.filter, c)) {
			rows = append(rows, c)
		}
	}
	if len(o.order) > 0 {
		slices.SortStableFunc(rows, func(a, b *record) int { return m.compareBy(o.order, a, b) })
	}
	return rows
}

// candidates are records among which all are that an expression finds, in the
// order of their creation. A comparison with the alternate key goes by its
// index, which is there once somebody has asked.
func (m *Mock) candidates(n *node) []*record {
	if n == nil || n.op != "eq" || n.null || m.external == nil || n.column == nil || n.column.slot != m.external.slot {
		return m.store.order
	}
	if m.store.folded == nil {
		m.store.folded = map[string][]*record{}
		for _, c := range m.store.order {
			m.fold(c)
		}
	}
	found := slices.Clone(m.store.folded[strings.ToLower(n.text)])
	slices.SortFunc(found, func(a, b *record) int { return cmp.Compare(a.ordinal, b.ordinal) })
	return found
}

// fold takes a record into the index of the alternate key, without regard to
// case, as comparisons are.
func (m *Mock) fold(c *record) {
	key := strings.ToLower(m.keyOf(c))
	if m.store.folded != nil && !slices.Contains(m.store.folded[key], c) {
		m.store.folded[key] = append(m.store.folded[key], c)
	}
}

// unfold takes it out, before its key changes.
func (m *Mock) unfold(c *record) {
	key := strings.ToLower(m.keyOf(c))
	if at := slices.Index(m.store.folded[key], c); at >= 0 {
		m.store.folded[key] = slices.Delete(m.store.folded[key], at, at+1)
	}
}

func (x *exchange) page(rows []*record, o *options, total int, next string) reply {
	b := append(make([]byte, 0, 128+512*len(rows)), `{"@odata.context":`...)
	b = mocks.AppendString(b, x.base()+"$metadata#"+x.m.object.set)
	if o.count {
		b = strconv.AppendInt(append(b, `,"@odata.count":`...), int64(min(total, pageMax)), 10) // at most 5,000 (S)
	}
	b = append(b, `,"value":[`...)
	for i, c := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		x.disclose(c)
		b = x.m.appendRecord(b, c, o)
	}
	b = append(b, ']')
	if next != "" {
		b = mocks.AppendString(append(b, `,"@odata.nextLink":`...), next)
	}
	return reply{status: http.StatusOK, body: append(b, '}')}
}

// count answers contacts/$count, as a number in a text of its own (S).
func (x *exchange) count() (reply, *apiError) {
	o, bad := x.options("$filter")
	switch {
	case bad != nil:
		return reply{}, bad
	case !x.may("read"):
		return reply{}, x.errPrivilege("Read")
	}
	n := min(len(x.m.matching(o)), pageMax)
	return reply{status: http.StatusOK, body: strconv.AppendInt(nil, int64(n), 10), typ: "text/plain"}, nil
}
