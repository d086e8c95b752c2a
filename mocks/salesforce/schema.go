package salesforce

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// kind is a column's type as describe names it.
type kind uint8

const (
	kindID kind = iota
	kindReference
	kindString
	kindTextarea
	kindPhone
	kindEmail
	kindURL
	kindPicklist
	kindMultipicklist
	kindBoolean
	kindDate
	kindDatetime
	kindInt
	kindDouble
)

// kindNames are describe's names, which the JSON parser's errors use as well.
var kindNames = [...]string{
	"id", "reference", "string", "textarea", "phone", "email", "url", "picklist", "multipicklist",
	"boolean", "date", "datetime", "int", "double",
}

func (k kind) String() string { return kindNames[k] }

// soapTypes are describe's soapType for each kind.
var soapTypes = [...]string{
	"tns:ID", "tns:ID", "xsd:string", "xsd:string", "xsd:string", "xsd:string", "xsd:string", "xsd:string", "xsd:string",
	"xsd:boolean", "xsd:date", "xsd:dateTime", "xsd:int", "xsd:double",
}

// textual: LIKE compares such a column.
func (k kind) textual() bool {
	return !k.numeric() && k != kindBoolean && k != kindDate && k != kindDatetime && k != kindID && k != kindReference &&
		k != kindMultipicklist
}

func (k kind) numeric() bool { return k == kindInt || k == kindDouble }

// system says which part of a record holds a column that is not a plain value.
type system uint8

const (
	plain system = iota
	sysID
	sysIsDeleted
	sysMasterRecordID
	sysName
	sysCreatedDate
	sysCreatedByID
	sysLastModifiedDate
	sysLastModifiedByID
	sysSystemModstamp
)

// column is one field of an object.
type column struct {
	base  string // the name it was made with, by which users know it
	name  string // API name, which drift may change
	label string
	kind  kind
	// length is in characters, 0 for kinds that have none.
	length     int
	scale      int // of a double
	system     system
	slot       int // into record.values; -1 for a column of the system
	custom     bool
	required   bool
	readOnly   bool
	externalID bool
	values     []string // of a picklist
	open       bool     // the picklist takes other values too
	gone       bool     // removed by drift
	retyped    bool     // by drift: what it is otherwise empty of stays so
	hidden     bool     // the engine's account cannot see it
	ungranted  bool     // made through the API, and nobody has permission yet
	unique     bool
	fromAPI    bool   // made through the Tooling API
	initial    string // what a new record starts with, "" for nothing
	key        []byte // `"Name":`
}

// filterable: a long text area cannot be used in a WHERE clause (M).
func (c *column) filterable() bool { return c.kind != kindTextarea || c.length <= 255 }

// schema is the object as it stands now.
type schema struct {
	object  *object
	columns []*column // in describe's order
	byName  map[string]*column
	slots   int // how many plain columns there are
}

// find looks a column up by its API name, which is not case-sensitive (M).
func (s *schema) find(name string) *column {
	if c := s.byName[name]; c != nil {
		return c
	}
	return s.byName[strings.ToLower(name)]
}

// named is the column of this API name, hidden or not; nil if there is none.
func (s *schema) named(name string) *column {
	for _, c := range s.columns {
		if name != "" && strings.EqualFold(c.name, name) && !c.gone {
			return c
		}
	}
	return nil
}

func (s *schema) index() {
	s.byName = make(map[string]*column, 2*len(s.columns))
	for _, c := range s.columns {
		if c.gone || c.hidden {
			continue
		}
		c.key = append(mocks.AppendString(nil, c.name), ':')
		s.byName[strings.ToLower(c.name)] = c
		s.byName[c.name] = c
	}
}

// standardContact are the columns of Contact that every tenant has (S); the lengths
// are the vendor's, from memory (M).
func standardContact() []*column {
	return framed([]*column{
		{name: "LastName", label: "Last Name", kind: kindString, length: 80, required: true},
		{name: "FirstName", label: "First Name", kind: kindString, length: 40},
		{name: "Name", label: "Full Name", kind: kindString, length: 121, system: sysName},
		{name: "MailingStreet", label: "Mailing Street", kind: kindTextarea, length: 255},
		{name: "MailingCity", label: "Mailing City", kind: kindString, length: 40},
		{name: "MailingState", label: "Mailing State/Province", kind: kindString, length: 80},
		{name: "MailingPostalCode", label: "Mailing Zip/Postal Code", kind: kindString, length: 20},
		{name: "MailingCountry", label: "Mailing Country", kind: kindString, length: 80},
		{name: "Phone", label: "Business Phone", kind: kindPhone, length: 40},
		{name: "MobilePhone", label: "Mobile Phone", kind: kindPhone, length: 40},
		{name: "Email", label: "Email", kind: kindEmail, length: 80},
		{name: "Title", label: "Title", kind: kindString, length: 128},
		{name: "Department", label: "Department", kind: kindString, length: 80},
		{name: "Birthdate", label: "Birthdate", kind: kindDate},
		{name: "Description", label: "Contact Description", kind: kindTextarea, length: 32000},
		{name: "DoNotCall", label: "Do Not Call", kind: kindBoolean},
	}, "Contact ID")
}

// standardAccount are those of Account (S for the names: the object reference;
// M for the lengths).
func standardAccount() []*column {
	return framed([]*column{
		{name: "Name", label: "Account Name", kind: kindString, length: 255, required: true},
		{name: "Type", label: "Account Type", kind: kindPicklist, length: 255},
		{name: "BillingStreet", label: "Billing Street", kind: kindTextarea, length: 255},
		{name: "BillingCity", label: "Billing City", kind: kindString, length: 40},
		{name: "BillingState", label: "Billing State/Province", kind: kindString, length: 80},
		{name: "BillingPostalCode", label: "Billing Zip/Postal Code", kind: kindString, length: 20},
		{name: "BillingCountry", label: "Billing Country", kind: kindString, length: 80},
		{name: "Phone", label: "Account Phone", kind: kindPhone, length: 40},
		{name: "Fax", label: "Account Fax", kind: kindPhone, length: 40},
		{name: "AccountNumber", label: "Account Number", kind: kindString, length: 40},
		{name: "Website", label: "Website", kind: kindURL, length: 255},
		{name: "Industry", label: "Industry", kind: kindPicklist, length: 255},
		{name: "NumberOfEmployees", label: "Employees", kind: kindInt},
		{name: "Description", label: "Account Description", kind: kindTextarea, length: 32000},
	}, "Account ID")
}

// framed puts the columns of the system around an object's own.
func framed(own []*column, idLabel string) []*column {
	head := []*column{
		{name: "Id", label: idLabel, kind: kindID, length: 18, system: sysID},
		{name: "IsDeleted", label: "Deleted", kind: kindBoolean, system: sysIsDeleted},
		{name: "MasterRecordId", label: "Master Record ID", kind: kindReference, length: 18, system: sysMasterRecordID},
	}
	tail := []*column{
		{name: "CreatedDate", label: "Created Date", kind: kindDatetime, system: sysCreatedDate},
		{name: "CreatedById", label: "Created By ID", kind: kindReference, length: 18, system: sysCreatedByID},
		{name: "LastModifiedDate", label: "Last Modified Date", kind: kindDatetime, system: sysLastModifiedDate},
		{name: "LastModifiedById", label: "Last Modified By ID", kind: kindReference, length: 18, system: sysLastModifiedByID},
		{name: "SystemModstamp", label: "System Modstamp", kind: kindDatetime, system: sysSystemModstamp},
	}
	return slices.Concat(head, own, tail)
}

// newSchema is an object with the tenant's own fields. A field of the
// configuration that names a standard column narrows that column.
func newSchema(o *object, c *mocks.Config) *schema {
	s := &schema{object: o, columns: o.standard()}
	for _, f := range c.Fields {
		s.configure(f)
	}
	if !c.Bare {
		s.ensure(mocks.Field{Name: c.VersionField, Type: "integer"})
		s.ensure(mocks.Field{Name: c.StatusField, Type: "string", Length: 40})
		s.ensure(mocks.Field{Name: c.ExternalField, Type: "string"})
		if c.Conditional {
			s.ensure(mocks.Field{Name: c.BaseVersionField, Type: "integer"})
		}
	}
	for _, col := range s.columns {
		col.base = col.name
		if col.slot = -1; col.system == plain {
			col.slot = s.slots
			s.slots++
		}
		col.readOnly = col.readOnly || col.system != plain
		col.externalID = col.name == c.ExternalField
	}
	s.index()
	return s
}

func (s *schema) ensure(f mocks.Field) {
	known := func(c *column) bool { return c.name == f.Name }
	if f.Name != "" && !slices.ContainsFunc(s.columns, known) {
		s.configure(f)
	}
}

func (s *schema) configure(f mocks.Field) {
	i := slices.IndexFunc(s.columns, func(c *column) bool { return c.name == f.Name })
	if i < 0 {
		s.columns = append(s.columns, customColumn(f))
		return
	}
	c := s.columns[i]
	c.required = c.required || f.Required
	c.readOnly = c.readOnly || f.ReadOnly
	if f.Length > 0 {
		c.length = f.Length
	}
	if len(f.Values) > 0 {
		c.kind, c.values = kindPicklist, f.Values
	}
}

func customColumn(f mocks.Field) *column {
	c := &column{
		name: f.Name, label: strings.ReplaceAll(strings.TrimSuffix(f.Name, "__c"), "_", " "), custom: true,
		length: f.Length, required: f.Required, readOnly: f.ReadOnly, values: f.Values,
	}
	length := 255
	switch f.Type {
	case "text":
		c.kind, length = kindTextarea, 32768
	case "integer":
		c.kind, length = kindDouble, 0
	case "decimal":
		c.kind, length, c.scale = kindDouble, 0, 4
	case "boolean":
		c.kind, length = kindBoolean, 0
	case "date":
		c.kind, length = kindDate, 0
	case "instant":
		c.kind, length = kindDatetime, 0
	case "phone":
		c.kind, length = kindPhone, 40
	case "email":
		c.kind, length = kindEmail, 80
	case "picklist":
		c.kind = kindPicklist
	case "multipicklist":
		c.kind, length = kindMultipicklist, 4099
	default:
		c.kind = kindString
	}
	if c.length == 0 {
		c.length = length
	}
	return c
}

// drifted is the schema after the tenant's administrator changed it and with
// what the engine's account may no longer see. Slots stay: the data outlives
// the names.
func (s *schema) drifted(drift []mocks.Drift, hidden []string) *schema {
	out := &schema{object: s.object, columns: make([]*column, len(s.columns)), slots: s.slots}
	for i, c := range s.columns {
		fresh := *c
		out.columns[i] = &fresh
	}
	for _, d := range drift {
		for _, c := range out.columns {
			if strings.EqualFold(c.name, d.Field) {
				c.drift(d)
				break
			}
		}
	}
	for _, c := range out.columns {
		c.hidden = c.ungranted || slices.ContainsFunc(hidden, func(name string) bool {
			return strings.EqualFold(name, c.name) || strings.EqualFold(name, c.base)
		})
	}
	out.index()
	return out
}

func (c *column) drift(d mocks.Drift) {
	c.gone = c.gone || d.Remove
	if d.Rename != "" {
		c.name = d.Rename
	}
	if d.Length > 0 {
		c.length = d.Length
	}
	if d.Values != nil {
		c.values = d.Values
	}
	switch d.Retype {
	case "string":
		c.kind, c.values = kindString, nil
		if c.length == 0 {
			c.length = 255
		}
	case "number":
		c.kind, c.values, c.length = kindDouble, nil, 0
	case "boolean":
		c.retyped = c.retyped || c.kind != kindBoolean
		c.kind, c.values, c.length = kindBoolean, nil, 0
	}
}
