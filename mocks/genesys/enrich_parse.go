package genesys

import (
	"slices"

	"github.com/syncproof/syncproof/mocks"
)

func (x *exchange) parseEnrichment(members []mocks.Member) (*enrichment, *refusal) {
	e := &enrichment{rules: fieldRules{action: preferProvided, array: arrayFill}}
	var identifiers, given *mocks.Member
	for i := range members {
		v := &members[i]
		var bad *refusal
		switch v.Key {
		case "id":
			e.id = v.Text
		case "action":
			e.action = v.Text
		case "matchingIdentifiers":
			identifiers = v
		case x.m.object.given:
			given = v
		case "fieldRules":
			bad = e.rules.parse(v)
		case "division", "options":
		default:
			bad = unknownField(v.Key)
		}
		if bad != nil {
			return nil, bad
		}
	}
	if !slices.Contains([]string{enrichInsert, enrichUpdate, enrichUpsert, enrichMerge}, e.action) {
		return nil, invalid("action", ruleChoice, "it has to be Insert, Update, Upsert or Merge")
	}
	if bad := x.match(e, identifiers); bad != nil {
		return nil, bad
	}
	if given == nil || given.Kind == mocks.JSONNull {
		return e, nil
	}
	return e, x.m.parseGiven(e, given)
}

// match finds the records of the identifiers, in their order.
func (x *exchange) match(e *enrichment, v *mocks.Member) *refusal {
	if v == nil || v.Kind != mocks.JSONArray {
		return invalid("matchingIdentifiers", ruleRequired, "a list of 1 to 25 is required")
	}
	elements, err := mocks.ElementsIn(nil, v.Text)
	if err != nil {
		return badJSON(err)
	}
	if len(elements) == 0 || len(elements) > identifiersMax {
		return invalid("matchingIdentifiers", ruleLimit, "a list of 1 to 25 is required")
	}
	for i := range elements {
		members, err := mocks.MembersIn(nil, elements[i].Text)
		if err != nil || elements[i].Kind != mocks.JSONObject {
			return invalid("matchingIdentifiers", ruleType, "expected object")
		}
		c, bad := x.identified("matchingIdentifiers", members)
		if bad != nil {
			return bad
		}
		if c != nil && !slices.Contains(e.matches, c) {
			e.matches = append(e.matches, c)
		}
	}
	return nil
}

// parseGiven reads the data of an enrichment, and which attributes it names.
func (m *Mock) parseGiven(e *enrichment, v *mocks.Member) *refusal {
	if v.Kind != mocks.JSONObject {
		return invalid(m.object.given, ruleType, "expected object, got "+v.Kind.String())
	}
	members, err := mocks.MembersIn(nil, v.Text)
	if err != nil {
		return badJSON(err)
	}
	var bad *refusal
	if e.given, bad = m.assignAll(members, ""); bad != nil {
		return bad
	}
	e.named = map[uint8]bool{}
	return m.names(e.named, members)
}

// names tells which attributes are named, null included.
func (m *Mock) names(named map[uint8]bool, members []mocks.Member) *refusal {
	for i := range members {
		v := &members[i]
		var g group
		switch v.Key {
		case "address":
			g = groupAddress
		case "customFields":
			g = groupCustom
		default:
			if slot, known := m.schema.byWire[groupTop][v.Key]; known {
				named[slot] = true
			}
			continue
		}
		if v.Kind != mocks.JSONObject {
			continue
		}
		nested, err := mocks.MembersIn(nil, v.Text)
		if err != nil {
			return badJSON(err)
		}
		for _, f := range nested {
			if slot, known := m.schema.byWire[g][f.Key]; known {
				named[slot] = true
			}
		}
	}
	return nil
}
