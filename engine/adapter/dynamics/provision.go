package dynamics

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

// What provisioning relies on: the Power Apps developer guide's pages on
// creating column definitions through the Web API (the bodies, with labels in
// the organization's base language), on alternate keys (EntityKeyMetadata, and
// the states of its index, which a system job builds), and on publishing (what
// is created is published by itself).
const (
	kindColumn = "Attribute"
	kindKey    = "EntityKey"
	kindTrack  = "ChangeTracking"

	statusLength   = 40
	statusLeast    = 11 // the longest status
	externalLength = 100
	externalLeast  = 36 // a contact's id
)

// definition is the path of the table's definition.
func (o *object) definition() string {
	return apiPath + "EntityDefinitions(LogicalName='" + o.name + "')"
}

var _ adapter.Provisioner = (*Records)(nil)

// Plan implements adapter.Provisioner. Apply needs prvCreateAttribute and
// prvCreateEntityKey, which the role System Customizer has.
func (a *Records) Plan(ctx context.Context) ([]adapter.Step, error) {
	described, err := a.Describe(ctx)
	if err != nil {
		return nil, err
	}
	var steps []adapter.Step
	for _, want := range a.needed() {
		step := adapter.Step{Kind: kindColumn, Name: a.object.name + "." + want.Name, What: "create the " + sentence(want)}
		i := slices.IndexFunc(described.Fields, func(c mapping.Constraint) bool { return c.Name == want.Name })
		switch {
		case i >= 0:
			if step.Blocked = differs(want, described.Fields[i]); step.Blocked == "" {
				continue
			}
		case !prefixed(want.Name):
			step.Blocked = want.Name + " begins with no publisher's prefix, as every column that is made must: name one such as new_" + strings.ReplaceAll(want.Name, "_", "") + " in the configuration"
		}
		steps = append(steps, step)
	}
	key, err := a.key(ctx)
	if err != nil {
		return nil, err
	}
	if key == "" {
		steps = append(steps, adapter.Step{Kind: kindKey, Name: a.object.name + "." + a.keyName(), What: "create the alternate key " + a.keyName() + " over " + a.layout.external})
	}
	t, err := a.table(ctx)
	if err == nil && !t.tracked {
		steps = append(steps, adapter.Step{
			Kind: kindTrack, Name: a.object.name, What: "enable change tracking",
			Manual: a.object.trackRemedy() + ": through the API it could be changed only by replacing the whole definition of the table",
		})
	}
	return steps, err
}

// needed are the engine's own columns, in the order in which they are made;
// MaxLength is the least that a text must take.
func (a *Records) needed() []mapping.Constraint {
	n := a.layout.fields()
	all := []mapping.Constraint{
		{Name: a.layout.names[n], Type: mapping.TypeInteger},
		{Name: a.layout.names[n+1], Type: mapping.TypeString, MaxLength: statusLeast},
		{Name: a.layout.external, Type: mapping.TypeString, MaxLength: externalLeast},
	}
	return slices.DeleteFunc(all, func(c mapping.Constraint) bool { return c.Name == "" })
}

func sentence(c mapping.Constraint) string {
	if c.Type == mapping.TypeInteger {
		return "whole-number column " + c.Name
	}
	return fmt.Sprintf("text column %s of %d characters", c.Name, lengthOf(c))
}

func lengthOf(c mapping.Constraint) int {
	if c.MaxLength == externalLeast {
		return externalLength
	}
	return statusLength
}

// prefixed says whether a column's name begins with a publisher's prefix: two
// to eight letters and digits.
func prefixed(name string) bool {
	at := strings.IndexByte(name, '_')
	return at >= 2 && at <= 8 && at+1 < len(name)
}

// differs says why an existing column will not do, "" if it will.
func differs(want, have mapping.Constraint) string {
	const remedy = ". It stays as it is: name another column in the configuration"
	switch {
	case want.Type == mapping.TypeInteger && have.Type != mapping.TypeInteger:
		return fmt.Sprintf("%s exists and is of type %s, no whole number%s", want.Name, have.Type, remedy)
	case want.Type == mapping.TypeString && have.Type != mapping.TypeString:
		return fmt.Sprintf("%s exists and is of type %s, no text%s", want.Name, have.Type, remedy)
	case !have.Writable:
		return want.Name + " exists and cannot be written" + remedy
	case have.MaxLength > 0 && have.MaxLength < want.MaxLength:
		return fmt.Sprintf("%s exists and takes %d characters, not at least %d%s", want.Name, have.MaxLength, want.MaxLength, remedy)
	}
	return ""
}

func (a *Records) keyName() string { return a.layout.external + "_key" }

// Apply implements adapter.Provisioner. A step that was refused, but is no
// longer needed, was taken by somebody else, or by a request of our own whose
// answer was lost.
func (a *Records) Apply(ctx context.Context, s adapter.Step) error {
	language, err := a.language(ctx)
	if err != nil {
		return err
	}
	call := &wire.Call{Method: http.MethodPost, Write: true}
	name := strings.TrimPrefix(s.Name, a.object.name+".")
	needed := a.needed()
	i := slices.IndexFunc(needed, func(c mapping.Constraint) bool { return c.Name == name })
	switch {
	case s.Kind == kindColumn && i >= 0:
		call.Path, call.Body = a.object.definition()+"/Attributes", a.column(needed[i], language)
	case s.Kind == kindKey:
		b := wire.AppendString([]byte(`{"SchemaName":`), a.keyName())
		b = appendLabel(append(b, `,"DisplayName":`...), a.object.title(), language)
		b = wire.AppendString(append(b, `,"KeyAttributes":[`...), a.layout.external)
		b = append(b, "]}"...)
		call.Path, call.Body = a.object.definition()+"/Keys", b
	default:
		return &adapter.Error{Kind: adapter.Invalid, Message: "the step " + s.Kind + " " + s.Name + " is none of this plan: plan again"}
	}
	_, err = a.client.Do(ctx, call)
	if err != nil && adapter.As(err).Kind == adapter.Invalid {
		if left, bad := a.Plan(ctx); bad == nil && !slices.ContainsFunc(left, func(l adapter.Step) bool { return l.Kind == s.Kind && l.Name == s.Name }) {
			return nil
		}
	}
	return err
}

// column is the body that makes a column.
func (a *Records) column(c mapping.Constraint, language int) []byte {
	n := a.layout.fields()
	typ, title := "String", a.object.title()
	switch c.Name {
	case a.layout.names[n]:
		typ, title = "Integer", "Sync Version"
	case a.layout.names[n+1]:
		title = "Sync Status"
	}
	b := []byte(`{"@odata.type":"Microsoft.Dynamics.CRM.` + typ + `AttributeMetadata","AttributeType":"` + typ +
		`","AttributeTypeName":{"Value":"` + typ + `Type"},"SchemaName":`)
	b = wire.AppendString(b, c.Name)
	b = appendLabel(append(b, `,"DisplayName":`...), title, language)
	b = appendLabel(append(b, `,"Description":`...), "Kept by syncproof. Do not edit.", language)
	b = append(b, `,"RequiredLevel":{"Value":"None","CanBeChanged":true,"ManagedPropertyLogicalName":"canmodifyrequirementlevelsettings"}`...)
	if typ == "Integer" {
		return append(b, `,"MinValue":0,"MaxValue":2147483647,"Format":"None"}`...)
	}
	b = strconv.AppendInt(append(b, `,"FormatName":{"Value":"Text"},"MaxLength":`...), int64(lengthOf(c)), 10)
	return append(b, '}')
}

func appendLabel(b []byte, text string, language int) []byte {
	b = append(b, `{"@odata.type":"Microsoft.Dynamics.CRM.Label","LocalizedLabels":[{"@odata.type":"Microsoft.Dynamics.CRM.LocalizedLabel","Label":`...)
	b = wire.AppendString(b, text)
	b = strconv.AppendInt(append(b, `,"LanguageCode":`...), int64(language), 10)
	return append(b, "}]}"...)
}

// language is the organization's base language, in which labels must be given.
func (a *Records) language(ctx context.Context) (int, error) {
	language := 0
	err := a.rows(ctx, apiPath+"organizations?$select=languagecode", func(r *jsonread.Reader) {
		for key, ok := r.Members(); ok; key, ok = r.Member() {
			if string(key) == "languagecode" {
				language = readLength(r)
			} else {
				r.Skip()
			}
		}
	})
	if err == nil && language == 0 {
		err = &adapter.Error{Kind: adapter.Malformed, Message: "the organization does not tell its base language"}
	}
	return language, err
}

// key is the state of the index of the alternate key over the external id
// alone, "" if there is no such key.
func (a *Records) key(ctx context.Context) (status string, err error) {
	err = a.rows(ctx, a.object.definition()+"/Keys", func(r *jsonread.Reader) {
		var columns []string
		state := ""
		for key, ok := r.Members(); ok; key, ok = r.Member() {
			switch string(key) {
			case "EntityKeyIndexStatus":
				state = readText(r)
			case "KeyAttributes":
				for ok := r.Elements(); ok; ok = r.Element() {
					columns = append(columns, readText(r))
				}
			default:
				r.Skip()
			}
		}
		if slices.Equal(columns, []string{a.layout.external}) {
			status = state
		}
	})
	return status, err
}

// rows reads each element of a collection.
func (a *Records) rows(ctx context.Context, path string, read func(*jsonread.Reader)) error {
	call := &wire.Call{Method: http.MethodGet, Path: path}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return err
	}
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "value" {
			r.Skip()
			continue
		}
		for ok := r.Elements(); ok; ok = r.Element() {
			read(r)
		}
	}
	if err := r.End(); err != nil {
		return wire.Misread(call, res, err)
	}
	return nil
}
