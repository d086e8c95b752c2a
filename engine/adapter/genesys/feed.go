package genesys

import (
	"context"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// The bounds that scan/contacts sets to limit.
const scanMin, scanMax = 10, 200

// position is a place in the feed. Instants are Unix milliseconds, 0 for the
// beginning.
//
// A contact may be edited after the running sweep has passed it, with a stamp
// that is earlier than others which the sweep still meets. So the largest
// stamp that a sweep saw is no safe watermark. What was seen before a sweep
// began is: whatever changes behind its back changes later than that. A sweep
// therefore reports from the watermark that was known before the sweep before
// it began.
type position struct {
	from   int64  // changes from here on are reported, itself included
	before int64  // the largest stamp known when this sweep began
	seen   int64  // the largest stamp known now
	scan   string // the server's cursor within the sweep, "" at its beginning
}

const cursorMark = "g1"

func (p position) cursor() adapter.Cursor {
	return adapter.Cursor(strings.Join([]string{
		cursorMark, strconv.FormatInt(p.from, 10), strconv.FormatInt(p.before, 10), strconv.FormatInt(p.seen, 10), p.scan,
	}, "|"))
}

func parseCursor(c adapter.Cursor) (p position, err error) {
	if c == "" {
		return p, nil
	}
	parts := strings.SplitN(string(c), "|", 5)
	if len(parts) == 5 && parts[0] == cursorMark {
		ok := true
		for i, to := range []*int64{&p.from, &p.before, &p.seen} {
			*to, err = strconv.ParseInt(parts[i+1], 10, 64)
			ok = ok && err == nil
		}
		if p.scan = parts[4]; ok {
			return p, nil
		}
	}
	return position{}, &adapter.Error{Kind: adapter.Malformed, Message: "not a cursor of the Genesys feed"}
}

// Rewind implements adapter.Rewinder.
func (a *Records) Rewind(c adapter.Cursor, by time.Duration) adapter.Cursor {
	p, err := parseCursor(c)
	if err != nil || c == "" {
		return c
	}
	p.from = max(p.from-by.Milliseconds(), 0)
	return p.cursor()
}

// Changes implements adapter.Feed by one page of a sweep over all contacts,
// of which it reports those that changed since the watermark. A page is in
// order of time, the sweep as a whole is not. The limit is raised to 10, the
// least that Genesys accepts. A sweep whose server-side cursor has expired is
// begun anew at the next call.
func (a *Records) Changes(ctx context.Context, after adapter.Cursor, limit int) (adapter.Page, error) {
	p, err := parseCursor(after)
	if err != nil {
		return adapter.Page{}, err
	}
	path := a.object.scan() + "?limit=" + strconv.Itoa(min(max(limit, scanMin), scanMax))
	if p.scan != "" {
		path += "&cursor=" + url.QueryEscape(p.scan)
	}
	call := &wire.Call{Method: http.MethodGet, Path: path}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		switch adapter.As(err).Kind {
		case adapter.Invalid, adapter.NotFound, adapter.Conflict:
			if p.scan != "" {
				p.scan = ""
				return adapter.Page{Next: p.cursor()}, nil
			}
		}
		return adapter.Page{}, err
	}
	entries, next, err := readScan(res.Reader())
	if err != nil {
		return adapter.Page{}, wire.Misread(call, res, err)
	}
	return p.turn(entries, next), nil
}

// turn makes a page of the entries and moves the position past them.
func (p position) turn(entries []entry, next string) adapter.Page {
	page := adapter.Page{}
	sort.Slice(entries, func(i, j int) bool {
		if entries[i].at != entries[j].at {
			return entries[i].at < entries[j].at
		}
		return entries[i].id < entries[j].id
	})
	for _, e := range entries {
		p.seen = max(p.seen, e.at)
		if e.at == 0 || e.at >= p.from {
			page.Changed = append(page.Changed, adapter.Change{ID: e.id, Stamp: wire.Stamp(e.when)})
		}
	}
	if p.scan == "" { // all of the first page was stamped before the rest is read
		p.before = p.seen
	}
	if page.More = next != "" && next != p.scan && len(entries) > 0; page.More {
		p.scan = next
	} else {
		p = position{from: p.before, before: p.seen, seen: p.seen}
	}
	page.Next = p.cursor()
	return page
}

type entry struct {
	id   string
	at   int64 // Unix milliseconds, 0 if unknown
	when time.Time
}

// readScan reads a CursorContactListing.
func readScan(r *jsonread.Reader) (entries []entry, next string, err error) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "entities":
			for ok := r.Elements(); ok; ok = r.Element() {
				entries = append(entries, readEntry(r))
			}
		case "cursors":
			for key, ok := r.Members(); ok; key, ok = r.Member() {
				if string(key) == "after" {
					next = r.Str()
				} else {
					r.Skip()
				}
			}
		default:
			r.Skip()
		}
	}
	return entries, next, r.End()
}

func readEntry(r *jsonread.Reader) (e entry) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "id":
			e.id = r.Str()
		case "modifyDate":
			if t := wire.Instant(r.Str()); !t.IsZero() {
				e.at, e.when = t.UnixMilli(), t
			}
		default:
			r.Skip()
		}
	}
	if e.id == "" {
		r.Refuse("a record without an id")
	}
	return e
}
