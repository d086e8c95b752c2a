package genesys

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

var _ adapter.Inspector = (*Contacts)(nil)

// nobody is the id of no contact: Genesys gives random ones.
const nobody = contactsPath + "/00000000-0000-4000-8000-000000000000"

// operations show what the account may do. A first name has at most 1,000
// characters, so that the one that creates is always refused.
func operations() []wire.Operation {
	tooLong := []byte(`{"firstName":"` + strings.Repeat("x", standardLengths["firstName"]+1) + `"}`)
	title := []byte(`{"changes":[{"field":"$.title","value":"x","action":"Update"}]}`)
	return []wire.Operation{
		{Name: "read contacts", Call: wire.Call{Method: http.MethodGet, Path: contactsPath + "?pageSize=1"}},
		{Name: "create contacts", Call: wire.Call{Method: http.MethodPost, Path: contactsPath, Body: tooLong, Write: true}},
		{Name: "edit contacts", Call: wire.Call{Method: http.MethodPatch, Path: nobody, Body: title, Write: true}},
		{Name: "delete contacts", Call: wire.Call{Method: http.MethodDelete, Path: nobody, Write: true}},
	}
}

// Inspect implements adapter.Inspector.
func (a *Contacts) Inspect(ctx context.Context, probe bool) ([]adapter.Finding, error) {
	all, err := a.client.Allowed(ctx, operations(), probe)
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
			Check: "subscription", Level: adapter.Warn, Found: "whether contact events are routed to the engine cannot be seen",
			Remedy: "edit a test contact and look for its notice in the engine's log",
		})
	}
	return all, nil
}

// sourceFinding says whether the external source is there.
func (a *Contacts) sourceFinding(ctx context.Context) (adapter.Finding, error) {
	f := adapter.Finding{Check: "external id", Level: adapter.OK, Found: "the external source " + a.source + " is there; Genesys finds contacts by it"}
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
		f.Remedy = "set external_field of this system to " + sources[i].ID
	}
	return f, nil
}
