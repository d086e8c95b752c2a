package restcrm

import (
	"regexp"
	"slices"

	"github.com/syncproof/syncproof/mocks"
)

// kind is a property's type as the schema names it.
type kind uint8

const (
	kindString kind = iota
	kindText
	kindPhone
	kindEmail
	kindPicklist
	kindMultipicklist
	kindBoolean
	kindDate
	kindInstant
	kindInteger
	kindDecimal
)

var kindNames = [...]string{
	"string", "text", "phone", "email", "picklist", "multipicklist",
	"boolean", "date", "instant", "integer", "decimal",
}

func (k kind) String() string { return kindNames[k] }

// kindOf is the kind of a configured type; what is not known is a string.
func kindOf(name string) kind {
	return kind(max(0, slices.Index(kindNames[:], name)))
}

// system says which part of a record holds a property that is no plain value.
type system uint8

const (
	plain system = iota
	sysID
	sysDeleted
	sysCreatedAt
	sysUpdatedAt
	sysUpdatedBy
)

// property is one member of a record.
type property struct {
	base     string // the name it was made with, by which users know it
	name     string // the present name, which drift may change
	kind     kind
	length   int // in code points, 0 for kinds that have none
	system   system
	slot     int
	required bool
	readOnly bool
	filled   bool // never null: sync_version
	added    bool // by a client
	pattern  *regexp.Regexp
	values   []string
	gone     bool   // removed by drift
	hidden   bool   // the engine's account has lost it
	key      []byte // `"name":`
}

func (p *property) visible() bool { return !p.gone && !p.hidden }

// phoneForm and emailForm are the patterns of the document.
var (
	phoneForm = regexp.MustCompile(`^[+0-9() .x;=ext-]{3,40}$`)
	emailForm = regexp.MustCompile(`^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$`)
)

// schema is the record as it stands now.
type schema struct {
	properties []*property
	byName     map[string]*property
	revision   int // grows with every change
}

// standardContact are the document's properties of a contact, in its order. Every property of the
// configuration replaces the one of its name or comes behind them.
func standardContact() []mocks.Field {
	return []mocks.Field{
		{Name: "first_name", Type: "string", Length: 100},
		{Name: "last_name", Type: "string", Length: 100, Required: true},
		{Name: "title", Type: "string", Length: 200},
		{Name: "phone", Type: "phone"},
		{Name: "mobile", Type: "phone"},
		{Name: "email", Type: "email"},
		{Name: "city", Type: "string", Length: 100},
		{Name: "notes", Type: "text"},
		{Name: "tier", Type: "picklist", Values: []string{"bronze", "silver", "gold"}},
		{Name: "do_not_call", Type: "boolean"},
		{Name: "birthday", Type: "date"},
		{Name: "interests", Type: "multipicklist", Values: []string{"golf", "sailing", "music", "chess"}},
		{Name: "score", Type: "integer"},
	}
}

// standardAccount are those of an account.
func standardAccount() []mocks.Field {
	return []mocks.Field{
		{Name: "name", Type: "string", Length: 200, Required: true},
		{Name: "phone", Type: "phone"},
		{Name: "website", Type: "string", Length: 255},
		{Name: "city", Type: "string", Length: 100},
		{Name: "country", Type: "string", Length: 100},
		{Name: "industry", Type: "picklist", Values: []string{"finance", "manufacturing", "retail", "services"}},
		{Name: "employees", Type: "integer"},
		{Name: "active", Type: "boolean"},
		{Name: "notes", Type: "text"},
	}
}

func newSchema(o *object, c *mocks.Config) (*schema, error) {
	fields := o.standard()
	ensure := func(f mocks.Field, replace bool) {
		i := slices.IndexFunc(fields, func(have mocks.Field) bool { return have.Name == f.Name })
		switch {
		case f.Name == "":
		case i < 0:
			fields = append(fields, f)
		case replace:
			fields[i] = f
		}
	}
	for _, f := range c.Fields {
		ensure(f, true)
	}
	if !c.Bare {
		ensure(mocks.Field{Name: c.VersionField, Type: "integer"}, false)
		ensure(mocks.Field{Name: c.StatusField, Type: "string", Length: 40}, false)
	}
	ensure(mocks.Field{Name: c.ExternalField, Type: "string", Length: 255}, false)

	s := &schema{revision: 1, properties: []*property{{name: "id", kind: kindString, system: sysID}}}
	for _, f := range fields {
		p, err := newProperty(f)
		if err != nil {
			return nil, err
		}
		p.filled = f.Name == c.VersionField
		s.properties = append(s.properties, p)
	}
	s.properties = append(s.properties,
		&property{name: "deleted", kind: kindBoolean, system: sysDeleted},
		&property{name: "created_at", kind: kindInstant, system: sysCreatedAt},
		&property{name: "updated_at", kind: kindInstant, system: sysUpdatedAt},
		&property{name: "updated_by", kind: kindString, system: sysUpdatedBy},
	)
	for i, p := range s.properties {
		p.base, p.slot = p.name, i
		p.readOnly = p.readOnly || p.system != plain
	}
	s.index()
	return s, nil
}

func newProperty(f mocks.Field) (*property, error) {
	p := &property{
		name: f.Name, kind: kindOf(f.Type), length: f.Length,
		required: f.Required, readOnly: f.ReadOnly, values: f.Values,
	}
	if p.length == 0 {
		p.length = defaultLength(p.kind)
	}
	switch {
	case f.Pattern != "":
		var err error
		if p.pattern, err = regexp.Compile(f.Pattern); err != nil {
			return nil, err
		}
	case p.kind == kindPhone:
		p.pattern = phoneForm
	case p.kind == kindEmail:
		p.pattern = emailForm
	}
	return p, nil
}

func defaultLength(k kind) int {
	switch k {
	case kindString, kindPicklist:
		return 255
	case kindText:
		return 4000
	case kindPhone:
		return 40
	case kindEmail:
		return 254
	}
	return 0
}

func (s *schema) index() {
	s.byName = make(map[string]*property, len(s.properties))
	for _, p := range s.properties {
		p.key = append(mocks.AppendString(nil, p.name), ':')
		if !p.gone {
			s.byName[p.name] = p
		}
	}
}

// drifted is the schema after its owner changed it and with what the engine's
// account has lost. Slots stay: the data outlives the names.
func (s *schema) drifted(drift []mocks.Drift, hidden []string, revision int) *schema {
	out := &schema{revision: revision, properties: make([]*property, len(s.properties))}
	for i, p := range s.properties {
		fresh := *p
		out.properties[i] = &fresh
	}
	for _, d := range drift {
		for _, p := range out.properties {
			if p.name == d.Field && !p.gone {
				p.drift(d)
				break
			}
		}
	}
	for _, p := range out.properties {
		p.hidden = slices.Contains(hidden, p.name) || slices.Contains(hidden, p.base)
	}
	out.index()
	return out
}

func (p *property) drift(d mocks.Drift) {
	p.gone = d.Remove
	if d.Rename != "" {
		p.name = d.Rename
	}
	retyped := true
	switch d.Retype {
	case "string":
		p.kind, p.length = kindString, defaultLength(kindString)
	case "number":
		p.kind, p.length = kindDecimal, 0
	case "boolean":
		p.kind, p.length = kindBoolean, 0
	default:
		retyped = false
	}
	if retyped {
		p.values, p.pattern = nil, nil
	}
	if d.Length > 0 {
		p.length = d.Length
	}
	if d.Values != nil {
		p.values = d.Values
	}
}
