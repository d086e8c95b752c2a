package genesys

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/syncproof/syncproof/mocks"
)

// External ids of one record (S).
const (
	externalsMax      = 10
	externalLengthMax = 255
)

// parseRecord reads the body of a POST or PUT: the whole record. What it
// does not name is empty. id is the one in the path, "" for a POST.
func (m *Mock) parseRecord(body []byte, id string) (content, *refusal) {
	var buffer [24]mocks.Member
	members, err := mocks.MembersIn(buffer[:0], string(body))
	if err != nil {
		return content{}, badJSON(err)
	}
	out, bad := m.assignAll(members, id)
	if bad == nil {
		bad = m.complete(&out)
	}
	return out, bad
}

// assignAll sets the attributes of a record, whether it is complete or not.
func (m *Mock) assignAll(members []mocks.Member, id string) (content, *refusal) {
	var out content
	var custom *mocks.Member
	for i := range members {
		v := &members[i]
		if v.Key == "customFields" {
			custom = v // read last: it needs the schema
			continue
		}
		if v.Key == "id" {
			if v.Text != id && v.Kind != mocks.JSONNull {
				return out, invalid("id", ruleReadOnly, "it differs from the one in the path")
			}
			continue
		}
		if bad := m.assign(&out, *v); bad != nil {
			return out, bad
		}
	}
	if custom != nil {
		if bad := m.assign(&out, *custom); bad != nil {
			return out, bad
		}
	}
	return out, nil
}

// assign sets one top-level attribute, which replaces what was there.
func (m *Mock) assign(c *content, v mocks.Member) *refusal {
	s := m.schema
	switch v.Key {
	case "address":
		return m.assignGroup(c, groupAddress, v)
	case "customFields":
		if v.Kind != mocks.JSONNull && !c.schema {
			return needsSchema()
		}
		return m.assignGroup(c, groupCustom, v)
	case "schema":
		return m.assignSchema(c, v)
	case "externalIds":
		return assignExternal(c, v)
	}
	i, known := s.byWire[groupTop][v.Key]
	if !known {
		if m.object.shown[v.Key] {
			return nil
		}
		return unknownField(v.Key)
	}
	value, bad := m.parse(&s.slots[i], i, v)
	if bad == nil {
		c.set(value)
	}
	return bad
}

func (m *Mock) assignGroup(c *content, g group, v mocks.Member) *refusal {
	c.clear(m.schema, g)
	if v.Kind == mocks.JSONNull {
		return nil
	}
	if v.Kind != mocks.JSONObject {
		return invalid(v.Key, ruleType, "expected object, got "+v.Kind.String())
	}
	var buffer [16]mocks.Member
	members, err := mocks.MembersIn(buffer[:0], v.Text)
	if err != nil {
		return badJSON(err)
	}
	for _, f := range members {
		if bad := m.assignNested(c, g, v.Key, f); bad != nil {
			return bad
		}
	}
	return nil
}

// assignNested sets one attribute of a group.
func (m *Mock) assignNested(c *content, g group, name string, f mocks.Member) *refusal {
	i, known := m.schema.byWire[g][f.Key]
	if !known {
		return unknownField(name + "." + f.Key)
	}
	value, bad := m.parse(&m.schema.slots[i], i, f)
	if bad == nil {
		m.put(c, value)
	}
	return bad
}

func (m *Mock) put(c *content, value cell) {
	c.set(value)
	c.versionNamed = c.versionNamed || int(value.slot) == m.schema.versionSlot
}

// assignSchema checks the reference that customFields have to come with: the
// tenant's schema in a version that exists. Values are held to the newest
// version, so that drift is felt by clients that do not follow it (M).
func (m *Mock) assignSchema(c *content, v mocks.Member) *refusal {
	if v.Kind == mocks.JSONNull {
		c.schema = false
		return nil
	}
	if v.Kind != mocks.JSONObject {
		return invalid("schema", ruleType, "expected object, got "+v.Kind.String())
	}
	members, err := mocks.MembersIn(nil, v.Text)
	if err != nil {
		return badJSON(err)
	}
	var id string
	var version int
	for _, f := range members {
		switch f.Key {
		case "id":
			id = f.Text
		case "version":
			if f.Kind == mocks.JSONNumber {
				version, _ = strconv.Atoi(f.Text)
			}
		}
	}
	return m.refer(c, id, version)
}

// refer makes a record refer to the tenant's schema.
func (m *Mock) refer(c *content, id string, version int) *refusal {
	if id != m.schemaID {
		return invalid("schema.id", ruleSchema, "no such schema")
	}
	if version < 1 || version > m.schema.version {
		return invalid("schema.version", ruleSchema, "no such version of the schema")
	}
	c.schema = true
	return nil
}

func assignExternal(c *content, v mocks.Member) *refusal {
	c.external = nil
	if v.Kind == mocks.JSONNull {
		return nil
	}
	if v.Kind != mocks.JSONArray {
		return invalid("externalIds", ruleType, "expected array, got "+v.Kind.String())
	}
	list, bad := parseExternals(v)
	c.external = list
	return bad
}

func tooManyExternals() *refusal {
	return invalid("externalIds", ruleLimit, "at most "+strconv.Itoa(externalsMax)+" are allowed")
}

func parseExternals(v mocks.Member) ([]externalID, *refusal) {
	var buffer [4]mocks.Member
	elements, err := mocks.ElementsIn(buffer[:0], v.Text)
	if err != nil {
		return nil, badJSON(err)
	}
	if len(elements) > externalsMax {
		return nil, tooManyExternals()
	}
	list := make([]externalID, 0, len(elements))
	for _, e := range elements {
		id, bad := parseExternal("externalIds", e)
		if bad != nil {
			return nil, bad
		}
		if slices.Contains(list, id) {
			return nil, invalid("externalIds", ruleFormat, "its elements have to be unique")
		}
		list = append(list, id)
	}
	return list, nil
}

// parseExternal reads {"externalSource":{"id"},"value"}.
func parseExternal(field string, e mocks.Member) (externalID, *refusal) {
	if e.Kind != mocks.JSONObject {
		return externalID{}, invalid(field, ruleType, "expected object, got "+e.Kind.String())
	}
	var buffer [4]mocks.Member
	members, err := mocks.MembersIn(buffer[:0], e.Text)
	if err != nil {
		return externalID{}, badJSON(err)
	}
	return externalFrom(field, members)
}

func externalFrom(field string, members []mocks.Member) (externalID, *refusal) {
	var out externalID
	for _, f := range members {
		switch f.Key {
		case "value":
			if f.Kind != mocks.JSONString {
				return out, invalid(field+".value", ruleType, "expected string, got "+f.Kind.String())
			}
			out.value = f.Text
		case "externalSource":
			if f.Kind != mocks.JSONObject {
				return out, invalid(field+".externalSource", ruleType, "expected object, got "+f.Kind.String())
			}
			var buffer [4]mocks.Member
			source, err := mocks.MembersIn(buffer[:0], f.Text)
			if err != nil {
				return out, badJSON(err)
			}
			for _, x := range source {
				if x.Key == "id" && x.Kind == mocks.JSONString {
					out.source = x.Text
				}
			}
		default:
			return out, unknownField(field + "." + f.Key)
		}
	}
	return checkExternal(field, out.source, out.value)
}

// checkExternal refuses what is no identifier in another system.
func checkExternal(field, source, value string) (externalID, *refusal) {
	out := externalID{source: source, value: strings.TrimSpace(value)}
	switch {
	case out.source == "":
		return out, invalid(field+".externalSource", ruleRequired, "its id is required")
	case out.value == "":
		return out, invalid(field+".value", ruleRequired, "it is required")
	case utf8.RuneCountInString(out.value) > externalLengthMax:
		return out, invalid(field+".value", ruleLength, "at most "+strconv.Itoa(externalLengthMax)+" characters are allowed")
	}
	return externalID{source: strings.Clone(out.source), value: strings.Clone(out.value)}, nil
}

// complete checks what only the whole record can show: required attributes.
func (m *Mock) complete(c *content) *refusal {
	for i := range m.schema.slots {
		x := &m.schema.slots[i]
		if !x.required || x.removed || x.group == groupCustom && !c.schema {
			continue
		}
		if _, has := c.get(uint8(i)); !has {
			return invalid(x.base, ruleRequired, "it is required")
		}
	}
	return nil
}
