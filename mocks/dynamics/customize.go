package dynamics

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// What an administrator changes in the table through the Web API, as the Power
// Apps developer guide has it: columns (create and update column definitions
// using the Web API: the bodies, 204 and OData-EntityId) and alternate keys
// (work with alternate keys: EntityKeyMetadata, the states of its index) (S).
// What is made needs no publishing (S: publish customizations). The vendor
// builds a key's index by a system job, which here takes no time.

// Privileges of the one who customizes (S: their names).
const (
	privilegeColumn = "prvCreateAttribute"
	privilegeKey    = "prvCreateEntityKey"
)

// baseLanguage is the language in which every label must be given (M: that it
// must).
const baseLanguage = 1033

// codeCustomization: M, all of it but that such a body is refused with 400.
const codeCustomization = "0x80047013"

func errCustomization(message string) *apiError {
	return refuse(http.StatusBadRequest, codeCustomization, message)
}

// label is a text in the languages of an organisation.
type label struct {
	Type            string `json:"@odata.type"`
	LocalizedLabels []localized
}

type localized struct {
	Type         string `json:"@odata.type"`
	Label        string
	LanguageCode int
}

func (l *label) given() bool {
	return l != nil && slices.ContainsFunc(l.LocalizedLabels, func(one localized) bool {
		return one.LanguageCode == baseLanguage && one.Label != ""
	})
}

// value is how the vendor wraps names that are no plain texts.
type value struct{ Value string }

// definition is the body that makes a column: of the types that the model
// makes, a whole number and a text.
type definition struct {
	Type              string `json:"@odata.type"`
	AttributeType     string
	AttributeTypeName *value
	SchemaName        string
	DisplayName       *label
	Description       *label
	RequiredLevel     *struct {
		Value                      string
		CanBeChanged               *bool
		ManagedPropertyLogicalName string
	}
	MaxLength, MinValue, MaxValue *int64
	FormatName                    *value
	Format                        string
}

// keyDefinition is the body that makes an alternate key.
type keyDefinition struct {
	Type          string `json:"@odata.type"`
	SchemaName    string
	DisplayName   *label
	KeyAttributes []string
}

// customize answers a POST behind the table's definition.
func (x *exchange) customize() (reply, *apiError) {
	if bad := x.parameters(); bad != nil {
		return reply{}, bad
	}
	rest, ok := strings.CutPrefix(x.path, "EntityDefinitions(LogicalName='"+x.m.object.name+"')")
	if !ok {
		return reply{}, x.m.object.errNoRecord(x.path)
	}
	if bad := x.contentIsJSON(); bad != nil {
		return reply{}, bad
	}
	switch rest {
	case "/Attributes":
		return x.makeColumn()
	case "/Keys":
		return x.makeKey()
	}
	return reply{}, errMethod(x.r.Method)
}

// strict reads a body of which every member must be known.
func (x *exchange) strict(into any) *apiError {
	if err := mocks.ValidJSON(x.r.Body); err != nil {
		return x.m.object.malformed(err)
	}
	d := json.NewDecoder(bytes.NewReader(x.r.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return x.m.object.badPayload("Microsoft.OData.ODataException: " + err.Error())
	}
	return nil
}

// entitled refuses an account without a customizer's privilege.
func (x *exchange) entitled(privilege string) *apiError {
	if x.may(privilege) {
		return nil
	}
	e := refuse(http.StatusForbidden, codePrivilege, "Principal user (Id="+x.m.self+", type=8) is missing "+privilege+" privilege.")
	e.privilege = privilege
	return e
}

// prefixed says whether a schema name begins with a publisher's prefix of two
// to eight letters and digits (S).
func prefixed(name string) bool {
	prefix, rest, ok := strings.Cut(name, "_")
	return ok && rest != "" && len(prefix) >= 2 && len(prefix) <= 8 &&
		strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && (prefix[0] < '0' || prefix[0] > '9')
}

func (x *exchange) makeColumn() (reply, *apiError) {
	if bad := x.entitled(privilegeColumn); bad != nil {
		return reply{}, bad
	}
	var d definition
	if bad := x.strict(&d); bad != nil {
		return reply{}, bad
	}
	c, bad := d.column(x.m.object)
	if bad != nil {
		return reply{}, bad
	}
	if slices.ContainsFunc(x.m.made.columns, func(have *column) bool { return have.name == c.name }) {
		return reply{}, errCustomization("An attribute with the specified name " + c.name + " already exists for entity " + x.m.object.name + ".")
	}
	x.m.alter(func(s *schema) { s.add(c) })
	return reply{status: http.StatusNoContent, at: "EntityDefinitions(" + UserID(x.m.object.name) + ")/Attributes(" + UserID(c.name) + ")"}, nil
}

// column is what a definition makes, or why it makes nothing.
func (d *definition) column(o *object) (*column, *apiError) {
	c := &column{name: strings.ToLower(d.SchemaName), level: levelNone, made: d.SchemaName}
	c.base = c.name
	switch {
	case !prefixed(d.SchemaName):
		return nil, errCustomization("The SchemaName '" + d.SchemaName + "' does not begin with a valid customization prefix.")
	case !d.DisplayName.given():
		return nil, errCustomization("A DisplayName in the organization's base language is required for attribute " + d.SchemaName + ".")
	case d.RequiredLevel == nil || d.RequiredLevel.Value != levelNone:
		return nil, errCustomization("The RequiredLevel of attribute " + d.SchemaName + " is missing or not supported.")
	}
	switch strings.TrimPrefix(d.Type, "#") {
	case "Microsoft.Dynamics.CRM.IntegerAttributeMetadata":
		if d.MaxLength != nil || d.FormatName != nil {
			return nil, o.badPayload("Microsoft.OData.ODataException: IntegerAttributeMetadata has neither MaxLength nor FormatName.")
		}
		c.kind = kindInteger
	case "Microsoft.Dynamics.CRM.StringAttributeMetadata":
		if d.MinValue != nil || d.MaxValue != nil {
			return nil, o.badPayload("Microsoft.OData.ODataException: StringAttributeMetadata has neither MinValue nor MaxValue.")
		}
		if d.FormatName == nil || d.FormatName.Value != "Text" || d.MaxLength == nil || *d.MaxLength < 1 || *d.MaxLength > 4000 {
			return nil, errCustomization("A text of 1 to 4000 characters needs MaxLength and FormatName.")
		}
		c.kind, c.format, c.length = kindString, "Text", int(*d.MaxLength)
	default:
		return nil, o.badPayload("Microsoft.OData.ODataException: the type '" + d.Type + "' cannot be created.")
	}
	if d.AttributeType != "" && d.AttributeType != typeNames[c.kind][0] ||
		d.AttributeTypeName != nil && d.AttributeTypeName.Value != typeNames[c.kind][1] {
		return nil, o.badPayload("Microsoft.OData.ODataException: AttributeType and AttributeTypeName contradict '" + d.Type + "'.")
	}
	return c, nil
}

func (x *exchange) makeKey() (reply, *apiError) {
	if bad := x.entitled(privilegeKey); bad != nil {
		return reply{}, bad
	}
	var d keyDefinition
	if bad := x.strict(&d); bad != nil {
		return reply{}, bad
	}
	switch {
	case !prefixed(d.SchemaName) || !d.DisplayName.given():
		return reply{}, errCustomization("The key needs a SchemaName with a customization prefix, and a DisplayName in the base language.")
	case len(d.KeyAttributes) != 1:
		return reply{}, errCustomization("The model makes keys of one column.")
	case x.m.external != nil:
		return reply{}, errCustomization("Entity Key with the specified columns already exists for entity " + x.m.object.name + ".")
	}
	i := slices.IndexFunc(x.m.made.columns, func(c *column) bool { return c.name == d.KeyAttributes[0] && c.system == plain })
	if i < 0 || x.m.made.columns[i].kind != kindString && x.m.made.columns[i].kind != kindInteger {
		return reply{}, errCustomization("The column " + d.KeyAttributes[0] + " does not exist, or cannot be part of a key.")
	}
	if !x.m.unique(x.m.made.columns[i]) {
		return reply{}, errCustomization("The index of the key cannot be created: the column holds a value twice.")
	}
	x.m.key(x.m.made.columns[i])
	return reply{status: http.StatusNoContent, at: "EntityDefinitions(" + UserID(x.m.object.name) + ")/Keys(" + UserID(d.SchemaName) + ")"}, nil
}

// add gives the table a column.
func (s *schema) add(c *column) {
	c.object, c.slot = s.columns[0].object, len(s.columns)
	s.columns = append(s.columns, c)
	s.index()
}

// alter changes the table as it was made: clones share the old one.
func (m *Mock) alter(change func(*schema)) {
	m.made = m.made.drifted(nil, nil, m.made.revision+1)
	change(m.made)
	f := mocks.Faults{Drift: m.drift, Revoked: m.revoked}
	m.schema = m.made.drifted(f.DriftsOf(m.object.is), f.RevokedOf(m.object.is), m.schema.revision+1)
	for _, c := range m.store.order {
		if short := len(m.made.columns) - len(c.values); short > 0 {
			c.values = append(slices.Clip(c.values), make([]string, short)...)
		}
	}
	m.version = m.made.byName[m.config.VersionField]
	if m.external != nil {
		m.external = m.made.columns[m.external.slot]
	}
}

// unique reports whether no two records hold the same value in a column.
func (m *Mock) unique(col *column) bool {
	seen := map[string]bool{}
	for _, c := range m.store.order {
		text := c.values[col.slot]
		if text == "" || c.deleted {
			continue
		}
		if seen[text] {
			return false
		}
		seen[text] = true
	}
	return true
}

// key makes a column that of the alternate key.
func (m *Mock) key(col *column) {
	m.external, m.store.folded = col, nil
	for _, c := range m.store.order {
		if text := c.values[col.slot]; text != "" && !c.deleted {
			m.store.byKey[text] = c
		}
	}
}
