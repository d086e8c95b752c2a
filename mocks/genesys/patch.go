package genesys

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// The actions of a change (S).
const (
	actionUpdate         = "Update"         // unconditionally
	actionUpdateIfEmpty  = "UpdateIfEmpty"  // if the field has no value
	actionUpdateIfExists = "UpdateIfExists" // if the field has a value
	actionRemove         = "Remove"         // the value, unconditionally
	actionAppend         = "AppendToCollection"
	actionTake           = "RemoveFromCollection"
)

// change is one entry of a PATCH:
//
//	{"changes":[{"field":"$.firstName","value":"Ada","action":"Update"}]}
type change struct {
	path   string // without the "$."
	action string
	value  mocks.Member // JSONNull where there is none
}

// applyPatch carries a PATCH out on c, which is a copy: either all changes are
// valid or none is made. The schema goes first, since custom fields need it;
// the order of the others cannot matter, since no two may overlap.
func (m *Mock) applyPatch(c *content, body []byte) *refusal {
	var buffer [16]change
	changes, bad := parseChanges(buffer[:0], string(body))
	if bad != nil {
		return bad
	}
	for i := range changes {
		for j := range changes[:i] {
			if overlap(changes[i].path, changes[j].path) {
				return &refusal{
					status: 409, code: codeConflict,
					message: "A field and its parent cannot be changed together: " + changes[i].path + " and " + changes[j].path,
				}
			}
		}
	}
	for _, schemaFirst := range [...]bool{true, false} {
		for i := range changes {
			if (changes[i].path == "schema") != schemaFirst {
				continue
			}
			if bad := m.applyChange(c, &changes[i]); bad != nil {
				return bad
			}
		}
	}
	return m.complete(c)
}

// overlap reports whether two paths are the same or one holds the other: the
// vendor answers 409 to changes of a parent and its nested field (S).
func overlap(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return strings.HasPrefix(b, a) && (len(a) == len(b) || b[len(a)] == '.')
}

func parseChanges(dst []change, body string) ([]change, *refusal) {
	var buffer [4]mocks.Member
	members, err := mocks.MembersIn(buffer[:0], body)
	if err != nil {
		return nil, badJSON(err)
	}
	var list *mocks.Member
	for i := range members {
		if members[i].Key != "changes" {
			return nil, unknownField(members[i].Key)
		}
		list = &members[i]
	}
	if list == nil || list.Kind != mocks.JSONArray {
		return nil, invalid("changes", ruleRequired, "a list of changes is required")
	}
	var room [16]mocks.Member
	elements, err := mocks.ElementsIn(room[:0], list.Text)
	if err != nil {
		return nil, badJSON(err)
	}
	if len(elements) == 0 {
		return nil, noChange()
	}
	for i := range elements {
		one, bad := parseChange(&elements[i])
		if bad != nil {
			return nil, bad
		}
		dst = append(dst, one)
	}
	return dst, nil
}

func parseChange(e *mocks.Member) (out change, bad *refusal) {
	if e.Kind != mocks.JSONObject {
		return out, invalid("changes", ruleType, "expected object, got "+e.Kind.String())
	}
	var buffer [4]mocks.Member
	members, err := mocks.MembersIn(buffer[:0], e.Text)
	if err != nil {
		return out, badJSON(err)
	}
	out.value.Kind = mocks.JSONNull
	for _, f := range members {
		switch f.Key {
		case "field", "action":
			if f.Kind != mocks.JSONString {
				return out, invalid("changes."+f.Key, ruleType, "expected string, got "+f.Kind.String())
			}
			if f.Key == "field" {
				out.path = f.Text
			} else {
				out.action = f.Text
			}
		case "value":
			out.value = f
		default:
			return out, unknownField("changes." + f.Key)
		}
	}
	var ok bool
	if out.path, ok = strings.CutPrefix(out.path, "$."); !ok {
		return out, invalid("changes.field", ruleFormat, "it has to be a path such as $.firstName")
	}
	switch out.action {
	case actionRemove:
		out.value = mocks.Member{Kind: mocks.JSONNull}
	case actionUpdate, actionUpdateIfEmpty, actionUpdateIfExists, actionAppend, actionTake:
		// A value is a string, a number, a boolean, an array or an object (S).
		if out.value.Kind == mocks.JSONNull {
			return out, invalid("changes.value", ruleRequired, "the action "+out.action+" needs a value")
		}
	default:
		return out, invalid("changes.action", ruleChoice, "there is no such action")
	}
	return out, nil
}

func (m *Mock) applyChange(c *content, one *change) *refusal {
	vacant, bad := m.vacant(c, one.path)
	if bad != nil {
		return bad
	}
	switch {
	case one.action == actionUpdateIfEmpty && !vacant, one.action == actionUpdateIfExists && vacant:
		return nil
	case one.action == actionAppend || one.action == actionTake:
		return m.changeCollection(c, one)
	}
	return m.assignPath(c, one.path, one.value)
}

// vacant reports whether what a path names has no value; it refuses a path
// that names nothing, or something that only the server sets.
func (m *Mock) vacant(c *content, path string) (bool, *refusal) {
	s := m.schema
	switch {
	case path == "schema":
		return !c.schema, nil
	case path == "externalIds":
		return len(c.external) == 0, nil
	case path == "address" || path == "customFields":
		g := groupAddress
		if path == "customFields" {
			g = groupCustom
		}
		return !slices.ContainsFunc(c.cells, func(v cell) bool { return s.slots[v.slot].group == g }), nil
	case m.object.shown[path] || path == "id":
		return false, invalid(path, ruleReadOnly, "it cannot be written")
	}
	slot, known := m.slotAt(path)
	if !known {
		return false, unknownField(path)
	}
	_, has := c.get(slot)
	return !has, nil
}

// slotAt finds the slot of a path such as lastName, address.city or
// customFields.notes.
func (m *Mock) slotAt(path string) (slot uint8, known bool) {
	head, rest, nested := strings.Cut(path, ".")
	switch {
	case !nested:
		slot, known = m.schema.byWire[groupTop][head]
	case head == "address":
		slot, known = m.schema.byWire[groupAddress][rest]
	case head == "customFields":
		slot, known = m.schema.byWire[groupCustom][rest]
	}
	return slot, known
}

func (m *Mock) assignPath(c *content, path string, value mocks.Member) *refusal {
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		value.Key = head
		return m.assign(c, value)
	}
	if head == "address" {
		value.Key = rest
		return m.assignNested(c, groupAddress, head, value)
	}
	if !c.schema {
		return needsSchema()
	}
	value.Key = rest
	return m.assignNested(c, groupCustom, head, value)
}

func noChange() *refusal {
	return invalid("changes", ruleRequired, "at least one change is required")
}

func needsSchema() *refusal {
	return invalid("schema", ruleSchema, "customFields need the schema that defines them")
}

// changeCollection adds elements to a list, or takes them out: external ids
// or the tags of a custom field. One that is there already is not added again
// (M).
func (m *Mock) changeCollection(c *content, one *change) *refusal {
	if one.value.Kind != mocks.JSONArray {
		return invalid(one.path, ruleType, "expected array, got "+one.value.Kind.String())
	}
	if one.path == "externalIds" {
		list, bad := parseExternals(one.value)
		if bad != nil {
			return bad
		}
		return c.changeExternals(list, one.action)
	}
	slot, known := m.slotAt(one.path)
	if !known || m.schema.slots[slot].kind != kindTags {
		return invalid(one.path, ruleType, "it is not a collection")
	}
	list, ok := mocks.Strings(one.value.Text)
	if !ok {
		return invalid(one.path, ruleType, "expected a list of strings")
	}
	var have []string
	if v, has := c.get(slot); has {
		have, _ = mocks.Strings(v.text)
	}
	text := arrayText(combined(have, list, one.action))
	return m.assignPath(c, one.path, mocks.Member{Kind: mocks.JSONArray, Text: text})
}

// changeExternals adds identifiers, or takes them out.
func (c *content) changeExternals(list []externalID, action string) *refusal {
	c.external = combined(c.external, list, action)
	if len(c.external) > externalsMax {
		return tooManyExternals()
	}
	return nil
}

func combined[T comparable](have, list []T, action string) []T {
	out := slices.DeleteFunc(slices.Clone(have), func(x T) bool {
		return action == actionTake && slices.Contains(list, x)
	})
	for _, x := range list {
		if action == actionAppend && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
