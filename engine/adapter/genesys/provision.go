package genesys

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

// What provisioning relies on: Genesys' client library (ExternalContactsApi,
// the models DataSchema, JsonSchemaDocument and ExternalSource: a schema's PUT
// needs the version that it replaces), and the form of a property as the
// vendor's own infrastructure provider writes it, a core type in allOf with a
// title and limits.
const (
	sourcesPath = "/api/v2/externalcontacts/externalsources"

	kindField   = "customField"
	kindSource  = "externalSource"
	kindWebhook = "webhook"

	schemaTitle  = "Syncproof"
	statusLength = 40
	statusLeast  = 11 // the longest status
	versionMax   = 999_999_999
)

var _ adapter.Provisioner = (*Records)(nil)

// Plan implements adapter.Provisioner. It needs externalContacts:customFields:view
// and externalContacts:externalSource:view; Apply needs add and edit of the
// former and add of the latter.
func (a *Records) Plan(ctx context.Context) ([]adapter.Step, error) {
	if _, err := a.Describe(ctx); err != nil {
		return nil, err
	}
	known := a.known()
	var steps []adapter.Step
	for _, slot := range [...]int{a.layout.versionSlot(), a.layout.statusSlot()} {
		if a.layout.places[slot] == nowhere {
			continue
		}
		if s, lacks := a.fieldStep(slot, known); lacks {
			steps = append(steps, s)
		}
	}
	source, err := a.sourceStep(ctx)
	if err != nil {
		return nil, err
	}
	steps = append(steps, source...)
	if len(a.secret) > 0 {
		steps = append(steps, adapter.Step{
			Kind: kindWebhook, Name: a.object.topic() + "{id}", What: "send " + a.object.noun + " events to the engine",
			Manual: "no API of Genesys Cloud makes a signed webhook for this topic: route it to the engine with an EventBridge integration or a process automation trigger, and sign the raw body as " + SignatureHeader + " with the webhook secret. Polling works without it",
		})
	}
	return steps, nil
}

// fieldStep is the step for a field, if one is needed.
func (a *Records) fieldStep(slot int, known knownSchema) (adapter.Step, bool) {
	name := a.layout.names[slot]
	version := slot == a.layout.versionSlot()
	step := adapter.Step{Kind: kindField, Name: name, What: "add the text field " + name + " to the " + a.object.noun + " schema"}
	if version {
		step.What = "add the integer field " + name + " to the " + a.object.noun + " schema"
	}
	remedy := ". It stays as it is: name another field in the configuration"
	have, exists := known.fields[name]
	switch {
	case a.layout.places[slot] != custom:
		step.Blocked = name + " is an attribute of every " + a.object.noun + " and no custom field" + remedy
	case !exists:
	case version && have.Type != mapping.TypeInteger:
		step.Blocked = fmt.Sprintf("%s exists and is of type %s, not integer%s", name, have.Type, remedy)
	case !version && have.Type != mapping.TypeString && have.Type != mapping.TypePicklist:
		step.Blocked = fmt.Sprintf("%s exists and is of type %s, not text%s", name, have.Type, remedy)
	case !version && have.Type == mapping.TypeString && have.MaxLength > 0 && have.MaxLength < statusLeast:
		step.Blocked = fmt.Sprintf("%s exists and takes %d characters, not at least %d%s", name, have.MaxLength, statusLeast, remedy)
	default:
		return step, false
	}
	return step, true
}

// externalSource is one entry of the list of external sources.
type externalSource struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// sources lists the external sources, all pages of them.
func (a *Records) sources(ctx context.Context) ([]externalSource, error) {
	var all []externalSource
	path := sourcesPath + "?limit=200"
	for range 50 { // 10,000 sources are no sensible tenant
		call := &wire.Call{Method: http.MethodGet, Path: path}
		res, err := a.client.Do(ctx, call)
		if err != nil {
			return nil, err
		}
		var page struct {
			Entities []externalSource `json:"entities"`
			Cursors  struct {
				After string `json:"after"`
			} `json:"cursors"`
		}
		if err := decode(res.Body, &page); err != nil {
			return nil, wire.Misread(call, res, err)
		}
		all = append(all, page.Entities...)
		if page.Cursors.After == "" {
			break
		}
		path = sourcesPath + "?limit=200&cursor=" + url.QueryEscape(page.Cursors.After)
	}
	return all, nil
}

// sourceStep is the step for the external source whose ids contacts carry.
// Genesys gives the id, so that a source of the configured name is found and
// its id has to go into the configuration.
func (a *Records) sourceStep(ctx context.Context) ([]adapter.Step, error) {
	sources, err := a.sources(ctx)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(sources, func(s externalSource) bool { return s.ID == a.source }) {
		return nil, nil
	}
	step := adapter.Step{Kind: kindSource, Name: a.source, Shared: true, What: "create the external source " + a.source}
	if i := slices.IndexFunc(sources, func(s externalSource) bool { return s.Name == a.source }); i >= 0 {
		step.What = "name the external source by its id"
		step.Shared = false // each object has a setting of its own
		step.Manual = "the external source " + a.source + " has the id " + sources[i].ID + ": set " + a.setting() + " to that id"
	}
	return []adapter.Step{step}, nil
}

// setting is where the configuration names the external source.
func (a *Records) setting() string {
	if a.object == objects[adapter.Account] {
		return "objects.account.cc.external_field"
	}
	return "external_field of this system"
}

// Apply implements adapter.Provisioner.
func (a *Records) Apply(ctx context.Context, s adapter.Step) error {
	switch s.Kind {
	case kindSource:
		_, err := a.client.Do(ctx, &wire.Call{
			Method: http.MethodPost, Path: sourcesPath, Write: true,
			Body: append(wire.AppendString([]byte(`{"name":`), s.Name), `,"active":true}`...),
		})
		if err != nil && adapter.As(err).Kind == adapter.Duplicate {
			return nil
		}
		return err
	case kindField:
		return a.addField(ctx, s.Name)
	}
	return &adapter.Error{Kind: adapter.Invalid, Message: "the step " + s.Kind + " " + s.Name + " is none of this plan: plan again"}
}

// wholeSchema is a schema with all that the server says of it.
type wholeSchema struct {
	ID         string                     `json:"id,omitempty"`
	Name       string                     `json:"name,omitempty"`
	Version    int64                      `json:"version,omitempty"`
	AppliesTo  []string                   `json:"appliesTo,omitempty"`
	Enabled    bool                       `json:"enabled"`
	JSONSchema map[string]json.RawMessage `json:"jsonSchema"`
}

// addField adds a field to the schema in use, or makes the first schema. The
// schema is read just before, and written on the version that was read.
func (a *Records) addField(ctx context.Context, name string) error {
	if _, err := a.Describe(ctx); err != nil {
		return err
	}
	known := a.known()
	if _, exists := known.fields[name]; exists {
		return nil
	}
	call := &wire.Call{Method: http.MethodPost, Path: a.object.schemas(), Write: true}
	s := wholeSchema{
		Name: schemaTitle, Enabled: true, AppliesTo: []string{a.object.appliesTo},
		JSONSchema: map[string]json.RawMessage{
			"$schema": json.RawMessage(`"http://json-schema.org/draft-04/schema#"`), "title": json.RawMessage(`"` + schemaTitle + `"`),
			"description": json.RawMessage(`"Fields that syncproof keeps"`),
		},
	}
	if known.id != "" {
		call.Method, call.Path = http.MethodPut, a.object.schemas()+"/"+url.PathEscape(known.id)
		read := &wire.Call{Method: http.MethodGet, Path: call.Path}
		res, err := a.client.Do(ctx, read)
		if err != nil {
			return err
		}
		s = wholeSchema{}
		if err := decode(res.Body, &s); err != nil {
			return wire.Misread(read, res, err)
		}
	}
	var err error
	if call.Body, err = s.with(name, a.property(name)); err != nil {
		return err
	}
	_, err = a.client.Do(ctx, call)
	a.keep(knownSchema{})
	return err
}

// with is the schema as JSON, with one property more.
func (s *wholeSchema) with(name string, property []byte) ([]byte, error) {
	properties := map[string]json.RawMessage{}
	if old := s.JSONSchema["properties"]; len(old) > 0 {
		if err := decode(old, &properties); err != nil {
			return nil, &adapter.Error{Kind: adapter.Malformed, Err: err}
		}
	}
	properties[name] = property
	document := maps.Clone(s.JSONSchema)
	if document == nil {
		document = map[string]json.RawMessage{}
	}
	var err error
	if document["properties"], err = json.Marshal(properties); err != nil {
		return nil, err
	}
	out := *s
	out.JSONSchema = document
	return json.Marshal(&out)
}

// property is a field of ours as a schema describes it.
func (a *Records) property(name string) []byte {
	core, limits := "text", fmt.Sprintf(`"minLength":0,"maxLength":%d`, statusLength)
	if name == a.layout.names[a.layout.versionSlot()] {
		core, limits = "integer", fmt.Sprintf(`"minimum":0,"maximum":%d`, versionMax)
	}
	b := []byte(`{"allOf":[{"$ref":"#/definitions/` + core + `"}],"title":`)
	b = wire.AppendString(b, name)
	return append(b, `,"description":"Kept by syncproof. Do not edit.",`+limits+`}`...)
}
