package dynamics

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// kind is a column's type.
type kind uint8

const (
	kindString kind = iota
	kindMemo
	kindPicklist
	kindMultiSelect
	kindBoolean
	kindDate    // DateTime with the format DateOnly
	kindInstant // DateTime
	kindInteger
	kindBigInt
	kindDecimal
	kindLookup
	kindID
)

// system says which part of a record holds a column that is no plain value.
type system uint8

const (
	plain system = iota
	sysID
	sysFullName
	sysCreatedOn
	sysModifiedOn
	sysModifiedBy
	sysVersionNumber
	sysStateCode
	sysMerged
	sysMaster
)

// column is one column of a table.
type column struct {
	object *object
	base   string // the name it was made with, by which users know it
	name   string // the present logical name, which drift may change
	kind   kind
	format string // of texts, as the definition shows it
	length int    // in UTF-16 units, 0 for kinds that have none
	system system
	slot   int
	// level: the forms demand ApplicationRequired columns, the API only those
	// that are SystemRequired (S).
	level    string
	readOnly bool
	options  []string // values of a choice, as decimal numbers
	gone     bool     // removed by drift
	hidden   bool     // the engine's account lost it: column security
	made     string   // the schema name, where it was made through the API
	key      []byte   // `"name":`
}

const (
	levelNone        = "None"
	levelApplication = "ApplicationRequired"
	levelSystem      = "SystemRequired"
)

// property is the column's name in the Web API, where a lookup is a value.
func (c *column) property() string {
	if c.kind == kindLookup {
		return "_" + c.name + "_value"
	}
	return c.name
}

// standardContact are columns that every contact has, with their lengths (S: the
// reference of the table).
func standardContact() []mocks.Field {
	return []mocks.Field{
		{Name: "firstname", Type: "string", Length: 50},
		{Name: "lastname", Type: "string", Length: 50, Required: true},
		{Name: "middlename", Type: "string", Length: 50},
		{Name: "salutation", Type: "string", Length: 100},
		{Name: "jobtitle", Type: "string", Length: 100},
		{Name: "department", Type: "string", Length: 100},
		{Name: "telephone1", Type: "phone", Length: 50},
		{Name: "telephone2", Type: "phone", Length: 50},
		{Name: "mobilephone", Type: "phone", Length: 50},
		{Name: "fax", Type: "phone", Length: 50},
		{Name: "emailaddress1", Type: "email", Length: 100},
		{Name: "emailaddress2", Type: "email", Length: 100},
		{Name: "address1_line1", Type: "string", Length: 250},
		{Name: "address1_city", Type: "string", Length: 80},
		{Name: "address1_stateorprovince", Type: "string", Length: 50},
		{Name: "address1_postalcode", Type: "string", Length: 20},
		{Name: "address1_country", Type: "string", Length: 80},
		{Name: "description", Type: "text", Length: 2000},
		{Name: "donotphone", Type: "boolean"},
		{Name: "birthdate", Type: "date"},
		{Name: "gendercode", Type: "picklist", Values: []string{"1", "2"}},
	}
}

// standardAccount are those of an account (S: likewise).
func standardAccount() []mocks.Field {
	return []mocks.Field{
		{Name: "name", Type: "string", Length: 160, Required: true},
		{Name: "accountnumber", Type: "string", Length: 20},
		{Name: "telephone1", Type: "phone", Length: 50},
		{Name: "telephone2", Type: "phone", Length: 50},
		{Name: "fax", Type: "phone", Length: 50},
		{Name: "emailaddress1", Type: "email", Length: 100},
		{Name: "websiteurl", Type: "url", Length: 200},
		{Name: "address1_line1", Type: "string", Length: 250},
		{Name: "address1_city", Type: "string", Length: 80},
		{Name: "address1_stateorprovince", Type: "string", Length: 50},
		{Name: "address1_postalcode", Type: "string", Length: 20},
		{Name: "address1_country", Type: "string", Length: 80},
		{Name: "description", Type: "text", Length: 2000},
		{Name: "donotphone", Type: "boolean"},
		{Name: "numberofemployees", Type: "integer"},
	}
}

// schema is the table as it stands now.
type schema struct {
	columns []*column
	byName  map[string]*column // by the name in the Web API
	all     []*column          // those that are there: the answer without $select
	// revision grows with every change; the definition's stamp shows it.
	revision int
}

func newSchema(o *object, c *mocks.Config) *schema {
	fields := o.standard()
	builtin := len(fields)
	ensure := func(f mocks.Field) {
		i := slices.IndexFunc(fields, func(have mocks.Field) bool { return have.Name == f.Name })
		switch {
		case f.Name == "":
		case i < 0:
			fields = append(fields, f)
		case i >= builtin:
			fields[i] = f
		default:
			// A standard column keeps its type; an administrator may lengthen it.
			fields[i].Length = max(fields[i].Length, f.Length)
			fields[i].Required = fields[i].Required || f.Required
		}
	}
	for _, f := range c.Fields {
		ensure(f)
	}
	if !c.Bare {
		ensure(mocks.Field{Name: c.VersionField, Type: "integer"})
		ensure(mocks.Field{Name: c.StatusField, Type: "string", Length: 40})
		ensure(mocks.Field{Name: c.ExternalField, Type: "string", Length: 100})
	}

	s := &schema{revision: 1, columns: []*column{{name: o.id, kind: kindID, system: sysID, level: levelSystem}}}
	for _, f := range fields {
		s.columns = append(s.columns, newColumn(f))
	}
	for _, computed := range o.computed {
		s.columns = append(s.columns, &computed)
	}
	s.columns = append(s.columns,
		&column{name: "createdon", kind: kindInstant, system: sysCreatedOn},
		&column{name: "modifiedon", kind: kindInstant, system: sysModifiedOn},
		&column{name: "modifiedby", kind: kindLookup, system: sysModifiedBy},
		&column{name: "versionnumber", kind: kindBigInt, system: sysVersionNumber},
		&column{name: "statecode", kind: kindPicklist, options: []string{"0", "1"}, system: sysStateCode, level: levelSystem},
		&column{name: "merged", kind: kindBoolean, system: sysMerged},
		&column{name: "masterid", kind: kindLookup, system: sysMaster},
	)
	for i, col := range s.columns {
		col.object, col.base, col.slot, col.level = o, col.name, i, cmp.Or(col.level, levelNone)
		col.readOnly = col.readOnly || col.system != plain
	}
	s.index()
	return s
}

// numbers are the values that can be a choice's: no other has ever been one.
func numbers(values []string) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		if n, err := strconv.ParseInt(v, 10, 32); err == nil {
			out = append(out, strconv.FormatInt(n, 10))
		}
	}
	return out
}

func newColumn(f mocks.Field) *column {
	c := &column{name: f.Name, length: f.Length, readOnly: f.ReadOnly, options: numbers(f.Values)}
	if f.Required {
		c.level = levelApplication
	}
	c.retype(f.Type)
	return c
}

// retype gives a column another type and, where it has none, its length.
func (c *column) retype(name string) {
	standard := 0
	c.format = ""
	switch name {
	case "text":
		c.kind, standard = kindMemo, 2000
	case "picklist":
		c.kind = kindPicklist
	case "multipicklist":
		c.kind = kindMultiSelect
	case "boolean":
		c.kind = kindBoolean
	case "date":
		c.kind = kindDate
	case "instant":
		c.kind = kindInstant
	case "integer":
		c.kind = kindInteger
	case "decimal", "number":
		c.kind = kindDecimal
	default:
		c.kind, c.format, standard = kindString, "Text", 100
		if name == "email" || name == "phone" || name == "url" {
			c.format = strings.ToUpper(name[:1]) + name[1:]
		}
	}
	if c.length == 0 || standard == 0 {
		c.length = standard
	}
}

func (s *schema) index() {
	s.byName, s.all = make(map[string]*column, len(s.columns)), nil
	for _, c := range s.columns {
		c.key = append(mocks.AppendString(nil, c.property()), ':')
		if !c.gone {
			s.byName[c.property()] = c
			s.all = append(s.all, c)
		}
	}
}

// drifted is the table after its owner changed it and with what the engine's
// account has lost. Slots stay: the data outlives the names.
func (s *schema) drifted(drift []mocks.Drift, hidden []string, revision int) *schema {
	out := &schema{revision: revision, columns: make([]*column, len(s.columns))}
	for i, c := range s.columns {
		fresh := *c
		out.columns[i] = &fresh
	}
	for _, d := range drift {
		for _, c := range out.columns {
			if c.name == d.Field && !c.gone {
				c.drift(d)
				break
			}
		}
	}
	for _, c := range out.columns {
		c.hidden = slices.Contains(hidden, c.name) || slices.Contains(hidden, c.base)
	}
	out.index()
	return out
}

func (c *column) drift(d mocks.Drift) {
	c.gone = d.Remove
	if d.Rename != "" {
		c.name = d.Rename
	}
	if d.Retype != "" {
		c.length, c.options = 0, nil
		c.retype(d.Retype)
	}
	if d.Length > 0 && c.length > 0 {
		c.length = d.Length
	}
	if d.Values != nil {
		c.options = numbers(d.Values)
	}
}
