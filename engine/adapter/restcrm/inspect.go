package restcrm

import (
	"context"
	"net/http"
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

var _ adapter.Inspector = (*Records)(nil)

// nobody is the id of no record.
const nobody = "/nobody-syncproof-probe"

// operations show what the account may do. A record needs a name, so
// that the one that creates is always refused.
func (a *Records) operations() []wire.Operation {
	match := ""
	if a.tags {
		match = "*"
	}
	all, none := a.object.plural, a.object.rows+nobody
	return []wire.Operation{
		{Name: "read " + all, Call: wire.Call{Method: http.MethodGet, Path: a.object.rows + "?limit=1"}},
		{Name: "create " + all, Call: wire.Call{Method: http.MethodPost, Path: a.object.rows, Body: []byte(`{}`), Write: true}},
		{Name: "update " + all, Call: wire.Call{Method: http.MethodPatch, Path: none, Body: []byte(`{}`), ContentType: mergePatch, IfMatch: match, Write: true}},
		{Name: "delete " + all, Call: wire.Call{Method: http.MethodDelete, Path: none, IfMatch: match, Write: true}},
	}
}

// Inspect implements adapter.Inspector.
func (a *Records) Inspect(ctx context.Context, probe bool) ([]adapter.Finding, error) {
	all, err := a.client.Allowed(ctx, a.operations(), probe)
	if err != nil {
		return all, err
	}
	schema, err := a.Describe(ctx)
	if err != nil {
		return all, err
	}
	external := adapter.Finding{Check: "external id", Level: adapter.OK, Found: a.layout.external + " is there; the contract keeps it unique"}
	if !slices.ContainsFunc(schema.Fields, func(c mapping.Constraint) bool { return c.Name == a.layout.external && c.Writable }) {
		external = adapter.Finding{
			Check: "external id", Level: adapter.Fail, Found: a.layout.external + " is not there, or cannot be written",
			Remedy: "remove external_field from the configuration: the contract's own is " + DefaultExternal,
		}
	}
	conditional, err := a.conditional(ctx)
	return append(all, external, conditional), err
}

// conditional compares the configuration with what a record shows: an ETag,
// where the tenant has conditional writes.
func (a *Records) conditional(ctx context.Context) (adapter.Finding, error) {
	f := adapter.Finding{Check: "conditional", Level: adapter.OK, Found: "not asked for: records are read again just before a write"}
	if !a.tags {
		return f, nil
	}
	call := &wire.Call{Method: http.MethodGet, Path: a.object.rows + "?limit=1"}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return f, err
	}
	found, err := a.layout.readList(res.Reader(), a.me)
	if err != nil {
		return f, wire.Misread(call, res, err)
	}
	if len(found) == 0 {
		f.Level, f.Found, f.Remedy = adapter.Warn, "the CRM has no "+a.object.name+" to look at", "create a test "+a.object.name+" and run again"
		return f, nil
	}
	rec, err := a.Read(ctx, found[0].ID)
	switch {
	case err != nil:
		return f, err
	case rec.Tag == "":
		f.Level, f.Found, f.Remedy = adapter.Fail, a.object.plural+" have no ETag", "set conditional: false, or switch conditional writes on in the CRM"
	default:
		f.Found = a.object.plural + " have an ETag, on which writes rest"
	}
	return f, nil
}
