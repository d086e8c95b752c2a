package genesys

import (
	"net/http"
	"slices"
	"strings"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// identifiersMax is how many matching identifiers an enrichment may name (S).
const identifiersMax = 25

// The actions of an enrichment, and what its fields are combined by (S).
const (
	enrichInsert, enrichUpdate, enrichUpsert, enrichMerge = "Insert", "Update", "Upsert", "Merge"

	preferProvided = "PreferProvided" // the default: what is provided and not null
	preferExisting = "PreferExisting"
	alwaysProvided = "AlwaysUseProvided" // null too

	arrayFill    = "Fill" // the default: both, as far as they fit
	arrayExtend  = "Extend"
	arrayReplace = "Replace"
)

// enrichment is one request to find contacts by identifiers and to combine
// data with them.
type enrichment struct {
	id      string // the client's own, in bulk
	action  string
	matches []*contact // that the identifiers find, in their order, each once
	given   content
	named   map[uint8]bool // the attributes that the contact names, null included
	rules   fieldRules
}

// fieldRules say how fields are combined.
type fieldRules struct {
	action, array string
	field         map[string]string // by path without "$."
	arrays        map[string]string
}

// enrich is POST contacts/enrich: 201 for a new contact, 200 for a changed or
// merged one (S). With dryRun nothing is changed (S).
func (x *exchange) enrich(string) ([]byte, *refusal) {
	members, err := mocks.MembersIn(nil, string(x.r.Body))
	if err != nil {
		return nil, badJSON(err)
	}
	e, bad := x.parseEnrichment(members)
	if bad != nil {
		return nil, bad
	}
	if x.r.Query.Get("dryRun") == "true" {
		tried := *x
		tried.m = x.m.Clone(deaf{}).(*Mock)
		for i, c := range e.matches {
			e.matches[i] = tried.m.store.byID[c.id]
		}
		x = &tried
	}
	c, created, bad := x.carryOut(e)
	if bad != nil {
		return nil, bad
	}
	if created {
		x.status = http.StatusCreated
	}
	return x.m.appendContact(make([]byte, 0, bodySize), c), nil
}

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
		case "contact":
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

// match finds the contacts of the identifiers, in their order.
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
		return invalid("contact", ruleType, "expected object, got "+v.Kind.String())
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

// carryOut does what the action says of the contacts that were found. What an
// Insert or Update answers that finds one or none is M.
func (x *exchange) carryOut(e *enrichment) (c *contact, created bool, bad *refusal) {
	if len(e.matches) == 0 {
		if e.action == enrichUpdate {
			return nil, false, notFound("A contact with one of these identifiers")
		}
		if bad := x.permitted(permissionAdd); bad != nil {
			return nil, false, bad
		}
		if bad := x.m.complete(&e.given); bad != nil {
			return nil, false, bad
		}
		return x.insert(e.given), true, nil
	}
	if e.action == enrichInsert {
		return nil, false, &refusal{status: 409, code: codeConflict, message: "The contact " + e.matches[0].id + " has one of these identifiers"}
	}
	if bad := x.permitted(permissionEdit); bad != nil {
		return nil, false, bad
	}
	c = e.matches[0]
	if e.action == enrichMerge {
		for _, loser := range e.matches[1:] {
			x.absorb(c, loser)
		}
	}
	next := x.m.combined(c, e)
	if bad := x.m.complete(&next); bad != nil {
		return nil, false, bad
	}
	x.write(c, next, trace.Update)
	return c, false, nil
}

// combined is a contact's content after an enrichment.
func (m *Mock) combined(c *contact, e *enrichment) content {
	next := c.clone()
	next.schema = next.schema || e.given.schema
	next.versionNamed = e.given.versionNamed
	for i := range m.schema.slots {
		slot := uint8(i)
		given, has := e.given.get(slot)
		_, had := next.get(slot)
		switch rule := e.rules.of(m.schema.slots[i].base); {
		case rule == alwaysProvided && (has || e.named[slot]):
			next.set(cell{slot: slot, text: given.text, phone: given.phone})
		case has && !(rule == preferExisting && had):
			next.set(given)
		}
	}
	next.external = e.rules.externals(next.external, e.given.external)
	return next
}

func (r *fieldRules) of(base string) string {
	if rule, ok := r.field[base]; ok {
		return rule
	}
	return r.action
}

// externals combines two lists, of which one of 10 holds all that fits.
func (r *fieldRules) externals(had, given []externalID) []externalID {
	rule := r.array
	if own, ok := r.arrays["externalIds"]; ok {
		rule = own
	}
	if rule == arrayReplace && len(given) > 0 {
		return given
	}
	out := slices.Clone(had)
	for _, e := range given {
		if !slices.Contains(out, e) && len(out) < externalsMax {
			out = append(out, e)
		}
	}
	return out
}

func (r *fieldRules) parse(v *mocks.Member) *refusal {
	if v.Kind == mocks.JSONNull {
		return nil
	}
	if v.Kind != mocks.JSONObject {
		return invalid("fieldRules", ruleType, "expected object, got "+v.Kind.String())
	}
	members, err := mocks.MembersIn(nil, v.Text)
	if err != nil {
		return badJSON(err)
	}
	for i := range members {
		f := &members[i]
		var bad *refusal
		switch f.Key {
		case "defaultAction":
			r.action, bad = fieldAction(f)
		case "defaultArrayAction":
			r.array, bad = arrayAction(f)
		case "rules":
			bad = r.parseRules(f)
		default:
			bad = unknownField("fieldRules." + f.Key)
		}
		if bad != nil {
			return bad
		}
	}
	return nil
}

func (r *fieldRules) parseRules(v *mocks.Member) *refusal {
	elements, err := mocks.ElementsIn(nil, v.Text)
	if err != nil || v.Kind != mocks.JSONArray {
		return invalid("fieldRules.rules", ruleType, "expected array")
	}
	r.field, r.arrays = map[string]string{}, map[string]string{}
	for i := range elements {
		members, err := mocks.MembersIn(nil, elements[i].Text)
		if err != nil || elements[i].Kind != mocks.JSONObject {
			return invalid("fieldRules.rules", ruleType, "expected object")
		}
		path, action, array := "", "", ""
		for j := range members {
			f := &members[j]
			var bad *refusal
			switch f.Key {
			case "field":
				var ok bool
				if path, ok = strings.CutPrefix(f.Text, "$."); !ok {
					bad = invalid("fieldRules.rules.field", ruleFormat, "it has to be a path such as $.firstName")
				}
			case "action":
				action, bad = fieldAction(f)
			case "arrayAction":
				array, bad = arrayAction(f)
			default:
				bad = unknownField("fieldRules.rules." + f.Key)
			}
			if bad != nil {
				return bad
			}
		}
		if path == "" {
			return invalid("fieldRules.rules.field", ruleRequired, "it is required")
		}
		// A custom field goes by its own name in the schema.
		if action != "" {
			r.field[strings.TrimPrefix(path, "customFields.")] = action
		}
		if array != "" {
			r.arrays[path] = array
		}
	}
	return nil
}

func fieldAction(v *mocks.Member) (string, *refusal) {
	if v.Text != preferProvided && v.Text != preferExisting && v.Text != alwaysProvided {
		return "", invalid("fieldRules", ruleChoice, "an action has to be PreferProvided, PreferExisting or AlwaysUseProvided")
	}
	return v.Text, nil
}

func arrayAction(v *mocks.Member) (string, *refusal) {
	if v.Text != arrayFill && v.Text != arrayExtend && v.Text != arrayReplace {
		return "", invalid("fieldRules", ruleChoice, "an action for arrays has to be Fill, Extend or Replace")
	}
	return v.Text, nil
}

// deaf is the journal of what is only tried.
type deaf struct{}

func (deaf) Emit(trace.Event) uint64 { return 0 }
