package dynamics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

const apiPath = "/api/data/v9.2/"

// maxFound is how many records Find returns at most.
const maxFound = 10

// expandUser asks for who wrote last.
const expandUser = "&$expand=modifiedby($select=fullname,applicationid)"

// Records is the adapter of one table. It is safe for concurrent use.
type Records struct {
	object *object
	client *wire.Client
	layout layout
	me     string // what applicationid says of the engine's own writes
	tags   bool
	secret string // the webhooks' shared key
	// columns are what is asked for, as of the last Describe.
	columns atomic.Pointer[string]
}

var (
	_ adapter.System   = (*Records)(nil)
	_ adapter.Feed     = (*Records)(nil)
	_ adapter.Webhooks = (*Records)(nil)
)

// New builds the adapter: BaseURL is the environment's, LoginURL the login
// host with the tenant in its path (https://login.microsoftonline.com/TENANT,
// default BaseURL), ExternalField is the column of an alternate key, and Types tells which fields are choices. The result also
// implements adapter.Feed and adapter.Webhooks.
func New(c adapter.Config) (adapter.System, error) {
	object := objects[c.Object]
	if object == nil {
		return nil, fmt.Errorf("dynamics: object %d is not supported, expected contact or account", c.Object)
	}
	if c.ExternalField == "" {
		return nil, errors.New("dynamics: ExternalField is missing: name the column of the alternate key, such as new_genesyscontactid")
	}
	layout, err := newLayout(object, c)
	if err != nil {
		return nil, err
	}
	login := c.LoginURL
	if login == "" {
		login = c.BaseURL
	}
	a := &Records{object: object, layout: layout, me: c.ClientID, tags: !c.NoTags, secret: c.WebhookSecret}
	columns := layout.columns(func(string) bool { return true })
	a.columns.Store(&columns)
	a.client, err = wire.NewClient(c, wire.TokenRequest{
		URL:      strings.TrimSuffix(login, "/") + "/oauth2/v2.0/token",
		ClientID: c.ClientID,
		Secret:   c.ClientSecret,
		Scope:    strings.TrimSuffix(c.BaseURL, "/") + "/.default",
	}, a.refine, http.Header{"Odata-Version": {"4.0"}, "Odata-Maxversion": {"4.0"}})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Capabilities implements adapter.System.
func (a *Records) Capabilities() adapter.Capabilities {
	c := adapter.Capabilities{
		CreateByExternal: true,
		Resolution:       time.Second,
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
	return a.do(ctx, &wire.Call{Method: http.MethodGet, Path: a.object.row(id) + "?$select=" + *a.columns.Load() + expandUser})
}

// byKey is the address of a record by the alternate key.
func (a *Records) byKey(external string) string {
	return a.object.rows() + "(" + a.layout.external + "=" + url.PathEscape(quote(external)) + ")"
}

// quote writes s as an OData string literal.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Find implements adapter.System. The alternate key is unique among the
// records that are there; a list carries their tags.
func (a *Records) Find(ctx context.Context, external string) ([]adapter.Record, error) {
	call := &wire.Call{Method: http.MethodGet, Path: a.object.rows() + "?$select=" + *a.columns.Load() + expandUser +
		"&$filter=" + url.QueryEscape(a.layout.external+" eq "+quote(external)) + "&$top=" + strconv.Itoa(maxFound)}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	var found []adapter.Record
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "value" {
			r.Skip()
			continue
		}
		for ok := r.Elements(); ok; ok = r.Element() {
			found = append(found, a.finished(a.layout.read(r, a.me), false))
		}
	}
	if err := r.End(); err != nil {
		return nil, wire.Misread(call, res, err)
	}
	return found, nil
}

// Create implements adapter.System: an upsert by the alternate key where there
// is an external id.
func (a *Records) Create(ctx context.Context, w adapter.Write) (adapter.Record, error) {
	call := &wire.Call{Method: http.MethodPost, Path: a.object.rows(), Write: true}
	if w.External != "" {
		call.Method, call.Path = http.MethodPatch, a.byKey(w.External)
		w.External = "" // the address carries it
	}
	return a.write(ctx, call, w)
}

// Update implements adapter.System.
func (a *Records) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	call := &wire.Call{Method: http.MethodPatch, Path: a.object.row(id), IfMatch: a.match(w.If), Write: true}
	if call.IfMatch == "" {
		call.Header = http.Header{"If-Match": {"*"}}
	}
	return a.write(ctx, call, w)
}

// Delete implements adapter.System.
func (a *Records) Delete(ctx context.Context, id string, w adapter.Precondition) error {
	_, err := a.client.Do(ctx, &wire.Call{Method: http.MethodDelete, Path: a.object.row(id), IfMatch: a.match(w), Write: true})
	return err
}

// match is the tag that a write rests on, "" for none.
func (a *Records) match(p adapter.Precondition) string {
	if !a.tags {
		return ""
	}
	return p.Tag
}

// write sends a call whose answer is the record as it was written.
func (a *Records) write(ctx context.Context, call *wire.Call, w adapter.Write) (adapter.Record, error) {
	var err error
	if call.Body, err = a.layout.appendRecord(nil, w); err != nil {
		return adapter.Record{}, err
	}
	call.Path += "?$select=" + *a.columns.Load()
	if call.Header == nil {
		call.Header = http.Header{}
	}
	call.Header.Set("Prefer", "return=representation")
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
	return a.finished(rec, call.Write), nil
}

// finished is a record as the engine is to see it: what a write was answered
// with is the engine's own.
func (a *Records) finished(rec adapter.Record, written bool) adapter.Record {
	if written {
		rec.By, rec.Own = "", true
	}
	if !a.tags {
		rec.Tag = ""
	}
	return rec
}
