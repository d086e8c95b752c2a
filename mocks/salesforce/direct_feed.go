package salesforce

import (
	"net/http"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// Rewind moves the cursor back by the given time, so that commits under a
// stamp that the feed has passed are seen.
func (m *Mock) Rewind(cursor string, by time.Duration) string {
	p, ok := parsePosition(cursor)
	if !ok || p.unset {
		return cursor
	}
	return position{nano: p.nano - int64(by)}.text()
}

// changes is a page of the feed: the query of all rows behind a position in
// the order of (SystemModstamp, Id).
func (x *exchange) changes() (mocks.Outcome, *apiError) {
	p := x.from
	if !x.may("read") {
		return mocks.Outcome{}, errAccess()
	}
	var version *column
	for _, name := range x.op.Ask {
		if name != x.m.config.VersionField {
			continue
		}
		if version = x.m.schema.find(name); version == nil {
			return mocks.Outcome{}, x.m.object.errNoColumn(name)
		}
	}
	limit := min(max(x.op.Limit, 1), batchMax)
	rows, more := x.firstBatch(x.m.behind(p, limit))
	x.discloseRows(rows, true)
	out := mocks.Outcome{Status: http.StatusOK, Changed: make([]mocks.Moved, len(rows))}
	for i, r := range rows {
		out.Changed[i] = x.m.change(r, version)
		p = position{nano: r.modstamp * 1e9, id: r.id}
	}
	out.More = len(rows) > 0 && (more || len(rows) >= limit)
	if !out.More {
		p.id = ""
	}
	out.Next = p.text()
	return out, nil
}

// behind are the first rows behind a position, deleted ones too.
func (m *Mock) behind(p position, limit int) (rows []*record) {
	floor := floorDiv(p.nano, 1e9)
	if p.unset {
		floor = -1 << 63
	}
	m.store.modified.from(floor, func(r *record) bool {
		at := r.modstamp * 1e9
		seen := !p.unset && (at < p.nano || p.id != "" && at == p.nano && r.id <= p.id)
		if !seen && !m.hiddenByGap(r) {
			rows = append(rows, r)
		}
		return len(rows) < limit
	})
	return rows
}

func (m *Mock) change(r *record, version *column) mocks.Moved {
	c := mocks.Moved{ID: r.id, Deleted: r.deleted, Stamp: stampText(r.modstamp * 1e9), By: r.modifiedBy, Own: r.modifiedBy == m.self}
	if version != nil {
		if _, count := version.shown(r.text(m, version)); count != "" {
			c.Stamp += "/" + count
		}
	}
	if c.Deleted {
		c.Stamp += "/deleted"
	}
	return c
}

const stampForm = "2006-01-02T15:04:05.000Z"

// position is a place in the feed. With an id the feed goes on behind that
// row; without, it begins with the stamp, itself included, since other rows may
// have got the same one. Its text is s1|stamp|id, with an empty stamp for the
// beginning.
type position struct {
	unset bool // at the beginning
	nano  int64
	id    string
}

const positionMark = "s1"

func (p position) text() string {
	if p.unset {
		return positionMark + "||"
	}
	return positionMark + "|" + stampText(p.nano) + "|" + p.id
}

func parsePosition(cursor string) (p position, ok bool) {
	if cursor == "" {
		return position{unset: true}, true
	}
	parts := strings.Split(cursor, "|")
	if len(parts) != 3 || parts[0] != positionMark {
		return p, false
	}
	if parts[1] == "" {
		return position{unset: true}, true
	}
	at, err := time.Parse(time.RFC3339, parts[1])
	return position{nano: at.UnixNano(), id: parts[2]}, err == nil
}

func stampText(nano int64) string { return time.Unix(0, nano).UTC().Format(stampForm) }
