package salesforce

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// What provisioning relies on: the Tooling API's reference for CustomField and
// ValidationRule (FullName and Metadata to create, DeveloperName,
// TableEnumOrId, ValidationName and EntityDefinition to find; Metadata can be
// asked of one row only), the Metadata API's for their members, the object
// reference for PermissionSet, FieldPermissions and PermissionSetAssignment;
// that a field made so is visible to nobody until somebody grants it, and how
// one that exists is refused: simple-salesforce issue 621, restforce issue 353.
const (
	toolingPath = apiPath + "/tooling"
	permSet     = "Syncproof_Engine"
	ruleName    = "Syncproof_Base_Version"

	kindField  = "CustomField"
	kindSet    = "PermissionSet"
	kindGrant  = "FieldPermissions"
	kindAssign = "PermissionSetAssignment"
	kindRule   = "ValidationRule"
)

var _ adapter.Provisioner = (*Records)(nil)

// customField is a field that the engine needs.
type customField struct {
	name, label, typ string
	length           int    // of a text
	initial          string // default of a number
	external         bool   // an external id, unique
}

// needed are the engine's own fields, in the order in which they are made.
func (a *Records) needed() []customField {
	n := a.layout.fields()
	all := []customField{
		{name: a.layout.names[n], label: "Sync Version", typ: "Number", initial: "0"},
		{name: a.layout.names[n+1], label: "Sync Status", typ: "Text", length: 40},
		{name: a.layout.external, label: a.externalLabel(), typ: "Text", length: 64, external: true},
		{name: a.base, label: "Sync Base Version", typ: "Number"},
	}
	return slices.DeleteFunc(all, func(f customField) bool { return f.name == "" })
}

// externalLabel says in Setup what the external id is the id of.
func (a *Records) externalLabel() string {
	if a.object == "Account" {
		return "Genesys Organization Id"
	}
	return "Genesys Contact Id"
}

// Plan implements adapter.Provisioner. It needs the user permission View Setup
// and Configuration; Apply needs Customize Application, Manage Profiles and
// Permission Sets, and Assign Permission Sets.
func (a *Records) Plan(ctx context.Context) ([]adapter.Step, error) {
	described, err := a.Describe(ctx) // it also gets the token, which says who we are
	if err != nil {
		return nil, err
	}
	access, err := a.accessGranted(ctx)
	if err != nil {
		return nil, err
	}
	var fields, grants []adapter.Step
	for _, f := range a.needed() {
		have, err := a.definition(ctx, f.name)
		if err != nil {
			return nil, err
		}
		step := adapter.Step{Kind: kindField, Name: a.object + "." + f.name, What: "create " + f.sentence()}
		switch {
		case !strings.HasSuffix(f.name, "__c"):
			if !slices.ContainsFunc(described.Fields, named(f.name)) {
				step.Blocked = f.name + " is no custom field's name, and the object does not show it: name a field that ends in __c"
				fields = append(fields, step)
			}
			continue
		case have == nil:
			fields = append(fields, step)
		default:
			if step.Blocked = f.differs(have); step.Blocked != "" {
				fields = append(fields, step)
				continue
			}
		}
		if shown := slices.IndexFunc(described.Fields, named(f.name)); shown >= 0 && described.Fields[shown].Writable {
			continue
		}
		grants = append(grants, a.grantStep(f, access))
	}
	steps := slices.Concat(fields, a.accessSteps(grants, access))
	rule, err := a.ruleStep(ctx)
	return append(steps, rule...), err
}

func (f *customField) sentence() string {
	switch {
	case f.initial != "":
		return "the number field " + f.name + ", default " + f.initial
	case f.typ == "Number":
		return "the number field " + f.name
	case f.external:
		return fmt.Sprintf("the text field %s of %d characters, a unique external id", f.name, f.length)
	}
	return fmt.Sprintf("the text field %s of %d characters", f.name, f.length)
}

// definition is a custom field's metadata, nil if there is no such field.
func (a *Records) definition(ctx context.Context, name string) (map[string]string, error) {
	rows, err := a.setupRows(ctx, toolingPath+"/query", "SELECT Id, Metadata FROM CustomField WHERE TableEnumOrId = "+
		quote(a.object)+" AND NamespacePrefix = NULL AND DeveloperName = "+quote(strings.TrimSuffix(name, "__c")))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0], nil
}

// differs says why an existing field will not do, "" if it will.
func (f *customField) differs(have map[string]string) string {
	typ, scale, length := have["Metadata.type"], have["Metadata.scale"], have["Metadata.length"]
	remedy := ". It stays as it is: name another field in the configuration, or change this one in Setup"
	textual := f.typ == "Text" && !f.external && (typ == "Picklist" || typ == "LongTextArea" || typ == "TextArea")
	n, err := strconv.Atoi(length)
	switch {
	case typ != f.typ && !textual:
		return fmt.Sprintf("%s exists and is of type %s, not %s%s", f.name, typ, f.typ, remedy)
	case f.typ == "Number" && scale != "0":
		return fmt.Sprintf("%s exists and has %s decimal places, not 0%s", f.name, scale, remedy)
	case typ == "Text" && (err != nil || n < f.least()):
		return fmt.Sprintf("%s exists and takes %s characters, not at least %d%s", f.name, length, f.least(), remedy)
	case f.external && have["Metadata.externalId"] != "true":
		return f.name + " exists and is no external id" + remedy
	}
	return ""
}

// least is the length that a text field must have: a contact's id has 36
// characters, the longest status 11.
func (f *customField) least() int {
	if f.external {
		return 36
	}
	return 11
}

// Apply implements adapter.Provisioner.
func (a *Records) Apply(ctx context.Context, s adapter.Step) error {
	path, body, err := a.request(ctx, s)
	if err != nil {
		return err
	}
	_, err = a.client.Do(ctx, &wire.Call{Method: http.MethodPost, Path: path, Body: body, Write: true})
	if err != nil {
		switch e := adapter.As(err); e.Code {
		case "DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE":
			return nil // somebody else was faster, or our own lost answer
		}
	}
	return err
}

// request is the POST that takes a step.
func (a *Records) request(ctx context.Context, s adapter.Step) (path string, body []byte, err error) {
	name := strings.TrimPrefix(s.Name, a.object+".")
	sobjects := apiPath + "/sobjects/"
	switch s.Kind {
	case kindField:
		needed := a.needed()
		if i := slices.IndexFunc(needed, func(f customField) bool { return f.name == name }); i >= 0 {
			return toolingPath + "/sobjects/CustomField", needed[i].create(a.object), nil
		}
	case kindRule:
		return toolingPath + "/sobjects/ValidationRule", a.createRule(), nil
	case kindSet:
		return sobjects + kindSet, []byte(`{"Name":"` + permSet + `","Label":"Syncproof engine"}`), nil
	case kindGrant, kindAssign:
		set, err := a.setID(ctx)
		if err != nil {
			return "", nil, err
		}
		if s.Kind == kindAssign {
			return sobjects + kindAssign, pairs("AssigneeId", a.me(), "PermissionSetId", set), nil
		}
		b := pairs("ParentId", set, "SobjectType", a.object, "Field", s.Name)
		return sobjects + kindGrant, append(b[:len(b)-1], `,"PermissionsRead":true,"PermissionsEdit":true}`...), nil
	}
	return "", nil, &adapter.Error{Kind: adapter.Invalid, Message: "the step " + s.Kind + " " + s.Name + " is none of this plan: plan again"}
}

func (f *customField) create(object string) []byte {
	b := wire.AppendString([]byte(`{"FullName":`), object+"."+f.name)
	b = wire.AppendString(append(b, `,"Metadata":{"type":`...), f.typ)
	b = wire.AppendString(append(b, `,"label":`...), f.label)
	b = append(b, `,"description":"Kept by syncproof. Do not edit.","required":false`...)
	switch {
	case f.typ == "Number":
		b = append(b, `,"precision":18,"scale":0`...)
		if f.initial != "" {
			b = wire.AppendString(append(b, `,"defaultValue":`...), f.initial)
		}
	default:
		b = strconv.AppendInt(append(b, `,"length":`...), int64(f.length), 10)
		if f.external {
			b = append(b, `,"externalId":true,"unique":true,"caseSensitive":false`...)
		}
	}
	return append(b, "}}"...)
}

// pairs is a JSON object of strings.
func pairs(members ...string) []byte {
	b := []byte{'{'}
	for i := 0; i < len(members); i += 2 {
		b = wire.AppendString(wire.AppendKey(b, members[i]), members[i+1])
	}
	return append(b, '}')
}

// setupRows asks for setup objects. A row is its scalars as text, those of its
// Metadata behind "Metadata.".
func (a *Records) setupRows(ctx context.Context, path, soql string) ([]map[string]string, error) {
	call := &wire.Call{Method: http.MethodGet, Path: path + "?q=" + url.QueryEscape(soql)}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	rows, err := readSetup(res.Reader())
	if err != nil {
		return nil, wire.Misread(call, res, err)
	}
	return rows, nil
}

func readSetup(r *jsonread.Reader) (rows []map[string]string, err error) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "records" {
			r.Skip()
			continue
		}
		for ok := r.Elements(); ok; ok = r.Element() {
			row := map[string]string{}
			readScalars(r, "", row)
			rows = append(rows, row)
		}
	}
	return rows, r.End()
}

func readScalars(r *jsonread.Reader, prefix string, into map[string]string) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		name := prefix + string(key)
		switch r.Kind() {
		case '{':
			if name == "Metadata" {
				readScalars(r, "Metadata.", into)
			} else {
				r.Skip()
			}
		case '[':
			r.Skip()
		default:
			into[name] = wire.Native(r).Text
		}
	}
}
