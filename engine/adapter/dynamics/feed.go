package dynamics

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

const (
	// maxPage is how many records a page holds at most.
	maxPage = 5000
	// maxCursor bounds a link, which the engine keeps.
	maxCursor = 2 << 10
)

// Changes implements adapter.Feed. The limit is lowered to 5,000. A cursor
// that the service no longer keeps changes for is answered with an empty page
// whose Next is the beginning.
func (a *Records) Changes(ctx context.Context, after adapter.Cursor, limit int) (adapter.Page, error) {
	path := a.object.firstPage()
	prefer := "odata.track-changes,odata.maxpagesize="
	if after != "" {
		if !a.object.isCursor(string(after)) {
			return adapter.Page{}, &adapter.Error{Kind: adapter.Malformed, Message: "not a cursor of the Dynamics 365 feed"}
		}
		path, prefer = string(after), "odata.maxpagesize="
	}
	call := &wire.Call{
		Method: http.MethodGet, Path: apiPath + path,
		Header: http.Header{"Prefer": {prefer + strconv.Itoa(min(max(limit, 1), maxPage))}},
	}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		if e := adapter.As(err); strings.EqualFold(e.Code, codeExpiredStamp) && after != "" {
			return adapter.Page{More: true}, nil
		}
		return adapter.Page{}, err
	}
	page, err := a.object.readPage(res.Reader())
	if err != nil {
		return adapter.Page{}, wire.Misread(call, res, err)
	}
	return page, nil
}

// isCursor: a link of the feed behind the API's root. Nothing else ever
// becomes the target of a request.
func (o *object) isCursor(s string) bool {
	if !strings.HasPrefix(s, o.cursorHead()) || len(s) > maxCursor {
		return false
	}
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || c == '#' {
			return false
		}
	}
	return true
}

func (o *object) readPage(r *jsonread.Reader) (page adapter.Page, err error) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "value":
			for ok := r.Elements(); ok; ok = r.Element() {
				page.Changed = append(page.Changed, o.readChange(r))
			}
		case "@odata.nextLink":
			page.Next, page.More = o.cursorOf(r), true
		case "@odata.deltaLink":
			if next := o.cursorOf(r); !page.More {
				page.Next = next
			}
		default:
			r.Skip()
		}
	}
	if r.Err() == nil && page.Next == "" {
		r.Refuse("a page of changes without a link to the next")
	}
	return page, r.End()
}

// cursorOf is a link without the root: requests go to the configured one,
// whatever the service calls itself.
func (o *object) cursorOf(r *jsonread.Reader) adapter.Cursor {
	_, tail, found := strings.Cut(r.Str(), apiPath)
	if r.Err() == nil && (!found || !o.isCursor(tail)) {
		r.Refuse("a link that is none of the feed's")
	}
	return adapter.Cursor(tail)
}

// readChange reads a record that was changed, or the notice of one that was
// deleted, whose @odata.context ends in $deletedEntity.
func (o *object) readChange(r *jsonread.Reader) (c adapter.Change) {
	gone := ""
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case o.id:
			c.ID = r.Str()
		case "@odata.etag":
			c.Stamp = r.Str()
		case "@odata.context":
			c.Deleted = strings.HasSuffix(r.Str(), "/$deletedEntity")
		case "id":
			gone = r.Str()
		default:
			r.Skip()
		}
	}
	if c.Deleted {
		c.ID = gone
	}
	if r.Err() == nil && (c.ID == "" || c.Stamp == "" && !c.Deleted) {
		r.Refuse("a change without an id or an ETag")
	}
	return c
}
