package salesforce

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// tooling answers the part of the Tooling API by which an administrator makes
// fields and validation rules: query, and POST of CustomField and
// ValidationRule (S: their pages in the Tooling API's reference; R:
// simple-salesforce issue 621, which shows the requests and the refusal of a
// field that exists). Both need Customize Application (S).
func (x *exchange) tooling(path string) (int, []byte, *apiError) {
	switch path {
	case "query":
		if x.r.Method != http.MethodGet {
			return 0, nil, errMethod(x.r.Method)
		}
		if q := x.setupQuery(toolingObjects); q != nil {
			return x.setupRows(q)
		}
		return 0, nil, refuse("MALFORMED_QUERY", "the query is none that the Tooling API of this organisation answers")
	case "sobjects/CustomField":
		return x.makeSetup(mayCustomize, (*exchange).makeField)
	case "sobjects/ValidationRule":
		return x.makeSetup(mayCustomize, (*exchange).makeRule)
	case memberPath:
		return x.makeSetup(mayCustomize, (*exchange).makeMember)
	}
	if id, ok := below(path, memberPath); ok {
		return x.member(id)
	}
	return 0, nil, errNotFound()
}

// metadata is FullName, as the object that it names and the name behind it, and
// the members of Metadata.
func (x *exchange) metadata(b body, kind string) (part *Mock, name string, meta body, err *apiError) {
	if err = b.only(kind, "FullName", "Metadata"); err != nil {
		return nil, "", meta, err
	}
	full, err := b.need("FullName")
	if err != nil {
		return nil, "", meta, err
	}
	entity, name, ok := strings.Cut(full, ".")
	if part = x.m.named(entity); !ok || part == nil {
		return nil, "", meta, refuse("INVALID_TYPE", "Entity of type '"+entity+"' is not available: FullName must be Contact.<name>", "FullName")
	}
	meta, err = b.object("Metadata")
	return part, name, meta, err
}

// object is a member that must be there, and an object.
func (b body) object(name string) (body, *apiError) {
	m := b.find(name)
	if m == nil || m.Kind != mocks.JSONObject {
		return body{}, errRequired(name)
	}
	members, bad := mocks.Members(nil, []byte(m.Text))
	if bad != nil {
		return body{}, parserError(bad)
	}
	return body{members}, nil
}

func unprefixed(full string) string {
	_, name, _ := strings.Cut(full, ".")
	return name
}

// developerName: letters, digits and underscores, a letter first, no
// underscore last, no two together, at most 40 (S).
func developerName(name string) bool {
	if name == "" || len(name) > 40 || !letter(name[0]) || strings.HasSuffix(name, "_") || strings.Contains(name, "__") {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !letter(c) && !digit(c) && c != '_' {
			return false
		}
	}
	return true
}

// fieldTypes are the Metadata API's names of types (S) that this mock knows.
var fieldTypes = map[string]kind{
	"Text": kindString, "TextArea": kindTextarea, "LongTextArea": kindTextarea, "Number": kindDouble, "Checkbox": kindBoolean,
	"Date": kindDate, "DateTime": kindDatetime, "Phone": kindPhone, "Email": kindEmail,
	"Picklist": kindPicklist, "MultiselectPicklist": kindMultipicklist,
}

// makeField is POST tooling/sobjects/CustomField.
func (x *exchange) makeField(b body) (string, *apiError) {
	part, name, meta, err := x.metadata(b, "CustomField")
	if err != nil {
		return "", err
	}
	base, custom := strings.CutSuffix(name, "__c")
	if !custom || !developerName(base) {
		return "", refuse("FIELD_INTEGRITY_EXCEPTION", "The field name "+name+" is not valid: it ends in __c, begins with a letter and has letters, digits and single underscores", "DeveloperName")
	}
	if part.made.named(name) != nil {
		return "", refuse("DUPLICATE_DEVELOPER_NAME", "There is already a field named "+base+" on "+part.object.name+".", "DeveloperName")
	}
	c, err := meta.column(name)
	if err != nil {
		return "", err
	}
	part.alter(func(s *schema) {
		c.slot = s.slots
		s.slots++
		s.columns = append(s.columns, c)
	})
	return part.object.fieldID(name), nil
}

// fieldID is the id of a custom field's definition.
func (o *object) fieldID(name string) string {
	if o.is != mocks.Contact {
		name = o.name + "." + name
	}
	return prefixField + UserID(name)[3:15] + mocks.SalesforceSuffix(prefixField+UserID(name)[3:15])
}

// column is the column that a CustomField's metadata describes.
func (b body) column(name string) (*column, *apiError) {
	if err := b.only("CustomField", "type", "label", "description", "inlineHelpText", "required", "unique", "caseSensitive",
		"externalId", "length", "precision", "scale", "visibleLines", "defaultValue", "trackHistory", "valueSet"); err != nil {
		return nil, err
	}
	label, err := b.need("label")
	if err != nil {
		return nil, err
	}
	wanted, err := b.need("type")
	if err != nil {
		return nil, err
	}
	k, known := fieldTypes[wanted]
	if !known {
		return nil, refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Type: bad value for restricted picklist field: "+wanted, "Type")
	}
	c := &column{base: name, name: name, label: label, kind: k, custom: true, fromAPI: true, ungranted: true}
	if err := b.flags(c); err != nil {
		return nil, err
	}
	if err := b.measures(c, wanted); err != nil {
		return nil, err
	}
	if err := b.choices(c); err != nil {
		return nil, err
	}
	return c, b.initial(c)
}

func (b body) flags(c *column) (err *apiError) {
	if c.required, err = b.flag("required"); err != nil {
		return err
	}
	if c.unique, err = b.flag("unique"); err != nil {
		return err
	}
	if c.externalID, err = b.flag("externalId"); err != nil {
		return err
	}
	// Only text, numbers and addresses identify (S).
	if (c.unique || c.externalID) && c.kind != kindString && c.kind != kindDouble && c.kind != kindEmail {
		return refuse("FIELD_INTEGRITY_EXCEPTION", "A field of this type cannot be unique or an external id", "ExternalId")
	}
	return nil
}

// measures reads length, or precision and scale: each type demands its own (S).
func (b body) measures(c *column, wanted string) *apiError {
	length, hasLength, err := b.number("length")
	if err != nil {
		return err
	}
	precision, hasPrecision, err := b.number("precision")
	if err != nil {
		return err
	}
	scale, hasScale, err := b.number("scale")
	if err != nil {
		return err
	}
	outside := func(what string) *apiError {
		return refuse("NUMBER_OUTSIDE_VALID_RANGE", what+" is missing or outside of its range for the type "+wanted, what)
	}
	most := map[string]int{"Text": 255, "LongTextArea": 131072}[wanted]
	switch {
	case most > 0 && (!hasLength || length < 1 || length > most):
		return outside("length")
	case wanted == "Number" && (!hasPrecision || precision < 1 || precision > 18):
		return outside("precision")
	case wanted == "Number" && (!hasScale || scale < 0 || scale > precision):
		return outside("scale")
	}
	c.length = map[kind]int{kindString: length, kindTextarea: max(length, 255), kindPhone: 40, kindEmail: 80, kindPicklist: 255, kindMultipicklist: 4099}[c.kind]
	if c.kind == kindDouble {
		c.scale = scale
	}
	return nil
}

// initial reads defaultValue, a formula of which the mock takes literals.
func (b body) initial(c *column) *apiError {
	text, err := b.text("defaultValue")
	if err != nil || text == "" {
		return err
	}
	if c.kind != kindDouble && c.kind != kindBoolean {
		return refuse("FIELD_INTEGRITY_EXCEPTION", "a default of this type is no literal that this organisation takes", "DefaultValue")
	}
	c.initial, err = c.check(text)
	return err
}

// appendMetadata appends a custom column as CustomField.Metadata shows it.
func (c *column) appendMetadata(b []byte) []byte {
	name := "Text"
	for _, known := range [...]string{"Number", "Checkbox", "Date", "DateTime", "Phone", "Email", "LongTextArea"} {
		if fieldTypes[known] == c.kind {
			name = known
		}
	}
	switch c.kind {
	case kindPicklist:
		name = "Picklist"
	case kindMultipicklist:
		name = "MultiselectPicklist"
	}
	b = append(append(b, `{"type":"`...), name...)
	b = mocks.AppendString(append(b, `","label":`...), c.label)
	flag := func(name string, value bool) { b = strconv.AppendBool(append(b, `,"`+name+`":`...), value) }
	number := func(name string, value int, there bool) {
		b = append(b, `,"`+name+`":`...)
		if there {
			b = strconv.AppendInt(b, int64(value), 10)
		} else {
			b = append(b, "null"...)
		}
	}
	flag("required", c.required)
	flag("unique", c.unique)
	flag("externalId", c.externalID)
	number("length", c.length, slices.Contains([]kind{kindString, kindTextarea}, c.kind))
	number("precision", 18, c.kind == kindDouble)
	number("scale", c.scale, c.kind == kindDouble)
	if c.kind == kindPicklist || c.kind == kindMultipicklist {
		b = c.appendValueSet(append(b, `,"valueSet":`...))
	}
	b = append(b, `,"defaultValue":`...)
	if c.initial == "" {
		return append(b, "null}"...)
	}
	return append(mocks.AppendString(b, c.initial), '}')
}
