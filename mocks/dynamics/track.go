package dynamics

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// trackLife is how long the organisation keeps changes (S: the default).
const trackLife = 7 * 24 * time.Hour

// place is a position in the feed of changes. A round lists what changed
// behind a row version, up to the one at which the round began: first what is
// there, by row version, then what was deleted (S).
type place struct {
	initial  bool // everything that is there, and nothing of what was deleted (S)
	from, to uint64
	// inside a round: behind which row version it goes on, and where.
	inside  bool
	deletes bool
	last    uint64
	at      time.Time // when the token was given out, to the second
}

const (
	skipMark = "delta!"
	atForm   = "01/02/2006 15:04:05" // as the vendor's example has it (S)
)

// token is the place as a delta token, or inside a round as a skip token.
func (p place) token() string {
	at := p.at.UTC().Format(atForm)
	if !p.inside {
		return strconv.FormatUint(p.from, 10) + "!" + at
	}
	phase := "u"
	if p.deletes {
		phase = "d"
	}
	if p.initial {
		phase = "i"
	}
	return skipMark + strconv.FormatUint(p.from, 10) + "!" + strconv.FormatUint(p.to, 10) + "!" + phase + "!" +
		strconv.FormatUint(p.last, 10) + "!" + at
}

func errToken() *apiError { return badQuery("The delta or skip token is not valid.") }

func parseDelta(text string) (p place, bad *apiError) {
	version, at, ok := strings.Cut(text, "!")
	n, err := strconv.ParseUint(version, 10, 62)
	then, badTime := time.Parse(atForm, at)
	if !ok || err != nil || badTime != nil {
		return p, errToken()
	}
	return place{from: n, at: then}, nil
}

func parseSkip(text string) (p place, bad *apiError) {
	parts := strings.Split(strings.TrimPrefix(text, skipMark), "!")
	if len(parts) != 5 || !slices.Contains([]string{"u", "d", "i"}, parts[2]) {
		return p, errToken()
	}
	p = place{inside: true, deletes: parts[2] == "d", initial: parts[2] == "i"}
	var errs [4]error
	p.from, errs[0] = strconv.ParseUint(parts[0], 10, 62)
	p.to, errs[1] = strconv.ParseUint(parts[1], 10, 62)
	p.last, errs[2] = strconv.ParseUint(parts[3], 10, 62)
	p.at, errs[3] = time.Parse(atForm, parts[4])
	for _, err := range errs {
		if err != nil {
			return p, errToken()
		}
	}
	return p, nil
}

// tracked answers GET contacts with odata.track-changes, a delta or a skip
// token.
func (x *exchange) tracked() (reply, *apiError) {
	for _, name := range []string{"$filter", "$orderby", "$expand", "$top"} {
		if x.r.Query.Has(name) { // (S: with these words)
			return reply{}, badQuery(`The "` + name + `" query parameter isn't supported when Change Tracking is enabled.`)
		}
	}
	o, bad := x.options("$select", "$deltatoken", "$skiptoken")
	switch {
	case bad != nil:
		return reply{}, bad
	case !x.may("read"):
		return reply{}, x.errPrivilege("Read")
	}
	p, bad := x.from(x.r.Query)
	if bad != nil {
		return reply{}, bad
	}
	delta := !p.initial
	page, next := x.changed(p, x.pageSize())
	b := append(make([]byte, 0, 256+256*len(page)), `{"@odata.context":`...)
	context := x.base() + "$metadata#" + x.m.object.set
	if delta {
		context += "/$delta"
	}
	b = append(mocks.AppendString(b, context), `,"value":[`...)
	for i, c := range page {
		if i > 0 {
			b = append(b, ',')
		}
		b = x.appendTracked(b, c, o)
	}
	name := `],"@odata.deltaLink":`
	if next.inside {
		name = `],"@odata.nextLink":`
	}
	b = mocks.AppendString(append(b, name...), x.base()+next.tail(x.m.object.set, x.r.Query.Get("$select")))
	out := reply{status: http.StatusOK, body: append(b, '}')}
	if x.prefer.track {
		out.applied = "odata.track-changes"
	}
	return out, nil
}

// from is where a request goes on.
func (x *exchange) from(query url.Values) (p place, bad *apiError) {
	switch {
	case query.Has("$skiptoken"):
		p, bad = parseSkip(query.Get("$skiptoken"))
	case query.Has("$deltatoken"):
		p, bad = parseDelta(query.Get("$deltatoken"))
	default:
		return place{initial: true, to: x.m.visible()}, nil
	}
	switch {
	case bad != nil:
		return p, bad
	case !p.initial && x.now.Truncate(time.Second).Sub(p.at) > trackLife:
		return p, errExpired()
	case !p.inside:
		p.to = x.m.visible()
	}
	return p, nil
}

// visible is the last row version that an open gap does not hide.
func (m *Mock) visible() uint64 {
	to := m.store.version
	if m.gapOpen {
		m.store.after(0, func(c *record) bool {
			hidden := c.gap == m.gap
			if hidden {
				to = c.version - 1
			}
			return !hidden
		})
	}
	return to
}

// changed is one page of the feed, whose disclosure it journals, and the place
// behind it.
func (x *exchange) changed(p place, size int) (page []*record, next place) {
	page, next = x.m.behind(p, size, x.now)
	ids := make([]string, len(page))
	for i, c := range page {
		ids[i] = c.id
	}
	x.m.journal.Feed(x.r.Call, x.arrive, x.actor, ids)
	return page, next
}

func (m *Mock) behind(p place, size int, now time.Time) (page []*record, next place) {
	next = p
	next.inside, next.at = true, now
	if !p.inside {
		next.last = p.from
	}
	for {
		full := false
		m.store.after(next.last, func(c *record) bool {
			if c.version > p.to || c.deleted != next.deletes {
				return c.version <= p.to
			}
			if full = len(page) == size; !full {
				page, next.last = append(page, c), c.version
			}
			return !full
		})
		if full {
			return page, next
		}
		if next.deletes || p.initial {
			return page, place{from: p.to, at: now}
		}
		next.deletes, next.last = true, p.from
	}
}

// tail is what stands behind the root in the link to a place.
func (p place) tail(set, selected string) string {
	t := set + "?"
	if selected != "" {
		t += "$select=" + strings.ReplaceAll(url.QueryEscape(selected), "%2C", ",") + "&"
	}
	if p.inside {
		return t + "$skiptoken=" + url.QueryEscape(p.token())
	}
	return t + "$deltatoken=" + url.QueryEscape(p.token())
}

func (x *exchange) appendTracked(b []byte, c *record, o *options) []byte {
	if !c.deleted {
		if len(o.columns) > 1 || !o.has(sysID) {
			x.disclose(c)
		}
		return x.m.appendRecord(b, c, o)
	}
	b = append(b, `{"@odata.context":`...)
	b = mocks.AppendString(b, x.base()+"$metadata#"+x.m.object.set+"/$deletedEntity")
	b = append(b, `,"id":`...)
	b = mocks.AppendString(b, c.id)
	return append(b, `,"reason":"deleted"}`...)
}
