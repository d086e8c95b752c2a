package restcrm

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// maxPage is the largest limit that the contract allows.
const maxPage = 1000

// Changes implements adapter.Feed. The limit is lowered to 1,000. A cursor
// that the server no longer takes is an Error of kind Malformed.
func (a *Records) Changes(ctx context.Context, after adapter.Cursor, limit int) (adapter.Page, error) {
	path := a.object.changes + strconv.Itoa(min(max(limit, 1), maxPage))
	if after != "" {
		path += "&after=" + url.QueryEscape(string(after))
	}
	call := &wire.Call{Method: http.MethodGet, Path: path}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Page{}, err
	}
	page := adapter.Page{}
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "changes":
			for ok := r.Elements(); ok; ok = r.Element() {
				page.Changed = append(page.Changed, a.readChange(r))
			}
		case "next_cursor":
			page.Next = adapter.Cursor(r.Str())
		case "more":
			page.More = r.Bool()
		default:
			r.Skip()
		}
	}
	if r.Err() == nil && page.Next == "" {
		r.Refuse("a page of changes without next_cursor")
	}
	if err := r.End(); err != nil {
		return adapter.Page{}, wire.Misread(call, res, err)
	}
	return page, nil
}

func (a *Records) readChange(r *jsonread.Reader) (c adapter.Change) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "id":
			c.ID = r.Str()
		case "deleted":
			c.Deleted = r.Bool()
		case "sequence":
			c.Stamp = r.Number()
		case "updated_by":
			c.By = r.Str()
			c.Own = c.By == a.me
		default:
			r.Skip()
		}
	}
	if r.Err() == nil && (c.ID == "" || c.Stamp == "") {
		r.Refuse("a change without an id or sequence")
	}
	return c
}
