package salesforce

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// maxPage is how many rows a query answers with at most.
const maxPage = 2000

// position is a place in the order of (SystemModstamp, Id). With an id the
// feed goes on behind that row; without, it begins with the stamp, itself
// included, since other rows may have got the same one.
type position struct {
	stamp string // as wire.Stamp, "" for the beginning
	id    string
}

const cursorMark = "s1"

func (p position) cursor() adapter.Cursor {
	return adapter.Cursor(cursorMark + "|" + p.stamp + "|" + p.id)
}

func parseCursor(c adapter.Cursor) (position, error) {
	if c == "" {
		return position{}, nil
	}
	parts := strings.Split(string(c), "|")
	if len(parts) != 3 || parts[0] != cursorMark || (parts[1] != "" && wire.Instant(parts[1]).IsZero()) {
		return position{}, &adapter.Error{Kind: adapter.Malformed, Message: "not a cursor of the Salesforce feed"}
	}
	return position{stamp: parts[1], id: parts[2]}, nil
}

// Rewind implements adapter.Rewinder.
func (a *Records) Rewind(c adapter.Cursor, by time.Duration) adapter.Cursor {
	p, err := parseCursor(c)
	if err != nil || p.stamp == "" {
		return c
	}
	return position{stamp: wire.Stamp(wire.Instant(p.stamp).Add(-by))}.cursor()
}

// Changes implements adapter.Feed. The limit is lowered to 2,000. A stamp has
// whole seconds; where the mapping has a version field, the version is part
// of Change.Stamp, so that two edits within a second differ wherever the
// trigger counts them.
func (a *Records) Changes(ctx context.Context, after adapter.Cursor, limit int) (adapter.Page, error) {
	p, err := parseCursor(after)
	if err != nil {
		return adapter.Page{}, err
	}
	limit = min(max(limit, 1), maxPage)
	call := a.query("queryAll", a.feedQuery(p, limit))
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Page{}, err
	}
	page := adapter.Page{More: false}
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "done":
			page.More = page.More || !r.Bool()
		case "records":
			for ok := r.Elements(); ok; ok = r.Element() {
				page.Changed = append(page.Changed, a.readChange(r, &p))
			}
		default:
			r.Skip()
		}
	}
	if err := r.End(); err != nil {
		return adapter.Page{}, wire.Misread(call, res, err)
	}
	page.More = len(page.Changed) > 0 && (page.More || len(page.Changed) >= limit)
	if !page.More {
		p.id = ""
	}
	page.Next = p.cursor()
	return page, nil
}

func (a *Records) feedQuery(p position, limit int) string {
	columns := "Id, IsDeleted, SystemModstamp, LastModifiedById"
	if version := a.columns.Load().version; version != "" {
		columns += ", " + version
	}
	where := ""
	switch {
	case p.stamp != "" && p.id != "":
		where = fmt.Sprintf(" WHERE SystemModstamp > %s OR (SystemModstamp = %s AND Id > %s)", p.stamp, p.stamp, quote(p.id))
	case p.stamp != "":
		where = " WHERE SystemModstamp >= " + p.stamp
	}
	return fmt.Sprintf("SELECT %s FROM %s%s ORDER BY SystemModstamp, Id LIMIT %d", columns, a.object, where, limit)
}

// readChange reads one row and moves the position to it.
func (a *Records) readChange(r *jsonread.Reader, p *position) adapter.Change {
	var c adapter.Change
	version := a.columns.Load().version
	count := ""
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "Id":
			c.ID = r.Str()
		case "IsDeleted":
			c.Deleted = r.Bool()
		case "SystemModstamp":
			c.Stamp = wire.Stamp(wire.Instant(r.Str()))
		case "LastModifiedById":
			c.By = r.Str()
		case version:
			count = wire.Native(r).Text
		default:
			r.Skip()
		}
	}
	if r.Err() == nil && (c.ID == "" || c.Stamp == "") {
		r.Refuse("a change without an Id or SystemModstamp")
	}
	p.stamp, p.id = c.Stamp, c.ID
	c.Own = sameID(c.By, a.me())
	if count != "" {
		c.Stamp += "/" + count
	}
	if c.Deleted {
		c.Stamp += "/deleted"
	}
	return c
}
