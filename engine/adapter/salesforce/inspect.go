package salesforce

import (
	"context"
	"net/http"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

var (
	_ adapter.Inspector = (*Records)(nil)
	_ adapter.Automated = (*Records)(nil)
)

// Inspect implements adapter.Inspector. It never probes: describe says what the
// account may do, and the Tooling API shows the rule.
func (a *Records) Inspect(ctx context.Context, _ bool) ([]adapter.Finding, error) {
	all, err := a.rights(ctx)
	if err != nil {
		return all, err
	}
	if a.me() == "" {
		all = append(all, adapter.Finding{
			Check: "identity", Level: adapter.Warn, Found: "the token answer does not name the engine's user",
			Remedy: "give the connected app the scope that returns the identity URL: without it the engine's own writes look like a person's",
		})
	}
	definitions, err := a.definitions(ctx)
	return append(all, definitions...), err
}

// Automations implements adapter.Automated: active Apex triggers (Tooling API:
// ApexTrigger) and active record-triggered flows (object reference:
// FlowDefinitionView).
func (a *Records) Automations(ctx context.Context) ([]string, error) {
	names := []string{}
	triggers, err := a.setupRows(ctx, toolingPath+"/query",
		"SELECT Name FROM ApexTrigger WHERE TableEnumOrId = "+quote(a.object)+" AND Status = 'Active'")
	if err != nil {
		return nil, err
	}
	flows, err := a.setupRows(ctx, apiPath+"/query",
		"SELECT ApiName FROM FlowDefinitionView WHERE TriggerObjectOrEvent.QualifiedApiName = "+quote(a.object)+" AND IsActive = TRUE")
	if err != nil {
		return nil, err
	}
	for _, row := range triggers {
		names = append(names, "trigger "+row["Name"])
	}
	for _, row := range flows {
		names = append(names, "flow "+row["ApiName"])
	}
	return names, nil
}

// verbs are what the engine does to an object, by describe's own flags (S).
var verbs = [...]struct{ flag, word string }{
	{"retrieveable", "read"}, {"queryable", "query"}, {"createable", "create"}, {"updateable", "edit"}, {"deletable", "delete"},
}

func (a *Records) rights(ctx context.Context) ([]adapter.Finding, error) {
	call := &wire.Call{Method: http.MethodGet, Path: a.rows + "/describe"}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	flags := map[string]bool{}
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		name := string(key)
		if c := r.Kind(); c == 't' || c == 'f' {
			flags[name] = r.Bool()
		} else {
			r.Skip()
		}
	}
	if err := r.End(); err != nil {
		return nil, wire.Misread(call, res, err)
	}
	var all []adapter.Finding
	may := []string{}
	for _, v := range verbs {
		if flags[v.flag] {
			may = append(may, v.word)
			continue
		}
		all = append(all, adapter.Finding{
			Check: "permission", Level: adapter.Fail, Found: "may not " + v.word + " " + a.object,
			Remedy: "give the engine's user " + v.word + " on " + a.object + " by a permission set",
		})
	}
	if len(may) > 0 {
		all = append(all, adapter.Finding{Check: "permission", Level: adapter.OK, Found: "may " + strings.Join(may, ", ") + " " + a.object})
	}
	return all, nil
}

// definitions looks at what describe does not show: the version's default, the
// external id, and the rule that makes writes conditional.
func (a *Records) definitions(ctx context.Context) ([]adapter.Finding, error) {
	var all []adapter.Finding
	for _, look := range [...]func(context.Context) (adapter.Finding, error){a.versionDefault, a.externalID, a.conditionalRule} {
		f, err := look(ctx)
		if err != nil {
			if adapter.As(err).Kind != adapter.Forbidden {
				return all, err
			}
			return append(all, adapter.Finding{
				Check: "setup", Level: adapter.Warn, Found: "the definitions of fields and rules cannot be read",
				Remedy: "give the engine's user View Setup and Configuration while doctor runs",
			}), nil
		}
		if f.Check != "" {
			all = append(all, f)
		}
	}
	return all, nil
}

const again = "run `syncproof provision`"

func (a *Records) versionDefault(ctx context.Context) (adapter.Finding, error) {
	name := a.layout.names[a.layout.fields()]
	have, err := a.definition(ctx, name)
	if err != nil || have == nil {
		return adapter.Finding{}, err // that it is missing has a line of its own
	}
	f := adapter.Finding{Check: "version default", Level: adapter.OK, Found: name + " begins with 0"}
	switch value := have["Metadata.defaultValue"]; value {
	case "0":
	case "":
		f.Found = name + " has no default: empty counts as 0"
	default:
		f.Level, f.Found, f.Remedy = adapter.Fail, name+" begins with "+value, "set its default to 0 in Setup"
	}
	if have["Metadata.type"] == "Number" && have["Metadata.scale"] != "0" {
		f.Level, f.Found, f.Remedy = adapter.Fail, name+" has "+have["Metadata.scale"]+" decimal places", "set them to 0 in Setup"
	}
	return f, nil
}

func (a *Records) externalID(ctx context.Context) (adapter.Finding, error) {
	name := a.layout.external
	have, err := a.definition(ctx, name)
	f := adapter.Finding{Check: "external id", Level: adapter.OK, Found: name + " is an external id, indexed and unique"}
	switch {
	case err != nil:
		return f, err
	case have == nil:
		f.Level, f.Found, f.Remedy = adapter.Fail, name+" does not exist", again
	case have["Metadata.externalId"] != "true":
		f.Level, f.Found, f.Remedy = adapter.Fail, name+" is no external id", "mark it as External ID in Setup: records are created by it"
	case have["Metadata.unique"] != "true":
		f.Level, f.Found, f.Remedy = adapter.Warn, name+" is not unique", "mark it as Unique in Setup: two records with one id are flagged for review"
	}
	return f, nil
}

func (a *Records) conditionalRule(ctx context.Context) (adapter.Finding, error) {
	f := adapter.Finding{Check: "conditional", Level: adapter.OK, Found: "not asked for: records are read again just before a write"}
	if a.tags {
		f.Found = "writes rest on the ETags of " + a.object + " rows"
	}
	if a.base == "" {
		return f, nil
	}
	row, err := a.rule(ctx)
	if err != nil {
		return f, err
	}
	f.Found = "the validation rule " + ruleName + " is active and compares " + a.base + " for the engine's user"
	if row == nil {
		f.Level, f.Found, f.Remedy = adapter.Fail, "there is no validation rule "+ruleName+": stale writes would be taken", again
	} else if differs := a.ruleDiffers(row); differs != "" {
		f.Level = adapter.Fail
		f.Found, f.Remedy, _ = strings.Cut(differs, ": ")
	}
	return f, nil
}
