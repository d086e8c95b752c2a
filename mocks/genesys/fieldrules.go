package genesys

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// What the fields of an enrichment are combined by (S).
const (
	preferProvided = "PreferProvided" // the default: what is provided and not null
	preferExisting = "PreferExisting"
	alwaysProvided = "AlwaysUseProvided" // null too

	arrayFill    = "Fill" // the default: both, as far as they fit
	arrayExtend  = "Extend"
	arrayReplace = "Replace"
)

// fieldRules say how fields are combined.
type fieldRules struct {
	action, array string
	field         map[string]string // by path without "$."
	arrays        map[string]string
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
