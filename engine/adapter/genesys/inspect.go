package genesys

import (
	"context"
	"net/http"
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

var _ adapter.Inspector = (*Records)(nil)

// nobody is the id of no record: Genesys gives random ones.
const nobody = "/00000000-0000-4000-8000-000000000000"

// operations show what the account may do; the one that creates is always
// refused.
func (o *object) operations() []wire.Operation {
	edit := []byte(`{"changes":[{"field":"$.` + o.edited + `","value":"x","action":"Update"}]}`)
	return []wire.Operation{
		{Name: "read " + o.set, Call: wire.Call{Method: http.MethodGet, Path: o.rows() + "?pageSize=1"}},
		{Name: "create " + o.set, Call: wire.Call{Method: http.MethodPost, Path: o.rows(), Body: []byte(o.refused), Write: true}},
		{Name: "edit " + o.set, Call: wire.Call{Method: http.MethodPatch, Path: o.rows() + nobody, Body: edit, Write: true}},
		{Name: "delete " + o.set, Call: wire.Call{Method: http.MethodDelete, Path: o.rows() + nobody, Write: true}},
	}
}

// Inspect implements adapter.Inspector.
func (a *Records) Inspect(ctx context.Context, probe bool) ([]adapter.Finding, error) {
	all, err := a.client.Allowed(ctx, a.object.operations(), probe)
	if err != nil {
		return all, err
	}
	source, err := a.sourceFinding(ctx)
	if err != nil {
		return all, err
	}
	all = append(all, source, adapter.Finding{
		Check: "conditional", Level: adapter.OK, Found: "Genesys Cloud has no conditional writes: records are read again just before",
	})
	if len(a.secret) > 0 {
		all = append(all, adapter.Finding{
			Check: "subscription", Level: adapter.Warn, Found: "whether " + a.object.noun + " events are routed to the engine cannot be seen",
			Remedy: "edit a test " + a.object.noun + " and look for its notice in the engine's log",
		})
	}
	return all, nil
}

// sourceFinding says whether the external source is there.
func (a *Records) sourceFinding(ctx context.Context) (adapter.Finding, error) {
	f := adapter.Finding{Check: "external id", Level: adapter.OK, Found: "the external source " + a.source + " is there; Genesys finds " + a.object.set + " by it"}
	sources, err := a.sources(ctx)
	if err != nil {
		e := adapter.As(err)
		if e.Kind != adapter.Forbidden {
			return f, err
		}
		f.Level, f.Found, f.Remedy = adapter.Warn, "the external sources cannot be listed", "give the account "+e.Permission
		return f, nil
	}
	if slices.ContainsFunc(sources, func(s externalSource) bool { return s.ID == a.source }) {
		return f, nil
	}
	f.Level, f.Found, f.Remedy = adapter.Fail, "there is no external source with the id "+a.source, "run `syncproof provision`"
	if i := slices.IndexFunc(sources, func(s externalSource) bool { return s.Name == a.source }); i >= 0 {
		f.Found = "external_field is the name of an external source and not its id"
		f.Remedy = "set " + a.setting() + " to " + sources[i].ID
	}
	return f, nil
}
