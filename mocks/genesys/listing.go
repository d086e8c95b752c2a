package genesys

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of listings (S).
const (
	pageSizeDefault  = 20
	pageSizeMax      = 100
	listedMax        = 1000 // pageSize times pageNumber
	scanLimitMin     = 10
	scanLimitDefault = 100
	scanLimitMax     = 200
	cursorLife       = 24 * time.Hour
)

// number reads an integer of the query.
func (x *exchange) number(name string, standard, least, most int) (int, *refusal) {
	text := x.r.Query.Get(name)
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, invalid(name, ruleLimit, "it has to be a number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
	}
	return n, nil
}

// page is how many records a page holds of those asked for.
func (m *Mock) page(asked int) int {
	if m.cfg.PageSize > 0 {
		return min(asked, m.cfg.PageSize)
	}
	return asked
}

// list is GET contacts: the canonical contacts, in the order of creation or
// by sortOrder, those that q finds.
func (x *exchange) list(string) ([]byte, *refusal) {
	size, bad := x.number("pageSize", pageSizeDefault, 1, pageSizeMax)
	if bad != nil {
		return nil, bad
	}
	page, bad := x.number("pageNumber", 1, 1, listedMax)
	if bad != nil {
		return nil, bad
	}
	size = x.m.page(size)
	if size*page > listedMax {
		return nil, invalid("pageNumber", ruleLimit, "only the first "+strconv.Itoa(listedMax)+" records can be listed")
	}
	found := x.search(strings.ToLower(strings.TrimSpace(x.r.Query.Get("q"))))
	if bad := x.sort(found); bad != nil {
		return nil, bad
	}
	from := min((page-1)*size, len(found))
	shown := found[from:min(from+size, len(found))]
	b := x.appendEntities(make([]byte, 0, bodySize*(1+len(shown))), shown)
	b = strconv.AppendInt(append(b, `,"pageSize":`...), int64(size), 10)
	b = strconv.AppendInt(append(b, `,"pageNumber":`...), int64(page), 10)
	b = strconv.AppendInt(append(b, `,"total":`...), int64(len(found)), 10)
	b = strconv.AppendInt(append(b, `,"pageCount":`...), int64((len(found)+size-1)/size), 10)
	return append(b, '}'), nil
}

// search finds the records of which a name, an email address or a phone
// number contains the words, in lower case. Which attributes the vendor
// searches, and how, is M.
func (x *exchange) search(words string) []*record {
	x.m.liftGap()
	var found []*record
	for _, c := range x.m.store.order {
		if !c.deleted && !c.hidden && c.mergedTo == nil && x.matches(c, words) {
			found = append(found, c)
		}
	}
	return found
}

func (x *exchange) matches(c *record, words string) bool {
	if words == "" {
		return true
	}
	for i := range c.cells {
		v := &c.cells[i]
		switch s := &x.m.base.slots[v.slot]; {
		case s.kind == kindPhone, s.kind == kindEmail, slices.Contains(x.m.object.searched, s.base):
			if strings.Contains(strings.ToLower(v.text), words) {
				return true
			}
		}
	}
	return false
}

// sort orders records by sortOrder, such as lastName:asc. The attributes are
// the vendor's (S).
func (x *exchange) sort(list []*record) *refusal {
	order := x.r.Query.Get("sortOrder")
	if order == "" {
		return nil
	}
	name, direction, _ := strings.Cut(order, ":")
	if sorted := x.m.object.sorted; !slices.Contains(sorted, name) {
		last := len(sorted) - 1
		return invalid("sortOrder", ruleChoice, "it has to name "+strings.Join(sorted[:last], ", ")+" or "+sorted[last])
	}
	sign := 1
	switch strings.ToLower(direction) {
	case "", "asc":
	case "desc":
		sign = -1
	default:
		return invalid("sortOrder", ruleChoice, "its direction has to be asc or desc")
	}
	slot := x.m.base.byBase[name]
	slices.SortStableFunc(list, func(a, b *record) int {
		u, _ := a.get(slot)
		v, _ := b.get(slot)
		return sign * cmp.Compare(strings.ToLower(u.text), strings.ToLower(v.text))
	})
	return nil
}

// appendEntities appends the records of a page and journals each disclosure.
// The object stays open.
func (x *exchange) appendEntities(b []byte, list []*record) []byte {
	b = append(b, `{"entities":[`...)
	for i, c := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = x.m.appendRecord(b, c)
	}
	x.discloseAll(list)
	return append(b, ']')
}

// discloseAll journals that a page of a list or feed shows records.
func (x *exchange) discloseAll(list []*record) {
	if x.lost {
		return
	}
	ids := make([]string, len(list))
	for i, c := range list {
		x.disclose(c)
		ids[i] = c.id
	}
	x.m.rec.Feed(x.r.Call, x.arrive, x.actor, ids)
}

// scan is GET scan/contacts: every contact, merged ones included (M), in the
// order of creation. A cursor is a place in that order, so a record that
// stays is seen once and one created meanwhile is seen at the end.
func (x *exchange) scan(string) ([]byte, *refusal) {
	limit, bad := x.number("limit", scanLimitDefault, scanLimitMin, scanLimitMax)
	if bad != nil {
		return nil, bad
	}
	at, bad := x.cursor(x.r.Query.Get("cursor"))
	if bad != nil {
		return nil, bad
	}
	page, next := x.sweep(at, limit)
	b := x.appendEntities(make([]byte, 0, bodySize*(1+len(page))), page)
	b = append(b, `,"cursors":{`...)
	if next != "" {
		b = append(append(append(b, `"after":"`...), next...), '"')
	}
	return append(b, '}', '}'), nil
}

// sweep is one page of a scan from a place on, and the cursor behind it, ""
// at the end.
func (x *exchange) sweep(at, limit int) (page []*record, next string) {
	limit = x.m.page(limit)
	x.m.liftGap()
	order := x.m.store.order
	page = make([]*record, 0, min(limit, len(order)))
	for ; at < len(order); at++ {
		if order[at].deleted || order[at].hidden {
			continue
		}
		if len(page) == limit {
			break
		}
		page = append(page, order[at])
	}
	if at < len(order) {
		next = cursorText(at, x.now)
	}
	return page, next
}

func cursorText(at int, now time.Time) string {
	plain := strconv.Itoa(at) + "." + strconv.FormatInt(now.UnixMilli(), 10)
	return base64.RawURLEncoding.EncodeToString([]byte(plain))
}

// cursor reads the place a cursor names; each lives 24 h (S).
func (x *exchange) cursor(text string) (int, *refusal) {
	if text == "" {
		return 0, nil
	}
	wrong := invalid("cursor", ruleFormat, "it was not given by this system")
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return 0, wrong
	}
	place, issued, _ := strings.Cut(string(plain), ".")
	at, err := strconv.Atoi(place)
	if err != nil || at < 0 {
		return 0, wrong
	}
	milli, err := strconv.ParseInt(issued, 10, 64)
	if err != nil {
		return 0, wrong
	}
	if x.now.Sub(time.UnixMilli(milli)) > cursorLife {
		return 0, invalid("cursor", ruleFormat, "it has expired")
	}
	return at, nil
}
