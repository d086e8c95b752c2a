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

const (
	contactsPath = "/v1/contacts"
	byExternal   = contactsPath + "/by-external-id/"
	changesPath  = "/v1/changes"
	schemaPath   = "/v1/schema/contact"

	mergePatch = "application/merge-patch+json"
)

// Contacts is the adapter. It is safe for concurrent use.
type Contacts struct {
	client *wire.Client
	layout layout
	me     string // what updated_by says of the engine's own writes
	tags   bool
}

var (
	_ adapter.System = (*Contacts)(nil)
	_ adapter.Feed   = (*Contacts)(nil)
)

// New builds the adapter: LoginURL is the host of the token endpoint (default
// BaseURL), ExternalField defaults to external_id, Object is contact. The
// result also implements adapter.Feed.
func New(c adapter.Config) (adapter.System, error) {
	switch c.Object {
	case "", "contact":
	default:
		return nil, fmt.Errorf("restcrm: object %q is not supported, expected contact", c.Object)
	}
	layout, err := newLayout(c)
	if err != nil {
		return nil, err
	}
	login := c.LoginURL
	if login == "" {
		login = c.BaseURL
	}
	a := &Contacts{layout: layout, me: c.ClientID, tags: !c.NoTags}
	a.client, err = wire.NewClient(c, wire.TokenRequest{
		URL:      strings.TrimSuffix(login, "/") + "/oauth/token",
		ClientID: c.ClientID,
		Secret:   c.ClientSecret,
	}, refine, nil)
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Capabilities implements adapter.System.
func (a *Contacts) Capabilities() adapter.Capabilities {
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
func (a *Contacts) Read(ctx context.Context, id string) (adapter.Record, error) {
	return a.do(ctx, &wire.Call{Method: http.MethodGet, Path: contactsPath + "/" + url.PathEscape(id)})
}

// Find implements adapter.System. The external id is unique among live
// contacts. A contact that is listed and cannot be read for its tag comes
// without one.
func (a *Contacts) Find(ctx context.Context, external string) ([]adapter.Record, error) {
	call := &wire.Call{Method: http.MethodGet, Path: contactsPath + "?external_id=" + url.QueryEscape(external)}
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
func (a *Contacts) Create(ctx context.Context, w adapter.Write) (adapter.Record, error) {
	call := &wire.Call{Method: http.MethodPost, Path: contactsPath, Write: true}
	if w.External != "" {
		call.Method, call.Path = http.MethodPut, byExternal+url.PathEscape(w.External)
		w.External = "" // the path carries it
	}
	return a.write(ctx, call, w)
}

// Update implements adapter.System.
func (a *Contacts) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	return a.write(ctx, &wire.Call{
		Method:      http.MethodPatch,
		Path:        contactsPath + "/" + url.PathEscape(id),
		ContentType: mergePatch,
		IfMatch:     a.match(w.If),
		Write:       true,
	}, w)
}

// Delete implements adapter.System. It leaves a tombstone.
func (a *Contacts) Delete(ctx context.Context, id string, w adapter.Precondition) error {
	_, err := a.client.Do(ctx, &wire.Call{
		Method:  http.MethodDelete,
		Path:    contactsPath + "/" + url.PathEscape(id),
		IfMatch: a.match(w),
		Write:   true,
	})
	return err
}

// match is the If-Match header for a precondition.
func (a *Contacts) match(p adapter.Precondition) string {
	switch {
	case !a.tags:
		return ""
	case p.Tag == "":
		return "*"
	}
	return p.Tag
}

func (a *Contacts) write(ctx context.Context, call *wire.Call, w adapter.Write) (adapter.Record, error) {
	var err error
	if call.Body, err = a.layout.appendContact(nil, w); err != nil {
		return adapter.Record{}, err
	}
	return a.do(ctx, call)
}

// do sends a call whose answer is a contact.
func (a *Contacts) do(ctx context.Context, call *wire.Call) (adapter.Record, error) {
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
