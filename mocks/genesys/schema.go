package genesys

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// kind is the type of an attribute.
type kind uint8

const (
	kindText kind = iota
	kindLongText
	kindEmail
	kindURL
	kindPhone
	kindBoolean
	kindObject // kept as it came: identities of social channels
	kindEnum
	kindInteger
	kindNumber
	kindDate
	kindInstant
	kindTags
)

// group is where an attribute stands in a record's JSON.
type group uint8

const (
	groupTop group = iota
	groupAddress
	groupCustom
)

// slot is one attribute. Its index in schema.slots is its identity.
type slot struct {
	base  string // native name, never changed by drift: "address.city"
	wire  string // its key in its group's JSON object
	group group
	kind  kind
	max   int // code points, 0 for no limit
	// values restricts an enum, or the elements of tags; nil restricts nothing.
	values   []string
	required bool
	readOnly bool
	removed  bool      // by drift
	bounds   *[2]int64 // of an integer, nil for none
}

// schema is every attribute that a record can have: the vendor's own, and
// the tenant's custom fields.
type schema struct {
	version     int // of the custom-field schema, from 1; 0 where there is none
	title       string
	written     bool // by a client
	slots       []slot
	byBase      map[string]uint8
	byWire      [3]map[string]uint8 // by group
	versionSlot int                 // of the version field, -1 if the tenant has none
}

// standardContact lists the vendor's own attributes of a contact with their
// lengths (S).
var standardContact = []slot{
	{base: "firstName", max: 1000},
	{base: "middleName", max: 1000},
	{base: "lastName", max: 1000},
	{base: "salutation", max: 1000},
	{base: "title", max: 1000},
	{base: "workPhone", kind: kindPhone},
	{base: "cellPhone", kind: kindPhone},
	{base: "homePhone", kind: kindPhone},
	{base: "otherPhone", kind: kindPhone},
	{base: "workEmail", kind: kindEmail, max: 256},
	{base: "personalEmail", kind: kindEmail, max: 256},
	{base: "otherEmail", kind: kindEmail, max: 256},
	{base: "address.address1", group: groupAddress, max: 200},
	{base: "address.address2", group: groupAddress, max: 200},
	{base: "address.city", group: groupAddress, max: 100},
	{base: "address.state", group: groupAddress, max: 50},
	{base: "address.postalCode", group: groupAddress, max: 25},
	{base: "address.countryCode", group: groupAddress, max: 25},
	{base: "twitterId", kind: kindObject},
	{base: "lineId", kind: kindObject},
	{base: "whatsAppId", kind: kindObject},
	{base: "facebookId", kind: kindObject},
	{base: "instagramId", kind: kindObject},
	{base: "externalOrganization", kind: kindObject},
	{base: "surveyOptOut", kind: kindBoolean},
	{base: "externalSystemUrl", kind: kindURL, max: 2000},
}

// standardOrganization lists those of an organisation (S; the lengths of what
// is no part of an address: M). Tickers are left out.
var standardOrganization = []slot{
	{base: "name", max: 1000, required: true},
	{base: "companyType", max: 1000},
	{base: "industry", max: 1000},
	{base: "phoneNumber", kind: kindPhone},
	{base: "faxNumber", kind: kindPhone},
	{base: "address.address1", group: groupAddress, max: 200},
	{base: "address.address2", group: groupAddress, max: 200},
	{base: "address.city", group: groupAddress, max: 100},
	{base: "address.state", group: groupAddress, max: 50},
	{base: "address.postalCode", group: groupAddress, max: 25},
	{base: "address.countryCode", group: groupAddress, max: 25},
	{base: "employeeCount", kind: kindInteger},
	{base: "revenue", kind: kindInteger},
	{base: "tags", kind: kindTags, max: 100},
	{base: "websites", kind: kindTags, max: 2000},
	{base: "twitterId", kind: kindObject},
	{base: "externalSystemUrl", kind: kindURL, max: 2000},
}

// The vendor's limits of custom fields where the tenant set none (S, from the
// example schema in the vendor's clients).
const (
	customTextMax     = 100
	customLongTextMax = 1000
	tagsMax           = 10
	tagLengthMax      = 100
)

func newSchema(o *object, cfg *mocks.Config) *schema {
	s := &schema{version: 1, title: "syncproof", slots: slices.Clone(o.standard)}
	for i := range s.slots {
		s.slots[i].wire = s.slots[i].base[strings.IndexByte(s.slots[i].base, '.')+1:]
	}
	s.index()
	for _, f := range cfg.Fields {
		if _, known := s.byBase[f.Name]; !known {
			s.slots = append(s.slots, customSlot(f))
			s.index()
		}
	}
	if cfg.Bare && len(cfg.Fields) == 0 {
		s.version = 0
	}
	for _, name := range [...]string{cfg.VersionField, cfg.StatusField} {
		if _, known := s.byBase[name]; name != "" && !known && !cfg.Bare {
			f := mocks.Field{Name: name, Type: "string"}
			if name == cfg.VersionField {
				f.Type = "integer"
			}
			s.slots = append(s.slots, customSlot(f))
			s.index()
		}
	}
	s.versionSlot = -1
	if i, ok := s.byBase[cfg.VersionField]; ok {
		s.versionSlot = int(i)
	}
	return s
}

func customSlot(f mocks.Field) slot {
	s := slot{
		base: f.Name, wire: f.Name, group: groupCustom, max: f.Length,
		values: f.Values, required: f.Required, readOnly: f.ReadOnly,
	}
	length := func(vendor int) {
		if s.max == 0 {
			s.max = vendor
		}
	}
	switch f.Type {
	case "text":
		s.kind = kindLongText
		length(customLongTextMax)
	case "integer":
		s.kind = kindInteger
	case "decimal":
		s.kind = kindNumber
	case "boolean":
		s.kind = kindBoolean
	case "date":
		s.kind = kindDate
	case "instant":
		s.kind = kindInstant
	case "picklist":
		s.kind = kindEnum
	case "multipicklist":
		s.kind = kindTags
		length(tagLengthMax)
	default: // string, phone, email: the vendor has plain text for them
		s.kind = kindText
		length(customTextMax)
	}
	return s
}

func (s *schema) index() {
	s.byBase = make(map[string]uint8, len(s.slots))
	for g := range s.byWire {
		s.byWire[g] = make(map[string]uint8)
	}
	for i := range s.slots {
		x := &s.slots[i]
		s.byBase[x.base] = uint8(i)
		if !x.removed {
			s.byWire[x.group][x.wire] = uint8(i)
		}
	}
}

// drifted is the schema after the changes that happened while running. Each
// change makes a new version of the schema, as the vendor's editor does.
func (s *schema) drifted(drift []mocks.Drift) *schema {
	out := &schema{version: s.version + len(drift), title: s.title, slots: slices.Clone(s.slots), versionSlot: s.versionSlot}
	for _, d := range drift {
		i, ok := s.byBase[d.Field]
		if !ok {
			continue
		}
		x := &out.slots[i]
		x.removed = x.removed || d.Remove
		if d.Rename != "" {
			x.wire = d.Rename
		}
		if d.Length > 0 {
			x.max = d.Length
		}
		if d.Values != nil {
			x.values = d.Values
		}
		switch d.Retype {
		case "string":
			x.kind, x.values = kindText, nil
		case "number":
			x.kind, x.values = kindNumber, nil
		case "boolean":
			x.kind, x.values = kindBoolean, nil
		}
	}
	out.index()
	return out
}
