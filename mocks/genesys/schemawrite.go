package genesys

import (
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// What an administrator's client writes is a DataSchema (S: the vendor's
// client): jsonSchema with properties that refer to core types, and for an
// update the version that it rests on. That a stale version is refused with
// 409, and that a field can be neither removed nor retyped, is from memory (M).

// schemaDraft is a schema as a client wrote it.
type schemaDraft struct {
	version  int // -1 for none
	title    string
	slots    []slot
	required []string
}

// customFieldsMax bounds a schema (the vendor has such a limit, S; its size, M).
const customFieldsMax = 50

// makeSchema is POST contacts/schemas. The tenant has at most one schema; a
// second is refused (M: the vendor allows several).
func (x *exchange) makeSchema(string) ([]byte, *refusal) {
	d, bad := readDraft(x.r.Body)
	if bad != nil {
		return nil, bad
	}
	if x.m.schema.version > 0 {
		return nil, &refusal{status: 409, code: codeConflict, message: "A schema for " + x.m.object.set + " exists already"}
	}
	return x.m.storeSchema(d)
}

// replaceSchema is PUT contacts/schemas/{id}.
func (x *exchange) replaceSchema(id string) ([]byte, *refusal) {
	if id != x.m.schemaID || x.m.schema.version == 0 {
		return nil, notFound("The schema")
	}
	d, bad := readDraft(x.r.Body)
	if bad != nil {
		return nil, bad
	}
	switch {
	case d.version < 0:
		return nil, invalid("version", ruleRequired, "it is required for updates")
	case d.version != x.m.schema.version:
		return nil, &refusal{
			status: 409, code: codeConflict, field: "version", rule: codeConflict,
			message: "The field version is " + strconv.Itoa(x.m.schema.version) + " and not " + strconv.Itoa(d.version),
		}
	}
	if bad := x.m.schema.keeps(d.slots); bad != nil {
		return nil, bad
	}
	return x.m.storeSchema(d)
}

// keeps refuses a draft that lacks a field of the schema or changes its type.
func (s *schema) keeps(draft []slot) *refusal {
	for i := range s.slots {
		x := &s.slots[i]
		if x.group != groupCustom || x.removed {
			continue
		}
		j := slices.IndexFunc(draft, func(d slot) bool { return d.base == x.wire })
		if j < 0 {
			return invalid("jsonSchema.properties."+x.wire, ruleReadOnly, "a field cannot be removed")
		}
		if draft[j].kind != x.kind {
			return invalid("jsonSchema.properties."+x.wire, ruleReadOnly, "a field's type cannot be changed")
		}
	}
	return nil
}

// storeSchema makes the draft the next version: what it has beyond the schema
// is added, and a known field takes its limits.
func (m *Mock) storeSchema(d schemaDraft) ([]byte, *refusal) {
	next := m.schema.drifted(nil)
	next.version, next.title, next.written = m.schema.version+1, d.title, true
	for i := range d.slots {
		s := d.slots[i]
		s.required = slices.Contains(d.required, s.base)
		at, known := next.byWire[groupCustom][s.wire]
		present := 0
		if known {
			present = next.slots[at].max
		}
		if bad := s.limit(present); bad != nil {
			return nil, bad
		}
		if known {
			s.base, s.readOnly = next.slots[at].base, next.slots[at].readOnly
			next.slots[at] = s
			continue
		}
		if _, taken := next.byBase[s.base]; taken {
			return nil, invalid("jsonSchema.properties."+s.base, ruleFormat, "the name is an attribute's of every "+m.object.noun+", or was a field's")
		}
		next.slots = append(next.slots, s)
		next.index()
	}
	next.index()
	next.versionSlot = -1
	if i, ok := next.byBase[m.cfg.VersionField]; ok {
		next.versionSlot = int(i)
	}
	// A drift that came before is part of the new version.
	for v := len(m.history) + 1; v <= m.schema.version; v++ {
		m.history = append(m.history, m.schemaAt(v))
	}
	m.base, m.schema = next, next
	m.history = append(m.history, next)
	m.faults.Drift = slices.DeleteFunc(slices.Clone(m.faults.Drift), func(d mocks.Drift) bool { return d.Object == m.object.is })
	m.drift = nil
	return m.appendSchema(nil, next), nil
}

func readDraft(body []byte) (schemaDraft, *refusal) {
	d := schemaDraft{version: -1}
	members, err := mocks.MembersIn(nil, string(body))
	if err != nil {
		return d, badJSON(err)
	}
	for _, f := range members {
		switch f.Key {
		case "version":
			n, err := strconv.Atoi(f.Text)
			if f.Kind != mocks.JSONNumber || err != nil || n < 1 {
				return d, invalid("version", ruleType, "expected a positive integer")
			}
			d.version = n
		case "jsonSchema":
			if bad := d.document(f); bad != nil {
				return d, bad
			}
		case "id", "name", "appliesTo", "enabled", "selfUri", "createdBy", "dateCreated":
			// The vendor's own, or what this tenant does not tell apart.
		default:
			return d, unknownField(f.Key)
		}
	}
	if d.title == "" {
		return d, invalid("jsonSchema.title", ruleRequired, "it is required")
	}
	return d, nil
}

func (d *schemaDraft) document(f mocks.Member) *refusal {
	if f.Kind != mocks.JSONObject {
		return invalid("jsonSchema", ruleType, "expected object, got "+f.Kind.String())
	}
	members, err := mocks.MembersIn(nil, f.Text)
	if err != nil {
		return badJSON(err)
	}
	for _, m := range members {
		switch m.Key {
		case "$schema":
			// The one draft that the vendor supports (S).
			if m.Text != "http://json-schema.org/draft-04/schema#" {
				return invalid("jsonSchema.$schema", ruleChoice, "only draft-04 is supported")
			}
		case "title":
			d.title = strings.Clone(m.Text)
		case "required":
			list, ok := mocks.Strings(m.Text)
			if !ok {
				return invalid("jsonSchema.required", ruleType, "expected a list of strings")
			}
			d.required = list
		case "properties":
			if bad := d.properties(m); bad != nil {
				return bad
			}
		case "id", "description", "type", "additionalProperties":
		default:
			return unknownField("jsonSchema." + m.Key)
		}
	}
	return nil
}

func (d *schemaDraft) properties(f mocks.Member) *refusal {
	const field = "jsonSchema.properties"
	if f.Kind != mocks.JSONObject {
		return invalid(field, ruleType, "expected object, got "+f.Kind.String())
	}
	members, err := mocks.MembersIn(nil, f.Text)
	if err != nil {
		return badJSON(err)
	}
	if len(members) > customFieldsMax {
		return invalid(field, ruleLimit, "at most "+strconv.Itoa(customFieldsMax)+" fields are allowed")
	}
	for _, m := range members {
		s, bad := readProperty(field+"."+m.Key, m)
		if bad != nil {
			return bad
		}
		d.slots = append(d.slots, s)
	}
	return nil
}

// readProperty reads one custom field: its core type in allOf, its title, and
// the limits of the type (S: the examples of the vendor's own provider).
func readProperty(field string, f mocks.Member) (slot, *refusal) {
	name := strings.Clone(f.Key)
	s := slot{base: name, wire: name, group: groupCustom, kind: kindObject}
	if !fieldName(name) {
		return s, invalid(field, ruleFormat, "a name has lower-case letters, digits and underscores")
	}
	if f.Kind != mocks.JSONObject {
		return s, invalid(field, ruleType, "expected object, got "+f.Kind.String())
	}
	members, err := mocks.MembersIn(nil, f.Text)
	if err != nil {
		return s, badJSON(err)
	}
	titled := false
	bounds := [2]int64{-1 << 53, 1 << 53}
	for _, m := range members {
		number, notNumber := strconv.ParseInt(m.Text, 10, 64)
		numeric := m.Kind == mocks.JSONNumber && notNumber == nil
		switch m.Key {
		case "allOf":
			s.kind = coreKind(m.Text)
		case "title":
			titled = m.Kind == mocks.JSONString && m.Text != ""
		case "maxLength":
			if !numeric || number < 1 {
				return s, invalid(field+".maxLength", ruleType, "expected a positive integer")
			}
			s.max = int(number)
		case "minimum", "maximum":
			if !numeric {
				return s, invalid(field+"."+m.Key, ruleType, "expected an integer")
			}
			bounds[strings.IndexByte("ia", m.Key[1])] = number
			s.bounds = &bounds
		case "enum":
			list, ok := mocks.Strings(m.Text)
			if !ok {
				return s, invalid(field+".enum", ruleType, "expected a list of strings")
			}
			s.values = list
		case "items":
			if s.max, s.values, err = readItems(m.Text); err != nil {
				return s, badJSON(err)
			}
		case "readOnly":
			s.readOnly = m.Text == "true"
		case "type", "description", "minLength", "format", "minItems", "maxItems", "uniqueItems", "_enumProperties":
		default:
			return s, unknownField(field + "." + m.Key)
		}
	}
	switch {
	case s.kind == kindObject:
		return s, invalid(field+".allOf", ruleChoice, "it refers to no core type")
	case !titled:
		return s, invalid(field+".title", ruleRequired, "it is required")
	}
	return s, nil
}

// fieldName is what this tenant takes for the name of a custom field (M).
func fieldName(name string) bool {
	for i := range len(name) {
		if c := name[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_') {
			return false
		}
	}
	return name != "" && len(name) <= 64
}

// limit fills the type's own limit in, and refuses what exceeds both it and
// what the field has at present.
func (x *slot) limit(present int) *refusal {
	most := map[kind]int{kindText: customTextMax, kindLongText: 4000, kindTags: tagLengthMax}[x.kind]
	if x.max == 0 {
		x.max = most
	}
	if most > 0 && x.max > max(most, present) {
		return invalid("jsonSchema.properties."+x.wire+".maxLength", ruleLimit, "the type's limit is "+strconv.Itoa(most))
	}
	return nil
}

// coreKind is the kind of [{"$ref":"#/definitions/<core type>"}], kindObject
// for anything else.
func coreKind(raw string) kind {
	elements, err := mocks.ElementsIn(nil, raw)
	if err != nil || len(elements) != 1 || elements[0].Kind != mocks.JSONObject {
		return kindObject
	}
	members, err := mocks.MembersIn(nil, elements[0].Text)
	if err != nil || len(members) != 1 || members[0].Key != "$ref" {
		return kindObject
	}
	name, ok := strings.CutPrefix(members[0].Text, "#/definitions/")
	for k := kindText; ok && k <= kindTags; k++ {
		if d, known := definitions[k]; known && d[0] == name {
			return k
		}
	}
	return kindObject
}

// readItems reads what a list's elements are restricted to.
func readItems(raw string) (most int, values []string, err error) {
	members, err := mocks.MembersIn(nil, raw)
	if err != nil {
		return 0, nil, err
	}
	for _, m := range members {
		switch m.Key {
		case "maxLength":
			if n, bad := strconv.Atoi(m.Text); bad == nil {
				most = n
			}
		case "enum":
			values, _ = mocks.Strings(m.Text)
		}
	}
	return most, values, nil
}
