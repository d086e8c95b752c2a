package dynamics

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

var _ adapter.Inspector = (*Records)(nil)

// privileges are what the engine needs on a table (security role and privilege
// reference), and what each is for.
var privileges = [...]struct{ verb, word string }{
	{"Read", "read"}, {"Create", "create"}, {"Write", "edit"}, {"Delete", "delete"},
}

// privilege is the vendor's name of one.
func (o *object) privilege(verb string) string {
	return "prv" + verb + strings.ToUpper(o.name[:1]) + o.name[1:]
}

const again = "run `syncproof provision`"

func (o *object) trackRemedy() string {
	return "enable Track changes in the properties of the table " + o.name + ", and publish it"
}

// title is the label of the column with the other system's id.
func (o *object) title() string {
	if o.name == "account" {
		return "Genesys Organization Id"
	}
	return "Genesys Contact Id"
}

// Inspect implements adapter.Inspector. It never probes: the service itself
// tells what the account may do, and how the table is defined.
func (a *Records) Inspect(ctx context.Context, _ bool) ([]adapter.Finding, error) {
	all, err := a.rights(ctx)
	if err != nil {
		return all, err
	}
	key, err := a.key(ctx)
	if err != nil {
		return all, err
	}
	t, err := a.table(ctx)
	if err != nil {
		return all, err
	}
	return append(all, a.keyFinding(key), a.conditional(t), a.tracking(t)), nil
}

// rights asks which privileges the account's user holds, by its roles and by
// those of its teams.
func (a *Records) rights(ctx context.Context) ([]adapter.Finding, error) {
	me, err := a.whoAmI(ctx)
	if err != nil {
		return nil, err
	}
	names := []byte{'['}
	for i, p := range privileges {
		if i > 0 {
			names = append(names, ',')
		}
		names = wire.AppendString(names, a.object.privilege(p.verb))
	}
	held, err := a.held(ctx, me, string(append(names, ']')))
	if err != nil {
		return nil, err
	}
	var all []adapter.Finding
	may := []string{}
	for _, p := range privileges {
		if slices.Contains(held, a.object.privilege(p.verb)) {
			may = append(may, p.word)
			continue
		}
		all = append(all, adapter.Finding{
			Check: "permission", Level: adapter.Fail, Found: "may not " + p.word + " " + a.object.set,
			Remedy: "give the engine's application user a security role with " + a.object.privilege(p.verb) + " for the whole organization",
		})
	}
	if len(may) > 0 {
		all = append(all, adapter.Finding{Check: "permission", Level: adapter.OK, Found: "may " + strings.Join(may, ", ") + " " + a.object.set})
	}
	return all, nil
}

// whoAmI is the id of the account's user.
func (a *Records) whoAmI(ctx context.Context) (id string, err error) {
	call := &wire.Call{Method: http.MethodGet, Path: apiPath + "WhoAmI"}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return "", err
	}
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) == "UserId" {
			id = readText(r)
		} else {
			r.Skip()
		}
	}
	if err := r.End(); err != nil {
		return "", wire.Misread(call, res, err)
	}
	return id, nil
}

// held are the names of those privileges of a JSON list that a user holds.
func (a *Records) held(ctx context.Context, user, list string) (held []string, err error) {
	call := &wire.Call{Method: http.MethodGet, Path: apiPath + "systemusers(" + url.PathEscape(user) +
		")/Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p1)?@p1=" + url.QueryEscape(list)}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "RolePrivileges" {
			r.Skip()
			continue
		}
		for ok := r.Elements(); ok; ok = r.Element() {
			for key, ok := r.Members(); ok; key, ok = r.Member() {
				if string(key) == "PrivilegeName" {
					held = append(held, readText(r))
				} else {
					r.Skip()
				}
			}
		}
	}
	if err := r.End(); err != nil {
		return nil, wire.Misread(call, res, err)
	}
	return held, nil
}

// table is what the definition of the table tells beside its columns.
type table struct {
	tracked, optimistic bool
}

func (a *Records) table(ctx context.Context) (t table, err error) {
	call := &wire.Call{Method: http.MethodGet, Path: a.object.definition() + "?$select=ChangeTrackingEnabled,IsOptimisticConcurrencyEnabled"}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return t, err
	}
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "ChangeTrackingEnabled":
			t.tracked = r.Bool()
		case "IsOptimisticConcurrencyEnabled":
			t.optimistic = r.Bool()
		default:
			r.Skip()
		}
	}
	if err := r.End(); err != nil {
		return t, wire.Misread(call, res, err)
	}
	return t, nil
}

// keyFinding is about the alternate key, by which creations find what they
// have made.
func (a *Records) keyFinding(status string) adapter.Finding {
	f := adapter.Finding{Check: "external id", Level: adapter.OK, Found: "an alternate key over " + a.layout.external + " is active"}
	switch status {
	case "Active":
		return f
	case "":
		f.Level, f.Found, f.Remedy = adapter.Fail, "there is no alternate key over "+a.layout.external, again
	case "Failed":
		f.Level, f.Found = adapter.Fail, "the index of the alternate key over "+a.layout.external+" could not be built"
		f.Remedy = "remove values that two records share, and reactivate the key in the table's keys"
	default:
		f.Level, f.Found, f.Remedy = adapter.Warn, "the index of the alternate key over "+a.layout.external+" is being built: "+status, "wait for the system job, and look again"
	}
	return f
}

func (a *Records) conditional(t table) adapter.Finding {
	f := adapter.Finding{Check: "conditional", Level: adapter.OK, Found: "writes rest on the record's ETag"}
	switch {
	case !t.optimistic:
		f.Level, f.Found = adapter.Fail, "the table has no optimistic concurrency: a write would overwrite what came between"
		f.Remedy = "ask Microsoft's support: it cannot be switched on for a table that lacks it"
	case !a.tags:
		f.Level, f.Found, f.Remedy = adapter.Warn, "writes are not conditional, by the configuration", "let writes rest on the record's ETag"
	}
	return f
}

func (a *Records) tracking(t table) adapter.Finding {
	if t.tracked {
		return adapter.Finding{Check: "change tracking", Level: adapter.OK, Found: "enabled: the feed shows what changed and what was deleted"}
	}
	return adapter.Finding{Check: "change tracking", Level: adapter.Fail, Found: "not enabled: the feed cannot be read", Remedy: a.object.trackRemedy()}
}
