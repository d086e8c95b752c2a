package genesys

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// position is a place in the feed, which is a sweep over all records that
// reports those which changed since a watermark. Instants are Unix
// milliseconds, 0 for the beginning.
//
// A record may be edited after the running sweep has passed it, with a stamp
// that is earlier than others which the sweep still meets. So a sweep reports
// from the watermark that was known before the sweep before it began.
type position struct {
	from   int64  // changes from here on are reported, itself included
	before int64  // the largest stamp known when this sweep began
	seen   int64  // the largest stamp known now
	scan   string // the cursor within the sweep, "" at its beginning
}

const positionMark = "g1"

func (p position) text() string {
	b := append(make([]byte, 0, 96), positionMark...)
	for _, n := range [...]int64{p.from, p.before, p.seen} {
		b = strconv.AppendInt(append(b, '|'), n, 10)
	}
	return string(append(append(b, '|'), p.scan...))
}

func parsePosition(cursor string) (p position, ok bool) {
	if cursor == "" {
		return p, true
	}
	parts := strings.SplitN(cursor, "|", 5)
	if len(parts) != 5 || parts[0] != positionMark {
		return p, false
	}
	for i, to := range []*int64{&p.from, &p.before, &p.seen} {
		var err error
		if *to, err = strconv.ParseInt(parts[i+1], 10, 64); err != nil {
			return position{}, false
		}
	}
	p.scan = parts[4]
	return p, true
}

// restarted is the position at the beginning of its sweep.
func (p position) restarted() position {
	p.scan = ""
	return p
}

// Rewind moves the watermark back by the given time, so that commits under a
// stamp that it has passed are reported.
func (m *Mock) Rewind(cursor string, by time.Duration) string {
	p, ok := parsePosition(cursor)
	if !ok || cursor == "" {
		return cursor
	}
	p.from = max(p.from-by.Milliseconds(), 0)
	return p.text()
}

// changes is one page of the sweep, in order of time.
func (x *exchange) changes() (mocks.Outcome, *refusal) {
	at, bad := x.cursor(x.from.scan)
	if bad != nil {
		return mocks.Outcome{}, bad
	}
	page, next := x.sweep(at, min(max(x.op.Limit, scanLimitMin), scanLimitMax))
	x.discloseAll(page)
	slices.SortFunc(page, func(a, b *record) int {
		return cmp.Or(cmp.Compare(a.modified.UnixMilli(), b.modified.UnixMilli()), cmp.Compare(a.id, b.id))
	})
	var out mocks.Outcome
	p := x.from
	for _, c := range page {
		milli := c.modified.UnixMilli()
		p.seen = max(p.seen, milli)
		if milli >= p.from {
			out.Changed = append(out.Changed, mocks.Moved{ID: c.id, Stamp: stampText(c.modified)})
		}
	}
	if p.scan == "" { // all of the first page was stamped before the rest is read
		p.before = p.seen
	}
	if out.More = next != "" && next != p.scan && len(page) > 0; out.More {
		p.scan = next
	} else {
		p = position{from: p.before, before: p.seen, seen: p.seen}
	}
	out.Next = p.text()
	return out, nil
}

func stampText(t time.Time) string {
	var b [26]byte
	quoted := appendInstant(b[:0], t)
	return string(quoted[1 : len(quoted)-1])
}
