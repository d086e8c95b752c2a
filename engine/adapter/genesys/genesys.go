package genesys

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// DefaultSource is the id of the external source whose external ids carry the
// CRM's record ids, where Config.ExternalField does not name another one.
const DefaultSource = "crm"

// Records is the adapter of one object. It is safe for concurrent use.
type Records struct {
	object *object
	client *wire.Client
	layout layout
	source string // external source id
	secret []byte // of webhooks
	plain  bool   // the API itself is spoken to without TLS

	mu     sync.Mutex
	schema knownSchema
}

var (
	_ adapter.System   = (*Records)(nil)
	_ adapter.Feed     = (*Records)(nil)
	_ adapter.Rewinder = (*Records)(nil)
	_ adapter.Webhooks = (*Records)(nil)
	_ adapter.Channels = (*Records)(nil)
)

// New builds the adapter: BaseURL is the API's host, LoginURL the login
// host, and ExternalField the id of the external source. The
// result also implements adapter.Feed, adapter.Rewinder, adapter.Webhooks and
// adapter.Channels.
func New(c adapter.Config) (adapter.System, error) {
	object := objects[c.Object]
	if object == nil {
		return nil, fmt.Errorf("genesys: object %d is not supported, expected contact or account", c.Object)
	}
	layout, err := newLayout(object, c)
	if err != nil {
		return nil, err
	}
	login := c.LoginURL
	if login == "" {
		login = c.BaseURL
	}
	a := &Records{object: object, layout: layout, source: c.ExternalField, secret: []byte(c.WebhookSecret), plain: strings.HasPrefix(strings.ToLower(c.BaseURL), "http:")}
	if a.source == "" {
		a.source = DefaultSource
	}
	a.client, err = wire.NewClient(c, wire.TokenRequest{
		URL:      strings.TrimSuffix(login, "/") + "/oauth/token",
		Basic:    true,
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
	return adapter.Capabilities{Resolution: time.Millisecond}
}

// Read implements adapter.System. A contact that was merged away is returned
// with MergedInto set.
func (a *Records) Read(ctx context.Context, id string) (adapter.Record, error) {
	call := &wire.Call{Method: http.MethodGet, Path: a.object.rows() + "/" + url.PathEscape(id)}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Record{}, err
	}
	rec, err := a.disclosed(ctx, call, res)
	if err == nil && rec.ID != id {
		// The server followed a merge by itself.
		rec.ID, rec.MergedInto = id, rec.ID
	}
	return rec, err
}

// Find implements adapter.System. Genesys gives at most one contact for an
// identifier.
func (a *Records) Find(ctx context.Context, external string) ([]adapter.Record, error) {
	body := append([]byte(nil), `{"type":"ExternalId","value":`...)
	body = wire.AppendString(body, external)
	body = append(body, `,"externalSource":{"id":`...)
	body = append(wire.AppendString(body, a.source), "}}"...)
	call := &wire.Call{Method: http.MethodPost, Path: a.object.lookup(), Body: body}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		if adapter.As(err).Kind == adapter.NotFound {
			return nil, nil
		}
		return nil, err
	}
	rec, err := a.disclosed(ctx, call, res)
	if err != nil {
		return nil, err
	}
	return []adapter.Record{rec}, nil
}

// Create implements adapter.System. It is not idempotent: after an unknown
// outcome, Find by w.External says whether the contact is there (EV-7).
func (a *Records) Create(ctx context.Context, w adapter.Write) (adapter.Record, error) {
	schema, err := a.currentSchema(ctx)
	if err != nil {
		return adapter.Record{}, notSent(err)
	}
	body, err := a.appendRecord(nil, w, schema)
	if err != nil {
		return adapter.Record{}, err
	}
	return a.write(ctx, &wire.Call{Method: http.MethodPost, Path: a.object.rows(), Body: body, Write: true})
}

// Update implements adapter.System. Genesys cannot make it conditional; w.If
// is used for one thing only: its Tag says that the contact was read without
// a schema, which custom fields need.
func (a *Records) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	var schema schemaRef
	if w.If.Tag == tagNoSchema {
		var err error
		if schema, err = a.currentSchema(ctx); err != nil {
			return adapter.Record{}, notSent(err)
		}
	}
	body, err := a.appendPatch(nil, w, schema)
	if err != nil {
		return adapter.Record{}, err
	}
	path := a.object.rows() + "/" + url.PathEscape(id)
	return a.write(ctx, &wire.Call{Method: http.MethodPatch, Path: path, Body: body, Write: true})
}

// Delete implements adapter.System; it is never conditional.
func (a *Records) Delete(ctx context.Context, id string, _ adapter.Precondition) error {
	_, err := a.client.Do(ctx, &wire.Call{Method: http.MethodDelete, Path: a.object.rows() + "/" + url.PathEscape(id), Write: true})
	return err
}

// write sends a call whose answer is the new contact.
func (a *Records) write(ctx context.Context, call *wire.Call) (adapter.Record, error) {
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Record{}, err
	}
	c, err := a.decoded(call, res)
	if err != nil {
		return adapter.Record{}, err
	}
	_ = a.layout.settle(&c, a.known()) // the write was done, whatever the schema is by now
	return a.layout.record(&c), nil
}

// disclosed reads the contact that a read call answered with. A mapped custom
// field that the schema does not have is an Error of kind Drift (FC-3).
func (a *Records) disclosed(ctx context.Context, call *wire.Call, res *wire.Response) (adapter.Record, error) {
	c, err := a.decoded(call, res)
	if err != nil {
		return adapter.Record{}, err
	}
	known := a.known()
	if a.layout.lacks(&c) && known.outdatedBy(c.schema) {
		if _, err := a.Describe(ctx); err != nil {
			return adapter.Record{}, err
		}
		known = a.known()
	}
	if err := a.layout.settle(&c, known); err != nil {
		return adapter.Record{}, err
	}
	return a.layout.record(&c), nil
}

func (a *Records) decoded(call *wire.Call, res *wire.Response) (decoded, error) {
	r := res.Reader()
	c := a.layout.read(r, a.source)
	if r.Err() == nil && c.rec.ID == "" {
		r.Refuse(a.object.article + " without an id")
	}
	if err := r.End(); err != nil {
		return c, wire.Misread(call, res, err)
	}
	return c, nil
}

// notSent is the error of a preparation: the write itself was never sent.
func notSent(err error) error {
	e := *adapter.As(err)
	e.Indefinite = false
	return &e
}
