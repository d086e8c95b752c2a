package restcrm

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

const mergePatch = "application/merge-patch+json"

// Records is the adapter of one object. It is safe for concurrent use.
type Records struct {
	object *object
	client *wire.Client
	layout layout
	me     string // what updated_by says of the engine's own writes
	tags   bool
}

var (
	_ adapter.System = (*Records)(nil)
	_ adapter.Feed   = (*Records)(nil)
)

// New builds the adapter: LoginURL is the host of the token endpoint (default
// BaseURL), ExternalField defaults to external_id, Object may be either. The
// result also implements adapter.Feed.
func New(c adapter.Config) (adapter.System, error) {
	object := objects[c.Object]
	if object == nil {
		return nil, fmt.Errorf("restcrm: object %d is not supported, expected contact or account", c.Object)
	}
	layout, err := newLayout(c)
	if err != nil {
		return nil, err
	}
	login := c.LoginURL
	if login == "" {
		login = c.BaseURL
	}
	a := &Records{object: object, layout: layout, me: c.ClientID, tags: !c.NoTags}
	a.client, err = wire.NewClient(c, wire.TokenRequest{
		URL:      strings.TrimSuffix(login, "/") + "/oauth/token",
		ClientID: c.ClientID,
		Secret:   c.ClientSecret,
	}, a.refine, nil)
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Capabilities implements adapter.System.
func (a *Records) Capabilities() adapter.Capabilities {
	c := adapter.Capabilities{
		CreateByExternal: true,
		Resolution:       time.Millisecond,
		ReportsActor:     true,
		FeedHasDeletes:   true,
		Undelete:         true,
	}
	if a.tags {
		c.Conditional = adapter.ByTag
	}
	return c
}

// Read implements adapter.System.
func (a *Records) Read(ctx context.Context, id string) (adapter.Record, error) {
	return a.do(ctx, &wire.Call{Method: http.MethodGet, Path: a.object.rows + "/" + url.PathEscape(id)})
}

// Find implements adapter.System. The external id is unique among live
// records. A record that is listed and cannot be read for its tag comes
// without one.
func (a *Records) Find(ctx context.Context, external string) ([]adapter.Record, error) {
	call := &wire.Call{Method: http.MethodGet, Path: a.object.rows + "?external_id=" + url.QueryEscape(external)}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	found, err := a.layout.readList(res.Reader(), a.me)
	if err != nil {
		return nil, wire.Misread(call, res, err)
	}
	if !a.tags {
		return found, nil
	}
	var tagged []adapter.Record
	for _, listed := range found {
		rec, err := a.Read(ctx, listed.ID)
		switch {
		case err == nil:
			tagged = append(tagged, rec)
		case adapter.As(err).Kind != adapter.NotFound: // else it was deleted meanwhile
			tagged = append(tagged, listed) // without a tag: that it is there is known
		}
	}
	return tagged, nil
}

// Create implements adapter.System: an upsert by external id where there is
// one.
func (a *Records) Create(ctx context.Context, w adapter.Write) (adapter.Record, error) {
	call := &wire.Call{Method: http.MethodPost, Path: a.object.rows, Write: true}
	if w.External != "" {
		call.Method, call.Path = http.MethodPut, a.object.rows+"/by-external-id/"+url.PathEscape(w.External)
		w.External = "" // the path carries it
	}
	return a.write(ctx, call, w)
}

// Update implements adapter.System.
func (a *Records) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	return a.write(ctx, &wire.Call{
		Method:      http.MethodPatch,
		Path:        a.object.rows + "/" + url.PathEscape(id),
		ContentType: mergePatch,
		IfMatch:     a.match(w.If),
		Write:       true,
	}, w)
}

// Delete implements adapter.System. It leaves a tombstone.
func (a *Records) Delete(ctx context.Context, id string, w adapter.Precondition) error {
	_, err := a.client.Do(ctx, &wire.Call{
		Method:  http.MethodDelete,
		Path:    a.object.rows + "/" + url.PathEscape(id),
		IfMatch: a.match(w),
		Write:   true,
	})
	return err
}

// match is the If-Match header for a precondition.
func (a *Records) match(p adapter.Precondition) string {
	switch {
	case !a.tags:
		return ""
	case p.Tag == "":
		return "*"
	}
	return p.Tag
}

func (a *Records) write(ctx context.Context, call *wire.Call, w adapter.Write) (adapter.Record, error) {
	var err error
	if call.Body, err = a.layout.appendRecord(nil, w); err != nil {
		return adapter.Record{}, err
	}
	return a.do(ctx, call)
}

// do sends a call whose answer is a record.
func (a *Records) do(ctx context.Context, call *wire.Call) (adapter.Record, error) {
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Record{}, err
	}
	r := res.Reader()
	rec := a.layout.read(r, a.me)
	if err := r.End(); err != nil {
		return adapter.Record{}, wire.Misread(call, res, err)
	}
	if a.tags {
		rec.Tag = res.Header.Get("ETag")
	}
	return rec, nil
}
