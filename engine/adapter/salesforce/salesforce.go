package salesforce

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

const apiPath = "/services/data/v62.0"

// maxFound is how many records Find returns at most.
const maxFound = 10

// Records is the adapter of one object. It is safe for concurrent use.
type Records struct {
	client *wire.Client
	layout layout
	object string // API name
	tags   bool   // writes rest on ETags
	rows   string // path of the object's rows, without a slash at the end
	base   string // Config.BaseVersionField
	// columns are what reads ask for, as of the last Describe.
	columns atomic.Pointer[columns]
}

var (
	_ adapter.System   = (*Records)(nil)
	_ adapter.Feed     = (*Records)(nil)
	_ adapter.Rewinder = (*Records)(nil)
)

// New builds the adapter: LoginURL is the host of the token endpoint (default
// BaseURL), BaseURL serves API calls if the token endpoint names no instance,
// and ExternalField is a custom field that is an external id. The result also implements adapter.Feed and
// adapter.Rewinder.
func New(c adapter.Config) (adapter.System, error) {
	object := objects[c.Object]
	if object == nil {
		return nil, fmt.Errorf("salesforce: object %d is not supported, expected contact or account", c.Object)
	}
	if c.ExternalField == "" {
		return nil, errors.New("salesforce: ExternalField is missing: name the external id field, such as Genesys_Contact_Id__c")
	}
	layout, err := newLayout(c)
	if err != nil {
		return nil, err
	}
	login := c.LoginURL
	if login == "" {
		login = c.BaseURL
	}
	a := &Records{
		layout: layout, object: object.name, rows: apiPath + "/sobjects/" + object.name, base: c.BaseVersionField,
		tags: object.tags && c.BaseVersionField == "" && !c.NoTags,
	}
	a.columns.Store(layout.columns(func(string) bool { return true }))
	a.client, err = wire.NewClient(c, wire.TokenRequest{
		URL:            strings.TrimSuffix(login, "/") + "/services/oauth2/token",
		ClientID:       c.ClientID,
		Secret:         c.ClientSecret,
		FollowInstance: true,
	}, a.refine, http.Header{"Sforce-Call-Options": {"client=syncproof"}})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Capabilities implements adapter.System. Updates are conditional with a base
// version field, and those of accounts without one by their ETags; deletes
// never are.
func (a *Records) Capabilities() adapter.Capabilities {
	c := adapter.Capabilities{
		CreateByExternal: true,
		Resolution:       time.Second,
		ReportsActor:     true,
		FeedHasDeletes:   true,
		Undelete:         true,
	}
	switch {
	case a.base != "":
		c.Conditional = adapter.ByVersion
	case a.tags:
		c.Conditional, c.UpdatesOnly = adapter.ByTag, true
	}
	return c
}

// Read implements adapter.System.
func (a *Records) Read(ctx context.Context, id string) (adapter.Record, error) {
	call := &wire.Call{Method: http.MethodGet, Path: a.rows + "/" + url.PathEscape(id) + "?fields=" + a.columns.Load().list}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Record{}, err
	}
	r := res.Reader()
	rec := a.layout.read(r, a.me())
	if err := r.End(); err != nil {
		return adapter.Record{}, wire.Misread(call, res, err)
	}
	if a.tags {
		rec.Tag = res.Header.Get("Etag")
	}
	return rec, nil
}

// Find implements adapter.System. Rows of a query have no ETags, so that where
// writes rest on them what is found is read. A record that cannot be read for
// its tag comes without one.
func (a *Records) Find(ctx context.Context, external string) ([]adapter.Record, error) {
	call := a.query("query", fmt.Sprintf("SELECT %s FROM %s WHERE %s = %s ORDER BY Id LIMIT %d",
		a.columns.Load().query, a.object, a.layout.external, quote(external), maxFound))
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	var found []adapter.Record
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "records" {
			r.Skip()
			continue
		}
		for ok := r.Elements(); ok; ok = r.Element() {
			found = append(found, a.layout.read(r, a.me()))
		}
	}
	if err := r.End(); err != nil {
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
			tagged = append(tagged, listed)
		}
	}
	return tagged, nil
}

// Create implements adapter.System: an upsert by external id where there is
// one. Several records with the external id are Duplicate. The record is read
// afterwards; if that fails, what was created is known by its ID alone,
// Modified is zero, and Unread says why.
func (a *Records) Create(ctx context.Context, w adapter.Write) (adapter.Record, error) {
	call := &wire.Call{Method: http.MethodPost, Path: a.rows + "/", Write: true}
	if w.External != "" {
		call.Method = http.MethodPatch
		call.Path = a.rows + "/" + a.layout.external + "/" + url.PathEscape(w.External)
		w.External = "" // the path carries it; the body must not
	}
	var err error
	if call.Body, err = a.layout.appendRow(nil, w, ""); err != nil {
		return adapter.Record{}, err
	}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Record{}, err
	}
	id := ""
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) == "id" {
			id = r.Str()
		} else {
			r.Skip()
		}
	}
	if r.Err() == nil && id == "" {
		r.Refuse("the answer has no id")
	}
	if err := r.End(); err != nil {
		return adapter.Record{}, wire.Misread(call, res, err)
	}
	rec, err := a.Read(ctx, id)
	if err != nil {
		rec = a.layout.unknown(id)
		rec.Unread = adapter.As(err)
	}
	return rec, nil
}

// Update implements adapter.System. It returns the ID alone.
func (a *Records) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	body, err := a.layout.appendRow(nil, w, a.base)
	if err != nil {
		return adapter.Record{}, err
	}
	call := &wire.Call{Method: http.MethodPatch, Path: a.rows + "/" + url.PathEscape(id), Body: body, Write: true}
	if a.tags {
		call.IfMatch = w.If.Tag
	}
	if _, err := a.client.Do(ctx, call); err != nil {
		return adapter.Record{}, err
	}
	return a.layout.unknown(id), nil
}

// Delete implements adapter.System. The record goes to the recycle bin.
func (a *Records) Delete(ctx context.Context, id string, _ adapter.Precondition) error {
	_, err := a.client.Do(ctx, &wire.Call{Method: http.MethodDelete, Path: a.rows + "/" + url.PathEscape(id), Write: true})
	return err
}

// me is the engine's own user id, "" if the token endpoint did not say.
func (a *Records) me() string {
	identity := a.client.Identity()
	return identity[strings.LastIndexByte(identity, '/')+1:]
}

// query is a call of query or queryAll.
func (a *Records) query(kind, soql string) *wire.Call {
	return &wire.Call{Method: http.MethodGet, Path: apiPath + "/" + kind + "?q=" + url.QueryEscape(soql)}
}
