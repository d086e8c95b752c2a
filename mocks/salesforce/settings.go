package salesforce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/syncproof/syncproof/mocks"
)

// settings are what an administrator of the organisation decides beyond the
// mapping's fields. Its lists are replaced and never changed, so that clones
// share them.
type settings struct {
	// ChangeEvents are the objects that are selected for change data capture;
	// none is in the beginning, as at the vendor's (S).
	ChangeEvents   []string        `json:"change_events"`
	DuplicateRules []duplicateRule `json:"duplicate_rules"`
	Fields         []fieldSetting  `json:"fields"`
}

// settingsMax bounds each list of the settings.
const settingsMax = 100

// fieldSetting narrows what a field takes.
type fieldSetting struct {
	Object   string `json:"object,omitempty"` // by default Contact
	Field    string `json:"field"`
	Required bool   `json:"required,omitempty"`
	// Length is the most characters, 0 for as many as before.
	Length int `json:"length,omitempty"`
	// Values makes the field a picklist of these; Open takes others as well.
	Values []string `json:"values,omitempty"`
	Open   bool     `json:"open,omitempty"`
}

var _ mocks.Administered = (*Mock)(nil)

// Settings are what is set up, as JSON.
func (m *Mock) Settings() ([]byte, error) { return json.Marshal(m.settings()) }

func (m *Mock) settings() settings {
	out := settings{ChangeEvents: []string{}, DuplicateRules: []duplicateRule{}, Fields: []fieldSetting{}}
	for _, c := range m.setup.members {
		out.ChangeEvents = append(out.ChangeEvents, c.entity)
	}
	out.DuplicateRules = append(out.DuplicateRules, m.setup.duplicates...)
	out.Fields = append(out.Fields, m.setup.fields...)
	return out
}

// SetSettings replaces what is set up.
func (m *Mock) SetSettings(text []byte) error {
	if err := mocks.ValidJSON(text); err != nil {
		return err
	}
	var s settings
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return err
	}
	if err := m.checkSettings(&s); err != nil {
		return err
	}
	m.take(&s)
	return nil
}

func (m *Mock) checkSettings(s *settings) error {
	if n := max(len(s.ChangeEvents), len(s.DuplicateRules), len(s.Fields)); n > settingsMax {
		return fmt.Errorf("a list of %d settings: at most %d are expected", n, settingsMax)
	}
	for i, entity := range s.ChangeEvents {
		if m.named(entity) == nil || slices.Contains(s.ChangeEvents[:i], entity) {
			return fmt.Errorf("change_events: %q is no object of this organisation, or there twice", entity)
		}
	}
	for i := range s.DuplicateRules {
		r := &s.DuplicateRules[i]
		part, err := m.about(&r.Object)
		if err != nil {
			return fmt.Errorf("duplicate_rules: %s: %w", r.Name, err)
		}
		taken := func(o duplicateRule) bool { return o.Name == r.Name }
		if err := part.checkDuplicateRule(r); err != nil {
			return err
		}
		if slices.ContainsFunc(s.DuplicateRules[:i], taken) {
			return fmt.Errorf("duplicate_rules: there are two of the name %q", r.Name)
		}
	}
	for i := range s.Fields {
		part, err := m.about(&s.Fields[i].Object)
		if err != nil {
			return fmt.Errorf("fields: %s: %w", s.Fields[i].Field, err)
		}
		if err := part.checkFieldSetting(&s.Fields[i]); err != nil {
			return err
		}
	}
	return nil
}

// about is the part that a setting's object names; one that is not named is the
// contact.
func (t *tenant) about(object *string) (*Mock, error) {
	if *object == "" {
		*object = objects[mocks.Contact].name
	}
	if part := t.named(*object); part != nil {
		return part, nil
	}
	return nil, fmt.Errorf("%q is no object of this organisation", *object)
}

func (m *Mock) checkFieldSetting(f *fieldSetting) error {
	c := m.made.named(f.Field)
	textual := c != nil && (c.kind == kindString || c.kind == kindTextarea || c.kind == kindPhone || c.kind == kindEmail)
	listed := c != nil && (c.kind == kindString || c.kind == kindPicklist || c.kind == kindMultipicklist)
	switch {
	case c == nil || c.system != plain || c.readOnly:
		return fmt.Errorf("fields: %s has no field %q that can be written", m.object.name, f.Field)
	case f.Length < 0 || f.Length > c.length && c.length > 0:
		return fmt.Errorf("fields: %s: length is from 1 to %d, not %d", f.Field, c.length, f.Length)
	case f.Length > 0 && !textual:
		return fmt.Errorf("fields: %s: a field of type %s has no length to set", f.Field, c.kind)
	case len(f.Values) > 0 && !listed:
		return fmt.Errorf("fields: %s: a field of type %s has no values to choose from", f.Field, c.kind)
	case slices.Contains(f.Values, ""):
		return fmt.Errorf("fields: %s: a value to choose is not empty", f.Field)
	case f.Open && len(f.Values) == 0:
		return fmt.Errorf("fields: %s: open speaks of values, and there are none", f.Field)
	case f.Required && c.kind == kindBoolean:
		return fmt.Errorf("fields: %s: a checkbox always has a value", f.Field)
	}
	f.Field = c.base
	return nil
}

// take sets up what was checked. An object that stays selected keeps its id.
func (m *Mock) take(s *settings) {
	members := make([]channelMember, 0, len(s.ChangeEvents))
	for _, entity := range s.ChangeEvents {
		members = append(members, channelMember{memberID(entity), entity})
	}
	m.setup.members = members
	m.setup.duplicates = s.DuplicateRules
	m.setup.fields = s.Fields
	for _, part := range m.all() {
		part.schema = part.drifted(part.made)
	}
}

// narrowed is a copy of the object's schema with the settings of its fields.
func (m *Mock) narrowed(s *schema) *schema {
	for i := range m.setup.fields {
		f := &m.setup.fields[i]
		for _, c := range s.columns {
			if f.Object == m.object.name && c.base == f.Field {
				c.narrow(f)
			}
		}
	}
	return s
}

func (c *column) narrow(f *fieldSetting) {
	c.required = c.required || f.Required
	if f.Length > 0 {
		c.length = min(c.length, f.Length)
	}
	if len(f.Values) == 0 {
		return
	}
	if c.kind == kindString {
		c.kind = kindPicklist
	}
	c.values, c.open = f.Values, f.Open
}
