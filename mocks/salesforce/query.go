package salesforce

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// cursorsMax is how many query cursors a user has; the oldest is closed (M).
const cursorsMax = 10

// cursor is an open query result.
type cursor struct {
	on      mocks.Object
	locator string
	query   *query
	rows    []*record
	isFeed  bool
}

type cursors []cursor

// query answers query?q= and queryAll?q=, which shows deleted rows too (S).
func (x *exchange) query(all bool) (int, []byte, *apiError) {
	text := x.r.Query.Get("q")
	x.chooseFrom(text)
	if !x.may("read") {
		return 0, nil, errAccess()
	}
	if text == "" {
		return 0, nil, malformed("A query string has to be specified", 0)
	}
	q, err := parseQuery(x.m.schema, text)
	if err != nil {
		return 0, nil, err
	}
	c := cursor{on: x.m.object.is, query: q, isFeed: q.isFeed()}
	c.rows = x.m.run(q, all, c.isFeed)
	if q.count {
		return http.StatusOK, countOnly(len(c.rows)), nil
	}
	if len(c.rows) > x.batch() {
		c.locator = x.m.ids.Salesforce(prefixQuery)
		if len(x.m.cursors) == cursorsMax {
			x.m.cursors = slices.Delete(x.m.cursors, 0, 1)
		}
		x.m.cursors = append(x.m.cursors, c)
	}
	return http.StatusOK, x.page(&c, 0), nil
}

// countOnly answers COUNT(): a size and no rows (S).
func countOnly(n int) []byte {
	return append(strconv.AppendInt([]byte(`{"totalSize":`), int64(n), 10), `,"done":true,"records":[]}`...)
}

// queryMore answers the nextRecordsUrl of a batch (S), query/{locator}-{offset}
// (M: to a client the form means nothing).
func (x *exchange) queryMore(path string) (int, []byte, *apiError) {
	locator, tail, _ := strings.Cut(path, "-")
	offset, bad := strconv.Atoi(tail)
	i := slices.IndexFunc(x.m.cursors, func(c cursor) bool { return c.locator == locator })
	if i < 0 || bad != nil || offset < 0 || offset >= len(x.m.cursors[i].rows) {
		return 0, nil, refuse("INVALID_QUERY_LOCATOR", "invalid query locator")
	}
	c := &x.m.cursors[i]
	x.m = x.m.on(c.on)
	return http.StatusOK, x.page(c, offset), nil
}

// batch is the size of a page: the organisation's, or what the client asks
// for by Sforce-Query-Options, which the vendor takes from 200 upwards (M).
func (x *exchange) batch() int {
	options := x.r.Header.Get("Sforce-Query-Options")
	if size, ok := strings.CutPrefix(options, "batchSize="); ok {
		if n, err := strconv.Atoi(size); err == nil {
			return min(max(n, 200), x.m.pageSize)
		}
	}
	return x.m.pageSize
}

// page renders one batch and journals what it discloses.
func (x *exchange) page(c *cursor, offset int) []byte {
	end := min(offset+x.batch(), len(c.rows))
	rows := c.rows[offset:end]
	b := make([]byte, 0, 256+len(rows)*(128+48*len(c.query.fields)))
	b = append(b, `{"totalSize":`...)
	b = strconv.AppendInt(b, int64(len(c.rows)), 10)
	b = append(b, `,"done":`...)
	b = strconv.AppendBool(b, end == len(c.rows))
	if end < len(c.rows) {
		b = append(b, `,"nextRecordsUrl":"`...)
		b = append(b, x.prefix()...)
		b = append(b, "/query/"...)
		b = append(b, c.locator...)
		b = append(b, '-')
		b = strconv.AppendInt(b, int64(end), 10)
		b = append(b, '"')
	}
	b = append(b, `,"records":[`...)
	prefix := x.prefix()
	for i, r := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = x.m.appendRow(b, r, c.query.fields, prefix)
	}
	x.discloseRows(rows, c.isFeed || !c.query.hasContent())
	return append(b, "]}"...)
}

// isFeed: the query selects or orders rows by the time of their last change,
// and so serves as a change feed.
func (q *query) isFeed() bool {
	byTime := func(s system) bool { return s == sysSystemModstamp || s == sysLastModifiedDate }
	return q.where.mentions(byTime) || len(q.order) > 0 && byTime(q.order[0].column.system)
}

// hasContent: the query selects more than ids and the vendor's own columns.
func (q *query) hasContent() bool {
	return slices.ContainsFunc(q.fields, func(c *column) bool { return c.system == plain })
}

// discloseRows journals a page: one Feed event where it tells only that
// records changed, a Read event for each record where it tells their content.
func (x *exchange) discloseRows(rows []*record, idsOnly bool) {
	if !idsOnly {
		for _, r := range rows {
			x.disclose(r)
		}
		return
	}
	x.m.journal.Feed(x.r.Call, x.arrive, x.actor, recordIDs(rows))
}

func recordIDs(rows []*record) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	return ids
}

// run finds a query's rows. It reads by an index where the WHERE clause allows
// it, and stops at LIMIT where the index gives the rows in order already.
func (m *Mock) run(q *query, all, isFeed bool) []*record {
	var rows []*record
	inOrder := q.byStamp()
	take := func(r *record) bool {
		if (all || !r.deleted) && !(isFeed && m.hiddenByGap(r)) && (q.where == nil || q.where.holds(m, r)) {
			rows = append(rows, r)
		}
		return !(inOrder && q.limit >= 0 && len(rows) >= q.offset+q.limit)
	}
	candidates, narrowed := m.candidates(q.where.required())
	switch floor, ok := q.where.stampFloor(); {
	case q.limit == 0:
		return nil
	case narrowed:
		inOrder = false
		each(candidates, take)
	case ok || inOrder:
		m.store.modified.from(floor, take)
	default:
		each(m.store.order, take)
	}
	if !inOrder && len(q.order) > 0 {
		slices.SortFunc(rows, func(a, b *record) int { return q.compare(m, a, b) })
	}
	rows = rows[min(q.offset, len(rows)):]
	if q.limit >= 0 && len(rows) > q.limit {
		rows = rows[:q.limit]
	}
	return rows
}

func each(rows []*record, f func(*record) bool) {
	for _, r := range rows {
		if !f(r) {
			return
		}
	}
}

// byStamp: the clause asks for the very order of the index by SystemModstamp.
func (q *query) byStamp() bool {
	if len(q.order) == 0 || len(q.order) > 2 || q.order[0].desc || q.order[0].column.system != sysSystemModstamp {
		return false
	}
	return len(q.order) == 1 || q.order[1].column.system == sysID && !q.order[1].desc
}

// stampFloor is the earliest SystemModstamp, in seconds, that a condition
// allows; ok is false if it says nothing of it.
func (c *condition) stampFloor() (seconds int64, ok bool) {
	if c == nil {
		return math.MinInt64, false
	}
	switch c.op {
	case "and":
		seconds = math.MinInt64
		for _, kid := range c.kids {
			if floor, says := kid.stampFloor(); says {
				seconds, ok = max(seconds, floor), true
			}
		}
		return seconds, ok
	case "or":
		seconds = math.MaxInt64
		for _, kid := range c.kids {
			floor, says := kid.stampFloor()
			if !says {
				return math.MinInt64, false
			}
			seconds = min(seconds, floor)
		}
		return seconds, true
	case ">", ">=", "=":
		if c.column.system == sysSystemModstamp && !c.values[0].null {
			// A fraction of a second only narrows further: the comparison
			// itself decides.
			return floorDiv(c.values[0].nano, 1e9), true
		}
	}
	return math.MinInt64, false
}

// floorDiv rounds down, also before 1970.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// candidates are the records that a required comparison by id or external id
// leaves, in order of their ids; narrowed is false if there is none.
func (m *Mock) candidates(required []*condition) (rows []*record, narrowed bool) {
	for _, c := range required {
		if c.op != "=" && c.op != "in" || c.column == nil {
			continue
		}
		byID := c.column.system == sysID
		if !byID && !c.column.externalID || slices.ContainsFunc(c.values, func(v literal) bool { return v.null }) {
			continue
		}
		for _, v := range c.values {
			if byID {
				if r := m.store.byID[v.text]; r != nil {
					rows = append(rows, r)
				}
			} else {
				rows = append(rows, m.store.byExternal[v.text]...)
			}
		}
		sortByID(rows)
		return slices.Compact(rows), true
	}
	return nil, false
}
