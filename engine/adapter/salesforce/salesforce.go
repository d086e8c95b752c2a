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

// Contacts is the adapter. It is safe for concurrent use.
type Contacts struct {
	client *wire.Client
	layout layout
	object string // API name
	rows   string // path of the object's rows, without a slash at the end
	base   string // Config.BaseVersionField
	// columns are what reads ask for, as of the last Describe.
	columns atomic.Pointer[columns]
}

var (
	_ adapter.System   = (*Contacts)(nil)
	_ adapter.Feed     = (*Contacts)(nil)
	_ adapter.Rewinder = (*Contacts)(nil)
)

// New builds the adapter: LoginURL is the host of the token endpoint (default
// BaseURL), BaseURL serves API calls if the token endpoint names no instance,
// Object is the API name, default Contact, and ExternalField a custom field
// that is an external id. The result also implements adapter.Feed and
// adapter.Rewinder.
func New(c adapter.Config) (adapter.System, error) {
	object := c.Object
	if object == "" || object == "contact" {
		object = "Contact"
	}
	if c.ExternalField == "" {
		return nil, errors.New("salesforce: ExternalField is missing: name the external id field, such as Genesys_Contact_Id__c")
	}
	layout, err := newLayout(c)
	if err != nil {
		return nil, err
	}
	if !isName(object) {
		return nil, fmt.Errorf("salesforce: %q is not the API name of an object", object)
	}
	login := c.LoginURL
	if login == "" {
		login = c.BaseURL
	}
	a := &Contacts{layout: layout, object: object, rows: apiPath + "/sobjects/" + object, base: c.BaseVersionField}
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

// Capabilities implements adapter.System. With a base version field updates
// are conditional; deletes never are.
func (a *Contacts) Capabilities() adapter.Capabilities {
	c := adapter.Capabilities{
		CreateByExternal: true,
		Resolution:       time.Second,
		ReportsActor:     true,
		FeedHasDeletes:   true,
		Undelete:         true,
	}
	if a.base != "" {
		c.Conditional = adapter.ByVersion
	}
	return c
}

// Read implements adapter.System.
func (a *Contacts) Read(ctx context.Context, id string) (adapter.Record, error) {
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
	return rec, nil
}

// Find implements adapter.System.
func (a *Contacts) Find(ctx context.Context, external string) ([]adapter.Record, error) {
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
	return found, nil
}

// Create implements adapter.System: an upsert by external id where there is
// one. Several records with the external id are Duplicate. The record is read
// afterwards; if that fails, what was created is known by its ID alone,
// Modified is zero, and Unread says why.
func (a *Contacts) Create(ctx context.Context, w adapter.Write) (adapter.Record, error) {
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
func (a *Contacts) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	body, err := a.layout.appendRow(nil, w, a.base)
	if err != nil {
		return adapter.Record{}, err
	}
	call := &wire.Call{Method: http.MethodPatch, Path: a.rows + "/" + url.PathEscape(id), Body: body, Write: true}
	if _, err := a.client.Do(ctx, call); err != nil {
		return adapter.Record{}, err
	}
	return a.layout.unknown(id), nil
}

// Delete implements adapter.System. The record goes to the recycle bin.
func (a *Contacts) Delete(ctx context.Context, id string, _ adapter.Precondition) error {
	_, err := a.client.Do(ctx, &wire.Call{Method: http.MethodDelete, Path: a.rows + "/" + url.PathEscape(id), Write: true})
	return err
}

// me is the engine's own user id, "" if the token endpoint did not say.
func (a *Contacts) me() string {
	identity := a.client.Identity()
	return identity[strings.LastIndexByte(identity, '/')+1:]
}

// query is a call of query or queryAll.
func (a *Contacts) query(kind, soql string) *wire.Call {
	return &wire.Call{Method: http.MethodGet, Path: apiPath + "/" + kind + "?q=" + url.QueryEscape(soql)}
}
